import type { Logger } from "pino";
import { formatDuration } from "../config/duration.ts";
import type { LeaseStore, SavedClock } from "../store/store.ts";
import { type Reading, STEP, wallOffset } from "./lease-clock.ts";
import { createLogAllowance } from "./log-allowance.ts";

/** Warnings a minute: a clock that somebody sets all the time must not fill the log. */
const ALLOWED = 4;

export interface ClockWatchParts {
  /** As it was when the server started, on its way to the store. */
  readonly clock: SavedClock;
  /** What the store had until then. */
  readonly saved: SavedClock | undefined;
  readonly store: LeaseStore;
  readonly read: () => Reading;
  readonly log: Pick<Logger, "warn">;
}

/**
 * Keeps the store's word of the wall clock right, and warns when that is set. To be called every now and then, first right after the start: then it notices what
 * happened to the clock while no server ran.
 */
export function createClockWatch({ clock, saved, store, read, log }: ClockWatchParts): () => void {
  const { boot, bootOffset } = clock;
  const allowance = createLogAllowance(ALLOWED, () => read().uptime * 1000);
  const sameBoot = saved !== undefined && saved.boot === boot && saved.bootOffset === bootOffset;
  let before = sameBoot ? saved.offset : clock.offset;
  /** What the store has, or is about to have. */
  let written = clock.offset;

  function warn(seconds: number): void {
    const leftOut = allowance();
    if (leftOut === undefined) return;
    const by = formatDuration(Math.abs(seconds));
    const what = seconds > 0 ? `forward by ${by}, or the machine slept for so long` : `back by ${by}`;
    const more = leftOut === 0 ? "" : ` (this happened ${leftOut} more times)`;
    log.warn({ seconds }, `the clock of this machine was set ${what}: leases keep their time, and end when it has passed${more}`);
  }

  function write(offset: number): void {
    const last = written;
    written = offset;
    store.commit([{ kind: "clock", boot, bootOffset, offset }]).catch(() => {
      // Tried again at the next look. Meanwhile nothing depends on it but the times that people are shown.
      if (written === offset) written = last;
    });
  }

  return () => {
    const offset = wallOffset(bootOffset, read());
    if (Math.abs(offset - before) >= STEP) warn(offset - before);
    before = offset;
    if (Math.abs(offset - written) >= STEP) write(offset);
  };
}
