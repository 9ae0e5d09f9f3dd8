import { monotonic } from "../io/boot-clock.ts";
import type { SavedClock } from "../store/store.ts";
import type { Reading } from "./lease-clock.ts";

/** The clocks of the machine. */
export interface SystemClock {
  /**
   * Seconds since the machine's boot, without those that it slept, less than a second off: whole
   * seconds begin with those of the wall clock, as that stood when this was made. A lease is told
   * in whole seconds of the one, and shown in those of the other: were they to begin at different
   * moments, it would be shown to end up to a second before its client was told.
   */
  sinceBoot(): number;
  /** Both clocks now. */
  read(): Reading;
}

/**
 * The clocks of a machine in this boot (empty: the system does not say which), on which the server
 * before left `saved`.
 */
export function createSystemClock(boot: string, saved: SavedClock | undefined): SystemClock {
  // The wall clock reads whole milliseconds, the last one that is over. By the next one, no second
  // begins later here than there: what clients were told would be shown to end before.
  const shift = shiftOf((Date.now() + 1) / 1000 - monotonic(), boot, saved);
  const sinceBoot = (): number => monotonic() + shift;
  return { sinceBoot, read: () => ({ wall: Date.now() / 1000, uptime: sinceBoot() }) };
}

/**
 * What is to be added to the time since boot, in seconds, where the wall clock is `ahead` of it by
 * so many. Of the two whole seconds that are near, it is the one that the server before took in
 * this boot: with another, what it told its clients would be a second off. Which is nearer is no
 * guide when they are equally near, since clocks are read to the millisecond.
 */
export function shiftOf(ahead: number, boot: string, saved: SavedClock | undefined): number {
  if (saved !== undefined && boot !== "" && saved.boot === boot) {
    const before = ahead - (saved.offset + saved.bootOffset);
    if (Math.abs(before) < 1) return before;
  }
  return ahead - Math.round(ahead);
}
