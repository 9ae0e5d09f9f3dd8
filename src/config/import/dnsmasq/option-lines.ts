import { formatIpv4, type Ipv4, parseIpv4 } from "../../../net/ipv4.ts";
import { type Ipv4Prefix, prefixContains, rangeOfPrefix } from "../../../net/prefix.ts";
import { OptionCode } from "../../../wire/dhcp4/option-code.ts";
import { STANDARD_DHCP4 } from "../../options/dhcp4.ts";
import { STANDARD_DHCP6 } from "../../options/dhcp6.ts";
import { addNote, type PlainMap } from "../translation.ts";
import { type Entry, hiddenWordsOf, textOf, wordsOf } from "./entries.ts";
import { isOwnAddress, optionNamed, optionValue, quoted, rawOf } from "./options.ts";
import type { Networks } from "./ranges.ts";
import { takeTags, type Wanted } from "./tags.ts";
import { mapAt, put, report, type Work } from "./work.ts";

/* dhcp-option and dhcp-boot, and what dnsmasq sends of itself. */

export interface OptionPlaces {
  readonly value: PlainMap;
  readonly networks: Networks;
  /** Addresses of the server, where the file tells them. */
  readonly own: readonly string[];
  /** Settings of classes by name, of each protocol. */
  readonly classes4: Map<string, PlainMap>;
  readonly classes6: Map<string, PlainMap>;
  /** Options that a line turns off, by name. */
  readonly off: Set<string>;
}

/**
 * Without data such a line keeps these from being sent: dnsmasq has values of its own for them. Any
 * other option is sent without data, then.
 */
const WITH_DEFAULT4: readonly number[] = [
  OptionCode.subnetMask,
  OptionCode.routers,
  OptionCode.domainNameServers,
  OptionCode.hostName,
  OptionCode.domainName,
  OptionCode.broadcastAddress,
];

/** Options that Leasehold makes itself, of which dnsmasq lets one write the times. */
const TIMES: Readonly<Record<string, string>> = { renewal_time: "renew_time", rebinding_time: "rebind_time" };

