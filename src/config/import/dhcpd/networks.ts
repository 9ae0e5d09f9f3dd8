import { formatIpv4, parseIpv4 } from "../../../net/ipv4.ts";
import { formatIpv6, parseIpv6 } from "../../../net/ipv6.ts";
import { formatIpv6Prefix, type Ipv6Prefix, ipv6Prefix, ipv6PrefixAround, ipv6PrefixContains } from "../../../net/ipv6-prefix.ts";
import { formatIpv4Prefix, type Ipv4Prefix, prefixContains } from "../../../net/prefix.ts";
import type { PlainMap } from "../translation.ts";
import type { Classes } from "./classes.ts";
import { prefixesOf } from "./prefix-pools.ts";
import { configOf, permitsOf, readSettings, type Settings } from "./settings.ts";
import type { Statement } from "./statement.ts";
import { addressesOf } from "./words.ts";
import { isEmpty, leaveOut, noteFrom, report, type Work, wordAt } from "./work.ts";

/* Subnets with their pools, as networks with ranges. */

/** A network while it is put together. */
export interface Network {
  readonly name: string;
  readonly map: PlainMap;
  readonly contains: (address: string) => boolean;
  readonly from: Statement;
  readonly settings: Settings;
  /** What stands in it besides its own settings and pools. */
  readonly rest: readonly Statement[];
}

export interface NetworkContext {
  readonly work: Work;
  readonly isDhcp6: boolean;
  readonly classes: Classes;
}

/** Reads `subnet` or `subnet6`; undefined: its address is not understood. */
export function readNetwork(statement: Statement, inherited: Settings, context: NetworkContext): Network | undefined {
  const { work, isDhcp6 } = context;
  const named = isDhcp6 ? prefix6Of(statement, work) : prefix4Of(statement, work);
  if (named === undefined) return undefined;
  const { settings, rest } = readSettings(statement.block ?? [], inherited, work);
  const map: PlainMap = {};
  const network: Network = { ...named, map, from: statement, settings, rest: rest.filter((one) => !isOfPools(one)) };
  describe(network, settings, context);
  for (const one of rest) if (isOfPools(one)) readPool(one, settings, network, () => network, context);
  return network;
}

function isOfPools(statement: Statement): boolean {
  return ["range", "range6", "prefix6", "pool", "pool6"].includes(wordAt(statement, 0));
}

function prefix4Of(statement: Statement, work: Work): Pick<Network, "name" | "contains"> | undefined {
  const address = parseIpv4(wordAt(statement, 1));
  const mask = parseIpv4(wordAt(statement, 3));
  const length = mask === undefined ? -1 : Math.clz32(~mask >>> 0);
  if (address === undefined || mask === undefined || wordAt(statement, 2) !== "netmask") {
    leaveOut(work, "error", statement, "`subnet ADDRESS netmask MASK` is expected; names are not looked up");
    return undefined;
  }
  const prefix: Ipv4Prefix = { address, length };
  return {
    name: formatIpv4Prefix(prefix),
    contains: (text) => {
      const one = parseIpv4(text);
      return one !== undefined && prefixContains(prefix, one);
    },
  };
}

function prefix6Of(statement: Statement, work: Work): Pick<Network, "name" | "contains"> | undefined {
  const prefix: Ipv6Prefix | undefined = ipv6PrefixAround(addressesOf(statement.words.slice(1))[0] ?? "");
  if (prefix === undefined) {
    leaveOut(work, "error", statement, "`subnet6 ADDRESS/LENGTH` is expected");
    return undefined;
  }
  return {
    name: formatIpv6Prefix(prefix),
    contains: (text) => {
      const one = parseIpv6(text);
      return one !== undefined && ipv6PrefixContains(prefix, ipv6Prefix(one));
    },
  };
}

