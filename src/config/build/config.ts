import { formatIpv4, type Ipv4 } from "../../net/ipv4.ts";
import { formatIpv4Prefix } from "../../net/prefix.ts";
import { formatAddressRange } from "../../net/range.ts";
import type { LeaseTime, OptionSet, StoreSpec } from "../model/common.ts";
import type { Config } from "../model/config.ts";
import type { BootFields, Link, Network, Range, Reservation } from "../model/dhcp4.ts";
import { readDefinitions } from "../options/definitions.ts";
import type { OptionDictionary } from "../options/dictionary.ts";
import { mergeOptions, NO_OPTIONS, readOptions } from "../options/values.ts";
import type { ConfigFile, LeaseConfigFile, NetworkFile, OptionsFile } from "../schema/config.ts";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import { type ClassTable, readClasses } from "./classes.ts";
import { type LinkPlan, planLinks } from "./dhcp4/links.ts";
import { type NamedPrefix, prefixLookup, readPrefixes } from "./dhcp4/prefixes.ts";
import { allocatableSize, excludedFrom, firstAndLastOf24, rangeLookup, readPools, unusableAddresses } from "./dhcp4/ranges.ts";
import { checkAddresses, type Host, indexReservations, readBoot, readHosts } from "./dhcp4/reservations.ts";
import { DEFAULT_LEASE_TIME, readLeaseTime } from "./lease-time.ts";
import { readLimits } from "./limits.ts";

const LISTED_TWICE = "keep one of the two; for both subnets of an interface list their networks in `shared_networks`";

/** What one place of the file hands down to the places inside it. */
interface Inherited {
  readonly leaseTime: LeaseTime;
  readonly boot: BootFields;
  /** Options below the top level; those of the top level are looked up last, by the engine. */
  readonly options: OptionSet;
  readonly authoritative: boolean;
  readonly probationPeriod: number;
  readonly pingCheck: boolean;
  /** In milliseconds. */
  readonly pingTimeout: number;
  readonly excludeFirstLast24: boolean;
  readonly reservationsOnly: boolean;
  readonly adaptiveThreshold: number | undefined;
}

const DEFAULTS: Inherited = {
  leaseTime: DEFAULT_LEASE_TIME,
  boot: { nextServer: 0, serverName: new Uint8Array(0), fileName: new Uint8Array(0) },
  options: NO_OPTIONS,
  authoritative: true,
  probationPeriod: 86_400,
  pingCheck: false,
  pingTimeout: 500,
  excludeFirstLast24: false,
  reservationsOnly: false,
  adaptiveThreshold: undefined,
};
const DEFAULT_OFFER_HOLD = 30;
const DEFAULT_AFFINITY = 86_400;

/** State of one run: everything gets its index when it is made. */
interface Build {
  readonly file: ConfigFile;
  readonly report: Report;
  readonly dictionary: OptionDictionary;
  readonly networks: Network[];
  readonly ranges: Range[];
  /** Global reservations by the network they apply in. */
  readonly globalHosts: ReadonlyMap<NamedPrefix, readonly Host[]>;
  readonly classes: ClassTable;
}

/**
 * Makes the model of a file whose values were read one by one, and reports every contradiction between them. The result is
 * of use only if no error was reported. `written` are all keys of `networks` in the file, the refused ones too.
 */
