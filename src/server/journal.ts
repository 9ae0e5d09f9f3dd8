import type { EventKind } from "../config/model/events.ts";

/**
 * What of the changes of leases is written beside them, see store/event.ts: on only where somebody
 * wants to know.
 */
export interface Journal {
  /** A sum of `WANTED`; it may change from one batch to the next. 0: nothing is written. */
  readonly wanted: number;
  /** Something of it is on disk. */
  written(): void;
}

/** A bit for each kind, and one for renewals in which the record of the client has changed. */
export const WANTED: Readonly<Record<EventKind | "changed", number>> = {
  bound: 1,
  renewed: 2,
  released: 4,
  declined: 8,
  conflict: 16,
  expired: 32,
  removed: 64,
  changed: 128,
};

/** `changes`: the record of the client is another one. */
export function isWanted(wanted: number, kind: EventKind, changes: boolean): boolean {
  return (wanted & (kind === "renewed" && changes ? WANTED.renewed | WANTED.changed : WANTED[kind])) !== 0;
}
