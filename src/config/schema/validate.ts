import * as z from "zod";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import { type ConfigFile, configSchema } from "./config.ts";
import { isLarger, isNetworkKey, isNetworks, shapeAt, unwrap } from "./tree.ts";
import { type EntryOf, explainKey, type UnknownKey } from "./unknown-key.ts";
import { type ExpectedType, writeInstead } from "./wrong-shape.ts";

/** The part of a configuration that has the right form. */
export interface Validated {
  readonly file: ConfigFile;
  /**
   * From a path in `file` to the path in what was validated: entries of lists that were refused are
   * left out of `file`.
   */
  readonly originalPath: (path: Path) => Path;
  /**
   * Maps that were refused because of something in them, and where they stand in what was
   * validated.
   */
  readonly refused: readonly RefusedMap[];
}

/** A map that is of no use; what else is in it may have problems of its own. */
export interface RefusedMap {
  readonly path: Path;
  readonly map: Readonly<Record<string, unknown>>;
}

type Issue = z.core.$ZodIssue;

/** Marks what is to be left out. */
const REFUSED = Symbol("refused");

/** Deeper than any configuration; what is deeper can't be walked safely. */
const MAX_DEPTH = 32;

/**
 * Checks the form of a configuration and reports every problem. What has the right form is
 * returned, so that the problems between values are found in the same run; undefined when nothing
 * can be made of it.
 */
export function validate(value: unknown, report: Report): Validated | undefined {
  const kept: Kept = new Map();
  const originalPath = (path: Path): Path => {
    if (kept.size === 0) return path;
    const result: (string | number)[] = [];
    for (const part of path) result.push(typeof part === "number" ? (kept.get(pathKey(result))?.[part] ?? part) : part);
    return result;
  };
  const tree = copy(value, [], report);
  if (tree === REFUSED) return undefined;
  const good = parseWhole(tree);
  if (good !== undefined) return { file: good, originalPath, refused: [] };
  const refused: RefusedMap[] = [];
  let issues = issuesOf(configSchema, tree, []);
  if (readCharacters(tree, issues, report)) issues = issuesOf(configSchema, tree, []);
  // What is missing after the first round is missing because it was refused.
  reportIssues(issues, tree, report);
  while (issues.length > 0) {
    for (const issue of issues) {
      const target = targetOf(tree, issue);
      if (target.length === 0) return undefined;
      const value = at(tree, target);
      if (isMap(value) && issue.code !== "unrecognized_keys") refused.push({ path: originalPath(target), map: value });
      refuse(tree, issue, target);
    }
    compact(tree, [], kept);
    issues = issuesOf(configSchema, tree, []);
  }
  const file = parseWhole(tree);
  return file && { file, originalPath, refused };
}

/** By the path of a list: the indexes that its entries had before some were left out. */
type Kept = Map<string, readonly number[]>;

