import type { AddressFilter, Pool } from "../space.ts";
import { Bitmap } from "./bitmap.ts";
import { NumberSet } from "./number-set.ts";

/**
 * A pool of at most so many addresses has a bit for each: 2 MiB. Of a larger one it is remembered
 * which are used.
 */
const LARGEST_BITMAP = 1 << 24;
/**
 * In a larger pool an unused address is found at once, unless somebody uses them in a row: then
 * elsewhere.
 */
const TRIES_IN_A_ROW = 64;
const PLACES_TO_TRY = 64;

/** Addresses by their ordinals in the pool: from 0 to `size` - 1. */
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

/**
 * A pool in which only `excluded` is used, for ever. `excluded`: sorted, not overlapping, inside
 * the pool.
 */
export function createPool<A>(addresses: PoolAddresses<A>, excluded: readonly Ordinals[]): Pool<A> {
  return addresses.size <= LARGEST_BITMAP ? new SmallPool(addresses, excluded) : new LargePool(addresses, excluded);
}

/** One with a bit for each address. */
class SmallPool<A> implements Pool<A> {
  readonly capacity: number;
  unused: number;
  readonly #addresses: PoolAddresses<A>;
  readonly #used: Bitmap;

  constructor(addresses: PoolAddresses<A>, excluded: readonly Ordinals[]) {
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
    if (this.unused === 0) return undefined;
    const { size } = this.#addresses;
    const from = Math.floor((seed / 0x100000000) * size);
    return this.#firstIn(from, size, unless) ?? this.#firstIn(0, from, unless);
  }

  #firstIn(from: number, end: number, unless: AddressFilter<A> | undefined): A | undefined {
    for (let ordinal = this.#used.firstClear(from); ordinal >= 0 && ordinal < end; ordinal = this.#used.firstClear(ordinal + 1)) {
      const address = this.#addresses.addressAt(ordinal);
      if (!unless?.excludes(address)) return address;
    }
    return undefined;
  }
}

/**
 * One that remembers the used addresses: there are so many others that any place is good to look
 * for one.
 */
class LargePool<A> implements Pool<A> {
  readonly capacity: number;
  readonly #addresses: PoolAddresses<A>;
  readonly #excluded: readonly Ordinals[];
  readonly #used = new NumberSet();
  /**
   * Every ordinal below is used or excluded: where to begin for those who want addresses in their
   * order.
   */
  #lowest = 0;

  constructor(addresses: PoolAddresses<A>, excluded: readonly Ordinals[]) {
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
    if (seed === 0) return this.#lowestFrom(unless);
    for (let place = 0; place < PLACES_TO_TRY; place++) {
      const from = Math.floor(fraction(seed, place) * this.#addresses.size);
      const address = this.#firstFrom(from, TRIES_IN_A_ROW, unless);
      if (address !== undefined) return address;
    }
    return this.#lowestFrom(unless);
  }

  #lowestFrom(unless: AddressFilter<A> | undefined): A | undefined {
    const { size } = this.#addresses;
    while (this.#lowest < size && this.#isTaken(this.#lowest)) this.#lowest = this.#after(this.#lowest);
    return this.#firstFrom(this.#lowest, Number.POSITIVE_INFINITY, unless);
  }

  #firstFrom(from: number, tries: number, unless: AddressFilter<A> | undefined): A | undefined {
    let ordinal = from;
    for (let tried = 0; tried < tries && ordinal < this.#addresses.size; tried++, ordinal = this.#after(ordinal)) {
      if (this.#isTaken(ordinal)) continue;
      const address = this.#addresses.addressAt(ordinal);
      if (!unless?.excludes(address)) return address;
    }
    return undefined;
  }

  #isTaken(ordinal: number): boolean {
    return this.#used.has(ordinal) || this.#exclusionOf(ordinal) !== undefined;
  }

  /** The next ordinal to look at: a range that is excluded is passed over at once. */
  #after(ordinal: number): number {
    return (this.#exclusionOf(ordinal)?.last ?? ordinal) + 1;
  }

  #exclusionOf(ordinal: number): Ordinals | undefined {
    let low = 0;
    let high = this.#excluded.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const range = this.#excluded[middle] as Ordinals;
      if (range.first > ordinal) high = middle - 1;
      else if (range.last < ordinal) low = middle + 1;
      else return range;
    }
    return undefined;
  }
}

/**
 * A number from 0 to 1 that follows from the seed, another one for each place: with 53 bits, so
 * that no part of a large pool is left out. All bits of the seed count, those behind the point too:
 * of 32 bits an address could be guessed.
 */
function fraction(seed: number, place: number): number {
  const high = mixed(seed ^ Math.imul(place, 0x9e3779b1));
  const low = (mixed(high ^ 0x85ebca6b) >>> 11) ^ Math.floor((seed % 1) * 0x200000);
  return (high * 0x200000 + low) / 2 ** 53;
}

function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
