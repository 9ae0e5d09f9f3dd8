import { compareBytes } from "./bytes.ts";
import type { Ipv6 } from "./ipv6.ts";

/** Addresses from `start` to `end`, both included. */
export interface Ipv6Range {
  readonly start: Ipv6;
  readonly end: Ipv6;
}

/** Finds which of many ranges of IPv6 addresses, which don't overlap, holds an address. */
export class Ipv6RangeIndex {
  readonly #sorted: readonly { readonly range: Ipv6Range; readonly position: number }[];

  constructor(ranges: readonly Ipv6Range[]) {
    this.#sorted = ranges.map((range, position) => ({ range, position })).sort((a, b) => compareBytes(a.range.start, b.range.start));
  }

  /** Position of the range in the list that the index was made from; -1: none holds the address. */
  find(address: Ipv6): number {
    let low = 0;
    let high = this.#sorted.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const { range, position } = this.#sorted[middle] as { range: Ipv6Range; position: number };
      if (compareBytes(range.start, address, 16) > 0) high = middle - 1;
      else if (compareBytes(range.end, address, 16) < 0) low = middle + 1;
      else return position;
    }
    return -1;
  }

  /** Whether any range shares an address with this one. */
  overlaps({ start, end }: Ipv6Range): boolean {
    let low = 0;
    let high = this.#sorted.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const { range } = this.#sorted[middle] as { range: Ipv6Range };
      if (compareBytes(range.start, end, 16) > 0) high = middle - 1;
      else if (compareBytes(range.end, start, 16) < 0) low = middle + 1;
      else return true;
    }
    return false;
  }
}
