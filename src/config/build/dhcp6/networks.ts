import type { Ipv6 } from "../../../net/ipv6.ts";
import type { Lifetimes, Network, PrefixPool, Range, Reservation } from "../../model/dhcp6.ts";
import type { OptionDictionary } from "../../options/dictionary.ts";
import { mergeOptions, NO_OPTIONS, readOptions } from "../../options/values.ts";
import type { Dhcp6NetworkFile } from "../../schema/config.ts";
import type { Report } from "../../text/problems.ts";
import type { ClassTable } from "../classes.ts";
import { refusedOf } from "../hosts.ts";
import { placed, readLimits } from "../limits.ts";
import { excludedFrom, reportFull } from "../ranges.ts";
import { IPV6 } from "./family.ts";
import { type Inherited, inherit } from "./inheritance.ts";
import { readLifetimes } from "./lifetimes.ts";
import { type NamedIpv6Prefix, NETWORK_NAMES } from "./names.ts";
import type { AddressPool } from "./pools.ts";
import type { DelegatingPool } from "./prefix-pools.ts";
import { type PlacedHost, type Reserved, reservedIn } from "./reserved.ts";

/** State of one run: everything gets its index when it is made. */
export interface NetworkBuild {
  readonly report: Report;
  readonly dictionary: OptionDictionary;
  readonly classes: ClassTable;
  readonly reserved: Reserved;
  /** Addresses of this machine's interfaces that the file names. */
  readonly ownAddresses: readonly Ipv6[];
  readonly networks: Network[];
  readonly pools: (Range | PrefixPool)[];
  /** Reservations that apply everywhere, by the lease times that they inherit. */
  readonly everywhere: Map<Lifetimes | undefined, readonly Reservation[]>;
}

/** A network, and what of it was read before. */
export interface NetworkSource {
  readonly entry: NamedIpv6Prefix;
  readonly file: Dhcp6NetworkFile;
  readonly ranges: readonly AddressPool[];
  readonly prefixPools: readonly DelegatingPool[];
}

export function buildNetwork(build: NetworkBuild, source: NetworkSource, link: number, outer: Inherited): Network {
  const { report, dictionary, classes, reserved } = build;
  const { entry, file } = source;
  const path = [...NETWORK_NAMES.path, entry.key];
  const index = build.networks.length;
  const own = inherit(file, outer, path, dictionary, report);
  const ranges = source.ranges.map((pool) => buildRange(build, pool, entry, index, own));
  const prefixPools = source.prefixPools.map((pool) => buildPrefixPool(build, pool, index, own));
  for (const one of refusedOf(file.ranges, [...path, "ranges"], source.ranges)) settingsOf(build, one, own);
  for (const one of refusedOf(file.prefix_pools, [...path, "prefix_pools"], source.prefixPools)) settingsOf(build, one, own);
  const hosts = [...(reserved.own.get(entry) ?? []), ...(reserved.inNetwork.get(entry) ?? [])];
  for (const one of refusedOf(file.reservations, [...path, "reservations"], hosts)) {
    readLifetimes(one.file.config, own.leaseTime, [...one.path, "config"], report);
    classes.ofReservation(one.file, one.path);
  }
  const inNetwork = (hosts: readonly PlacedHost[] | undefined): readonly Reservation[] =>
    (hosts ?? []).map((host) => buildReservation(build, host, surroundings(host, ranges, prefixPools, own)));
  return {
    index,
    name: entry.name,
    prefix: entry.prefix,
    link,
    ranges,
    prefixPools,
    reservations: [inNetwork(reserved.own.get(entry)), buildEverywhere(build, own), inNetwork(reserved.inNetwork.get(entry))].filter(
      (list) => list.length > 0,
    ),
    authoritative: own.authoritative,
    probationPeriod: own.probationPeriod,
    pingTimeout: own.pingCheck ? own.pingTimeout : undefined,
    allocation: file.allocation ?? "random",
    reservationsOnly: own.reservationsOnly,
    adaptiveThreshold: own.adaptiveThreshold,
    limits: readLimits(placed(file.limits), entry.name, classes, [...path, "limits"], report),
    leaseTime: own.leaseTime,
    rapidCommit: own.rapidCommit,
    options: own.options,
    ...classes.guard(file, path),
  };
}

