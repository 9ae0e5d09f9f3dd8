import type { Files, Finding, Origin } from "../translation.ts";
import { readTokens, type Token } from "./tokens.ts";

/* Kea's JSON with the place and the comments of each part. */

export type Json = JsonMap | JsonList | JsonScalar;

export interface JsonMap {
  readonly kind: "map";
  readonly at: Origin;
  readonly entries: ReadonlyMap<string, Part>;
  /** Comments behind its last entry. */
  readonly rest: readonly string[];
}

export interface JsonList {
  readonly kind: "list";
  readonly at: Origin;
  readonly items: readonly Part[];
  readonly rest: readonly string[];
}

export interface JsonScalar {
  readonly kind: "scalar";
  readonly at: Origin;
  readonly value: string | number | boolean | null;
}

/** An entry of a map or an item of a list. */
export interface Part {
  /** Where it begins: at its key, if it has one. */
  readonly at: Origin;
  readonly value: Json;
  readonly comment: readonly string[];
  readonly behind: string | undefined;
}

export interface Document {
  /** Undefined: it can't be read. */
  readonly root: JsonMap | undefined;
  /** Comment above all of it. */
  readonly header: readonly string[];
  readonly findings: readonly Finding[];
  readonly sources: ReadonlyMap<string, string>;
}

/** Deeper than any configuration of Kea's: what walks it may recurse. */
const DEEPEST = 100;

interface Reader {
  readonly tokens: readonly Token[];
  next: number;
  depth: number;
  readonly findings: Finding[];
  failed: boolean;
}

/** Reads a text as Kea does, which takes commas too many for a matter of warnings. Never throws. */
export function readDocument(text: string, name: string, files: Files): Document {
  const { tokens, problem, sources } = readTokens(text, name, files);
  if (problem !== undefined) return { root: undefined, header: [], findings: [problem], sources };
  const reader: Reader = { tokens, next: 0, depth: 0, findings: [], failed: false };
  const header = peek(reader).comment;
  const root = readValue(reader);
  if (root !== undefined && peek(reader).kind !== "end") fail(reader, "the file goes on after its end");
  if (root !== undefined && root.kind !== "map" && !reader.failed)
    reader.findings.push({ severity: "error", origin: root.at, message: 'expected a map: { "Dhcp4": { ... } }' });
  const isGood = !reader.failed && root?.kind === "map";
  return { root: isGood ? root : undefined, header, findings: reader.findings, sources };
}

function peek(reader: Reader): Token {
  return reader.tokens[reader.next] as Token;
}

function isSymbol(token: Token, symbol: string): boolean {
  return token.kind === "symbol" && token.text === symbol;
}

function fail(reader: Reader, message: string): undefined {
  if (!reader.failed) reader.findings.push({ severity: "error", origin: peek(reader).at, message });
  reader.failed = true;
  return undefined;
}

function describe({ kind, text }: Token): string {
  return kind === "end" ? "the end of the file" : kind === "string" ? `the text ${JSON.stringify(text.slice(0, 40))}` : text.slice(0, 40);
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

function readValue(reader: Reader): Json | undefined {
  const token = peek(reader);
  const { at } = token;
  const scalar = (value: JsonScalar["value"]): Json => {
    reader.next++;
    return { kind: "scalar", at, value };
  };
  if (token.kind === "string") return scalar(token.text);
  if (token.kind === "number") return scalar(Number(token.text));
  if (token.kind === "word") {
    const value = WORDS.get(token.text.toLowerCase());
    return value === undefined ? fail(reader, `unexpected ${describe(token)}: text stands in double quotes`) : scalar(value);
  }
  const isMap = isSymbol(token, "{");
  if (!isMap && !isSymbol(token, "[")) return fail(reader, `expected a value, got ${describe(token)}`);
  if (reader.depth >= DEEPEST) return fail(reader, "it is nested too deeply");
  reader.depth++;
  reader.next++;
  const result = isMap ? readMap(reader, at) : readList(reader, at);
  reader.depth--;
  return result;
}

function readMap(reader: Reader, at: Origin): JsonMap | undefined {
  const entries = new Map<string, Part>();
  for (;;) {
    skipCommas(reader);
    const key = peek(reader);
    if (isSymbol(key, "}")) break;
    if (key.kind !== "string") return fail(reader, `expected a key in double quotes, got ${describe(key)}`);
    reader.next++;
    const colon = peek(reader);
    if (!isSymbol(colon, ":")) return fail(reader, `expected : behind the key "${key.text.slice(0, 40)}", got ${describe(colon)}`);
    reader.next++;
    const part = readPart(reader, key, [key, colon]);
    if (part === undefined) return undefined;
    const first = entries.get(key.text);
    if (first === undefined) entries.set(key.text, part);
    else {
      const message = `the key "${key.text}" is given twice: it stands on line ${first.at.line} already`;
      reader.findings.push({ severity: "error", origin: key.at, message, hint: "keep one of the two" });
    }
    if (!isSymbol(peek(reader), ",") && !isSymbol(peek(reader), "}")) return fail(reader, `expected , or }, got ${describe(peek(reader))}`);
  }
  const rest = peek(reader).comment;
  reader.next++;
  return { kind: "map", at, entries, rest };
}

function readList(reader: Reader, at: Origin): JsonList | undefined {
  const items: Part[] = [];
  for (;;) {
    skipCommas(reader);
    const first = peek(reader);
    if (isSymbol(first, "]")) break;
    const part = readPart(reader, first, []);
    if (part === undefined) return undefined;
    items.push(part);
    if (!isSymbol(peek(reader), ",") && !isSymbol(peek(reader), "]")) return fail(reader, `expected , or ], got ${describe(peek(reader))}`);
  }
  const rest = peek(reader).comment;
  reader.next++;
  return { kind: "list", at, items, rest };
}

/** A value, which begins the part or stands behind the tokens `before`. */
function readPart(reader: Reader, start: Token, before: readonly Token[]): Part | undefined {
  const first = peek(reader);
  const value = readValue(reader);
  if (value === undefined) return undefined;
  const last = reader.tokens[reader.next - 1] as Token;
  const comma = isSymbol(peek(reader), ",") ? [peek(reader)] : [];
  const remarks = [...new Set([...before, first, last, ...comma])].flatMap((token) => token.behind ?? []);
  const comment = start === first ? first.comment : [...start.comment, ...first.comment];
  return { at: start.at, value, comment, behind: remarks.length === 0 ? undefined : remarks.join(" ") };
}

/** Kea warns of commas that separate nothing, and takes them. */
function skipCommas(reader: Reader): void {
  while (isSymbol(peek(reader), ",")) reader.next++;
}
