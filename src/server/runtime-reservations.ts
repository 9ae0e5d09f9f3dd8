import type { AddedReservation } from "../config/added.ts";
import type { Fact, StoreWrite } from "../store/store.ts";

/*
 * Reservations that were added to a server that runs. Each is a fact of its own in the store:
 * `reservation ID`, whose value is JSON. They are served by beside those of the file.
 */

/** A reservation that was added, as it is kept. */
export interface RuntimeReservation {
  /**
   * Up to 64 letters, digits, dots, colons, hyphens and underscores; the first is a letter or
   * digit.
   */
  readonly id: string;
  /** As in `reservations` of the configuration. */
  readonly reservation: Readonly<Record<string, unknown>>;
  /** When it was added, or changed last: a time as in RFC 3339. */
  readonly added: string;
  /** By what way, or by whom, in a few words. */
  readonly by: string;
}

const PREFIX = "reservation ";
const ID = /^[a-z0-9][\w.:-]{0,63}$/i;

export function isReservationId(id: string): boolean {
  return ID.test(id);
}

/**
 * Those among the facts of a store, in the order of their identifiers; what is damaged is left out.
 */
export function reservationsIn(facts: Iterable<Fact>): readonly RuntimeReservation[] {
  const found: RuntimeReservation[] = [];
  for (const { name, value } of facts) {
    if (!name.startsWith(PREFIX)) continue;
    const read = parse(name.slice(PREFIX.length), value);
    if (read !== undefined) found.push(read);
  }
  return inOrder(found);
}

/** First those that were added first: of two that are in conflict the first counts. */
export function inOrder(reservations: Iterable<RuntimeReservation>): readonly RuntimeReservation[] {
  const order = ({ added, id }: RuntimeReservation): string => `${added} ${id}`;
  return [...reservations].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function parse(id: string, value: Uint8Array): RuntimeReservation | undefined {
  try {
    const { reservation, added, by } = JSON.parse(new TextDecoder().decode(value)) as Partial<RuntimeReservation>;
    if (typeof reservation !== "object" || reservation === null) return undefined;
    return { id, reservation, added: String(added), by: String(by) };
  } catch {
    return undefined;
  }
}

/** What keeps it. */
export function keep({ id, ...kept }: RuntimeReservation): StoreWrite {
  return { kind: "fact", name: `${PREFIX}${id}`, value: new TextEncoder().encode(JSON.stringify(kept)) };
}

/** What keeps it no longer. */
export function forget(id: string): StoreWrite {
  return { kind: "forget", name: `${PREFIX}${id}` };
}

/** As it is served by. */
export function addedOf({ id, reservation, added, by }: RuntimeReservation): AddedReservation {
  return { id, reservation, origin: `reservation ${id}, added at ${added} by ${by}` };
}

/** What is said of one that is not served by. */
export function leftOutNote(id: string, problem: string): string {
  return `the reservation ${id} that was added is left out as long as it does not go with the rest:\n${problem}`;
}
