import { HalfSipHash } from "../../net/half-sip-hash.ts";

/** Entries that are looked at for one key. */
const WAYS = 8;
/** Entries in all: 12 bytes each, 3 MiB. */
const ENTRIES = 1 << 18;

export interface RateLimit {
  /**
   * Takes one from what the key has left; false: it has nothing left, and then nothing is taken.
   * The key is the first `length` bytes. `now` is in milliseconds and never goes back.
   */
  take(key: Uint8Array, length: number, now: number): boolean;
}

/**
 * Whether a client sends more than it may. Keeps count, so it is to be asked once for each message.
 */
export interface FloodGuard<M> {
  /** `now` is in milliseconds and never goes back. */
  refuses(message: M, now: number): boolean;
}

export interface RateLimitSettings {
  /** What a key may take at once, and how long it takes to have all of that again, in seconds. */
  readonly burst: number;
  readonly seconds: number;
  /** Two numbers that no sender knows, 32 bits each. */
  readonly secret: readonly [number, number];
  /** Keys that can be told apart at a time; a power of two, at least 8. */
  readonly entries?: number;
}

/**
 * Limits how often each of any number of keys may do something, in a fixed amount of memory:
 * GCRA (the generic cell rate algorithm), which keeps of each key only the time at which it will
 * have its whole burst again.
 *
 * The table is a cache of eight-way sets. A key whose time has come needs no entry, so its entry is
 * free for others; when all eight are in use the one gives way that is nearest to its whole burst,
 * and starts anew. So those who send under ever new names can make the limit lenient, for
 * themselves and for others, but never strict: a key is refused for what another did only if 32
 * bits of a hash with a secret key are the same, and the set as well.
 */
export function createRateLimit({ burst, seconds, secret, entries = ENTRIES }: RateLimitSettings): RateLimit {
  const interval = (seconds * 1000) / burst;
  // A hair more, for the sum of many intervals is not exact.
  const tolerance = interval * (burst - 1 + 1e-6);
  const sets = entries / WAYS;
  const hash = new HalfSipHash(...secret);
  /** Which key an entry is about, and when that will have its whole burst again. */
  const tags = new Uint32Array(entries);
  const fullAt = new Float64Array(entries);

  return {
    take(key, length, now) {
      hash.hash(key, length);
      const { first: tag } = hash;
      const begin = (hash.last & (sets - 1)) * WAYS;
      let entry = begin;
      let known = false;
      for (let i = begin; i < begin + WAYS && !known; i++) {
        known = tags[i] === tag;
        if (known || (fullAt[i] as number) < (fullAt[entry] as number)) entry = i;
      }
      const from = known ? Math.max(now, fullAt[entry] as number) : now;
      if (from - now > tolerance) return false;
      tags[entry] = tag;
      fullAt[entry] = from + interval;
      return true;
    },
  };
}
