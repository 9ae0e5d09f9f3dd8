import { setPriority } from "node:os";

/**
 * Niceness of threads that packets do not wait for: `low`, on a processor that both want, leaves
 * three parts of four to the packets' thread; `lowest` fourteen of fifteen; `last`, for what has work
 * to do for every lease and may do it whenever there is time, sixty-eight of sixty-nine.
 */
const NICENESS = { low: 5, lowest: 12, last: 19 } as const;

/**
 * Where processors are few packets go first. To be called in a thread of its own, before it loads
 * what it needs, which takes time too. On Linux this is the priority of the thread alone.
 */
export function yieldToPackets(how: keyof typeof NICENESS): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(NICENESS[how]);
  } catch {
    // Not allowed, as by the filter of system calls of a hardened unit: then all have the same.
  }
}
