import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const MAIN = new URL("../src/cli/main.ts", import.meta.url).pathname;
/** Where an independent comparison lies: ratio.sh with a load generator in C, and the configuration of the service to offer. */
const FOLDER = process.env.PEER_BENCH ?? resolve(import.meta.dirname, "../../shared/bench");

const RUNS = [
  ["-w", "256"],
  ["-w", "32"],
  ["-m", "renew", "-w", "32"],
] as const;

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
    for (const run of RUNS) {
      const options = [...run, "-n", String(rounds), "-s", String(seconds), "-r", `rm -f ${database}*`];
      const server = [process.execPath, MAIN, "serve", "-c", join(FOLDER, "leasehold.yaml"), "-d", database];
      const { stdout, stderr, status } = spawnSync(script, [...options, "--", ...server], { encoding: "utf8" });
      console.log(status === 0 ? stdout.trim() : `${script} failed: ${stderr.trim()}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
