import type { Config } from "../config/model/config.ts";
import type { Range } from "../config/model/dhcp4.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import { sortedRangesContain } from "../net/range.ts";
import { AddressPool } from "./address-pool.ts";
import { PlaceIndex } from "./place-index.ts";

/** What addresses belong to in a configuration, and which addresses of its ranges are unused. */
export class Places {
  readonly #config: Config;
  readonly #ranges: PlaceIndex;
  readonly #networks: PlaceIndex;
  readonly #pools: readonly AddressPool[];

  constructor(config: Config) {
    this.#config = config;
    this.#ranges = new PlaceIndex(config.ranges);
    this.#networks = PlaceIndex.ofNetworks(config);
    this.#pools = config.ranges.map((range) => new AddressPool(range, range.excluded));
  }

  /** The range that the address can be given out from. A reserved or excluded address is in none. */
  rangeOf(address: Ipv4): Range | undefined {
    const range = this.#config.ranges[this.#ranges.find(address)];
    return range === undefined || sortedRangesContain(range.excluded, address) ? undefined : range;
  }

  /** `Link.index`; -1: no network is configured for the address. */
  linkOf(address: Ipv4): number {
    return this.#config.networks[this.#networks.find(address)]?.link ?? -1;
  }

  /** Name of the network; empty when none is configured for the address. */
  networkName(address: Ipv4): string {
    return this.#config.networks[this.#networks.find(address)]?.name ?? "";
  }

  poolOf(range: Range): AddressPool {
    return this.#pools[range.index] as AddressPool;
  }

  /** The address is used from now on. */
  use(address: Ipv4): void {
    const range = this.rangeOf(address);
    if (range !== undefined) this.poolOf(range).use(address);
  }

  /** The address is unused from now on. */
  release(address: Ipv4): void {
    const range = this.rangeOf(address);
    if (range !== undefined) this.poolOf(range).release(address);
  }
}
