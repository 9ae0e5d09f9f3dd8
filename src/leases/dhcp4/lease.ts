import type { Ipv4 } from "../../net/ipv4.ts";
import type * as leases from "../lease.ts";
import type { Owner } from "../lease.ts";
import type { LeaseReader as AnyLeaseReader, LeaseWalker as AnyLeaseWalker } from "../reader.ts";
import type { AddressFilter as AnyAddressFilter } from "../space.ts";
import type { Applied as AnyApplied } from "../table.ts";

/* Leases of IPv4 addresses, as DHCPv4 gives them. */

export { endAfter, LeaseState, type LeaseWrite, NEVER, type Seconds, storedTime } from "../lease.ts";

/**
 * Who holds, or last held, an address. Byte strings may be views of a packet or of the table's
 * memory.
 */
export interface LeaseOwner extends Owner {
  /**
   * What the client is known by: option 61, or htype and chaddr (RFC 2131 section 4.2). The table
   * keeps any other key too.
   */
  readonly clientKey: Uint8Array;
  /** Option 61 as sent; undefined when the client sent none. */
  readonly clientIdentifier: Uint8Array | undefined;
  readonly htype: number;
  readonly chaddr: Uint8Array;
  /**
   * The name that the client gives itself: that of option 81 as text (RFC 4702), else option 12 as
   * sent.
   */
  readonly hostname: Uint8Array | undefined;
  /** Option 60 as sent. */
  readonly vendorClass: Uint8Array | undefined;
  /** Option 82 of the last relayed message, whole (RFC 3046). */
  readonly relayAgentInformation: Uint8Array | undefined;
  readonly limitKeys: Uint8Array | undefined;
}

/** The lease of an IPv4 address. */
export type Lease = leases.Lease<Ipv4, LeaseOwner>;
/** The hold of an IPv4 address. */
export type Hold = leases.Hold<Ipv4, LeaseOwner>;
/** A change to leases of IPv4 addresses. */
export type LeaseChange = leases.LeaseChange<Ipv4, LeaseOwner>;
/** A change that was applied: what to write, and how to undo it. */
export type Applied = AnyApplied<Ipv4, LeaseOwner>;
/** IPv4 addresses that somebody must not be given. */
export type AddressFilter = AnyAddressFilter<Ipv4>;

/**
 * What leases can be found by besides their address and client: what the client sent of itself, and
 * option 82 sub-option 2 of its relay.
 */
export type LeaseTrait = "chaddr" | "clientIdentifier" | "remoteId";

/** What the engine asks of the leases of IPv4 addresses. */
export type LeaseReader = AnyLeaseReader<Ipv4, LeaseOwner, LeaseTrait>;
export type LeaseWalker = AnyLeaseWalker<Ipv4, LeaseOwner, LeaseTrait>;
