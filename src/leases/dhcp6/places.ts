import type { Dhcp6Config, Network, PrefixPool, Range } from "../../config/model/dhcp6.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, firstAddress, type Ipv6Prefix, lastAddress, prefixLength } from "../../net/ipv6-prefix.ts";
import { type Ipv6Range, Ipv6RangeIndex } from "../../net/ipv6-range-index.ts";

/** Where addresses and prefixes belong in a configuration. An address is a prefix of 128 bits. */
export interface Places {
  /** The network whose address, or whose host's prefix, it is; undefined: nobody's. */
  networkOf(prefix: Ipv6Prefix): Network | undefined;
  /** The network in whose prefix the address lies; undefined: in none. */
  networkOfAddress(address: Ipv6): Network | undefined;
  /** The pool that it lies in, whether or not it is given to anybody; undefined: in none. */
  poolAround(prefix: Ipv6Prefix): Range | PrefixPool | undefined;
  /**
   * The pool that it can be given out from to any client; undefined: it is in none, excluded there,
   * or of another length.
   */
  poolOf(prefix: Ipv6Prefix): Range | PrefixPool | undefined;
}

/** Indexes the networks and pools of a configuration, once for each. */
export function placesOf(config: Dhcp6Config): Places {
  const { networks, pools } = config;
  const ranges = pools.filter(({ kind }) => kind === "addresses") as readonly Range[];
  const prefixPools = pools.filter(({ kind }) => kind === "prefixes") as readonly PrefixPool[];
  const rangeIndex = new Ipv6RangeIndex(ranges);
  const excluded = ranges.map((range) => new Ipv6RangeIndex(range.excluded));
  const poolIndex = new Ipv6RangeIndex(prefixPools.map(({ prefix }) => rangeOf(prefix)));
  const excludedPrefixes = new Map(prefixPools.map((pool) => [pool, new Ipv6RangeIndex(pool.excluded.map(rangeOf))]));
  const networkIndex = new Ipv6RangeIndex(networks.map(({ prefix }) => rangeOf(prefix)));
  const reserved = reservedPrefixes(config, poolIndex);
  const reservedIndex = new Ipv6RangeIndex(reserved.map(({ prefix }) => rangeOf(prefix)));

  return {
    networkOf(prefix) {
      if (prefixLength(prefix) !== ADDRESS_LENGTH) {
        const pool = prefixPools[poolIndex.find(prefix)];
        if (pool !== undefined) return networks[pool.network];
        const own = reserved[reservedIndex.find(prefix)];
        if (own !== undefined) return own.network;
      }
      return networks[networkIndex.find(prefix)];
    },
    networkOfAddress: (address) => networks[networkIndex.find(address)],
    poolAround(prefix) {
      if (prefixLength(prefix) === ADDRESS_LENGTH) return ranges[rangeIndex.find(prefix)];
      return prefixPools[poolIndex.find(prefix)];
    },
    poolOf(prefix) {
      if (prefixLength(prefix) === ADDRESS_LENGTH) {
        const position = rangeIndex.find(prefix);
        return position < 0 || (excluded[position] as Ipv6RangeIndex).find(prefix) >= 0 ? undefined : ranges[position];
      }
      const pool = prefixPools[poolIndex.find(prefix)];
      if (pool === undefined || pool.delegatedLength !== prefixLength(prefix)) return undefined;
      const isExcluded = pool.excluded.length > 0 && excludedPrefixes.get(pool)?.overlaps(rangeOf(prefix)) === true;
      return isExcluded ? undefined : pool;
    },
  };
}

function rangeOf(prefix: Ipv6Prefix): Ipv6Range {
  return { start: firstAddress(prefix), end: lastAddress(prefix) };
}

/** Prefixes of reservations that lie in no pool, and the networks of their hosts. */
function reservedPrefixes(
  { networks }: Dhcp6Config,
  pools: Ipv6RangeIndex,
): readonly { readonly prefix: Ipv6Prefix; readonly network: Network }[] {
  return networks.flatMap((network) =>
    network.reservations
      .flat()
      .flatMap(({ prefixes }) => prefixes.map((prefix) => ({ prefix, network })))
      .filter(({ prefix }) => pools.find(prefix) < 0),
  );
}
