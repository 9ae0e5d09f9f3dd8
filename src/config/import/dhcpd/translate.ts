import { createNotes, type Files, inOrder, type PlainMap, type Translation } from "../translation.ts";
import { createClasses, isConditional, listClasses, readClass, readConditional, readSubclass, settingsOf } from "./classes.ts";
import { resolveConflicts } from "./conflicts.ts";
import { bytesOf } from "./data.ts";
import type { Host } from "./hosts.ts";
import { isOfNames, writeNames } from "./names.ts";
import { type Link, type Network, readNetworks, writeNetworks } from "./networks.ts";
import { definitionType, findOption, isDefinition, readDefinitions } from "./options.ts";
import { NO_FAILOVER, OF_ALL_NAMES } from "./reported.ts";
import { applySettings, configOf, DHCPD_TIMES, type Setting, type TimeKey, timesWith } from "./settings.ts";
import { readTree, type Statement } from "./syntax.ts";
import { mapAt, put, report, type Work } from "./work.ts";

/** Translates a dhcpd.conf(5). */
export function translate(text: string, name: string, files: Files): Translation {
  const tree = readTree(text, name, files);
  const counts = new Map<string, number>();
  countKeywords(tree.statements, counts);
  const work: Work = {
    notes: createNotes(),
    findings: [...tree.findings],
    definitions: readDefinitions(tree.statements),
    has4: counts.has("subnet") || !counts.has("subnet6"),
    has6: counts.has("subnet6"),
  };
  const value: PlainMap = {};
  const state: State = {
    work,
    value,
    classes: createClasses(),
    hosts: [],
    networks: [],
    links: [],
    global: [],
    subnets: counts.get("subnet") ?? 0,
  };
  writeDefinitions(state);
  readGlobal(tree.statements, state);
  writeGlobal(state);
  const isDropped = writeNetworks(state);
  if (isDropped) state.classes.dropped.push({ condition: "", statement: isDropped });
  for (const family of [4, 6] as const) {
    if (!(family === 4 ? work.has4 : work.has6)) continue;
    const list = listClasses(state.classes, state.global, family, work);
    if (list.length > 0) mapAt(value, "client_classes")[`v${family}`] = list;
  }
  if (state.classes.limits.length > 0) value.limits = state.classes.limits;
  resolveConflicts(state);
  const order = [...tree.sources.keys()];
  return { value, notes: work.notes, findings: inOrder(work.findings, order), sources: tree.sources };
}

/** All that is collected while the file is read. */
export interface State {
  readonly work: Work;
  readonly value: PlainMap;
  readonly classes: ReturnType<typeof createClasses>;
  readonly hosts: Host[];
  readonly networks: Network[];
  readonly links: Link[];
  readonly global: Setting[];
  /** How many subnets of DHCPv4 there are. */
  readonly subnets: number;
}

function countKeywords(statements: readonly Statement[], into: Map<string, number>): void {
  for (const { words, block } of statements) {
    const keyword = words[0]?.text ?? "";
    into.set(keyword, (into.get(keyword) ?? 0) + 1);
    if (block !== undefined) countKeywords(block, into);
  }
}

/** Definitions of options that the option table has no form for. */
function writeDefinitions({ work, value }: State): void {
  for (const one of work.definitions.values()) {
    if (one.space !== "dhcp" && one.space !== "dhcp6") continue;
    const name = one.space === "dhcp" ? one.name : `dhcp6.${one.name}`;
    const known = findOption(name, work.definitions);
    if (known === undefined || known.standard !== undefined) continue;
    const out: PlainMap = { code: one.code, type: definitionType(one), ...(one.space === "dhcp6" && { space: "dhcp6" }) };
    put(work, mapAt(value, "option_definitions"), one.own, out, one.statement);
  }
}

/** Names of hosts that are sent, as it stands where a host is declared. */
function usesNames(settings: readonly Setting[]): boolean {
  return settings.findLast((one) => one.kind === "host names")?.value === true;
}

function readGlobal(statements: readonly Statement[], state: State): void {
  const { work, classes, global } = state;
  const conditional: Statement[] = [];
  // Settings count for what stands above them too.
  const declarations: Statement[] = [];
  writeNames(statements.filter(isOfNames), state.value, work);
  for (const statement of statements) {
    if (isDefinition(statement) || isOfNames(statement)) continue;
    if (isConditional(statement)) conditional.push(statement);
    else if (DECLARATIONS.has(statement.words[0]?.text ?? "")) declarations.push(statement);
    else if (statement.words[0]?.text === "server-duid") readServerDuid(statement, state);
    else if (!isReportedBlock(statement, work)) global.push(...settingsOf(statement, work, "the top level"));
  }
  for (const one of declarations) readDeclaration(one, state, []);
  global.push(...readConditional(conditional, { classes, work, outer: undefined, isWeak: true }));
}