/** Prefixes longer than this have no subnet-router anycast address (RFC 6164). */
const LONGEST_WITH_ANYCAST = 126;

function buildRange(build: NetworkBuild, pool: AddressPool, entry: NamedIpv6Prefix, network: number, own: Inherited): Range {
  const { report, reserved } = build;
  const anycast = (entry.prefix[16] as number) <= LONGEST_WITH_ANYCAST ? [entry.range.start] : [];
  const notGiven = [...anycast, ...build.ownAddresses];
  const excluded = excludedFrom(pool, reserved.addresses, notGiven, IPV6);
  reportFull(pool, excluded, () => excludedFrom(pool, [], notGiven, IPV6), IPV6, report);
  const range: Range = {
    kind: "addresses",
    index: build.pools.length,
    network,
    start: pool.start,
    end: pool.end,
    excluded,
    ...settingsOf(build, pool, own),
  };
  build.pools.push(range);
  return range;
}

function buildPrefixPool(build: NetworkBuild, pool: DelegatingPool, network: number, own: Inherited): PrefixPool {
  const { prefix, delegated_length: delegatedLength, excluded_prefix: excludedPrefix } = pool.file;
  const result: PrefixPool = {
    kind: "prefixes",
    index: build.pools.length,
    network,
    prefix,
    delegatedLength,
    excludedPrefix,
    excluded: reservedIn(prefix, build.reserved.prefixes),
    ...settingsOf(build, pool, own),
  };
  build.pools.push(result);
  return result;
}

function settingsOf(
  { report, dictionary, classes }: NetworkBuild,
  { file, path }: Pick<AddressPool | DelegatingPool, "file" | "path">,
  own: Inherited,
) {
  return {
    leaseTime: readLifetimes(file.config, own.leaseTime, [...path, "config"], report),
    options: mergeOptions(own.options, readOptions(file.options, [...path, "options"], dictionary, report)),
    ...classes.guard(file, path),
  };
}

type Surroundings = Pick<Inherited, "leaseTime" | "options">;

/**
 * What a reservation goes over: the range of its first address, the pool of its first prefix, or
 * the network.
 */
function surroundings(
  { addresses: [address], prefixes: [prefix] }: PlacedHost,
  ranges: readonly Range[],
  pools: readonly PrefixPool[],
  own: Inherited,
): Surroundings {
  if (address !== undefined) return ranges.find((range) => isIn(range, address)) ?? own;
  if (prefix === undefined) return own;
  return pools.find((pool) => isIn(IPV6.rangeOf(pool.prefix), prefix)) ?? own;
}

function isIn({ start, end }: { readonly start: Ipv6; readonly end: Ipv6 }, address: Ipv6): boolean {
  return IPV6.compare(start, address) <= 0 && IPV6.compare(address, end) <= 0;
}

/**
 * The reservations with neither addresses nor prefixes, as they are in a network that hands down
 * these lease times: built once for all networks that do.
 */
function buildEverywhere(build: NetworkBuild, { leaseTime }: Inherited): readonly Reservation[] {
  const hosts = build.reserved.everywhere;
  // Nobody's lease time matters to a host that says nothing of its own.
  const key = hosts.some(({ file }) => file.config !== undefined) ? leaseTime : undefined;
  const known = build.everywhere.get(key);
  if (known !== undefined) return known;
  const built = hosts.map((host) => buildReservation(build, host, { leaseTime, options: NO_OPTIONS }));
  build.everywhere.set(key, built);
  return built;
}

function buildReservation({ report, classes }: NetworkBuild, host: PlacedHost, outer: Surroundings): Reservation {
  const { file, path } = host;
  return {
    name: host.name,
    match: host.match,
    addresses: host.addresses,
    prefixes: host.prefixes,
    hostname: file.hostname,
    leaseTime: file.config && readLifetimes(file.config, outer.leaseTime, [...path, "config"], report),
    options: mergeOptions(outer.options, host.options),
    ownOptions: mergeOptions(NO_OPTIONS, host.options),
    ...classes.ofReservation(file, path),
  };
}
