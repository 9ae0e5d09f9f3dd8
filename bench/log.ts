import { createBenchLab, type Figures } from "./lab.ts";
import { median } from "./median.ts";
import { leaseholdWith } from "./servers.ts";

/** What is left to run, and what is compared with it: the first one. */
const LOGS = ["warn json", "info json", "info pretty"] as const;
/** The default, `info pretty`, may cost a tenth. */
const AIM = 90;

/**
 * New leases a second at each level and form of the log, in turn, several rounds; medians, and
 * their shares of what is there without entries about leases.
 */
export async function measureLog({ rounds, seconds }: { rounds: number; seconds: number }): Promise<void> {
  const contenders = LOGS.map((name) => {
    const [level, format] = name.split(" ");
    return leaseholdWith(name, "", `log: { level: ${level}, format: ${format} }`);
  });
  const rates = new Map<string, number[]>(LOGS.map((name) => [name, []]));
  const lab = createBenchLab();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        const server = contender.start(lab);
        await lab.answers();
        const figures: Figures = await lab.load("new", "--window", "256", "--seconds", String(seconds));
        await server.end();
        if (figures.duplicates > 0) throw new Error(`${contender.name} bound an address twice`);
        rates.get(contender.name)?.push(figures.rate);
      }
    }
  } finally {
    await lab.close();
  }
  const base = median(rates.get(LOGS[0]) ?? []);
  for (const name of LOGS) {
    const rate = median(rates.get(name) ?? []);
    console.log(`new leases, log at ${name}: ${Math.round(rate)}/s, ${((100 * rate) / base).toFixed(1)}% of ${LOGS[0]} (aim: ${AIM}%)`);
  }
}
