import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { EventKind } from "../../config/model/events.ts";
import { isRecord } from "../../leases/columns/record.ts";
import type { Seconds, StoredLease } from "../../leases/lease.ts";
import { LeaseState } from "../../leases/lease.ts";
import { EventCode } from "../event.ts";

/** An event of the journal, and the lease as it was then. */
export interface StoredEvent extends Omit<StoredLease, "row"> {
  readonly number: number;
  /** Milliseconds since 1970 by the wall clock. */
  readonly time: number;
  /** The same moment in lease time. */
  readonly leaseTime: Seconds;
  readonly kind: EventKind;
  /** EventFlag, or 0. */
  readonly flags: number;
  /** Start and expiry are seconds since 1970, by the wall clock as it stood then, or NEVER. */
  readonly network: string;
}

/** The first and the last number of the journal; 0: there is none. */
export interface JournalEnds {
  readonly first: number;
  readonly last: number;
}

/** Reads the journal over a connection of its own, in short transactions. */
export interface JournalReader {
  ends(): JournalEnds;
  /**
   * Events behind this number, in their order, at most so many; damaged rows are left out. `end` is
   * the number of the last row that was looked at, or `after` where there is none.
   */
  after(after: number, limit: number): { readonly events: readonly StoredEvent[]; readonly end: number };
  /** The last event of which lease time is before this one; 0: none is. */
  before(time: Seconds): number;
  /** The events of an address with numbers in this range, in their order. */
  ofAddress(address: Uint8Array, from: number, to: number): readonly StoredEvent[];
}

const COLUMNS = "number, time, lease_time, code, flags, space, address, state, start, expiry, record, network";
const KINDS: ReadonlyMap<number, EventKind> = new Map(Object.entries(EventCode).map(([kind, code]) => [code, kind as EventKind]));

/**
 * Whether the database has a journal: one that no server of this version has opened yet has none.
 */
export function hasJournal(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'events'").get() !== undefined;
}

/** `db` has a journal; it stays the caller's to close. */
export function createJournalReader(db: DatabaseSync): JournalReader {
  const ends = db.prepare("SELECT (SELECT min(number) FROM events) AS first, (SELECT max(number) FROM events) AS last");
  const rows = db.prepare(`SELECT ${COLUMNS} FROM events WHERE number > ? ORDER BY number LIMIT ?`);
  const one = db.prepare("SELECT number, lease_time FROM events WHERE number >= ? ORDER BY number LIMIT 1");
  const mark = db.prepare("SELECT indexed FROM journal");
  const indexed = db.prepare(
    `SELECT ${COLUMNS} FROM events WHERE number IN (SELECT number FROM events_by_address WHERE address = ? AND number BETWEEN ? AND ?) ORDER BY number`,
  );
  const scanned = db.prepare(`SELECT ${COLUMNS} FROM events WHERE number BETWEEN ? AND ? AND address = ? ORDER BY number`);
  for (const statement of [rows, indexed, scanned]) statement.setReturnArrays(true);

  const readEnds = (): JournalEnds => {
    const found = ends.get();
    return { first: Number(found?.first ?? 0), last: Number(found?.last ?? 0) };
  };
  const eventsOf = (found: readonly unknown[]): readonly StoredEvent[] =>
    found.flatMap((values) => eventOf(values as readonly SQLOutputValue[]) ?? []);

  return {
    ends: readEnds,
    after(after, limit) {
      const found = rows.all(after, limit) as unknown as readonly (readonly SQLOutputValue[])[];
      return { events: eventsOf(found), end: Number(found.at(-1)?.[0] ?? after) };
    },
    before(time) {
      let { first: low, last: high } = readEnds();
      if (low === 0) return 0;
      // Lease time never steps, so it grows with the numbers.
      low--;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        const found = one.get(middle);
        if (found === undefined || Number(found.lease_time) >= time) high = middle - 1;
        else low = Number(found.number);
      }
      return low;
    },
    ofAddress(address, from, to) {
      const own = Uint8Array.from(address);
      const marked = mark.get();
      const known = marked === undefined ? 0 : Number(marked.indexed);
      const found = known >= from ? indexed.all(own, from, Math.min(to, known)) : [];
      const more = known < to ? scanned.all(Math.max(from, known + 1), to, own) : [];
      return eventsOf([...found, ...more]);
    },
  };
}

/** Undefined: the row says something impossible. */
function eventOf(values: readonly SQLOutputValue[]): StoredEvent | undefined {
  const [number, time, leaseTime, code, flags, space, address, state, start, expiry, record, network] = values;
  const kind = KINDS.get(Number(code));
  const numbers = [number, time, leaseTime, flags, space, state, start, expiry];
  if (kind === undefined || !numbers.every((one) => typeof one === "number")) return undefined;
  if (!(address instanceof Uint8Array && record instanceof Uint8Array && isRecord(record))) return undefined;
  const known = Object.values(LeaseState).find((one) => one === state);
  if (known === undefined) return undefined;
  return {
    number: number as number,
    time: time as number,
    leaseTime: leaseTime as number,
    kind,
    flags: flags as number,
    space: space as number,
    address,
    state: known,
    start: start as number,
    expiry: expiry as number,
    record,
    network: typeof network === "string" ? network : "",
  };
}
