import type { Hold, Lease } from "./lease.ts";
import type { AddressFilter, PoolPosition } from "./space.ts";

/**
 * Of more leases with the same trait no more are found: to go over all of them would hold up
 * packets.
 */
export const MOST_WITH_TRAIT = 1000;

/**
 * What the engine may ask of the lease table. All of it takes constant time, or nearly, whatever
 * the number of leases.
 */
export interface LeaseReader<A, O, T extends string = string> {
  /** The lease of an address; also one that was released or has expired, while it is remembered. */
  byAddress(address: A): Lease<A, O> | undefined;
  /**
   * The lease of a client on one link, but for that of the address `besides`: a bound one if there
   * is one, else one that is remembered; of several the one that ends or ended last. Leases that a
   * client declined are not its own any more and are never returned.
   */
  ofClient(clientKey: Uint8Array, link: number, besides?: A): Lease<A, O> | undefined;
  /** All leases of a client on one link, but those that it declined, in no order. */
  allOfClient(clientKey: Uint8Array, link: number): readonly Lease<A, O>[];
  /** The hold of an address. It may be over: the table may not have noticed yet. */
  holdOn(address: A): Hold<A, O> | undefined;
  /** The hold of a client on one link, of several any; it may be over as well. */
  heldBy(clientKey: Uint8Array, link: number): Hold<A, O> | undefined;
  /**
   * An address of the pool that is neither leased nor remembered nor held nor excluded, the first
   * one at or after the place that `seed` picks (see `Pool.first`), going round, that `unless` lets
   * pass; undefined when there is none.
   */
  unusedAddress(pool: PoolPosition, seed: number, unless?: AddressFilter<A>): A | undefined;
  /**
   * The released or expired lease of the pool that has been so for the longest time, of those whose
   * address nobody holds and `unless` lets pass; undefined when there is none.
   */
  longestExpired(pool: PoolPosition, unless?: AddressFilter<A>): Lease<A, O> | undefined;
  /**
   * How many addresses that are leased, remembered or held overlap this one and are not the same,
   * as prefixes of different lengths may; those of one pool never do.
   */
  overlapping(address: A): number;
  /** Number of addresses of the pool that can be given out, in use or not. */
  capacityOf(pool: PoolPosition): number;
  /**
   * How many of these are bound, held or in probation, as far as the table has noticed which of
   * them ran out.
   */
  inUse(pool: PoolPosition): number;
  /**
   * How many addresses, bound or held, are kept with this limit key, as far as the table has
   * noticed which of them ran out.
   */
  countOf(limitKey: Uint8Array): number;
  /**
   * The bound leases, as far as the table has noticed which of them ran out, whose owner has this
   * value of a trait. Of more than `most`, or `MOST_WITH_TRAIT`, only so many are found, those that
   * were given to their owner last. Nothing is found where the space does not ask for the trait: it
   * costs memory to keep track of.
   */
  withTrait(trait: T, value: Uint8Array, most?: number): readonly Lease<A, O>[];
}

/** A reader for who has the time to look at every lease, a few at a time. */
export interface LeaseWalker<A, O, T extends string = string> extends LeaseReader<A, O, T> {
  /**
   * Every lease, in the order of rows. May be left and gone on with after changes: a lease whose
   * address was forgotten and given again meanwhile may come twice.
   */
  leases(): IterableIterator<Lease<A, O>>;
  /** The row of an address, which says where `leases` comes by it; -1: it has none. */
  rowOf(address: A): number;
}
