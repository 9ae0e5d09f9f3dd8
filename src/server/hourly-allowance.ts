import { createLogAllowance, type LogAllowance } from "../io/log-allowance.ts";

/** How often the same is said, in milliseconds. */
const HOUR = 3_600_000;
/** So many are remembered to have been told of: more than are told of in an hour (20 a minute). */
const MOST_TOLD = 2048;

/**
 * Entries about clients, relays or interfaces: each is told of once an hour for as long as it is
 * so, and so many are a minute. Who asks all the time hides nobody else, and what is remembered is
 * bounded.
 */
export interface HourlyAllowance {
  /**
   * Asked before each entry. `key`: the same number for whom the same entry would be about.
   * Undefined: leave it out. Else write it; so many were left out before it, for there were too
   * many others.
   */
  take(key: number): number | undefined;
  readonly allowance: LogAllowance;
}

/** `entries`: a minute; `uptime`: milliseconds that never go back. */
export function createHourlyAllowance(entries: number, uptime: () => number): HourlyAllowance {
  const allowance = createLogAllowance(entries, uptime);
  /** When each was told of, the oldest first. */
  const told = new Map<number, number>();
  return {
    allowance,
    take(key) {
      const now = uptime();
      const last = told.get(key);
      if (last !== undefined && now - last < HOUR) return undefined;
      const leftOut = allowance.take();
      if (leftOut === undefined) return undefined;
      told.delete(key);
      if (told.size >= MOST_TOLD) told.delete(told.keys().next().value as number);
      told.set(key, now);
      return leftOut;
    },
  };
}
