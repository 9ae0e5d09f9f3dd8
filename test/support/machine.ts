import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { temporaryFolder } from "./leasehold-process.ts";
import type { Lab, Namespace, Program } from "./namespaces.ts";

/**
 * A machine to try things out on as root: it begins as this one, and what is changed there, files and
 * users, is gone with it. Its network is that of a namespace. Needs `requireNamespaces`.
 */
export interface Machine {
  /** Runs a script of the shell to its end, and returns what it wrote. Throws with that when it fails. */
  run(script: string): string;
  /** Starts a program. */
  start(...command: readonly string[]): Program;
}

/** An overlay over the root of this machine, in a mount namespace of its own. */
const MOUNTS = `
set -e
mount -t tmpfs tmpfs "$0"
mkdir "$0/upper" "$0/work" "$0/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$0/upper,workdir=$0/work" "$0/root"
cd "$0/root"
mount --rbind /proc proc
mount --rbind /dev dev
mount --rbind /sys sys
mount -t tmpfs tmpfs run
echo mounted
exec sleep infinity
`;

/** What is in this machine's files by now is in those of the other one. */
export async function createMachine(t: TestContext, lab: Lab, where: Namespace): Promise<Machine> {
  const folder = join(temporaryFolder(t), "machine");
  mkdirSync(folder);
  const holder = lab.start(where, "unshare", "--mount", "--propagation", "private", "sh", "-c", MOUNTS, folder);
  await holder.line(/^mounted$/, 20_000);
  const enter = ["nsenter", "--target", `${holder.pid}`, "--mount", "chroot", join(folder, "root")];
  return {
    run: (script) => lab.exec(where, "env", ...enter, "sh", "-c", `cd / && exec 2>&1\n${script}`),
    start: (...command) => lab.start(where, "env", ...enter, ...command),
  };
}
