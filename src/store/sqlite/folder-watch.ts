import { statSync } from "node:fs";

/** A change of a folder that is younger than this may not be the last one with its time: the system's clock for files has steps. */
const SETTLED_AFTER = 100;

/**
 * Tells whether names in a folder may have been made, removed or given to other files since the last question that was answered with no. One call
 * of the system, and on the folder alone: to ask for the times of a file that is being written makes each of its writes dearer, for the system then
 * has to tell their times apart.
 */
export function watchFolder(path: string): { mayHaveChanged(): boolean; seen(): void } {
  let known: { readonly dev: number; readonly ino: number; readonly ctimeMs: number } | undefined;
  let latest: typeof known;
  return {
    mayHaveChanged() {
      latest = statSync(path, { throwIfNoEntry: false });
      return (
        latest === undefined ||
        known === undefined ||
        latest.ino !== known.ino ||
        latest.dev !== known.dev ||
        latest.ctimeMs !== known.ctimeMs
      );
    },
    /** What the last question was about has been looked at, and is as it should be. */
    seen() {
      const age = latest === undefined ? 0 : Date.now() - latest.ctimeMs;
      known = age > SETTLED_AFTER ? latest : undefined;
    },
  };
}