export function buildModel(file: ConfigFile, written: ReadonlySet<string>, report: Report): Config {
  const entries = file.networks ?? {};
  const prefixes = readPrefixes(Object.keys(entries), report);
  checkInterfaces(file, report);
  const { defined, dictionary } = readDefinitions(file.option_definitions, report);
  const plans = planLinks(file, prefixes, written, report);
  const globalHosts = assignHosts(readHosts(file.reservations ?? [], ["reservations"], dictionary, report), prefixes, written, report);
  const global = topLevel(file, dictionary, report);
  const classes = readClasses(file, global, dictionary, report);
  const limits = readLimits(file.limits, "", classes, ["limits"], report);
  const build: Build = { file, report, dictionary, networks: [], ranges: [], globalHosts, classes };

  const flood = file.flood_protection_threshold;
  const order = new Map(prefixes.map((prefix, i) => [prefix, i]));
  const built = new Map<NamedPrefix, { readonly link: number; readonly outer: Inherited }>();
  for (const [link, plan] of plans.entries()) {
    const outer = plan.shared === undefined ? global : inherit(plan.shared, global, plan.path, dictionary, report);
    for (const member of plan.members) built.set(member, { link, outer });
  }
  for (const prefix of prefixes) {
    const place = built.get(prefix);
    if (place !== undefined) build.networks.push(buildNetwork(build, prefix, place.link, place.outer));
  }
  const links = plans.map((plan, index) => buildLink(plan, index, build.networks, order));
  return {
    interfaces: file.interfaces ?? [],
    networks: build.networks,
    links,
    ranges: build.ranges,
    options: mergeOptions(NO_OPTIONS, readOptions(file.options, ["options"], dictionary, report)),
    ...(defined.length === 0 ? {} : { optionDefinitions: defined }),
    limits,
    ...classes.finish(),
    chaddrOnly: file.chaddr_only ?? false,
    offerHold: file.offer_hold ?? DEFAULT_OFFER_HOLD,
    affinity: file.affinity ?? DEFAULT_AFFINITY,
    cacheThreshold: file.cache_threshold ?? 0,
    bootp: file.bootp_enable ?? true,
    dynamicBootp: file.bootp_enable ?? false,
    rapidCommit: file.rapid_commit ?? false,
    subnetSelection: file.subnet_selection ?? true,
    ...(flood === undefined ? {} : { floodProtection: { packets: flood.packets, seconds: flood.secs } }),
    ...(file.leasequery === undefined ? {} : { leasequery: file.leasequery }),
    store: buildStore(file.store),
    log: { level: file.log?.level ?? "info", format: file.log?.format ?? "pretty" },
  };
}

function buildStore(store: ConfigFile["store"]): StoreSpec {
  return store?.memory === undefined ? { kind: "sqlite", path: store?.sqlite?.path } : { kind: "memory" };
}

function buildLink(plan: LinkPlan, index: number, networks: readonly Network[], order: ReadonlyMap<NamedPrefix, number>): Link {
  const members = plan.members.map((member) => networks[order.get(member) as number] as Network);
  return {
    index,
    name: plan.name,
    networks: members,
    interfaces: plan.interfaces,
    relays: plan.relays,
    ...(plan.vss && { vss: plan.vss }),
  };
}

function checkInterfaces(file: ConfigFile, report: Report): void {
  const known = new Set<string>();
  for (const [i, { name }] of (file.interfaces ?? []).entries()) {
    if (!known.has(name)) known.add(name);
    else report.error(["interfaces", i], `the interface ${name} is listed twice`, LISTED_TWICE);
  }
}

/** Global reservations apply in the network that holds their address; those without an address in every network. */
function assignHosts(
  hosts: readonly Host[],
  prefixes: readonly NamedPrefix[],
  written: ReadonlySet<string>,
  report: Report,
): ReadonlyMap<NamedPrefix, readonly Host[]> {
  const lookup = prefixLookup(prefixes);
  const everywhere = hosts.filter((host) => host.address === undefined);
  const result = new Map<NamedPrefix, Host[]>(prefixes.map((prefix) => [prefix, [...everywhere]]));
  for (const host of hosts) {
    if (host.address === undefined) continue;
    const network = lookup(host.address);
    if (network !== undefined) result.get(network)?.push(host);
    else if (prefixes.length === written.size) {
      report.error(
        [...host.path, "ip"],
        `${formatIpv4(host.address)} is in none of the networks`,
        "add the network, or correct the address",
      );
    }
  }
  return result;
}

interface Place {
  readonly config?: LeaseConfigFile | undefined;
  readonly options?: OptionsFile | undefined;
  readonly authoritative?: boolean | undefined;
  readonly probation_period?: number | undefined;
  readonly ping_check?: boolean | undefined;
  readonly ping_timeout_ms?: number | undefined;
  readonly exclude_first_last_24?: boolean | undefined;
  readonly reservations_only?: boolean | undefined;
  readonly adaptive_threshold?: number | undefined;
  readonly next_server?: Ipv4 | undefined;
  readonly server_name?: Uint8Array | undefined;
  readonly file_name?: Uint8Array | undefined;
}

function topLevel(file: ConfigFile, dictionary: OptionDictionary, report: Report): Inherited {
  const own = inherit(file, DEFAULTS, [], dictionary, report);
  // From here on it makes a difference whether a place sets next_server itself: settings of classes come before those of the top level.
  const boot = (file.client_classes?.v4 ?? []).length === 0 ? own.boot : { ...own.boot, nextServerIsOwn: false };
  return { ...own, boot, options: NO_OPTIONS };
}

