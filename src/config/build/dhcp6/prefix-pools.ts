import { formatIpv6Prefix, type Ipv6Prefix, ipv6Prefix, ipv6PrefixContains, prefixLength } from "../../../net/ipv6-prefix.ts";
import type { Ipv6Range } from "../../../net/ipv6-range.ts";
import type { PrefixPoolFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import type { Report } from "../../text/problems.ts";
import { contains, firstEndingAt, overlaps } from "../family.ts";
import { IPV6 } from "./family.ts";
import { type NamedIpv6Prefix, NETWORK_NAMES } from "./names.ts";
import type { AddressPool } from "./pools.ts";

/** A pool of prefixes that was read. */
export interface DelegatingPool {
  readonly file: PrefixPoolFile;
  readonly path: Path;
  readonly network: NamedIpv6Prefix;
  readonly range: Ipv6Range;
}

/**
 * Something of a file that is a prefix of its own, and may not overlap what addresses are given
 * from.
 */
export interface PlacedPrefix {
  readonly prefix: Ipv6Prefix;
  readonly range: Ipv6Range;
  /** The network in whose own prefix it may lie. */
  readonly network: NamedIpv6Prefix;
  readonly path: Path;
  /** In words: `the prefix pool 2001:db8:100::/40`. */
  readonly what: string;
}

/** What addresses are given from: networks and their ranges, each in order of address. */
export interface Addressed {
  readonly networks: readonly (Ipv6Range & { readonly network: NamedIpv6Prefix })[];
  /** With the ranges of all networks. */
  readonly ranges: readonly AddressPool[];
}

export function addressed(networks: readonly NamedIpv6Prefix[], ranges: readonly AddressPool[]): Addressed {
  return {
    networks: networks.map((network) => ({ ...network.range, network })).sort(byStart),
    ranges: [...ranges].sort(byStart),
  };
}

function byStart(a: Ipv6Range, b: Ipv6Range): number {
  return IPV6.compare(a.start, b.start);
}

/**
 * Whether a prefix may be delegated: it lies outside of all networks, or in its own where no range
 * is. What is wrong is reported.
 */
export function checkDelegable({ range, network, path, what }: PlacedPrefix, { networks, ranges }: Addressed, report: Report): boolean {
  const other = networks[firstEndingAt(IPV6, networks, range.start)];
  if (other === undefined || !overlaps(IPV6, other, range)) return true;
  const inside = contains(IPV6, other, range.start) && contains(IPV6, other, range.end);
  if (other.network !== network || !inside) {
    const how = inside ? "lies in" : "overlaps";
    const hint = "hosts have addresses of the network on their link: nothing of it can be delegated to a router";
    report.error(path, `${what} ${how} the network ${other.network.name}`, hint, [...NETWORK_NAMES.path, other.network.key]);
    return false;
  }
  const taken = ranges[firstEndingAt(IPV6, ranges, range.start)];
  if (taken === undefined || !overlaps(IPV6, taken, range)) return true;
  const text = `${IPV6.format(taken.start)}-${IPV6.format(taken.end)}`;
  report.error(path, `${what} overlaps the range ${text}`, "an address is given to a host, or delegated to a router: not both", taken.path);
  return false;
}

/**
 * Those that overlap none before them. Of two prefixes that overlap one contains the other, so in
 * order of address each has to be compared with its neighbour only.
 */
export function withoutOverlap<Placed extends PlacedPrefix>(
  all: readonly Placed[],
  problem: (later: Placed, earlier: Placed) => readonly [message: string, hint: string, other?: Path],
  report: Report,
): readonly Placed[] {
  const order = new Map(all.map((one, i) => [one, i]));
  const dropped = new Set<Placed>();
  let last: Placed | undefined;
  const sorted = [...all].sort((a, b) => IPV6.compare(a.range.start, b.range.start) || prefixLength(a.prefix) - prefixLength(b.prefix));
  for (const one of sorted) {
    if (last === undefined || !ipv6PrefixContains(last.prefix, one.prefix)) {
      last = one;
      continue;
    }
    const [later, earlier] = (order.get(last) as number) > (order.get(one) as number) ? [last, one] : [one, last];
    dropped.add(one);
    report.error(later.path, ...problem(later, earlier));
  }
  return all.filter((one) => !dropped.has(one));
}

/**
 * Reads the prefix pools of all networks: those with problems, and those that overlap another or
 * what addresses are given from, are reported and left out.
 */
export function readPrefixPools(
  networks: readonly (readonly [NamedIpv6Prefix, readonly PrefixPoolFile[], Path])[],
  givenFrom: Addressed,
  report: Report,
): readonly DelegatingPool[] {
  const all: (DelegatingPool & PlacedPrefix)[] = [];
  for (const [network, files, path] of networks) {
    for (const [i, file] of files.entries()) {
      const place = [...path, i];
      const { prefix } = file;
      const what = `the prefix pool ${formatIpv6Prefix(prefix)}`;
      if (!checkLengths(file, place, report)) continue;
      const pool = { file, path: place, network, prefix, range: IPV6.rangeOf(prefix), what };
      if (checkDelegable({ ...pool, path: [...place, "prefix"] }, givenFrom, report)) all.push(pool);
    }
  }
  const problem = (later: PlacedPrefix, earlier: PlacedPrefix): [string, string, Path] => [
    `${later.what} overlaps ${earlier.what}`,
    "a prefix can be in one pool only",
    earlier.path,
  ];
  return withoutOverlap(all, problem, report);
}

/** A prefix that is delegated is longer than its pool, and what is excluded of it longer still. */
function checkLengths(
  { prefix, delegated_length: delegated, excluded_prefix: excluded }: PrefixPoolFile,
  path: Path,
  report: Report,
): boolean {
  const pool = prefixLength(prefix);
  if (delegated < pool) {
    const message = `delegated_length (${delegated}) is shorter than the pool's own prefix (${pool} bits)`;
    report.error([...path, "delegated_length"], message, `give a length from ${pool} to 128`);
    return false;
  }
  if (excluded === undefined) return true;
  const place = [...path, "excluded_prefix"];
  const text = formatIpv6Prefix(excluded);
  if (!ipv6PrefixContains(prefix, excluded)) {
    report.error(
      place,
      `${text} is not inside the prefix pool ${formatIpv6Prefix(prefix)}`,
      "what is excluded is part of what is delegated",
    );
    return false;
  }
  if (prefixLength(excluded) <= delegated) {
    const message = `${text} is not longer than the delegated prefixes (${delegated} bits)`;
    report.error(place, message, "what is excluded is a part of each delegated prefix (RFC 6603)");
    return false;
  }
  const first = ipv6Prefix(prefix, delegated);
  if (ipv6PrefixContains(first, excluded)) return true;
  const hint = "it is excluded from each of them at the same place";
  report.error(place, `${text} is not inside the first prefix that is delegated, ${formatIpv6Prefix(first)}`, hint);
  return false;
}
