import { NEVER } from "../../leases/lease.ts";
import { equalBytes } from "../../net/bytes.ts";
import type { JournalReader, StoredEvent } from "../../store/sqlite/journal-reader.ts";
import { formOf, LEASE_FORMS } from "../leases/forms.ts";
import type { Printed } from "../leases/printed.ts";
import type { LeaseSearch } from "../leases/query.ts";

/*
 * Who had which address when, read from the journal: from the event that an address was given to
 * the one that it was no longer its client's.
 *
 * Times are those of the wall clock at that moment. Where it was set in between they don't fit
 * together: what passed is known from lease time, which never steps. Then somebody had the address
 * at every moment that either end of it allows for, for a question that matters must not be
 * answered with nobody.
 */

/** The time for which a client had an address. */
export interface Tenure extends Omit<Printed, "state" | "start" | "expiry"> {
  /** When it was given, as in RFC 3339. */
  readonly from: string;
  /** When it was its client's no longer; null: it still is. */
  readonly to: string | null;
  /** What ended it, such as `released`; null: nothing has. */
  readonly ended: string | null;
  /** It began before history did: `from` is when the client was last given time. */
  readonly began_before?: true;
  /** The clock of the machine was set meanwhile: one of the times may be wrong. */
  readonly clock_set?: true;
}

/** Which tenures are meant. Times are milliseconds since 1970. */
export interface HistoryQuery {
  readonly search: LeaseSearch;
  /** The first and the last address, in network order; undefined: all. */
  readonly addresses: { readonly start: Uint8Array; readonly end: Uint8Array } | undefined;
  /** Only what was so at some moment from `since` on, until `until`, both included. */
  readonly since: number;
  readonly until: number;
}

/** Events that are read at one time, in a short transaction. */
const SLICE = 2000;
/** The wall clock was set when it moved so much against lease time, in milliseconds. */
const STEP = 3000;
const ENDS: ReadonlySet<string> = new Set(["released", "expired", "declined", "removed", "conflict"]);

/** The addresses that a text names, as `HistoryQuery` has them; undefined: it names none. */
export function addressesIn(text: string | undefined): HistoryQuery["addresses"] {
  if (text === undefined) return undefined;
  for (const { within } of LEASE_FORMS) {
    const meant = within(text);
    if (meant !== undefined) return meant;
  }
  return undefined;
}

/**
 * The tenures that are meant, some at a time, perhaps none: those that have ended in the order of
 * their ends, then those that have not. Between two of them the caller may do something else.
 */
export function* tenures(reader: JournalReader, query: HistoryQuery): Generator<readonly Tenure[], undefined, undefined> {
  const open = new Map<string, StoredEvent>();
  for (const events of eventsOf(reader, query)) {
    const found: Tenure[] = [];
    for (const event of events) {
      const tenure = take(open, event, query);
      if (tenure !== undefined) found.push(tenure);
    }
    yield found;
  }
  const found: Tenure[] = [];
  for (const event of open.values()) {
    const tenure = tenureOf(event, undefined, query);
    if (tenure !== undefined) found.push(tenure);
  }
  yield found;
}

function* eventsOf(reader: JournalReader, { addresses }: HistoryQuery): Generator<readonly StoredEvent[]> {
  if (addresses !== undefined && equalBytes(addresses.start, addresses.end)) {
    yield reader.ofAddress(addresses.start, 0, Number.MAX_SAFE_INTEGER);
    return;
  }
  for (let after = 0; ; ) {
    const { events, end } = reader.after(after, SLICE);
    if (end === after) return;
    after = end;
    yield addresses === undefined ? events : events.filter(({ address }) => isWithin(address, addresses));
  }
}

function isWithin(address: Uint8Array, { start, end }: NonNullable<HistoryQuery["addresses"]>): boolean {
  return address.length === start.length && compare(start, address) <= 0 && compare(address, end) <= 0;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return 0;
}

/** What has ended with the event, if it is meant. */
function take(open: Map<string, StoredEvent>, event: StoredEvent, query: HistoryQuery): Tenure | undefined {
  const key = `${event.space}/${event.address.join(".")}`;
  const begun = open.get(key);
  if (ENDS.has(event.kind)) {
    open.delete(key);
    if (begun !== undefined) return tenureOf(begun, event, query);
    // Of what was given before history began the end is known.
    const wasBound = event.kind === "released" || event.kind === "expired" || (event.kind === "removed" && event.state === 1);
    return wasBound ? tenureOf(undefined, event, query) : undefined;
  }
  if (begun !== undefined && event.kind === "renewed" && clientOf(begun) === clientOf(event)) {
    // What the client says of itself now; it has had the address for as long.
    open.set(key, { ...event, kind: begun.kind, time: begun.time, leaseTime: begun.leaseTime, start: begun.start });
    return undefined;
  }
  // Another client has it from now on.
  open.set(key, begun === undefined ? event : { ...event, kind: "bound" });
  return begun === undefined ? undefined : tenureOf(begun, event, query);
}

function clientOf({ space, record }: StoredEvent): string | undefined {
  return formOf(space)?.clientOf(record);
}

/** `begun`: undefined: before history; `ended`: undefined: it has not. Not both. */
function tenureOf(
  begun: StoredEvent | undefined,
  ended: StoredEvent | undefined,
  { search, since, until }: HistoryQuery,
): Tenure | undefined {
  const event = (begun ?? ended) as StoredEvent;
  const isLate = begun === undefined || begun.kind === "renewed";
  const from = isLate ? Math.min(event.start * 1000, event.time) : event.time;
  const to = ended && endOf(ended);
  // Lease time that passed in between, and what the wall clock says of it.
  const passed = begun === undefined || ended === undefined || isLate ? undefined : (ended.leaseTime - begun.leaseTime) * 1000;
  const wasSet = passed !== undefined && ended !== undefined && Math.abs(ended.time - from - passed) > STEP;
  const earliest = wasSet && to !== undefined ? Math.min(from, to - (passed ?? 0)) : from;
  const latest = to === undefined ? Number.POSITIVE_INFINITY : wasSet ? Math.max(to, from + (passed ?? 0)) : to;
  if (earliest > until || latest <= since) return undefined;
  // Its state and times are of another moment.
  const printed = search.printed({ ...event, row: 0 }, 0, 0);
  if (printed === undefined) return undefined;
  const { state: _state, start: _start, expiry: _expiry, ...who } = printed;
  return {
    ...who,
    from: timeOf(from),
    to: to === undefined ? null : timeOf(to),
    ended: ended === undefined ? null : ended.kind === "bound" || ended.kind === "renewed" ? "given" : ended.kind,
    ...(isLate ? { began_before: true as const } : {}),
    ...(wasSet ? { clock_set: true as const } : {}),
  };
}

/** A lease that ran out ended when its time was over, not when that was noticed. */
function endOf({ kind, expiry, time }: StoredEvent): number {
  return kind === "expired" && expiry !== NEVER ? Math.min(expiry * 1000, time) : time;
}

function timeOf(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace(".000Z", "Z");
}
