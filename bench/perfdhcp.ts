import { findProgram } from "../test/support/requirement.ts";
import { type BenchLab, createBenchLab, SERVER_ADDRESS } from "./lab.ts";
import { leasehold } from "./servers.ts";

/** The highest rate that perfdhcp can offer from one processor is near 15,000/s; there must be no loss. */
const RATES = [5000, 10_000, 12_500, 15_000, 20_000] as const;

export async function measurePerfdhcp({ seconds }: { seconds: number }): Promise<void> {
  if (findProgram("perfdhcp") === undefined) {
    console.log("without perfdhcp: it is in the Debian package kea-admin");
    return;
  }
  const lab = createBenchLab();
  try {
    for (const rate of RATES) {
      const server = leasehold.start(lab);
      await lab.answers();
      const args = [
        "-4",
        "-l",
        "10.0.0.2",
        "-g",
        "single",
        "-r",
        String(rate),
        "-p",
        String(seconds),
        "-R",
        "50000000",
        "-W",
        "300000",
        SERVER_ADDRESS,
      ];
      const overflowedBefore = await overflowed(lab);
      const client = lab.startClient("perfdhcp", ...args);
      await client.ended;
      await server.end();
      const output = client.output();
      const offered = /Rate: ([\d.]+)/.exec(output)?.[1];
      const drops = [...output.matchAll(/drops: (\d+)/g)].map(([, count]) => Number(count));
      const own = (await overflowed(lab)) - overflowedBefore;
      console.log(
        `perfdhcp at ${rate}/s: reached ${offered}/s, missed ${drops.join(" OFFERs and ")} ACKs, of which ${own} overflowed its own receive buffer`,
      );
    }
  } finally {
    await lab.close();
  }
}

/** Datagrams that the kernel dropped on the client's side because perfdhcp did not read them in time. */
async function overflowed(lab: BenchLab): Promise<number> {
  const statistics = lab.startClient("cat", "/proc/net/snmp");
  await statistics.ended;
  const [names = "", values = ""] = statistics
    .output()
    .split("\n")
    .filter((line) => line.startsWith("Udp:"));
  return Number(values.split(" ")[names.split(" ").indexOf("RcvbufErrors")]);
}
