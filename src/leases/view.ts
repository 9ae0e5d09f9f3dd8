import type { AddressCount } from "./address-counts.ts";
import type { Hold, Lease, LeaseState, NetworkedLease } from "./lease.ts";
import type { AddressFilter, PoolPosition, Space } from "./space.ts";
import { type LeaseFamily, LeaseTable } from "./table.ts";

/*
 * Inside, a lease is a view of the table's memory, which is another client's after the next change.
 * What leaves this package owns its bytes.
 */

/** Leases of any protocol, as they are stored; what is given out is the caller's to keep. */
export interface StoredView {
  /** How many leases are in each state, as far as the table has noticed: by a look at each. */
  states(): Readonly<Record<keyof typeof LeaseState, number>>;
  /** The lease of an address, given as bytes in network order. */
  storedAt(address: Uint8Array): NetworkedLease | undefined;
  /** The leases of a client on all links, but those that it declined, in no order. */
  storedOf(clientKey: Uint8Array): readonly NetworkedLease[];
  /**
   * What is in so many rows from this one on, whether there are leases in them or not; undefined:
   * there are no rows from there on.
   */
  storedFrom(first: number, rows: number): readonly NetworkedLease[] | undefined;
}

/**
 * A lease table to look at. Leases and holds are as they stood when they were asked for, and stay
 * so.
 */
export interface LeaseView<A, O> extends StoredView {
  /** Number of addresses that are leased, declined or remembered. */
  readonly size: number;
  /** The lease of an address; also one that was released or has expired, while it is remembered. */
  byAddress(address: A): Lease<A, O> | undefined;
  /**
   * The state of the lease of an address, as far as the table has noticed; undefined: it has none.
   */
  stateOf(address: A): LeaseState | undefined;
  /** The lease of a client on one link (`Link.index`). */
  ofClient(clientKey: Uint8Array, link: number): Lease<A, O> | undefined;
  /** The hold of an address. */
  holdOn(address: A): Hold<A, O> | undefined;
  /** Every lease, in the order of rows. */
  leases(): IterableIterator<Lease<A, O>>;
  /** Every hold. */
  holds(): IterableIterator<Hold<A, O>>;
  /** Number of addresses of the range that can be given out, in use or not. */
  capacityOf(pool: PoolPosition): number;
  /** How many of these are bound, held or in probation. */
  inUse(pool: PoolPosition): number;
  /** How many of these are neither in use nor remembered. */
  unusedIn(pool: PoolPosition): number;
  /** How many of these are in which state. */
  countsIn(pool: PoolPosition): AddressCount;
  /**
   * How many addresses of the network that are in none of its ranges, such as reserved ones, are in
   * which state.
   */
  countsOutside(network: PoolPosition): AddressCount;
}

/** Shows a table to others, who can neither change nor harm it. */
export function viewOf<A, O>(table: LeaseTable<A, O>, family: LeaseFamily<A, O>): LeaseView<A, O> {
  const own = (lease: Lease<A, O> | undefined) => lease && leaseCopy(lease, family);
  return {
    get size() {
      return table.size;
    },
    byAddress: (address) => own(table.byAddress(address)),
    stateOf: (address) => table.stateOf(address),
    ofClient: (clientKey, link) => own(table.ofClient(clientKey, link)),
    holdOn(address) {
      const hold = table.holdOn(address);
      return hold && holdCopy(hold, family);
    },
    *leases() {
      for (const lease of table.leases()) yield leaseCopy(lease, family);
    },
    *holds() {
      for (const hold of table.holds()) yield holdCopy(hold, family);
    },
    capacityOf: (pool) => table.capacityOf(pool),
    inUse: (pool) => table.inUse(pool),
    unusedIn: (pool) => table.unusedIn(pool),
    countsIn: ({ index }) => table.counts.ofPool(index),
    countsOutside: ({ index }) => table.counts.outsidePools(index),
    states: () => table.states(),
    storedAt: (address) => table.storedAt(address),
    storedOf: (clientKey) => table.storedOf(clientKey),
    storedFrom: (first, rows) => table.storedFrom(first, rows),
  };
}

/**
 * A lease table for programs of others: the leases and holds that it gives out are theirs to keep.
 */
export class OwningLeaseTable<A, O> extends LeaseTable<A, O> {
  readonly #family: LeaseFamily<A, O>;

  constructor(family: LeaseFamily<A, O>, space: Space<A>, secret?: readonly [number, number]) {
    super(family, space, secret);
    this.#family = family;
  }

  /** As in `LeaseReader`, with bytes of its own. */
  override byAddress(address: A): Lease<A, O> | undefined {
    return this.#own(super.byAddress(address));
  }

  /** As in `LeaseReader`, with bytes of its own. */
  override ofClient(clientKey: Uint8Array, link: number, besides?: A): Lease<A, O> | undefined {
    return this.#own(super.ofClient(clientKey, link, besides));
  }

  /** As in `LeaseReader`, with bytes of its own. */
  override allOfClient(clientKey: Uint8Array, link: number): readonly Lease<A, O>[] {
    return super.allOfClient(clientKey, link).map((lease) => leaseCopy(lease, this.#family));
  }

  /** As in `LeaseReader`, with bytes of its own. */
  override holdOn(address: A): Hold<A, O> | undefined {
    return this.#ownHold(super.holdOn(address));
  }

  /** As in `LeaseReader`, with bytes of its own. */
  override heldBy(clientKey: Uint8Array, link: number): Hold<A, O> | undefined {
    return this.#ownHold(super.heldBy(clientKey, link));
  }

  /** As in `LeaseReader`, with bytes of its own. */
  override longestExpired(pool: PoolPosition, unless?: AddressFilter<A>): Lease<A, O> | undefined {
    return this.#own(super.longestExpired(pool, unless));
  }

  /** As in `LeaseReader`, with bytes of its own. */
  override withTrait(trait: string, value: Uint8Array, most?: number): readonly Lease<A, O>[] {
    return super.withTrait(trait, value, most).map((lease) => leaseCopy(lease, this.#family));
  }

  override *leases(): IterableIterator<Lease<A, O>> {
    for (const lease of super.leases()) yield leaseCopy(lease, this.#family);
  }

  override *holds(): IterableIterator<Hold<A, O>> {
    for (const hold of super.holds()) yield holdCopy(hold, this.#family);
  }

  #own(lease: Lease<A, O> | undefined): Lease<A, O> | undefined {
    return lease && leaseCopy(lease, this.#family);
  }

  #ownHold(hold: Hold<A, O> | undefined): Hold<A, O> | undefined {
    return hold && holdCopy(hold, this.#family);
  }
}

/** The lease with bytes of its own. */
export function leaseCopy<A, O>({ address, state, start, expiry, owner }: Lease<A, O>, { records }: LeaseFamily<A, O>): Lease<A, O> {
  return { address, state, start, expiry, owner: records.copy(owner) };
}

function holdCopy<A, O>({ address, until, owner }: Hold<A, O>, { records }: LeaseFamily<A, O>): Hold<A, O> {
  return { address, until, owner: records.copy(owner) };
}
