import { formatIpv6, type Ipv6 } from "../../../net/ipv6.ts";
import { formatIpv6Prefix, type Ipv6Prefix, ipv6PrefixContains } from "../../../net/ipv6-prefix.ts";
import type { Path } from "../../text/diagnostic.ts";
import type { Report } from "../../text/problems.ts";
import { lowerBound, rangeLookup } from "../family.ts";
import { withoutSecondPlace } from "../hosts.ts";
import { prefixLookup } from "../prefixes.ts";
import { IPV6 } from "./family.ts";
import { HOST_KEYS, type Host } from "./hosts.ts";
import type { NamedIpv6Prefix } from "./names.ts";
import { type Addressed, checkDelegable, type DelegatingPool, type PlacedPrefix, withoutOverlap } from "./prefix-pools.ts";

/** A host on a link: what of its addresses and prefixes belongs there. */
export interface PlacedHost extends Host {
  readonly addresses: readonly Ipv6[];
  readonly prefixes: readonly Ipv6Prefix[];
}

/** Every reservation, by where it applies, and everything that is reserved. */
export interface Reserved {
  /** Of a network itself. */
  readonly own: ReadonlyMap<NamedIpv6Prefix, readonly PlacedHost[]>;
  /** Of the section and of the top level, by the network of their first address or prefix. */
  readonly inNetwork: ReadonlyMap<NamedIpv6Prefix, readonly PlacedHost[]>;
  /** Those of the section and of the top level with neither addresses nor prefixes. */
  readonly everywhere: readonly PlacedHost[];
  /** In order of address. */
  readonly addresses: readonly Ipv6[];
  /** In order of address, not overlapping. */
  readonly prefixes: readonly Ipv6Prefix[];
}

/** What reservations are checked against. */
export interface Places {
  readonly networks: readonly NamedIpv6Prefix[];
  readonly linkOf: (network: NamedIpv6Prefix) => number;
  readonly pools: readonly DelegatingPool[];
  readonly givenFrom: Addressed;
  /** Whether every network of the file was read: else an address may lie in one with a problem. */
  readonly complete: boolean;
}

/** Something reserved, and where it is written. */
interface ReservedAddress {
  readonly address: Ipv6;
  readonly path: Path;
  readonly host: Host;
}

type ReservedPrefix = PlacedPrefix & { readonly host: Host };

/**
 * Finds out where each reservation applies. An address or prefix that can't be reserved is reported
 * and left out.
 */
