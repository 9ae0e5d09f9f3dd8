import { toHex } from "../net/bytes.ts";
import { type Hold, type Lease, type LeaseChange, LeaseState, type Seconds } from "./lease.ts";
import { type Contents, Draft, type Entry, emptyContents } from "./persistent/draft.ts";
import { number32, textOf } from "./persistent/keys.ts";
import { EMPTY_SET, type OrdinalSet } from "./persistent/ordinal-set.ts";
import { capacityOf, unusedIn } from "./persistent/pool.ts";
import { beginningWith, entries, get } from "./persistent/sorted-map.ts";
import { type LeaseWalker, MOST_WITH_TRAIT } from "./reader.ts";
import type { AddressFilter, PoolPosition, Space } from "./space.ts";
import type { LeaseFamily } from "./table.ts";

/** What became of a database as time passed. */
export interface Expired<A, O> {
  readonly database: LeaseDatabase<A, O>;
  /** The leases that ran out: bound ones, as they are now. */
  readonly expired: readonly Lease<A, O>[];
}

/**
 * Leases that never change: what a `LeaseTable` does to itself gives another database here, which
 * shares nearly everything with the one before, and the one before stays as it was. To the engine
 * both are the same. A step of a server makes about a hundred objects anew, whatever the number of
 * leases; a table is faster and smaller, and a server that runs for years keeps one.
 *
 * Byte strings belong to the database, and may be kept as long as nobody changes them.
 */
export class LeaseDatabase<A, O> implements LeaseWalker<A, O> {
  readonly #family: LeaseFamily<A, O>;
  readonly #space: Space<A>;
  /** @internal */
  readonly contents: Contents<A, O>;

  /** An empty one is made by `emptyDatabase`. @internal */
  constructor(family: LeaseFamily<A, O>, space: Space<A>, contents: Contents<A, O>) {
    this.#family = family;
    this.#space = space;
    this.contents = contents;
  }

  /** Number of addresses that are leased, declined or remembered. */
  get size(): number {
    return this.contents.entries.size;
  }

  byAddress(address: A): Lease<A, O> | undefined {
    return this.#entry(address)?.lease;
  }

