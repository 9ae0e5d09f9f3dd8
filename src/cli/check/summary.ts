import { allocatableSize } from "../../config/build/dhcp4/ranges.ts";
import type { Config } from "../../config/model/config.ts";
import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import { count } from "../count.ts";

/** What a configuration serves, in one line: of DHCPv4 unless there is only DHCPv6. */
export function summaryOf(config: Config): string {
  const { dhcp6 } = config;
  if (dhcp6 === undefined) return summary4(config);
  return config.networks.length === 0 ? summary6(dhcp6) : `${summary4(config)}; ${summary6(dhcp6)}`;
}

function summary4(config: Config): string {
  const addresses = config.ranges.reduce((sum, range) => sum + allocatableSize(range, range.excluded), 0);
  return [
    countNetworks(config, "network"),
    `${count(config.ranges.length, "range")} with ${count(addresses, "address", "addresses")}`,
    count(countReservations(config), "reservation"),
  ].join(", ");
}

/** Ranges of IPv6 have more addresses than anybody counts. */
function summary6(config: Dhcp6Config): string {
  const ranges = config.pools.filter(({ kind }) => kind === "addresses").length;
  return [
    countNetworks(config, "IPv6 network"),
    count(ranges, "range"),
    count(config.pools.length - ranges, "pool of prefixes", "pools of prefixes"),
    count(countReservations(config), "reservation"),
  ].join(", ");
}

interface Linked {
  readonly networks: readonly { readonly reservations: readonly (readonly { readonly match: unknown }[])[] }[];
  readonly links: readonly { readonly networks: readonly unknown[] }[];
}

function countNetworks({ networks, links }: Linked, what: string): string {
  const shared = links.filter((link) => link.networks.length > 1).length;
  return count(networks.length, what) + (shared === 0 ? "" : ` (${count(shared, "link")} with several)`);
}

/** One that applies in many networks is one, with the same match in each. */
function countReservations({ networks }: Linked): number {
  const lists = new Set(networks.flatMap((network) => network.reservations));
  return new Set([...lists].flatMap((list) => list.map(({ match }) => match))).size;
}
