import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import { formatIpv6 } from "../../net/ipv6.ts";
import { formatIpv6Prefix, type Ipv6Prefix, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import type { UsedNetwork } from "../usage.ts";

/** The networks of DHCPv6, by what of them can be in use. */
export function usedNetworks({ networks, links }: Dhcp6Config): readonly UsedNetwork<Ipv6Prefix>[] {
  return networks.map(({ name, link, ranges, prefixPools, reservations }) => ({
    name,
    link: links[link]?.name ?? name,
    pools: [
      ...ranges.map(({ index, start, end }) => ({ index, name: `${formatIpv6(start)}-${formatIpv6(end)}` })),
      ...prefixPools.map(({ index, prefix, delegatedLength }) => ({
        index,
        name: `${formatIpv6Prefix(prefix)} /${delegatedLength}`,
        prefixes: true as const,
      })),
    ],
    reserved: () =>
      reservations.flat().flatMap(({ addresses, prefixes }) => [...addresses.map((address) => ipv6Prefix(address)), ...prefixes]),
  }));
}
