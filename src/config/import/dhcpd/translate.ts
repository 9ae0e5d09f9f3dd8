import { DHCP4 } from "../../options/dhcp4.ts";
import { DHCP6 } from "../../options/dhcp6.ts";
import { createNotes, type Files, type Finding, type PlainMap, type Translation } from "../translation.ts";
import { addClasses, type ClassContext, type Classes, conditionals, createClasses } from "./classes.ts";
import { addReserved, type Reserved, readHost } from "./hosts.ts";
import { lift } from "./lift.ts";
import { type Network, readNetwork, readPool, switches } from "./networks.ts";
import { createNames, type DeclaredOption, readDeclaration } from "./option-names.ts";
import { definitionType } from "./option-values.ts";
import { configOf, NO_SETTINGS, permitsOf, readSettings, type Settings } from "./settings.ts";
import { parse, type Statement } from "./statement.ts";
import { isEmpty, leaveOut, noteFrom, put, type Work, wordAt } from "./work.ts";

/** Translates a dhcpd.conf. */
export function translate(text: string, name: string, files: Files): Translation {
  const { statements, findings, sources } = parse(text, name, files);
  const all = [...every(statements)];
  const declared = all.flatMap((one): readonly DeclaredOption[] => {
    const declaration = wordAt(one, 0) === "option" ? readDeclaration(one.words) : undefined;
    return declaration === undefined ? [] : [declaration];
  });
  const has = (keywords: readonly string[]): boolean => all.some((one) => keywords.includes(wordAt(one, 0)));
  const dhcp6 = has(["subnet6", "range6", "prefix6", "fixed-address6", "fixed-prefix6"]);
  const work: Work = {
    notes: createNotes(),
    findings: [...findings],
    declared,
    names: { dhcp4: createNames(declared, false), dhcp6: createNames(declared, true) },
    serves: { dhcp4: has(["subnet", "range", "fixed-address"]) || !dhcp6, dhcp6 },
  };
  const value = translateAll(statements, all, work);
  return { value, notes: work.notes, findings: inOrder(work.findings, [...sources.keys()]), sources };
}

/** Every statement, those in blocks too. */
function* every(statements: readonly Statement[]): Generator<Statement> {
  for (const one of statements) {
    yield one;
    if (one.block !== undefined) yield* every(one.block);
  }
}

/** What was found on several ways is told once. */
function inOrder(findings: readonly Finding[], names: readonly string[]): readonly Finding[] {
  const distinct = new Map(findings.map((one) => [JSON.stringify([one.origin, one.message]), one]));
  const place = ({ origin }: Finding): number => names.indexOf(origin.file);
  return [...distinct.values()].sort((a, b) => place(a) - place(b) || a.origin.line - b.origin.line || a.origin.column - b.origin.column);
}

/** What is being put together of one protocol. */
interface Side {
  readonly isDhcp6: boolean;
  readonly classes: Classes;
  readonly networks: Network[];
  readonly reservations: Reserved[];
}

