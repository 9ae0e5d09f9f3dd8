import { toHex } from "../../../net/bytes.ts";
import { formatIpv4, parseIpv4 } from "../../../net/ipv4.ts";
import { formatIpv6, parseIpv6 } from "../../../net/ipv6.ts";
import { firstAddress, ipv6PrefixContains } from "../../../net/ipv6-prefix.ts";
import { prefixContains } from "../../../net/prefix.ts";
import type { PlainMap } from "../translation.ts";
import { type Entry, hiddenWordsOf, textOf } from "./entries.ts";
import { type Match, macMatch } from "./matches.ts";
import { isPlain } from "./options.ts";
import type { Networks } from "./ranges.ts";
import { takeTags } from "./tags.ts";
import { append, leaseConfig4, leaseTimeOf, listAt, mapAt, report, type Work } from "./work.ts";

/* dhcp-host, and the file of read-ethers: reservations. */

interface Host {
  readonly macs: string[];
  readonly ids: string[];
  readonly v4: string[];
  readonly v6: string[];
  name: string | undefined;
  time: string | number | undefined;
  ignore: boolean;
}

export interface HostPlaces {
  readonly value: PlainMap;
  readonly networks: Networks;
  /** Addresses that are reserved, each with its line. */
  readonly taken: Map<string, Entry>;
}

const MAC = /^(?:[0-9a-f]{1,2}-)?(?:[0-9a-f]{1,2}|\*)(?::(?:[0-9a-f]{1,2}|\*)){2,15}$/i;

export function readHost(work: Work, entry: Entry, places: HostPlaces): void {
  // Of old, `net:` set a tag here.
  const words = hiddenWordsOf(entry.value).map((word) => word.replace(/^net:/, "set:"));
  const { wanted, sets } = takeTags(words);
  const host: Host = { macs: [], ids: [], v4: [], v6: [], name: undefined, time: undefined, ignore: false };
  for (const word of words) readWord(work, entry, host, word);
  for (const tag of sets) work.tags.onHost(tag, entry);
  if (host.ignore) work.tags.drop(undefined, entry);
  const classes = [...sets, ...(host.ignore ? ["DROP"] : [])];
  const guards = wanted.length === 0 ? {} : { class: work.tags.classFor(wanted, entry) };

  const wild = host.macs.filter((mac) => mac.includes("*"));
  if (wild.length > 0) readPattern(work, entry, host, wild, sets);
  const matches: PlainMap[] = [
    ...host.macs.filter((mac) => !mac.includes("*")).map((mac) => ({ chaddr: macText(mac.replace(/^[0-9a-f]{1,2}-/i, "")) })),
    ...host.ids.filter((id) => id !== "*").map((id) => ({ client_id: id })),
  ];
  if (matches.length === 0 && wild.length > 0) return;
  if (matches.length === 0 && host.name !== undefined) matches.push({ options: { hostname: host.name } });
  if (matches.length === 0) {
    report(work, "error", entry, "dhcp-host: it says neither hardware address, nor id:, nor name of the host");
    return;
  }
  const facts: PlainMap = {
    ...(host.name === undefined ? {} : { hostname: host.name }),
    ...(classes.length === 0 ? {} : { classes }),
    ...guards,
    ...(host.time === undefined ? {} : { config: leaseConfig4(host.time) }),
  };
  const isOfIpv6 = host.v6.length > 0;
  for (const match of matches) {
    if (!isOfIpv6 || host.v4.length > 0) reserve4(work, entry, match, host, facts, places);
    if (isOfIpv6) reserve6(work, entry, match, host, facts, places);
  }
}

function readWord(work: Work, entry: Entry, host: Host, hidden: string): void {
  const word = textOf(hidden);
  const v6 = /^\[(.*)\]$/.exec(word)?.[1];
  if (word === "") return;
  if (word === "ignore") host.ignore = true;
  else if (word.startsWith("id:")) host.ids.push(word === "id:*" ? "*" : identifierOf(hidden.slice(3)));
  else if (v6 !== undefined) host.v6.push(v6);
  else if (MAC.test(word)) host.macs.push(word);
  else if (parseIpv4(word) !== undefined) host.v4.push(word);
  else if (leaseTimeOf(word) !== undefined) host.time = leaseTimeOf(word);
  else if (/^[0-9a-z_]([0-9a-z_-]*[0-9a-z])?(\.[0-9a-z_.-]+)?$/i.test(word)) {
    const dot = word.indexOf(".");
    host.name = dot < 0 ? word : word.slice(0, dot);
    if (dot >= 0)
      report(work, "warning", entry, `dhcp-host: the host is sent ${host.name} as its name, as by dnsmasq: the domain goes by itself`);
  } else report(work, "error", entry, `dhcp-host: "${word}" is neither an address, a name, nor a lease time`);
}

