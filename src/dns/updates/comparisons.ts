import { compareZones, type SyncParts, type SyncReport } from "./sync.ts";

/*
 * Comparisons that are asked for, one after the other, and what happens while one is under way.
 */

export interface Comparisons {
  /** Rejects where what is published can't be read. */
  compare(repair: boolean): Promise<SyncReport>;
  /** Something was settled: what the one that is under way has seen of it is old. */
  settled(key: string): void;
  /** Ends the one that is under way. */
  close(): void;
}

/** `ended`: one of them is over, and there may be something to be put right. */
export function createComparisons(parts: Omit<SyncParts, "signal">, ended: () => void): Comparisons {
  const ending = new AbortController();
  let news: Set<string> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function compare(repair: boolean): Promise<SyncReport> {
    const own = new Set<string>();
    news = own;
    try {
      return await compareZones({ ...parts, signal: ending.signal }, { repair, isNews: (key) => own.has(key) });
    } finally {
      news = undefined;
      ended();
    }
  }

  return {
    compare(repair) {
      const next = last.then(() => compare(repair));
      last = next.catch(() => {});
      return next;
    },
    settled: (key) => news?.add(key),
    close: () => ending.abort(),
  };
}
