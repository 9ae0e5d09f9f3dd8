/*
 * What is to be tried again later, each after a wait of its own. Waits are of a few lengths, and
 * those of one length end in the order in which they began: so there is neither a timer for each nor
 * anything to be sorted.
 */

export interface Retries {
  readonly size: number;
  /** It is tried again after the next longer wait, in milliseconds, which is returned. */
  add(key: string): number;
  /** Those of which the wait is over, which wait no more; their next one is longer still. */
  due(): readonly string[];
  /** All of them, which wait no more. */
  all(): readonly string[];
  /** It waits no more; whether it did. */
  end(key: string): boolean;
  /** It worked: its next wait is the first again. */
  forget(key: string): void;
  /** When the next wait is over; undefined: nothing waits. */
  next(): number | undefined;
  /** When that of this one is over. */
  dueAt(key: string): number | undefined;
  /** How often this one has failed. */
  times(key: string): number;
  keys(): Iterable<string>;
}

/** `waits`: in milliseconds, growing; `now`: milliseconds that never go back. */
export function createRetries(waits: readonly number[], now: () => number): Retries {
  const lines: readonly Map<string, number>[] = waits.map(() => new Map());
  const failures = new Map<string, number>();

  const lineOf = (key: string): Map<string, number> | undefined => lines[Math.min(failures.get(key) ?? 0, lines.length) - 1];

  return {
    get size() {
      return lines.reduce((sum, line) => sum + line.size, 0);
    },
    add(key) {
      lineOf(key)?.delete(key);
      const times = (failures.get(key) ?? 0) + 1;
      failures.set(key, times);
      const wait = waits[Math.min(times, waits.length) - 1] as number;
      lineOf(key)?.set(key, now() + wait);
      return wait;
    },
    due() {
      const time = now();
      const found: string[] = [];
      for (const line of lines) {
        for (const [key, due] of line) {
          if (due > time) break;
          line.delete(key);
          found.push(key);
        }
      }
      return found;
    },
    all() {
      const found = lines.flatMap((line) => [...line.keys()]);
      for (const line of lines) line.clear();
      return found;
    },
    end: (key) => lineOf(key)?.delete(key) ?? false,
    forget(key) {
      lineOf(key)?.delete(key);
      failures.delete(key);
    },
    next() {
      let next: number | undefined;
      for (const line of lines) {
        for (const due of line.values()) {
          next = Math.min(next ?? due, due);
          break;
        }
      }
      return next;
    },
    dueAt: (key) => lineOf(key)?.get(key),
    times: (key) => failures.get(key) ?? 0,
    *keys() {
      for (const line of lines) yield* line.keys();
    },
  };
}
