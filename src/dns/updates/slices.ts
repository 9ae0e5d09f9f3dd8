/*
 * Long work in short pieces, so that nobody in the same thread waits for all of it.
 */

/** How long a piece is, in milliseconds. */
export const SLICE = 5;

/**
 * Does it for each, while `goesOn` says so; false: it was ended. What changes meanwhile in what is
 * gone through has to be told otherwise.
 */
export async function inSlices<T>(items: Iterable<T>, each: (item: T) => void, goesOn: () => boolean): Promise<boolean> {
  let end = performance.now() + SLICE;
  for (const item of items) {
    each(item);
    if (performance.now() < end) continue;
    await pause();
    if (!goesOn()) return false;
    end = performance.now() + SLICE;
  }
  return goesOn();
}

/** Lets everybody else do something. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
