import type { Path } from "../text/diagnostic.ts";
import { formatDuration } from "../text/duration.ts";
import { shapeAt } from "./tree.ts";

/* What to write for a value that says what is meant, in a shape that the schema does not have. */

/** What was expected; undefined: no type alone. */
export type ExpectedType = "array" | "boolean" | "object" | "record" | undefined;

/** The hint for such a value; undefined: none is better than what the message says. */
export function writeInstead(path: Path, value: unknown, expected: ExpectedType): string | undefined {
  if (expected === "array" && typeof value === "object" && value !== null) return withoutDash(value);
  if (typeof value !== "string" && !Array.isArray(value)) return undefined;
  const key = path.findLast((part) => typeof part === "string") ?? "";
  if (path.length === 1 && key === "dns") return DNS;
  if (typeof value !== "string" || value.length > LONGEST) return undefined;
  const isEntry = typeof path.at(-1) === "number";
  const text = ofKey(key, value, isEntry);
  if (text !== undefined) return `write ${isEntry ? "" : `${key}: `}${text}`;
  if (expected === "array" && WORDS.test(value)) return `write a list: ${key}: [${value.split(/[\s,]+/).join(", ")}]`;
  if (expected === "boolean") {
    const said = BOOLEANS[value.toLowerCase()];
    return said === undefined ? undefined : `write ${key}: ${said}`;
  }
  return missingSpace(path, value) ?? duration(key, value);
}

const LONGEST = 100;
const DNS =
  "DNS servers of clients are an option: write options: {domain_name_servers: ADDRESS}; to have this server answer DNS: dns: {listen: ADDRESS}";
const WORDS = /^[\w.:/@-]+(?:[\s,]+[\w.:/@-]+)*$/;
const BOOLEANS: Readonly<Record<string, boolean>> = { yes: true, on: true, enabled: true, no: false, off: false, disabled: false };
const RANGE = /^[\da-f.:]+ ?- ?[\da-f.:]+$/i;
const MAC = /^[\da-f]{2}([:-][\da-f]{2}){5}$/i;
const LEVEL = /^(trace|debug|info|warn|error)$/i;

/** Of keys whose values are maps, which a text may stand for. */
function ofKey(key: string, value: string, isEntry: boolean): string | undefined {
  if (key === "ranges" && RANGE.test(value)) return isEntry ? `{range: ${value}}` : `[{range: ${value}}]`;
  if (key === "match" && MAC.test(value)) return `{chaddr: "${value}"}`;
  return key === "log" && LEVEL.test(value) ? `{level: ${value.toLowerCase()}}` : undefined;
}

/** Without a dash, and a space behind it, what is meant for an entry of a list is a map. */
function withoutDash(value: object): string | undefined {
  const [key] = Object.keys(value);
  return key === undefined ? undefined : `each entry of a list begins with a dash and a space: - ${key.replace(/^-/, "")}: ...`;
}

/** Without a space behind its colon a key and its value are one text. */
function missingSpace(path: Path, value: string): string | undefined {
  const found = apart(value);
  return found !== undefined && Object.hasOwn(shapeAt(path), found.key)
    ? `a space is missing behind the colon: ${found.key}: ${found.rest}`
    : undefined;
}

/** A key and its value that are one text; undefined: it does not look so. */
export function apart(text: string): { readonly key: string; readonly rest: string } | undefined {
  const [, key, rest] = /^([\w-]{1,64}):(\S.{0,40})/.exec(text) ?? [];
  return key === undefined || rest === undefined ? undefined : { key, rest };
}

const UNITS: readonly (readonly [unit: RegExp, seconds: number])[] = [
  [/^s(ec|econds?)?$/i, 1],
  [/^m(in|inutes?)?$/i, 60],
  [/^h(ours?|rs?)?$/i, 3600],
  [/^d(ays?)?$/i, 86_400],
  [/^w(eeks?)?$/i, 604_800],
];

/** `12 hours` for `12h`. */
function duration(key: string, value: string): string | undefined {
  const [, number, unit = ""] = /^(\d{1,6}) ?([a-z]+)$/i.exec(value) ?? [];
  const seconds = UNITS.find(([words]) => words.test(unit))?.[1];
  return number === undefined || seconds === undefined ? undefined : `write ${key}: ${formatDuration(Number(number) * seconds)}`;
}
