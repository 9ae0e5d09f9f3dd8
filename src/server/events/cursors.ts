import { closeSync, openSync, renameSync } from "node:fs";
import { DatabaseSync } from "../../store/sqlite/node-sqlite.ts";
import type { Position } from "./follow.ts";

/*
 * How far each receiver has come, in a small database of its own beside the leases: the thread of
 * events never writes to these. What is lost of it is told twice.
 */

export interface Cursors {
  /** Undefined: nobody of this name was told anything; `lost`: nobody knows how far he has come. */
  positionOf(name: string): Position | "lost" | undefined;
  /** Throws when it can't be written, and then nothing is. */
  save(positions: ReadonlyMap<string, Position>): void;
  /** Forgets all but these. */
  keepOnly(names: readonly string[]): void;
  close(): void;
}

/** `warn` is told what is wrong with the file, in a sentence; it is put aside then. */
export function openCursors(path: string, warn: (text: string) => void): Cursors {
  let db: DatabaseSync;
  try {
    db = open(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    renameSync(path, `${path}.damaged`);
    warn(`${path} says how far those have come who are told of events, and can't be read (${reason}): they are told again what is kept`);
    db = open(path);
    db.exec("INSERT INTO begun VALUES (1)");
  }
  const read = db.prepare("SELECT number, told FROM cursors WHERE name = ?");
  const write = db.prepare("INSERT OR REPLACE INTO cursors VALUES (?, ?, ?)");
  const begunAnew = db.prepare("SELECT 1 FROM begun").get() !== undefined;

  function inTransaction(work: () => void): void {
    db.exec("BEGIN IMMEDIATE");
    try {
      work();
      db.exec("COMMIT");
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  }

  return {
    positionOf(name) {
      const row = read.get(name);
      const [number, told] = [Number(row?.number), Number(row?.told)];
      if (Number.isSafeInteger(number) && Number.isSafeInteger(told)) return { number, told };
      return begunAnew ? "lost" : undefined;
    },
    save(positions) {
      inTransaction(() => {
        for (const [name, { number, told }] of positions) write.run(name, number, told);
      });
    },
    keepOnly(names) {
      inTransaction(() => {
        db.prepare("DELETE FROM cursors WHERE name NOT IN (SELECT value FROM json_each(?))").run(JSON.stringify(names));
        db.exec("DELETE FROM begun");
      });
    },
    close: () => db.close(),
  };
}

function open(path: string): DatabaseSync {
  // For the server's own user: it names receivers. A thread has no say in the umask.
  closeSync(openSync(path, "a", 0o600));
  const db = new DatabaseSync(path, { timeout: 2000 });
  try {
    db.exec(`
      CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, number INTEGER NOT NULL, told INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS begun (id INTEGER);
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
