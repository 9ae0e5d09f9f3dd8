import { closeSync, openSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "../store/sqlite/node-sqlite.ts";

/*
 * What the thread of names has to know after a restart, in a small database of its own beside the
 * leases: which address claimed its name first, and the serial numbers of zones. Without it names
 * are given out by the order of leases.
 */

export interface NamesFile {
  /** When an address, as text, claimed the name: the lower came first. What is new comes last. */
  orderOf(address: string, name: string): number;
  /** The address claims nothing any more. */
  forget(address: string): void;
  serials: {
    /** The last serial number of a zone; undefined: it had none. */
    get(zone: string): number | undefined;
    set(zone: string, serial: number): void;
  };
  /** Forgets those for whom this is false. */
  keepOnly(isWanted: (address: string) => boolean): void;
  /**
   * Writes what has changed, in one transaction: in a later turn where another connection is in the
   * middle of one. Throws when it can't: then it is tried again.
   */
  save(): void;
  close(): void;
}

/**
 * Turns for which it is waited for another connection. One of this thread ends what it writes with
 * its turn, so to wait within a turn would be to wait in vain.
 */
const PATIENCE = 100;
/** SQLITE_BUSY. */
const BUSY = 5;
/** SQLITE_CORRUPT. */
const CORRUPT = 11;
/** With it SQLITE_NOTADB, and SQLITE_ERROR: its tables are others than these. */
const DAMAGED: readonly number[] = [CORRUPT, 26, 1];

interface Order {
  readonly name: string;
  readonly number: number;
}

/**
 * `warn` is told what is wrong with a file that is damaged, in a sentence; it is put aside then.
 * Throws where it can't be read for now: the disk is full, say, or another process has it locked.
 * What was published is known from nowhere else, so a file that is well must not be lost.
 */
export function openNamesFile(path: string, warn: (text: string) => void): NamesFile {
  const db = opened(path, warn);
  const orders = new Map<string, Order>();
  const serials = new Map<string, number>();
  let last = 0;
  for (const { address, name, number } of db.prepare("SELECT address, name, number FROM claims").iterate()) {
    orders.set(String(address), { name: String(name), number: Number(number) });
    last = Math.max(last, Number(number));
  }
  for (const { zone, serial } of db.prepare("SELECT zone, serial FROM serials").iterate()) serials.set(String(zone), Number(serial));
  const put = db.prepare("INSERT OR REPLACE INTO claims VALUES (?, ?, ?)");
  const remove = db.prepare("DELETE FROM claims WHERE address = ?");
  const putSerial = db.prepare("INSERT OR REPLACE INTO serials VALUES (?, ?)");
  /** What differs from what is on disk. */
  const changed = new Set<string>();
  const changedZones = new Set<string>();
  let waited = 0;
  let again: NodeJS.Immediate | undefined;

  function forget(address: string): void {
    if (orders.delete(address)) changed.add(address);
  }

  return {
    orderOf(address, name) {
      const known = orders.get(address);
      if (known?.name === name) return known.number;
      const number = ++last;
      orders.set(address, { name, number });
      changed.add(address);
      return number;
    },
    forget,
    serials: {
      get: (zone) => serials.get(zone),
      set(zone, serial) {
        serials.set(zone, serial);
        changedZones.add(zone);
      },
    },
    keepOnly(isWanted) {
      for (const address of orders.keys()) if (!isWanted(address)) forget(address);
    },
    save,
    close() {
      clearImmediate(again);
      db.close();
    },
  };

  /** False: another connection is writing, and this has been put off. */
  function begin(): boolean {
    try {
      db.exec("BEGIN IMMEDIATE");
    } catch (error) {
      const isBusy = error instanceof Error && "errcode" in error && error.errcode === BUSY;
      if (!isBusy || waited++ >= PATIENCE) throw error;
      again ??= setImmediate(() => {
        again = undefined;
        try {
          save();
        } catch {
          // Whoever saves the next time is told.
        }
      });
      return false;
    }
    waited = 0;
    return true;
  }

  function save(): void {
    if (changed.size === 0 && changedZones.size === 0) return;
    if (!begin()) return;
    try {
      for (const address of changed) {
        const order = orders.get(address);
        if (order === undefined) remove.run(address);
        else put.run(address, order.name, order.number);
      }
      for (const zone of changedZones) putSerial.run(zone, serials.get(zone) as number);
      db.exec("COMMIT");
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
    changed.clear();
    changedZones.clear();
  }
}

function opened(path: string, warn: (text: string) => void): DatabaseSync {
  try {
    return open(path);
  } catch (error) {
    if (!isDamage(error)) throw error;
    putAside(path);
    warn(
      `${path} says who had which name first, and what was published of them, and can't be read (${(error as Error).message}): it is put aside and begun anew`,
    );
    return open(path);
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" && DAMAGED.includes(error.errcode & 0xff);
}

/** With its log, which must not be played into the one that takes its place. */
function putAside(path: string): void {
  rmSync(`${path}-shm`, { force: true });
  try {
    renameSync(`${path}-wal`, `${path}.damaged-wal`);
  } catch {
    rmSync(`${path}.damaged-wal`, { force: true });
  }
  renameSync(path, `${path}.damaged`);
}

/** Opens the file, which another connection may use too; makes it where there is none. */
export function openNamesDatabase(path: string): DatabaseSync {
  // For the server's own user. A thread has no say in the umask.
  closeSync(openSync(path, "a", 0o600));
  const db = new DatabaseSync(path, { timeout: 5000 });
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function open(path: string): DatabaseSync {
  const db = openNamesDatabase(path);
  try {
    db.exec(`
      CREATE TABLE IF NOT EXISTS claims (address TEXT PRIMARY KEY, name TEXT NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS serials (zone TEXT PRIMARY KEY, serial INTEGER NOT NULL) WITHOUT ROWID;
      PRAGMA busy_timeout = 0;`);
    check(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What is wrong in some place would come up there only, and stop whatever looks there for ever. */
function check(db: DatabaseSync): void {
  const problem = String(db.prepare("PRAGMA quick_check(1)").get()?.quick_check);
  if (problem !== "ok") throw Object.assign(new Error(problem.split("\n").at(-1)), { errcode: CORRUPT });
  db.prepare("SELECT address, name, number FROM claims");
}
