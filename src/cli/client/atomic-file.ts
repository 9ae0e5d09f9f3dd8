import { realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Writes the whole file or nothing: whoever reads it finds the text of before or this one. Where
 * the file can't be replaced, as one that is mounted into a container, it is written over. Throws
 * what the system says.
 */
export function writeAtomically(path: string, text: string): void {
  const target = targetOf(path);
  const temporary = `${target}.leasehold-${process.pid}`;
  writeFileSync(temporary, text, { mode: 0o644 });
  try {
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    writeFileSync(target, text);
  }
}

/** A symbolic link stays one. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
