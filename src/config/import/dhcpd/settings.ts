import type { PlainMap } from "../translation.ts";
import { parted } from "./data.ts";
import { findOption, readValue, spaced, subOptionValue } from "./options.ts";
import { IGNORED, OF_ALL_NAMES, REFUSED } from "./reported.ts";
import { type Statement, textOf } from "./syntax.ts";
import { type Family, mapAt, put, report, type Work } from "./work.ts";

/* Statements that set something for the place that they stand in: options, times, boot fields. */

export type TimeKey = "default" | "min" | "max" | "renew" | "rebind" | "preferred";

export type Setting = { readonly statement: Statement } & (
  | { readonly kind: "option"; readonly family: Family; readonly key: string; readonly value: unknown }
  /** An option of a space that stands in another one. */
  | { readonly kind: "inner"; readonly space: string; readonly code: number; readonly value: unknown }
  | { readonly kind: "vendor space"; readonly space: string }
  | { readonly kind: "time"; readonly key: TimeKey; readonly value: number }
  | { readonly kind: "boot"; readonly key: "next_server" | "server_name" | "file_name"; readonly value: string }
  | { readonly kind: "server"; readonly key: ServerKey; readonly value: unknown }
  | { readonly kind: "host names"; readonly value: boolean }
);

type ServerKey =
  | "authoritative"
  | "ping_check"
  | "ping_timeout_ms"
  | "probation_period"
  | "reservations_only"
  | "server_id"
  | "rapid_commit"
  | "bootp_enable";

const TIMES: Readonly<Record<string, TimeKey>> = {
  "default-lease-time": "default",
  "min-lease-time": "min",
  "max-lease-time": "max",
  "preferred-lifetime": "preferred",
};
const OPTION_TIMES: Readonly<Record<string, TimeKey>> = { renewal_time: "renew", rebinding_time: "rebind", lease_time: "default" };
const BOOT = { "next-server": "next_server", "server-name": "server_name", filename: "file_name" } as const;

const YES = /^(true|on|yes)$/i;
const NO = /^(false|off|no)$/i;

/** What `on`, `off` and the like say. */
export function flagOf(text: string | undefined): boolean | undefined {
  return YES.test(text ?? "") ? true : NO.test(text ?? "") ? false : undefined;
}

/** What a statement sets. Undefined: it is no setting; an empty list: it was reported, or says nothing. */
export function readSetting(statement: Statement, work: Work): readonly Setting[] | undefined {
  const { words } = statement;
  const keyword = words[0]?.text ?? "";
  const second = words[1]?.text ?? "";
  const refuse = (why: string, hint?: string): readonly Setting[] => {
    report(work, "error", statement, `${textOf(words)}: ${why}`, hint);
    return [];
  };
  if (statement.block !== undefined) return undefined;
  const time = Object.hasOwn(TIMES, keyword) ? TIMES[keyword] : undefined;
  if (time !== undefined) {
    if (/^\d{1,10}$/.test(second) && Number(second) <= 0xffffffff) return [{ statement, kind: "time", key: time, value: Number(second) }];
    if (second === "infinite") return [{ statement, kind: "time", key: time, value: 0xffffffff }];
    return refuse("the time is computed for each client, which Leasehold does not do");
  }
  if (Object.hasOwn(BOOT, keyword)) {
    const key = BOOT[keyword as keyof typeof BOOT];
    const value = second === "=" ? words[2] : words[1];
    if (value === undefined || (second === "=" && (words.length !== 3 || value.kind !== "string")))
      return refuse("its value is computed for each message, which Leasehold does not do");
    if (key === "next_server" && !/^[\d.]+$/.test(value.text)) return refuse("Leasehold looks up no names", "write the address");
    return value.text === "" ? [] : [{ statement, kind: "boot", key, value: value.text }];
  }
  switch (keyword) {
    case "option":
    case "supersede":
    case "send":
    case "default":
    case "append":
    case "prepend":
      return readOption(statement, work);
    case "vendor-option-space":
      return [{ statement, kind: "vendor space", space: second }];
    case "authoritative":
      return [{ statement, kind: "server", key: "authoritative", value: true }];
    case "not":
      return second === "authoritative" ? [{ statement, kind: "server", key: "authoritative", value: false }] : undefined;
    case "ping-check":
      return [{ statement, kind: "server", key: "ping_check", value: flagOf(second) ?? true }];
    case "ping-timeout":
    case "ping-timeout-ms": {
      const number = Number(second) * (keyword === "ping-timeout" ? 1000 : 1);
      return number > 0 ? [{ statement, kind: "server", key: "ping_timeout_ms", value: number }] : [];
    }
    case "abandon-lease-time":
      return [{ statement, kind: "server", key: "probation_period", value: Number(second) }];
    case "server-identifier":
      return [{ statement, kind: "server", key: "server_id", value: second }];
    case "use-host-decl-names":
      return [{ statement, kind: "host names", value: flagOf(second) ?? true }];
    case "boot-unknown-clients":
      return [{ statement, kind: "server", key: "reservations_only", value: flagOf(second) === false }];
    case "allow":
    case "deny":
    case "ignore":
      return readPermission(statement, keyword === "allow", work);
    default: {
      const ignored = Object.hasOwn(IGNORED, keyword) ? IGNORED[keyword] : undefined;
      if (ignored !== undefined) {
        if (ignored !== "") report(work, "warning", statement, `${textOf(words.slice(0, 3))}: ${ignored}`);
        return [];
      }
      const refused = Object.hasOwn(REFUSED, keyword) ? REFUSED[keyword] : undefined;
      return refused === undefined ? undefined : refuse(refused);
    }
  }
}

