import type { Applied } from "../leases/table.ts";

/**
 * Told which rows of leases have changed, once that is on disk. It costs the packets' thread a
 * number for each.
 */
export interface ChangeFeed {
  /** Whether anybody wants to know; it may change from one batch to the next. */
  readonly wanted: boolean;
  /** A change of this row is on disk. */
  note(space: number, row: number): void;
  /** Everything that was noted may be looked at. */
  tell(): void;
}

/** Names every row that was written: of a renewal too, for no record may outlive its lease. */
export function noteChanges(feed: ChangeFeed, applied: readonly Applied<unknown, unknown>[]): void {
  for (const { write } of applied) feed.note(write.space, write.row);
  feed.tell();
}
