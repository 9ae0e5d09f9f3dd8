import type { PlainMap } from "../translation.ts";
import { addNote } from "../translation.ts";
import { equals, translateCondition, translateValue } from "./expression.ts";
import { bytesOf, literalOf } from "./literal.ts";
import type { OptionNames } from "./option-names.ts";
import { configOf, readSettings, type Settings } from "./settings.ts";
import type { Statement } from "./statement.ts";
import { isEmpty, leaveOut, noteFrom, type Work, wordAt } from "./work.ts";

/* Classes, subclasses and conditional statements of one protocol as classes of ours. */

export interface Classes {
  readonly list: PlainMap[];
  readonly limits: PlainMap[];
  /** The name of a class that is any of these: of one its own. */
  anyOf(names: readonly string[]): string;
  /** The class whose clients are not answered. */
  drop(): string;
}

export interface ClassContext {
  readonly work: Work;
  readonly names: OptionNames;
  readonly global: Settings;
}

export function createClasses(): Classes {
  const list: PlainMap[] = [];
  const made = new Set<string>();
  const make = (name: string, more: PlainMap): string => {
    if (!made.has(name)) list.push({ name, ...more });
    made.add(name);
    return name;
  };
  return {
    list,
    limits: [],
    anyOf(names) {
      const [first = "", ...others] = names;
      if (others.length === 0) return first;
      return make(names.join(" or "), { assert: names.map((name) => `member('${name}')`).join(" or ") });
    },
    drop: () => make("DROP", {}),
  };
}

/** Adds the classes that stand in `statements`, with their subclasses. */
export function addClasses(classes: Classes, statements: readonly Statement[], context: ClassContext): undefined {
  const subclasses = statements.filter((one) => wordAt(one, 0) === "subclass");
  const blocks = new Map<string, Statement[]>();
  for (const one of statements) {
    if (wordAt(one, 0) !== "class") continue;
    const name = wordAt(one, 1);
    blocks.set(name, [...(blocks.get(name) ?? []), one]);
  }
  for (const [name, all] of blocks) {
    const own = subclasses.filter((one) => wordAt(one, 1) === name);
    addClass(classes, name, all, own, context);
  }
  for (const one of subclasses)
    if (!blocks.has(wordAt(one, 1))) leaveOut(context.work, "error", one, `there is no class ${wordAt(one, 1)}`);
}

