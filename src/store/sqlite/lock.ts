import { DatabaseSync } from "node:sqlite";
import { storeError } from "./errors.ts";

/**
 * Keeps a second server away from a lease database, while anybody may read it: an exclusive lock on a small database beside it,
 * which the system gives up when the process ends, however it ends. Throws StoreError("locked"). The result is closed to unlock.
 */
export function lockDatabase(path: string): DatabaseSync {
  const lock = new DatabaseSync(`${path}-lock`, { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch {
    lock.close();
    throw storeError("locked", path, "another Leasehold server uses it");
  }
}