function inherit(place: Place, outer: Inherited, path: Path, dictionary: OptionDictionary, report: Report): Inherited {
  return {
    leaseTime: readLeaseTime(place.config, outer.leaseTime, [...path, "config"], report),
    boot: readBoot(place, outer.boot),
    // The top level's own options are read once, where Config.options is made.
    options:
      path.length === 0 ? outer.options : mergeOptions(outer.options, readOptions(place.options, [...path, "options"], dictionary, report)),
    authoritative: place.authoritative ?? outer.authoritative,
    probationPeriod: place.probation_period ?? outer.probationPeriod,
    pingCheck: place.ping_check ?? outer.pingCheck,
    pingTimeout: place.ping_timeout_ms ?? outer.pingTimeout,
    excludeFirstLast24: place.exclude_first_last_24 ?? outer.excludeFirstLast24,
    reservationsOnly: place.reservations_only ?? outer.reservationsOnly,
    adaptiveThreshold: place.adaptive_threshold ?? outer.adaptiveThreshold,
  };
}

function buildNetwork(build: Build, entry: NamedPrefix, link: number, outer: Inherited): Network {
  const { report, dictionary } = build;
  const { key, prefix } = entry;
  const file: NetworkFile = build.file.networks?.[key] ?? {};
  const path = ["networks", key];
  const index = build.networks.length;
  const own = inherit(file, outer, path, dictionary, report);
  const serverId = file.server_id;
  const globalHosts = build.globalHosts.get(entry) ?? [];
  const hosts = checkAddresses(
    [...readHosts(file.reservations ?? [], [...path, "reservations"], dictionary, report), ...globalHosts],
    prefix,
    serverId,
    report,
  );
  const unusable = unusableAddresses(prefix);
  const ownAddresses = [...unusable, ...(serverId === undefined ? [] : [serverId])].sort((a, b) => a - b);
  const notDynamic = [...hosts.flatMap((host) => host.address ?? []), ...ownAddresses].sort((a, b) => a - b);
  const ranges = readPools(file.ranges ?? [], prefix, [...path, "ranges"], report).map((pool): Range => {
    const firstAndLast = own.excludeFirstLast24 ? firstAndLastOf24(pool) : [];
    const excluded = excludedFrom(pool, notDynamic, firstAndLast);
    const isFull = allocatableSize(pool, excluded) === 0;
    if (isFull && allocatableSize(pool, excludedFrom(pool, ownAddresses, firstAndLast)) === 0) {
      report.error(
        pool.path,
        `the range ${formatAddressRange(pool)} has no address to give out`,
        "all of its addresses are excepted or the network's own; remove the range or make it larger",
      );
    } else if (isFull) {
      report.warn(
        pool.path,
        `the range ${formatAddressRange(pool)} has no address to give out: all of them are reserved`,
        "clients without a reservation get none; remove the range or make it larger",
      );
    }
    const range = {
      index: build.ranges.length,
      network: index,
      start: pool.start,
      end: pool.end,
      excluded,
      leaseTime: readLeaseTime(pool.file.config, own.leaseTime, [...pool.path, "config"], report),
      options: mergeOptions(own.options, readOptions(pool.file.options, [...pool.path, "options"], dictionary, report)),
      ...build.classes.guard(pool.file, pool.path),
    };
    build.ranges.push(range);
    return range;
  });
  const rangeOf = rangeLookup(ranges);
  return {
    index,
    name: formatIpv4Prefix(prefix),
    prefix,
    link,
    ranges,
    reservations: indexReservations(hosts.map((host) => buildReservation(build, host, own, rangeOf))),
    serverId,
    authoritative: own.authoritative,
    probationPeriod: own.probationPeriod,
    pingTimeout: own.pingCheck ? own.pingTimeout : undefined,
    allocation: file.allocation ?? "hashed",
    reservationsOnly: own.reservationsOnly,
    adaptiveThreshold: own.adaptiveThreshold,
    limits: readLimits(file.limits, formatIpv4Prefix(prefix), build.classes, [...path, "limits"], report),
    boot: own.boot,
    leaseTime: own.leaseTime,
    options: own.options,
    ...build.classes.guard(file, path),
  };
}

function buildReservation(build: Build, host: Host, network: Inherited, rangeOf: (address: Ipv4) => Range | undefined): Reservation {
  const { report, classes } = build;
  const { file, address } = host;
  const outer = (address === undefined ? undefined : rangeOf(address)) ?? network;
  return {
    name: host.name,
    match: host.match,
    address,
    hostname: file.hostname,
    boot: readBoot(file, network.boot),
    leaseTime: readLeaseTime(file.config, outer.leaseTime, [...host.path, "config"], report),
    options: mergeOptions(outer.options, host.options),
    ownOptions: mergeOptions(NO_OPTIONS, host.options),
    ...classes.ofReservation(file, host.path),
  };
}
