import { didYouMean } from "../../text/suggest.ts";
import { addNote, type Finding, type Notes, type Origin, type PlainMap } from "../translation.ts";
import type { Json, JsonMap, Part } from "./json.ts";

/* Reading the maps of Kea's JSON so that nothing in them is overlooked. */

/** What a translation gathers while the text is walked. */
export interface Work {
  readonly notes: Notes;
  readonly findings: Finding[];
}

export function report(work: Work, severity: Finding["severity"], origin: Origin, message: string, hint?: string): void {
  work.findings.push({ severity, origin, message, ...(hint !== undefined && { hint }) });
}

/** A map, and which of its keys have been looked at. */
export interface Section {
  readonly work: Work;
  readonly map: JsonMap;
  readonly used: Set<string>;
  /** What stands around it as an entry or item: its place and comments. */
  readonly part: Part;
}

export function sectionOf(part: Part, work: Work, what: string): Section | undefined {
  if (part.value.kind === "map") return { work, map: part.value, used: new Set(), part };
  report(work, "error", part.at, `expected ${what}: a map, got ${describe(part.value)}`);
  return undefined;
}

export function describe(value: Json): string {
  if (value.kind !== "scalar") return value.kind === "map" ? "a map" : "a list";
  return typeof value.value === "string" ? JSON.stringify(value.value.slice(0, 40)) : String(value.value);
}

/** The entry with this key, which counts as looked at from now on. */
export function take(section: Section, key: string): Part | undefined {
  const part = section.map.entries.get(key);
  if (part !== undefined) section.used.add(key);
  return part;
}

function scalar<T extends string | number | boolean>(
  section: Section,
  key: string,
  is: (value: unknown) => value is T,
  what: string,
): T | undefined {
  const part = take(section, key);
  if (part === undefined) return undefined;
  const value = part.value.kind === "scalar" ? part.value.value : undefined;
  if (is(value)) return value;
  report(section.work, "error", part.value.at, `"${key}" must be ${what}, got ${describe(part.value)}`);
  return undefined;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isWhole = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0;
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";

export const takeText = (section: Section, key: string): string | undefined => scalar(section, key, isText, "text");
/** Text; Kea's way to say that there is none is the empty text. */
export const takeName = (section: Section, key: string): string | undefined => takeText(section, key) || undefined;
export const takeNumber = (section: Section, key: string): number | undefined => scalar(section, key, isNumber, "a number");
export const takeCount = (section: Section, key: string): number | undefined => scalar(section, key, isWhole, "a whole number");
export const takeFlag = (section: Section, key: string): boolean | undefined => scalar(section, key, isFlag, "true or false");

/** The maps in a list. */
export function takeSections(section: Section, key: string, what: string): readonly Section[] {
  return takeItems(section, key).flatMap((part) => sectionOf(part, section.work, what) ?? []);
}

export function takeItems(section: Section, key: string): readonly Part[] {
  const part = take(section, key);
  if (part === undefined) return [];
  if (part.value.kind === "list") return part.value.items;
  report(section.work, "error", part.value.at, `"${key}" must be a list, got ${describe(part.value)}`);
  return [];
}

/** The texts in a list. */
export function takeTexts(section: Section, key: string): readonly { readonly text: string; readonly part: Part }[] {
  return takeItems(section, key).flatMap((part) => {
    if (part.value.kind === "scalar" && typeof part.value.value === "string") return { text: part.value.value, part };
    report(section.work, "error", part.at, `"${key}" must be a list of texts, got ${describe(part.value)} in it`);
    return [];
  });
}

export function takeSection(section: Section, key: string): Section | undefined {
  const part = take(section, key);
  return part === undefined ? undefined : sectionOf(part, section.work, `"${key}"`);
}

/** What becomes of keys without a counterpart: a finding, or nothing where nothing need be said. */
export type Remark = readonly [severity: Finding["severity"], message: string, hint?: string] | "nothing";

/**
 * Says of each key that nobody looked at why it is not carried over; of those that `remarks` does
 * not have, that Kea does not know them here.
 */
export function finish(section: Section, what: string, remarks: Readonly<Record<string, Remark>> = {}): void {
  for (const [key, part] of section.map.entries) {
    if (section.used.has(key) || key === "comment" || key === "user-context") continue;
    const remark = Object.hasOwn(remarks, key) ? remarks[key] : undefined;
    if (remark === "nothing") continue;
    if (remark !== undefined) report(section.work, remark[0], part.at, `"${key}": ${remark[1]}`, remark[2]);
    else {
      const hint = didYouMean(key, [...section.used, ...Object.keys(remarks)]);
      report(
        section.work,
        "error",
        part.at,
        `unknown key "${key}" in ${what}`,
        hint ?? "Kea has no such key here, or a later version than this was made after",
      );
    }
  }
}

/** Keys that nothing is written for of its own: what is said beside them is about all of the map. */
const NAMING = ["id", "subnet", "name", "code", "data"];

/**
 * Comments of a map: those around it, those at what only names it, what its "comment" and
 * "user-context" say, and those behind its last entry.
 */
export function commentOf({ part, map }: Section): readonly string[] {
  const inside = NAMING.flatMap((key) => {
    const entry = map.entries.get(key);
    return entry === undefined ? [] : [...entry.comment, ...(entry.behind === undefined ? [] : [entry.behind])];
  });
  return [...part.comment, ...inside, ...contextOf(map), ...map.rest];
}

function contextOf(map: JsonMap): readonly string[] {
  const own = textAt(map, "comment");
  const context = map.entries.get("user-context")?.value;
  const lines = own === undefined ? [] : own.split("\n");
  if (context?.kind !== "map") return lines;
  for (const [key, part] of context.entries) {
    const text = plainText(part.value);
    lines.push(...(key === "comment" ? text : `${key}: ${text}`).split("\n"));
  }
  return lines;
}

function textAt(map: JsonMap, key: string): string | undefined {
  const value = map.entries.get(key)?.value;
  return value?.kind === "scalar" && typeof value.value === "string" ? value.value : undefined;
}

function plainText(value: Json): string {
  return value.kind === "scalar" && typeof value.value === "string" ? value.value : JSON.stringify(plainOf(value));
}

/** The value without places and comments. */
export function plainOf(value: Json): unknown {
  if (value.kind === "scalar") return value.value;
  if (value.kind === "list") return value.items.map((item) => plainOf(item.value));
  return Object.fromEntries([...value.entries].map(([key, part]) => [key, plainOf(part.value)]));
}

/** Sets `holder[key]`, and notes where it comes from. Undefined is not set. */
export function put(work: Work, holder: PlainMap, key: string, value: unknown, from?: Part): void {
  if (value === undefined) return;
  holder[key] = value;
  if (from === undefined) return;
  const rest = from.value.kind === "list" ? from.value.rest : [];
  noteFrom(work, holder, key, from.at, [...from.comment, ...rest], from.behind);
}

/** Adds an item, and notes where it comes from. */
export function push(work: Work, list: unknown[], item: unknown, from: Section | Part): void {
  list.push(item);
  if ("map" in from) noteFrom(work, list, list.length - 1, from.part.at, commentOf(from), from.part.behind);
  else noteFrom(work, list, list.length - 1, from.at, from.comment, from.behind);
}

export function noteFrom(
  work: Work,
  holder: object,
  key: string | number,
  origin: Origin,
  comment: readonly string[] = [],
  behind?: string,
): void {
  addNote(work.notes, holder, key, { origin, ...(comment.length > 0 && { comment }), ...(behind !== undefined && { behind }) });
}

export function isEmpty(map: object): boolean {
  return Object.keys(map).length === 0;
}
