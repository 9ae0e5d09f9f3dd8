import { readFileSync } from "node:fs";
import type { Reading } from "./lease-clock.ts";

/** Seconds since the machine's boot, without those that it slept. */
export function sinceBoot(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds / 1e9;
}

/** Both clocks of the machine now. */
export function readClocks(): Reading {
  return { wall: Date.now() / 1000, uptime: sinceBoot() };
}

/** What names this boot of the machine; empty: the system does not tell. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
