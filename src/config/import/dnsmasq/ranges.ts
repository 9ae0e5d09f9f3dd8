import { formatIpv4, type Ipv4, parseIpv4 } from "../../../net/ipv4.ts";
import { formatIpv6, parseIpv6 } from "../../../net/ipv6.ts";
import { firstAddress, formatIpv6Prefix, type Ipv6Prefix, ipv6Prefix, ipv6PrefixContains } from "../../../net/ipv6-prefix.ts";
import { formatIpv4Prefix, type Ipv4Prefix, lengthOfMask, prefixContains, prefixOf, rangeOfPrefix } from "../../../net/prefix.ts";
import type { PlainMap } from "../translation.ts";
import { type Entry, wordsOf } from "./entries.ts";
import { takeTags, type Wanted } from "./tags.ts";
import { append, leaseConfig4, leaseTimeOf, listAt, put, report, type Work } from "./work.ts";

/* dhcp-range: networks, and the ranges in them. */

export interface Network4 {
  readonly prefix: Ipv4Prefix;
  readonly name: string;
  readonly map: PlainMap;
  readonly entry: Entry;
}

export interface Network6 {
  readonly prefix: Ipv6Prefix;
  readonly name: string;
  readonly map: PlainMap;
  readonly entry: Entry;
}

export interface Networks {
  readonly v4: Network4[];
  readonly v6: Network6[];
}

/** dnsmasq's own times where a line has none. */
const DEFAULT_TIME4 = "1h";
const DEFAULT_TIME6 = "1d";
const ROUTER_MODES = ["ra-only", "ra-names", "ra-stateless", "ra-advrouter", "slaac", "off-link"];

/** Reads one dhcp-range. */
export function readRange(work: Work, entry: Entry, networks: Networks, networkMaps: PlainMap, networkMaps6: PlainMap): void {
  const words = wordsOf(entry.value);
  const { wanted, sets } = takeTags(words);
  takeBareTags(work, entry, words, sets);
  const [start = ""] = words;
  if (start.includes(":") || words.some((word) => word.startsWith("constructor:"))) {
    readRange6(work, entry, words, wanted, sets, networks, networkMaps6);
    return;
  }
  const first = parseIpv4(start);
  if (first === undefined) {
    const hint = `dhcp-range=FIRST,LAST[,NETMASK][,LEASE TIME]; if it is a tag, write set:${start}`;
    report(work, "error", entry, `dhcp-range: "${start}" is no address`, hint);
    return;
  }
  const last = parseIpv4(words[1] ?? "");
  const mode = last === undefined ? words[1] : undefined;
  if (mode === "proxy") {
    report(
      work,
      "error",
      entry,
      "dhcp-range: Leasehold does not answer beside another DHCP server (proxy)",
      "let it give the addresses too",
    );
    return;
  }
  if (last === undefined && mode !== "static") {
    report(work, "error", entry, `dhcp-range: "${mode ?? ""}" is neither an address nor static`);
    return;
  }
  const rest = words.slice(2);
  const mask = parseIpv4(rest[0] ?? "");
  if (mask !== undefined) rest.shift();
  const broadcast = mask === undefined ? undefined : parseIpv4(rest[0] ?? "");
  if (broadcast !== undefined) rest.shift();
  const [time, ...more] = rest;
  const lease = time === undefined ? DEFAULT_TIME4 : leaseTimeOf(time);
  if (lease === undefined || more.length > 0) {
    report(work, "error", entry, `dhcp-range: "${lease === undefined ? time : more[0]}" is no lease time`);
    return;
  }
  const length = mask === undefined ? undefined : lengthOfMask(mask);
  if (mask !== undefined && length === undefined) {
    report(work, "error", entry, `dhcp-range: ${formatIpv4(mask)} is no netmask`);
    return;
  }
  const network = networkFor(work, entry, first, last ?? first, length, networks, networkMaps);
  for (const tag of sets) work.tags.onNetwork(tag, network.name);
  if (broadcast !== undefined) put(work, optionsOf(network.map), "broadcast_addr", formatIpv4(broadcast), entry);
  if (last === undefined) {
    network.map.config ??= leaseConfig4(lease);
    return;
  }
  const range: PlainMap = { range: `${formatIpv4(first)}-${formatIpv4(last)}` };
  guard(work, range, wanted, entry);
  setTimes(network.map, range, leaseConfig4(lease));
  append(work, listAt(network.map, "ranges"), range, entry);
}

/** Tags of old, without `set:` before them: they have a letter that no address has. */
function takeBareTags(work: Work, entry: Entry, words: string[], sets: string[]): void {
  for (let [word = ""] = words; words.length > 1 && /^[^.:]*[^\s.:]$/.test(word) && !/^\d+$/.test(word); [word = ""] = words) {
    words.shift();
    sets.push(word);
    if (/^[0-9a-f]+$/i.test(word)) {
      report(work, "error", entry, `dhcp-range: "${word}" is no address, and without set: no tag to dnsmasq`, `write set:${word}`);
    }
  }
}

/** Hosts with an address outside the range have the lease time of their network, as the first line says it. */
function setTimes(network: PlainMap, range: PlainMap, config: PlainMap): void {
  network.config ??= config;
  if (JSON.stringify(network.config) !== JSON.stringify(config)) range.config = config;
}

function optionsOf(map: PlainMap): PlainMap {
  map.options ??= {};
  return map.options as PlainMap;
}

