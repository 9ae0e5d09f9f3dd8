import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { MAIN, type Place, type ServerFiles } from "./loopback-server.ts";
import { type Program, watch } from "./namespaces.ts";
import { requirePrograms } from "./requirement.ts";

const SOURCE = fileURLToPath(new URL("./clock-shim.c", import.meta.url));

/** A machine whose wall clock and boots a test decides, for servers that it runs. */
export interface FalseClock {
  /** Sets the wall clock: so many seconds from what is right. */
  set(shift: number): void;
  /** The machine boots anew, as far as its servers are told. */
  boot(): void;
  /** What is set in the environment of a program that is to have this clock. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a server for relayed clients and waits until it listens. */
  start(files: ServerFiles, place: Place): Promise<Program>;
}

/** Undefined: the test is skipped, for there is no compiler. `folder` is for its files. */
export function createFalseClock(t: TestContext, folder: string): FalseClock | undefined {
  if (!requirePrograms(t, "gcc")) return undefined;
  const shim = join(folder, "clock-shim.so");
  execFileSync("gcc", ["-O1", "-shared", "-fPIC", "-o", shim, SOURCE, "-ldl"]);
  const clock = join(folder, "clock");
  const bootName = join(folder, "boot");
  writeFileSync(clock, new BigInt64Array(1));
  writeFileSync(bootName, "boot 0\n");
  let boots = 0;
  const env = { LD_PRELOAD: shim, CLOCK_SHIM: clock, BOOT_SHIM: bootName };
  return {
    env,
    set(shift) {
      // In place: servers have it mapped.
      const file = openSync(clock, "r+");
      writeSync(file, new BigInt64Array([BigInt(shift)]));
      closeSync(file);
    },
    boot: () => writeFileSync(bootName, `boot ${++boots}\n`),
    async start({ config, database }, { address, port }) {
      const args = [MAIN, "serve", "--no-api", "-c", config, "-d", database, "--v4-addr", `${address}:${port}`];
      const program = watch(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } }));
      t.after(() => program.end());
      await program.line(/listening on /, 30_000);
      return program;
    },
  };
}
