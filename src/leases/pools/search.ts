import type { AddressFilter, Ordinals, PoolAddresses } from "../space.ts";

/*
 * How an unused address of a pool is found, whatever remembers which are used: the same place for
 * the same seed.
 */

/**
 * A pool of at most so many addresses has a bit for each: 2 MiB. Of a larger one it is remembered
 * which are used.
 */
export const LARGEST_BITMAP = 1 << 24;
/**
 * In a larger pool an unused address is found at once, unless somebody uses them in a row: then
 * elsewhere.
 */
const TRIES_IN_A_ROW = 64;
const PLACES_TO_TRY = 64;

/** What is used or excluded of a pool in which every address may be looked at. */
export interface Used {
  /** The first ordinal at or after this one that is not; -1, or one behind the last: there is none. */
  firstClear(from: number): number;
}

/** What is used or excluded of a pool of which nobody sees the end. */
export interface Taken {
  has(ordinal: number): boolean;
  /** The next ordinal to look at: a range that is excluded is passed over at once. */
  after(ordinal: number): number;
  /** One below which all are used or excluded. */
  lowestClear(): number;
}

/** The first one from where the seed points, going round. */
export function searchAll<A>(addresses: PoolAddresses<A>, used: Used, seed: number, unless: AddressFilter<A> | undefined): A | undefined {
  const from = Math.floor((seed / 0x100000000) * addresses.size);
  return between(addresses, used, from, addresses.size, unless) ?? between(addresses, used, 0, from, unless);
}

function between<A>(
  addresses: PoolAddresses<A>,
  used: Used,
  from: number,
  end: number,
  unless: AddressFilter<A> | undefined,
): A | undefined {
  for (let ordinal = used.firstClear(from); ordinal >= 0 && ordinal < end; ordinal = used.firstClear(ordinal + 1)) {
    const address = addresses.addressAt(ordinal);
    if (!unless?.excludes(address)) return address;
  }
  return undefined;
}

/** The first one near one of the places that the seed points to; the lowest one for the seed 0. */
export function searchPlaces<A>(
  addresses: PoolAddresses<A>,
  taken: Taken,
  seed: number,
  unless: AddressFilter<A> | undefined,
): A | undefined {
  for (let place = 0; seed !== 0 && place < PLACES_TO_TRY; place++) {
    const from = Math.floor(fraction(seed, place) * addresses.size);
    const address = near(addresses, taken, from, TRIES_IN_A_ROW, unless);
    if (address !== undefined) return address;
  }
  return near(addresses, taken, taken.lowestClear(), Number.POSITIVE_INFINITY, unless);
}

function near<A>(
  addresses: PoolAddresses<A>,
  taken: Taken,
  from: number,
  tries: number,
  unless: AddressFilter<A> | undefined,
): A | undefined {
  let ordinal = from;
  for (let tried = 0; tried < tries && ordinal < addresses.size; tried++, ordinal = taken.after(ordinal)) {
    if (taken.has(ordinal)) continue;
    const address = addresses.addressAt(ordinal);
    if (!unless?.excludes(address)) return address;
  }
  return undefined;
}

/** The range of those sorted ones that holds the ordinal. */
export function rangeWith(sorted: readonly Ordinals[], ordinal: number): Ordinals | undefined {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const range = sorted[middle] as Ordinals;
    if (range.first > ordinal) high = middle - 1;
    else if (range.last < ordinal) low = middle + 1;
    else return range;
  }
  return undefined;
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
