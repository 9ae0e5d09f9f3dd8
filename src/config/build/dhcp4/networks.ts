import { formatIpv4, type Ipv4 } from "../../../net/ipv4.ts";
import type { LeaseTime } from "../../model/common.ts";
import type { BootFields, Network, Range, Reservation } from "../../model/dhcp4.ts";
import type { OptionDictionary } from "../../options/dictionary.ts";
import { mergeOptions, NO_OPTIONS, readOptions } from "../../options/values.ts";
import type { ConfigFile, NetworkFile } from "../../schema/config.ts";
import type { Report } from "../../text/problems.ts";
import type { ClassTable } from "../classes.ts";
import { rangeLookup } from "../family.ts";
import { entriesOf, refusedOf } from "../hosts.ts";
import { readLeaseTime } from "../lease-time.ts";
import { placed, readLimits } from "../limits.ts";
import { prefixLookup } from "../prefixes.ts";
import { excludedFrom, readPools, reportFull } from "../ranges.ts";
import { IPV4 } from "./family.ts";
import { type Inherited, inherit } from "./inheritance.ts";
import type { NamedIpv4Prefix } from "./names.ts";
import { firstAndLastOf24, unusableAddresses } from "./ranges.ts";
import { checkAddresses, type Host, readBoot, readHosts } from "./reservations.ts";

/** State of one run: everything gets its index when it is made. */
export interface NetworkBuild {
  readonly file: ConfigFile;
  readonly report: Report;
  readonly dictionary: OptionDictionary;
  readonly networks: Network[];
  readonly ranges: Range[];
  readonly globalHosts: GlobalHosts;
  /**
   * Reservations of the top level without an address, by what they inherit from the networks they
   * apply in.
   */
  readonly everywhere: Map<BootFields, Map<LeaseTime | undefined, readonly Reservation[]>>;
  readonly classes: ClassTable;
}

/** Reservations of the top level. */
export interface GlobalHosts {
  /** Those without an address. */
  readonly everywhere: readonly Host[];
  /** The others, by the network that their address lies in. */
  readonly inNetwork: ReadonlyMap<NamedIpv4Prefix, readonly Host[]>;
}

/**
 * Global reservations apply in the network that holds their address; those without an address in
 * every network.
 */
export function assignHosts(
  hosts: readonly Host[],
  prefixes: readonly NamedIpv4Prefix[],
  written: ReadonlySet<string>,
  report: Report,
): GlobalHosts {
  const lookup = prefixLookup(IPV4, prefixes);
  const inNetwork = new Map<NamedIpv4Prefix, Host[]>();
  for (const host of hosts) {
    if (host.address === undefined) continue;
    const network = lookup(host.address);
    if (network !== undefined) {
      const list = inNetwork.get(network);
      if (list === undefined) inNetwork.set(network, [host]);
      else list.push(host);
    } else if (prefixes.length === written.size) {
      report.error(
        [...host.path, "ip"],
        `${formatIpv4(host.address)} is in none of the networks`,
        "add the network, or correct the address",
      );
    }
  }
  return { everywhere: hosts.filter((host) => host.address === undefined), inNetwork };
}

