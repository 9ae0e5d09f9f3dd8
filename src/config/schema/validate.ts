import * as z from "zod";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import { didYouMean } from "../text/suggest.ts";
import { type ConfigFile, configSchema } from "./config.ts";
import { isUnsupported, keyOfOtherProtocol, whyUnsupported } from "./unsupported.ts";

/** The part of a configuration that has the right form. */
export interface Validated {
  readonly file: ConfigFile;
  /**
   * From a path in `file` to the path in what was validated: entries of lists that were refused are
   * left out of `file`.
   */
  readonly originalPath: (path: Path) => Path;
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
  if (good !== undefined) return { file: good, originalPath };
  let issues = issuesOf(configSchema, tree, []);
  if (readCharacters(tree, issues, report)) issues = issuesOf(configSchema, tree, []);
  // What is missing after the first round is missing because it was refused.
  for (const issue of withoutConsequences(issues)) reportIssue(issue, tree, report);
  while (issues.length > 0) {
    for (const issue of issues) if (!refuse(tree, issue)) return undefined;
    compact(tree, [], kept);
    issues = issuesOf(configSchema, tree, []);
  }
  const file = parseWhole(tree);
  return file && { file, originalPath };
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
    if (!fits || !isLarge(part)) continue;
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
  return forms.length === 1 && isLarge(value) ? forms[0] : undefined;
}

function flatIssues(schema: z.core.$ZodType, value: unknown, path: Path): Issue[] {
  return z.safeParse(schema, value).error?.issues.flatMap((issue) => flatten(issue, path)) ?? [];
}

function isLarge(value: unknown): boolean {
  let left = MOST_AT_ONCE;
  const count = (item: unknown): void => {
    if (--left < 0 || typeof item !== "object" || item === null) return;
    for (const key of Object.keys(item)) {
      count((item as Record<string, unknown>)[key]);
      if (left < 0) return;
    }
  };
  count(value);
  return left < 0;
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

/** A copy of plain data, without keys that have no value; REFUSED when it is too deep. */
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
    else if (item === null && isNamed(path)) {
      report.keyError(place, `"${key}" has no value`, "remove the key, or give it a value indented below it");
    } else if (item !== undefined && (item !== null || path.includes("options"))) {
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
  if (path.length === 2) return path[0] === "v6" && path[1] === "networks";
  return path.length === 1 && ["networks", "shared_networks", "option_definitions"].includes(path[0] as string);
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

/** A map with an unknown key may lack what was meant by that key: one mistake, one problem. */
function withoutConsequences(issues: readonly Issue[]): readonly Issue[] {
  const misspelled = new Set(issues.filter(({ code }) => code === "unrecognized_keys").map(({ path }) => pathKey(path as Path)));
  return issues.filter(({ code, path }) => code !== "custom" || !misspelled.has(pathKey(path as Path)));
}

function reportIssue(issue: Issue, tree: unknown, report: Report): void {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(path);
    for (const key of issue.keys) {
      const place = [...path, key];
      const elsewhere = path.length === 0 ? OTHER_FORMATS.get(key) : undefined;
      const ofOther = keyOfOtherProtocol(path, key, knownKeys);
      if (elsewhere !== undefined) report.keyError(place, `unknown key "${key}"`, elsewhere);
      else if (isUnsupported(path, key)) {
        report.keyError(place, `"${key}" is not supported by this version`, whyUnsupported(path, key));
      } else if (ofOther !== undefined) report.keyError(place, ...ofOther);
      else {
        report.keyError(place, `unknown key "${key}"`, didYouMean(key, known) ?? `known keys here: ${known.join(", ")}`);
      }
    }
    return;
  }
  if (path.length > 0 && at(tree, path) === undefined) {
    report.keyError(path.slice(0, -1), `"${String(path.at(-1))}" is missing`);
    return;
  }
  const hint: unknown = issue.code === "custom" ? issue.params?.hint : undefined;
  report.error(path, issue.message, typeof hint === "string" ? hint : undefined);
}

/** Keys of other versions of the format at the top, and what becomes of them. */
const OTHER_FORMATS: ReadonlyMap<string, string> = new Map([
  ["v4", "what is below it belongs to the top level here: move interfaces, networks and so on out of it, one step to the left"],
  [
    "backend_mode",
    "it is how servers of dora share leases; here leases are in a file: remove it, or name the file in store: {sqlite: {path: leases.db}}",
  ],
  ["nats", "it is how servers of dora share leases, which is not supported by this version: remove it"],
]);

/** The keys that the schema knows at a path. */
function knownKeys(path: Path): readonly string[] {
  let schemas: readonly z.core.$ZodType[] = [configSchema];
  for (const part of path) schemas = schemas.flatMap((schema) => step(schema, part));
  return schemas.flatMap((schema) => Object.keys(shapeOf(schema)));
}

/** The object schemas behind optional, union and transform. */
function unwrap(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  return [schema];
}

function step(schema: z.core.$ZodType, part: string | number): readonly z.core.$ZodType[] {
  return unwrap(schema).flatMap((inner) => {
    if (inner instanceof z.ZodObject) return part in inner.shape ? [inner.shape[part]] : [];
    if (inner instanceof z.ZodRecord) return [inner.valueType];
    return inner instanceof z.ZodArray ? [inner.element] : [];
  });
}

function shapeOf(schema: z.core.$ZodType): Record<string, unknown> {
  return Object.assign({}, ...unwrap(schema).map((inner) => (inner instanceof z.ZodObject ? inner.shape : {})));
}

function at(tree: unknown, path: Path): unknown {
  let value = tree;
  for (const part of path) value = (value as Record<string | number, unknown> | undefined)?.[part];
  return value;
}

/** Marks what an issue is about; false when that is the whole tree. */
function refuse(tree: unknown, issue: Issue): boolean {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const owner = at(tree, path) as Record<string, unknown> | typeof REFUSED | undefined;
    if (typeof owner === "object") for (const key of issue.keys) delete owner[key];
    return true;
  }
  // Without a value that it requires, the map itself is of no use. Half a `config` would be checked
  // against the wrong defaults.
  const inConfig = path.lastIndexOf("config");
  let target = inConfig >= 0 ? path.slice(0, inConfig + 1) : path;
  if (target.length > 0 && at(tree, target) === undefined) target = target.slice(0, -1);
  if (target.length === 0) return false;
  const owner = at(tree, target.slice(0, -1));
  if (typeof owner === "object" && owner !== null) (owner as Record<string | number, unknown>)[target.at(-1) as string | number] = REFUSED;
  return true;
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
