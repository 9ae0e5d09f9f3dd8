import type { EventKind } from "../config/model/events.ts";
import type { Seconds, SpaceId } from "../leases/lease.ts";

/*
 * What became of leases, as it is written beside them: the journal. Its rows have numbers, one
 * after the other, so that who reads them sees whether one is missing.
 */

/**
 * What can become of a lease. Numbers are part of the database format. `renewed` is also what a
 * client has been given that is another one now, or says other things of itself.
 */
export const EventCode = { bound: 1, renewed: 2, released: 3, declined: 4, conflict: 5, expired: 6, removed: 7 } as const satisfies Record<
  EventKind,
  number
>;
export type EventCode = (typeof EventCode)[EventKind];

/** Bits beside an event; part of the database format. */
export const EventFlag = { reservation: 1 } as const;

/**
 * Writes what has become of the lease in a row, as the row stands at this place of the batch: after
 * the lease was put, before it is removed.
 */
export interface EventWrite {
  readonly kind: "event";
  readonly code: EventCode;
  /** EventFlag, or 0. */
  readonly flags: number;
  readonly space: SpaceId;
  readonly row: number;
  /** When it was decided, in lease time. */
  readonly time: Seconds;
}

/**
 * What may be forgotten of the journal: every event up to this number, but for the very last one,
 * whose number the next one follows. It is done by and by, when nobody waits.
 */
export interface PruneWrite {
  readonly kind: "prune";
  readonly through: number;
}

/**
 * Whether events can be found by address, as history needs it. What is written meanwhile is taken
 * up by and by, when nobody waits.
 */
export interface IndexWrite {
  readonly kind: "index";
  readonly wanted: boolean;
}