export function placeHosts(
  ofNetworks: ReadonlyMap<NamedIpv6Prefix, readonly Host[]>,
  global: readonly Host[],
  places: Places,
  report: Report,
): Reserved {
  const networkOf = prefixLookup(IPV6, places.networks);
  const poolOf = rangeLookup(IPV6, places.pools, ({ range }) => range);
  const pools = [...places.pools].sort((a, b) => IPV6.compare(a.range.start, b.range.start));
  const addresses = new Map<string, ReservedAddress>();
  const prefixes: ReservedPrefix[] = [];
  const own = new Map<NamedIpv6Prefix, PlacedHost[]>();
  const inNetwork = new Map<NamedIpv6Prefix, PlacedHost[]>();

  const takeAddress = (host: Host, i: number, home: NamedIpv6Prefix | undefined): NamedIpv6Prefix | undefined => {
    const address = host.file.addresses?.[i] as Ipv6;
    const path = [...host.path, "addresses", i];
    const network = networkOf(address);
    const text = formatIpv6(address);
    const other = addresses.get(text);
    const pool = poolOf(address);
    if (home !== undefined && (network === undefined || places.linkOf(network) !== places.linkOf(home)))
      report.error(path, `${text} is outside the network ${home.name}`, "put the reservation in the network that holds its address");
    else if (network === undefined) {
      if (places.complete) report.error(path, `${text} is in none of the networks`, "add the network, or correct the address");
    } else if (IPV6.compare(address, network.range.start) === 0 && IPV6.compare(address, network.range.end) !== 0)
      report.error(path, `${text} is the subnet-router anycast address of ${network.name}`, "reserve another address");
    else if (other !== undefined)
      report.error(
        path,
        `${text} is reserved for ${other.host.name} already`,
        other.host === host ? "keep one of the two" : undefined,
        other.host.path,
      );
    else if (pool !== undefined)
      report.error(
        path,
        `${text} lies in the prefix pool ${formatIpv6Prefix(pool.file.prefix)}`,
        "it would be delegated to a router",
        pool.path,
      );
    else {
      addresses.set(text, { address, path, host });
      return network;
    }
    return undefined;
  };

  const takePrefix = (host: Host, i: number, home: NamedIpv6Prefix): void => {
    const prefix = host.file.prefixes?.[i] as Ipv6Prefix;
    const path = [...host.path, "prefixes", i];
    const text = formatIpv6Prefix(prefix);
    const pool = poolOf(prefix);
    const what = `the reserved prefix ${text}`;
    if (pool !== undefined && places.linkOf(pool.network) !== places.linkOf(home)) {
      const message = `${text} lies in a prefix pool of the network ${pool.network.name}, which is on another link`;
      report.error(path, message, "put the reservation in that network", pool.path);
      return;
    }
    // Pools don't overlap: if the prefix holds any, then the first that begins in it.
    const whole = pools[lowerBound(pools.length, (n) => IPV6.compare((pools[n] as DelegatingPool).range.start, prefix) >= 0)];
    if (whole !== undefined && ipv6PrefixContains(prefix, whole.file.prefix)) {
      const message = `${what} takes all of the prefix pool ${formatIpv6Prefix(whole.file.prefix)}`;
      report.error(path, message, "remove the pool, or reserve a longer prefix", whole.path);
      return;
    }
    const placed = { prefix, range: IPV6.rangeOf(prefix), network: pool?.network ?? home, path, what, host };
    if (checkDelegable(placed, places.givenFrom, report)) prefixes.push(placed);
  };

  const put = (map: Map<NamedIpv6Prefix, PlacedHost[]>, network: NamedIpv6Prefix, host: PlacedHost): void => {
    const list = map.get(network);
    if (list === undefined) map.set(network, [host]);
    else list.push(host);
  };

  const indexes = (list: readonly unknown[] | undefined): readonly number[] => (list ?? []).map((_, i) => i);
  for (const [network, hosts] of ofNetworks) {
    for (const host of hosts) {
      for (const i of indexes(host.file.addresses)) takeAddress(host, i, network);
      for (const i of indexes(host.file.prefixes)) takePrefix(host, i, network);
      put(own, network, { ...host, addresses: host.file.addresses ?? [], prefixes: host.file.prefixes ?? [] });
    }
  }
  const everywhere: PlacedHost[] = [];
  for (const host of global) {
    if ((host.file.addresses ?? []).length === 0 && (host.file.prefixes ?? []).length === 0) {
      everywhere.push({ ...host, addresses: [], prefixes: [] });
      continue;
    }
    /** By link: the host there, in the network of the first thing that belongs to it. */
    const parts = new Map<number, { readonly network: NamedIpv6Prefix; readonly addresses: Ipv6[]; readonly prefixes: Ipv6Prefix[] }>();
    const partIn = (network: NamedIpv6Prefix): { readonly addresses: Ipv6[]; readonly prefixes: Ipv6Prefix[] } => {
      const link = places.linkOf(network);
      const part = parts.get(link) ?? { network, addresses: [], prefixes: [] };
      parts.set(link, part);
      return part;
    };
    for (const i of indexes(host.file.addresses)) {
      const network = takeAddress(host, i, undefined);
      if (network !== undefined) partIn(network).addresses.push(host.file.addresses?.[i] as Ipv6);
    }
    for (const i of indexes(host.file.prefixes)) {
      const prefix = host.file.prefixes?.[i] as Ipv6Prefix;
      const [first] = parts.values();
      const network = poolOf(prefix)?.network ?? networkOf(prefix) ?? first?.network;
      if (network !== undefined) {
        takePrefix(host, i, network);
        partIn(network).prefixes.push(prefix);
      } else if (places.complete && (host.file.addresses ?? []).length === 0) {
        const hint = "put the reservation in the network of the client, or add the pool";
        report.error([...host.path, "prefixes", i], `${formatIpv6Prefix(prefix)} is in none of the prefix pools`, hint);
      }
    }
    for (const part of parts.values()) put(inNetwork, part.network, { ...host, addresses: part.addresses, prefixes: part.prefixes });
  }

  for (const network of places.networks) {
    const ofNetwork = own.get(network) ?? [];
    const kept = withoutSecondPlace([...ofNetwork, ...(inNetwork.get(network) ?? [])], HOST_KEYS, placeOfHost, report);
    inNetwork.set(
      network,
      kept.filter((host) => !ofNetwork.includes(host)),
    );
  }
  const distinct = withoutOverlap(
    prefixes,
    (later, earlier) => [
      `${later.what} overlaps ${formatIpv6Prefix(earlier.prefix)}, reserved for ${earlier.host.name}`,
      "a prefix is delegated once",
      earlier.host.path,
    ],
    report,
  );
  const prefixOf = rangeLookup(IPV6, distinct, ({ range }) => range);
  for (const { address, path } of addresses.values()) {
    const around = prefixOf(address);
    if (around === undefined) continue;
    const message = `${formatIpv6(address)} lies in the prefix ${formatIpv6Prefix(around.prefix)} that is reserved for ${around.host.name}`;
    report.error(path, message, "it would be delegated to a router", around.host.path);
  }
  return {
    own,
    inNetwork,
    everywhere,
    addresses: [...addresses.values()].map(({ address }) => address).sort(IPV6.compare),
    prefixes: distinct.map(({ prefix }) => prefix).sort(IPV6.compare),
  };
}

function placeOfHost({ addresses, prefixes }: PlacedHost): string | undefined {
  const [first] = [...addresses.map(formatIpv6), ...prefixes.map(formatIpv6Prefix)];
  return first;
}

/** Those of the prefixes, which are in order and don't overlap, that lie in a pool. */
export function reservedIn(pool: Ipv6Prefix, prefixes: readonly Ipv6Prefix[]): readonly Ipv6Prefix[] {
  const from = lowerBound(prefixes.length, (i) => IPV6.compare(prefixes[i] as Ipv6Prefix, pool) >= 0);
  const result: Ipv6Prefix[] = [];
  for (let i = from; i < prefixes.length; i++) {
    const prefix = prefixes[i] as Ipv6Prefix;
    if (!ipv6PrefixContains(pool, prefix)) break;
    result.push(prefix);
  }
  return result;
}
