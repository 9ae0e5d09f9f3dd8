import { asName, namesMeant } from "./words.ts";

/** More are not looked through: each of many mistakes would be compared with each of many names. */
const MOST_CANDIDATES = 1000;

/** More mistakes of one kind get no suggestion of their own: nobody reads so many. */
const MOST_SUGGESTIONS = 200;

/** Names that can be asked for one: there may be many, and they are not copied for each mistake. */
export interface Names extends Iterable<string> {
  has(name: string): boolean;
}

/** The candidate that `word` was probably meant to be; undefined when none is close. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = word.length <= 3 ? 1 : word.length <= 6 ? 2 : 3;
  const wanted = asName(word);
  let best: string | undefined;
  let bestDistance = limit + 1;
  let left = MOST_CANDIDATES;
  for (const candidate of candidates) {
    if (left-- === 0) break;
    if (Math.abs(candidate.length - wanted.length) > limit) continue;
    const distance = editDistance(wanted, asName(candidate), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * The candidate that `word` stands for: the same one otherwise written, one that means it, or the
 * closest; undefined when there is none.
 */
export function meant(word: string, candidates: Names | readonly string[]): string | undefined {
  const own = asName(word);
  const names: Names = "has" in candidates ? candidates : new Set(candidates);
  if (names.has(own)) return own;
  return namesMeant(word).find((name) => names.has(name)) ?? closest(word, names);
}

/** `did you mean "x"?` or undefined: a hint. */
export function didYouMean(word: string, candidates: Names | readonly string[]): string | undefined {
  const best = meant(word, candidates);
  return best === undefined ? undefined : `did you mean "${best}"?`;
}

/** `didYouMean` for the first of many mistakes of one kind, in a file that has many names. */
export function fewSuggestions(): (word: string, candidates: Names) => string | undefined {
  let left = MOST_SUGGESTIONS;
  return (word, candidates) => (left-- > 0 ? didYouMean(word, candidates) : undefined);
}

/**
 * Levenshtein distance, or any number from `limit` up when it is not less than that. Both words are
 * short: `closest` compares lengths first, and long words are cut.
 */
function editDistance(left: string, right: string, limit: number): number {
  const a = left.slice(0, 64);
  const b = right.slice(0, 64);
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] as number) + 1, (current[j - 1] as number) + 1));
    }
    if (current.every((distance) => distance >= limit)) return limit;
    previous = current;
  }
  return previous[b.length] as number;
}
