import { formatIdentifier } from "../../text/identifier.ts";
import type { PlainMap } from "../translation.ts";
import { bootOfPlace } from "./boot.ts";
import { type AnyOf, addLimits, type Classes, classOfGuards, guardOf, type Required, requiredOf } from "./classes.ts";
import { flagOf, type Inherited, readInherited, reservationModes, textOf } from "./inherited.ts";
import type { Part } from "./json.ts";
import { type ReadOptions, readOptionData } from "./options.ts";
import { DDNS_REMARKS, readPools, readPrefixPools } from "./pools.ts";
import { readReservation } from "./reservations.ts";
import {
  commentOf,
  finish,
  isEmpty,
  noteFrom,
  push,
  put,
  type Remark,
  report,
  type Section,
  take,
  takeName,
  takeSection,
  takeSections,
  takeText,
  takeTexts,
} from "./section.ts";
import { configOf, type Times, timesOf } from "./times.ts";

/* Subnets and shared networks. */

export interface Network {
  readonly prefix: string;
  readonly out: PlainMap;
  readonly section: Section;
  readonly inherited: Inherited;
  /** The shared network that it is in. */
  readonly shared: string | undefined;
}

/** Networks while they are read. */
export interface Networks {
  readonly classes: Classes;
  readonly required: Required;
  /** Kinds of identifiers that reservations may have. */
  readonly identifiers: readonly string[];
  /** Whether Kea's hook for limits is loaded. */
  readonly limits: boolean;
  readonly global: Inherited;
  readonly times: Times;
  /** Lease times are those of the top level everywhere. */
  readonly sameTimes: boolean;
  readonly list: Network[];
  readonly shared: PlainMap;
}

const REMARKS: Readonly<Record<string, Remark>> = {
  ...DDNS_REMARKS,
  id: "nothing",
  "store-extended-info": "nothing",
  "reservations-lookup-first": "nothing",
  "4o6-interface": ["error", "DHCPv4 over DHCPv6 is not served"],
  "4o6-interface-id": ["error", "DHCPv4 over DHCPv6 is not served"],
  "4o6-subnet": ["error", "DHCPv4 over DHCPv6 is not served"],
};

/** What a subnet has of the shared network around it. */
interface Around {
  readonly name: string | undefined;
  readonly inherited: Inherited;
  readonly times: Times;
  readonly guards: readonly AnyOf[];
  readonly required: readonly string[];
  readonly serverId: ReadOptions["serverId"];
}

/** Reads the subnets and shared networks of the top level. */
export function readNetworks(section: Section, networks: Networks, serverId: ReadOptions["serverId"]): void {
  const { family } = networks.classes.context;
  const alone: Around = { name: undefined, inherited: networks.global, times: networks.times, guards: [], required: [], serverId };
  for (const one of takeSections(section, "shared-networks", "a shared network")) readSharedNetwork(one, networks, serverId);
  for (const one of takeSections(section, family.subnets, "a subnet")) readSubnet(one, alone, networks);
}

function readSharedNetwork(section: Section, networks: Networks, outerServerId: ReadOptions["serverId"]): void {
  const { classes } = networks;
  const { family, work } = classes.context;
  const name = takeName(section, "name");
  if (name === undefined) report(work, "error", section.part.at, "the shared network has no name");
  const inherited = readInherited(section, networks.global);
  const times = timesOf(inherited, family, work);
  const guard = guardOf(section);
  const out: PlainMap = { networks: [] };
  addLink(section, out, networks);
  if (!networks.sameTimes) put(work, out, "config", configOf(times, networks.times, family, inherited, work));
  const { options, serverId = outerServerId } = readOptionData(section, classes.context);
  put(work, out, "options", options, take(section, "option-data"));
  const around = { name, inherited, times, guards: guard === undefined ? [] : [guard], required: requiredOf(section), serverId };
  const members: string[] = [];
  for (const one of takeSections(section, family.subnets, "a subnet")) {
    const prefix = readSubnet(one, around, networks);
    if (prefix !== undefined) push(work, members, prefix, { ...one.part, comment: [], behind: undefined });
  }
  finish(section, "a shared network", REMARKS);
  if (name === undefined || members.length === 0) return;
  out.networks = members;
  networks.shared[name] = Object.keys(out).length === 1 ? members : out;
  noteFrom(work, networks.shared, name, section.part.at, commentOf(section), section.part.behind);
}

/** What says which link it is. */
function addLink(section: Section, out: PlainMap, { classes }: Networks): void {
  const { family, work } = classes.context;
  const name = takeName(section, "interface");
  if (name !== undefined) put(work, out, "interfaces", [name], take(section, "interface"));
  const id = takeName(section, "interface-id");
  if (id !== undefined) put(work, out, "interface_id", formatIdentifier(new TextEncoder().encode(id)), take(section, "interface-id"));
  const relay = takeSection(section, "relay");
  if (relay === undefined) return;
  const single = takeName(relay, "ip-address");
  const texts = [...(single === undefined ? [] : [single]), ...takeTexts(relay, "ip-addresses").map(({ text }) => text)];
  finish(relay, '"relay"');
  const addresses = texts.map((text) => family.address(text) ?? text).filter((text) => text !== "0.0.0.0" && text !== "::");
  for (const text of addresses) if (!family.isHost(text)) report(work, "error", relay.part.at, `${text} is not the address of a relay`);
  if (addresses.length > 0) put(work, out, "relays", addresses.filter(family.isHost), relay.part);
}

