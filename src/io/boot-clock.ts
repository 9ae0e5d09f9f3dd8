import { readFileSync } from "node:fs";

/** Seconds since the machine's boot, without those that it slept; nobody can set them. */
export function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds / 1e9;
}

/** What names this boot of the machine; empty: the system does not tell. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
