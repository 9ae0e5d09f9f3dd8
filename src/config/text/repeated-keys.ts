import { type Document, isScalar, type Pair, type Scalar, type YAMLMap } from "yaml";
import type { Diagnostic } from "./diagnostic.ts";
import type { Locate, Position, SyntaxProblem } from "./problems.ts";

/*
 * A key that is given twice has no meaning, and what else is wrong is told all the same: the text is
 * read with the first of them, and with the last.
 */

/** The keys of a document that are given more than once. */
export interface RepeatedKeys {
  readonly problems: SyntaxProblem[];
  /** Entries that are left out where the first of each counts. */
  readonly notFirst: Set<Pair>;
  /** Those where the last of each counts. */
  readonly notLast: Set<Pair>;
}

/** Finds the keys that a map gives more than once. They become text: `3` and `"3"` are one. */
export function findRepeated(map: YAMLMap, at: (key: Scalar) => Position, found: RepeatedKeys): void {
  const known = new Map<string, { readonly first: Scalar; last: Pair }>();
  for (const pair of map.items) {
    const { key } = pair;
    if (!isScalar(key)) continue;
    const name = String(key.value);
    const before = known.get(name);
    // Merge keys may stand several times.
    if (before === undefined || name === "<<") known.set(name, { first: key, last: pair });
    else {
      const other = { ...at(before.first), path: [] };
      found.problems.push({ ...at(key), message: `the key "${name}" is given twice`, hint: "keep one of the two", other });
      found.notFirst.add(pair);
      found.notLast.add(before.last);
      before.last = pair;
    }
  }
}

/** No key that anyone writes. */
const LEFT_OUT = "\u0000left out";

/** What a document says without some of its entries. */
export function valueWithout(document: Document, entries: ReadonlySet<Pair>, maxAliasCount: number): unknown {
  if (entries.size === 0) return document.toJS({ maxAliasCount });
  // They have other names meanwhile, and are there: what others stand for may be inside.
  const names = [...entries].map(({ key }) => ({ key: key as Scalar, name: (key as Scalar).value }));
  for (const { key } of names) key.value = LEFT_OUT;
  try {
    return document.toJS({ maxAliasCount, reviver: (name, value) => (name === LEFT_OUT ? undefined : value) });
  } finally {
    for (const { key, name } of names) key.value = name;
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
  const ofFirst = new Set(first.diagnostics.map(nameOf));
  const ofLast = new Set(last.diagnostics.map(nameOf));
  const sameIn = ({ path }: Diagnostic): boolean => {
    const [a, b] = [first.locate(path, true), last.locate(path, true)];
    return a.line === b.line && a.column === b.column;
  };
  return [
    ...first.diagnostics.filter((one) => ofLast.has(nameOf(one)) || !sameIn(one)),
    ...last.diagnostics.filter((one) => !ofFirst.has(nameOf(one)) && !sameIn(one)),
  ];
}

function nameOf({ line, column, message }: Diagnostic): string {
  return `${line}:${column} ${message}`;
}