/** Reads a subnet; its prefix is returned, unless it can't be carried over. */
function readSubnet(section: Section, around: Around, networks: Networks): string | undefined {
  const { classes, required } = networks;
  const { context } = classes;
  const { family, work } = context;
  const text = takeText(section, "subnet");
  const prefix = text === undefined ? undefined : family.prefix(text.trim());
  if (prefix === undefined) {
    report(work, "error", section.part.at, `the subnet has no prefix${text === undefined ? "" : `: ${JSON.stringify(text)} is none`}`);
    return undefined;
  }
  const other = networks.list.find((one) => family.overlap(one.prefix, prefix));
  if (other !== undefined) {
    const hint = "subnets of Leasehold don't overlap: make them one, with classes for its ranges";
    report(work, "error", section.part.at, `the subnet ${prefix} overlaps ${other.prefix}`, hint);
    return undefined;
  }
  const inherited = readInherited(section, around.inherited);
  const out: PlainMap = {};
  const own = guardOf(section);
  const guards = [...around.guards, ...(own === undefined ? [] : [own])];
  put(work, out, "class", classOfGuards(guards, classes), own?.part ?? around.guards[0]?.part);
  addLink(section, out, networks);
  const { options, serverId = around.serverId } = readOptionData(section, context);
  if (serverId !== undefined) put(work, out, "server_id", family.address(serverId.text.trim()) ?? serverId.text, serverId.part);
  addAllocation(out, inherited, section, networks);
  addInherited(out, inherited, networks);
  const times = timesOf(inherited, family, work);
  if (!networks.sameTimes) put(work, out, "config", configOf(times, around.times, family, inherited, work));
  put(work, out, "options", options, take(section, "option-data"));
  put(work, out, "ranges", readPools(section, classes, required), take(section, "pools"));
  if (family.isDhcp6) put(work, out, "prefix_pools", readPrefixPools(section, classes, required), take(section, "pd-pools"));
  put(work, out, "reservations", readReservations(section, inherited, networks), take(section, "reservations"));
  const limits: PlainMap[] = [];
  const remarks = section.map.entries.get("user-context")?.value;
  if (networks.limits && remarks?.kind === "map") addLimits(remarks.entries.get("limits"), limits, context);
  if (limits.length > 0) out.limits = limits;
  required.byNetwork.push([...around.required, ...requiredOf(section)]);
  finish(section, `the subnet ${prefix}`, REMARKS);
  networks.list.push({ prefix, out, section, inherited, shared: around.name });
  return prefix;
}

/** Kea's usual way is the first free address; none of its pools is needed where there is nothing to give. */
function addAllocation(out: PlainMap, inherited: Inherited, section: Section, { classes }: Networks): void {
  const { family, work } = classes.context;
  const kinds = ["pools", ...(family.isDhcp6 ? ["pd-pools"] : [])];
  const has = (key: string): boolean => {
    const value = section.map.entries.get(key)?.value;
    return value?.kind === "list" && value.items.length > 0;
  };
  if (!kinds.some(has)) return;
  const key = has("pools") || !family.isDhcp6 ? "allocator" : "pd-allocator";
  const allocator = textOf(inherited, key, work) ?? "iterative";
  if (allocator === "flq") {
    const part = inherited.get(key) as Part;
    report(
      work,
      "warning",
      part.at,
      `"${key}": flq is carried over as sequential`,
      "finding a free address is as quick with each of Leasehold's ways",
    );
  }
  const allocation = allocator === "random" ? "random" : "sequential";
  const [pools, prefixes] = [textOf(inherited, "allocator", work), textOf(inherited, "pd-allocator", work)];
  if (family.isDhcp6 && has("pools") && has("pd-pools") && (pools ?? "iterative") !== (prefixes ?? "iterative")) {
    const part = (inherited.get("pd-allocator") ?? inherited.get("allocator")) as Part;
    report(work, "warning", part.at, "addresses and prefixes of a network are picked in the same way", `it is ${allocation}`);
  }
  // Of DHCPv6 it is what Leasehold does by itself.
  if (!(family.isDhcp6 && allocation === "random")) put(work, out, "allocation", allocation, inherited.get(key));
}

