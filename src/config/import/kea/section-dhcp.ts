import { readDefinitions as readOwnDefinitions } from "../../options/definitions.ts";
import { createReport } from "../../text/problems.ts";
import { noteOf, type PlainMap } from "../translation.ts";
import { BOOT_KEYS, bootOfPlace } from "./boot.ts";
import { type Classes, listClasses, type Required, readClasses } from "./classes.ts";
import type { Family } from "./family.ts";
import { readHooks } from "./hooks.ts";
import { placeGlobalReservations } from "./hosts.ts";
import { flagOf, type Inherited, readInherited } from "./inherited.ts";
import { joinLinks } from "./links.ts";
import type { Networks } from "./network-list.ts";
import { readNetworks } from "./networks.ts";
import { readDefinitions, writeDefinitions } from "./option-definitions.ts";
import { type OptionContext, putServerId, readOptionData } from "./options.ts";
import { TOP_REMARKS } from "./remarks.ts";
import { commentOf, finish, isEmpty, noteFrom, put, report, type Section, take, takeItems, takeSections, takeTexts } from "./section.ts";
import { readClientKey, readInterfaces, readServer, readServerId, reportSingle } from "./server.ts";
import { configOf, hasTimes, type Times, timesOf } from "./times.ts";

/** Translates `Dhcp4` or `Dhcp6` into `out`, which may have the other one already. */
export function translateSection(section: Section, family: Family, out: PlainMap, outer: Times | undefined): Times {
  const { work } = section;
  const own: PlainMap = family.isDhcp6 ? {} : out;
  readInterfaces(section, own, family);
  const global = readInherited(section, new Map());
  const definitions = readDefinitions(section, family);
  const written = (out.option_definitions ?? {}) as PlainMap;
  writeDefinitions(definitions, family, written, work);
  const { dictionaries } = readOwnDefinitions(written, 2, createReport());
  const context: OptionContext = { family, work, definitions, dictionary: dictionaries[family.protocol.space] };
  const hooks = readHooks(section, own);
  const effective = timesOfSubnets(section, global, family);
  const [first] = effective;
  const sameTimes =
    first !== undefined && haveTimes(section) && effective.every((times) => JSON.stringify(times) === JSON.stringify(first));
  const times = sameTimes ? first : timesOf(global, family, work);
  const classes = readClasses(section, context, { limits: hooks.limits, global, times });
  const required: Required = { byNetwork: [], byPool: new Set() };
  const identifiers = identifiersOf(section, family);
  const networks: Networks = {
    classes,
    required,
    identifiers,
    limits: hooks.limits,
    global,
    times,
    sameTimes,
    list: [],
    ordered: [],
    shared: (out.shared_networks ?? {}) as PlainMap,
  };
  const { options, serverId } = readOptionData(section, context);
  const serverIdOfDhcp6 = family.isDhcp6 ? readServerId(section) : undefined;
  put(work, own, "server_id", serverIdOfDhcp6, take(section, "server-id"));
  putServerId(context, own, serverId);
  if (family.isDhcp6) {
    // What Kea answers to a renewal that it does not know is not a matter of authority.
    if (out.authoritative === false) own.authoritative = true;
  } else {
    const authoritative = flagOf(global, "authoritative", work) ?? false;
    if (!authoritative) put(work, own, "authoritative", false, global.get("authoritative"));
    for (const [key, value, part] of bootOfPlace(global)) put(work, own, key, value, part);
  }
  readServer(section, global, family, out, own);
  put(work, own, "config", configOf(times, outer, family, global, work));
  put(work, own, "options", options, take(section, "option-data"));
  if (!isEmpty(written))
    put(work, out, "option_definitions", written, out.option_definitions === undefined ? take(section, "option-def") : undefined);
  readNetworks(section, networks);
  joinLinks(networks);
  const reservations = placeGlobalReservations(section, networks);
  checkClasses(networks, own);
  const list = listClasses(classes, required);
  if (list !== undefined) {
    const both = (out.client_classes ?? {}) as PlainMap;
    put(work, both, family.classes, list, take(section, "client-classes"));
    out.client_classes = both;
  }
  if (classes.limits.length > 0) out.limits = [...((out.limits ?? []) as unknown[]), ...classes.limits];
  if (!isEmpty(networks.shared)) put(work, out, "shared_networks", networks.shared, take(section, "shared-networks"));
  if (!family.isDhcp6) readClientKey(networks, out);
  reportSingle(networks);
  addNetworks(networks, section, own);
  put(work, own, "reservations", reservations, take(section, "reservations"));
  finish(section, `"${family.section}"`, TOP_REMARKS);
  order(own);
  if (family.isDhcp6) {
    out.v6 = own;
    noteFrom(work, out, "v6", section.part.at, commentOf(section), section.part.behind);
  }
  return times;
}

