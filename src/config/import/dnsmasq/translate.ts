import { parseIpv4 } from "../../../net/ipv4.ts";
import { parseIpv6 } from "../../../net/ipv6.ts";
import { parseIpv4Prefix, prefixContains, rangeOfPrefix } from "../../../net/prefix.ts";
import { parseAddressRange } from "../../../net/range.ts";
import { addNote, createNotes, type Files, inOrder, type PlainMap, type Translation } from "../translation.ts";
import { type Entry, hiddenWordsOf, readEntries, textOf, wordsOf } from "./entries.ts";
import { type HostPlaces, readHost } from "./hosts.ts";
import { DNS_KEYS, PROGRAM_KEYS, WITHOUT_COUNTERPART } from "./keys.ts";
import { matchOf } from "./matches.ts";
import { addImplied, type OptionPlaces, readBoot, readOption, settingsFor } from "./option-lines.ts";
import { type Networks, readRange } from "./ranges.ts";
import { createTags, takeTags } from "./tags.ts";
import { append, listAt, mapAt, put, report, type Work } from "./work.ts";

const MATCHES = [
  "dhcp-match",
  "dhcp-vendorclass",
  "dhcp-userclass",
  "dhcp-mac",
  "dhcp-circuitid",
  "dhcp-remoteid",
  "dhcp-subscrid",
  "dhcp-name-match",
];
/** Where the file of read-ethers is. */
const ETHERS = "/etc/ethers";

/** Translates dnsmasq.conf. */
export function translate(text: string, name: string, files: Files): Translation {
  const read = readEntries(text, name, files);
  const sources = new Map(read.sources);
  const entries = read.entries.flatMap((entry) => (entry.key === "read-ethers" ? ethers(entry, files, sources) : [entry]));
  const of = (...keys: string[]): Entry[] => entries.filter(({ key }) => keys.includes(key));
  const interfaces = of("interface").flatMap(({ value }) => wordsOf(value));
  const work: Work = { notes: createNotes(), findings: [...read.findings], tags: createTags(interfaces) };
  const value: PlainMap = {};
  const networkMaps: PlainMap = {};
  const networkMaps6: PlainMap = {};
  const networks: Networks = { v4: [], v6: [] };

  chooseInterfaces(work, value, interfaces, of("except-interface", "no-dhcp-interface", "no-dhcpv4-interface", "no-dhcpv6-interface"));
  for (const entry of of("interface")) {
    const name = textOf(entry.value ?? "");
    if (name.includes("*"))
      report(
        work,
        "error",
        entry,
        `interface: ${name} stands for several interfaces: all are served`,
        "name each that is served by interface=",
      );
  }
  for (const entry of of("dhcp-range")) readRange(work, entry, networks, networkMaps, networkMaps6);
  if (networks.v4.length > 0) value.networks = networkMaps;
  if (networks.v6.length > 0) value.v6 = { networks: networkMaps6 };
  // What sets tags goes before what asks for them.
  for (const entry of of(...MATCHES)) readMatch(work, entry);
  const hosts: HostPlaces = { value, networks, taken: new Map() };
  for (const entry of of("tag-if")) declareTagIf(work, entry);
  for (const entry of of("dhcp-host")) readHost(work, entry, hosts);
  for (const entry of of("tag-if")) readTagIf(work, entry);
  for (const entry of of("dhcp-ignore")) {
    // A word without `tag:` is a tag, too.
    const { wanted } = takeTags(wordsOf(entry.value).map((word) => (/^(tag|net):/.test(word) ? word : `tag:${word}`)));
    const unset = wanted.find(({ tag, negated }) => !negated && !work.tags.isSet(tag));
    if (unset !== undefined) report(work, "warning", entry, `dhcp-ignore: no line sets the tag ${unset.tag}, so nobody is ignored`);
    else if (wanted.length > 0) work.tags.drop(work.tags.expression(wanted), entry);
    else report(work, "error", entry, "dhcp-ignore: it names no tag", "write dhcp-ignore=tag:TAG");
  }
  const own = of("listen-address")
    .flatMap(({ value: addresses }) => wordsOf(addresses))
    .filter((address) => !/^(127\.|::1$)/.test(address));
  const places: OptionPlaces = { value, networks, own, classes4: new Map(), classes6: new Map(), off: new Set() };
  for (const entry of of("dhcp-option", "dhcp-option-force")) readOption(work, entry, places);
  for (const entry of of("dhcp-boot")) readBoot(work, entry, places);
  for (const entry of of("domain")) readDomain(work, entry, places);
  const [port] = wordsOf(of("port").at(-1)?.value);
  addImplied(work, places, port === undefined || port === "53");
  readFlags(work, value, networks, of);
  for (const entry of of("shared-network")) readShared(work, entry, value, networks);
  addClasses(work, value, places);
  for (const entry of entries) reportKey(work, entry);
  // Where DNS is off, what is said of it has no effect.
  if (port !== "0") reportDns(work, entries);
  if (networks.v4.length + networks.v6.length === 0 && work.findings.every(({ severity }) => severity !== "error")) {
    const [first] = entries;
    if (first !== undefined)
      report(work, "error", first, "the file serves nobody: it has no dhcp-range", "dhcp-range=FIRST,LAST,NETMASK gives addresses");
  }
  return { value: ordered(value, work), notes: work.notes, findings: inOrder(work.findings, [...sources.keys()]), sources };
}