/** The file when nothing is wrong with it. */
function parseWhole(tree: unknown): ConfigFile | undefined {
  try {
    return configSchema.safeParse(tree).data;
  } catch (error) {
    // So many issues that the checker can't hand them up.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Values that are checked in one go. The checker hands the issues of a value up as arguments of a
 * call, of which there can't be any number.
 */
const MOST_AT_ONCE = 10_000;

/** Every issue of a value, however large it is and however many there are. */
function issuesOf(schema: z.core.$ZodType, value: unknown, path: Path): Issue[] {
  const inner = largeSchema(schema, value);
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.flatMap((item, i) => issuesOf(inner.element as z.core.$ZodType, item, [...path, i]));
  if (inner instanceof z.ZodRecord && isMap(value))
    return Object.keys(value).flatMap((key) => issuesOf(inner.valueType as z.core.$ZodType, value[key], [...path, key]));
  if (!(inner instanceof z.ZodObject && isMap(value))) return flatIssues(schema, value, path);
  // The large parts are checked one by one; in their place stands something of their kind that has
  // no problem.
  const outline: Record<string, unknown> = { ...value };
  const parts: Issue[][] = [];
  for (const [key, part] of Object.entries(value)) {
    const [below] = Object.hasOwn(inner.shape, key) ? unwrap(inner.shape[key] as z.core.$ZodType) : [];
    const fits = (below instanceof z.ZodArray && Array.isArray(part)) || (below instanceof z.ZodRecord && isMap(part));
    if (!fits || !isLarger(part, MOST_AT_ONCE)) continue;
    outline[key] = Array.isArray(part) ? [] : {};
    parts.push(issuesOf(below, part, [...path, key]));
  }
  return [...flatIssues(schema, outline, path), ...parts.flat()];
}

/**
 * The schema of a large value that can be taken apart; undefined for a small value, and for one
 * that may have several forms.
 */
function largeSchema(schema: z.core.$ZodType, value: unknown): z.core.$ZodType | undefined {
  const forms = unwrap(schema);
  return forms.length === 1 && isLarger(value, MOST_AT_ONCE) ? forms[0] : undefined;
}

function flatIssues(schema: z.core.$ZodType, value: unknown, path: Path): Issue[] {
  return z.safeParse(schema, value).error?.issues.flatMap((issue) => flatten(issue, path)) ?? [];
}

/**
 * Where text is wanted a plain scalar is its characters, whatever YAML makes of them: 001122, 1e3,
 * true. Tells whether there was one.
 */
function readCharacters(tree: unknown, issues: readonly Issue[], report: Report): boolean {
  let changed = false;
  for (const issue of issues) {
    if (!wantsText(issue)) continue;
    const path = issue.path as Path;
    const characters = path.length === 0 ? undefined : report.charactersAt(path);
    const owner = characters === undefined ? undefined : at(tree, path.slice(0, -1));
    if (characters === undefined || typeof owner !== "object" || owner === null) continue;
    (owner as Record<string | number, unknown>)[path.at(-1) as string | number] = characters;
    changed = true;
  }
  return changed;
}

/** Whether text is wanted: one, or one or a list of them. */
function wantsText(issue: Issue): boolean {
  if (issue.code === "invalid_type") return issue.expected === "string";
  if (issue.code !== "invalid_union") return false;
  const wanted = issue.errors.flatMap(([first]) => (first?.code === "invalid_type" && first.path.length === 0 ? [first.expected] : []));
  return (
    wanted.includes("string") && wanted.every((type) => type === "string" || type === "array") && wanted.length === issue.errors.length
  );
}

/** A copy of plain data, without known keys that have no value; REFUSED when it is too deep. */
function copy(value: unknown, path: Path, report: Report): unknown {
  if (path.length > MAX_DEPTH) {
    report.error(path.slice(0, 3), "this is nested too deeply");
    return REFUSED;
  }
  if (Array.isArray(value)) {
    const items = Array.from(value, (item, i) => copy(item, [...path, i], report));
    return items.includes(REFUSED) ? REFUSED : items;
  }
  if (typeof value !== "object" || value === null) return value;
  if (!isMap(value)) {
    report.error(path, `expected plain data, got an instance of ${value.constructor?.name ?? "a class"}`);
    return REFUSED;
  }
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    const place = [...path, key];
    if (key === "__proto__") report.keyError(place, `unknown key "${key}"`);
    else if (isNetworkKey(path, key)) {
      report.keyError(place, `"${key}" stands beside the networks`, "indent it, and what it has, below the network that it is of");
    } else if (item === null && isNamed(path)) {
      report.keyError(place, `"${key}" has no value`, "remove the key, or give it a value indented below it");
    } else if (item !== undefined && (item !== null || path.includes("options") || isUnknown(path, key))) {
      const copied = copy(item, place, report);
      if (copied === REFUSED) return REFUSED;
      result[key] = copied;
    }
  }
  return result;
}

/**
 * Whether the keys at a path are the operator's own. Without a value they are a mistake; any other
 * key is just not set then, as in dora.
 */
function isNamed(path: Path): boolean {
  if (path.length === 2 && path[0] === "ddns" && path[1] === "tsig_keys") return true;
  return isNetworks(path) || (path.length === 1 && ["shared_networks", "option_definitions"].includes(path[0] as string));
}

/**
 * Whether the map at the path has known keys, and this is none: that is a mistake without a value
 * too.
 */
function isUnknown(path: Path, key: string): boolean {
  const shape = shapeAt(path);
  return Object.keys(shape).length > 0 && !Object.hasOwn(shape, key);
}

function isMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/**
 * The issues inside a union that describe the alternative the writer had in mind, else the union's
 * own.
 */
function flatten(issue: Issue, path: Path): Issue[] {
  const full = [...path, ...(issue.path as Path)];
  if (issue.code === "invalid_union") {
    const meant = issue.errors.find(
      (errors) => !errors.some((inner) => inner.path.length === 0 && inner.code !== "unrecognized_keys" && inner.code !== "custom"),
    );
    if (meant !== undefined) return meant.flatMap((inner) => flatten(inner, full));
  }
  return [{ ...issue, path: full as PropertyKey[] }];
}

type UnknownKeys = Extract<Issue, { readonly code: "unrecognized_keys" }>;

/**
 * Reports all issues. What is missing in a map, or wrong with all of it, and is there by another
 * name is one mistake.
 */
function reportIssues(issues: readonly Issue[], tree: unknown, report: Report): void {
  const unknown = issues.filter((issue): issue is UnknownKeys => issue.code === "unrecognized_keys");
  const misspelled = new Set(unknown.map(({ path }) => pathKey(path as Path)));
  const meant = new Set<string>();
  const entryOf = (path: Path): string | undefined => {
    const map = at(tree, path);
    return isMap(map) ? Object.keys(map)[0] : undefined;
  };
  if (isForeign(unknown, tree, entryOf)) {
    const keys = Object.keys(tree as object)
      .slice(0, MOST_NAMED)
      .join(", ");
    report.error(
      [],
      `nothing in it is of a configuration of Leasehold: its keys are ${keys}`,
      "is it the right file? One has networks, or v6",
    );
    return;
  }
  const explain = explainFew((path, key) => explainKey(path, key, at(tree, [...path, key]), entryOf));
  for (const issue of unknown) {
    const path = issue.path as Path;
    for (const key of issue.keys) {
      const problem = explain(path, key);
      if (problem.meant !== undefined) meant.add(pathKey([...path, problem.meant]));
      report.keyError([...path, key], problem.message, problem.hint);
    }
  }
  for (const issue of issues) {
    const path = issue.path as Path;
    if (issue.code === "unrecognized_keys" || (issue.code === "custom" && misspelled.has(pathKey(path)))) continue;
    const value = at(tree, path);
    if (path.length === 0 || value !== undefined)
      report.error(path, issue.message, hintOf(issue) ?? writeInstead(path, value, expectedBy(issue)));
    else if (!meant.has(pathKey(path))) report.keyError(path.slice(0, -1), `"${String(path.at(-1))}" is missing`);
  }
}

const MOST_EXPLAINED = 500;

/**
 * Explains the first unknown keys. Of any number more it is only said that they are unknown, as
 * that of an earlier one in such a map: nobody reads so many, and each takes its time.
 */
function explainFew(
  explain: (path: Path, key: string) => UnknownKey,
): (path: Path, key: string) => Omit<UnknownKey, "hint"> & { hint?: string } {
  let left = MOST_EXPLAINED;
  const earlier = new Map<string, UnknownKey>();
  return (path, key) => {
    const kind = pathKey([...path.map((part, i) => (typeof part === "number" || isNamed(path.slice(0, i)) ? 0 : part)), key]);
    if (left-- <= 0) {
      const { message = `unknown key "${key}"`, meant } = earlier.get(kind) ?? {};
      return { message, ...(meant !== undefined && { meant }) };
    }
    const problem = explain(path, key);
    earlier.set(kind, problem);
    return problem;
  };
}

const MOST_NAMED = 5;

/**
 * Whether no key of the top level is one, or is taken for one: then it is the file of something
 * else.
 */
function isForeign(unknown: readonly UnknownKeys[], tree: unknown, entryOf: EntryOf): boolean {
  const ofTop = unknown.find(({ path }) => path.length === 0)?.keys ?? [];
  if (!isMap(tree) || ofTop.length < 2 || ofTop.length < Object.keys(tree).length || ofTop.length > MOST_KEYS) return false;
  return ofTop.every((key) => explainKey([], key, tree[key], entryOf).isForeign === true);
}

/** A file of something else has few keys at its top; of many it takes long to tell. */
const MOST_KEYS = 100;

function expectedBy(issue: Issue): ExpectedType {
  return issue.code === "invalid_type" ? (issue.expected as ExpectedType) : undefined;
}

function hintOf(issue: Issue): string | undefined {
  const hint: unknown = issue.code === "custom" ? issue.params?.hint : undefined;
  return typeof hint === "string" ? hint : undefined;
}

function at(tree: unknown, path: Path): unknown {
  let value = tree;
  for (const part of path) value = (value as Record<string | number, unknown> | undefined)?.[part];
  return value;
}

/** What an issue makes of no use; the empty path: the whole tree. */
function targetOf(tree: unknown, issue: Issue): Path {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") return [...path, issue.keys[0] ?? ""];
  // Without a value that it requires, the map itself is of no use. Half a `config` would be checked
  // against the wrong defaults.
  const inConfig = path.lastIndexOf("config");
  const target = inConfig >= 0 ? path.slice(0, inConfig + 1) : path;
  return target.length > 0 && at(tree, target) === undefined ? target.slice(0, -1) : target;
}

/** Marks what an issue is about. */
function refuse(tree: unknown, issue: Issue, target: Path): void {
  const owner = at(tree, target.slice(0, -1));
  if (typeof owner !== "object" || owner === null) return;
  if (issue.code === "unrecognized_keys") for (const key of issue.keys) delete (owner as Record<string, unknown>)[key];
  else (owner as Record<string | number, unknown>)[target.at(-1) as string | number] = REFUSED;
}

/** Takes out what is marked, and notes which entries of lists stay. */
function compact(tree: unknown, path: Path, kept: Kept): void {
  if (Array.isArray(tree)) {
    const key = pathKey(path);
    const before = kept.get(key);
    let indexes: number[] | undefined;
    if (tree.includes(REFUSED)) {
      indexes = [];
      let length = 0;
      for (const [i, item] of tree.entries()) {
        if (item === REFUSED) continue;
        indexes.push(before?.[i] ?? i);
        tree[length++] = item;
      }
      tree.length = length;
      kept.set(key, indexes);
    }
    const now = indexes ?? before;
    for (const [i, item] of tree.entries()) compact(item, [...path, now?.[i] ?? i], kept);
  } else if (isMap(tree)) {
    for (const key of Object.keys(tree)) {
      if (tree[key] === REFUSED) delete tree[key];
      else compact(tree[key], [...path, key], kept);
    }
  }
}

function pathKey(path: Path): string {
  return JSON.stringify(path);
}