function addClass(
  classes: Classes,
  name: string,
  blocks: readonly Statement[],
  subclasses: readonly Statement[],
  context: ClassContext,
): undefined {
  const { work, names, global } = context;
  const [first] = blocks as readonly [Statement, ...Statement[]];
  if (!/^[^'\\]+$/.test(name)) return leaveOut(work, "error", first, "the name of a class can't have quotes");
  const { settings, rest } = readSettings(
    blocks.flatMap(({ block }) => block ?? []),
    inheritedBy(global),
    work,
  );
  const match = settings.flags.get("match");
  const spawn = settings.flags.get("spawn");
  const limit = settings.flags.get("lease");
  const one: PlainMap = { name };
  const isCondition = match !== undefined && wordAt(match, 1) === "if";
  const asserts: string[] = [];
  let value: string | undefined;

  if (match !== undefined && isCondition) {
    const condition = translateCondition(match.words.slice(2), names);
    if (condition.ok) asserts.push(condition.text);
    else return leaveOut(work, "error", match, condition.reason, `class ${name}: write its assert`);
  } else if (match !== undefined) {
    const data = translateValue(match.words.slice(1), names);
    if (data.ok) value = data.text;
    else return leaveOut(work, "error", match, data.reason, `class ${name}: write its assert`);
  }
  const members: PlainMap[] = [];
  for (const sub of subclasses) {
    const bytes = sub.words[2] === undefined ? undefined : bytesOf(sub.words[2]);
    if (value === undefined || bytes === undefined) {
      leaveOut(
        work,
        "error",
        sub,
        value === undefined ? "its class has no match that it could be a value of" : "its value is not understood",
      );
      continue;
    }
    const condition = hardwareOf(value, bytes) ?? equals(value, bytes);
    asserts.push(condition);
    const inner = readSettings(sub.block ?? [], inheritedBy(global), work);
    reportRest(inner.rest, work);
    const described = settingsOf(inner.settings, context);
    if (isEmpty(described)) continue;
    const subclass = { name: `${name} ${literalOf(bytes).replaceAll("'", "")}`, assert: condition, ...described };
    noteFrom(work, members, members.length, sub);
    noteFrom(work, subclass, "name", { ...sub, comment: [], behind: undefined });
    members.push(subclass);
  }
  if (value !== undefined && subclasses.length === 0) asserts.push(`${value} != ''`);
  const assert = isCondition ? asserts.map((text) => (asserts.length > 1 ? `(${text})` : text)).join(" and ") : asserts.join(" or ");
  if (assert !== "") one.assert = assert;
  // What is said of a subclass is closer than what is said of its class.
  for (const member of members) push(classes.list, member, undefined, work);
  const inner = conditionals(rest, name, [`member('${name}')`], context);
  for (const each of inner) push(classes.list, each.made, each.from, work);
  Object.assign(one, settingsOf(settings, context));
  push(classes.list, one, first, work);
  if (limit !== undefined) addLimit(classes, name, limit, spawn, context);
  else if (spawn !== undefined) leaveOut(work, "warning", spawn, "a class for each value has no effect without `lease limit`");
}

/** An address with its type in front, as `hardware` gives it, told by the address alone. */
function hardwareOf(value: string, bytes: Uint8Array): string | undefined {
  return value.startsWith("concat(substring(pkt4.htype") && bytes[0] === 1 ? equals("pkt4.mac", bytes.subarray(1)) : undefined;
}

function push(list: PlainMap[], one: PlainMap, from: Statement | undefined, work: Work): undefined {
  if (from !== undefined) noteFrom(work, list, list.length, from);
  list.push(one);
}

function addLimit(
  classes: Classes,
  name: string,
  limit: Statement,
  spawn: Statement | undefined,
  { work, names }: ClassContext,
): undefined {
  const max = Number(wordAt(limit, 2));
  if (wordAt(limit, 1) !== "limit" || !Number.isInteger(max) || max < 1)
    return leaveOut(work, "error", limit, "`lease limit NUMBER` is expected");
  let key = `'${name}'`;
  if (spawn !== undefined) {
    const value = translateValue(spawn.words.slice(2), names);
    if (!value.ok) return leaveOut(work, "error", spawn, value.reason);
    key = value.text;
  }
  noteFrom(work, classes.limits, classes.limits.length, limit);
  classes.limits.push({ key, max, class: name });
}

/** What a scope inherits of spaces alone: classes stand in no other scope. */
function inheritedBy({ spaces, vendorSpace, times }: Settings): Settings {
  return { options4: {}, options6: {}, times, setsTimes: undefined, boot: {}, flags: new Map(), spaces, vendorSpace };
}

/** The settings of a class. */
function settingsOf(settings: Settings, { work, names }: ClassContext): PlainMap {
  const options = names.isDhcp6 ? settings.options6 : settings.options4;
  const described: PlainMap = {};
  if (settings.setsTimes !== undefined) described.config = configOf(settings, names.isDhcp6, work);
  if (!names.isDhcp6) {
    Object.assign(described, settings.boot);
    const notes = work.notes.of.get(settings.boot);
    for (const [key, note] of notes ?? []) addNote(work.notes, described, key, note);
  }
  if (!isEmpty(options)) described.options = options;
  return described;
}

interface Conditional {
  readonly made: PlainMap;
  readonly from: Statement;
}

/** Classes for `if`, `elsif` and `else`: each holds where none before it in its chain does. */
export function conditionals(
  statements: readonly Statement[],
  prefix: string,
  around: readonly string[],
  context: ClassContext,
): readonly Conditional[] {
  const made: Conditional[] = [];
  let refused: string[] = [];
  let broken = false;
  let number = 0;
  for (const statement of statements) {
    const keyword = wordAt(statement, 0);
    const isElse = keyword === "else" || keyword === "elsif";
    if (keyword !== "if" && !isElse) {
      reportRest([statement], context.work);
      continue;
    }
    if (!isElse) {
      refused = [];
      broken = false;
    }
    const from = keyword === "else" ? (wordAt(statement, 1) === "if" ? 2 : undefined) : 1;
    const condition = from === undefined ? undefined : translateCondition(statement.words.slice(from), context.names);
    if (broken || (condition !== undefined && !condition.ok)) {
      const reason = condition?.ok === false ? condition.reason : "the condition before it is not carried over";
      leaveOut(context.work, "error", statement, reason, "write a class with this condition as its assert");
      broken = true;
      continue;
    }
    const own = condition?.ok ? [condition.text] : [];
    const all = [...around, ...refused.map((text) => `not (${text})`), ...own];
    refused = [...refused, ...own];
    const name = `${prefix} ${++number}`;
    const { settings, rest } = readSettings(statement.block ?? [], inheritedBy(context.global), context.work);
    made.push(...conditionals(rest, name, all, context));
    const described = settingsOf(settings, context);
    reportFlags(settings, context.work);
    if (!isEmpty(described)) made.push({ made: { name, assert: conjunction(all), ...described }, from: statement });
  }
  return made;
}

function conjunction(parts: readonly string[]): string {
  return parts.map((text) => (parts.length > 1 && / or /.test(text) && !/^(not )?\(/.test(text) ? `(${text})` : text)).join(" and ");
}

function reportFlags({ flags }: Settings, work: Work): undefined {
  for (const statement of flags.values())
    leaveOut(work, "error", statement, "it can't depend on a condition", "give a class, and name it in class or deny_class of a range");
}

function reportRest(rest: readonly Statement[], work: Work): undefined {
  for (const statement of rest) leaveOut(work, "error", statement, "it can't stand here");
}