/** In the order in which a person would write it. */
function ordered(value: PlainMap, work: Work): PlainMap {
  const keys = [
    "interfaces",
    "authoritative",
    "ping_check",
    "config",
    "options",
    "next_server",
    "server_name",
    "file_name",
    "client_classes",
  ];
  const result: PlainMap = {};
  for (const key of [...keys, ...Object.keys(value)]) {
    if (!(key in value) || key in result) continue;
    result[key] = value[key];
    const note = work.notes.of.get(value)?.get(key);
    if (note !== undefined) addNote(work.notes, result, key, note);
  }
  return result;
}

/** Lines `MAC ADDRESS-OR-NAME` as those of dhcp-host. */
function ethers(entry: Entry, files: Files, sources: Map<string, string>): Entry[] {
  const read = files.read(ETHERS, entry.note.origin.file);
  if ("reason" in read) return [{ ...entry, key: "read-ethers", value: read.reason }];
  sources.set(read.name, read.text);
  return read.text.split("\n").flatMap((line, index) => {
    const [mac, what] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (mac === undefined || what === undefined) return [];
    return [{ key: "dhcp-host", value: `${mac},${what}`, note: { origin: { file: read.name, line: index + 1, column: 1 } } }];
  });
}

function chooseInterfaces(work: Work, value: PlainMap, interfaces: readonly string[], without: readonly Entry[]): void {
  const excepted = without.flatMap(({ value: names }) => wordsOf(names));
  const wanted = interfaces.filter((one) => !excepted.includes(one) && one !== "lo");
  for (const entry of without) {
    const [name = ""] = wordsOf(entry.value);
    if (interfaces.length === 0 && name !== "lo") {
      report(
        work,
        "error",
        entry,
        `${entry.key}: interfaces can be named to be served, not to be left out`,
        "name those that are served by interface=",
      );
    }
  }
  if (wanted.length === 0) return;
  if (wanted.some((one) => one.includes("*"))) return;
  value.interfaces = [...new Set(wanted)];
}

function readMatch(work: Work, entry: Entry): void {
  const words = hiddenWordsOf(entry.value);
  // Of old, the tag stood without `set:`.
  const [, kind = "set", tag = ""] = /^(?:(set|net|tag):)?(.*)$/s.exec(textOf(words.shift() ?? "")) ?? [];
  if (kind !== "set" && entry.key !== "dhcp-match") {
    work.tags.onHost(tag, entry);
    report(work, "error", entry, `${entry.key}: by ${kind}:${tag} dnsmasq sets a tag that no other line can name`, `write set:${tag}`);
    return;
  }
  const match = matchOf(entry, words);
  if (tag === "" || match === undefined) {
    report(work, "error", entry, `${entry.key}: "${textOf(entry.value ?? "")}" can't be looked for in messages`);
    return;
  }
  work.tags.onCondition(tag, match.expression, entry);
  if (match.atStart)
    report(work, "warning", entry, `${entry.key}: dnsmasq finds this text anywhere in the option, Leasehold at its beginning`);
}

/** So that the tag is known where lines before it ask for it. */
function declareTagIf(work: Work, entry: Entry): void {
  for (const tag of takeTags(wordsOf(entry.value)).sets) work.tags.onHost(tag, entry);
}

function readTagIf(work: Work, entry: Entry): void {
  const { wanted, sets } = takeTags(wordsOf(entry.value));
  const ofNetwork = wanted.find(({ tag }) => work.tags.networksOf(tag) !== undefined);
  if (ofNetwork !== undefined) {
    report(
      work,
      "error",
      entry,
      `tag-if: ${ofNetwork.tag} is a tag of a network, which no class tells`,
      "write the lines for the tags of the network",
    );
    return;
  }
  for (const tag of sets) work.tags.onCondition(tag, wanted.length === 0 ? "true" : work.tags.expression(wanted), entry);
}

