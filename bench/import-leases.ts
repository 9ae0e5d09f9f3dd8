import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LEASE_FILES, writeLeaseFile } from "./lease-files.ts";

const MAIN = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const COUNT = 1_000_000;
/** Prints what the process has used: seconds of processor time in itself, and KiB at its most. */
const USAGE = `data:text/javascript,process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write(JSON.stringify([userCPUTime / 1e6, systemCPUTime / 1e6, maxRSS]));
})`;

/** How long a million leases of each format take to be imported into a new database. */
export function measureImport(): void {
  for (const file of LEASE_FILES) {
    const folder = mkdtempSync(join(tmpdir(), "leasehold-bench-"));
    try {
      const path = join(folder, file.name);
      writeLeaseFile(path, file, COUNT, Math.floor(Date.now() / 1000) + 86_400);
      const start = performance.now();
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--import", USAGE, MAIN, "import", "-d", join(folder, "leases.db"), path],
        { encoding: "utf8" },
      );
      const seconds = (performance.now() - start) / 1000;
      if (status !== 0 || !stdout.includes(`${COUNT} leases imported`)) throw new Error(`${stdout}${stderr}`);
      const [user, system, memory] = JSON.parse(stderr) as [number, number, number];
      console.log(
        `${file.name}: ${seconds.toFixed(1)} s, ${Math.round(COUNT / seconds)} leases a second ` +
          `(user ${user.toFixed(1)} s, system ${system.toFixed(1)} s, at most ${Math.round(memory / 1024)} MiB)`,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
