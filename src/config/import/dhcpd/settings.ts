import { DHCP4 } from "../../options/dhcp4.ts";
import { DHCP6 } from "../../options/dhcp6.ts";
import { whyManaged } from "../../options/protocol.ts";
import type { PlainMap } from "../translation.ts";
import { isSpaceOfProtocol, type OptionNames, readDeclaration } from "./option-names.ts";
import { rawSubOption, readOptionValue } from "./option-values.ts";
import { SAID, SILENT } from "./reported.ts";
import type { Statement } from "./statement.ts";
import { leaveOut, put, report, type Work, wordAt } from "./work.ts";

/* What a scope sets for the clients in it: options, times, boot fields, whom it serves. */

/** Lease times in seconds; undefined: not set here. */
export interface Times {
  readonly default?: number;
  readonly max?: number;
  readonly min?: number;
  readonly renew?: number;
  readonly rebind?: number;
  readonly preferred?: number;
}

type TimeKey = keyof Times;

/** Options of a space that the file declares: code to `{type, value}`. */
type SpaceOptions = Readonly<Record<string, PlainMap>>;

export interface Settings {
  /** Options of each protocol. */
  readonly options4: PlainMap;
  readonly options6: PlainMap;
  /** As inherited, with what is set here over it. */
  readonly times: Times;
  readonly setsTimes: Statement | undefined;
  readonly boot: PlainMap;
  readonly flags: ReadonlyMap<string, Statement>;
  readonly spaces: SpaceOptions;
  readonly vendorSpace: string | undefined;
}

export const NO_SETTINGS: Settings = {
  options4: {},
  options6: {},
  times: {},
  setsTimes: undefined,
  boot: {},
  flags: new Map(),
  spaces: {},
  vendorSpace: undefined,
};

const TIMES: Readonly<Record<string, TimeKey>> = {
  "default-lease-time": "default",
  "max-lease-time": "max",
  "min-lease-time": "min",
  "preferred-lifetime": "preferred",
};
const TIME_OPTIONS: Readonly<Record<string, TimeKey>> = { "dhcp-renewal-time": "renew", "dhcp-rebinding-time": "rebind" };
/** Ways to set an option that depend on what it was before. */
const OTHER_WAYS = ["supersede", "default", "append", "prepend", "send"];
const BOOT: Readonly<Record<string, string>> = { "next-server": "next_server", filename: "file_name", "server-name": "server_name" };

/** Statements that hold others, or say who is served: their scope reads them. */
const STRUCTURE: ReadonlySet<string> = new Set([
  "subnet",
  "subnet6",
  "shared-network",
  "group",
  "host",
  "pool",
  "pool6",
  "class",
  "subclass",
  "range",
  "range6",
  "prefix6",
  "if",
  "elsif",
  "else",
  "switch",
]);
/** Statements of which each scope takes what means something there. */
const FLAGS: ReadonlySet<string> = new Set([
  "authoritative",
  "not",
  "allow",
  "deny",
  "ignore",
  "ping-check",
  "ping-timeout",
  "use-host-decl-names",
  "server-identifier",
  "abandon-lease-time",
  "adaptive-lease-time-threshold",
  "hardware",
  "fixed-address",
  "fixed-address6",
  "fixed-prefix6",
  "host-identifier",
  "dynamic",
  "uid",
  "match",
  "spawn",
  "lease",
  "interface",
  "dynamic-bootp-lease-length",
]);

export interface ReadScope {
  readonly settings: Settings;
  /** What else stands in the scope. */
  readonly rest: readonly Statement[];
}