/** `domain=NAME[,SUBNET or RANGE or INTERFACE[,local]]`. */
function readDomain(work: Work, entry: Entry, places: OptionPlaces): void {
  const [name = "", where, last] = wordsOf(entry.value);
  const { networks } = places;
  if (name === "#") {
    report(work, "error", entry, "domain: the name is taken from /etc/resolv.conf", "write it");
    return;
  }
  const set = (map: PlainMap): void => {
    const options = mapAt(map, "options");
    if (!Object.hasOwn(options, "domain_name")) put(work, options, "domain_name", name, entry);
  };
  if (where === undefined) {
    settingsFor(work, entry, places, [], 4, set);
    return;
  }
  if (parseIpv6(where.split("/")[0] as string) !== undefined) {
    report(
      work,
      "warning",
      entry,
      "domain: names of IPv6 hosts are an affair of the DNS: clients of DHCPv6 are sent no domain by this line",
    );
    return;
  }
  const prefix = parseIpv4Prefix(where);
  const range =
    prefix === undefined ? parseAddressRange(`${where}-${parseIpv4(last ?? "") === undefined ? where : last}`) : rangeOfPrefix(prefix);
  const inside =
    range === undefined
      ? []
      : networks.v4.filter((one) => range.start <= rangeOfPrefix(one.prefix).start && rangeOfPrefix(one.prefix).end <= range.end);
  if (inside.length === 0) {
    report(work, "error", entry, `domain: ${where} is no whole network of a dhcp-range`, "a range of its own can have options");
    return;
  }
  for (const { map } of inside) set(map);
}

function readFlags(work: Work, value: PlainMap, networks: Networks, of: (...keys: string[]) => Entry[]): void {
  if (networks.v4.length > 0) {
    const [authoritative] = of("dhcp-authoritative");
    if (authoritative === undefined) value.authoritative = false;
    else put(work, value, "authoritative", true, authoritative);
    // dnsmasq asks before it offers, unless it is told not to.
    const [noPing] = of("no-ping");
    if (noPing === undefined) value.ping_check = true;
    else put(work, value, "ping_check", false, noPing);
  }
  const [sequential] = of("dhcp-sequential-ip");
  if (sequential !== undefined) for (const { map } of networks.v4) put(work, map, "allocation", "sequential", sequential);
  if (networks.v6.length > 0) {
    const section = mapAt(value, "v6");
    // What dnsmasq does without being told.
    section.rapid_commit = true;
    section.ping_check = false;
    const [authoritative] = of("dhcp-authoritative");
    if (authoritative !== undefined) mapAt(section, "options").preference = { value: 255, always: true };
  }
  const [rapid] = of("dhcp-rapid-commit");
  if (rapid !== undefined) put(work, value, "rapid_commit", true, rapid);
  for (const entry of of("dhcp-ignore-clid")) {
    if ((entry.value ?? "") === "") put(work, value, "chaddr_only", true, entry);
    else report(work, "error", entry, "dhcp-ignore-clid: client identifiers count for all clients or for none (chaddr_only)");
  }
  const most = of("dhcp-lease-max").at(-1);
  const [number = ""] = wordsOf(most?.value);
  if (most !== undefined && /^\d{1,9}$/.test(number) && Number(number) > 0 && networks.v4.length > 0) {
    put(work, value, "limits", [{ key: "'all'", max: Number(number) }], most);
    if (networks.v6.length > 0) report(work, "warning", most, "dhcp-lease-max: leases of IPv6 are not counted");
  } else if (most !== undefined) report(work, "warning", most, "dhcp-lease-max: leases are not limited");
  for (const entry of of("dhcp-broadcast"))
    report(work, "warning", entry, "dhcp-broadcast: a client that can't take replies to its address says so itself");
  for (const entry of of("bootp-dynamic")) {
    if ((entry.value ?? "") === "") put(work, value, "bootp_enable", true, entry);
    else report(work, "error", entry, "bootp-dynamic: BOOTP clients get addresses of ranges all, or none (bootp_enable)");
  }
}

/** `shared-network=INTERFACE or ADDRESS,ADDRESS`: both are on one link. */
function readShared(work: Work, entry: Entry, value: PlainMap, networks: Networks): void {
  const [where = "", addressText = ""] = wordsOf(entry.value);
  const find = (text: string) => {
    const address = parseIpv4(text);
    return address === undefined ? undefined : networks.v4.find(({ prefix }) => prefixContains(prefix, address));
  };
  const other = find(addressText);
  if (other === undefined) {
    report(work, "error", entry, `shared-network: ${addressText} is in no network of IPv4`);
    return;
  }
  const shared = mapAt(value, "shared_networks");
  const first = find(where);
  if (first === undefined && parseIpv4(where) !== undefined) {
    append(work, listAt(other.map, "relays"), where, entry);
    return;
  }
  const members = first === undefined ? networks.v4.map(({ name }) => name) : [first.name, other.name];
  if (first === undefined && networks.v4.length !== 2) {
    report(
      work,
      "error",
      entry,
      `shared-network: which network is on ${where} is known only when it runs`,
      "write the address of the server on that network in place of the interface",
    );
    return;
  }
  const key = first === undefined ? where : `link-of-${first.name.split("/")[0]}`;
  const known = listAt(shared, key);
  for (const member of members) if (!known.includes(member)) known.push(member);
  addNote(work.notes, shared, key, entry.note);
}