/** The settings of a network, or of a shared network around it, in the network's map. */
function describe({ map }: Network, settings: Settings, { work, isDhcp6, classes }: NetworkContext): undefined {
  const { flags } = settings;
  const device = flags.get("interface");
  if (device !== undefined) map.interfaces = [wordAt(device, 1)];
  if (!isDhcp6) {
    const server = flags.get("server-identifier");
    if (server !== undefined) map.server_id = server.words.at(-1)?.text;
    Object.assign(map, settings.boot);
  }
  Object.assign(map, switches(settings, true));
  if (settings.setsTimes !== undefined) map.config = configOf(settings, isDhcp6, work);
  const options = isDhcp6 ? settings.options6 : settings.options4;
  if (!isEmpty(options)) map.options = options;
  guard(permitsOf(settings), map, { work, classes }, "network");
}

/** What both the top level and networks can say. */
export function switches({ flags }: Pick<Settings, "flags">, isNetwork: boolean): PlainMap {
  const map: PlainMap = {};
  if (flags.has("authoritative")) map.authoritative = true;
  else if (isNetwork && flags.has("not")) map.authoritative = false;
  const ping = flags.get("ping-check");
  if (ping !== undefined) map.ping_check = !/^(false|off)$/i.test(wordAt(ping, 1));
  const timeout = flags.get("ping-timeout");
  if (timeout !== undefined) map.ping_timeout_ms = Math.min(Math.max(Number(wordAt(timeout, 1)) * 1000, 1), 10_000) || 1000;
  const abandon = flags.get("abandon-lease-time");
  if (abandon !== undefined) map.probation_period = Number(wordAt(abandon, 1));
  const adaptive = flags.get("adaptive-lease-time-threshold");
  if (adaptive !== undefined) map.adaptive_threshold = Number(wordAt(adaptive, 1)) / 100;
  if (permitsOf({ flags }).some((one) => isUnknown(one) && wordAt(one, 0) !== "allow")) map.reservations_only = true;
  return map;
}

function isUnknown(statement: Statement): boolean {
  return /^unknown-clients?$/.test(wordAt(statement, 1)) || (wordAt(statement, 1) === "unknown" && /^clients?$/.test(wordAt(statement, 2)));
}

/** What `pool`, `range`, `range6` and `prefix6` give, into the network that `networkOf` finds. */
export function readPool(
  statement: Statement,
  inherited: Settings,
  home: Network | undefined,
  networkOf: (address: string) => Network | undefined,
  context: NetworkContext,
): undefined {
  const { work, isDhcp6 } = context;
  if (statement.block === undefined) {
    addRange(statement, {}, home, networkOf, statement, context);
    return;
  }
  const { settings, rest } = readSettings(statement.block, inherited, work);
  const more: PlainMap = {};
  if (settings.setsTimes !== undefined) more.config = configOf(settings, isDhcp6, work);
  const options = isDhcp6 ? settings.options6 : settings.options4;
  if (!isEmpty(options)) more.options = options;
  for (const [key, note] of work.notes.of.get(settings.boot) ?? [])
    report(
      work,
      "error",
      note.origin ?? statement.origin,
      `${key} of a pool is not carried over: only networks, classes and hosts have it`,
    );
  for (const [key, flag] of settings.flags)
    if (!key.startsWith("permit ") && key !== "failover") leaveOut(work, "error", flag, "a range can't say it", "write it in the subnet");
  guard(permitsOf(settings), more, context, "range");
  let from: Statement = statement;
  for (const one of rest) {
    if (!["range", "range6", "prefix6"].includes(wordAt(one, 0))) leaveOut(work, "error", one, "it can't stand in a pool");
    else {
      // The comment of the pool stands above the first of its ranges.
      const comment = [...(from === statement ? statement.comment : []), ...one.comment];
      addRange(
        one,
        more,
        home,
        networkOf,
        { ...one, comment, behind: one.behind ?? (from === statement ? statement.behind : undefined) },
        context,
      );
      from = one;
    }
  }
}

