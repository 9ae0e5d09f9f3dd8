import { accessSync, constants } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fromSqlite, refuseFolder, storeError } from "./errors.ts";

/**
 * Keeps a second server away from a lease database, while anybody may read it: an exclusive lock on a small database beside it,
 * which the system gives up when the process ends, however it ends. Throws StoreError: "locked" when another has it. The result is closed to unlock.
 */
export function lockDatabase(path: string): DatabaseSync {
  refuseFolder(path);
  const file = `${path}-lock`;
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
