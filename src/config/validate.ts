import * as z from "zod";
import type { Path } from "./diagnostic.ts";
import type { Report } from "./problems.ts";
import { type ConfigFile, configSchema } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { isUnsupported, whyUnsupported } from "./unsupported.ts";

/** The part of a configuration that has the right form. */
export interface Validated {
  readonly file: ConfigFile;
  /** From a path in `file` to the path in what was validated: entries of lists that were refused are left out of `file`. */
  readonly originalPath: (path: Path) => Path;
}

type Issue = z.core.$ZodIssue;

/** Marks what is to be left out. */
const REFUSED = Symbol("refused");

/** Deeper than any configuration; what is deeper can't be walked safely. */
const MAX_DEPTH = 32;

/**
 * Checks the form of a configuration and reports every problem. What has the right form is returned, so that the problems
 * between values are found in the same run; undefined when nothing can be made of it.
 */
export function validate(value: unknown, report: Report): Validated | undefined {
  const removed = new Map<string, readonly number[]>();
  const originalPath = (path: Path): Path => {
    const result: (string | number)[] = [];
    for (const part of path) result.push(typeof part === "number" ? original(part, removed.get(pathKey(result))) : part);
    return result;
  };
  const tree = copy(value, [], report);
  if (tree === REFUSED) return undefined;
  for (let round = 0; ; round++) {
    const result = configSchema.safeParse(tree);
    if (result.success) return { file: result.data, originalPath };
    const issues = result.error.issues.flatMap((issue) => flatten(issue, []));
    // What is missing after the first round is missing because it was refused.
    if (round === 0) for (const issue of withoutConsequences(issues)) reportIssue(issue, tree, report);
    for (const issue of issues) if (!refuse(tree, issue)) return undefined;
    compact(tree, [], removed);
  }
}

/** A copy of plain data, without keys that have no value, which are reported; REFUSED when it is too deep. */
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
    else if (item === null && !path.includes("options")) {
      report.keyError(place, `"${key}" has no value`, "remove the key, or give it a value indented below it");
    } else if (item !== undefined) {
      const copied = copy(item, place, report);
      if (copied === REFUSED) return REFUSED;
      result[key] = copied;
    }
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** The issues inside a union that describe the alternative the writer had in mind, else the union's own. */
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
      if (isUnsupported(path, key)) {
        report.keyError(place, `"${key}" is not supported by this version`, whyUnsupported(path, key));
      } else {
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
  // Without a value that it requires, the map itself is of no use. Half a `config` would be checked against the wrong defaults.
  const inConfig = path.lastIndexOf("config");
  let target = inConfig >= 0 ? path.slice(0, inConfig + 1) : path;
  if (target.length > 0 && at(tree, target) === undefined) target = target.slice(0, -1);
  if (target.length === 0) return false;
  const owner = at(tree, target.slice(0, -1));
  if (typeof owner === "object" && owner !== null) (owner as Record<string | number, unknown>)[target.at(-1) as string | number] = REFUSED;
  return true;
}

/** Takes out what is marked, and notes which entries of lists went. */
function compact(tree: unknown, path: Path, removed: Map<string, readonly number[]>): void {
  if (Array.isArray(tree)) {
    const key = pathKey(path);
    const before = removed.get(key);
    const gone: number[] = [];
    for (let i = tree.length - 1; i >= 0; i--) {
      if (tree[i] !== REFUSED) continue;
      gone.push(original(i, before));
      tree.splice(i, 1);
    }
    if (gone.length > 0)
      removed.set(
        key,
        [...(before ?? []), ...gone].sort((a, b) => a - b),
      );
    for (const [i, item] of tree.entries()) compact(item, [...path, original(i, removed.get(key))], removed);
  } else if (isMap(tree)) {
    for (const key of Object.keys(tree)) {
      if (tree[key] === REFUSED) delete tree[key];
      else compact(tree[key], [...path, key], removed);
    }
  }
}

function pathKey(path: Path): string {
  return JSON.stringify(path);
}

/** The index that an entry had before the entries with the indexes `gone` (sorted) were taken out. */
function original(index: number, gone: readonly number[] | undefined): number {
  let result = index;
  for (const removedIndex of gone ?? []) if (removedIndex <= result) result++;
  return result;
}
