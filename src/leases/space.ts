import type { Seconds, SpaceId } from "./lease.ts";

/** Addresses that somebody must not be given. */
export interface AddressFilter<A> {
  /** Whether this address is one of them. */
  excludes(address: A): boolean;
}

/** Addresses by their ordinals in a pool: from 0 to `size` - 1. */
export interface PoolAddresses<A> {
  /** At most 2^53. */
  readonly size: number;
  /** Of an address of the pool. */
  ordinalOf(address: A): number;
  addressAt(ordinal: number): A;
}

/** Ordinals from the first to the last, both included. */
export interface Ordinals {
  readonly first: number;
  readonly last: number;
}

/** What a pool consists of, whatever is used of it. */
export interface PoolShape<A> {
  readonly addresses: PoolAddresses<A>;
  /** What is never given out: sorted, not overlapping, inside the pool. */
  readonly excluded: readonly Ordinals[];
}

/**
 * Addresses for dynamic allocation, and which of them are unused. To use one that is used, or to
 * release one that is unused, changes nothing.
 */
export interface Pool<A> {
  readonly shape: PoolShape<A>;
  /** Addresses that can be given out, in use or not. */
  readonly capacity: number;
  /** Those of them that are unused. */
  readonly unused: number;
  /** The address is used from now on. */
  use(address: A): void;
  /** The address is unused from now on. */
  release(address: A): void;
  /**
   * The first unused address at or after the place that `seed` picks, going round, that `unless`
   * lets pass; undefined: none is left. Takes a few steps, and as many again for each excluded
   * address on the way. `seed`: at least 0 and less than 2^32, and what stands behind the point
   * counts too; 0: the lowest unused address.
   */
  first(seed: number, unless?: AddressFilter<A>): A | undefined;
}

/**
 * What is used and is in no pool, where that may be a part of what somebody is given, or have it as
 * a part. To use what is used, or to release what is not, changes nothing.
 */
export interface Strays<A> {
  use(address: A): void;
  release(address: A): void;
  /** How many of them overlap this one, and are not the same. */
  overlapping(address: A): number;
}

/** The same that never changes: what uses or releases something returns another one. */
export interface PersistentStrays<A> {
  use(address: A): PersistentStrays<A>;
  release(address: A): PersistentStrays<A>;
  overlapping(address: A): number;
}

/** One of several pools, by its position among them. */
export interface PoolPosition {
  readonly index: number;
}

/**
 * The configuration as a table sees it. A reload moves the table to another one; a space belongs to
 * one table, for its pools change with the leases.
 */
export interface Space<A> {
  readonly id: SpaceId;
  /** How long a lease that ended is remembered for its last owner, in seconds. */
  readonly affinity: Seconds;
  readonly pools: readonly Pool<A>[];
  /**
   * Position of the pool that the address can be given out from; -1: it is in none, as reserved and
   * excluded addresses are.
   */
  poolOf(address: A): number;
  /** Undefined: no address is a part of another one. */
  readonly strays?: Strays<A>;
  /** The same, of which nothing is used, for those who keep what was; undefined with `strays`. */
  readonly noStrays?: PersistentStrays<A>;
  /** Number of the link; -1: no network is configured for the address. */
  linkOf(address: A): number;
  /** Number of networks. */
  readonly networks: number;
  /** Number of the network, below `networks`; -1: none is configured for the address. */
  networkOf(address: A): number;
  /** Name of the network; empty when none is configured for the address. */
  networkName(address: A): string;
  /** What bound leases can be found by besides address and client. */
  readonly traits: readonly string[];
}
