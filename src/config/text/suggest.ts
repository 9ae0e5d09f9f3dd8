/** More are not looked through: each of many mistakes would be compared with each of many names. */
const MOST_CANDIDATES = 1000;

/** The candidate that `word` was probably meant to be; undefined when none is close. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = word.length <= 3 ? 1 : word.length <= 6 ? 2 : 3;
  const wanted = normalise(word);
  let best: string | undefined;
  let bestDistance = limit + 1;
  let left = MOST_CANDIDATES;
  for (const candidate of candidates) {
    if (left-- === 0) break;
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(wanted, normalise(candidate), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean "x"?` or undefined: a hint. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const best = closest(word, candidates);
  return best === undefined ? undefined : `did you mean "${best}"?`;
}

function normalise(word: string): string {
  return word.toLowerCase().replaceAll("-", "_");
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
