import type { PlainMap } from "../translation.ts";
import { bytesOf } from "./data.ts";
import { both, not, translateCondition, translateValue } from "./expressions.ts";
import { applySettings, readSetting, type Setting } from "./settings.ts";
import { type Statement, textOf } from "./syntax.ts";
import { type Family, push, put, report, type Work } from "./work.ts";

/* Classes, and conditional statements, which are classes too. */

/** A class while the file is read. */
export interface MadeClass {
  readonly name: string;
  readonly statement: Statement;
  assert: string | undefined;
  readonly settings: Setting[];
  /** Only networks may go before it: a condition of the top level. */
  readonly isWeak: boolean;
}

export interface Classes {
  /** In the order in which they count: the first one wins. */
  readonly strong: MadeClass[];
  readonly weak: MadeClass[];
  readonly limits: PlainMap[];
  /** Values that subclasses of a class compare with. */
  readonly keys: Map<string, string>;
  /** Conditions under which clients are not answered. */
  readonly dropped: { readonly condition: string; readonly statement: Statement }[];
  /** Classes of several, for pools. */
  readonly combined: Map<string, PlainMap>;
}

export function createClasses(): Classes {
  return { strong: [], weak: [], limits: [], keys: new Map(), dropped: [], combined: new Map() };
}

/** `class "NAME" { ... }`. */
export function readClass(statement: Statement, classes: Classes, work: Work): void {
  const name = statement.words[1]?.text ?? "";
  const made: MadeClass = { name, statement, assert: undefined, settings: [], isWeak: false };
  const conditional: Statement[] = [];
  let spawned: string | undefined;
  let limit: { readonly max: number; readonly statement: Statement } | undefined;
  for (const one of statement.block ?? []) {
    const [first, second] = one.words.map(({ text }) => text);
    if (first === "match" && second === "if") {
      const read = translateCondition(one.words.slice(2), work.definitions);
      if (read.ok) made.assert = read.text;
      else report(work, "error", one, `the condition of the class "${name}" can't be carried over: ${read.reason}`);
    } else if (first === "match" || first === "spawn") {
      const read = translateValue(one.words.slice(first === "spawn" ? 2 : 1), work.definitions);
      if (!read.ok) report(work, "error", one, `what the class "${name}" matches can't be carried over: ${read.reason}`);
      else if (first === "spawn") spawned = read.text;
      else classes.keys.set(name, read.text);
    } else if (first === "lease" && second === "limit") limit = { max: Number(one.words[2]?.text), statement: one };
    else if (isConditional(one)) conditional.push(one);
    else if ((first === "deny" || first === "ignore") && second === "booting") {
      classes.dropped.push({ condition: `member('${name}')`, statement: one });
    } else made.settings.push(...settingsOf(one, work, `the class "${name}"`));
  }
  if (spawned !== undefined) made.assert = both(made.assert, `${spawned} != ''`);
  if (limit !== undefined) {
    if (limit.max > 0)
      push(work, classes.limits, { key: spawned ?? classes.keys.get(name) ?? "'all'", max: limit.max, class: name }, limit.statement);
    else report(work, "error", limit.statement, "a limit of no leases can't be set", "use deny_class, or class DROP");
  }
  readConditional(conditional, { classes, work, outer: `member('${name}')`, isWeak: false });
  classes.strong.push(made);
}

/** `subclass "NAME" VALUE` with or without a block. */
export function readSubclass(statement: Statement, classes: Classes, work: Work): void {
  const [, name, ...value] = statement.words;
  const parent = classes.strong.find((one) => one.name === name?.text);
  const key = classes.keys.get(name?.text ?? "");
  if (parent === undefined || key === undefined) {
    report(work, "error", statement, `the class "${name?.text ?? ""}" of this subclass matches nothing above it`);
    return;
  }
  const bytes = value.length === 1 && value[0] !== undefined ? bytesOf(value[0]) : undefined;
  const read = bytes === undefined ? ({ ok: false, reason: "its value is not constant" } as const) : translateEquals(key, value, work);
  if (!read.ok) {
    report(work, "error", statement, `the subclass ${textOf(value)} can't be carried over: ${read.reason}`);
    return;
  }
  parent.assert = parent.assert === undefined ? read.text : `${parent.assert} or ${read.text}`;
  const settings = (statement.block ?? []).flatMap((one) => settingsOf(one, work, "a subclass"));
  if (settings.length === 0) return;
  // What belongs to one value goes before what belongs to all of them.
  const own = `${parent.name} ${textOf(value).replaceAll('"', "")}`;
  classes.strong.splice(classes.strong.indexOf(parent), 0, { name: own, statement, assert: read.text, settings, isWeak: false });
}