const DECLARATIONS = new Set(["subnet", "subnet6", "shared-network", "group", "host", "class", "subclass"]);

/** A declaration; `inherited` are the settings of groups around it. */
export function readDeclaration(statement: Statement, state: State, inherited: readonly Setting[]): void {
  const { work, classes, hosts } = state;
  switch (statement.words[0]?.text) {
    case "host":
      hosts.push({
        statement,
        inherited: inherited.filter(({ kind }) => kind !== "host names"),
        usesName: usesNames([...state.global, ...inherited]),
      });
      return;
    case "class":
      readClass(statement, classes, work);
      return;
    case "subclass":
      readSubclass(statement, classes, work);
      return;
    case "group": {
      const settings: Setting[] = [];
      const inner: Statement[] = [];
      for (const one of statement.block ?? []) {
        if (isDefinition(one)) continue;
        if (DECLARATIONS.has(one.words[0]?.text ?? "")) inner.push(one);
        else settings.push(...settingsOf(one, work, "a group"));
      }
      const [first, ...others] = inner;
      const all = [...inherited, ...settings];
      // The comment above a group stands above its first host.
      if (first !== undefined) readDeclaration({ ...first, comment: [...statement.comment, ...first.comment] }, state, all);
      for (const one of others) readDeclaration(one, state, all);
      return;
    }
    default:
      readNetworks(statement, state, inherited);
  }
}

const REPORTED_BLOCKS: Readonly<Record<string, string>> = {
  zone: OF_ALL_NAMES,
  key: OF_ALL_NAMES,
  failover: NO_FAILOVER,
  on: "Leasehold runs no statements when a lease begins or ends; its events and API tell of them",
};

/** Blocks that have no counterpart. */
export function isReportedBlock(statement: Statement, work: Work): boolean {
  const [first = "", second = ""] = statement.words.map(({ text }) => text);
  const message = statement.block === undefined || !Object.hasOwn(REPORTED_BLOCKS, first) ? undefined : REPORTED_BLOCKS[first];
  if (message !== undefined) report(work, "warning", statement, `${first} ${second}: ${message}`);
  return message !== undefined;
}

/** `server-duid LL`, `LLT`, `EN NUMBER "ID"`. */
function readServerDuid(statement: Statement, { work, value }: State): void {
  const [, type, ...rest] = statement.words;
  const kind = type?.text.toUpperCase() ?? "";
  const out: PlainMap = { type: kind };
  if (kind === "EN") {
    const bytes = rest[1] && bytesOf(rest[1]);
    out.enterprise_id = Number(rest[0]?.text);
    if (bytes !== undefined) out.identifier = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
  } else if ((kind === "LL" || kind === "LLT") && rest.length >= 2) {
    if (kind === "LLT") out.time = Number(rest[1]?.text);
    out.identifier = rest.at(-1)?.text;
  } else if (kind !== "LL" && kind !== "LLT") {
    report(work, "error", statement, "the DUID of the server can't be carried over in this form", "v6: {server_id: ...}");
    return;
  }
  if (work.has6) put(work, mapAt(value, "v6"), "server_id", out, statement);
}

/** Settings of the top level, and what dhcpd does unless told otherwise. */
function writeGlobal({ work, value, global }: State): void {
  const has = (key: string): boolean => global.some((one) => one.kind === "server" && one.key === key);
  const keys: ReadonlySet<TimeKey> = new Set(["default", ...global.flatMap((one) => (one.kind === "time" ? [one.key] : []))]);
  const times = timesWith(DHCPD_TIMES, global);
  const first = global.find((one) => one.kind === "time")?.statement;
  const rest = global.filter((one) => one.kind !== "time" && !(one.kind === "server" && one.key === "authoritative" && one.value === true));
  for (const family of [4, 6] as const) {
    if (!(family === 4 ? work.has4 : work.has6)) continue;
    const map = family === 4 ? value : mapAt(value, "v6");
    if (!has("authoritative") && family === 4) map.authoritative = false;
    if (!has("ping_check") && family === 4) map.ping_check = true;
    if (map.ping_check !== undefined && !has("ping_timeout_ms")) map.ping_timeout_ms = 1000;
    put(work, map, "config", configOf(times, keys, family), first);
    applySettings(
      work,
      map,
      rest.filter((one) => family === 4 || one.kind !== "server" || one.key === "rapid_commit"),
      [],
      family,
      "top",
    );
    if (map.ping_check === false) {
      // The default here.
      delete map.ping_check;
      delete map.ping_timeout_ms;
    }
    if (map.probation_period === 86_400) delete map.probation_period;
    if (map.reservations_only === false) delete map.reservations_only;
  }
}
