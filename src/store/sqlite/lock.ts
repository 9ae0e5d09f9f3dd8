import { accessSync, closeSync, constants, fchownSync, openSync, statSync } from "node:fs";
import { fromSqlite, storeError } from "./errors.ts";
import { DatabaseSync } from "./node-sqlite.ts";

/**
 * Keeps a second server away from the database at `path`, which has no symbolic links in it, by an
 * exclusive lock on a small database beside it. The system gives it up when the process ends,
 * however it ends. Throws StoreError: "locked" when another has it. The result is closed to unlock.
 */
export function lockBeside(path: string): DatabaseSync {
  const file = `${path}-lock`;
  makeFile(file, path);
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
 * For its user and group, as the database: SQLite would leave that to the umask, and who may read a
 * file may lock it. Root makes it for the owner of the database.
 */
function makeFile(file: string, database: string): void {
  try {
    const fd = openSync(file, "wx", 0o640);
    if (process.geteuid?.() === 0) giveTo(fd, database);
    closeSync(fd);
  } catch (error) {
    // Not opened where it is there already: closing it would give up a lock of this process.
    if (!isCode(error, "EEXIST")) throw error;
  }
}

/** An open file belongs to whom another one belongs to. */
export function giveTo(fd: number, other: string): void {
  const { uid, gid } = statSync(other);
  fchownSync(fd, uid, gid);
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
