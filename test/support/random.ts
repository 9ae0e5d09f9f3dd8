/** Random numbers that are the same in every run. */
export interface Random {
  /** An unsigned 32-bit number. */
  next(): number;
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  /** One of them. */
  pick<T>(list: readonly T[]): T;
}

/** A generator (mulberry32) that this seed decides. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => next() % limit;
  return { next, below, pick: (list) => list[below(list.length)] as (typeof list)[number] };
}