  ofClient(clientKey: Uint8Array, link: number, besides?: A): Lease<A, O> | undefined {
    let best: Lease<A, O> | undefined;
    for (const lease of this.allOfClient(clientKey, link)) {
      if (besides !== undefined && this.#family.addresses.equals(lease.address, besides)) continue;
      if (best === undefined || hasMoreOfAClaim(lease, best)) best = lease;
    }
    return best;
  }

  allOfClient(clientKey: Uint8Array, link: number): readonly Lease<A, O>[] {
    const found: Lease<A, O>[] = [];
    for (const [, address] of beginningWith(this.contents.byClient, `${toHex(clientKey)}/`))
      if (this.#space.linkOf(address) === link) found.push((this.#entry(address) as Entry<A, O>).lease);
    return found;
  }

  holdOn(address: A): Hold<A, O> | undefined {
    return get(this.contents.holds, this.#keyOf(address));
  }

  heldBy(clientKey: Uint8Array, link: number): Hold<A, O> | undefined {
    for (const [, address] of beginningWith(this.contents.holdsByClient, `${toHex(clientKey)}/`))
      if (this.#space.linkOf(address) === link) return this.holdOn(address);
    return undefined;
  }

  unusedAddress({ index }: PoolPosition, seed: number, unless?: AddressFilter<A>): A | undefined {
    const pool = this.#space.pools[index];
    return pool && unusedIn(pool.shape, this.#usedIn(index), seed, unless);
  }

  longestExpired({ index }: PoolPosition, unless?: AddressFilter<A>): Lease<A, O> | undefined {
    for (const [, address] of beginningWith(this.contents.ended, number32(index)))
      if (!unless?.excludes(address)) return this.byAddress(address);
    return undefined;
  }

  overlapping(address: A): number {
    return this.contents.strays?.overlapping(address) ?? 0;
  }

  capacityOf({ index }: PoolPosition): number {
    const pool = this.#space.pools[index];
    return pool === undefined ? 0 : capacityOf(pool.shape);
  }

  /** How many of these are neither in use nor remembered. */
  unusedIn(pool: PoolPosition): number {
    return this.capacityOf(pool) - this.#usedIn(pool.index).size;
  }

  inUse(pool: PoolPosition): number {
    return this.#usedIn(pool.index).size - (get(this.contents.endedIn, pool.index) ?? 0);
  }

  countOf(limitKey: Uint8Array): number {
    return get(this.contents.limits, toHex(limitKey)) ?? 0;
  }

  withTrait(trait: string, value: Uint8Array, most: number = MOST_WITH_TRAIT): readonly Lease<A, O>[] {
    const found: Lease<A, O>[] = [];
    for (const [, address] of beginningWith(this.contents.traits, `${trait}/${toHex(value)}/`)) {
      if (found.length >= Math.min(most, MOST_WITH_TRAIT)) break;
      found.push((this.#entry(address) as Entry<A, O>).lease);
    }
    return found;
  }

  /** Every lease, in the order of rows. */
  *leases(): IterableIterator<Lease<A, O>> {
    for (const [, address] of entries(this.contents.rows)) yield (this.#entry(address) as Entry<A, O>).lease;
  }

  rowOf(address: A): number {
    return this.#entry(address)?.row ?? -1;
  }

  /** Every hold, in the order of addresses. */
  *holds(): IterableIterator<Hold<A, O>> {
    for (const [, hold] of entries(this.contents.holds)) yield hold;
  }

  /** The database in which these changes have been carried out, one after the other. */
  apply(changes: Iterable<LeaseChange<A, O>>): LeaseDatabase<A, O> {
    const draft = this.#draft();
    for (const change of changes) draft.change(change);
    return new LeaseDatabase(this.#family, this.#space, draft.contents);
  }

  /**
   * The database as it is at this time: holds have lapsed, bound leases have run out and declined
   * addresses are free, in the second after their last, and what was remembered for longer than
   * `affinity` is forgotten.
   */
  expire(now: Seconds): Expired<A, O> {
    const draft = this.#draft();
    const expired = draft.expire(now);
    return {
      database:
        expired.length === 0 && draft.contents === this.contents ? this : new LeaseDatabase(this.#family, this.#space, draft.contents),
      expired,
    };
  }

  /** The same leases and holds by another configuration. @internal */
  movedTo(space: Space<A>): LeaseDatabase<A, O> {
    const { freeRows, nextRow, changes } = this.contents;
    const draft = new Draft(this.#family, space, emptyContents<A, O>(space));
    let given = 0;
    for (const [, address] of entries(this.contents.rows)) draft.takeOver({ ...(this.#entry(address) as Entry<A, O>), given: ++given });
    for (const hold of this.holds()) draft.change({ kind: "hold", hold, beside: true });
    return new LeaseDatabase(this.#family, space, { ...draft.contents, freeRows, nextRow, changes });
  }

  #draft(): Draft<A, O> {
    return new Draft(this.#family, this.#space, this.contents);
  }

  #entry(address: A): Entry<A, O> | undefined {
    return get(this.contents.entries, this.#keyOf(address));
  }

  #usedIn(index: number): OrdinalSet {
    return get(this.contents.used, index) ?? EMPTY_SET;
  }

  #keyOf(address: A): string {
    return textOf(this.#family.addresses.toBytes(address));
  }
}

/** A database without leases. */
export function emptyDatabase<A, O>(family: LeaseFamily<A, O>, space: Space<A>): LeaseDatabase<A, O> {
  return new LeaseDatabase(family, space, emptyContents(space));
}

/** As in `LeaseTable`, where rows of equal claim come in their order. */
function hasMoreOfAClaim<A, O>(lease: Lease<A, O>, than: Lease<A, O>): boolean {
  const difference = Number(lease.state === LeaseState.bound) - Number(than.state === LeaseState.bound);
  return difference !== 0 ? difference > 0 : lease.expiry > than.expiry;
}
