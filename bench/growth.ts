import { createBenchLab, residentMemory } from "./lab.ts";
import { leasehold } from "./servers.ts";

const LEASES = [10_000, 100_000, 1_000_000] as const;
/** New leases that are timed at each size. */
const TIMED = 100_000;

/** The cost of a lease at 10 thousand, 100 thousand and a million; memory for each; the start with a million. */
export async function measureGrowth(): Promise<void> {
  const lab = createBenchLab();
  try {
    const server = leasehold.start(lab);
    await lab.answers();
    // Warmed up, so that the first figure is not that of code that is being compiled.
    let leases = 0;
    const add = async (count: number) => {
      const figures = await lab.load(
        "new",
        "--window",
        "256",
        "--warmup",
        "0",
        "--seconds",
        "120",
        "--clients",
        String(count),
        "--first-client",
        String(leases),
      );
      leases += count;
      return figures.rate;
    };
    const rates: number[] = [];
    const empty = residentMemory(server.pid);
    for (const size of LEASES) {
      if (size > leases) await add(size - leases);
      const memory = residentMemory(server.pid);
      const rate = await add(TIMED);
      rates.push(rate);
      console.log(`with ${size} leases: ${Math.round(rate)} new leases/s, ${Math.round(memory / 1e6)} MB resident`);
    }
    const first = rates[0] as number;
    const last = rates.at(-1) as number;
    console.log(`a lease costs ${(first / last).toFixed(2)} times as much at a million as at ten thousand (aim: 1.3)`);
    console.log(
      `${Math.round((residentMemory(server.pid) - empty) / leases)} bytes a lease, ${leases} leases over an empty server (aim: 300)`,
    );
    await server.end();
    const again = leasehold.start(lab, true);
    const start = await lab.answers();
    console.log(`starts with ${leases} leases and answers after ${(start / 1000).toFixed(2)} s (aim: 5 s)`);
    await again.end();
  } finally {
    await lab.close();
  }
}
