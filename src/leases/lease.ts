import type { Ipv4 } from "../net/ipv4.ts";

/** A moment in whole seconds, on a clock that never steps: near to seconds since 1970, whatever becomes of the wall clock. */
export type Seconds = number;

/** The end of a lease that never ends (lease time 0xffffffff, RFC 2131 section 3.3). */
export const NEVER: Seconds = 0xffffffff;

/** The last second that anything else can end in: times have 32 bits in memory and on disk. It is in the year 2106. */
const LAST: Seconds = NEVER - 1;

/** A time as it is kept: what is later than the last second is not NEVER, for then it would never end. */
export function storedTime(time: Seconds): Seconds {
  return time === NEVER ? NEVER : Math.max(0, Math.min(Math.floor(time), LAST));
}

/** When what begins `now` and lasts for so many seconds ends. A duration of 0xffffffff or more never does (RFC 2131 section 3.3). */
export function endAfter(now: Seconds, duration: number): Seconds {
  return duration >= NEVER ? NEVER : Math.min(now + duration, LAST);
}

/** States of a lease. Numbers are part of the database format; 0 was in memory only, and stays unused. */
export const LeaseState = { bound: 1, released: 2, expired: 3, declined: 4 } as const;
export type LeaseState = (typeof LeaseState)[keyof typeof LeaseState];

/** Who holds, or last held, an address. Byte strings may be views of a packet or of the table's memory. */
export interface LeaseOwner {
  /**
   * What the client is known by: option 61, or htype and chaddr (RFC 2131 section 4.2). The table keeps any other key too;
   * the database of this package has room for these two.
   */
  readonly clientKey: Uint8Array;
  /** Option 61 as sent; undefined when the client sent none. */
  readonly clientIdentifier: Uint8Array | undefined;
  readonly htype: number;
  readonly chaddr: Uint8Array;
  /** The name that the client gives itself: that of option 81 as text (RFC 4702), else option 12 as sent. */
  readonly hostname: Uint8Array | undefined;
  /** Option 60 as sent. */
  readonly vendorClass: Uint8Array | undefined;
  /** Option 82 of the last relayed message, whole (RFC 3046). */
  readonly relayAgentInformation: Uint8Array | undefined;
  /** The keys that the lease is counted under, for limits, as `joinKeys` makes them. */
  readonly limitKeys: Uint8Array | undefined;
}

/** One address and its client. */
export interface Lease {
  readonly address: Ipv4;
  readonly state: LeaseState;
  /** When the client was last given its time. */
  readonly start: Seconds;
  /**
   * When the state ends: bound: the lease runs out; declined: probation ends; released and expired: when it stopped
   * being bound.
   */
  readonly expiry: Seconds;
  /** A declined address has an owner too: the client that declined it. */
  readonly owner: LeaseOwner;
}

/** An address that is kept for a client for a while, because it was offered to it or is being probed for it. */
export interface Hold {
  readonly address: Ipv4;
  /** From this second on it is kept for nobody. */
  readonly until: Seconds;
  /** The client; what else is known of it is on record when the address turns out to be in use. */
  readonly owner: LeaseOwner;
}

/**
 * A change to the lease table. `put` says how the lease of an address stands from now on, replacing what was
 * known of that address; `remove` forgets the address. `hold` and `withdraw` begin and end a hold and leave the lease of the
 * address as it is: they live in memory only, and are not undone. A client has one hold on a link: a new one replaces it; and one that
 * is given the address, or that declines it, holds it no longer.
 */
export type LeaseChange =
  | { readonly kind: "put"; readonly lease: Lease }
  | { readonly kind: "remove"; readonly address: Ipv4 }
  | { readonly kind: "hold"; readonly hold: Hold }
  | { readonly kind: "withdraw"; readonly address: Ipv4 };

/**
 * How row `row` of the lease database stands from now on. Rows are numbered by the lease table; an address has one row for as long
 * as it is remembered, so that leases given out together are stored together whatever their addresses. A write owns its bytes from
 * the moment it is made: it may wait for its batch while the table and the packet buffers are used again.
 */
export type LeaseWrite =
  | {
      readonly kind: "put";
      readonly row: number;
      readonly address: Ipv4;
      readonly state: LeaseState;
      readonly start: Seconds;
      readonly expiry: Seconds;
      /** The owner, as `writeOwnerRecord` writes it. */
      readonly record: Uint8Array;
      /** Name of the network the address belongs to; empty when none is configured for it. */
      readonly network: string;
    }
  /** Nothing but these differs from what the row holds on disk. */
  | {
      readonly kind: "times";
      readonly row: number;
      readonly address: Ipv4;
      readonly state: LeaseState;
      readonly start: Seconds;
      readonly expiry: Seconds;
    }
  | { readonly kind: "remove"; readonly row: number; readonly address: Ipv4 };
