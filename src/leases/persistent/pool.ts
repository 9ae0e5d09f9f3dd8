import { LARGEST_BITMAP, rangeWith, searchAll, searchPlaces } from "../pools/search.ts";
import type { AddressFilter, PoolShape } from "../space.ts";
import { firstClear, has, type OrdinalSet } from "./ordinal-set.ts";

/** Number of addresses of a pool that can be given out, in use or not. */
export function capacityOf<A>({ addresses, excluded }: PoolShape<A>): number {
  return excluded.reduce((left, { first, last }) => left - (last - first + 1), addresses.size);
}

/** As `first` of a `Pool` of this shape, of which these addresses are used. */
export function unusedIn<A>(
  { addresses, excluded }: PoolShape<A>,
  used: OrdinalSet,
  seed: number,
  unless?: AddressFilter<A>,
): A | undefined {
  const clear = (from: number): number => {
    for (let ordinal = firstClear(used, from); ; ) {
      const range = rangeWith(excluded, ordinal);
      if (range === undefined) return ordinal;
      ordinal = firstClear(used, range.last + 1);
    }
  };
  if (addresses.size <= LARGEST_BITMAP) return searchAll(addresses, { firstClear: clear }, seed, unless);
  const taken = {
    has: (ordinal: number) => has(used, ordinal) || rangeWith(excluded, ordinal) !== undefined,
    after: (ordinal: number) => (rangeWith(excluded, ordinal)?.last ?? ordinal) + 1,
    lowestClear: () => clear(0),
  };
  return searchPlaces(addresses, taken, seed, unless);
}
