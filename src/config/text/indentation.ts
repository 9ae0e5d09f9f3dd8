import type { SyntaxProblem } from "./problems.ts";

/* What belongs to what in YAML is told by the number of spaces in front of it. */

/**
 * What is wrong with the first line from that number on, which is from 1, that says something: it
 * begins a key or an entry of a list; undefined: it begins none, or stands as one above it.
 */
export function misindentation(lines: readonly string[], from: number): SyntaxProblem | undefined {
  let number = from;
  while (number < lines.length && /^ *(#|$)/.test(lines[number - 1] ?? "")) number++;
  const start = startOf(lines[number - 1] ?? "");
  if (start === undefined) return undefined;
  const isEntry = start.dash !== undefined;
  const column = start.dash ?? start.key;
  const fitting = columnsAbove(lines, number, isEntry);
  if (column === undefined || fitting.length === 0 || fitting.includes(column)) return undefined;
  const what = isEntry ? ["entry", "entries"] : ["key", "keys"];
  const beside = fitting.length === 1 ? `the ${what[0]} above it` : `the ${what[1]} above it that it belongs beside`;
  return {
    line: number,
    column: column + 1,
    message: `indented by ${spaces(column)} the line belongs to nothing above it`,
    hint: `indent it by ${listed(fitting)}, as ${beside}`,
  };
}

function spaces(count: number): string {
  return `${count} ${count === 1 ? "space" : "spaces"}`;
}

function listed(columns: readonly number[]): string {
  const last = columns.at(-1) ?? 0;
  return columns.length === 1 ? spaces(last) : `${columns.slice(0, -1).join(", ")} or ${spaces(last)}`;
}

/** The spaces in front of what begins in a line. */
interface Start {
  /** Of an entry of a list. */
  readonly dash: number | undefined;
  readonly key: number | undefined;
}

/** Keys end before that. */
const LONGEST = 300;

/** Undefined: nothing begins there, as in a comment. */
function startOf(line: string): Start | undefined {
  const [, indent = "", dash] = /^( *)(- +)?/.exec(line.slice(0, LONGEST)) ?? [];
  const key = /^(?:"[^"]*"|'[^']*'|[^\s#"'[\]{},-][^#]*?) *:(?:\s|$)/.test(line.slice(indent.length + (dash ?? "").length, LONGEST));
  if (!key && dash === undefined) return undefined;
  return {
    dash: dash === undefined ? undefined : indent.length,
    key: key ? indent.length + (dash ?? "").length : undefined,
  };
}

/** So many lines are looked at: a list may be long. */
const FARTHEST = 1000;

/** Where the maps, or the lists, begin that a line can belong to: innermost first. */
function columnsAbove(lines: readonly string[], number: number, ofEntries: boolean): readonly number[] {
  const found: number[] = [];
  let inner = Number.POSITIVE_INFINITY;
  for (let i = number - 2; i >= 0 && i >= number - FARTHEST && inner > 0; i--) {
    const { dash, key } = startOf(lines[i] ?? "") ?? {};
    if (key !== undefined && key < inner && !ofEntries) found.push(key);
    if (dash !== undefined && dash < inner && ofEntries) found.push(dash);
    inner = Math.min(inner, key ?? inner, dash ?? inner);
  }
  return found;
}
