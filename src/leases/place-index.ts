import type { Config } from "../config/model/config.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import { rangeOfPrefix } from "../net/prefix.ts";
import type { AddressRange } from "../net/range.ts";

/** Finds which of many ranges that don't overlap holds an address, by binary search. */
export class PlaceIndex {
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #indices: Int32Array;

  constructor(ranges: readonly AddressRange[]) {
    const order = ranges.map((_, index) => index).sort((a, b) => (ranges[a] as AddressRange).start - (ranges[b] as AddressRange).start);
    this.#starts = Uint32Array.from(order, (index) => (ranges[index] as AddressRange).start);
    this.#ends = Uint32Array.from(order, (index) => (ranges[index] as AddressRange).end);
    this.#indices = Int32Array.from(order);
  }

  static ofNetworks(config: Config): PlaceIndex {
    return new PlaceIndex(config.networks.map((network) => rangeOfPrefix(network.prefix)));
  }

  /** Position of the range that holds the address; -1: none does. */
  find(address: Ipv4): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) > address) high = middle - 1;
      else if ((this.#ends[middle] as number) < address) low = middle + 1;
      else return this.#indices[middle] as number;
    }
    return -1;
  }
}