function addRange(
  statement: Statement,
  more: PlainMap,
  home: Network | undefined,
  networkOf: (address: string) => Network | undefined,
  from: Statement,
  { work, isDhcp6 }: NetworkContext,
): undefined {
  const words = addressesOf(statement.words.slice(1)).filter((text) => text !== "dynamic-bootp" && text !== "-");
  const [low = "", high] = words;
  const network = home ?? networkOf(low.replace(/\/.*/, ""));
  if (network === undefined) return leaveOut(work, "error", statement, `no subnet holds ${low}`);
  const list = (key: string): PlainMap[] => {
    network.map[key] ??= [];
    return network.map[key] as PlainMap[];
  };
  const push = (to: PlainMap[], item: PlainMap): undefined => {
    noteFrom(work, to, to.length, from);
    to.push({ ...item, ...more });
  };
  const keyword = wordAt(statement, 0);
  if (keyword === "prefix6") {
    const pools = prefixesOf(words);
    if (pools === undefined) return leaveOut(work, "error", statement, "`prefix6 FIRST LAST /LENGTH` is expected");
    for (const pool of pools) push(list("prefix_pools"), pool);
    return;
  }
  if (isDhcp6 !== (keyword === "range6"))
    return leaveOut(work, "error", statement, `it can't stand in a ${isDhcp6 ? "subnet6" : "subnet"}`);
  if (high === "temporary") {
    leaveOut(
      work,
      "warning",
      statement,
      "temporary addresses are no longer part of DHCPv6 (RFC 9915)",
      "clients make their own (RFC 8981)",
    );
    return;
  }
  if (isDhcp6 && low.includes("/")) {
    push(list("ranges"), { prefix: low });
    return;
  }
  const text = (one: string): string | undefined => {
    const address = isDhcp6 ? parseIpv6(one) : parseIpv4(one);
    return address === undefined ? undefined : isDhcp6 ? formatIpv6(address as Uint8Array) : formatIpv4(address as number);
  };
  const [first, last] = [text(low), text(high ?? low)];
  if (first === undefined || last === undefined)
    return leaveOut(work, "error", statement, "two addresses are expected; names are not looked up");
  push(list("ranges"), { range: `${first}-${last}` });
}

/** `allow`, `deny` and `ignore` as `class` and `deny_class`. */
function guard(
  permits: readonly Statement[],
  map: PlainMap,
  { work, classes }: Pick<NetworkContext, "work" | "classes">,
  of: "network" | "range",
): undefined {
  const allowed: string[] = [];
  const denied: string[] = [];
  for (const one of permits) {
    const allows = wordAt(one, 0) === "allow";
    const named = one.words
      .slice(1)
      .map(({ text }) => text)
      .join(" ");
    const into = allows ? allowed : denied;
    if (isUnknown(one)) {
      if (of === "range") into.push("UNKNOWN");
    } else if (/^known[- ]clients?$/.test(named)) into.push("KNOWN");
    else if (named.startsWith("members of ")) into.push(one.words.at(-1)?.text ?? "");
    else if (named === "all clients") into.push("ALL");
    else if (/^(dynamic bootp clients|bootp|dynamic bootp)$/.test(named)) {
      if (allows && permits.filter((other) => wordAt(other, 0) === "allow").length === 1) into.push("BOOTP");
      else if (!allows) into.push("BOOTP");
    } else if (
      named === "booting" ||
      named === "duplicates" ||
      named === "declines" ||
      named === "client-updates" ||
      named === "leasequery"
    )
      leaveOut(work, allows ? "warning" : "error", one, `a ${of} can't say it`);
    else leaveOut(work, "error", one, "it is not known whom this means");
  }
  if (allowed.length > 0 && !allowed.includes("ALL")) map.class = classes.anyOf([...new Set(allowed)]);
  if (denied.length > 0) map.deny_class = classes.anyOf([...new Set(denied)]);
}
