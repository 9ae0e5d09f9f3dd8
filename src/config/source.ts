import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLError } from "yaml";
import type { Path } from "./diagnostic.ts";
import type { Locate, Position } from "./problems.ts";

/** A problem of the YAML or JSON text itself. */
export interface SyntaxProblem extends Position {
  readonly message: string;
  readonly hint: string | undefined;
}

/** A text that was read: its value as plain data, and where each part of it stands. */
export interface Source {
  /** Undefined when the text can't be read at all. */
  readonly value: unknown;
  readonly locate: Locate;
  readonly problems: readonly SyntaxProblem[];
}

/** Aliases that one document may have resolved; more are taken for an attempt to exhaust memory. */
const MAX_ALIASES = 10_000;

/** Reads YAML 1.2, or JSON, which is part of it; `format` is for the messages. Never throws. */
export function readSource(text: string, format: "YAML" | "JSON"): Source {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, uniqueKeys: sameKey });
    const at = (offset: number): Position => position(lines, offset);
    const problems = [...document.errors, ...document.warnings].map((error) => explain(error, document, at, format));
    problems.push(...unknownAliases(document, at));
    // After an error of syntax the structure is a guess; complaints about what it seems to mean would mislead.
    const value = problems.length === 0 ? document.toJS({ maxAliasCount: MAX_ALIASES }) : undefined;
    return { value, problems, locate: (path, atKey) => locate(document, at, path, atKey) };
  } catch (error) {
    const reason = error instanceof RangeError ? "it is nested too deeply" : error instanceof Error ? error.message : String(error);
    const problem = { line: 1, column: 1, message: `not valid ${format}: ${reason}`, hint: undefined };
    return { value: undefined, problems: [problem], locate: () => ({ line: 1, column: 1 }) };
  }
}

function position(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Keys become text: `3` and `"3"` name the same thing. */
function sameKey(a: unknown, b: unknown): boolean {
  return a === b || (isScalar(a) && isScalar(b) && String(a.value) === String(b.value));
}

function explain(error: YAMLError, document: Document.Parsed, at: (offset: number) => Position, format: string): SyntaxProblem {
  const place = at(error.pos[0]);
  if (error.code === "DUPLICATE_KEY") {
    const [key, first] = duplicateKey(document, error.pos[0]);
    const hint = first === undefined ? undefined : `it stands on line ${at(first).line} already; keep one of the two`;
    return { ...place, message: `the key "${key}" is given twice`, hint };
  }
  if (error.code === "MULTIPLE_DOCS") return { ...place, message: "the file has more than one document", hint: "remove the line with ---" };
  if (error.code === "TAB_AS_INDENT") return { ...place, message: "a tab is used for indentation", hint: "use spaces" };
  return { ...place, message: `not valid ${format}: ${firstLower(error.message)}`, hint: undefined };
}

/** The key at `offset`, and the offset of the same key earlier in its map. */
function duplicateKey(document: Document.Parsed, offset: number): readonly [string, number | undefined] {
  let name = "";
  let first: number | undefined;
  visit(document, {
    Map(_, map) {
      const again = map.items.find((pair) => isScalar(pair.key) && pair.key.range?.[0] === offset)?.key;
      if (again === undefined) return undefined;
      const original = map.items.find((pair) => sameKey(pair.key, again))?.key;
      name = isScalar(again) ? String(again.value) : "";
      first = isScalar(original) ? original.range?.[0] : undefined;
      return visit.BREAK;
    },
  });
  return [name, first];
}

function unknownAliases(document: Document.Parsed, at: (offset: number) => Position): readonly SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      const message = `the alias *${alias.source} has no anchor &${alias.source} before it`;
      problems.push({ ...at(alias.range?.[0] ?? 0), message, hint: "put text that starts with * in quotes" });
    },
  });
  return problems;
}

function locate(document: Document.Parsed, at: (offset: number) => Position, path: Path, atKey: boolean): Position {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let key: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) break;
      key = pair.key;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (node === undefined) break;
    } else break;
    const pointAtKey = key !== undefined && (atKey || startOf(node) === undefined || depth < path.length - 1);
    offset = (pointAtKey ? startOf(key) : startOf(node)) ?? offset;
  }
  return at(offset);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function firstLower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
