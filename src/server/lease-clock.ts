/*
 * Lease time: seconds that never step. Starts and ends of leases, in memory and on disk, holds and
 * probations are told in it.
 *
 * It is chosen once, when the server starts, near to the wall clock's seconds since 1970, and from
 * then on moves with the time since the machine's boot. So a wall clock that is set ends no lease
 * and keeps none: each lasts as long as its client counts. Where the wall clock stands to it is a
 * number beside it (`offset`), for showing times to people, and for the next start.
 */
import { NEVER, type Seconds } from "../leases/lease.ts";
import type { SavedClock } from "../store/store.ts";

/** The clocks of the machine at one moment, in seconds; fractions count. */
export interface Reading {
  /** Since 1970. Anybody may set it. */
  readonly wall: number;
  /** Since the machine's boot, not counting sleep. It never steps. */
  readonly uptime: number;
}

export interface StartedClock {
  /** To be written before the first lease. */
  readonly clock: SavedClock;
  /**
   * Where the wall clock is known to be wrong: the newest start of a lease by it, and so the
   * earliest that it can be.
   */
  readonly wrong: { readonly newest: number } | undefined;
}

/**
 * The wall clock was set when it moves against the time since boot by so many seconds; less is
 * drift, and fractions of a second.
 */
export const STEP = 2;

/**
 * Lease time has 32 bits, until 2106. It begins no later than in 2090, whatever the wall clock
 * says, so that it lasts for years and for any lease.
 */
const LATEST_START: Seconds = Date.UTC(2090, 0) / 1000;

/**
 * The clock of a server that starts. `boot` names the machine's boot; empty: unknown. `saved` and
 * `newest`, the newest start of a lease in lease time, are from the store, undefined where it has
 * none.
 *
 * Since the boot in which the clock was written the time is known, however the wall clock was set,
 * but for the second that whole seconds of another wall clock make: it never goes back behind the
 * newest start.
 * From an earlier boot it is that of the wall clock, but never before the newest start: then the
 * wall clock is wrong, and leases go on from there. Who set it last may have set it wrong, so of
 * what it stood at last, and what it stood at for long, that counts which makes leases last longer.
 */
export function startLeaseClock(reading: Reading, boot: string, saved: SavedClock | undefined, newest: Seconds | undefined): StartedClock {
  const { wall, uptime } = reading;
  const sinceBoot = Math.floor(uptime);
  if (newest === undefined) return { clock: clockAt(Math.min(wall, LATEST_START), 0, reading, boot), wrong: undefined };
  if (saved !== undefined && boot !== "" && saved.boot === boot && sinceBoot + saved.bootOffset >= newest - STEP) {
    const bootOffset = Math.max(saved.bootOffset, newest - sinceBoot);
    return { clock: { ...saved, bootOffset, offset: wallOffset(bootOffset, reading) }, wrong: undefined };
  }
  const offset = saved === undefined ? 0 : Math.max(saved.offset, saved.trusted);
  const clock = clockAt(Math.min(wall - offset, LATEST_START), newest, reading, boot);
  if (wall - offset > newest - STEP) return { clock, wrong: undefined };
  return { clock: { ...clock, trusted: offset }, wrong: { newest: newest + offset } };
}

/** Lease time, so long after boot. */
export function leaseTime(bootOffset: number, uptime: number): Seconds {
  return Math.min(Math.floor(uptime) + bootOffset, NEVER - 1);
}

/** Wall clock minus lease time, to the whole second. */
export function wallOffset(bootOffset: number, { wall, uptime }: Reading): number {
  return Math.round(wall - uptime - bootOffset);
}

/** The clock by which it is about this lease time now, and no earlier than `earliest`. */
function clockAt(time: number, earliest: Seconds, reading: Reading, boot: string): SavedClock {
  const bootOffset = Math.max(Math.round(time - reading.uptime), earliest - Math.floor(reading.uptime));
  const offset = wallOffset(bootOffset, reading);
  return { boot, bootOffset, offset, trusted: offset };
}
