import type { PlainMap } from "../translation.ts";
import { bootOfPlace } from "./boot.ts";
import { type AnyOf, addLimits, classOfGuards, guardOf, requiredOf } from "./classes.ts";
import { readReservations } from "./hosts.ts";
import { flagOf, type Inherited, readInherited, textOf } from "./inherited.ts";
import type { Part } from "./json.ts";
import { addLink } from "./links.ts";
import { NAME_REMARKS } from "./names.ts";
import { addNetwork, type Networks, overlappingNetwork } from "./network-list.ts";
import { putServerId, type ReadOptions, readOptionData } from "./options.ts";
import { readPools, readPrefixPools } from "./pools.ts";
import {
  commentOf,
  finish,
  noteFrom,
  push,
  put,
  type Remark,
  report,
  type Section,
  take,
  takeName,
  takeSections,
  takeText,
} from "./section.ts";
import { configOf, type Times, timesOf } from "./times.ts";

/* Subnets and shared networks. */

const REMARKS: Readonly<Record<string, Remark>> = {
  ...NAME_REMARKS,
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
export function readNetworks(section: Section, networks: Networks): void {
  const { family } = networks.classes.context;
  const alone: Around = {
    name: undefined,
    inherited: networks.global,
    times: networks.times,
    guards: [],
    required: [],
    serverId: undefined,
  };
  for (const one of takeSections(section, "shared-networks", "a shared network")) readSharedNetwork(one, networks);
  for (const one of takeSections(section, family.subnets, "a subnet")) readSubnet(one, alone, networks);
}

function readSharedNetwork(section: Section, networks: Networks): void {
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
  const { options, serverId } = readOptionData(section, classes.context);
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

/** Reads a subnet; its prefix is returned, unless it can't be carried over. */
function readSubnet(section: Section, around: Around, networks: Networks): string | undefined {
  const { classes, required } = networks;
  const { context } = classes;
  const { family, work } = context;
  const text = takeText(section, "subnet");
  const prefix = text === undefined ? undefined : family.prefix(text.trim());
  const bounds = prefix === undefined ? undefined : family.bounds(prefix);
  if (prefix === undefined || bounds === undefined) {
    report(work, "error", section.part.at, `the subnet has no prefix${text === undefined ? "" : `: ${JSON.stringify(text)} is none`}`);
    return undefined;
  }
  const other = overlappingNetwork(networks, bounds);
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
  putServerId(context, out, serverId);
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
  addNetwork(networks, { prefix, bounds, out, section, inherited, shared: around.name });
  return prefix;
}

/**
 * Kea's usual way is the first free address; none of its pools is needed where there is nothing to
 * give.
 */
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
