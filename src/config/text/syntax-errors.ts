import type { YAMLError } from "yaml";
import { type Misindentation, misindentations } from "./indentation.ts";
import { linesOf } from "./lines.ts";
import type { Position, SyntaxProblem } from "./problems.ts";

/* What the parser says of a text that is not YAML, or not JSON, with what to do about it. */

export const TOO_DEEP = "it is nested too deeply";

/**
 * Each mistake once. `root` is what the parser made of the text, `at` tells the place of an offset.
 */
export function explainAll(
  errors: readonly YAMLError[],
  text: string,
  root: unknown,
  at: (offset: number) => Position,
  format: "YAML" | "JSON",
): readonly SyntaxProblem[] {
  // The parser stumbles again at each level that it comes out of. It calls itself for each.
  const deep = errors.find(({ message }) => /call stack|stack overflow/i.test(message));
  if (deep !== undefined) return [{ ...at(deep.pos[0]), message: `not valid ${format}: ${TOO_DEEP}`, hint: undefined }];
  const byPlace = Map.groupBy(errors, ({ pos }) => pos[0]);
  const lines = byPlace.size > 0 ? linesOf(text) : [];
  const misindentation = misindentations(root, lines, at);
  const found = [...byPlace.values()].map((ofPlace) => explain(ofPlace, lines, misindentation, at, format));
  // In a line that belongs nowhere the parser stumbles over all that follows.
  const misplaced = new Set(found.filter(({ isMisplaced }) => isMisplaced).map(({ problem }) => problem.line));
  const told = new Set<number>();
  return found.flatMap(({ problem, isMisplaced }) => {
    if (misplaced.has(problem.line) && (!isMisplaced || told.has(problem.line))) return [];
    told.add(problem.line);
    return [problem];
  });
}

interface Explained {
  readonly problem: SyntaxProblem;
  /** Its line is indented as nothing that it could belong to. */
  readonly isMisplaced: boolean;
}

/** One mistake, which may be told in several ways at its place: the first is enough. */
function explain(
  errors: readonly YAMLError[],
  lines: readonly string[],
  misindentation: Misindentation,
  at: (offset: number) => Position,
  format: string,
): Explained {
  const { code, pos, message } = errors[0] as YAMLError;
  const place = at(pos[0]);
  const one = (what: string, hint: string | undefined): Explained => ({
    problem: { ...place, message: what, hint },
    isMisplaced: false,
  });
  if (code === "MULTIPLE_DOCS") return one("the file has more than one document", "remove the line with ---");
  if (code === "TAB_AS_INDENT") return one("a tab is used for indentation", "use spaces");
  const codes = new Set(errors.map((error) => error.code));
  const manyLines = errors.find((error) => error.code === "MULTILINE_IMPLICIT_KEY");
  // What is indented more than the value above it is taken for more of that.
  const isBelowValue = manyLines !== undefined && codes.has("BLOCK_AS_IMPLICIT_KEY");
  const line = isBelowValue ? at(manyLines.pos[1] - 1).line : place.line;
  const problem = isBelowValue || MISPLACED.test(message) ? misindentation(line) : undefined;
  if (problem !== undefined) return { problem, isMisplaced: true };
  const isWithoutColon = !codes.has("BLOCK_IN_FLOW") && (manyLines !== undefined || /need to be followed by map values/.test(message));
  const hint = isWithoutColon
    ? withoutColon(lines[place.line - 1]?.slice(place.column - 1) ?? "")
    : HINTS.find(([what]) => errors.some((error) => what.test(error.message)))?.[1];
  return one(`not valid ${format}: ${message.slice(0, 1).toLowerCase()}${message.slice(1)}`, hint);
}

/** What is said of lines that are indented by too little or too much. */
const MISPLACED = /must start at the same column|without - indicator|A block sequence may not|Unexpected scalar at node end/;

/** A line without a key, where one is needed. Its value is not shown: it may be a secret. */
function withoutColon(text: string): string {
  const key = /^([\w-]+):\S/.exec(text)?.[1];
  return key === undefined ? "behind a key stand a colon and a space: key: value" : `a space is missing behind the colon: ${key}: ...`;
}

/** What to do about what the parser says: it knows the rule that is broken, and not how. */
const HINTS: readonly (readonly [what: RegExp, hint: string])[] = [
  [/Block collections are not allowed within flow/, "between what stands in { } or [ ] stand commas"],
  [/Nested mappings are not allowed/, 'text that has ": " in it stands in quotes; each key has a line of its own'],
  [/cannot start with/, 'put the text in quotes: "..."'],
  [/must start at the same column/, "indent the keys of one map by the same number of spaces"],
  [/Missing closing/, "a quote that is opened has to be closed; quotes inside the text are written twice, or other ones are put around it"],
  [/sufficiently indented and end with/, "each { needs its }, each [ its ], and what is between them is indented more than the key"],
  [
    /unexpected scalar at node end|Unexpected scalar/,
    "a key has its colon and a space behind it, and text with special characters stands in quotes",
  ],
];
