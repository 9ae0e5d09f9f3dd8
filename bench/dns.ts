import { type BenchLab, createBenchLab } from "./lab.ts";
import { median } from "./median.ts";
import { type Contender, leasehold, leaseholdWith } from "./servers.ts";

const SERVER = new URL("./dns-server.ts", import.meta.url).pathname;
/** On the side of the load, whose processor has time to spare for it. */
const ADDRESS = "10.0.0.2";
/** The share of the rate without DDNS that is to be left. */
const AIM = 0.9;

interface Case {
  readonly contender: Contender;
  /** Where it updates the DNS: the port, and after how many milliseconds it is answered there. */
  readonly server?: { readonly port: number; readonly delay: string };
}

const CASES: readonly Case[] = [
  { contender: leasehold },
  { contender: updating("with DDNS, and a server that never answers", 5301), server: { port: 5301, delay: "never" } },
  { contender: updating("with DDNS, and nobody at the server's port", 5302) },
  { contender: updating("with DDNS, and a server that takes half a second", 5303), server: { port: 5303, delay: "500" } },
  { contender: updating("with DDNS, and a server that answers at once", 5304), server: { port: 5304, delay: "0" } },
];

/** Every client has a name, which is made of its address. */
function updating(name: string, port: number): Contender {
  const at = `ip: "${ADDRESS}:${port}"`;
  return leaseholdWith(
    name,
    `ddns: { generate_names: true, forward: [{ name: example.org, ${at} }], reverse: [{ name: 10.in-addr.arpa, ${at} }] }\n`,
  );
}

/** What names in the DNS cost new leases, with servers that hold updates up: each case in turn, several rounds; medians, and shares. */
export async function measureDns({ rounds, seconds }: { rounds: number; seconds: number }): Promise<void> {
  const lab = createBenchLab();
  try {
    for (const { server } of CASES) {
      if (server === undefined) continue;
      const program = lab.startClient(process.execPath, SERVER, ADDRESS, `${server.port}`, server.delay);
      await program.line(/^ready$/);
    }
    for (const window of ["256", "32"]) {
      const rates = CASES.map((): number[] => []);
      for (let round = 0; round < rounds; round++) {
        // A round begins where the one before did not: what is measured first is not always the same.
        for (let turn = 0; turn < CASES.length; turn++) {
          const i = (turn + round) % CASES.length;
          rates[i]?.push(await measure(lab, (CASES[i] as Case).contender, window, seconds));
        }
      }
      const without = median(rates[0] ?? []);
      console.log(`new leases, ${window} outstanding:`);
      for (const [i, { contender }] of CASES.entries()) {
        const rate = median(rates[i] ?? []);
        const share = i === 0 ? "" : `, ${((100 * rate) / without).toFixed(0)}% of the rate without DDNS (aim: ${100 * AIM}%)`;
        console.log(`  ${i === 0 ? "without DDNS" : contender.name}: ${Math.round(rate)}/s${share}`);
      }
    }
  } finally {
    await lab.close();
  }
}

async function measure(lab: BenchLab, contender: Contender, window: string, seconds: number): Promise<number> {
  const server = contender.start(lab);
  await lab.answers();
  const { rate, duplicates } = await lab.load("new", "--window", window, "--seconds", String(seconds));
  await server.end();
  if (duplicates > 0) throw new Error(`an address was bound twice ${contender.name}`);
  return rate;
}
