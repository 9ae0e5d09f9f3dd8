import type { Range } from "../config/model/dhcp4.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import type { Hold, Lease } from "./lease.ts";

/** What leases can be found by besides their address and client: what the client sent of itself, and option 82 sub-option 2 of its relay. */
export type LeaseTrait = "chaddr" | "clientIdentifier" | "remoteId";

/** Addresses that somebody must not be given. */
export interface AddressFilter {
  excludes(address: Ipv4): boolean;
}

/** What the engine may ask of the lease table. All of it takes constant time, or nearly, whatever the number of leases. */
export interface LeaseReader {
  /** The lease of an address; also one that was released or has expired, while it is remembered. */
  byAddress(address: Ipv4): Lease | undefined;
  /**
   * The lease of a client on one link (`Link.index`), but for that of the address `besides`: a bound one if there is one, else one that is
   * remembered; of several the one that ends or ended last. Leases that a client declined are not its own any more and are never returned.
   */
  ofClient(clientKey: Uint8Array, link: number, besides?: Ipv4): Lease | undefined;
  /** The hold of an address. It may be over: the table may not have noticed yet. */
  holdOn(address: Ipv4): Hold | undefined;
  /** The hold of a client on one link; it may be over as well. */
  heldBy(clientKey: Uint8Array, link: number): Hold | undefined;
  /**
   * An address of the range that is neither leased nor remembered nor held nor excluded, the first one at or after the place
   * that `seed` (any unsigned 32-bit number) picks in the range, going round, that `unless` lets pass; undefined when there is none.
   */
  unusedAddress(range: Range, seed: number, unless?: AddressFilter): Ipv4 | undefined;
  /**
   * The released or expired lease of the range that has been so for the longest time, of those whose address nobody holds and `unless` lets
   * pass; undefined when there is none.
   */
  longestExpired(range: Range, unless?: AddressFilter): Lease | undefined;
  /** Number of addresses of the range that can be given out, in use or not. */
  capacityOf(range: Range): number;
  /** How many of these are bound, held or in probation, as far as the table has noticed which of them ran out. */
  inUse(range: Range): number;
  /**
   * How many addresses, bound or held, are kept with this limit key, as far as the table has noticed which of them ran out. Always 0 when
   * the configuration has no limits.
   */
  countOf(limitKey: Uint8Array): number;
  /**
   * The bound leases, as far as the table has noticed which of them ran out, whose owner has this value of a trait. Of more than a thousand only so many are found, those that were
   * given to their owner last. Nothing is found where the configuration has no `leasequery`: it costs memory to keep track of.
   */
  withTrait(trait: LeaseTrait, value: Uint8Array): readonly Lease[];
}
