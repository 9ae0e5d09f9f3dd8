import { closeSync, openSync } from "node:fs";
import koffi from "koffi";
import type { Namespace } from "./namespaces.ts";

const setns = koffi.load(null).func("int setns(int fd, int type)");
const CLONE_NEWNET = 0x40000000;

/**
 * Runs `open` with this thread in another network namespace, then returns to its own. Sockets opened meanwhile stay where they were opened,
 * so one test process can hold a server in one namespace and its clients in others. `open` should do no more than open
 * sockets: whatever else runs on this thread before it settles is in that namespace too.
 */
export async function inNamespace<T>(where: Namespace, open: () => T | Promise<T>): Promise<T> {
  const home = openSync("/proc/thread-self/ns/net", "r");
  const there = openSync(`/run/netns/${where.name}`, "r");
  try {
    enter(there);
    const opened = open();
    // Nothing else must run before this thread is back, unless `open` itself has to wait.
    return opened instanceof Promise ? await opened : opened;
  } finally {
    enter(home);
    closeSync(there);
    closeSync(home);
  }
}

function enter(fd: number): void {
  if (setns(fd, CLONE_NEWNET) !== 0) throw new Error(`setns fails with errno ${koffi.errno()}`);
}
