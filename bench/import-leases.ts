import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const COUNT = 1_000_000;

/** Writes a lease file as dnsmasq does, and returns its path. Addresses from 10.0.0.0 on. */
export function writeDnsmasqLeases(path: string, count: number, expiry: number): string {
  const file = openSync(path, "w");
  const bytes = (number: number, radix: number, size: number, width = 0): string[] =>
    Array.from({ length: size }, (_, i) =>
      Math.floor((number / 256 ** (size - 1 - i)) % 256)
        .toString(radix)
        .padStart(width, "0"),
    );
  try {
    for (let first = 0; first < count; first += 10_000) {
      let lines = "";
      for (let i = first; i < Math.min(count, first + 10_000); i++) {
        const mac = bytes(0x020000000000 + i, 16, 6, 2).join(":");
        lines += `${expiry} ${mac} ${bytes(0x0a000000 + i, 10, 4).join(".")} host-${i} 01:${mac}\n`;
      }
      writeSync(file, lines);
    }
  } finally {
    closeSync(file);
  }
  return path;
}

/** How long a million leases of dnsmasq take to be imported into a new database. */
export function measureImport(): void {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-bench-"));
  try {
    const path = writeDnsmasqLeases(join(folder, "dhcp.leases"), COUNT, Math.floor(Date.now() / 1000) + 86_400);
    const start = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "import", "-d", join(folder, "leases.db"), path], {
      encoding: "utf8",
    });
    const seconds = (performance.now() - start) / 1000;
    if (status !== 0) throw new Error(stderr);
    console.log(`${stdout.trim()}\n${seconds.toFixed(1)} s, ${Math.round(COUNT / seconds)} leases a second`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
