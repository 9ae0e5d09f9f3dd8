import type { Dhcp6Config, PrefixPool, Range } from "../../config/model/dhcp6.ts";
import { firstAddress, type Ipv6Prefix, ipv6Prefix, lastAddress, prefixLength } from "../../net/ipv6-prefix.ts";
import type { SpaceId } from "../lease.ts";
import { addressRange, prefixesIn } from "../pools/addresses-128.ts";
import { createPool } from "../pools/pool.ts";
import type { Ordinals, Pool, PoolAddresses, Space } from "../space.ts";
import type { LeaseTrait } from "./lease.ts";
import { persistentStrays } from "./persistent-strays.ts";
import { placesOf } from "./places.ts";
import { createStrays, givenLengths } from "./strays.ts";

/** IPv6 addresses and prefixes. Part of the database format. */
export const IPV6_SPACE: SpaceId = 1;

/** What LEASEQUERY asks for (RFC 5007, RFC 5460). */
const LEASEQUERY_TRAITS: readonly LeaseTrait[] = ["duid", "relayId"];

/** What tells whether an address that a host registers lies in a prefix of its own (RFC 9686). */
const REGISTRATION_TRAITS: readonly LeaseTrait[] = ["duid"];

/**
 * A configuration as the table of IPv6 leases sees it. Its pools are those of `config.pools`, by
 * `index`; links are those of `config.links`.
 */
export function createSpace(config: Dhcp6Config): Space<Ipv6Prefix> {
  const places = placesOf(config);
  const given = givenLengths(config);
  return {
    id: IPV6_SPACE,
    affinity: config.affinity,
    pools: config.pools.map((pool) => (pool.kind === "addresses" ? poolOfRange(pool) : poolOfPrefixes(pool))),
    poolOf: (prefix) => places.poolOf(prefix)?.index ?? -1,
    strays: createStrays(given),
    noStrays: persistentStrays(given),
    linkOf: (prefix) => places.networkOf(prefix)?.link ?? -1,
    networks: config.networks.length,
    networkOf: (prefix) => places.networkOf(prefix)?.index ?? -1,
    networkName: (prefix) => places.networkOf(prefix)?.name ?? "",
    traits: traitsOf(config),
  };
}

function traitsOf({ leasequery, addressRegistration }: Dhcp6Config): readonly LeaseTrait[] {
  if (leasequery !== undefined) return LEASEQUERY_TRAITS;
  return addressRegistration ? REGISTRATION_TRAITS : [];
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
