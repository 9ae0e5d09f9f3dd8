import { readExpression } from "../../class-expression/index.ts";
import type { PlainMap } from "../translation.ts";
import { bootOf } from "./boot.ts";
import type { Inherited } from "./inherited.ts";
import type { Part } from "./json.ts";
import { readDefinitions } from "./option-definitions.ts";
import { type OptionContext, readOptionData } from "./options.ts";
import { finish, push, put, type Remark, report, type Section, take, takeFlag, takeName, takeSections } from "./section.ts";
import { classConfig, type Times } from "./times.ts";

/* Client classes, and who may use a place. */

export interface Classes {
  /** Classes of the file by Kea's names. */
  readonly byName: Map<string, KeaClass>;
  /** Those that are made here: of several names, and of names that Kea has without a class. */
  readonly made: Map<string, PlainMap>;
  readonly context: OptionContext;
  readonly limits: PlainMap[];
}

export interface KeaClass {
  readonly name: string;
  readonly out: PlainMap;
  readonly section: Section;
  /** Evaluated only where a subnet, shared network or pool asks for it. */
  readonly onlyIfRequired: boolean;
}

const VENDOR_CLASS = "VENDOR_CLASS_";

function isBuiltIn(name: string, isDhcp6: boolean): boolean {
  if (name === "ALL" || name === "KNOWN" || name === "UNKNOWN") return true;
  return (name === "BOOTP" && !isDhcp6) || (name.startsWith(VENDOR_CLASS) && name.length > VENDOR_CLASS.length);
}

const REMARKS: Readonly<Record<string, Remark>> = {
  "offer-lifetime": ["warning", "Leasehold holds offers for all classes alike", "offer_hold at the top level says how long"],
};

/** What classes are read with. */
interface Around {
  /** Whether Kea has the hook for limits loaded. */
  readonly limits: boolean;
  readonly global: Inherited;
  /** Lease times of the top level. */
  readonly times: Times;
}

/** Reads `client-classes`. */
export function readClasses(section: Section, context: OptionContext, around: Around): Classes {
  const classes: Classes = { byName: new Map(), made: new Map(), context, limits: [] };
  for (const one of takeSections(section, "client-classes", "a class")) readClass(one, classes, around);
  return classes;
}

function readClass(section: Section, classes: Classes, { limits, global, times }: Around): void {
  const { context } = classes;
  const { family, work } = context;
  const name = takeName(section, "name");
  const test = takeName(section, "test");
  const template = takeName(section, "template-test");
  const onlyIfRequired = (takeFlag(section, "only-if-required") ?? takeFlag(section, "only-in-additional-list")) === true;
  if (name === undefined) {
    report(work, "error", section.part.at, "the class has no name");
    return;
  }
  if (name === "SKIP_DDNS") {
    report(work, "warning", section.part.at, 'the class "SKIP_DDNS" is left out: names of its clients are told like all others');
    return;
  }
  const out: PlainMap = {};
  put(work, out, "name", isBuiltIn(name, family.isDhcp6) ? renamed(name) : name);
  const testPart = take(section, template === undefined ? "test" : "template-test");
  const written = template ?? test;
  const assert =
    written === undefined ? undefined : expressionOf(written, template === undefined ? "condition" : "value", testPart, context, name);
  if (template !== undefined && assert !== undefined) out.template = true;
  if (isBuiltIn(name, family.isDhcp6)) {
    const own = `member('${name}')`;
    put(work, out, "assert", assert === undefined ? own : `${own} or (${assert})`, testPart);
  } else put(work, out, "assert", assert, testPart);
  put(work, out, "config", classConfig(name, section, global, times, family), take(section, "valid-lifetime"));
  if (!family.isDhcp6) for (const [key, value, part] of bootOf(section)) put(work, out, key, value, part);
  const { options, serverId } = readOptionData(section, context, readDefinitions(section, family));
  put(work, out, "options", options, take(section, "option-data"));
  if (serverId !== undefined)
    report(work, "error", serverId.part.at, "a class can't choose the server identifier in Leasehold", "set server_id in the networks");
  const limit = section.map.entries.get("user-context")?.value;
  if (limits && limit?.kind === "map") addLimits(limit.entries.get("limits"), classes.limits, context, String(out.name));
  finish(section, `the class "${name}"`, REMARKS);
  classes.byName.set(name, { name, out, section, onlyIfRequired });
}

/** A name for a class with settings for those in a class of the server's. */
function renamed(name: string): string {
  return name.startsWith(VENDOR_CLASS) ? name.slice(VENDOR_CLASS.length) : name.toLowerCase();
}

/** Limits of the hook of this name. */
export function addLimits(part: Part | undefined, limits: PlainMap[], { work }: OptionContext, className?: string): void {
  if (part?.value.kind !== "map") return;
  for (const [key, limit] of part.value.entries) {
    const max = limit.value.kind === "scalar" ? limit.value.value : undefined;
    if (key === "address-limit" && typeof max === "number" && max > 0)
      push(work, limits, { key: "'all'", max, ...(className !== undefined && { class: className }) }, limit);
    else if (key === "address-limit")
      report(work, "error", limit.at, "a limit of no addresses can't be set", "use deny_class, or class DROP");
    else {
      const hint =
        key === "rate-limit"
          ? "flood_protection_threshold bounds each client"
          : "limits of Leasehold count addresses and prefixes together";
      report(work, "error", limit.at, `"${key}" can't be carried over`, hint);
    }
  }
}