const HARDWARE = "concat(substring(pkt4.htype, 3, 1), pkt4.mac)";

function translateEquals(key: string, value: Statement["words"], work: Work): ReturnType<typeof translateValue> {
  const read = translateValue(value, work.definitions);
  if (!read.ok) return read;
  if (key === HARDWARE && /^0x01/.test(read.text)) return { ok: true, text: `pkt4.mac == 0x${read.text.slice(4)}` };
  // hexstring writes each byte with two digits, dhcpd with as few as it needs.
  const [, of, separator] = /^hexstring\((.*), '(.*)'\)$/.exec(key) ?? [];
  const digits = separator === undefined ? undefined : read.text.slice(1, -1).split(separator === "" ? / / : separator);
  if (digits?.every((one) => /^[0-9a-f]{1,2}$/.test(one)))
    return { ok: true, text: `${of} == 0x${digits.map((one) => one.padStart(2, "0")).join("")}` };
  return { ok: true, text: `${key} == ${read.text}` };
}

/** Settings of a place that has nothing else; anything else is reported. */
export function settingsOf(statement: Statement, work: Work, place: string): readonly Setting[] {
  const settings = readSetting(statement, work);
  if (settings === undefined) report(work, "error", statement, `${textOf(statement.words.slice(0, 4))} can't be carried over in ${place}`);
  return settings ?? [];
}

export function isConditional({ words }: Statement): boolean {
  return ["if", "elsif", "else", "switch"].includes(words[0]?.text ?? "") && words[0]?.kind === "word";
}

interface Around {
  readonly classes: Classes;
  readonly work: Work;
  /** What holds for all of them. */
  readonly outer: string | undefined;
  readonly isWeak: boolean;
}

/** `if`, `elsif`, `else` as they follow each other, and what is in them. */
export function readConditional(statements: readonly Statement[], around: Around): readonly Setting[] {
  const { classes, work, outer, isWeak } = around;
  /** Of conditions that follow each other the last one that holds counts in dhcpd, here the first. */
  const chains: MadeClass[][] = [];
  // What an `else` sets where nothing holds for all of them: what holds unless a class says otherwise.
  const otherwise: Setting[] = [];
  const alike = chainsAlike(statements);
  let before: string[] | undefined = [];
  for (const statement of statements) {
    const [first, second] = statement.words.map(({ text }) => text);
    if (first === "switch") {
      report(work, "error", statement, "switch can't be carried over", "write it as if, elsif and else");
      continue;
    }
    if (first === "if") {
      before = [];
      chains.unshift([]);
    }
    const made = chains[0] ?? [];
    const from = first === "else" ? (second === "if" ? 2 : 1) : 1;
    const words = statement.words.slice(from);
    const isElse = first === "else" && second !== "if";
    const read = isElse ? undefined : translateCondition(words, work.definitions);
    if (read !== undefined && !read.ok) {
      report(work, "error", statement, `the condition can't be carried over: ${read.reason}`, "what is in the block is not either");
      before = undefined;
      continue;
    }
    if (before === undefined) {
      report(work, "error", statement, `this ${first} can't be carried over without the condition above it`);
      continue;
    }
    const own = read?.text;
    // Of `not a and b`, the first part says nothing where both compare the same with two values.
    // The first class of several counts: where all of a chain set the same the others need no `not`.
    const others = alike.has(statement) ? [] : before.filter((one) => own === undefined || !areApart(one, own));
    const condition = [...others.map(not), ...(own === undefined ? [] : [own])].reduce<string | undefined>(both, outer);
    if (own !== undefined) before = [...before, own];
    if (condition === undefined) {
      for (const inner of statement.block ?? []) otherwise.push(...settingsOf(inner, work, "a condition"));
      continue;
    }
    const one: MadeClass = { name: nameOf(statement, words, classes), statement, assert: condition, settings: [], isWeak };
    const nested: Statement[] = [];
    for (const inner of statement.block ?? []) {
      const [verb, what] = inner.words.map(({ text }) => text);
      if (isConditional(inner)) nested.push(inner);
      else if ((verb === "deny" || verb === "ignore") && what === "booting") classes.dropped.push({ condition, statement: inner });
      else one.settings.push(...settingsOf(inner, work, "a condition"));
    }
    if (one.settings.length > 0) made.push(one);
    const deeper: Classes = { ...createClasses(), dropped: classes.dropped };
    readConditional(nested, { classes: deeper, work, outer: condition, isWeak: false });
    // What is deeper inside comes later in the text and goes before.
    if (deeper.strong.length > 0) made.splice(one.settings.length > 0 ? made.length - 1 : made.length, 0, ...deeper.strong);
  }
  (isWeak ? classes.weak : classes.strong).push(...chains.flat());
  return otherwise;
}

