import { statSync } from "node:fs";

/**
 * A change of a folder that is younger than this may not be the last one with its time: the
 * system's clock for files has steps.
 */
const SETTLED_AFTER = 100;

/** A folder, and when its names were changed last, in milliseconds. */
interface Folder {
  readonly dev: number;
  readonly ino: number;
  readonly ctimeMs: number;
}

export interface FolderWatch {
  /** False: nothing has changed since `seen`. */
  mayHaveChanged(): boolean;
  /** What the last question was about has been looked at, and is as it should be. */
  seen(): void;
}

/**
 * Tells whether names in a folder may have been made, removed or given to other files since the
 * last question that was answered with no. One call of the system, and on the folder alone: to ask
 * for the times of a file that is being written makes each of its writes dearer, for the system
 * then has to tell their times apart.
 */
export function watchFolder(path: string, look: (path: string) => Folder | undefined = lookAt, now: () => number = Date.now): FolderWatch {
  let known: Folder | undefined;
  let latest: Folder | undefined;
  return {
    mayHaveChanged() {
      latest = look(path);
      return (
        latest === undefined ||
        known === undefined ||
        latest.ino !== known.ino ||
        latest.dev !== known.dev ||
        latest.ctimeMs !== known.ctimeMs
      );
    },
    seen() {
      const age = latest === undefined ? 0 : now() - latest.ctimeMs;
      known = age > SETTLED_AFTER ? latest : undefined;
    },
  };
}

function lookAt(path: string): Folder | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
