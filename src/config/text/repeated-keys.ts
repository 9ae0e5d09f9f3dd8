import { isScalar, type Pair, type Scalar, type YAMLMap } from "yaml";
import type { Diagnostic } from "./diagnostic.ts";
import { isMergeKey, nameOf } from "./nodes.ts";
import type { Locate, Position, SyntaxProblem } from "./problems.ts";

/*
 * A key that is given twice has no meaning, and what else is wrong is told all the same: the text
 * is read with the first of them, and with the last.
 */

/** The keys of a document that are given more than once. */
export interface RepeatedKeys {
  readonly problems: SyntaxProblem[];
  /** Entries that are left out where the first of each counts. */
  readonly notFirst: Set<Pair>;
  /** Those where the last of each counts. */
  readonly notLast: Set<Pair>;
}

/** Finds the keys that a map gives more than once. Merge keys may stand several times. */
export function findRepeated(map: YAMLMap, at: (key: Scalar) => Position, found: RepeatedKeys): void {
  const known = new Map<string, { readonly first: Scalar; last: Pair }>();
  for (const pair of map.items) {
    const { key } = pair;
    if (!isScalar(key) || isMergeKey(key)) continue;
    const name = nameOf(key);
    const before = known.get(name);
    if (before === undefined) known.set(name, { first: key, last: pair });
    else {
      const other = { ...at(before.first), path: [] };
      found.problems.push({ ...at(key), message: `the key "${name}" is given twice`, hint: "keep one of the two", other });
      found.notFirst.add(pair);
      found.notLast.add(before.last);
      before.last = pair;
    }
  }
}

/** What was found in one of the two, and where that finds the parts of the text. */
export interface FoundIn {
  readonly diagnostics: readonly Diagnostic[];
  readonly locate: Locate;
}

/**
 * What is wrong whichever of the keys is kept: what is told of both, and what is told of something
 * that the other does not see. What one of them alone tells of what both see is wrong only for what
 * it does not see.
 */
export function foundInBoth(first: FoundIn, last: FoundIn): readonly Diagnostic[] {
  const ofFirst = new Set(first.diagnostics.map(textOf));
  const ofLast = new Set(last.diagnostics.map(textOf));
  const sameIn = ({ path }: Diagnostic): boolean => {
    const [a, b] = [first.locate(path, true), last.locate(path, true)];
    return a.line === b.line && a.column === b.column;
  };
  return [
    ...first.diagnostics.filter((one) => ofLast.has(textOf(one)) || !sameIn(one)),
    ...last.diagnostics.filter((one) => !ofFirst.has(textOf(one)) && !sameIn(one)),
  ];
}

function textOf({ line, column, message }: Diagnostic): string {
  return `${line}:${column} ${message}`;
}