/** Keys that stand before all others, and those that stand behind them. */
const FIRST = ["interfaces", "server_id", "authoritative"];
const LAST = [
  "config",
  "next_server",
  "server_name",
  "file_name",
  "options",
  "option_definitions",
  "client_classes",
  "limits",
  "shared_networks",
  "networks",
  "reservations",
];

/** Puts the keys into the order in which a person would write them. */
function order(map: PlainMap): void {
  const others = Object.keys(map).filter((key) => !FIRST.includes(key) && !LAST.includes(key));
  for (const key of [...FIRST, ...others, ...LAST]) {
    if (!Object.hasOwn(map, key)) continue;
    const value = map[key];
    delete map[key];
    map[key] = value;
  }
}

function addNetworks({ list }: Networks, section: Section, own: PlainMap): void {
  const { work } = section;
  const map: PlainMap = {};
  for (const { prefix, out, section: of } of list) {
    map[prefix] = out;
    noteFrom(work, map, prefix, of.part.at, commentOf(of), of.part.behind);
  }
  const part = take(section, "subnet4") ?? take(section, "subnet6");
  put(work, own, "networks", isEmpty(map) ? undefined : map, part);
}

function timesOfSubnets(section: Section, global: Inherited, family: Family): readonly Times[] {
  const { work } = section;
  const quiet = { notes: work.notes, findings: [] };
  const times = (outer: Inherited, of: Section): readonly Times[] =>
    takeSections({ ...of, work: quiet }, family.subnets, "a subnet").map((one) =>
      timesOf(readInherited({ ...one, work: quiet }, outer), family, quiet),
    );
  const shared = takeSections({ ...section, work: quiet }, "shared-networks", "a shared network");
  return [...shared.flatMap((one) => times(readInherited(one, global), one)), ...times(global, section)];
}

/** Whether classes have lease times. */
function haveTimes(section: Section): boolean {
  return takeItems(section, "client-classes").some(({ value }) => value.kind === "map" && hasTimes(value));
}

/** Identifiers that Kea looks for reservations by. */
function identifiersOf(section: Section, family: Family): readonly string[] {
  const names = takeTexts(section, "host-reservation-identifiers").map(({ text }) => text);
  return names.length === 0 ? family.usual : names;
}

/**
 * In Kea the lease times and boot fields of a class go before those of a subnet, in Leasehold after
 * them: where both are set, what all networks have alike goes to the top level.
 */
function checkClasses(networks: Networks, own: PlainMap): void {
  const { classes, list, shared, sameTimes } = networks;
  const { work } = classes.context;
  const isSet = (key: string): Classes["byName"] extends Map<string, infer C> ? C | undefined : never =>
    [...classes.byName.values()].find((one) => one.out[key] !== undefined);
  for (const [, key] of BOOT_KEYS) {
    const one = isSet(key);
    const setting = list.filter(({ out }) => out[key] !== undefined);
    const [first] = setting;
    if (one === undefined || first === undefined) continue;
    if (setting.length === list.length && setting.every(({ out }) => out[key] === first.out[key])) {
      own[key] = first.out[key];
      const note = noteOf(work.notes, first.out, key);
      if (note?.origin !== undefined) noteFrom(work, own, key, note.origin, note.comment, note.behind);
      for (const { out } of setting) delete out[key];
    } else {
      const hint = `set it in classes alone, or in networks alone; ${first.prefix} has it`;
      report(
        work,
        "error",
        one.section.part.at,
        `${key} of the class "${one.name}" goes before that of networks in Kea, behind it in Leasehold`,
        hint,
      );
    }
  }
  const timed = isSet("config");
  const hasOwn = (map: unknown): boolean => typeof map === "object" && map !== null && "config" in map;
  if (timed === undefined || sameTimes || !(list.some(({ out }) => hasOwn(out)) || Object.values(shared).some(hasOwn))) return;
  const hint = "set lease times in classes alone, or in networks alone";
  report(
    work,
    "error",
    timed.section.part.at,
    `lease times of the class "${timed.name}" go before those of networks in Kea, behind them in Leasehold`,
    hint,
  );
}