/**
 * Classes in the order of lines, or where two say the same thing the later one, which counts in
 * dnsmasq, first.
 */
function addClasses(work: Work, value: PlainMap, places: OptionPlaces): void {
  const all = work.tags.classes();
  for (const [version, settings] of [
    ["v4", places.classes4],
    ["v6", places.classes6],
  ] as const) {
    const isServed = version === "v4" ? places.networks.v4.length > 0 : places.networks.v6.length > 0;
    const used = all.filter(({ name, assert }) => isServed && (version === "v4" || settings.has(name) || assert === undefined));
    for (const name of settings.keys()) {
      if (used.some((one) => one.name === name)) continue;
      const entry = all[0]?.entry;
      // A class of the server's own, to which settings are given by one that is in it.
      if (entry !== undefined || isServed)
        used.push({
          name: `is-${name.toLowerCase()}`,
          assert: `member('${name}')`,
          entry: entry ?? (places.networks.v4[0]?.entry as Entry),
        });
    }
    if (used.length === 0) continue;
    const classes: unknown[] = [];
    const inOrder = saySameThings([...settings.values()]) ? used.toReversed() : used;
    for (const { name, assert, entry } of inOrder) {
      const own = settings.get(name) ?? settings.get(name.replace(/^is-/, "").toUpperCase()) ?? {};
      append(work, classes, { name, ...(assert === undefined ? {} : { assert }), ...own }, entry);
    }
    mapAt(value, "client_classes")[version] = classes;
  }
}

function saySameThings(settings: readonly PlainMap[]): boolean {
  const keys = settings.flatMap(({ options, ...rest }) => [...Object.keys((options ?? {}) as PlainMap), ...Object.keys(rest)]);
  return new Set(keys).size < keys.length;
}

const READ: ReadonlySet<string> = new Set([
  ...MATCHES,
  ..."interface except-interface no-dhcp-interface no-dhcpv4-interface no-dhcpv6-interface dhcp-range tag-if dhcp-host dhcp-ignore listen-address".split(
    " ",
  ),
  ..."dhcp-option dhcp-option-force dhcp-boot domain dhcp-authoritative no-ping dhcp-sequential-ip dhcp-rapid-commit dhcp-ignore-clid dhcp-broadcast".split(
    " ",
  ),
  ..."bootp-dynamic shared-network dhcp-lease-max".split(" "),
]);

/** What is not carried over is said. */
function reportKey(work: Work, entry: Entry): void {
  const { key } = entry;
  const known = Object.hasOwn(WITHOUT_COUNTERPART, key) ? WITHOUT_COUNTERPART[key] : undefined;
  if (key === "read-ethers") report(work, "error", entry, `read-ethers: ${ETHERS} can't be read: ${textOf(entry.value ?? "")}`);
  else if (known !== undefined) report(work, known[1] ?? "warning", entry, `${key}: ${known[0]}`, known[2]);
  else if (!READ.has(key) && !DNS_KEYS.has(key) && !PROGRAM_KEYS.has(key)) {
    report(work, "error", entry, `unknown key "${key}"`, "dnsmasq --test tells whether dnsmasq knows it");
  }
}

function reportDns(work: Work, entries: readonly Entry[]): void {
  const ofDns = entries.filter(({ key }) => DNS_KEYS.has(key));
  const [first] = ofDns;
  if (first === undefined) return;
  const names = [...new Set(ofDns.map(({ key }) => key))].sort().join(", ");
  report(
    work,
    "warning",
    first,
    `DNS stays with dnsmasq: ${names}`,
    "keep dnsmasq for it, with neither dhcp-range nor enable-ra; dns: {hosts_file: FILE} gives it the names of clients, by addn-hosts=FILE",
  );
  for (const entry of entries.filter(({ key }) => key === "auth-zone")) {
    const [zone = ""] = wordsOf(entry.value);
    report(
      work,
      "warning",
      entry,
      `auth-zone: the names of clients in ${zone} are known to Leasehold`,
      `dns: {listen: ADDRESS, zones: [${zone}]} answers for them, and has secondaries too`,
    );
  }
}
