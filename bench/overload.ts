import { createBenchLab, type Figures } from "./lab.ts";
import { median } from "./median.ts";
import { leasehold } from "./servers.ts";

/** Offered load as multiples of the peak. */
const LOADS = [1, 2, 3] as const;
/** The design's aim: the share of the peak that is left under three times the load. */
const AIM = 0.8;
/** Long enough that what is measured is no burst, and that the counts begin in the middle of the load. */
const WARMUP = "2";

/**
 * What is left of the peak when more is asked for. The peak is the closed loop's; then as many new clients a second as it, twice and three times as
 * many begin in an open loop, and count when they have their ACK and neither answer took longer than a second. One processor hardly makes three
 * times the load that another one serves, so the load that was reached is printed too.
 */
export async function measureOverload({ rounds, seconds }: { rounds: number; seconds: number }): Promise<void> {
  const lab = createBenchLab();
  const measure = async (...args: string[]): Promise<Figures> => {
    const server = leasehold.start(lab);
    await lab.answers();
    const figures = await lab.load("new", "--seconds", String(seconds), ...args);
    await server.end();
    if (figures.duplicates > 0) throw new Error("an address was bound twice");
    return figures;
  };
  try {
    const peaks: number[] = [];
    const goodput = LOADS.map((): number[] => []);
    const reached = LOADS.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      const { rate: peak } = await measure("--window", "256");
      peaks.push(peak);
      for (const [i, times] of LOADS.entries()) {
        const { rate, startRate } = await measure("--rate", String(Math.round(times * peak)), "--warmup", WARMUP);
        goodput[i]?.push(rate / peak);
        reached[i]?.push(startRate / peak);
      }
    }
    console.log(`the peak: ${Math.round(median(peaks))} new leases/s (closed loop, 256 outstanding)`);
    for (const [i, times] of LOADS.entries()) {
      const [share, load] = [median(goodput[i] as number[]), median(reached[i] as number[])];
      const aim = times === 3 ? ` (aim: ${AIM * 100}%)` : "";
      console.log(`  offered ${times} times the peak, reached ${load.toFixed(2)}: goodput ${(share * 100).toFixed(0)}% of the peak${aim}`);
    }
  } finally {
    await lab.close();
  }
}
