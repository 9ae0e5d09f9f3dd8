import { isNetworkKey } from "../schema/tree.ts";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import { type AddressFamily, contains, type Range, rangeLookup } from "./family.ts";

/** A network's key that was read. */
export interface NamedPrefix<A, P> {
  /** As written in the file. */
  readonly key: string;
  readonly prefix: P;
  /** The prefix as it is written best. */
  readonly name: string;
  /** Its addresses. */
  readonly range: Range<A>;
}

/** How the networks of a protocol are named. */
export interface NetworkNames<A, P> {
  readonly family: AddressFamily<A, P>;
  /** Where they stand. */
  readonly path: Path;
  /** The prefix of all addresses. */
  readonly all: P;
  /** Why hosts can't have addresses of the prefix; undefined when they can. */
  readonly problemOf: (prefix: P) => string | undefined;
  /** Reports what is wrong with a key that is no prefix. */
  readonly explain: (key: string, path: Path, report: Report) => void;
}

/** The networks of a protocol. */
export interface ReadPrefixes<A, P> {
  readonly networks: readonly NamedPrefix<A, P>[];
  /**
   * Those whose key has a problem: what is in them is checked all the same, as if each were the
   * only one; where it is not known which addresses it has, then it has all.
   */
  readonly refused: readonly NamedPrefix<A, P>[];
}

/**
 * Reads the keys of networks. Malformed ones and those that overlap an earlier one are reported. An
 * address of the network in front of the length (192.168.5.1/24) names the same network, as in
 * dora.
 */
export function readPrefixes<A, P>(keys: readonly string[], names: NetworkNames<A, P>, report: Report): ReadPrefixes<A, P> {
  const { family, path, problemOf, explain, all } = names;
  const unknown: NamedPrefix<A, P>[] = [];
  const refuse = (key: string): void => {
    unknown.push({ key, prefix: all, name: key, range: family.rangeOf(all) });
  };
  const read: NamedPrefix<A, P>[] = [];
  for (const key of keys) {
    const place = [...path, key];
    // Of these it is told before.
    if (isNetworkKey(path, key)) continue;
    const prefix = family.prefixAround(key);
    if (prefix === undefined) {
      explain(key, place, report);
      refuse(key);
      continue;
    }
    const problem = problemOf(prefix);
    if (problem !== undefined) {
      report.keyError(place, `${key} has no addresses for hosts: it is ${problem}`);
      refuse(key);
      continue;
    }
    const name = family.formatPrefix(prefix);
    read.push({ key, prefix, name, range: family.rangeOf(prefix) });
    if (name !== key && !isSpelling(key, prefix, family)) report.warn(place, `${key} is read as the network ${name}`, `write ${name}`);
  }
  const networks = withoutOverlaps(read, names, report);
  const kept = new Set(networks);
  return { networks, refused: [...read.filter((entry) => !kept.has(entry)), ...unknown] };
}

/** The keys of networks in a file, by the names that the networks have. */
export function keysByName<A, P>(keys: readonly string[], { family }: NetworkNames<A, P>): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const key of keys) {
    const prefix = family.prefixAround(key);
    const name = prefix && family.formatPrefix(prefix);
    if (name !== undefined && !result.has(name)) result.set(name, key);
  }
  return result;
}

/** Whether it is another way to write the very address of the prefix, as IPv6 has many. */
function isSpelling<A, P>(key: string, prefix: P, { prefixAround, rangeOf, compare }: AddressFamily<A, P>): boolean {
  const single = prefixAround(key.replace(/\/.*$/, "/128"));
  return single !== undefined && compare(rangeOf(single).start, rangeOf(prefix).start) === 0;
}

/**
 * Of two prefixes that overlap one contains the other, so in order of address each has to be
 * compared with its neighbour only.
 */
function withoutOverlaps<A, P>(
  read: readonly NamedPrefix<A, P>[],
  { family, path }: NetworkNames<A, P>,
  report: Report,
): readonly NamedPrefix<A, P>[] {
  const order = new Map(read.map((entry, i) => [entry, i]));
  const kept: NamedPrefix<A, P>[] = [];
  const dropped = new Set<NamedPrefix<A, P>>();
  const sorted = [...read].sort((a, b) => family.compare(a.range.start, b.range.start) || family.compare(b.range.end, a.range.end));
  for (const entry of sorted) {
    const outer = kept.at(-1);
    if (outer === undefined || !contains(family, outer.range, entry.range.start)) {
      kept.push(entry);
      continue;
    }
    const [later, earlier] = (order.get(outer) as number) > (order.get(entry) as number) ? [outer, entry] : [entry, outer];
    dropped.add(entry);
    const message =
      outer.name === entry.name
        ? `the network ${entry.name} is given twice`
        : `the network ${later.key} overlaps the network ${earlier.key}`;
    report.keyError([...path, later.key], message, "an address can be in one network only", [...path, earlier.key]);
  }
  return read.filter((entry) => !dropped.has(entry));
}

/**
 * Finds the entry whose prefix holds an address, in logarithmic time. The prefixes don't overlap.
 */
export function prefixLookup<A, P>(
  family: AddressFamily<A, P>,
  entries: readonly NamedPrefix<A, P>[],
): (address: A) => NamedPrefix<A, P> | undefined {
  return rangeLookup(family, entries, ({ range }) => range);
}
