import { accessSync, closeSync, constants, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fromSqlite, storeError } from "./errors.ts";

/**
 * Keeps a second server away from the database at `path`, which has no symbolic links in it, by an
 * exclusive lock on a small database beside it. The system gives it up when the process ends,
 * however it ends. Throws StoreError: "locked" when another has it. The result is closed to unlock.
 */
export function lockBeside(path: string): DatabaseSync {
  const file = `${path}-lock`;
  makeFile(file);
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    // What may not be written is not locked either, and SQLite does not tell.
    accessSync(file, constants.W_OK);
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    const reason = fromSqlite(error, path);
    throw reason.code === "locked" ? storeError("locked", path, "another Leasehold server uses it") : reason;
  }
}

/**
 * For nobody else to read: SQLite would leave that to the umask, and who may read a file may lock
 * it.
 */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    // Not opened where it is there already: closing it would give up a lock of this process.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