export function readOption(work: Work, entry: Entry, places: OptionPlaces): void {
  const words = hiddenWordsOf(entry.value);
  const always = entry.key === "dhcp-option-force";
  const wanted: Wanted[] = [];
  /** Tags as of old, without `tag:` before them. */
  const bare: string[] = [];
  let vendor: string | undefined;
  let encapsulated: string | undefined;
  let enterprise: string | undefined;
  while (words[0] !== undefined && !/^(\d+$|option6?:)/.test(words[0])) {
    const word = textOf(words.shift() as string);
    const [, kind, text = word] = /^(vendor|encap|vi-encap|tag|net|set):(.*)$/s.exec(word) ?? [];
    if (kind === "vendor") vendor = text;
    else if (kind === "encap") encapsulated = text;
    else if (kind === "vi-encap") enterprise = text;
    else {
      if (kind === undefined) bare.push(word);
      const tag = text.replace(/^[!#]/, "");
      if (tag !== "") wanted.push({ tag, negated: tag !== text });
    }
  }
  if (words.length === 0) {
    reportNameless(work, entry, places, bare);
    return;
  }
  const [name = "", ...given] = words;
  const version = name.startsWith("option6:") ? 6 : 4;
  if (vendor !== undefined || encapsulated !== undefined || enterprise !== undefined) {
    readSubOption(work, entry, places, wanted, name, given, { vendor, encapsulated, enterprise, always });
    return;
  }
  const plain = name.replace(/^option6?:/, "");
  const option = optionNamed(plain, version, version === 4 ? STANDARD_DHCP4 : STANDARD_DHCP6);
  if (option === undefined) {
    report(work, "error", entry, `${entry.key}: unknown option "${plain}"`, "write its number");
    return;
  }
  const { definition } = option;
  const key = definition?.name ?? String(option.code);
  const isEmpty = given.every((word) => word === "");
  const isOff = isEmpty && version === 4 && WITH_DEFAULT4.includes(option.code);
  if (isOff && option.code === OptionCode.subnetMask) {
    report(work, "error", entry, `${entry.key}: Leasehold tells each client the netmask, which this line keeps from being sent`);
    return;
  }
  if (isOff && wanted.length === 0) {
    places.off.add(key);
    if (key === "routers" || key === "domain_name_servers") return;
  }
  const time = version === 4 ? TIMES[key] : undefined;
  if (time !== undefined && isEmpty) {
    report(
      work,
      "error",
      entry,
      `${entry.key}: ${key} without a time ends dnsmasq when a client asks`,
      "write the time, or remove the line",
    );
    return;
  }
  if (time !== undefined) {
    settingsFor(work, entry, places, wanted, version, (settings) =>
      put(work, mapAt(settings, "config"), time, optionValue(definition, given), entry),
    );
    return;
  }
  if (definition?.protocol === true) {
    report(work, "error", entry, `${entry.key}: the server makes ${key} itself`);
    return;
  }
  const [ready, problem] = withOwn(given, version, places);
  if (problem !== undefined) {
    report(work, "error", entry, `${entry.key}: ${key}: ${problem}`, "write the address, or a line such as listen-address=192.168.5.1");
    return;
  }
  const value = isEmpty ? rawOf([]) : optionValue(definition, ready);
  if (value === undefined) {
    report(work, "error", entry, `${entry.key}: ${textOf(given.join(","))} does not fit ${key}`);
    return;
  }
  const written = isOff ? { value: null } : always ? forced(value) : value;
  settingsFor(work, entry, places, wanted, version, (settings) => put(work, mapAt(settings, "options"), key, written, entry));
}

/** What names no option: whatever is neither `option:NAME` nor a number is a tag to dnsmasq. */
function reportNameless(work: Work, entry: Entry, places: OptionPlaces, bare: readonly string[]): void {
  const at = bare.findIndex((word) => optionNamed(word, 4, STANDARD_DHCP4) !== undefined);
  const name = at < 0 ? "NAME" : (bare[at] as string);
  const key = at < 0 ? undefined : optionNamed(name, 4, STANDARD_DHCP4)?.definition?.name;
  // Its value is not known, and that dnsmasq would send its own is not what the line says.
  if (key !== undefined) places.off.add(key);
  const tags = (at < 0 ? bare.slice(0, 1) : bare.slice(0, at)).map((word) => `tag:${word},`).join("");
  report(work, "error", entry, `${entry.key}: it names no option`, `write ${tags}option:${name} or the number of the option`);
}

function forced(value: unknown): PlainMap {
  const isRaw = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRaw ? { ...value, always: true } : { value, always: true };
}

/** The words with addresses of the server where it says so. */
function withOwn(words: readonly string[], version: 4 | 6, { own }: OptionPlaces): readonly [words: readonly string[], problem?: string] {
  if (!words.some(isOwnAddress)) return [words];
  const address = own.find((one) => one.includes(":") === (version === 6));
  if (address === undefined) return [words, "it is an address of the server's own, which no line of the file tells"];
  return [words.map((word) => (isOwnAddress(word) ? address : word))];
}

interface Encapsulation {
  readonly vendor: string | undefined;
  readonly encapsulated: string | undefined;
  readonly enterprise: string | undefined;
  readonly always: boolean;
}

function readSubOption(
  work: Work,
  entry: Entry,
  places: OptionPlaces,
  wanted: readonly Wanted[],
  name: string,
  words: readonly string[],
  { vendor, encapsulated, enterprise, always }: Encapsulation,
): void {
  const code = name.replace(/^option:/, "");
  if (!/^\d{1,3}$/.test(code)) {
    report(work, "error", entry, `${entry.key}: a sub-option has a number: "${code}" is none`);
    return;
  }
  let classes = wanted;
  if (vendor !== undefined && vendor !== "") {
    const tag = `vendor-${vendor.replaceAll(/[^0-9a-z]+/gi, "-")}`;
    if (!work.tags.isSet(tag)) {
      const { length } = new TextEncoder().encode(vendor);
      work.tags.onCondition(tag, `substring(option[vendor_class_identifier].hex, 0, ${length}) == ${quoted(vendor)}`, entry);
    }
    classes = [...wanted, { tag, negated: false }];
  }
  const raw = rawOf(words);
  settingsFor(work, entry, places, classes, 4, (settings) => {
    const options = mapAt(settings, "options");
    if (enterprise !== undefined) {
      const all = mapAt(options, "vendor_identifying_vendor_information");
      put(work, mapAt(all, enterprise), code, raw, entry);
      return;
    }
    const outer = optionNamed(encapsulated ?? "vendor-encap", 4, STANDARD_DHCP4);
    const key = outer?.definition?.name ?? encapsulated ?? "";
    if (outer?.definition?.type.kind !== "suboptions") {
      report(work, "error", entry, `${entry.key}: option ${key} holds no sub-options in Leasehold`, "write all of it as one option in hex");
      return;
    }
    const known = options[key] as PlainMap | undefined;
    const inner = known !== undefined && "always" in known ? (known.value as PlainMap) : (known ?? {});
    put(work, inner, code, raw, entry);
    options[key] = always || (inner !== known && known !== undefined) ? { value: inner, always: true } : inner;
    addNote(work.notes, options, key, { origin: entry.note.origin });
  });
}

/**
 * Where settings go that are for clients with these tags: everybody, a network, or a class. With a
 * single network what is for its clients is for everybody, and what a class says goes before it, as
 * in dnsmasq.
 */
export function settingsFor(
  work: Work,
  entry: Entry,
  places: OptionPlaces,
  wanted: readonly Wanted[],
  version: 4 | 6,
  write: (settings: PlainMap) => void,
): void {
  const { networks, value } = places;
  const top = version === 4 ? value : mapAt(value, "v6");
  const own: readonly { readonly name: string; readonly map: PlainMap }[] = version === 4 ? networks.v4 : networks.v6;
  const unset = wanted.find(({ tag, negated }) => !negated && !work.tags.isSet(tag));
  if (unset !== undefined) {
    report(work, "warning", entry, `${entry.key}: no line sets the tag ${unset.tag}, so this is for nobody, and left out`);
    return;
  }
  const rest = wanted.filter(({ tag, negated }) => !(negated && !work.tags.isSet(tag)));
  const ofNetworks = rest.flatMap(({ tag, negated }) => {
    const names = work.tags.networksOf(tag);
    return names === undefined ? [] : [{ names, negated }];
  });
  const others = rest.filter(({ tag }) => work.tags.networksOf(tag) === undefined);
  const meant = own.filter(({ name }) => ofNetworks.every(({ names, negated }) => names.has(name) !== negated));
  if (ofNetworks.length > 0 && meant.length === 0) return;
  if (others.length === 0) {
    if (meant.length === own.length) write(top);
    else for (const { map } of meant) write(map);
    return;
  }
  if (ofNetworks.length > 0 && meant.length !== own.length) {
    report(
      work,
      "error",
      entry,
      `${entry.key}: it is for some clients of some networks (${wanted.map(({ tag, negated }) => (negated ? `!${tag}` : tag)).join(", ")}), which no class tells`,
      "give those clients a range with a class and options of its own",
    );
    return;
  }
  const name = work.tags.classFor(others, entry);
  const classes = version === 4 ? places.classes4 : places.classes6;
  const settings = classes.get(name) ?? {};
  classes.set(name, settings);
  write(settings);
}

/** `dhcp-boot=[tag:...,]FILE[,SERVER NAME[,SERVER ADDRESS]]`. */
export function readBoot(work: Work, entry: Entry, places: OptionPlaces): void {
  const words = wordsOf(entry.value);
  const { wanted } = takeTags(words);
  const [file = "", server = "", address = ""] = words;
  let next: string | undefined = address;
  if (address === "") next = places.own.find((one) => !one.includes(":"));
  if (next === undefined) {
    report(
      work,
      "error",
      entry,
      "dhcp-boot: the boot server is the machine that dnsmasq runs on, and no line of the file tells its address",
      "write it: dhcp-boot=FILE,,ADDRESS, or a line such as listen-address=192.168.5.1",
    );
  } else if (parseIpv4(next) === undefined) {
    report(work, "error", entry, `dhcp-boot: the boot server is given by its name, ${next}`, "write its address");
    next = undefined;
  }
  settingsFor(work, entry, places, wanted, 4, (settings) => {
    if (file !== "") put(work, settings, "file_name", file, entry);
    if (server !== "") put(work, settings, "server_name", server, entry);
    if (next !== undefined) put(work, settings, "next_server", next, entry);
  });
}

/**
 * What dnsmasq sends although no line says so: itself as router and as DNS server, and the
 * broadcast address.
 */
export function addImplied(work: Work, places: OptionPlaces, servesDns: boolean): void {
  const { networks, value, off, own } = places;
  const single = networks.v4.length === 1;
  for (const network of networks.v4) {
    const options = mapAt(single ? value : network.map, "options");
    options.broadcast_addr ??= formatIpv4(rangeOfPrefix(network.prefix).end);
    const ownHere = ownIn(own, network.prefix);
    // dnsmasq is the next server where no dhcp-boot names another one.
    if (ownHere !== undefined) (single ? value : network.map).next_server ??= formatIpv4(ownHere);
    const implied = servesDns ? (["routers", "domain_name_servers"] as const) : (["routers"] as const);
    for (const key of implied) {
      if (off.has(key) || hasOption(value, key) || hasOption(network.map, key)) continue;
      if (ownHere !== undefined) options[key] = formatIpv4(ownHere);
      else {
        report(
          work,
          "error",
          network.entry,
          `dnsmasq tells clients of ${network.name} that it is their ${key === "routers" ? "router" : "DNS server"} itself, by an address that no line of the file tells`,
          `say it by dhcp-option=option:${key === "routers" ? "router" : "dns-server"},ADDRESS (nothing behind the name: none), or tell the address by listen-address`,
        );
      }
    }
  }
}

function ownIn(own: readonly string[], prefix: Ipv4Prefix): Ipv4 | undefined {
  return own.map((text) => parseIpv4(text)).find((address) => address !== undefined && prefixContains(prefix, address));
}

function hasOption({ options }: PlainMap, key: string): boolean {
  return options !== undefined && Object.hasOwn(options as PlainMap, key);
}
