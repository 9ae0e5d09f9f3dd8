import type { EventSelector } from "../../config/model/events.ts";
import { EventFlag } from "../../store/event.ts";
import type { StoredEvent } from "../../store/sqlite/journal-reader.ts";
import { formOf } from "../leases/forms.ts";

/*
 * Events as whoever is told of them reads them: objects of JSON.
 */

/** What somebody is told, with the number of it. */
export interface ToldEvent {
  readonly number: number;
  /** The number of what he was told before it; 0: nothing. */
  readonly after: number;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Whether somebody who asked for these kinds is told of it; undefined: he asked for all. */
export function isSelected({ kind, flags }: StoredEvent, kinds: readonly EventSelector[] | undefined): boolean {
  if (kinds === undefined || kinds.includes(kind)) return true;
  return kind === "bound" && isReservation(flags) && kinds.includes("reservation");
}

function isReservation(flags: number): boolean {
  return (flags & EventFlag.reservation) !== 0;
}

/** An event as it is told; undefined: it is of a space that this version does not know. */
export function eventObject(event: StoredEvent, after: number): ToldEvent | undefined {
  const { number, kind, time, flags, space } = event;
  const form = formOf(space);
  // Its times are by the wall clock already, and its state is that of then.
  const lease = form?.printer(undefined)({ ...event, row: 0 }, 0, 0);
  if (form === undefined || lease === undefined) return undefined;
  return {
    number,
    after,
    kind,
    time: new Date(time).toISOString(),
    protocol: form.protocol,
    ...lease,
    ...(isReservation(flags) ? { reservation: true } : {}),
  };
}

/** Says that events are gone that he had not been told of: those from one number to another. */
export function lostObject(from: number, to: number, after: number): ToldEvent {
  return { number: to, after, kind: "lost", from, to };
}