function networkFor(
  work: Work,
  entry: Entry,
  first: Ipv4,
  last: Ipv4,
  length: number | undefined,
  networks: Networks,
  maps: PlainMap,
): Network4 {
  const known = networks.v4.find(({ prefix }) => prefixContains(prefix, first) && prefixContains(prefix, last));
  if (known !== undefined && (length === undefined || length === known.prefix.length)) return known;
  let assumed = length ?? 24;
  if (length === undefined) {
    while (!prefixContains(prefixOf(first, assumed), last)) assumed--;
    const { end } = rangeOfPrefix(prefixOf(first, assumed));
    report(
      work,
      "warning",
      entry,
      `dhcp-range: the netmask is not given, which dnsmasq takes from its interface: it is taken to be /${assumed}`,
      `write the netmask behind the range: dhcp-range=${formatIpv4(first)},${formatIpv4(last)},${maskText(assumed)} (broadcast ${formatIpv4(end)})`,
    );
  }
  const prefix = prefixOf(first, assumed);
  const name = formatIpv4Prefix(prefix);
  const map: PlainMap = {};
  put(work, maps, name, map, entry);
  const network = { prefix, name, map, entry };
  networks.v4.push(network);
  return network;
}

function maskText(length: number): string {
  return formatIpv4(length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);
}

/** For whom a range is: a class, or all but one. */
function guard(work: Work, range: PlainMap, wanted: readonly Wanted[], entry: Entry): void {
  const [first] = wanted;
  if (first === undefined) return;
  if (wanted.length === 1 && first.negated) range.deny_class = work.tags.classFor([{ ...first, negated: false }], entry);
  else range.class = work.tags.classFor(wanted, entry);
}

function readRange6(
  work: Work,
  entry: Entry,
  words: readonly string[],
  wanted: readonly Wanted[],
  sets: readonly string[],
  networks: Networks,
  maps: PlainMap,
): void {
  const constructed = words.find((word) => word.startsWith("constructor:"));
  if (constructed !== undefined) {
    report(
      work,
      "error",
      entry,
      `dhcp-range: the prefix of ${constructed.slice("constructor:".length)} is not looked up (${constructed})`,
      "write the prefix: dhcp-range=2001:db8:1::100,2001:db8:1::1ff,64",
    );
    return;
  }
  const [start = "", ...rest] = words;
  const first = parseIpv6(start);
  if (first === undefined) {
    report(work, "error", entry, `dhcp-range: "${start}" is no address`);
    return;
  }
  const last = parseIpv6(rest[0] ?? "");
  if (last !== undefined) rest.shift();
  const modes: string[] = [];
  while (rest[0] !== undefined && (ROUTER_MODES.includes(rest[0]) || rest[0] === "static")) modes.push(rest.shift() as string);
  const length = /^\d{1,3}$/.test(rest[0] ?? "") && Number(rest[0]) <= 128 ? Number(rest.shift()) : 64;
  const [time, ...more] = rest;
  const isDeprecated = time === "deprecated";
  const lease = time === undefined || isDeprecated ? DEFAULT_TIME6 : leaseTimeOf(time);
  if (lease === undefined || more.length > 0) {
    report(work, "error", entry, `dhcp-range: "${lease === undefined ? time : more[0]}" is no lease time`);
    return;
  }
  const ra = modes.filter((mode) => ROUTER_MODES.includes(mode));
  if (ra.length > 0) {
    report(
      work,
      "warning",
      entry,
      `dhcp-range: Leasehold sends no router advertisements (${ra.join(", ")})`,
      "radvd, or the router itself, sends them",
    );
  }
  // Such a line gives no addresses.
  if (ra.includes("ra-only")) return;
  const prefix = prefixAround(first, length);
  const name = formatIpv6Prefix(prefix);
  let network = networks.v6.find((one) => one.name === name);
  if (network === undefined) {
    const map: PlainMap = {};
    put(work, maps, name, map, entry);
    network = { prefix, name, map, entry };
    networks.v6.push(network);
  }
  for (const tag of sets) work.tags.onNetwork(tag, name);
  const config = lifetimes(lease, isDeprecated);
  if (last === undefined || ra.includes("ra-stateless") || modes.includes("static")) {
    network.map.config ??= config;
    return;
  }
  if (!ipv6PrefixContains(prefix, last)) {
    report(work, "error", entry, `dhcp-range: ${formatIpv6(last)} lies outside ${name}`);
    return;
  }
  const range: PlainMap = { range: `${formatIpv6(first)}-${formatIpv6(last)}` };
  guard(work, range, wanted, entry);
  setTimes(network.map, range, config);
  append(work, listAt(network.map, "ranges"), range, entry);
}

function prefixAround(address: Uint8Array, length: number): Ipv6Prefix {
  return ipv6Prefix(firstAddress(ipv6Prefix(address, length)), length);
}

/** T1 and T2 are those of dnsmasq: a half and seven eighths. */
function lifetimes(time: string | number, isDeprecated: boolean): PlainMap {
  const seconds = secondsOf(time);
  if (seconds === undefined) return { lease_time: time, preferred_time: time };
  if (isDeprecated) return { lease_time: time, preferred_time: 1 };
  return { lease_time: time, preferred_time: time, renew_time: Math.floor(seconds / 2), rebind_time: Math.floor((seconds * 7) / 8) };
}

function secondsOf(time: string | number): number | undefined {
  if (typeof time === "number") return time;
  const [, digits, unit = "s"] = /^(\d+)([smhdw])$/.exec(time) ?? [];
  return digits === undefined ? undefined : Number(digits) * { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit as "s"];
}
