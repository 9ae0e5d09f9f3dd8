import type { Ipv4 } from "../net/ipv4.ts";

/** A moment in whole seconds, on a clock that never steps: near to seconds since 1970, whatever becomes of the wall clock. */
export type Seconds = number;

/** The end of a lease that never ends (lease time 0xffffffff, RFC 2131 section 3.3). */
export const NEVER: Seconds = 0xffffffff;

/** States of a lease. `offered` lives in memory only; the others are on disk. Numbers are part of the database format. */
export const LeaseState = { offered: 0, bound: 1, released: 2, expired: 3, declined: 4 } as const;
export type LeaseState = (typeof LeaseState)[keyof typeof LeaseState];

/** Who holds, or last held, an address. Byte strings may be views of a packet or of the table's memory. */
export interface LeaseOwner {
  /** What the client is known by: option 61, or htype and chaddr (RFC 2131 section 4.2). */
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
   * When the state ends: bound: the lease runs out; offered: the hold ends; declined: probation ends;
   * released and expired: when it stopped being bound.
   */
  readonly expiry: Seconds;
  /** A declined address has an owner too: the client that declined it. */
  readonly owner: LeaseOwner;
}

/**
 * A change to the lease table. `put` says how the lease of an address stands from now on, replacing what was
 * known of that address; `remove` forgets the address.
 */
export type LeaseChange = { readonly kind: "put"; readonly lease: Lease } | { readonly kind: "remove"; readonly address: Ipv4 };

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
