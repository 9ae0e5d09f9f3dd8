import { Document, isCollection, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { formatDuration } from "../text/duration.ts";
import { FILE, type Layout } from "./layout.ts";
import type { Finding, Note, Notes, PlainMap, Translation } from "./translation.ts";

/** What is on one line fits into this many columns. */
const WIDTH = 100;
/** What has more parts than this takes several lines in any case. */
const MOST_ON_A_LINE = 16;

/**
 * A translation as the YAML file that a person would have written: keys in the order of the manual,
 * comments at what they belong to, and what was not carried over in a comment in front. It loads to
 * what `buildConfig` makes of the value.
 *
 * `header` stands at the top, a line each.
 */
export function writeTranslation({ value, notes, findings }: Translation, header: readonly string[]): string {
  const document = new Document();
  document.commentBefore = commentOf([...header, ...describeFindings(findings)]) ?? null;
  document.contents = toNode(value, FILE, { notes, commented: holdersOfComments(value, notes) }, 0) as typeof document.contents;
  const text = document.toString({ lineWidth: 0 });
  // An empty map is no file that a person would have written.
  return text.replace(/^\{\}\n$/m, "");
}

function describeFindings(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return [];
  return [
    "",
    "What was not carried over, or not as it was:",
    ...findings.map(
      ({ origin, severity, message }) => `- ${origin.file}:${origin.line}: ${severity === "error" ? "error: " : ""}${message}`,
    ),
  ];
}

interface Context {
  readonly notes: Notes;
  /** Maps and lists with a comment somewhere inside. */
  readonly commented: ReadonlySet<object>;
}

function toNode(value: unknown, layout: Layout, context: Context, indent: number): YAMLMap | YAMLSeq | Scalar {
  if (typeof value !== "object" || value === null) return toScalar(value, layout);
  const isFlow = !layout.isBlock && !context.commented.has(value) && fits(value, layout, indent);
  const node = Array.isArray(value) ? toSeq(value, layout, context, indent) : toMap(value as PlainMap, layout, context, indent);
  node.flow = isFlow || node.items.length === 0;
  pad(node, Array.isArray(value) ? "" : " ");
  return node;
}

/** `[a, b]`, but `{ a: b }`. */
function pad(node: YAMLMap | YAMLSeq, padding: string): void {
  const write = node.toString;
  node.toString = (context, ...rest) => write.call(node, context && { ...context, flowCollectionPadding: padding }, ...rest);
}

function toSeq(list: readonly unknown[], layout: Layout, context: Context, indent: number): YAMLSeq {
  const seq = new YAMLSeq();
  for (const [index, item] of list.entries()) {
    const node = toNode(item, layout.each ?? {}, context, indent + 2);
    const note = context.notes.of.get(list)?.get(index);
    node.commentBefore = commentOf(linesAbove(note, node)) ?? null;
    if (!isOnLines(node)) node.comment = commentOf(note?.behind === undefined ? [] : [note.behind]) ?? null;
    seq.items.push(node);
  }
  return seq;
}

function toMap(map: PlainMap, layout: Layout, context: Context, indent: number): YAMLMap {
  const result = new YAMLMap();
  let wasOnLines = false;
  for (const key of inOrder(map, layout)) {
    const name = toKey(key);
    const node = toNode(map[key], layout.parts?.[key] ?? layout.each ?? {}, context, indent + (layout === FILE ? 0 : 2));
    const note = context.notes.of.get(map)?.get(key);
    name.commentBefore = commentOf(linesAbove(note, node)) ?? null;
    const onLines = isOnLines(node);
    if (!onLines) node.comment = commentOf(note?.behind === undefined ? [] : [note.behind]) ?? null;
    name.spaceBefore = layout.isSpaced === true && result.items.length > 0 && (onLines || wasOnLines);
    wasOnLines = onLines;
    result.items.push(new Pair(name, node));
  }
  return result;
}

/** A comment behind what takes several lines stands above it, too. */
function linesAbove(note: Note | undefined, node: YAMLMap | YAMLSeq | Scalar): readonly string[] {
  const above = note?.comment ?? [];
  return note?.behind !== undefined && isOnLines(node) ? [...above, note.behind] : above;
}

function isOnLines(node: YAMLMap | YAMLSeq | Scalar): boolean {
  return isCollection(node) && !node.flow;
}

function inOrder(map: PlainMap, { order }: Layout): readonly string[] {
  const keys = Object.keys(map).filter((key) => map[key] !== undefined);
  if (order === undefined) return keys;
  const rank = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.length);
  return keys.sort((a, b) => rank(a) - rank(b));
}

/** Codes of options are written as numbers; `<<` alone would merge maps. */
function toKey(key: string): Scalar {
  const scalar = new Scalar(/^(0|[1-9]\d{0,8})$/.test(key) ? Number(key) : key);
  if (key === "<<") scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

/**
 * Some MAC addresses are times of day to older readers of YAML, and some words true or false; and
 * text with line ends stays on one line.
 */
const NEEDS_QUOTES = /^[0-9a-f]*:[0-9a-f:]*(\/\d+)?$|^(y|n|yes|no|on|off)$|[\n\r]/i;

function toScalar(value: unknown, layout: Layout): Scalar {
  const scalar = new Scalar(typeof value === "number" && layout.isDuration ? formatDuration(value) : value);
  if (typeof value === "string" && NEEDS_QUOTES.test(value)) scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

/** Whether a map or a list is short enough for one line, with its key in front of it. */
function fits(value: object, layout: Layout, indent: number): boolean {
  if (countParts(value, MOST_ON_A_LINE) > MOST_ON_A_LINE) return false;
  return indent + lengthOnLine(value, layout) <= WIDTH;
}

function countParts(value: unknown, most: number): number {
  if (typeof value !== "object" || value === null) return 1;
  let count = 0;
  for (const part of Object.values(value)) {
    count += countParts(part, most - count);
    if (count > most) break;
  }
  return count;
}

/** About how many columns it takes; what must stand on lines of its own takes too many. */
function lengthOnLine(value: unknown, layout: Layout): number {
  if (typeof value !== "object" || value === null) return String(value).length + (typeof value === "string" && value.includes(":") ? 2 : 0);
  if (layout.isBlock && Object.keys(value).length > 0) return Number.POSITIVE_INFINITY;
  let length = 4;
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue;
    length += 2 + lengthOnLine(part, layout.parts?.[key] ?? layout.each ?? {}) + (Array.isArray(value) ? 0 : key.length + 2);
  }
  return length;
}

/** As the YAML library wants it; undefined where there is nothing to say. */
function commentOf(lines: readonly string[]): string | undefined {
  if (lines.length === 0) return undefined;
  return lines.flatMap((line) => line.split(/\r\n|\r|\n/).map((part) => ` ${printable(part)}`.trimEnd() || " ")).join("\n");
}

function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, " ");
}

function holdersOfComments(value: unknown, notes: Notes): ReadonlySet<object> {
  const holders = new Set<object>();
  const visit = (part: unknown): boolean => {
    if (typeof part !== "object" || part === null) return false;
    const own = [...(notes.of.get(part)?.values() ?? [])].some(({ comment, behind }) => (comment?.length ?? 0) > 0 || behind !== undefined);
    let inside = false;
    for (const one of Object.values(part)) inside = visit(one) || inside;
    if (own || inside) holders.add(part);
    return own || inside;
  };
  visit(value);
  return holders;
}