/** An expression with the names that Leasehold has for options; undefined: it can't be read. */
function expressionOf(
  text: string,
  wanted: "condition" | "value",
  part: Part | undefined,
  context: OptionContext,
  name: string,
): string | undefined {
  const { dictionary, definitions, family, work } = context;
  const nameOf = (kea: string): string => {
    const own = definitions.all.find((one) => one.space === family.protocol.space && one.name === kea);
    if (own !== undefined) return own.own ?? dictionary.byCode(own.code)?.name ?? String(own.code);
    return kea.replaceAll("-", "_").replace(/^(vivso|vivco)_suboptions$/, "$1");
  };
  // What stands in quotes is text.
  const result = text
    .split(/('[^']*')/)
    .map((piece, i) =>
      i % 2 === 1
        ? piece
        : piece.replace(/(\b(?:option|relay4)\s*\[\s*)([A-Za-z][\w-]*)(\s*\])/g, (_, start, kea, end) => start + nameOf(kea) + end),
    )
    .join("")
    .trim();
  const read = readExpression(result, wanted, dictionary);
  if (read.ok) return result;
  const { message, hint, offset } = read.problem;
  const where = part?.value.at ?? { file: "", line: 0, column: 0 };
  report(
    work,
    "error",
    where,
    `the expression of the class "${name}" can't be carried over: ${message} (at character ${offset + 1})`,
    hint,
  );
  return undefined;
}

/** Classes of which a client has to be in one. */
export interface AnyOf {
  readonly names: readonly string[];
  readonly part: Part;
}

/** Who may use a place, if Kea says so: `client-class`, later `client-classes`. */
export function guardOf(section: Section): AnyOf | undefined {
  const part = take(section, "client-class");
  if (part !== undefined) {
    const name = takeName(section, "client-class");
    return name === undefined ? undefined : { names: [name], part };
  }
  const list = take(section, "client-classes");
  if (list === undefined || list.value.kind !== "list") return undefined;
  const names = list.value.items.flatMap(({ value }) => (value.kind === "scalar" && typeof value.value === "string" ? [value.value] : []));
  return names.length === 0 ? undefined : { names, part: list };
}

/** The class that stands for all of these guards: one of the file, or one that is made of them. */
export function classOfGuards(guards: readonly AnyOf[], classes: Classes): string | undefined {
  const distinct = new Map(guards.map((guard) => [guard.names.join(" "), guard]));
  const parts = [...distinct.values()].map(({ names, part }) =>
    combined(
      names.map((name) => named(name, part, classes)),
      "or",
      classes,
    ),
  );
  return parts.length === 0 ? undefined : combined(parts, "and", classes);
}

function combined(names: readonly string[], word: "and" | "or", classes: Classes): string {
  if (names.length === 1) return names[0] as string;
  const name = names.join(`_${word}_`);
  classes.made.set(name, { name, assert: names.map((one) => `member('${one}')`).join(` ${word} `) });
  return name;
}

/** A name of a class, which there is from now on. */
export function named(name: string, part: Part | undefined, classes: Classes): string {
  const { family, work } = classes.context;
  if (classes.byName.has(name) && !isBuiltIn(name, family.isDhcp6)) return String(classes.byName.get(name)?.out.name);
  const isSpawned = [...classes.byName.values()].some(({ out }) => out.template === true && name.startsWith(`SPAWN_${String(out.name)}_`));
  if (isBuiltIn(name, family.isDhcp6) || isSpawned || classes.made.has(name)) return name;
  classes.made.set(name, { name });
  if (part !== undefined) {
    const hint = "reservations may put hosts into it; Kea's hooks do so too, and Leasehold has none";
    report(work, "warning", part.at, `there is no class "${name}" in the file: it is made, and nothing tells who is in it`, hint);
  }
  return name;
}

/** Which networks ask for which of the classes that are evaluated only there. */
export interface Required {
  readonly byNetwork: (readonly string[])[];
  /** Names that pools ask for. */
  readonly byPool: Set<string>;
}

/** The names in `require-client-classes`, as versions of Kea call it. */
export function requiredOf(section: Section): readonly string[] {
  return ["require-client-classes", "evaluate-additional-classes"].flatMap((key) => {
    const part = take(section, key);
    if (part?.value.kind !== "list") return [];
    return part.value.items.flatMap(({ value }) => (value.kind === "scalar" && typeof value.value === "string" ? [value.value] : []));
  });
}

/** The classes in the order of their options: those that networks ask for come last in Kea. */
export function listClasses(classes: Classes, required: Required): PlainMap[] | undefined {
  const { work } = classes.context;
  const list: PlainMap[] = [];
  const add = ({ section, out }: KeaClass): void => push(work, list, out, section);
  const all = [...classes.byName.values()];
  for (const one of all) if (!one.onlyIfRequired) add(one);
  for (const one of all) {
    if (!one.onlyIfRequired) continue;
    const { byNetwork, byPool } = required;
    const count = byNetwork.filter((names) => names.includes(one.name)).length;
    const { at } = one.section.part;
    if (count === 0 && !byPool.has(one.name)) {
      report(work, "warning", at, `the class "${one.name}" is left out: it is evaluated only if required, and no place requires it`);
    } else if (count < byNetwork.length || count === 0) {
      const hint = "give its options to the networks or ranges that require it";
      report(work, "error", at, `the class "${one.name}" is required in some places only; classes of Leasehold hold in all networks`, hint);
    } else add(one);
  }
  for (const one of classes.made.values()) list.push(one);
  return list.length === 0 ? undefined : list;
}