/** Reads the settings in a scope, over those that it inherits. */
export function readSettings(statements: readonly Statement[], inherited: Settings, work: Work): ReadScope {
  const options4: PlainMap = {};
  const options6: PlainMap = {};
  const boot: PlainMap = {};
  const flags = new Map<string, Statement>();
  const own: Record<string, PlainMap> = {};
  const rest: Statement[] = [];
  let times = inherited.times;
  let setsTimes: Statement | undefined;
  let vendorSpace = inherited.vendorSpace;

  for (const statement of statements) {
    const keyword = wordAt(statement, 0).toLowerCase();
    const time = TIMES[keyword];
    const field = BOOT[keyword];
    if (STRUCTURE.has(keyword)) rest.push(statement);
    else if (time !== undefined) {
      times = { ...times, ...readTime(statement, 1, time, work) };
      setsTimes ??= statement;
    } else if (field !== undefined) readBoot(statement, field, boot, work);
    else if (OTHER_WAYS.includes(keyword))
      leaveOut(work, "error", statement, "a value that depends on others has no counterpart", "write the option with its value");
    else if (keyword === "option") {
      const name = wordAt(statement, 1);
      const ofLease = TIME_OPTIONS[name];
      if (name === "space" || readDeclaration(statement.words) !== undefined) continue;
      if (ofLease !== undefined) {
        times = { ...times, ...readTime(statement, 2, ofLease, work) };
        setsTimes ??= statement;
      } else if (name === "dhcp6.rapid-commit") flags.set("rapid-commit", statement);
      else readOption(statement, { options4, options6, spaces: own, flags }, work);
    } else if (keyword === "vendor-option-space") vendorSpace = wordAt(statement, 1);
    else if (FLAGS.has(keyword))
      flags.set(keyword === "allow" || keyword === "deny" || keyword === "ignore" ? `permit ${flags.size}` : keyword, statement);
    else if (Object.hasOwn(SILENT, keyword)) continue;
    else {
      const said = SAID[keyword];
      if (said !== undefined) leaveOut(work, said.severity, statement, said.why, said.hint);
      else leaveOut(work, "error", statement, "it is not known as a statement of dhcpd.conf");
    }
  }

  const spaces = { ...inherited.spaces };
  for (const [space, codes] of Object.entries(own)) spaces[space] = { ...spaces[space], ...codes };
  const settings: Settings = { options4, options6, times, setsTimes, boot, flags, spaces, vendorSpace };
  addSpaces(settings, own, inherited, work);
  return { settings, rest };
}

/** The scope's statements `allow`, `deny` and `ignore`. */
export function permitsOf({ flags }: Pick<Settings, "flags">): readonly Statement[] {
  return [...flags].filter(([key]) => key.startsWith("permit ")).map(([, statement]) => statement);
}

function readTime(statement: Statement, at: number, key: TimeKey, work: Work): Times {
  const text = wordAt(statement, at);
  if (/^-1$|^infinite$/i.test(text)) return { [key]: 0xffffffff };
  if (/^\d{1,10}$/.test(text) && statement.words.length === at + 1) return { [key]: Math.min(Number(text), 0xffffffff) };
  leaveOut(work, "error", statement, "a number of seconds is expected");
  return {};
}

function readBoot(statement: Statement, field: string, boot: PlainMap, work: Work): undefined {
  const [, value, more] = statement.words;
  if (value === undefined || more !== undefined)
    return leaveOut(work, "error", statement, "its value is computed, which Leasehold does not do");
  if (field === "next_server" && !/^\d+\.\d+\.\d+\.\d+$/.test(value.text))
    return leaveOut(work, "error", statement, "a name is not looked up", "write the address");
  if (value.text !== "") put(work, boot, field, value.text, statement);
}

interface OptionTargets {
  readonly options4: PlainMap;
  readonly options6: PlainMap;
  readonly spaces: Record<string, PlainMap>;
  readonly flags: Map<string, Statement>;
}

