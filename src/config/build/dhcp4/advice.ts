import { formatIpv4, type Ipv4, readIpv4 } from "../../../net/ipv4.ts";
import { maskOf, prefixContains } from "../../../net/prefix.ts";
import { rangeContains } from "../../../net/range.ts";
import { OptionCode } from "../../../wire/dhcp4/option-code.ts";
import type { ConfiguredOption, OptionSet } from "../../model/common.ts";
import type { Config } from "../../model/config.ts";
import type { Network, Range } from "../../model/dhcp4.ts";
import type { ConfigFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import type { Report } from "../../text/problems.ts";
import { adviseOnHostNames, adviseOnNameServers, adviseOnReserved, adviseOnThreshold } from "../advice.ts";
import { keysByName } from "../prefixes.ts";
import { NETWORK_NAMES } from "./names.ts";
import { allocatableSize } from "./ranges.ts";

/*
 * Warnings: configurations that are valid and do what they say, and are probably not what was
 * meant.
 */

const SUBNET_MASK = OptionCode.subnetMask;
const ROUTERS = OptionCode.routers;
const DOMAIN_NAME = OptionCode.domainName;
const NAME_SERVERS = OptionCode.domainNameServers;
const TFTP_SERVER_NAME = OptionCode.tftpServerName;
const CLASSLESS_STATIC_ROUTES = OptionCode.classlessStaticRoutes;
const TFTP_SERVER_ADDRESSES = OptionCode.tftpServerAddresses;

/** Ranges with fewer addresses are remarked on, unless the network itself is that small. */
const SMALL_RANGE = 3;

/** Warns of what is probably not meant. */
export function advise(config: Config, file: ConfigFile, report: Report): void {
  const keys = keysByName(Object.keys(file.networks ?? {}), NETWORK_NAMES);
  if (config.networks.length === 0 && file.v6 === undefined) {
    report.warn([], "no networks are configured: the server answers nobody", "add a network: networks: {192.168.5.0/24: {ranges: [...]}}");
  }
  for (const network of config.networks) {
    const path = ["networks", keys.get(network.name) ?? network.name];
    adviseOnNetwork(config, network, path, report);
    for (const [i, range] of network.ranges.entries()) adviseOnRange(config, network, range, [...path, "ranges", i], report);
    adviseOnBoot(config, network, file, path, report);
  }
  const untold = config.networks.filter((network) => tellsNoNameServers(config, network)).map(({ name }) => name);
  const [first] = untold;
  const place = untold.length === 1 && first !== undefined ? ["networks", keys.get(first) ?? first] : ["networks"];
  const hint = "add options: {domain_name_servers: ADDRESS}, or {domain_name_servers: {value: null}} if that is meant";
  adviseOnNameServers(untold, place, hint, report);
  adviseOnResolvers(config, report);
  adviseOnDomains(config, keys, report);
  const ofNetworks = Object.entries(file.networks ?? {}).map(
    ([key, { reservations }]) => [["networks", key, "reservations"], reservations] as const,
  );
  const lists = [[["reservations"], file.reservations] as const, ...ofNetworks];
  adviseOnHostNames(lists, report);
  const own = config.interfaces.flatMap(({ address }) => (address === undefined ? [] : formatIpv4(address)));
  adviseOnReserved(own, lists, ({ ip }) => (ip === undefined ? [] : [[["ip"], formatIpv4(ip)]]), report);
}

function adviseOnNetwork(config: Config, network: Network, path: Path, report: Report): void {
  if (network.ranges.length === 0 && network.reservations.every((list) => list.every(({ address }) => address === undefined))) {
    report.warn(
      path,
      `the network ${network.name} has neither ranges nor reserved addresses: no client gets an address in it`,
      "give it ranges, or leave it out, unless it is there for its interfaces or relays alone",
    );
  } else if (network.reservationsOnly && network.reservations.length === 0) {
    report.warn(path, `reservations_only is set for ${network.name}, which has no reservations: no client gets an address in it`);
  }
  adviseOnRouters(config, network, path, report);
  adviseOnThreshold(network, network.ranges, config.classification, path, report);
  if (network.ranges.length > 0 && network.ranges.every((range) => effective(config, range.options, ROUTERS) === undefined)) {
    report.warn(
      path,
      `the network ${network.name} has no routers: its clients get no default gateway`,
      "add options: {routers: ADDRESS}, or {routers: {value: null}} if that is meant",
    );
  }
}

/** Whether clients of its ranges are told no DNS server, neither there nor by a class. */
function tellsNoNameServers(config: Config, { ranges }: Network): boolean {
  const byClass = config.classification?.classes.some(({ options }) => options.byCode.has(NAME_SERVERS)) === true;
  return ranges.length > 0 && !byClass && ranges.every(({ options }) => effective(config, options, NAME_SERVERS) === undefined);
}

const DNS_PORT = 53;

/** Clients that ask nobody but this server resolve nothing beyond its zones. */
function adviseOnResolvers(config: Config, report: Report): void {
  const listens = new Set(config.dns?.listen.filter(({ port }) => port === DNS_PORT).map(({ address }) => address));
  const asksOnlyUs = ({ ranges }: Network): boolean => {
    const servers = ranges.flatMap(({ options }) => addressesOf(effective(config, options, NAME_SERVERS)));
    return servers.length > 0 && servers.every((server) => listens.has(formatIpv4(server)));
  };
  const network = config.networks.find(asksOnlyUs);
  if (network === undefined) return;
  report.warn(
    ["dns", "listen"],
    `clients of the network ${network.name} ask nobody but this server, which answers only for its own zones: they resolve nothing else`,
    "name a resolver in domain_name_servers that asks this server about its zones",
  );
}

/** Clients take the domain name as it is: of several in one they make none. */
function adviseOnDomains(config: Config, keys: ReadonlyMap<string, string>, report: Report): void {
  const places = config.networks.flatMap(({ name, options, ranges }): readonly (readonly [OptionSet, Path])[] => {
    const path = ["networks", keys.get(name) ?? name];
    return [[options, path], ...ranges.map((range, i) => [range.options, [...path, "ranges", i]] as const)];
  });
  const known = new Set<ConfiguredOption>();
  for (const [options, place] of [[config.options, []] as const, ...places]) {
    const option = options.byCode.get(DOMAIN_NAME);
    // What is inherited is the very same option.
    if (option === undefined || option.suppressed || known.has(option)) continue;
    known.add(option);
    const path = [...place, "options", "domain_name"];
    const written = new TextDecoder().decode(option.data);
    const names = written.trim().split(/[\s,;]+/);
    if (names.length < 2) continue;
    const message = `domain_name is one name, and ${JSON.stringify(written)} are several`;
    report.warn(path, message, `keep one, and list them as domain_search: [${names.join(", ")}]`);
  }
}

/** Clients reach a router only on their own link. */
function adviseOnRouters(config: Config, network: Network, path: Path, report: Report): void {
  const onLink = config.links[network.link]?.networks ?? [network];
  const routers = new Set(network.ranges.flatMap(({ options }) => addressesOf(effective(config, options, ROUTERS))));
  for (const router of routers) {
    // With classless routes a host may reach a router anywhere on its link.
    if (network.prefix.length > 30 || onLink.some(({ prefix }) => prefixContains(prefix, router))) continue;
    const message = `the router ${formatIpv4(router)} is outside the network ${network.name}: its clients can't reach it`;
    report.warn(path, message, "name a router that has an address in the network");
  }
}

/** The option as it is in force at a place: `suppressed` counts as there, for somebody wrote it. */
function effective(config: Config, options: OptionSet, code: number): ConfiguredOption | undefined {
  return options.byCode.get(code) ?? config.options.byCode.get(code);
}

function adviseOnRange(config: Config, network: Network, range: Range, path: Path, report: Report): void {
  const size = allocatableSize(range, range.excluded);
  if (size > 0 && size < SMALL_RANGE && network.prefix.length <= 28) {
    report.warn(path, `the range has only ${size === 1 ? "one address" : `${size} addresses`} to give out`, "further clients get none");
  }
  adviseOnMask(config, network, range.options, path, report);
  adviseOnRoutes(config, range.options, path, report);
  const named = new Map<Ipv4, string>();
  for (const { address } of config.interfaces) if (address !== undefined) named.set(address, "the server itself,");
  for (const server of addressesOf(effective(config, range.options, NAME_SERVERS))) named.set(server, "the DNS server");
  for (const router of addressesOf(effective(config, range.options, ROUTERS))) named.set(router, "the router");
  for (const [address, what] of named) {
    if (!rangeContains(range, address) || range.excluded.some((part) => rangeContains(part, address))) continue;
    const text = formatIpv4(address);
    const whole = what.endsWith(",") ? `${what} ${text},` : `${what} ${text}`;
    report.warn(path, `${whole} lies in the range: a client could get its address`, `add except: [${text}]`);
  }
}

/**
 * The mask follows from the prefix; one that is configured and differs makes clients see another
 * subnet than the server.
 */
function adviseOnMask(config: Config, network: Network, options: OptionSet, path: Path, report: Report): void {
  const [mask] = addressesOf(effective(config, options, SUBNET_MASK));
  if (mask === undefined || mask === maskOf(network.prefix.length)) return;
  const hint = "remove the option: the mask follows from the network's prefix";
  report.warn(path, `the clients get subnet_mask ${formatIpv4(mask)}, which is not that of ${network.name}`, hint);
}

/** Clients that ask for classless routes take no router from elsewhere (RFC 3442). */
function adviseOnRoutes(config: Config, options: OptionSet, path: Path, report: Report): void {
  const routes = effective(config, options, CLASSLESS_STATIC_ROUTES);
  const [router] = addressesOf(effective(config, options, ROUTERS));
  if (routes === undefined || routes.suppressed || router === undefined || hasDefaultRoute(routes.data)) return;
  report.warn(
    path,
    "classless_static_routes has no default route: clients that ask for it ignore routers (RFC 3442), and get no default gateway",
    `add {destination: 0.0.0.0/0, router: ${formatIpv4(router)}} to classless_static_routes`,
  );
}

/**
 * Whether one of the routes has a destination of 0 bits; a route is the number of bits, the bytes
 * that these need, and the router.
 */
function hasDefaultRoute(routes: Uint8Array): boolean {
  for (let at = 0; at < routes.length; at += 5 + Math.ceil((routes[at] as number) / 8)) {
    if (routes[at] === 0) return true;
  }
  return false;
}

function addressesOf(option: ConfiguredOption | undefined): readonly Ipv4[] {
  const data = option?.data ?? new Uint8Array(0);
  return Array.from({ length: data.length >>> 2 }, (_, i) => readIpv4(data, 4 * i));
}

/**
 * dora put its own address into siaddr; here it stays empty unless configured, so a boot file alone
 * leads nowhere.
 */
function adviseOnBoot(config: Config, network: Network, file: ConfigFile, path: Path, report: Report): void {
  const { fileName, nextServer } = network.boot;
  const places = [network.options, ...network.ranges.map((range) => range.options)];
  const named = places.some((options) =>
    [TFTP_SERVER_NAME, TFTP_SERVER_ADDRESSES].some((code) => effective(config, options, code) !== undefined),
  );
  if (fileName.length === 0 || nextServer !== 0 || named || new TextDecoder().decode(fileName).includes("://")) return;
  const own = file.networks?.[path[1] as string]?.file_name !== undefined;
  report.warn(
    own ? [...path, "file_name"] : ["file_name"],
    `file_name is set for ${network.name}, but no next_server that has the file`,
    "add next_server: ADDRESS",
  );
}