/** Everything, from the outside in. */
function translateAll(statements: readonly Statement[], all: readonly Statement[], work: Work): PlainMap {
  const value: PlainMap = {};
  const sides: Side[] = [];
  if (work.serves.dhcp4) sides.push({ isDhcp6: false, classes: createClasses(), networks: [], reservations: [] });
  if (work.serves.dhcp6) sides.push({ isDhcp6: true, classes: createClasses(), networks: [], reservations: [] });
  const { settings, rest } = readSettings(statements, NO_SETTINGS, work);
  const shared: PlainMap = {};
  const isNaming = (scope: Settings, around: boolean): boolean => {
    const flag = scope.flags.get("use-host-decl-names");
    return flag === undefined ? around : /^(true|on)$/i.test(wordAt(flag, 1));
  };

  const contextOf = (side: Side): ClassContext => ({ work, names: side.isDhcp6 ? work.names.dhcp6 : work.names.dhcp4, global: settings });
  for (const side of sides) {
    addClasses(
      side.classes,
      all.filter((one) => ["class", "subclass"].includes(wordAt(one, 0))),
      contextOf(side),
    );
  }
  const only = all.filter((one) => ["subnet", "subnet6"].includes(wordAt(one, 0))).length === 1;

  /** `group` is what the groups around set, `inherited` all that is around. */
  function walk(scope: readonly Statement[], group: Settings, inherited: Settings, naming: boolean, link: Network[] | undefined): void {
    for (const one of scope) {
      switch (wordAt(one, 0)) {
        case "group": {
          const inner = readSettings(one.block ?? [], inherited, work);
          const own = over(group, inner.settings);
          walk(inner.rest, own, over(inherited, inner.settings), isNaming(inner.settings, naming), link);
          break;
        }
        case "subnet":
        case "subnet6": {
          const isDhcp6 = wordAt(one, 0) === "subnet6";
          const side = sides.find((each) => each.isDhcp6 === isDhcp6) as Side;
          const network = readNetwork(one, inherited, { work, isDhcp6, classes: side.classes });
          if (network === undefined) break;
          addGroup(network.map, group, isDhcp6, work);
          side.networks.push(network);
          link?.push(network);
          walk(network.rest, group, over(inherited, network.settings), isNaming(network.settings, naming), link);
          break;
        }
        case "shared-network":
          readShared(one, group, inherited, naming);
          break;
        case "host":
          for (const reserved of readHost(one, { ...group, times: inherited.times }, { work, namesHosts: naming, drop: dropOf }))
            sides.find((side) => side.isDhcp6 === (reserved.protocol === "dhcp6"))?.reservations.push(reserved);
          break;
        case "class":
        case "subclass":
          break;
        case "if":
        case "elsif":
        case "else":
          if (scope !== rest && !only)
            leaveOut(work, "error", one, "classes hold for all networks", "write a class, and give each network its ranges with class");
          break;
        case "pool":
        case "pool6":
          break;
        default:
          leaveOut(work, "error", one, "it can't stand here");
      }
    }
    if (scope === rest || only) addConditionals(scope, scope === rest ? "if" : "subnet if");
  }

  function addConditionals(scope: readonly Statement[], prefix: string): void {
    const ifs = scope.filter((one) => ["if", "elsif", "else"].includes(wordAt(one, 0)));
    if (ifs.length === 0) return;
    for (const side of sides)
      for (const { made, from } of conditionals(ifs, prefix, [], contextOf(side))) {
        noteFrom(work, side.classes.list, side.classes.list.length, from);
        side.classes.list.push(made);
      }
  }

  function dropOf(protocol: "dhcp4" | "dhcp6"): string {
    const side = sides.find((each) => each.isDhcp6 === (protocol === "dhcp6")) as Side;
    return side.classes.drop();
  }

  function readShared(statement: Statement, group: Settings, around: Settings, naming: boolean): void {
    const name = wordAt(statement, 1);
    const { settings: own, rest: inside } = readSettings(statement.block ?? [], around, work);
    const link: Network[] = [];
    walk(
      inside.filter((one) => !["pool", "pool6"].includes(wordAt(one, 0))),
      group,
      over(around, own),
      isNaming(own, naming),
      link,
    );
    for (const one of inside) {
      const keyword = wordAt(one, 0);
      if (keyword !== "pool" && keyword !== "pool6") continue;
      const isDhcp6 = keyword === "pool6";
      const side = sides.find((each) => each.isDhcp6 === isDhcp6) as Side;
      readPool(one, over(around, own), undefined, (address) => link.find((each) => each.contains(address)), {
        work,
        isDhcp6,
        classes: side.classes,
      });
    }
    for (const isDhcp6 of [false, true]) {
      const networks = link.filter((one) => one.name.includes(":") === isDhcp6);
      if (networks.length === 0) continue;
      const map: PlainMap = {};
      const options = { ...(isDhcp6 ? group.options6 : group.options4), ...(isDhcp6 ? own.options6 : own.options4) };
      if (!isEmpty(options)) map.options = options;
      if (own.setsTimes !== undefined) map.config = configOf(own, isDhcp6, work);
      const device = own.flags.get("interface");
      if (device !== undefined) map.interfaces = [wordAt(device, 1)];
      // What a shared network of ours can't say is said by each of its networks.
      for (const { map: network } of networks) {
        const inherited = { ...(isDhcp6 ? {} : own.boot), ...switches(own, true) };
        for (const [key, setting] of Object.entries(inherited)) network[key] ??= setting;
      }
      const prefixes = networks.map((one) => one.name);
      const known = Object.hasOwn(shared, name) ? `${name}-6` : name;
      if (networks.length > 1 || !isEmpty(map))
        put(work, shared, known, isEmpty(map) ? prefixes : { networks: prefixes, ...map }, statement);
    }
  }

  walk(rest, NO_SETTINGS, settings, isNaming(settings, false), undefined);
  finish(value, sides, shared, settings, all, work);
  return value;
}

/** What is set inside, over what is set around. */
function over(around: Settings, inside: Settings): Settings {
  return {
    options4: { ...around.options4, ...inside.options4 },
    options6: { ...around.options6, ...inside.options6 },
    times: { ...around.times, ...inside.times },
    setsTimes: inside.setsTimes ?? around.setsTimes,
    boot: { ...around.boot, ...inside.boot },
    flags: new Map([...around.flags, ...inside.flags]),
    spaces: inside.spaces,
    vendorSpace: inside.vendorSpace,
  };
}

/** A group's settings, for a network in it. */
function addGroup(map: PlainMap, group: Settings, isDhcp6: boolean, work: Work): void {
  const options = isDhcp6 ? group.options6 : group.options4;
  if (!isEmpty(options)) map.options = { ...options, ...(map.options as PlainMap | undefined) };
  if (!isDhcp6) for (const [key, setting] of Object.entries(group.boot)) map[key] ??= setting;
  if (group.setsTimes !== undefined) map.config ??= configOf(group, isDhcp6, work);
}