/** Statements of chains of `if` in which each branch sets the same, and nothing else. */
function chainsAlike(statements: readonly Statement[]): ReadonlySet<Statement> {
  const alike = new Set<Statement>();
  let chain: Statement[] = [];
  const close = (): void => {
    const keys = new Set(chain.map(({ block }) => keysOf(block ?? [])));
    if (keys.size === 1 && !keys.has(undefined)) for (const one of chain) alike.add(one);
    chain = [];
  };
  for (const one of statements) {
    if (one.words[0]?.text === "if") close();
    chain.push(one);
  }
  close();
  return alike;
}

/** What the statements set, as a text; undefined: they do something else too. */
function keysOf(block: readonly Statement[]): string | undefined {
  const keys = block.map(({ words: [first, second] }) => {
    if (first?.text === "option") return `option ${second?.text}`;
    return ["filename", "next-server", "server-name"].includes(first?.text ?? "") ? first?.text : undefined;
  });
  return keys.includes(undefined) ? undefined : keys.sort().join(", ");
}

/** Whether two conditions compare the same with two different values. */
function areApart(a: string, b: string): boolean {
  const [, left, value] = /^(\S+) == (\S+)$/.exec(a) ?? [];
  const [, other, second] = /^(\S+) == (\S+)$/.exec(b) ?? [];
  return left !== undefined && left === other && value !== second;
}

function nameOf(statement: Statement, words: Statement["words"], classes: Classes): string {
  const texts = words.filter(({ kind, text }) => kind !== "sign" && text !== "option" && text !== "substring" && !/^\d{1,2}$/.test(text));
  const [subject, value] = texts.map(({ text }) => text);
  const isShort = texts.length === 2 && words.some(({ text }) => text === "=");
  const name = isShort ? `${subject}_${value}`.replace(/[^A-Za-z0-9]+/g, "_").replace(/_$/, "") : `line_${statement.at.line}`;
  const taken = new Set([...classes.strong, ...classes.weak].map((one) => one.name));
  return taken.has(name) ? `${name}_${statement.at.line}` : name;
}

/** The list of classes of a protocol. */
export function listClasses(classes: Classes, outer: readonly Setting[], family: Family, work: Work): PlainMap[] {
  const list: PlainMap[] = [];
  for (const { name, statement, assert, settings } of [...classes.strong, ...classes.weak]) {
    const out: PlainMap = { name };
    if (assert !== undefined) put(work, out, "assert", assert, undefined);
    applySettings(work, out, settings, outer, family, "class");
    push(work, list, out, statement);
  }
  for (const one of classes.combined.values()) list.push(one);
  const [first] = classes.dropped;
  if (first !== undefined) {
    const conditions = classes.dropped.map(({ condition }) => condition);
    push(work, list, conditions.includes("") ? { name: "DROP" } : { name: "DROP", assert: conditions.join(" or ") }, first.statement);
  }
  return list;
}

/** A class that stands for any of these. */
export function anyOf(names: readonly string[], classes: Classes): string | undefined {
  if (names.length <= 1) return names[0];
  const name = names.join("_or_");
  classes.combined.set(name, { name, assert: names.map((one) => `member('${one}')`).join(" or ") });
  return name;
}
