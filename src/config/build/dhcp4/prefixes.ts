import { type Ipv4, parseIpv4 } from "../../../net/ipv4.ts";
import { formatIpv4Prefix, type Ipv4Prefix, prefixAround, prefixContains, rangeOfPrefix } from "../../../net/prefix.ts";
import type { AddressRange } from "../../../net/range.ts";
import { FIRST_HOST, LAST_HOST } from "../../schema/values.ts";
import type { Report } from "../../text/problems.ts";

/** A network's key that was read. */
export interface NamedPrefix {
  /** As written in the file. */
  readonly key: string;
  readonly prefix: Ipv4Prefix;
}

/**
 * Reads the keys of `networks`. Malformed ones and those that overlap an earlier one are reported
 * and left out. An address of the network in front of the length (192.168.5.1/24) names the same
 * network, as in dora.
 */
export function readPrefixes(keys: readonly string[], report: Report): readonly NamedPrefix[] {
  const read: NamedPrefix[] = [];
  for (const key of keys) {
    const prefix = prefixAround(key);
    if (prefix === undefined) explainKey(key, report);
    else if (!holdsHosts(rangeOfPrefix(prefix))) {
      report.keyError(["networks", key], `${key} has no addresses for hosts: it is multicast or reserved`);
    } else {
      read.push({ key, prefix });
      const name = formatIpv4Prefix(prefix);
      if (name !== key) report.warn(["networks", key], `${key} is read as the network ${name}`, `write ${name}`);
    }
  }
  return withoutOverlaps(read, report);
}

function holdsHosts({ start, end }: AddressRange): boolean {
  return end >= FIRST_HOST && start <= LAST_HOST;
}

function explainKey(key: string, report: Report): void {
  const path = ["networks", key];
  if (/^[0-9a-f:.]*:[0-9a-f:.]*(\/\d+)?$/i.test(key))
    report.keyError(path, `${key} is not an IPv4 prefix`, "IPv6 is not supported by this version");
  else {
    const hint =
      parseIpv4(key) === undefined
        ? "networks are named by their prefix, such as 192.168.5.0/24"
        : `add the length of the prefix, such as ${key}/24`;
    report.keyError(path, `expected a prefix such as 192.168.5.0/24, got ${JSON.stringify(key)}`, hint);
  }
}

/**
 * Of two prefixes that overlap one contains the other, so in order of address each has to be
 * compared with its neighbour only.
 */
function withoutOverlaps(read: readonly NamedPrefix[], report: Report): readonly NamedPrefix[] {
  const order = new Map(read.map((entry, i) => [entry, i]));
  const kept: NamedPrefix[] = [];
  const dropped = new Set<NamedPrefix>();
  const sorted = [...read].sort((a, b) => a.prefix.address - b.prefix.address || a.prefix.length - b.prefix.length);
  for (const entry of sorted) {
    const outer = kept.at(-1);
    if (outer === undefined || !prefixContains(outer.prefix, entry.prefix.address)) {
      kept.push(entry);
      continue;
    }
    const [later, earlier] = (order.get(outer) as number) > (order.get(entry) as number) ? [outer, entry] : [entry, outer];
    dropped.add(entry);
    const same = outer.prefix.length === entry.prefix.length;
    const message = same
      ? `the network ${formatIpv4Prefix(entry.prefix)} is given twice`
      : `the network ${later.key} overlaps the network ${earlier.key}`;
    report.keyError(["networks", later.key], message, "an address can be in one network only");
  }
  return read.filter((entry) => !dropped.has(entry));
}

/**
 * Finds the entry whose prefix holds an address, in logarithmic time. The prefixes don't overlap.
 */
export function prefixLookup<Entry extends { readonly prefix: Ipv4Prefix }>(
  entries: readonly Entry[],
): (address: Ipv4) => Entry | undefined {
  const sorted = [...entries].sort((a, b) => a.prefix.address - b.prefix.address);
  return (address) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (rangeOfPrefix((sorted[middle] as Entry).prefix).end < address) low = middle + 1;
      else high = middle;
    }
    const entry = sorted[low];
    return entry !== undefined && prefixContains(entry.prefix, address) ? entry : undefined;
  };
}
