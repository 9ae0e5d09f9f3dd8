import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";
import type { Path } from "./diagnostic.ts";
import { type Entry, entriesOf, plainValue, resolve, sizesOf, type Targets } from "./nodes.ts";
import type { Locate, Position, SyntaxProblem } from "./problems.ts";
import { findRepeated, type RepeatedKeys } from "./repeated-keys.ts";
import { explainAll, TOO_DEEP } from "./syntax-errors.ts";

/** What a text says, as plain data, and where each part of it stands. */
export interface Reading {
  readonly value: unknown;
  readonly locate: Locate;
  /** The characters of the plain scalar at a path, such as 001122; undefined for anything else. */
  readonly charactersAt: (path: Path) => string | undefined;
}

/** A text that was read. */
export interface Source {
  readonly problems: readonly SyntaxProblem[];
  /**
   * What it says: with the first, and with the last, of each key that is given more than once.
   * Undefined where it can't be read.
   */
  readonly readings: { readonly first: Reading; readonly last: Reading } | undefined;
}

/**
 * So many values the aliases of one document may stand for, all together; more are taken for an
 * attempt to exhaust memory.
 */
const MOST_BY_ALIASES = 1_000_000;

/** Collections that are something else than plain data. */
const PLAIN_TAGS: readonly (string | undefined)[] = [undefined, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"];

/** Reads YAML 1.2, or JSON, which is part of it; `format` is for the messages. Never throws. */
export function readSource(written: string, format: "YAML" | "JSON"): Source {
  // A mark of the byte order is no character of the first line.
  const text = written.replace(/^\ufeff/, "");
  const lines = new LineCounter();
  try {
    // The parser compares each key with all others of its map: they are compared here.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, uniqueKeys: false });
    const at = (offset: number): Position => position(lines, offset);
    const syntax = explainAll([...document.errors, ...document.warnings], text, document.contents, at, format);
    const { problems: ofAliases, targets, repeated } = examine(document, at);
    const problems = [...syntax, ...ofAliases];
    // After an error of syntax the structure is a guess; complaints about what it seems to mean
    // would mislead.
    if (problems.length > 0) return { problems: [...problems, ...repeated.problems], readings: undefined };
    const readingWithout = (entries: ReadonlySet<Pair>): Reading => {
      const steps = stepper(targets, entries);
      return {
        value: plainValue(document.contents, targets, entries),
        locate: (path, atKey) => locate(document, steps, at, path, atKey),
        charactersAt: (path) => charactersAt(document, steps, path),
      };
    };
    const first = readingWithout(repeated.notFirst);
    const last = repeated.problems.length === 0 ? first : readingWithout(repeated.notLast);
    return { problems: repeated.problems, readings: { first, last } };
  } catch (error) {
    const reason = error instanceof RangeError ? TOO_DEEP : error instanceof Error ? error.message : String(error);
    return { problems: [{ line: 1, column: 1, message: `not valid ${format}: ${reason}`, hint: undefined }], readings: undefined };
  }
}

function position(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Finds keys that are given twice and aliases without an anchor, or for too much, in one pass. */
function examine(
  document: Document.Parsed,
  at: (offset: number) => Position,
): { readonly problems: readonly SyntaxProblem[]; readonly targets: Targets; readonly repeated: RepeatedKeys } {
  const problems: SyntaxProblem[] = [];
  const repeated: RepeatedKeys = { problems: [], notFirst: new Set(), notLast: new Set() };
  const anchors = new Map<string, Node>();
  const targets = new Map<unknown, Node>();
  const sizeOf = sizesOf(targets);
  let byAliases = 0;
  visit(document, {
    Node(_, node) {
      const problem = (message: string, hint?: string) => problems.push({ ...at(startOf(node) ?? 0), message, hint });
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target === undefined) {
          problem(`the alias *${node.source} has no anchor &${node.source} before it`, "put text that starts with * in quotes");
          return undefined;
        }
        targets.set(node, target);
        byAliases += sizeOf(target);
        if (byAliases <= MOST_BY_ALIASES) return undefined;
        problem(
          byAliases === Number.POSITIVE_INFINITY
            ? `not valid YAML: the alias *${node.source} stands inside of what it stands for`
            : `not valid YAML: the aliases up to here stand for more than ${MOST_BY_ALIASES} values`,
        );
        return visit.BREAK;
      }
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (isCollection(node) && !PLAIN_TAGS.includes(node.tag))
        problem(`not valid YAML: unresolved tag: ${node.tag?.replace("tag:yaml.org,2002:", "!!")}`);
      if (isMap(node)) findRepeated(node, (key) => at(startOf(key) ?? 0), repeated);
      return undefined;
    },
  });
  return { problems, targets, repeated };
}

/** Goes one step down from a node; undefined when nothing is there. */
type Stepper = (node: unknown, part: string | number) => Entry | undefined;

/** Maps that are asked for more than once get an index of their keys, without some entries. */
function stepper(targets: Targets, without: ReadonlySet<Pair>): Stepper {
  const indexes = new Map<unknown, ReadonlyMap<string, Entry>>();
  return (start, part) => {
    const node = resolve(start, targets);
    if (isMap(node)) {
      const index = indexes.get(node) ?? entriesOf(node, targets, without);
      indexes.set(node, index);
      return index.get(String(part));
    }
    const item = isSeq(node) ? node.items[Number(part)] : undefined;
    return item === undefined ? undefined : { key: undefined, node: item };
  };
}

function locate(document: Document.Parsed, step: Stepper, at: (offset: number) => Position, path: Path, atKey: boolean): Position {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    const next = step(node, part);
    if (next === undefined) break;
    node = next.node;
    const pointAtKey = next.key !== undefined && (atKey || startOf(node) === undefined || depth < path.length - 1);
    offset = (pointAtKey ? startOf(next.key) : startOf(node)) ?? offset;
  }
  return at(offset);
}

function charactersAt(document: Document.Parsed, step: Stepper, path: Path): string | undefined {
  let node: unknown = document.contents;
  for (const part of path) node = step(node, part)?.node;
  return isScalar(node) && node.type === "PLAIN" && node.source !== "" ? node.source : undefined;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
