import { formatIpv6, type Ipv6 } from "../../../net/ipv6.ts";
import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import type { Dhcp6Config, Network, Range } from "../../model/dhcp6.ts";
import type { ConfigFile, Dhcp6File } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import type { Report } from "../../text/problems.ts";
import { adviseOnHostNames, adviseOnNameServers, adviseOnReserved, adviseOnThreshold } from "../advice.ts";
import { contains } from "../family.ts";
import { keysByName } from "../prefixes.ts";
import { IPV6 } from "./family.ts";
import { NETWORK_NAMES } from "./names.ts";

const ADDRESS_SIZE = 16;

/** Warns of what is probably not meant. */
export function advise(config: Dhcp6Config, file: ConfigFile, section: Dhcp6File, report: Report): void {
  adviseOnInterfaces(config, file, section, report);
  const keys = keysByName(Object.keys(section.networks ?? {}), NETWORK_NAMES);
  for (const network of config.networks) {
    const path = [...NETWORK_NAMES.path, keys.get(network.name) ?? network.name];
    adviseOnNetwork(network, path, report);
    adviseOnUse(config, network, path, report);
    adviseOnThreshold(network, [...network.ranges, ...network.prefixPools], config.classification, path, report);
    for (const [i, range] of network.ranges.entries()) adviseOnRange(config, range, [...path, "ranges", i], report);
  }
  const untold = config.networks.filter((network) => tellsNoNameServers(config, network)).map(({ name }) => name);
  const [first] = untold;
  const place = untold.length === 1 && first !== undefined ? [...NETWORK_NAMES.path, keys.get(first) ?? first] : NETWORK_NAMES.path;
  const hint = "add options: {dns_servers: ADDRESS}, or {dns_servers: {value: null}} where routers tell them (RFC 8106)";
  adviseOnNameServers(untold, place, hint, report);
  const lists = [
    [["v6", "reservations"], section.reservations] as const,
    ...Object.entries(section.networks ?? {}).map(
      ([key, { reservations }]) => [[...NETWORK_NAMES.path, key, "reservations"], reservations] as const,
    ),
  ];
  adviseOnHostNames(lists, report);
  const own = config.interfaces.flatMap(({ address }) => (address === undefined ? [] : formatIpv6(address)));
  const addressesOf = ({ addresses = [] }: { readonly addresses?: readonly Ipv6[] | undefined }) =>
    addresses.map((address, i) => [["addresses", i], formatIpv6(address)] as const);
  adviseOnReserved(own, [[["reservations"], file.reservations], ...lists], addressesOf, report);
}

/** The top level's, which are of DHCPv4 alone, where DHCPv6 is served on others as well. */
function adviseOnInterfaces({ networks, links }: Dhcp6Config, file: ConfigFile, section: Dhcp6File, report: Report): void {
  const names = (file.interfaces ?? []).map(({ name }) => name);
  if (names.length === 0 || section.interfaces !== undefined || networks.length === 0) return;
  if (links.every(({ interfaces }) => interfaces.length > 0 && interfaces.every((one) => names.includes(one)))) return;
  report.warn(
    ["interfaces"],
    "these are of DHCPv4: DHCPv6 is served on every interface that is in a network of `v6`",
    `add interfaces: [${names.join(", ")}] to the section v6 if they are meant for both`,
  );
}

function adviseOnNetwork({ name, reservationsOnly, reservations }: Network, path: Path, report: Report): void {
  if (!reservationsOnly || reservations.length > 0) return;
  report.warn(path, `reservations_only is set for ${name}, which has no reservations: no client gets an address in it`);
}

/** Whether clients that get addresses are told no DNS server, neither there nor by a class. */
function tellsNoNameServers(config: Dhcp6Config, { ranges }: Network): boolean {
  const code = OptionCode.dnsServers;
  if (config.options.byCode.has(code) || config.classification?.classes.some(({ options }) => options.byCode.has(code)) === true)
    return false;
  return ranges.length > 0 && ranges.every(({ options }) => !options.byCode.has(code));
}

/** Of a network that has neither, only options can be asked for. */
function adviseOnUse(config: Dhcp6Config, network: Network, path: Path, report: Report): void {
  const { name, ranges, prefixPools, reservations, options } = network;
  if (network.reservationsOnly || ranges.length > 0 || prefixPools.length > 0 || reservations.length > 0) return;
  if (config.addressRegistration || options.byCode.size > 0 || config.options.byCode.size > 0) return;
  const message = `the network ${name} has neither ranges nor prefix_pools nor reservations, and no options: its clients get nothing`;
  report.warn(path, message, "add ranges, or options for hosts that make their own addresses");
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
