import type { Config } from "../../config/model/config.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { formatAddressRange } from "../../net/range.ts";
import type { UsedNetwork } from "../usage.ts";

/** The networks of DHCPv4, by what of them can be in use. */
export function usedNetworks({ networks, links }: Config): readonly UsedNetwork<Ipv4>[] {
  return networks.map(({ name, link, ranges, reservations }) => ({
    name,
    link: links[link]?.name ?? name,
    pools: ranges.map((range) => ({ index: range.index, name: formatAddressRange(range) })),
    reserved: () => reservations.flat().flatMap(({ address }) => address ?? []),
  }));
}
