import type { Ipv6 } from "../../net/ipv6.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import type * as leases from "../lease.ts";
import type { Owner } from "../lease.ts";
import type { LeaseReader as AnyLeaseReader, LeaseWalker as AnyLeaseWalker } from "../reader.ts";
import type { AddressFilter as AnyAddressFilter } from "../space.ts";
import type { Applied as AnyApplied } from "../table.ts";

/*
 * Leases of IPv6 addresses and prefixes, as DHCPv6 gives them. Both are in one table: an address is
 * a prefix of 128 bits.
 */

export { endAfter, LeaseState, type LeaseWrite, NEVER, type Seconds, storedTime } from "../lease.ts";

/**
 * Who holds, or last held, an address or prefix. Byte strings may be views of a packet or of the
 * table's memory.
 */
export interface LeaseOwner extends Owner {
  /** Type of the identity association, IAID and DUID: see client-key.ts. */
  readonly clientKey: Uint8Array;
  /** The preferred lifetime that the client was last given, in seconds. */
  readonly preferredLifetime: number;
  /**
   * Where its last message came from, and answers go to: its own link-local address, or that of the
   * relay nearest to this server.
   */
  readonly peerAddress: Ipv6 | undefined;
  /**
   * The relays that its last message came through, see relays.ts; undefined: it is on a link of
   * this machine.
   */
  readonly relays: Uint8Array | undefined;
  /** Name of the interface that it was last heard on. */
  readonly interfaceName: Uint8Array | undefined;
  /** Hardware type (16 bits) and address, of option 79 or of the DUID (RFC 6939). */
  readonly hardware: Uint8Array | undefined;
  /** The name that the client gives itself, as text (RFC 4704). */
  readonly hostname: Uint8Array | undefined;
  /** Option 16 as sent. */
  readonly vendorClass: Uint8Array | undefined;
  /** The 16 bytes of RKAP; undefined: the client does not accept Reconfigure. */
  readonly reconfigureKey: Uint8Array | undefined;
  readonly limitKeys: Uint8Array | undefined;
}

/** The lease of an IPv6 address or prefix. */
export type Lease = leases.Lease<Ipv6Prefix, LeaseOwner>;
/** The hold of an IPv6 address or prefix. */
export type Hold = leases.Hold<Ipv6Prefix, LeaseOwner>;
/** A change to leases of IPv6 addresses and prefixes. */
export type LeaseChange = leases.LeaseChange<Ipv6Prefix, LeaseOwner>;
/** A change that was applied: what to write, and how to undo it. */
export type Applied = AnyApplied<Ipv6Prefix, LeaseOwner>;
/** IPv6 addresses and prefixes that somebody must not be given. */
export type AddressFilter = AnyAddressFilter<Ipv6Prefix>;

/**
 * What leases can be found by besides their address and the identity association: the DUID of the
 * client, and the Relay-ID option of a relay (RFC 5007, RFC 5460).
 */
export type LeaseTrait = "duid" | "relayId";

/** What the engine asks of the leases of IPv6 addresses and prefixes. */
export type LeaseReader = AnyLeaseReader<Ipv6Prefix, LeaseOwner, LeaseTrait>;
export type LeaseWalker = AnyLeaseWalker<Ipv6Prefix, LeaseOwner, LeaseTrait>;
