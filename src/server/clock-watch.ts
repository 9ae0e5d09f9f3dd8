import { formatDuration } from "../config/text/duration.ts";
import { createLogAllowance } from "../io/log-allowance.ts";
import type { LeaseStore, SavedClock } from "../store/store.ts";
import { type Reading, STEP, wallOffset } from "./lease-clock.ts";
import { type Log, SaidFacts } from "./log.ts";

/** A wall clock that nobody sets for so long is believed, in seconds. */
const LEFT_ALONE = 3600;
/** Warnings a minute: a clock that somebody sets all the time must not fill the log. */
const ALLOWED = 4;

export interface ClockWatchParts {
  /** As it was when the server started, on its way to the store. */
  readonly clock: SavedClock;
  /** What the store had until then. */
  readonly saved: SavedClock | undefined;
  /** The wall clock is known to have been wrong then. */
  readonly wrong: boolean;
  readonly store: LeaseStore;
  readonly read: () => Reading;
  readonly log: Pick<Log, "warn">;
}

/**
 * Keeps the store's word of the wall clock right, and warns when that is set. To be called every
 * now and then, first right after the start: then it notices what happened to the clock while no
 * server ran.
 */
export function createClockWatch({ clock, saved, wrong, store, read, log }: ClockWatchParts): () => void {
  const { bootOffset } = clock;
  const allowance = createLogAllowance(ALLOWED, () => read().uptime * 1000);
  const sameBoot = saved !== undefined && saved.boot === clock.boot && saved.bootOffset === bootOffset;
  let before = sameBoot ? saved.offset : clock.offset;
  /** What the store has, or is about to have. */
  let written = clock;
  let { trusted } = clock;
  /**
   * Since when the wall clock may be right: not before somebody sets it, when it is known to be
   * wrong.
   */
  let setAt = wrong ? Number.POSITIVE_INFINITY : read().uptime;

  function warn(seconds: number): void {
    const leftOut = allowance.take();
    if (leftOut === undefined) return;
    const by = formatDuration(Math.abs(seconds));
    const what = seconds > 0 ? `forward by ${by}, or the machine slept for so long` : `back by ${by}`;
    const more = leftOut === 0 ? "" : ` (this happened ${leftOut} more times)`;
    log.warn(
      new SaidFacts({ seconds }),
      `the clock of this machine was set ${what}: leases keep their time, and end when it has passed${more}`,
    );
  }

  function write(next: SavedClock): void {
    const last = written;
    written = next;
    store.commit([{ kind: "clock", ...next }]).catch(() => {
      // Tried again at the next look. Until the next boot nothing depends on it but the times that
      // people are shown.
      if (written === next) written = last;
    });
  }

  return () => {
    const reading = read();
    const offset = wallOffset(bootOffset, reading);
    if (Math.abs(offset - before) >= STEP) {
      warn(offset - before);
      // Right before or right now: until that is known, leases rather last longer.
      trusted = Math.max(trusted, before);
      setAt = reading.uptime;
    }
    before = offset;
    if (reading.uptime - setAt >= LEFT_ALONE) trusted = offset;
    if (Math.abs(offset - written.offset) >= STEP || Math.abs(trusted - written.trusted) >= STEP) write({ ...clock, offset, trusted });
  };
}
