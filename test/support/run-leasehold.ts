/** Runs the program as a user would, to its end. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The entry point of the program. */
export const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Not on a terminal: no colours. Ended after 30 seconds at the latest. */
export function runLeasehold(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], { timeout: 30_000, maxBuffer: 1 << 26 }, (_, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
