import { linesOf } from "./lines.ts";

/*
 * What a configuration says that is not for everybody who may read the rest of it. It is told by
 * the names of keys, in the text itself: so that it holds for files in whatever format, with
 * mistakes in them too. Where it is not clear where a value ends, too much is removed.
 */

const WORD = String.raw`[\w.-]{0,64}(?:token|secret|password|passwd)`;
/** Keys whose values are secrets: tokens, secrets of webhooks, keys of TSIG. */
const KEY = String.raw`(?:${WORD}|[\w.-]{0,64}auth-key|data|key_data)`;
const QUOTED = String.raw`(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|${"`[^`]*`"})`;
/** A value without quotes: up to what ends it in a map of braces, or the end of the line. */
const PLAIN = String.raw`(?![{[|>])[^\s,}#][^,}\n]*`;
const pairOf = (key: string) => new RegExp(String.raw`((?:^|[\s{,])["']?${key}["']?[ \t]*[:=])(?:(\s*)${QUOTED}|([ \t]*)${PLAIN})`, "gim");
/** A line that begins with such a key; what follows there goes on for as long as lines are indented more. */
const lineOf = (key: string) =>
  new RegExp(String.raw`^([ \t]*(?:- +|(?:export|const|let|var) +)*["']?${key}["']?[ \t]*[:=][ \t]*)(.*)$`, "is");
const PAIR = pairOf(KEY);
const WHOLE_KEY = new RegExp(`^${KEY}$`, "i");
const LINE = lineOf(KEY);
/** Where a line is shown for its mistake: `data` of Kea is the value of an option. */
const SHOWN_PAIR = pairOf(WORD);
const SHOWN_LINE = lineOf(WORD);
/** What stands beside the `data` of a key. */
const TSIG = /\btsig_keys\b|\bhmac-/i;
/** ISC dhcpd and BIND: `secret ...;`. */
const STATEMENT = /(\bsecret\s+)("[^"]*"|[^\s;]+)/gi;
/** A password in a URL, and what a query has. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@"']{0,200}:)[^\s@"']{1,1000}(@)/gi;
const URL_QUERY = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s?"']{0,1000}\?)[^\s"'#]+/gi;
/** An argument of a program, such as `--token TEXT`. */
const ARGUMENT = new RegExp(String.raw`(--?${WORD}["']?(?:=|,?[ \t]+)["']?)[^\s,"'\]]+`, "gi");

/** The text with each secret replaced by `(removed)`. */
export function withoutSecrets(text: string): string {
  return withoutLines(text)
    .replace(PAIR, '$1$2$3"(removed)"')
    .replace(STATEMENT, "$1(removed)")
    .replace(URL_PASSWORD, "$1(removed)$2")
    .replace(URL_QUERY, "$1(removed)")
    .replace(ARGUMENT, "$1(removed)");
}

/** A value as it would be printed, with each secret in it replaced by `(removed)`. */
export function withoutSecretValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecretValues);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, WHOLE_KEY.test(key) ? "(removed)" : withoutSecretValues(one)]));
}

/**
 * A line of the text with asterisks for what is secret in it, of the same length. `ofKeys`: it is
 * said to be of keys of TSIG.
 */
export function maskedLine(line: string, ofKeys = false): string {
  const [wholeLine, pair] = ofKeys || TSIG.test(line) ? [LINE, PAIR] : [SHOWN_LINE, SHOWN_PAIR];
  const mask = (all: string, ...kept: (string | undefined)[]): string => {
    const before = kept.filter((one) => typeof one === "string").join("");
    return before + "*".repeat(all.length - before.length);
  };
  const [all, before] = wholeLine.exec(line) ?? [];
  if (all !== undefined && before !== undefined && !HELD.test(all.slice(before.length))) return mask(all, before);
  return line
    .replace(pair, (found, key, blank, otherBlank) => mask(found, key, blank, otherBlank))
    .replace(STATEMENT, (found, key) => mask(found, key))
    .replace(URL_PASSWORD, (found, url) => `${mask(found.slice(0, -1), url)}@`)
    .replace(URL_QUERY, (found, url) => mask(found, url))
    .replace(ARGUMENT, (found, key) => mask(found, key));
}

/**
 * The words that `maskedLine` hides in a line, long ones first; those of less than four letters say
 * nothing.
 */
export function secretsIn(line: string, ofKeys = false): readonly string[] {
  const masked = maskedLine(line, ofKeys);
  if (masked === line) return [];
  let hidden = "";
  for (let i = 0; i < line.length; i++) hidden += masked[i] === line[i] ? " " : line[i];
  return (hidden.match(/[^\s"'`{}[\](),!&*:]{4,}/g) ?? []).sort((a, b) => b.length - a.length);
}

/** Whether the lines below, which are indented more, are a secret. */
export function beginsSecret(line: string): boolean {
  const [, , value = ""] = SHOWN_LINE.exec(line) ?? [];
  return /^[|>]/.test(value);
}

/** What quotes or brackets hold together. */
const HELD = /^["'`[{]/;

/** Without values that none of them holds together: of one line, of several, and blocks of text. */
function withoutLines(text: string): string {
  const told: string[] = [];
  /** How far the key is indented; undefined: the line belongs to none. */
  let column: number | undefined;
  for (const line of linesOf(text)) {
    if (column !== undefined && (line.trim() === "" || indentOf(line) > column)) continue;
    column = undefined;
    const [, key, value = ""] = LINE.exec(line) ?? [];
    if (key === undefined || HELD.test(value)) {
      told.push(line);
      continue;
    }
    column = /^[ \t]*(?:- +)*/.exec(line)?.[0].length ?? 0;
    if (/^[|>]/.test(value)) told.push(line, `${" ".repeat(column)}  (removed)`);
    else told.push(`${key.trimEnd()} "(removed)"`);
  }
  return told.join("\n");
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
