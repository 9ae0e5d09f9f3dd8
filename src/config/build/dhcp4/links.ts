import { equalBytes } from "../../../net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../../../net/ipv4.ts";
import { formatIpv4Prefix, prefixAround } from "../../../net/prefix.ts";
import type { ConfigFile, NetworkFile, SharedNetworkFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import type { Report } from "../../text/problems.ts";
import { didYouMean } from "../../text/suggest.ts";
import type { NamedPrefix } from "./prefixes.ts";
import { prefixLookup } from "./prefixes.ts";

/** A link before its networks are built. */
export interface LinkPlan {
  readonly name: string;
  /** The shared network; undefined for a network on its own. */
  readonly shared: Exclude<SharedNetworkFile, readonly unknown[]> | undefined;
  readonly path: Path;
  readonly members: readonly NamedPrefix[];
  readonly interfaces: readonly string[];
  readonly relays: readonly Ipv4[];
  readonly vss: Uint8Array | undefined;
}

/**
 * Puts every network on a link: the shared networks in the order of the file, then the networks
 * that are in none. `written` are all keys of `networks`, those with problems too: naming one of
 * them is no second mistake.
 */
export function planLinks(
  file: ConfigFile,
  networks: readonly NamedPrefix[],
  written: ReadonlySet<string>,
  report: Report,
): readonly LinkPlan[] {
  const plans: LinkPlan[] = [];
  const placed = new Map<NamedPrefix, string>();
  const byName = new Map(networks.map((network) => [formatIpv4Prefix(network.prefix), network]));
  for (const [name, entry] of Object.entries(file.shared_networks ?? {})) {
    const path = ["shared_networks", name];
    const shared = Array.isArray(entry) ? { networks: entry } : (entry as Exclude<SharedNetworkFile, readonly unknown[]>);
    const place = Array.isArray(entry) ? path : [...path, "networks"];
    const members = readMembers(name, shared.networks, place, byName, written, placed, report);
    plans.push(plan(name, members, shared, path, file));
  }
  for (const network of networks)
    if (!placed.has(network)) plans.push(plan(formatIpv4Prefix(network.prefix), [network], undefined, ["networks", network.key], file));
  checkClaims(plans, file, report);
  for (const link of plans) checkVss(link, file, report);
  return plans;
}

function plan(name: string, members: readonly NamedPrefix[], shared: LinkPlan["shared"], path: Path, file: ConfigFile): LinkPlan {
  const sources = [...(shared === undefined ? [] : [shared]), ...members.map((member) => networkOf(file, member))];
  const interfaces = unique(sources.flatMap((source) => source.interfaces ?? []));
  const relays = unique(sources.flatMap((source) => source.relays ?? []));
  const [first] = members;
  const vss = (first && networkOf(file, first).vss) ?? shared?.vss;
  return { name, shared, path, members, interfaces, relays, vss };
}

/** A link is in one VPN. */
function checkVss({ name, shared, members, vss }: LinkPlan, file: ConfigFile, report: Report): void {
  for (const member of members) {
    const own = networkOf(file, member).vss ?? shared?.vss;
    if (own === vss || (own !== undefined && vss !== undefined && equalBytes(own, vss))) continue;
    report.keyError(
      ["networks", member.key],
      `the network ${member.key} is in another VPN than ${members[0]?.key}`,
      `set vss in the shared network "${name}"`,
    );
  }
}

function networkOf(file: ConfigFile, network: NamedPrefix): NetworkFile {
  return file.networks?.[network.key] ?? {};
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

function readMembers(
  name: string,
  keys: readonly string[],
  path: Path,
  byName: ReadonlyMap<string, NamedPrefix>,
  written: ReadonlySet<string>,
  placed: Map<NamedPrefix, string>,
  report: Report,
): readonly NamedPrefix[] {
  if (keys.length === 0) report.keyError(path, `the shared network "${name}" has no networks`);
  const members: NamedPrefix[] = [];
  for (const [i, key] of keys.entries()) {
    const prefix = prefixAround(key);
    const network = prefix && byName.get(formatIpv4Prefix(prefix));
    const other = network === undefined ? undefined : placed.get(network);
    if (network === undefined) {
      if (written.has(key)) continue;
      const hint = didYouMean(key, written) ?? "a shared network is made of networks that are configured under `networks`";
      report.error([...path, i], `there is no network ${key}`, key.includes(":") ? "IPv6 is not supported by this version" : hint);
    } else if (other !== undefined) {
      const where = other === name ? "twice in this shared network" : `in the shared network "${other}" already`;
      report.error([...path, i], `the network ${key} is ${where}`, "a network is on one link only");
    } else {
      placed.set(network, name);
      members.push(network);
    }
  }
  return members;
}

/**
 * An interface or a relay leads to one link: claimed by two, nobody could say which network its
 * clients are on.
 */
function checkClaims(plans: readonly LinkPlan[], file: ConfigFile, report: Report): void {
  const served = file.interfaces && new Set(file.interfaces.map((entry) => entry.name));
  const claims = new Map<string | Ipv4, LinkPlan>();
  const linkOf = new Map(plans.flatMap((entry) => entry.members.map((member) => [member, entry] as const)));
  const lookup = prefixLookup([...linkOf.keys()]);
  for (const link of plans) {
    for (const [path, name] of entriesOf(link, file, "interfaces")) {
      if (served !== undefined && !served.has(name)) {
        report.error(
          path,
          `the interface ${name} is not served`,
          `add it to the top-level interfaces (${namesOf(served)}), or remove it here`,
        );
      }
      claim(claims, name, link, path, `the interface ${name}`, report);
    }
    for (const [path, address] of entriesOf(link, file, "relays")) {
      const holder = lookup(address);
      const other = holder === undefined ? undefined : linkOf.get(holder);
      if (other !== undefined && other !== link) {
        report.error(
          path,
          `the relay ${formatIpv4(address)} lies in the network ${holder?.key}, which is on another link`,
          "a relay leads to one link only",
        );
      }
      claim(claims, address, link, path, `the relay ${formatIpv4(address)}`, report);
    }
  }
}

const MOST_NAMES = 10;

function namesOf(names: ReadonlySet<string>): string {
  const first = [...names].slice(0, MOST_NAMES).join(", ");
  return names.size > MOST_NAMES ? `${first}, ...` : first;
}

function claim(claims: Map<string | Ipv4, LinkPlan>, key: string | Ipv4, link: LinkPlan, path: Path, what: string, report: Report): void {
  const other = claims.get(key);
  if (other === undefined) claims.set(key, link);
  else if (other !== link)
    report.error(path, `${what} is on "${other.name}" already`, "put networks that share a link in one shared network");
}

/** The entries of a list of the link and of its networks, with their places. */
function entriesOf<Key extends "interfaces" | "relays">(
  link: LinkPlan,
  file: ConfigFile,
  key: Key,
): readonly (readonly [Path, LinkPlan[Key][number]])[] {
  const sources: (readonly [Path, Pick<NetworkFile, Key> | undefined])[] = [
    [link.path, link.shared],
    ...link.members.map((member) => [["networks", member.key], networkOf(file, member)] as const),
  ];
  return sources.flatMap(([path, source]) =>
    ((source?.[key] ?? []) as readonly LinkPlan[Key][number][]).map((value, i) => [[...path, key, i], value] as const),
  );
}