/** `allow`, `deny` and `ignore` outside of pools. */
function readPermission(statement: Statement, isAllowed: boolean, work: Work): readonly Setting[] {
  const what = statement.words
    .slice(1)
    .map(({ text }) => text)
    .join(" ");
  switch (what) {
    case "unknown-clients":
    case "unknown clients":
      return [{ statement, kind: "server", key: "reservations_only", value: !isAllowed }];
    case "bootp":
      return isAllowed ? [] : [{ statement, kind: "server", key: "bootp_enable", value: false }];
    case "booting":
      if (!isAllowed)
        report(work, "error", statement, "nobody is served here: a network without service is to be left out", "leave it out");
      return [];
    case "client-updates":
      report(work, "warning", statement, `${textOf(statement.words)}: ${OF_ALL_NAMES}`);
      return [];
    case "duplicates":
      if (!isAllowed) report(work, "warning", statement, "leases that a client had under another identifier end by themselves");
      return [];
    case "declines":
      if (!isAllowed)
        report(
          work,
          "warning",
          statement,
          "an address that a client declined is not given out for a while: probation_period says how long",
        );
      return [];
    case "leasequery":
      if (isAllowed)
        report(work, "warning", statement, "Leasehold answers leasequeries of named requesters only", "leasequery: {requesters: [...]}");
      return [];
    default:
      report(work, "error", statement, `${textOf(statement.words)} is not understood here`);
      return [];
  }
}

function readOption(statement: Statement, work: Work): readonly Setting[] {
  const { words } = statement;
  const isPlain = words[0]?.text === "option";
  const at = isPlain || words[1]?.text !== "option" ? 1 : 2;
  const name = words[at]?.text ?? "";
  const value = words.slice(at + 1);
  const verb = words[0]?.text;
  const refuse = (why: string, hint?: string): readonly Setting[] => {
    report(work, "error", statement, `option ${name}: ${why}`, hint);
    return [];
  };
  if (verb === "append" || verb === "prepend")
    return refuse(`${verb} joins values of several places, and the closest one counts in Leasehold`, "write the whole value");
  const known = findOption(name, work.definitions);
  if (known === undefined) {
    const [space] = spaced(name);
    const inner = work.definitions.get(name);
    if (inner === undefined) return refuse("no such option is known or defined in the file");
    const read = subOptionValue(inner, value[0]?.text === "=" ? value.slice(1) : value);
    return read.ok ? [{ statement, kind: "inner", space, code: inner.code, value: read.value }] : refuse(read.reason);
  }
  const { standard, protocol } = known;
  const time = standard === undefined || !Object.hasOwn(OPTION_TIMES, standard.name) ? undefined : OPTION_TIMES[standard.name];
  if (time !== undefined && /^\d+$/.test(value[0]?.text ?? ""))
    return [{ statement, kind: "time", key: time, value: Number(value[0]?.text) }];
  if (standard?.name === "server_identifier" && protocol.addressSize === 4)
    return [{ statement, kind: "server", key: "server_id", value: value[0]?.text }];
  if (standard?.name === "rapid_commit") return [{ statement, kind: "server", key: "rapid_commit", value: true }];
  if (standard?.protocol === true) return refuse("the server makes this option itself in Leasehold", protocol.managed.get(known.code));
  const read = readValue(known, value);
  if (!read.ok) return refuse(read.reason);
  return [{ statement, kind: "option", family: protocol.addressSize === 4 ? 4 : 6, key: known.own, value: read.value }];
}

/** Lease times that hold at a place, as dhcpd has them. */
export type Times = Readonly<Partial<Record<TimeKey, number>>>;

export const DHCPD_TIMES: Times = { default: 43_200, min: 300, max: 86_400 };

export function timesWith(times: Times, settings: readonly Setting[]): Times {
  const own = settings.flatMap((one) => (one.kind === "time" ? [[one.key, one.value] as const] : []));
  return { ...times, ...Object.fromEntries(own) };
}

/** Whether a time of renewal is not before the end of a lease: Leasehold, unlike dhcpd, sends none such. */
function endsBeforeRenewal({ default: usual = 0, renew = 0, rebind = 0 }: Times): boolean {
  return Math.max(renew, rebind) >= usual;
}

