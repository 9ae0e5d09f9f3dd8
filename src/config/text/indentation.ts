import { isCollection, isPair, isScalar, isSeq, type Node, Scalar } from "yaml";
import type { Position, SyntaxProblem } from "./problems.ts";

/* What belongs to what in YAML is told by the number of spaces in front of it. */

/**
 * What is wrong with the first line from that number on, which is from 1, that says something: it
 * begins a key or an entry of a list; undefined: it begins none, or stands as one above it.
 */
export type Misindentation = (from: number) => SyntaxProblem | undefined;

type At = (offset: number) => Position;

/**
 * For lines in the order of the text. `root` is what the parser made of it: what is open in front
 * of a line is known there, whatever was made of the line itself. `at` tells the place of an
 * offset.
 */
export function misindentations(root: unknown, lines: readonly string[], at: At): Misindentation {
  const known = new Map<number, SyntaxProblem | undefined>();
  return (from) => {
    let number = from;
    while (number < lines.length && BLANK.test(lines[number - 1] ?? "")) number++;
    if (!known.has(number)) {
      const open = openAbove(root, number, at);
      // Below a line that belongs nowhere the parser guesses.
      const isGuess = open?.some(({ line }) => known.get(line) !== undefined) === true;
      known.set(number, open && misindentation(lines[number - 1] ?? "", number, open, isGuess));
    }
    return known.get(number);
  };
}

const BLANK = /^ *(#|$)/;
const ENTRY = /^-(?: |$)/;
/** A key of YAML, and the colon behind it, are within so many characters; lines may be longer. */
const LONGEST_KEY = 1024;
/** At each character it can go on in one way alone. */
const KEY = /^(?:"(?:[^"\\]|\\.)*" *|'(?:[^']|'')*' *|[^\s#"'[\]{},-](?:[^#:]|:(?!\s|$))*):(?:\s|$)/;

/** Of more nobody chooses one. */
const MOST_LISTED = 10;

function misindentation(text: string, line: number, open: readonly Open[], isGuess: boolean): SyntaxProblem | undefined {
  const said = text.replace(/^ +/, "");
  const isEntry = ENTRY.test(said);
  if (!isEntry && !KEY.test(said.slice(0, LONGEST_KEY + 2))) return undefined;
  const column = text.length - said.length + 1;
  const fitting = open.filter(({ ofEntries }) => ofEntries === isEntry).map((one) => one.column);
  if (fitting.length === 0 || fitting.includes(column)) return undefined;
  const what = isEntry ? ["entry", "entries"] : ["key", "keys"];
  const beside = fitting.length === 1 ? `the ${what[0]} above it` : `the ${what[1]} above it that it belongs beside`;
  const by = isGuess || fitting.length > MOST_LISTED ? "" : ` by ${listed(fitting.map((one) => one - 1))},`;
  return {
    line,
    column,
    message: `indented by ${spaces(column - 1)} the line belongs to nothing above it`,
    hint: `indent it${by} as ${beside}`,
  };
}

function spaces(count: number): string {
  return `${count} ${count === 1 ? "space" : "spaces"}`;
}

function listed(columns: readonly number[]): string {
  const last = columns.at(-1) ?? 0;
  return columns.length === 1 ? spaces(last) : `${columns.slice(0, -1).join(", ")} or ${spaces(last)}`;
}

/** Where a map or a list begins that lines below can go on with. */
interface Open extends Position {
  readonly ofEntries: boolean;
}

/**
 * Those above a line, innermost first; undefined: the line stands between brackets or quotes, or
 * where one begins is not known.
 */
function openAbove(root: unknown, number: number, at: At): readonly Open[] | undefined {
  const open: Open[] = [];
  const isAbove = (node: unknown): boolean => at(rangeOf(node)?.[0] ?? 0).line < number;
  let node = root;
  let keyLine: number | undefined;
  while (isCollection(node) && node.flow !== true && isAbove(node)) {
    const place = at(rangeOf(node)?.[0] ?? 0);
    // What seems to begin behind a key is its value, which goes on in the lines below.
    if (place.line !== keyLine) open.push({ ...place, ofEntries: isSeq(node) });
    // The parser does not say where what stands in front of a first key, such as &name, begins.
    const [first] = node.items;
    const key = isPair(first) ? (first.key as Scalar | null) : undefined;
    if (key?.anchor !== undefined || key?.tag !== undefined) return undefined;
    const item = lastOf(node.items, (one) => isAbove(isPair(one) ? one.key : one));
    keyLine = isPair(item) ? at(rangeOf(item.key)?.[0] ?? 0).line : undefined;
    node = !isPair(item) ? item : rangeOf(item.value) !== undefined && isAbove(item.value) ? item.value : item.key;
  }
  const end = at(rangeOf(node)?.[1] ?? 0);
  const goesOn = end.line > number || (end.line === number && end.column > 1);
  if (goesOn && isAbove(node) && !(isScalar(node) && node.type === Scalar.PLAIN)) return undefined;
  return open.reverse();
}

/** The last of those in front, for which it holds. */
function lastOf<T>(items: readonly T[], holds: (item: T) => boolean): T | undefined {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}

function rangeOf(node: unknown): Node["range"] {
  return (node as Node | null | undefined)?.range;
}