function finish(value: PlainMap, sides: readonly Side[], shared: PlainMap, global: Settings, all: readonly Statement[], work: Work): void {
  const server = global.flags.get("server-identifier");
  for (const side of sides) {
    const { isDhcp6, classes, networks } = side;
    if (server !== undefined && !isDhcp6) for (const { map } of networks) map.server_id ??= server.words.at(-1)?.text;
    const section: PlainMap = isDhcp6 ? {} : value;
    const list: PlainMap[] = [];
    for (const one of side.reservations) {
      const home = networks.find(({ from, contains }) => one.address !== undefined && contains(one.address) && holds(from, one.from));
      const into = home === undefined ? list : ((home.map.reservations ??= []) as PlainMap[]);
      addReserved(into, one, work);
    }
    const maps: PlainMap = {};
    for (const { name, map, from } of networks) put(work, maps, name, map, from);
    if (!isDhcp6) globals4(value, global, all, work);
    else globals6(section, global, work);
    if (list.length > 0) section.reservations = list;
    if (!isEmpty(maps)) section.networks = maps;
    if (classes.list.length > 0) {
      const known = (value.client_classes ??= {}) as PlainMap;
      known[isDhcp6 ? "v6" : "v4"] = classes.list;
    }
    if (classes.limits.length > 0) value.limits = [...((value.limits as PlainMap[] | undefined) ?? []), ...classes.limits];
    lift(section, classes.list, maps, shared, work);
    if (isDhcp6) value.v6 = section;
  }
  if (!isEmpty(shared)) value.shared_networks = shared;
  const definitions = definitionsOf(work);
  if (!isEmpty(definitions)) value.option_definitions = definitions;
}

/** Whether the statement stands in the block of the other. */
function holds(outer: Statement, inner: Statement): boolean {
  return outer.block?.some((one) => one.origin === inner.origin || holds(one, inner)) ?? false;
}

function globals4(value: PlainMap, global: Settings, all: readonly Statement[], work: Work): void {
  Object.assign(value, { authoritative: false, ping_check: true, ping_timeout_ms: 1000 }, switches(global, false));
  if (value.ping_check === false) {
    delete value.ping_check;
    delete value.ping_timeout_ms;
  }
  const bootp = permitsOf(global).find((one) => wordAt(one, 1) === "bootp");
  const isDynamic = all.some((one) => wordAt(one, 0) === "range" && wordAt(one, 1) === "dynamic-bootp");
  if (bootp !== undefined && wordAt(bootp, 0) !== "allow") value.bootp_enable = false;
  else if (isDynamic) value.bootp_enable = true;
  for (const one of permitsOf(global)) reportPermit(one, work);
  value.config = configOf(global, false, work);
  if (global.setsTimes !== undefined) noteFrom(work, value, "config", { ...global.setsTimes });
  Object.assign(value, global.boot);
  for (const [key, note] of work.notes.of.get(global.boot) ?? []) work.notes.of.get(value)?.set(key, note);
  if (!isEmpty(global.options4)) value.options = global.options4;
}

function globals6(section: PlainMap, global: Settings, work: Work): void {
  if (global.flags.has("rapid-commit")) section.rapid_commit = true;
  section.config = configOf(global, true, work);
  if (!isEmpty(global.options6)) section.options = global.options6;
}

/** Permissions of the top level that are taken for granted, or have no counterpart. */
function reportPermit(statement: Statement, work: Work): void {
  const allows = wordAt(statement, 0) === "allow";
  const about = wordAt(statement, 1);
  if (about.startsWith("unknown") || about === "bootp" || (allows && about === "booting")) return;
  if (about === "client-updates" || about === "duplicates" || (allows && about === "declines"))
    leaveOut(
      work,
      "warning",
      statement,
      about === "client-updates" ? "Leasehold updates no DNS in this version" : "it is so in any case, or nobody needs it",
    );
  else if (about === "leasequery")
    leaveOut(work, allows ? "error" : "warning", statement, "who may ask is named", "leasequery: {requesters: [ADDRESS]}");
  else leaveOut(work, "error", statement, "it has no counterpart for all clients");
}

/** Options of the file's own that are none of the option table. */
function definitionsOf(work: Work): PlainMap {
  const definitions: PlainMap = {};
  for (const { space, name, code, type } of work.declared) {
    const protocol = space === "dhcp" ? DHCP4 : space === "dhcp6" ? DHCP6 : undefined;
    if (protocol === undefined || protocol.byCode(code) !== undefined || type.encapsulates !== undefined) continue;
    const written = definitionType(type);
    if (written === undefined) continue;
    const key = name.toLowerCase().replaceAll("-", "_");
    definitions[key] = { code, type: written, ...(space === "dhcp6" && { space }) };
  }
  return definitions;
}
