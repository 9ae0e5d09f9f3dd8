import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const MAIN = new URL("../src/cli/main.ts", import.meta.url).pathname;
/** Where an independent comparison lies: ratio.sh with a load generator in C, and the configuration of the service to offer. */
const FOLDER = process.env.PEER_BENCH ?? resolve(import.meta.dirname, "../../shared/bench");

/** What is measured of each service: DHCPv4; IA_NA; IA_NA and IA_PD. */
const RUNS: readonly { readonly configuration: string; readonly options: readonly string[] }[] = [
  { configuration: "leasehold.yaml", options: ["-w", "256"] },
  { configuration: "leasehold.yaml", options: ["-w", "32"] },
  { configuration: "leasehold.yaml", options: ["-m", "renew", "-w", "32"] },
  { configuration: "leasehold6.yaml", options: ["-6", "-w", "256"] },
  { configuration: "leasehold6.yaml", options: ["-6", "-w", "32"] },
  { configuration: "leasehold6.yaml", options: ["-6", "-P", "-w", "256"] },
  { configuration: "leasehold6.yaml", options: ["-6", "-P", "-w", "32"] },
];

/** The same comparison by somebody else's generator and scripts, where they are at hand. */
export function measurePeers({ rounds, seconds }: { rounds: number; seconds: number }): void {
  const script = join(FOLDER, "ratio.sh");
  if (!existsSync(script)) {
    console.log(`without the independent comparison: no ${script} (PEER_BENCH names another folder)`);
    return;
  }
  const folder = mkdtempSync(join(import.meta.dirname, "run-"));
  const database = join(folder, "leases.db");
  try {
    for (const { configuration, options: run } of RUNS) {
      const options = [...run, "-n", String(rounds), "-s", String(seconds), "-r", `rm -f ${database}*`];
      const server = [process.execPath, MAIN, "serve", "-c", join(FOLDER, configuration), "-d", database];
      const { stdout, stderr, status } = spawnSync(script, [...options, "--", ...server], { encoding: "utf8" });
      console.log(`${run.join(" ")}:`);
      console.log(status === 0 ? stdout.trim() : `${script} failed: ${stderr.trim()}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
