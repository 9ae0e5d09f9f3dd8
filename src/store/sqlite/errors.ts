import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError, type StoreErrorCode } from "../store.ts";

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const CODES: Readonly<Record<number, StoreErrorCode>> = {
  5: "locked",
  6: "locked",
  11: "corrupt",
  13: "full",
  26: "not-a-lease-database",
};

/** A sentence for the operator for each kind of failure; the details of SQLite follow it. */
const ADVICE: Readonly<Record<StoreErrorCode, string>> = {
  locked: "another program holds a lock on it: end that program, or give this server a database of its own",
  moved:
    "it was deleted, moved or replaced by another file while the server uses it: put it back (what is written to it now would be lost), " +
    "or restore a backup and restart the server",
  newer: "it was written by a newer version of Leasehold: use that version, or another file",
  "not-a-lease-database": "it is not a lease database of Leasehold: give another file with -d",
  corrupt: "it is damaged: restore it from a backup, or move it away to start with no leases",
  full: "the disk is full: make room; the server goes on when writing succeeds again",
  io: "it can't be read or written",
};

export function storeError(code: StoreErrorCode, path: string, detail?: string): StoreError {
  return new StoreError(code, `lease database ${path}: ${ADVICE[code]}${detail === undefined ? "" : ` (${detail})`}`);
}

/**
 * SQLITE_READONLY: also what a reader is told that may not make the files beside the database that
 * it needs.
 */
const READ_ONLY = 8;
const CANNOT_OPEN = 14;
const NO_PERMISSION = "permission denied: run this as the user that the server runs as, or as root";

/** Makes a StoreError of what node:sqlite, or an access to the file, threw. */
export function fromSqlite(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const primary = error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 0;
  const denied = primary === READ_ONLY || isDenied(error) || (primary === CANNOT_OPEN && isReadOnlyFolder(dirname(path)));
  return storeError(CODES[primary] ?? "io", path, denied ? NO_PERMISSION : error instanceof Error ? error.message : String(error));
}

/** Because what SQLite says about a folder helps nobody. Throws StoreError. */
export function refuseFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw storeError("io", path, "it is a folder");
}

function isReadOnlyFolder(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return isDenied(error);
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EACCES";
}
