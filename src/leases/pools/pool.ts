import type { AddressFilter, Ordinals, Pool, PoolAddresses, PoolShape } from "../space.ts";
import { Bitmap } from "./bitmap.ts";
import { NumberSet } from "./number-set.ts";
import { LARGEST_BITMAP, rangeWith, searchAll, searchPlaces, type Taken } from "./search.ts";

/**
 * A pool in which only `excluded` is used, for ever. `excluded`: sorted, not overlapping, inside
 * the pool.
 */
export function createPool<A>(addresses: PoolAddresses<A>, excluded: readonly Ordinals[]): Pool<A> {
  const shape = { addresses, excluded };
  return addresses.size <= LARGEST_BITMAP ? new SmallPool(shape) : new LargePool(shape);
}

/** One with a bit for each address. */
class SmallPool<A> implements Pool<A> {
  readonly shape: PoolShape<A>;
  readonly capacity: number;
  unused: number;
  readonly #addresses: PoolAddresses<A>;
  readonly #used: Bitmap;

  constructor(shape: PoolShape<A>) {
    const { addresses, excluded } = shape;
    this.shape = shape;
    this.#addresses = addresses;
    this.#used = new Bitmap(addresses.size);
    this.unused = addresses.size;
    for (const { first, last } of excluded) for (let ordinal = first; ordinal <= last; ordinal++) this.#use(ordinal);
    this.capacity = this.unused;
  }

  use(address: A): void {
    this.#use(this.#addresses.ordinalOf(address));
  }

  #use(ordinal: number): void {
    if (this.#used.add(ordinal)) this.unused--;
  }

  release(address: A): void {
    if (this.#used.delete(this.#addresses.ordinalOf(address))) this.unused++;
  }

  first(seed: number, unless?: AddressFilter<A>): A | undefined {
    return this.unused === 0 ? undefined : searchAll(this.#addresses, this.#used, seed, unless);
  }
}

/**
 * One that remembers the used addresses: there are so many others that any place is good to look
 * for one.
 */
class LargePool<A> implements Pool<A>, Taken {
  readonly shape: PoolShape<A>;
  readonly capacity: number;
  readonly #addresses: PoolAddresses<A>;
  readonly #excluded: readonly Ordinals[];
  readonly #used = new NumberSet();
  /**
   * Every ordinal below is used or excluded: where to begin for those who want addresses in their
   * order.
   */
  #lowest = 0;

  constructor(shape: PoolShape<A>) {
    const { addresses, excluded } = shape;
    this.shape = shape;
    this.#addresses = addresses;
    this.#excluded = excluded;
    this.capacity = excluded.reduce((left, { first, last }) => left - (last - first + 1), addresses.size);
  }

  get unused(): number {
    return this.capacity - this.#used.size;
  }

  use(address: A): void {
    this.#used.add(this.#addresses.ordinalOf(address));
  }

  release(address: A): void {
    const ordinal = this.#addresses.ordinalOf(address);
    if (this.#used.delete(ordinal)) this.#lowest = Math.min(this.#lowest, ordinal);
  }

  first(seed: number, unless?: AddressFilter<A>): A | undefined {
    return searchPlaces(this.#addresses, this, seed, unless);
  }

  has(ordinal: number): boolean {
    return this.#used.has(ordinal) || rangeWith(this.#excluded, ordinal) !== undefined;
  }

  after(ordinal: number): number {
    return (rangeWith(this.#excluded, ordinal)?.last ?? ordinal) + 1;
  }

  lowestClear(): number {
    const { size } = this.#addresses;
    while (this.#lowest < size && this.has(this.#lowest)) this.#lowest = this.after(this.#lowest);
    return this.#lowest;
  }
}
