import { equalBytes } from "../net/bytes.ts";
import { AddressCounts } from "./address-counts.ts";
import { ChainedIndex } from "./columns/chained-index.ts";
import type { KeyHash } from "./columns/key-hash.ts";
import { RowHeaps } from "./columns/row-heaps.ts";
import type { LeaseRows } from "./lease-rows.ts";
import type { Space } from "./space.ts";

/** The value of a trait of an owner; undefined: it has none. */
export type TraitReader<O> = (owner: O, trait: string) => Uint8Array | undefined;

/**
 * What of a table follows from its space: which addresses of the pools are unused, which leases of
 * each pool ended first, and the traits that leases are found by. All of it may be told the same
 * thing twice: so a second one can be filled, a few rows at a time, while leases change.
 */
export class SpaceIndex<A, O> {
  readonly space: Space<A>;
  /**
   * Rows that have ended, by pool, and the last queue for those outside all pools: a reserved or
   * excluded address is for nobody else.
   */
  readonly ended: RowHeaps;
  /** The one thing that must not be told twice: so it says itself how far it was filled. */
  readonly counts: AddressCounts<A>;
  readonly #rows: LeaseRows<A, O>;
  readonly #traits: readonly { readonly name: string; readonly index: ChainedIndex }[];
  readonly #traitOf: TraitReader<O>;
  readonly #hash: KeyHash;

  constructor(space: Space<A>, rows: LeaseRows<A, O>, traitOf: TraitReader<O>, hash: KeyHash) {
    this.space = space;
    this.#rows = rows;
    this.counts = new AddressCounts(space);
    this.ended = new RowHeaps(space.pools.length + 1, () => rows.expiry);
    this.#traits = space.traits.map((name) => ({ name, index: new ChainedIndex() }));
    this.#traitOf = traitOf;
    this.#hash = hash;
    this.reserve(rows.capacity);
  }

  /** Makes room for this many rows, if there is not. */
  reserve(capacity: number): void {
    this.ended.reserve(capacity);
    for (const { index } of this.#traits) index.reserve(capacity);
  }

  /** The address has a lease or a hold from now on. */
  use(address: A): void {
    const pool = this.space.poolOf(address);
    if (pool >= 0) this.space.pools[pool]?.use(address);
    else this.space.strays?.use(address);
  }

  /** It has neither from now on. */
  release(address: A): void {
    const pool = this.space.poolOf(address);
    if (pool >= 0) this.space.pools[pool]?.release(address);
    else this.space.strays?.release(address);
  }

  /** The lease in the row has ended, and nobody holds its address. */
  addEnded(row: number): void {
    this.ended.add(this.#queueOf(row), row);
  }

  removeEnded(row: number): void {
    this.ended.remove(this.#queueOf(row), row);
  }

  /** The row, which is bound, can be found by the traits of its owner from now on. */
  index(row: number): void {
    if (this.#traits.length === 0) return;
    const owner = this.#rows.records.read(row);
    for (const { name, index } of this.#traits) {
      const value = this.#traitOf(owner, name);
      if (value !== undefined) index.insert(row, this.#hash(value));
    }
  }

  /** It can't be from now on; to be called before its owner changes. */
  unindex(row: number): void {
    for (const { index } of this.#traits) index.remove(row);
  }

  /**
   * Rows whose owner has this value of a trait, at most `limit`; none for a trait that the space
   * does not ask for.
   */
  rowsWith(trait: string, value: Uint8Array, limit: number): number[] {
    const rows: number[] = [];
    const index = this.#traits.find(({ name }) => name === trait)?.index;
    if (index === undefined) return rows;
    for (let row = index.first(this.#hash(value)); row !== -1 && rows.length < limit; row = index.after(row)) {
      const own = this.#traitOf(this.#rows.records.read(row), trait);
      if (own !== undefined && equalBytes(own, value)) rows.push(row);
    }
    return rows;
  }

  #queueOf(row: number): number {
    const pool = this.space.poolOf(this.#rows.addresses.get(row));
    return pool >= 0 ? pool : this.space.pools.length;
  }
}
