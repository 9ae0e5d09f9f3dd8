import { formatIpv6, type Ipv6 } from "../../../net/ipv6.ts";
import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import type { Dhcp6Config, Network, Range } from "../../model/dhcp6.ts";
import type { Dhcp6File } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import type { Report } from "../../text/problems.ts";
import { adviseOnHostNames, adviseOnThreshold } from "../advice.ts";
import { contains } from "../family.ts";
import { IPV6 } from "./family.ts";
import { NETWORK_NAMES } from "./names.ts";

const ADDRESS_SIZE = 16;

/** Warns of what is probably not meant. */
export function advise(config: Dhcp6Config, section: Dhcp6File, report: Report): void {
  const keys = Object.keys(section.networks ?? {});
  for (const network of config.networks) {
    const path = [...NETWORK_NAMES.path, keys[network.index] as string];
    adviseOnNetwork(network, path, report);
    adviseOnThreshold(network, [...network.ranges, ...network.prefixPools], config.classification, path, report);
    for (const [i, range] of network.ranges.entries()) adviseOnRange(config, range, [...path, "ranges", i], report);
  }
  adviseOnHostNames(
    [
      [["v6", "reservations"], section.reservations],
      ...keys.map((key) => [[...NETWORK_NAMES.path, key, "reservations"], section.networks?.[key]?.reservations] as const),
    ],
    report,
  );
}

function adviseOnNetwork({ name, reservationsOnly, reservations }: Network, path: Path, report: Report): void {
  if (!reservationsOnly || reservations.length > 0) return;
  report.warn(path, `reservations_only is set for ${name}, which has no reservations: no client gets an address in it`);
}

/** A server that clients are told of could lose its address to one of them. */
function adviseOnRange(config: Dhcp6Config, range: Range, path: Path, report: Report): void {
  const option = range.options.byCode.get(OptionCode.dnsServers) ?? config.options.byCode.get(OptionCode.dnsServers);
  for (const server of addressesIn(option?.data)) {
    if (!contains(IPV6, range, server) || range.excluded.some((part) => contains(IPV6, part, server))) continue;
    const text = formatIpv6(server);
    report.warn(path, `the DNS server ${text} lies in the range: a client could get its address`, `add except: ["${text}"]`);
  }
}

function addressesIn(data: Uint8Array = new Uint8Array(0)): readonly Ipv6[] {
  return Array.from({ length: Math.floor(data.length / ADDRESS_SIZE) }, (_, i) => data.subarray(i * ADDRESS_SIZE, (i + 1) * ADDRESS_SIZE));
}
