import { type BenchLab, createBenchLab, type Figures } from "./lab.ts";
import { available, type Contender } from "./servers.ts";

interface Scenario {
  readonly name: string;
  readonly args: readonly string[];
  /** What the design asks for: times Kea's rate. */
  readonly timesKea: number;
}

const SCENARIOS: readonly Scenario[] = [
  { name: "new leases, 256 outstanding", args: ["new", "--window", "256"], timesKea: 5 },
  { name: "new leases, 32 outstanding", args: ["new", "--window", "32"], timesKea: 3 },
  { name: "renewals, 32 outstanding", args: ["renew", "--window", "32"], timesKea: 4 },
];
const SHARE_OF_RESPONDER = 0.4;

/** Each server in turn, several rounds; medians, and their ratios. */
export async function measureRates({ rounds, seconds }: { rounds: number; seconds: number }): Promise<void> {
  const contenders = available();
  const lab = createBenchLab();
  try {
    for (const scenario of SCENARIOS) {
      const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
      for (let round = 0; round < rounds; round++) {
        for (const contender of contenders) {
          const figures = await measure(lab, contender, [...scenario.args, "--seconds", String(seconds)]);
          rates.get(contender.name)?.push(figures.rate);
        }
      }
      report(scenario, rates);
    }
  } finally {
    await lab.close();
  }
}

async function measure(lab: BenchLab, contender: Contender, args: readonly string[]): Promise<Figures> {
  const server = contender.start(lab);
  await lab.answers();
  const figures = await lab.load(...args);
  await server.end();
  if (figures.duplicates > 0 && contender.name !== "responder") throw new Error(`${contender.name} bound an address twice`);
  return figures;
}

function report({ name, timesKea }: Scenario, rates: ReadonlyMap<string, readonly number[]>): void {
  const median = (contender: string) =>
    [...(rates.get(contender) ?? [])].sort((a, b) => a - b)[Math.floor(((rates.get(contender)?.length ?? 1) - 1) / 2)];
  const own = median("leasehold") as number;
  const parts = [...rates.keys()].map((contender) => `${contender} ${Math.round(median(contender) as number)}/s`);
  const kea = median("kea");
  const responder = median("responder");
  if (kea !== undefined) parts.push(`${(own / kea).toFixed(2)} times kea (aim: ${timesKea})`);
  if (responder !== undefined) parts.push(`${((100 * own) / responder).toFixed(0)}% of the responder (aim: ${100 * SHARE_OF_RESPONDER}%)`);
  console.log(`${name}: ${parts.join(", ")}`);
}
