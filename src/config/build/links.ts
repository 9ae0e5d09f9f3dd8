import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import { fewSuggestions } from "../text/suggest.ts";
import { type NamedPrefix, type NetworkNames, prefixLookup } from "./prefixes.ts";
import type { SharedNetwork } from "./shared-networks.ts";

/** What a network and a shared network say of their link. */
interface LinkFile<A> {
  readonly interfaces?: readonly string[] | undefined;
  readonly relays?: readonly A[] | undefined;
}

/** A link before its networks are built. */
export interface LinkPlan<A, P> {
  readonly name: string;
  /** The shared network; undefined for a network on its own. */
  readonly shared: SharedNetwork<A> | undefined;
  readonly path: Path;
  readonly members: readonly NamedPrefix<A, P>[];
  readonly interfaces: readonly string[];
  readonly relays: readonly A[];
}

/** What links of a protocol are made of. */
export interface LinkSources<A, P> {
  readonly names: NetworkNames<A, P>;
  readonly networks: readonly NamedPrefix<A, P>[];
  readonly fileOf: (network: NamedPrefix<A, P>) => LinkFile<A>;
  readonly shared: readonly SharedNetwork<A>[];
  /** All keys of networks, those with problems too: naming one of them is no second mistake. */
  readonly written: ReadonlySet<string>;
  /** Interfaces that are served; none or undefined: all. */
  readonly served: readonly string[] | undefined;
  /** Where they are listed, in words. */
  readonly servedAt: string;
}

/**
 * Puts every network on a link: the shared networks in the order of the file, then the networks
 * that are in none.
 */
export function planLinks<A, P>(sources: LinkSources<A, P>, report: Report): readonly LinkPlan<A, P>[] {
  const { names, networks, shared } = sources;
  const plans: LinkPlan<A, P>[] = [];
  const placed = new Map<NamedPrefix<A, P>, Placed>();
  const byName = new Map(networks.map((network) => [network.name, network]));
  const suggest = fewSuggestions();
  for (const entry of shared) {
    const members = readMembers(entry, sources, byName, placed, suggest, report);
    plans.push(plan(entry.name, members, entry, entry.path, sources));
  }
  for (const network of networks)
    if (!placed.has(network)) plans.push(plan(network.name, [network], undefined, [...names.path, network.key], sources));
  checkClaims(plans, sources, report);
  return plans;
}

function plan<A, P>(
  name: string,
  members: readonly NamedPrefix<A, P>[],
  shared: SharedNetwork<A> | undefined,
  path: Path,
  { fileOf, names: { family } }: LinkSources<A, P>,
): LinkPlan<A, P> {
  const sources = [...(shared === undefined ? [] : [shared]), ...members.map(fileOf)];
  const interfaces = [...new Set(sources.flatMap((source) => source.interfaces ?? []))];
  const relays = new Map(sources.flatMap((source) => source.relays ?? []).map((relay) => [family.format(relay), relay]));
  return { name, shared, path, members, interfaces, relays: [...relays.values()] };
}

/** The shared network that has a network, and where it says so. */
interface Placed {
  readonly name: string;
  readonly path: Path;
}

function readMembers<A, P>(
  { name, networks: keys, membersPath: path }: SharedNetwork<A>,
  { names: { family }, written }: LinkSources<A, P>,
  byName: ReadonlyMap<string, NamedPrefix<A, P>>,
  placed: Map<NamedPrefix<A, P>, Placed>,
  suggest: ReturnType<typeof fewSuggestions>,
  report: Report,
): readonly NamedPrefix<A, P>[] {
  if (keys.length === 0) report.keyError(path, `the shared network "${name}" has no networks`);
  const members: NamedPrefix<A, P>[] = [];
  for (const [i, key] of keys.entries()) {
    const prefix = family.prefixAround(key);
    const network = prefix && byName.get(family.formatPrefix(prefix));
    const other = network === undefined ? undefined : placed.get(network);
    if (network === undefined) {
      if (written.has(key)) continue;
      const hint = suggest(key, written) ?? "a shared network is made of networks that are configured under `networks`";
      report.error([...path, i], `there is no network ${key}`, hint);
    } else if (other !== undefined) {
      const where = other.name === name ? "twice in this shared network" : `in the shared network "${other.name}" already`;
      report.error([...path, i], `the network ${key} is ${where}`, "a network is on one link only", other.path);
    } else {
      placed.set(network, { name, path: [...path, i] });
      members.push(network);
    }
  }
  return members;
}

/**
 * An interface or a relay leads to one link: claimed by two, nobody could say which network its
 * clients are on.
 */
function checkClaims<A, P>(plans: readonly LinkPlan<A, P>[], sources: LinkSources<A, P>, report: Report): void {
  const { family } = sources.names;
  const served = new Set(sources.served);
  const claims: Claims = new Map();
  const linkOf = new Map(plans.flatMap((entry) => entry.members.map((member) => [member, entry] as const)));
  const lookup = prefixLookup(family, [...linkOf.keys()]);
  for (const link of plans) {
    for (const [path, name] of entriesOf(link, sources, "interfaces")) {
      if (served.size > 0 && !served.has(name)) {
        const hint = `add it to ${sources.servedAt} (${namesOf(served)}), or remove it here`;
        report.error(path, `the interface ${name} is not served`, hint);
      }
      claim(claims, link, path, `the interface ${name}`, report);
    }
    for (const [path, address] of entriesOf(link, sources, "relays")) {
      const text = `the relay ${family.format(address)}`;
      const holder = lookup(address);
      const other = holder === undefined ? undefined : linkOf.get(holder);
      if (other !== undefined && other !== link)
        report.error(path, `${text} lies in the network ${holder?.key}, which is on another link`, "a relay leads to one link only", [
          ...sources.names.path,
          holder?.key ?? "",
        ]);
      claim(claims, link, path, text, report);
    }
  }
}

const MOST_NAMES = 10;

function namesOf(names: ReadonlySet<string>): string {
  const first = [...names].slice(0, MOST_NAMES).join(", ");
  return names.size > MOST_NAMES ? `${first}, ...` : first;
}

/** What links have to themselves, in words: the link that named it first, and where. */
export type Claims = Map<string, { readonly link: { readonly name: string }; readonly path: Path }>;

/** Reports it when another link has what is described. */
export function claim(claims: Claims, link: { readonly name: string }, path: Path, what: string, report: Report): void {
  const other = claims.get(what);
  if (other === undefined) claims.set(what, { link, path });
  else if (other.link !== link) {
    const hint = "put networks that share a link in one shared network";
    report.error(path, `${what} is on "${other.link.name}" already`, hint, other.path);
  }
}

/** The entries of a list of the link and of its networks, with their places. */
function entriesOf<A, P, Key extends "interfaces" | "relays">(
  link: LinkPlan<A, P>,
  { fileOf, names }: LinkSources<A, P>,
  key: Key,
): readonly (readonly [Path, LinkPlan<A, P>[Key][number]])[] {
  const sources: (readonly [Path, LinkFile<A> | undefined])[] = [
    [link.path, link.shared],
    ...link.members.map((member) => [[...names.path, member.key], fileOf(member)] as const),
  ];
  return sources.flatMap(([path, source]) =>
    ((source?.[key] ?? []) as readonly LinkPlan<A, P>[Key][number][]).map((value, i) => [[...path, key, i], value] as const),
  );
}