function readOption(statement: Statement, targets: OptionTargets, work: Work): undefined {
  const name = wordAt(statement, 1);
  const values = statement.words.slice(2);
  const names: OptionNames = name.startsWith("dhcp6.") ? work.names.dhcp6 : work.names.dhcp4;
  const option = names.find(name);
  if (option !== undefined) {
    const protocol = names.isDhcp6 ? DHCP6 : DHCP4;
    if (protocol.byName("client_identifier")?.code === option.code) {
      targets.flags.set("client-identifier", statement);
      return;
    }
    if (!names.isDhcp6 && protocol.byName("server_identifier")?.code === option.code) {
      targets.flags.set("server-identifier", statement);
      return;
    }
    // The mask is the subnet's own, and only a wrong one would be another.
    if (!names.isDhcp6 && option.name === "subnet_mask") return;
    const why = whyManaged(option.code, protocol);
    if (why !== undefined) return leaveOut(work, "error", statement, why);
    const read = readOptionValue(option, values, names);
    if (!read.ok) return leaveOut(work, "error", statement, read.problem);
    put(work, names.isDhcp6 ? targets.options6 : targets.options4, option.name, read.value, statement);
    return;
  }
  const [space, inSpace = ""] = name.split(/\.(.*)/s) as [string, string?];
  const declared = work.declared.find((one) => one.space === space && one.name.toLowerCase() === inSpace.toLowerCase());
  if (declared === undefined || isSpaceOfProtocol(space))
    return leaveOut(work, "error", statement, `there is no option ${name}`, "declare it: option NAME code NUMBER = TYPE;");
  const read = rawSubOption(declared.type, values);
  if (!read.ok) return leaveOut(work, "error", statement, read.problem);
  targets.spaces[space] ??= {};
  put(work, targets.spaces[space] as PlainMap, String(declared.code), read.value, statement);
}

/** Puts the options of spaces into those that carry them, where this scope says something new of them. */
function addSpaces(settings: Settings, own: SpaceOptions, inherited: Settings, work: Work): undefined {
  const carried = new Set<string>();
  for (const { space, code, name, type } of work.declared) {
    const inside = type.encapsulates === undefined ? undefined : settings.spaces[type.encapsulates];
    if (type.encapsulates === undefined || inside === undefined) continue;
    carried.add(type.encapsulates);
    if (own[type.encapsulates] === undefined) continue;
    if (space === "vivso") enterprise(settings.options4, "vendor_identifying_vendor_information", code, inside);
    else if (space === "vsio") enterprise(settings.options6, "vendor_information", code, inside);
    else {
      const names = space === "dhcp6" ? work.names.dhcp6 : work.names.dhcp4;
      const option = names.find(space === "dhcp6" ? `dhcp6.${name}` : name);
      const options = space === "dhcp6" ? settings.options6 : settings.options4;
      if (option !== undefined) options[option.name] = { type: "sub_option", value: inside };
    }
  }
  const { vendorSpace } = settings;
  const vendor = vendorSpace === undefined ? undefined : settings.spaces[vendorSpace];
  if (vendor !== undefined && (own[vendorSpace as string] !== undefined || vendorSpace !== inherited.vendorSpace))
    settings.options4.vendor_extensions = vendor;
}

function enterprise(options: PlainMap, key: string, number: number, inside: PlainMap): undefined {
  options[key] = { ...(options[key] as PlainMap | undefined), [number]: inside };
}

/** What dhcpd takes where nothing is set. */
const DEFAULT_TIMES = { default: 43_200, max: 86_400, min: 300 };

/** `config` of a scope that sets times. */
export function configOf({ times, setsTimes }: Settings, isDhcp6: boolean, work: Work): PlainMap | undefined {
  const usual = times.default ?? DEFAULT_TIMES.default;
  const max = times.max ?? DEFAULT_TIMES.max;
  const min = times.min ?? DEFAULT_TIMES.min;
  const config: PlainMap = {};
  if (isDhcp6) {
    // What clients of DHCPv6 wish for counts for nothing.
    config.lease_time = usual;
    config.preferred_time = Math.min(times.preferred ?? Math.floor((usual * 5) / 8), usual);
  } else {
    if (setsTimes !== undefined && usual > max)
      report(
        work,
        "warning",
        setsTimes.origin,
        `the default lease time is longer than the longest, ${max} s: clients that ask for a time may get it`,
      );
    config.lease_time =
      min === max && max === usual ? usual : { default: Math.max(usual, min), min: Math.min(min, usual), max: Math.max(max, usual) };
  }
  const { renew, rebind } = times;
  if ((renew ?? 0) < (rebind ?? usual) && Math.max(renew ?? 0, rebind ?? 0) < usual) {
    if (renew !== undefined) config.renew_time = renew;
    if (rebind !== undefined) config.rebind_time = rebind;
  } else if (setsTimes !== undefined) {
    const message = "the times of renewal are not before the end of a lease here: they are left to be shares of it";
    report(work, "warning", setsTimes.origin, message);
  }
  return config;
}
