/**
 * A moment in whole seconds, on a clock that never steps: near to seconds since 1970, whatever
 * becomes of the wall clock.
 */
export type Seconds = number;

/**
 * The end of a lease that never ends (lease time 0xffffffff, RFC 2131 section 3.3, RFC 8415 section
 * 7.7).
 */
export const NEVER: Seconds = 0xffffffff;

/**
 * The last second that anything else can end in: times have 32 bits in memory and on disk. It is in
 * the year 2106.
 */
const LAST: Seconds = NEVER - 1;

/**
 * A time as it is kept: what is later than the last second is not NEVER, for then it would never
 * end.
 */
export function storedTime(time: Seconds): Seconds {
  return time === NEVER ? NEVER : Math.max(0, Math.min(Math.floor(time), LAST));
}

/**
 * When what begins `now` and lasts for so many seconds ends. A duration of 0xffffffff or more never
 * does.
 */
export function endAfter(now: Seconds, duration: number): Seconds {
  return duration >= NEVER ? NEVER : Math.min(now + duration, LAST);
}

/**
 * Whether a lease that ends then is over: it lasts through the second in which it ends. Times are
 * rounded down, so a client that was given an address late in a second has it until late in the
 * last one. `now` is a whole second, too.
 */
export function isOver(expiry: Seconds, now: Seconds): boolean {
  return expiry < now && expiry !== NEVER;
}

/**
 * States of a lease. Numbers are part of the database format; 0 was in memory only, and stays
 * unused.
 */
export const LeaseState = { bound: 1, released: 2, expired: 3, declined: 4 } as const;
export type LeaseState = (typeof LeaseState)[keyof typeof LeaseState];

/**
 * Which addresses a table is about: part of the database format, in which rows of all tables stand
 * side by side. 0: IPv4.
 */
export type SpaceId = number;

/**
 * What of a client every table looks at, whatever else a protocol keeps. Byte strings may be views
 * of a packet or of the table's memory.
 */
export interface Owner {
  /** What the client is known by. */
  readonly clientKey: Uint8Array;
  /** The keys that the lease is counted under, for limits, as `joinKeys` makes them. */
  readonly limitKeys: Uint8Array | undefined;
  /** The name that it has here, as `writeLeaseName` makes it; undefined: nothing was decided. */
  readonly name?: Uint8Array | undefined;
  /**
   * Of a declined address alone: a probe found it in use, and the client is the one that was to get
   * it.
   */
  readonly foundByProbe?: true | undefined;
}

/** One address and its client. */
export interface Lease<A, O> {
  readonly address: A;
  readonly state: LeaseState;
  /** When the client was last given its time. */
  readonly start: Seconds;
  /**
   * When the state ends: bound: the lease runs out; declined: probation ends; released and expired:
   * when it stopped being bound.
   */
  readonly expiry: Seconds;
  /** A declined address has an owner too: the client that declined it, or that was to get it. */
  readonly owner: O;
}

/**
 * An address that is kept for a client for a while, because it was offered to it or is being probed
 * for it.
 */
export interface Hold<A, O> {
  readonly address: A;
  /** From this second on it is kept for nobody. */
  readonly until: Seconds;
  /** The client; what else is known of it is on record when the address turns out to be in use. */
  readonly owner: O;
}

/**
 * A change to the lease table. `put` says how the lease of an address stands from now on, replacing
 * what was known of that address; `remove` forgets the address. `hold` and `withdraw` begin and end
 * a hold and leave the lease of the address as it is: they live in memory only, and are not undone.
 * A client has one hold on a link: a new one replaces it, unless it is `beside` those before it;
 * and a client that is given the address, or that declines it, holds it no longer.
 */
export type LeaseChange<A, O> =
  | { readonly kind: "put"; readonly lease: Lease<A, O> }
  | { readonly kind: "remove"; readonly address: A }
  | { readonly kind: "hold"; readonly hold: Hold<A, O>; readonly beside?: true }
  | { readonly kind: "withdraw"; readonly address: A };

/** A row of the lease database. Its bytes are its own, or its reader's to keep. */
export interface StoredLease {
  readonly space: SpaceId;
  readonly row: number;
  /** In network order. */
  readonly address: Uint8Array;
  readonly state: LeaseState;
  readonly start: Seconds;
  readonly expiry: Seconds;
  /** What is kept of the client: see columns/record.ts. */
  readonly record: Uint8Array;
}

/** The same with the name of the network of the address; empty where none is configured for it. */
export interface NetworkedLease extends StoredLease {
  readonly network: string;
}

/**
 * How row `row` of a space stands in the lease database from now on. Rows are numbered by the lease
 * table; an address has one row for as long as it is remembered, so that leases given out together
 * are stored together whatever their addresses. A write owns its bytes from the moment it is made:
 * it may wait for its batch while the table and the packet buffers are used again.
 */
export type LeaseWrite =
  /** `network`: the name of that of the address; empty where none is configured for it. */
  | ({ readonly kind: "put"; readonly network: string } & StoredLease)
  /** Nothing but these differs from what the row holds on disk. */
  | ({ readonly kind: "times" } & Omit<StoredLease, "record">)
  | ({ readonly kind: "remove" } & Pick<StoredLease, "space" | "row" | "address">);
