import { atMost, emptyMap, remove, type SortedMap, set } from "./sorted-map.ts";

/**
 * A set of whole numbers that never changes, as the runs of numbers that it is made of: the next
 * number that is not in it is found in a few steps, however many are.
 */
export interface OrdinalSet {
  readonly size: number;
  /** The last number of each run, by its first. */
  readonly runs: SortedMap<number, number>;
}

export const EMPTY_SET: OrdinalSet = { size: 0, runs: emptyMap() };

export function has({ runs }: OrdinalSet, ordinal: number): boolean {
  const run = atMost(runs, ordinal);
  return run !== undefined && run[1] >= ordinal;
}

/** The first number at or after this one that is not in the set. */
export function firstClear({ runs }: OrdinalSet, from: number): number {
  const run = atMost(runs, from);
  return run !== undefined && run[1] >= from ? run[1] + 1 : from;
}

export function add(all: OrdinalSet, ordinal: number): OrdinalSet {
  if (has(all, ordinal)) return all;
  let { runs } = all;
  const before = atMost(runs, ordinal);
  const after = atMost(runs, ordinal + 1);
  let first = ordinal;
  let last = ordinal;
  if (before !== undefined && before[1] === ordinal - 1) [first] = before;
  if (after !== undefined && after[0] === ordinal + 1) {
    [, last] = after;
    runs = remove(runs, ordinal + 1);
  }
  return { size: all.size + 1, runs: set(runs, first, last) };
}

export function withoutOrdinal(all: OrdinalSet, ordinal: number): OrdinalSet {
  const run = atMost(all.runs, ordinal);
  if (run === undefined || run[1] < ordinal) return all;
  const [first, last] = run;
  let runs = first === ordinal ? remove(all.runs, first) : set(all.runs, first, ordinal - 1);
  if (last > ordinal) runs = set(runs, ordinal + 1, last);
  return { size: all.size - 1, runs };
}