/** Hex with colons, else text, as what stood in quotes is. */
function identifierOf(hidden: string): string {
  const text = textOf(hidden);
  if (/^[0-9a-f]{2}(:[0-9a-f]{2})+$/i.test(hidden)) return text;
  return isPlain(text) ? `'${text}'` : toHex(new TextEncoder().encode(text));
}

function macText(mac: string): string {
  return mac
    .split(":")
    .map((pair) => pair.padStart(2, "0").toLowerCase())
    .join(":");
}

/** Hosts by a part of their hardware address: a class, which can have no address of its own. */
function readPattern(work: Work, entry: Entry, host: Host, patterns: readonly string[], sets: readonly string[]): void {
  const conditions = patterns.flatMap((pattern) => macMatch(pattern) ?? []).map(({ expression }: Match) => expression);
  for (const condition of conditions) {
    for (const tag of sets) work.tags.onCondition(tag, condition, entry);
    if (host.ignore) work.tags.drop(condition, entry);
  }
  if (host.v4.length + host.v6.length > 0 || host.name !== undefined || host.time !== undefined) {
    report(
      work,
      "error",
      entry,
      "dhcp-host: hosts by a part of their hardware address can only have tags, or be ignored",
      "write a line for each host",
    );
  }
}

function reserve4(work: Work, entry: Entry, match: PlainMap, host: Host, facts: PlainMap, { value, networks, taken }: HostPlaces): void {
  const [text, second] = host.v4;
  if (second !== undefined) report(work, "error", entry, `dhcp-host: one host has one address: ${second} is left out`);
  if (text === undefined) {
    append(work, listAt(value, "reservations"), { match, ...facts }, entry);
    return;
  }
  const address = parseIpv4(text) as number;
  const ip = formatIpv4(address);
  const before = taken.get(ip);
  if (before !== undefined) {
    const where = before === entry ? "this line has several hosts" : `line ${before.note.origin.line} has it`;
    report(
      work,
      "error",
      entry,
      `dhcp-host: ${ip} is one host's only: ${where}, and the later one is left out`,
      "give each hardware address an address of its own",
    );
    return;
  }
  taken.set(ip, entry);
  const network = networks.v4.find(({ prefix }) => prefixContains(prefix, address));
  if (network === undefined) {
    report(
      work,
      "error",
      entry,
      `dhcp-host: ${ip} is in no network: no dhcp-range has it`,
      "a line such as dhcp-range=192.168.5.0,static,255.255.255.0 makes one",
    );
    return;
  }
  append(work, listAt(network.map, "reservations"), { match, ip, ...facts }, entry);
}

function reserve6(work: Work, entry: Entry, match: PlainMap, host: Host, facts: PlainMap, { value, networks }: HostPlaces): void {
  const { client_id: id, chaddr } = match;
  if (typeof id === "string" && id.startsWith("'")) {
    report(work, "error", entry, `dhcp-host: a client of DHCPv6 is known by its DUID, in hex: ${id} is none`);
    return;
  }
  if (id === undefined && chaddr === undefined) {
    report(work, "error", entry, "dhcp-host: a client of DHCPv6 is not known by its name", "id: and its DUID tell it");
    return;
  }
  const own = id === undefined ? { chaddr } : { duid: id };
  const { config: _, ...rest } = facts;
  const time = host.time === undefined ? {} : { config: { lease_time: host.time, preferred_time: host.time } };
  for (const text of host.v6) {
    const suffix = parseIpv6(text);
    if (suffix === undefined) {
      report(
        work,
        "error",
        entry,
        `dhcp-host: "${text}" is no IPv6 address`,
        text.includes("/") ? "a host has single addresses here" : undefined,
      );
      continue;
    }
    const isSuffix = suffix.subarray(0, 8).every((byte) => byte === 0);
    const inside = networks.v6.filter(({ prefix }) => isSuffix || ipv6PrefixContains(prefix, suffix));
    if (inside.length === 0) report(work, "error", entry, `dhcp-host: ${text} is in no network: no dhcp-range has it`);
    for (const { prefix, map } of inside) {
      // `[::5]` is the end of an address in each network.
      const address = isSuffix ? firstAddress(prefix).map((byte, i) => byte | (suffix[i] as number)) : suffix;
      append(work, listAt(map, "reservations"), { match: own, addresses: [formatIpv6(Uint8Array.from(address))], ...rest, ...time }, entry);
    }
  }
  mapAt(value, "v6");
}
