import { chmodSync, closeSync, constants, existsSync, fstatSync, openSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { lockFile } from "../../io/linux/file-lock.ts";
import { fromSqlite, refuseFolder, storeError } from "./errors.ts";
import { giveTo, isCode, lockBeside } from "./lock.ts";

/*
 * The file that leases are in: one server at a time, for its own user's eyes, and always the same
 * file. A file is what its inode says, not its name: names can be symbolic links, hard links, and
 * can be given to another file while a server runs.
 */

/** What tells a file from every other one that exists. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

/** A database that this server alone uses. */
export interface DatabaseFile {
  /** Its path, without symbolic links. */
  readonly path: string;
  readonly identity: FileIdentity;
  /** The operator should know of it: one sentence each. */
  readonly warnings: readonly string[];
  /**
   * Gives it up. No connection of this process may be open any more: closing a file gives up the
   * locks that SQLite has on it.
   */
  release(): void;
}

/** Files beside the database: SQLite's, and the lock of versions before this one. */
const BESIDE = ["", "-wal", "-shm", "-lock"];
/**
 * For the server's own user, and its group to read: leases say who is where, and whoever may read a
 * file may keep it locked.
 */
const FILE_MODE = 0o640;

/** What of a mode is more than that. */
const OTHERS_AND_MORE = 0o037;

/**
 * The databases that this process has claimed: to open one of them a second time and close it again
 * would give up SQLite's locks on it.
 */
const claimed = new Set<string>();

/**
 * Makes the file where there is none, and keeps other servers away from it; readers are welcome.
 * Throws StoreError: "locked" when another server has it.
 */
export function claimDatabase(path: string): DatabaseFile {
  refuseFolder(path);
  const known = identityAt(path);
  if (known !== undefined && claimed.has(keyOf(known))) throw inUse(path);
  const fd = openDatabase(path);
  let beside: DatabaseSync | undefined;
  try {
    const real = realpathSync(path);
    const { dev, ino, nlink } = fstatSync(fd);
    const identity = { dev, ino };
    if (lockFile(fd) === "taken") throw inUse(path);
    if (!isAt(real, identity)) throw storeError("moved", path);
    // Where inodes can't be locked this is the lock; and older versions know no other.
    beside = lockBeside(real);
    for (const suffix of BESIDE) restrict(`${real}${suffix}`);
    claimed.add(keyOf(identity));
    return {
      path: real,
      identity,
      warnings: nlink > 1 ? [manyNames(real, nlink)] : [],
      release() {
        claimed.delete(keyOf(identity));
        beside?.close();
        closeSync(fd);
      },
    };
  } catch (error) {
    beside?.close();
    closeSync(fd);
    throw fromSqlite(error, path);
  }
}

/**
 * What root makes, as by an import, belongs to whom the folder belongs to: the server that is to
 * use it may be a user of its own.
 */
function openDatabase(path: string): number {
  try {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, FILE_MODE);
    if (process.geteuid?.() === 0) giveTo(fd, dirname(path));
    return fd;
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
    // One that a symbolic link leads to may still have to be made.
    return openSync(path, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
  }
}

/** Undefined: there is no such file, or nobody may know. */
export function identityAt(path: string): FileIdentity | undefined {
  try {
    const { dev, ino } = statSync(path);
    return { dev, ino };
  } catch {
    return undefined;
  }
}

/** Whether the path still leads to this file. */
export function isAt(path: string, { dev, ino }: FileIdentity): boolean {
  const found = identityAt(path);
  return found !== undefined && found.dev === dev && found.ino === ino;
}

function inUse(path: string): Error {
  return storeError("locked", path, "another Leasehold server uses it");
}

function keyOf({ dev, ino }: FileIdentity): string {
  return `${dev}:${ino}`;
}

function manyNames(path: string, names: number): string {
  return (
    `lease database ${path} has ${names} names (hard links): always start the server with the same one, for what a crash leaves in the log ` +
    "beside it is not found under another"
  );
}

/**
 * Versions before this one left the modes of files to the umask. A file that belongs to somebody
 * else stays as it is.
 */
function restrict(file: string): void {
  try {
    if (existsSync(file) && (statSync(file).mode & OTHERS_AND_MORE) !== 0) chmodSync(file, FILE_MODE);
  } catch {
    // Whoever runs this server may write the file but does not own it: its owner has decided who
    // may.
  }
}
