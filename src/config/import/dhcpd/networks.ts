import { formatIpv4, parseIpv4 } from "../../../net/ipv4.ts";
import { parseIpv6 } from "../../../net/ipv6.ts";
import { formatIpv6Prefix, ipv6PrefixAround, ipv6PrefixContains } from "../../../net/ipv6-prefix.ts";
import { formatIpv4Prefix, prefixAround, prefixContains } from "../../../net/prefix.ts";
import type { PlainMap } from "../translation.ts";
import { isConditional, readConditional, settingsOf } from "./classes.ts";
import { type MadeHost, readHost } from "./hosts.ts";
import { isDefinition } from "./options.ts";
import { isRange, type MadePool, readPool, readRange } from "./pools.ts";
import { applySettings, type Setting } from "./settings.ts";
import { type Statement, textOf } from "./syntax.ts";
import { isReportedBlock, readDeclaration, type State } from "./translate.ts";
import { type Family, listAt, mapAt, push, put, report, type Work } from "./work.ts";

/* Subnets and shared networks. */

export interface Network {
  readonly family: Family;
  readonly prefix: string;
  readonly statement: Statement;
  readonly link: Link | undefined;
  /** Of groups and the shared network, where they are not written there. */
  readonly inherited: readonly Setting[];
  readonly settings: readonly Setting[];
  readonly pools: MadePool[];
}

/** A shared network. */
export interface Link {
  readonly name: string;
  readonly statement: Statement;
  readonly settings: readonly Setting[];
  /** Interfaces that statements name. */
  readonly interfaces: string[];
}

/** A subnet or shared network with all that is in it. */
export function readNetworks(statement: Statement, state: State, inherited: readonly Setting[]): void {
  if (statement.words[0]?.text === "shared-network") readShared(statement, state, inherited);
  else readSubnet(statement, state, inherited, undefined);
}

function readShared(statement: Statement, state: State, inherited: readonly Setting[]): void {
  const { work, networks, links, classes } = state;
  const settings: Setting[] = [...inherited];
  const pools: MadePool[] = [];
  const inner: Statement[] = [];
  const poolStatements: Statement[] = [];
  for (const one of statement.block ?? []) {
    const keyword = one.words[0]?.text ?? "";
    if (isDefinition(one) || keyword === "interface") continue;
    if (one.block !== undefined && (keyword === "pool" || keyword === "pool6")) poolStatements.push(one);
    else if (isRange(one)) pools.push(...readRange(one, work));
    else if (isConditional(one)) conditional(one, work);
    else if (one.block !== undefined && !isReportedBlock(one, work)) inner.push(one);
    else if (one.block === undefined && keyword !== "subclass") settings.push(...settingsOf(one, work, "a shared network"));
    else if (keyword === "subclass") inner.push(one);
  }
  const link: Link = { name: statement.words[1]?.text ?? "", statement, settings, interfaces: [] };
  links.push(link);
  for (const one of poolStatements) pools.push(...readPool(one, settings, classes, work));
  const from = networks.length;
  for (const one of inner) {
    const keyword = one.words[0]?.text;
    if (keyword === "subnet" || keyword === "subnet6") readSubnet(one, state, settings, link);
    else if (keyword === "group") {
      for (const deeper of one.block ?? []) {
        if (deeper.words[0]?.text?.startsWith("subnet")) readSubnet(deeper, state, settings, link);
      }
      readDeclaration({ ...one, block: one.block?.filter(({ words }) => !words[0]?.text.startsWith("subnet")) }, state, settings);
    } else readDeclaration(one, state, []);
  }
  for (const pool of pools) {
    const network =
      networks.slice(from).find((one) => contains(one, pool.family, pool.address)) ??
      (pool.key === "prefix_pools" ? networks[from] : undefined);
    if (network === undefined) report(work, "error", pool.statement, `no subnet of the shared network holds ${pool.address}`);
    else network.pools.push(pool);
  }
}

function conditional(statement: Statement, work: Work): void {
  report(
    work,
    "error",
    statement,
    "a condition that holds for some networks only can't be carried over",
    "classes hold in all networks: move it to the top level",
  );
}

function readSubnet(statement: Statement, state: State, inherited: readonly Setting[], link: Link | undefined): void {
  const { work, classes, networks } = state;
  const words = statement.words.map(({ text }) => text);
  const family: Family = words[0] === "subnet6" ? 6 : 4;
  const prefix = prefixOf(words, family);
  if (prefix === undefined) {
    report(work, "error", statement, `${textOf(statement.words)} names no network`);
    return;
  }
  const settings: Setting[] = [];
  const pools: MadePool[] = [];
  const poolStatements: Statement[] = [];
  const conditions: Statement[] = [];
  for (const one of statement.block ?? []) {
    const keyword = one.words[0]?.text ?? "";
    if (isDefinition(one)) continue;
    if (keyword === "interface")
      report(
        work,
        "warning",
        one,
        `${textOf(one.words)}: interfaces that have an address in a network serve it`,
        "interfaces: in the network names others",
      );
    else if (isRange(one)) pools.push(...readRange(one, work));
    else if (one.block !== undefined && (keyword === "pool" || keyword === "pool6")) poolStatements.push(one);
    else if (keyword === "host" || keyword === "group" || keyword === "class" || keyword === "subclass") readDeclaration(one, state, []);
    else if (isConditional(one)) conditions.push(one);
    else if (!isReportedBlock(one, work)) settings.push(...settingsOf(one, work, "a subnet"));
  }
  const outer = [...state.global, ...inherited, ...settings];
  for (const one of poolStatements) pools.push(...readPool(one, outer, classes, work));
  if (conditions.length > 0) {
    if (state.subnets <= 1 && !work.has6) settings.push(...readConditional(conditions, { classes, work, outer: undefined, isWeak: false }));
    else for (const one of conditions) conditional(one, work);
  }
  networks.push({ family, prefix, statement, link, inherited, settings, pools });
}