export function buildNetwork(build: NetworkBuild, entry: NamedIpv4Prefix, link: number, outer: Inherited): Network {
  const { report, dictionary, globalHosts } = build;
  const { key, prefix } = entry;
  const file: NetworkFile = build.file.networks?.[key] ?? {};
  const path = ["networks", key];
  const index = build.networks.length;
  const own = inherit(file, outer, path, dictionary, report);
  const { serverId } = own;
  const ownHosts = readHosts(entriesOf(file.reservations, [...path, "reservations"]), dictionary, report);
  const hosts = checkAddresses([...ownHosts, ...(globalHosts.inNetwork.get(entry) ?? [])], prefix, serverId, report);
  const unusable = unusableAddresses(prefix);
  const ownAddresses = [...unusable, ...(serverId === undefined ? [] : [serverId])].sort((a, b) => a - b);
  const notDynamic = [...hosts.flatMap((host) => host.address ?? []), ...ownAddresses].sort((a, b) => a - b);
  const pools = readPools(file.ranges ?? [], entry, IPV4, [...path, "ranges"], report);
  const settingsOf = ({ file: range, path: place }: Pick<(typeof pools)[number], "file" | "path">) => ({
    leaseTime: readLeaseTime(range.config, own.leaseTime, [...place, "config"], report),
    options: mergeOptions(own.options, readOptions(range.options, [...place, "options"], dictionary, report)),
    ...build.classes.guard(range, place),
  });
  for (const one of refusedOf(file.ranges, [...path, "ranges"], pools)) settingsOf(one);
  for (const one of refusedOf(file.reservations, [...path, "reservations"], hosts)) {
    readLeaseTime(one.file.config, own.leaseTime, [...one.path, "config"], report);
    build.classes.ofReservation(one.file, one.path);
  }
  const ranges = pools.map((pool): Range => {
    const firstAndLast = own.excludeFirstLast24 ? firstAndLastOf24(pool) : [];
    const excluded = excludedFrom(pool, notDynamic, firstAndLast, IPV4);
    reportFull(pool, excluded, () => excludedFrom(pool, ownAddresses, firstAndLast, IPV4), IPV4, report);
    const range = {
      index: build.ranges.length,
      network: index,
      start: pool.start,
      end: pool.end,
      excluded,
      ...settingsOf(pool),
    };
    build.ranges.push(range);
    return range;
  });
  const rangeOf = rangeLookup(IPV4, ranges, (range) => range);
  const isOwn = new Set(ownHosts);
  const inNetwork = (list: readonly Host[]): readonly Reservation[] => list.map((host) => buildReservation(build, host, own, rangeOf));
  return {
    index,
    name: entry.name,
    prefix,
    link,
    ranges,
    reservations: [
      inNetwork(hosts.filter((host) => isOwn.has(host))),
      buildEverywhere(build, own),
      inNetwork(hosts.filter((host) => !isOwn.has(host))),
    ].filter((list) => list.length > 0),
    serverId,
    authoritative: own.authoritative,
    probationPeriod: own.probationPeriod,
    pingTimeout: own.pingCheck ? own.pingTimeout : undefined,
    allocation: file.allocation ?? "hashed",
    reservationsOnly: own.reservationsOnly,
    adaptiveThreshold: own.adaptiveThreshold,
    limits: readLimits(placed(file.limits), entry.name, build.classes, [...path, "limits"], report),
    boot: own.boot,
    leaseTime: own.leaseTime,
    options: own.options,
    ...build.classes.guard(file, path),
  };
}

/** Reports what is wrong in a network whose key has a problem; nothing else becomes of it. */
export function checkNetwork(build: NetworkBuild, entry: NamedIpv4Prefix, outer: Inherited): void {
  buildNetwork({ ...build, networks: [], ranges: [] }, entry, 0, outer);
}

/**
 * The reservations of the top level without an address, as they are in a network that hands down
 * these settings. Built once for all networks that do: many networks times many reservations would
 * be too many.
 */
function buildEverywhere(build: NetworkBuild, network: Inherited): readonly Reservation[] {
  const hosts = build.globalHosts.everywhere;
  // Nobody's lease time matters to a host that says nothing of its own.
  const leaseTime = hosts.some(({ file }) => file.config !== undefined) ? network.leaseTime : undefined;
  const known = build.everywhere.get(network.boot) ?? new Map<LeaseTime | undefined, readonly Reservation[]>();
  build.everywhere.set(network.boot, known);
  let built = known.get(leaseTime);
  if (built === undefined) {
    built = hosts.map((host) => buildReservation(build, host, { ...network, options: NO_OPTIONS }, () => undefined));
    known.set(leaseTime, built);
  }
  return built;
}

function buildReservation(build: NetworkBuild, host: Host, network: Inherited, rangeOf: (address: Ipv4) => Range | undefined): Reservation {
  const { report, classes } = build;
  const { file, address } = host;
  const outer = (address === undefined ? undefined : rangeOf(address)) ?? network;
  return {
    name: host.name,
    match: host.match,
    address,
    hostname: file.hostname,
    boot: readBoot(file, network.boot),
    leaseTime: file.config && readLeaseTime(file.config, outer.leaseTime, [...host.path, "config"], report),
    options: mergeOptions(outer.options, host.options),
    ownOptions: mergeOptions(NO_OPTIONS, host.options),
    ...classes.ofReservation(file, host.path),
  };
}