/** What Leasehold has in networks and Kea around them, too. */
function addInherited(out: PlainMap, inherited: Inherited, { classes, global }: Networks): void {
  const { family, work } = classes.context;
  if (family.isDhcp6) {
    if (flagOf(inherited, "rapid-commit", work) === true) put(work, out, "rapid_commit", true, inherited.get("rapid-commit"));
    return;
  }
  const authoritative = flagOf(inherited, "authoritative", work) ?? false;
  if (authoritative !== (flagOf(global, "authoritative", work) ?? false))
    put(work, out, "authoritative", authoritative, inherited.get("authoritative"));
  const outer = new Map(bootOfPlace(global).map(([key, value]) => [key, value]));
  for (const [key, value, part] of bootOfPlace(inherited)) if (outer.get(key) !== value) put(work, out, key, value, part);
}

function readReservations(section: Section, inherited: Inherited, { classes, identifiers }: Networks): unknown[] | undefined {
  const { work } = classes.context;
  const sections = takeSections(section, "reservations", "a reservation");
  const [first] = sections;
  if (first === undefined) return undefined;
  if (!reservationModes(inherited, work).ofSubnet) {
    const hint = "Kea does not heed them either: reservations-in-subnet is false";
    report(work, "warning", first.part.at, "the reservations of this subnet are left out", hint);
    return undefined;
  }
  const list: unknown[] = [];
  const taken = new Map<unknown, Section>();
  for (const one of sections) {
    const host = readReservation(one, classes, identifiers);
    if (host === undefined) continue;
    const other = host.address === undefined ? undefined : taken.get(host.address);
    if (other !== undefined) {
      const hint = "an address is reserved once; hosts that share one need a reservation by what they have in common";
      report(work, "error", one.part.at, `${host.address} is reserved already, on line ${other.part.at.line}`, hint);
      continue;
    }
    if (host.address !== undefined) taken.set(host.address, one);
    push(work, list, host.out, one);
  }
  return list.length === 0 ? undefined : list;
}

/**
 * Reservations of the top level go where Kea heeds them: to the top level if all networks do, else
 * into those that do.
 */
export function placeGlobalReservations(section: Section, networks: Networks): unknown[] | undefined {
  const { classes, identifiers, list } = networks;
  const { family, work } = classes.context;
  const sections = takeSections(section, "reservations", "a reservation");
  const [first] = sections;
  if (first === undefined) return undefined;
  const heeding = list.filter(({ inherited }) => reservationModes(inherited, work).global);
  if (heeding.length === 0) {
    const hint = "Kea does not heed them either, unless reservations-global is true";
    report(work, "warning", first.part.at, "the reservations of the top level are left out", hint);
    return undefined;
  }
  const hosts = sections.flatMap((one) => readReservation(one, classes, identifiers) ?? []);
  const top: unknown[] = [];
  for (const host of hosts) {
    const { address } = host;
    const holder = address === undefined ? undefined : list.find(({ prefix }) => family.contains(prefix, address));
    if (address !== undefined && holder === undefined) {
      report(work, "error", host.section.part.at, `${address} lies in none of the networks`, "a reserved address is one of a network");
      continue;
    }
    if (heeding.length === list.length) {
      push(work, top, host.out, host.section);
      continue;
    }
    for (const { out } of heeding.filter((one) => holder === undefined || one === holder)) {
      const own = (out.reservations ?? []) as unknown[];
      out.reservations = own;
      push(work, own, host.out, host.section);
    }
  }
  return top.length === 0 ? undefined : top;
}

const LINK_KEYS = ["interfaces", "relays", "interface_id"] as const;

/**
 * An interface or relay leads to one link in Leasehold. Subnets of Kea's that share one and are for
 * different classes are put on one link; of others the first keeps it.
 */
export function joinLinks({ list, shared, classes }: Networks): void {
  const { work } = classes.context;
  const holders = new Map<string, Network>();
  const groups = new Map<Network, Network[]>();
  for (const network of list) {
    for (const key of LINK_KEYS) {
      for (const value of [network.out[key] ?? []].flat()) {
        const claim = `${key} ${String(value)}`;
        const other = holders.get(claim);
        if (other === undefined) holders.set(claim, network);
        if (other === undefined || other === network || (other.shared !== undefined && other.shared === network.shared)) continue;
        const canJoin =
          other.shared === undefined && network.shared === undefined && other.out.class !== undefined && network.out.class !== undefined;
        if (canJoin) {
          const group = groups.get(other) ?? [other];
          groups.set(other, group.includes(network) ? group : [...group, network]);
          continue;
        }
        delete network.out[key];
        const hint = "networks on one link belong in one shared network";
        report(work, "error", network.section.part.at, `${String(value)} leads to ${other.prefix} as well as to ${network.prefix}`, hint);
      }
    }
  }
  for (const [first, group] of groups) {
    const name = String([first.out.interfaces ?? first.out.relays ?? "link"].flat()[0]);
    if (Object.hasOwn(shared, name)) continue;
    shared[name] = group.map(({ prefix }) => prefix);
    const hint = "their classes tell which of them a client uses";
    report(
      work,
      "warning",
      first.section.part.at,
      `${group.map(({ prefix }) => prefix).join(" and ")} are on one link, and become a shared network`,
      hint,
    );
  }
}

export function isUnused(networks: Networks): boolean {
  return networks.list.length === 0 && isEmpty(networks.shared);
}
