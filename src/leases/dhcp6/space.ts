import type { Dhcp6Config, Network, PrefixPool, Range } from "../../config/model/dhcp6.ts";
import {
  ADDRESS_LENGTH,
  firstAddress,
  type Ipv6Prefix,
  ipv6Prefix,
  ipv6PrefixesOverlap,
  lastAddress,
  prefixLength,
} from "../../net/ipv6-prefix.ts";
import { type Ipv6Range, Ipv6RangeIndex } from "../../net/ipv6-range-index.ts";
import type { SpaceId } from "../lease.ts";
import { addressRange, prefixesIn } from "../pools/addresses-128.ts";
import { createPool, type Ordinals, type PoolAddresses } from "../pools/pool.ts";
import type { Pool, Space } from "../space.ts";
import type { LeaseTrait } from "./lease.ts";

/** IPv6 addresses and prefixes. Part of the database format. */
export const IPV6_SPACE: SpaceId = 1;

/** What LEASEQUERY asks for (RFC 5007, RFC 5460). */
const LEASEQUERY_TRAITS: readonly LeaseTrait[] = ["duid", "relayId"];

/**
 * A configuration as the table of IPv6 leases sees it. Its pools are those of `config.pools`, by
 * `index`; links are those of `config.links`.
 */
export function createSpace(config: Dhcp6Config): Space<Ipv6Prefix> {
  const { networks, pools } = config;
  const ranges = pools.filter(({ kind }) => kind === "addresses") as readonly Range[];
  const prefixPools = pools.filter(({ kind }) => kind === "prefixes") as readonly PrefixPool[];
  const rangeIndex = new Ipv6RangeIndex(ranges);
  const excluded = ranges.map((range) => new Ipv6RangeIndex(range.excluded));
  const poolIndex = new Ipv6RangeIndex(prefixPools.map(({ prefix }) => rangeOf(prefix)));
  const networkIndex = new Ipv6RangeIndex(networks.map(({ prefix }) => rangeOf(prefix)));
  const reserved = reservedPrefixes(config, poolIndex);
  const reservedIndex = new Ipv6RangeIndex(reserved.map(({ prefix }) => rangeOf(prefix)));

  function networkOf(prefix: Ipv6Prefix): Network | undefined {
    if (prefixLength(prefix) !== ADDRESS_LENGTH) {
      const pool = prefixPools[poolIndex.find(prefix)];
      if (pool !== undefined) return networks[pool.network];
      const own = reserved[reservedIndex.find(prefix)];
      if (own !== undefined) return own.network;
    }
    return networks[networkIndex.find(prefix)];
  }

  return {
    id: IPV6_SPACE,
    affinity: config.affinity,
    pools: pools.map((pool) => (pool.kind === "addresses" ? poolOfRange(pool) : poolOfPrefixes(pool))),
    poolOf(prefix) {
      if (prefixLength(prefix) === ADDRESS_LENGTH) {
        const position = rangeIndex.find(prefix);
        if (position < 0 || (excluded[position] as Ipv6RangeIndex).find(prefix) >= 0) return -1;
        return (ranges[position] as Range).index;
      }
      const pool = prefixPools[poolIndex.find(prefix)];
      if (pool === undefined || pool.delegatedLength !== prefixLength(prefix)) return -1;
      return pool.excluded.some((one) => ipv6PrefixesOverlap(one, prefix)) ? -1 : pool.index;
    },
    linkOf: (prefix) => networkOf(prefix)?.link ?? -1,
    networkName: (prefix) => networkOf(prefix)?.name ?? "",
    traits: config.leasequery === undefined ? [] : LEASEQUERY_TRAITS,
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

function poolOfRange({ start, end, excluded }: Range): Pool<Ipv6Prefix> {
  const { size, ordinalOf, addressAt } = addressRange(start, end);
  const ordinals = excluded.map((range) => ({ first: ordinalOf(range.start), last: ordinalOf(range.end) }));
  return createPool({ size, ordinalOf, addressAt: (ordinal) => ipv6Prefix(addressAt(ordinal)) }, within(ordinals, size));
}

function poolOfPrefixes({ prefix, delegatedLength, excluded }: PrefixPool): Pool<Ipv6Prefix> {
  const addresses: PoolAddresses<Ipv6Prefix> = prefixesIn(firstAddress(prefix), prefixLength(prefix), delegatedLength);
  const ordinals = excluded.map((one) => ({ first: addresses.ordinalOf(one), last: addresses.ordinalOf(lastAddress(one)) }));
  return createPool(addresses, within(ordinals, addresses.size));
}

/**
 * Those inside a pool of this size, without overlaps: several small prefixes may lie in one that
 * would be delegated.
 */
function within(sorted: readonly Ordinals[], size: number): readonly Ordinals[] {
  const result: Ordinals[] = [];
  let next = 0;
  for (const { first, last } of sorted) {
    const from = Math.max(first, next);
    const to = Math.min(last, size - 1);
    if (from > to) continue;
    result.push({ first: from, last: to });
    next = to + 1;
  }
  return result;
}