/** `config` of a place. */
export function configOf(times: Times, keys: ReadonlySet<TimeKey>, family: Family): PlainMap | undefined {
  const config: PlainMap = {};
  const { default: usual = 0, min = 0, max = 0 } = times;
  if (keys.has("default") || keys.has("min") || keys.has("max")) {
    const most = Math.max(min, max);
    const held = Math.max(min, Math.min(usual, most));
    config.lease_time = family === 6 || (min === held && most === held) ? (family === 6 ? usual : held) : { default: held, min, max: most };
  }
  // A preferred lifetime of a place around this one is cut to a shorter valid one, as dhcpd does.
  const { preferred } = times;
  if (family === 6 && preferred !== undefined && (keys.has("preferred") || (keys.has("default") && preferred > usual)))
    config.preferred_time = Math.min(preferred, usual);
  if (keys.has("renew")) config.renew_time = times.renew;
  if (keys.has("rebind")) config.rebind_time = times.rebind;
  if (keys.size > 0 && endsBeforeRenewal(times)) {
    const held = Math.max(min, Math.min(usual, Math.max(min, max)));
    const least = family === 6 ? usual : held;
    config.renew_time = Math.floor(least / 2);
    config.rebind_time = Math.floor(least * (family === 6 ? 4 / 5 : 7 / 8));
  }
  return Object.keys(config).length === 0 ? undefined : config;
}

/** Which keys a place has. */
export type Level = "top" | "network" | "shared network" | "pool" | "class" | "host";

/** Writes settings into the map of a place. `outer` are those of the places around it. */
export function applySettings(
  work: Work,
  map: PlainMap,
  settings: readonly Setting[],
  outer: readonly Setting[],
  family: Family,
  level: Level,
): void {
  const times = settings.filter((one) => one.kind === "time");
  const keys = new Set(times.map(({ key }) => key));
  const held = timesWith(DHCPD_TIMES, [...outer, ...settings]);
  const config = configOf(held, keys, family);
  const [first] = times;
  if (config !== undefined) put(work, map, "config", config, first?.statement);
  if (first !== undefined && endsBeforeRenewal(held))
    report(work, "warning", first.statement, "a renewal would not be before the end of a lease: its times become shares of the lease time");
  for (const one of settings) {
    if (one.kind === "option" && one.family === family) put(work, mapAt(map, "options"), one.key, one.value, one.statement);
    else if (one.kind === "boot" && family === 4) {
      if (level === "pool" || level === "shared network")
        report(work, "error", one.statement, `${one.key} can't be set for a pool`, "set it in a class, or in the subnet");
      else put(work, map, one.key, one.value, one.statement);
    } else if (one.kind === "server") applyServer(work, map, one, family, level);
  }
  applyInner(work, map, settings, outer, family);
}

function applyServer(work: Work, map: PlainMap, one: Setting & { kind: "server" }, family: Family, level: Level): void {
  const { key, value, statement } = one;
  const is4 = key === "server_id" || key === "bootp_enable";
  const is6 = key === "rapid_commit";
  if ((is4 && family === 6) || (is6 && family === 4)) return;
  if (level === "network" || level === "top") {
    if (key === "bootp_enable" && level !== "top")
      report(work, "error", statement, "BOOTP is served in all networks or in none", "bootp_enable at the top level");
    else put(work, map, key, value, statement);
  } else report(work, "error", statement, `${textOf(statement.words)} can't be set for a ${level}`, "set it in the subnet");
}

/** Options within options: 43, those of enterprises, and what the file says to hold a space. */
function applyInner(work: Work, map: PlainMap, settings: readonly Setting[], outer: readonly Setting[], family: Family): void {
  const all = [...outer, ...settings];
  const own = new Set(settings.flatMap((one) => (one.kind === "inner" || one.kind === "vendor space" ? [one.space] : [])));
  const vendor = all.findLast((one) => one.kind === "vendor space")?.space;
  for (const space of own) {
    const inner = all.filter((one) => one.kind === "inner").filter((one) => one.space === space);
    if (inner.length === 0) continue;
    const value = Object.fromEntries(inner.map((one) => [one.code, one.value]));
    const { statement } = inner.at(-1) as Setting;
    if (space === vendor && family === 4) put(work, mapAt(map, "options"), "vendor_extensions", value, statement);
    for (const holder of work.definitions.values()) {
      if (holder.encapsulates !== space) continue;
      const isEnterprise = holder.space === "vivso" || holder.space === "vendor" || holder.space === "vsio";
      const isFor6 = holder.space === "vsio" || holder.space === "dhcp6";
      if (isFor6 !== (family === 6)) continue;
      if (isEnterprise) {
        const key = family === 6 ? "vendor_information" : "vendor_identifying_vendor_information";
        put(work, mapAt(mapAt(map, "options"), key), String(holder.code), value, statement);
      } else {
        const known = findOption(holder.space === "dhcp" ? holder.name : `${holder.space}.${holder.name}`, work.definitions);
        if (known !== undefined) put(work, mapAt(map, "options"), known.own, value, statement);
      }
    }
  }
}

/** Hosts and pools with lists of addresses: the words between commas. */
export function listOf(statement: Statement): readonly string[] {
  return parted(statement.words.slice(1)).map((part) => part[0]?.text ?? "");
}
