import { setTimeout as delay } from "node:timers/promises";
import { type BenchLab, createBenchLab, type Figures, SERVER_ADDRESS } from "./lab.ts";
import { median } from "./median.ts";
import { leaseholdWith } from "./servers.ts";

const QUESTIONS = new URL("./dns-questions.ts", import.meta.url).pathname;
const PORT = 5300;
const CLOSED_PORT = 5309;
/** Questions a second. */
const RATE = 20_000;
/** The share of the rate without questions that is to be left. */
const AIM = 0.9;

const SERVER = leaseholdWith(
  "leasehold",
  `ddns: { generate_names: true }\ndns: { listen: ["${SERVER_ADDRESS}:${PORT}"], zones: [example.org, 10.in-addr.arpa] }\n`,
);

/** The flood goes to this port; undefined: there is none. */
const CASES = [
  { name: "without questions", port: undefined },
  { name: "with questions to a port where nobody listens", port: CLOSED_PORT },
  { name: "with questions to the server's DNS", port: PORT },
] as const;

/**
 * New leases while the server is flooded with DNS questions, as shares of those without. What the
 * kernel and the generator take, and not the server, shows where nobody listens.
 */
export async function measureDnsFlood({ rounds, seconds }: { rounds: number; seconds: number }): Promise<void> {
  const lab = createBenchLab();
  try {
    const figures = CASES.map((): Figures[] => []);
    let told = "";
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < CASES.length; turn++) {
        const i = (turn + round) % CASES.length;
        const measured = await measure(lab, CASES[i]?.port, seconds);
        figures[i]?.push(measured.figures);
        if (CASES[i]?.port === PORT) told = measured.questions;
      }
    }
    console.log(`${RATE} questions a second were asked for; in the last round: ${told}`);
    const without = figures[0] ?? [];
    for (const [i, { name }] of CASES.entries()) {
      const of = figures[i] ?? [];
      const rate = median(of.map((one) => one.rate));
      const share = (100 * rate) / median(without.map((one) => one.rate));
      const p99 = median(of.map(({ latency }) => latency.wholeExchange.p99));
      const compared = i === 0 ? "" : `, ${share.toFixed(0)}% of the rate without (aim: ${100 * AIM}%)`;
      console.log(`  ${name}: ${Math.round(rate)}/s${compared}; DISCOVER to ACK p99 ${p99} ms`);
    }
  } finally {
    await lab.close();
  }
}

async function measure(lab: BenchLab, port: number | undefined, seconds: number): Promise<{ figures: Figures; questions: string }> {
  const server = SERVER.start(lab);
  await lab.answers();
  const flood = port === undefined ? undefined : lab.startClient(process.execPath, QUESTIONS, SERVER_ADDRESS, `${port}`, `${RATE}`);
  await flood?.line(/^ready$/);
  await delay(500);
  const figures = await lab.load("new", "--window", "64", "--seconds", String(seconds));
  await flood?.end();
  await server.end();
  if (figures.duplicates > 0) throw new Error("an address was bound twice");
  return { figures, questions: flood?.output().replace("ready", "").trim() ?? "" };
}