function prefixOf([, address = "", , mask = ""]: readonly string[], family: Family): string | undefined {
  if (family === 6) {
    const prefix = ipv6PrefixAround(address);
    return prefix && formatIpv6Prefix(prefix);
  }
  const bits = parseIpv4(mask);
  if (bits === undefined) return undefined;
  const length = bits === 0 ? 0 : 32 - Math.log2(2 ** 32 - bits);
  const prefix = Number.isInteger(length) ? prefixAround(`${address}/${length}`) : undefined;
  return prefix && formatIpv4Prefix(prefix);
}

function contains({ family, prefix }: Pick<Network, "family" | "prefix">, of: Family, text: string): boolean {
  if (family !== of) return false;
  if (family === 4) {
    const [around, address] = [prefixAround(prefix), parseIpv4(text)];
    return around !== undefined && address !== undefined && prefixContains(around, address);
  }
  const [around, address] = [ipv6PrefixAround(prefix), parseIpv6(text)];
  return around !== undefined && address !== undefined && ipv6PrefixContains(around, address);
}

const isServer = ({ kind }: Setting): boolean => kind === "server" || kind === "boot";

/** Writes networks, shared networks and hosts; a statement that keeps a host from being served. */
export function writeNetworks(state: State): Statement | undefined {
  const { work, value, networks, links, global } = state;
  const made = new Map<Network, PlainMap>();
  for (const network of networks) {
    const { family, prefix, link, statement } = network;
    const out: PlainMap = {};
    made.set(network, out);
    // Of a shared network a network keeps what can't stand there.
    const inherited = link === undefined ? network.inherited : network.inherited.filter(isServer);
    const outer = link === undefined ? global : [...global, ...link.settings];
    applySettings(work, out, [...inherited, ...network.settings], outer, family, "network");
    for (const { key, out: pool, statement: from } of network.pools) push(work, listAt(out, key), pool, from);
    put(work, mapAt(family === 4 ? value : mapAt(value, "v6"), "networks"), prefix, out, statement);
  }
  for (const link of links) {
    const inside = networks.filter((one) => one.link === link);
    for (const family of [4, 6] as const) {
      const prefixes = inside.filter((one) => one.family === family).map(({ prefix }) => prefix);
      if (prefixes.length === 0) continue;
      const out: PlainMap = {};
      put(work, out, "networks", prefixes, undefined);
      applySettings(
        work,
        out,
        link.settings.filter((one) => !isServer(one)),
        global,
        family,
        "shared network",
      );
      const isPlain = Object.keys(out).length === 1;
      const has = inside.some((one) => one.family !== family) ? `${link.name}-v${family}` : link.name;
      put(work, mapAt(value, "shared_networks"), has, isPlain ? prefixes : out, link.statement);
    }
  }
  let dropped: Statement | undefined;
  for (const host of state.hosts) {
    const read = readHost(host, global, work);
    if (read.isDropped) dropped ??= host.statement;
    placeHost(host.statement, read.made, state, made);
  }
  return dropped;
}

/** Puts each reservation of a host into its network: one for each of them. */
function placeHost(host: Statement, reservations: readonly MadeHost[], state: State, made: ReadonlyMap<Network, PlainMap>): void {
  const { networks, work } = state;
  for (const own of Map.groupBy(reservations, ({ family }) => family).values()) {
    const inside = Map.groupBy(own, ({ family, address }) =>
      address === undefined ? undefined : networks.find((one) => contains(one, family, address)),
    );
    for (const [network, all] of inside) {
      if (network === undefined) warnOfNowhere(host, all, work);
      else reportSeveral(host, all, network, work);
      // Without an address there is one for each identifier of the host.
      const placed = all[0]?.address === undefined ? all : all.slice(0, 1);
      for (const one of placed) placeReservation(one, network && made.get(network), state);
    }
  }
}

function warnOfNowhere(host: Statement, all: readonly MadeHost[], work: Work): void {
  for (const { family, address } of all) {
    if (address === undefined || family !== 4) continue;
    report(work, "warning", host, `no subnet holds ${formatIpv4(parseIpv4(address) as number)}, so the host never gets it`);
  }
}

function reportSeveral(host: Statement, all: readonly MadeHost[], { prefix }: Network, work: Work): void {
  const addresses = [...new Set(all.map(({ address }) => address))];
  if (addresses.length < 2) return;
  report(
    work,
    "error",
    host,
    `${addresses.join(" and ")} are in the same network, ${prefix}, in which a host has one address: only ${addresses[0]} is kept`,
    "keep one of them, or give the others to hosts of their own",
  );
}

function placeReservation({ family, out, statement }: MadeHost, map: PlainMap | undefined, { work, value }: State): void {
  // An address that is in no network is nobody's.
  if (map === undefined && family === 4) delete out.ip;
  push(work, listAt(map ?? (family === 4 ? value : mapAt(value, "v6")), "reservations"), out, statement);
}
