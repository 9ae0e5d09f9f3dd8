import type { Config } from "../../config/model/config.ts";
import type { Range } from "../../config/model/dhcp4.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { rangeOfPrefix } from "../../net/prefix.ts";
import { type AddressRange, rangeSize, sortedRangesContain } from "../../net/range.ts";
import { RangeIndex } from "../../net/range-index.ts";
import type { SpaceId } from "../lease.ts";
import { createPool } from "../pools/pool.ts";
import type { Pool, Space } from "../space.ts";
import type { LeaseTrait } from "./lease.ts";

/** IPv4 addresses. Part of the database format. */
export const IPV4_SPACE: SpaceId = 0;

/** What LEASEQUERY asks for (RFC 4388, RFC 6148). */
const LEASEQUERY_TRAITS: readonly LeaseTrait[] = ["chaddr", "clientIdentifier", "remoteId"];

/**
 * A configuration as the table of IPv4 leases sees it. Its pools are those of `config.ranges`, by
 * `Range.index`; links are those of `config.links`.
 */
export function createSpace(config: Config): Space<Ipv4> {
  const { networks } = config;
  const ranges = new RangeIndex(config.ranges);
  const prefixes = new RangeIndex(networks.map(({ prefix }) => rangeOfPrefix(prefix)));
  return {
    id: IPV4_SPACE,
    affinity: config.affinity,
    pools: config.ranges.map(poolOf),
    poolOf(address) {
      const index = ranges.find(address);
      return index >= 0 && !sortedRangesContain((config.ranges[index] as Range).excluded, address) ? index : -1;
    },
    linkOf: (address) => networks[prefixes.find(address)]?.link ?? -1,
    networks: networks.length,
    networkOf: (address) => networks[prefixes.find(address)]?.index ?? -1,
    networkName: (address) => networks[prefixes.find(address)]?.name ?? "",
    traits: config.leasequery === undefined ? [] : LEASEQUERY_TRAITS,
  };
}

function poolOf(range: AddressRange & { readonly excluded: readonly AddressRange[] }): Pool<Ipv4> {
  const { start, excluded } = range;
  const addresses = {
    size: rangeSize(range),
    ordinalOf: (address: Ipv4) => address - start,
    addressAt: (ordinal: number) => start + ordinal,
  };
  return createPool(
    addresses,
    excluded.map(({ start: first, end: last }) => ({ first: first - start, last: last - start })),
  );
}
