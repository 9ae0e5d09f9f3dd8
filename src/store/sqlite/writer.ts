import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StoreError } from "../store.ts";
import { type BatchVisitor, type NameCache, readBatch } from "./batch.ts";
import { type FileIdentity, identityAt, isAt } from "./database-file.ts";
import { fromSqlite, storeError } from "./errors.ts";
import { type FolderWatch, watchFolder } from "./folder-watch.ts";
import { createJournalWriter, type JournalWriter } from "./journal-writer.ts";
import { preparePut } from "./rows.ts";
import { CHECKPOINT_PAGES, openLeaseDatabase, PAGE_SIZE } from "./schema.ts";

/**
 * Pages that can't be taken out of the log, because somebody reads for long, from which the
 * operator is told (64 MiB).
 */
const LONG_LOG_PAGES = 8 * CHECKPOINT_PAGES;
/** What tidying the journal once is reckoned to add to the log. */
const TIDY_PAGES = 64;

/**
 * Writes batches, one transaction each, into the file that the server has locked. Checkpoints are
 * its owner's to ask for.
 */
export class DatabaseWriter {
  readonly #path: string;
  readonly #identity: FileIdentity;
  readonly #warn: (text: string) => void;
  /** Undefined: it could not be opened yet. */
  #connection: Connection | undefined;
  readonly #folder: FolderWatch;
  readonly #names: NameCache = [];
  #logIsLong = false;
  /**
   * The log's size is estimated: a few pages for each transaction, and one for each 512 bytes of
   * the batch.
   */
  #pagesInLog = 0;

  constructor(path: string, identity: FileIdentity, warn: (text: string) => void) {
    this.#path = path;
    this.#identity = identity;
    this.#warn = warn;
    this.#folder = watchFolder(dirname(path));
    try {
      this.#connect();
    } catch {
      // The first commit tries again, and tells.
    }
  }

  /** One transaction. */
  commit(batch: Uint8Array): StoreError | undefined {
    try {
      const { begin, commit, visitor } = this.#connect();
      begin.run();
      readBatch(batch, visitor, this.#names);
      commit.run();
      this.#pagesInLog += 3 + batch.length / 512;
      return undefined;
    } catch (error) {
      const db = this.#connection?.db;
      if (db?.isTransaction) db.exec("ROLLBACK");
      this.#connection?.journal.rolledBack();
      return fromSqlite(error, this.#path);
    }
  }

  /** Copies the log into the database when it is long enough. To be called when nobody waits. */
  checkpointIfDue(): void {
    if (this.#pagesInLog >= CHECKPOINT_PAGES) this.#checkpoint();
  }

  /** There is more to be done with the journal: `tidy` does a part of it. */
  get isUntidy(): boolean {
    return this.#connection?.journal.isUntidy ?? false;
  }

  /** So much is to be done that it can't wait any longer for a time in which nobody waits. */
  get isOverdue(): boolean {
    return this.#connection?.journal.isOverdue ?? false;
  }

  /** Does a part of what is to be done with the journal, as one small transaction. */
  tidy(): void {
    try {
      this.#connect().journal.tidy();
      this.#pagesInLog += TIDY_PAGES;
    } catch {
      // A full disk, say: the next commit tells.
      const db = this.#connection?.db;
      if (db?.isTransaction) db.exec("ROLLBACK");
      this.#connection?.journal.putOff();
    }
  }

  close(): void {
    this.#checkpoint();
    this.#connection?.db.close();
  }

  /**
   * The connection. Throws StoreError unless what is written through it will be found at the next
   * start.
   */
  #connect(): Connection {
    if (this.#connection !== undefined && !this.#folder.mayHaveChanged()) return this.#connection;
    if (!isAt(this.#path, this.#identity)) throw storeError("moved", this.#path);
    if (this.#connection?.logFiles.every(({ path, identity }) => isAt(path, identity)) === false) this.#leaveLog(this.#connection);
    this.#connection ??= openConnection(this.#path);
    this.#folder.seen();
    return this.#connection;
  }

  /**
   * Somebody has removed the log. What is in it is still at hand: it goes into the database, and a
   * new log is begun.
   */
  #leaveLog({ db }: Connection): void {
    if (checkpoint(db, "TRUNCATE").busy) {
      throw storeError("locked", this.#path, "the log beside it was removed, and can't be begun anew while somebody reads");
    }
    this.#connection = undefined;
    db.close();
    this.#warn(`the log beside the lease database ${this.#path} was removed while the server uses it: it is begun anew, nothing is lost`);
  }

  #checkpoint(): void {
    this.#pagesInLog = 0;
    if (this.#connection === undefined) return;
    try {
      const { left } = checkpoint(this.#connection.db, "PASSIVE");
      const isLong = left >= LONG_LOG_PAGES;
      if (isLong && !this.#logIsLong) {
        this.#warn(
          `somebody has been reading the lease database ${this.#path} for so long that ${(left * PAGE_SIZE) >>> 20} MiB of changes wait in ` +
            `${this.#path}-wal, which grows until the reader has finished: \`fuser ${this.#path}\` names the programs that use it`,
        );
      }
      this.#logIsLong = isLong;
    } catch {
      // A full disk, say: the log stays as it is, and the next commit tells.
    }
  }
}

interface Connection {
  readonly db: DatabaseSync;
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly visitor: BatchVisitor;
  readonly journal: JournalWriter;
  /**
   * What SQLite keeps beside the database: under other names, or none, a commit would be lost at
   * the next start.
   */
  readonly logFiles: readonly { readonly path: string; readonly identity: FileIdentity }[];
}

function openConnection(path: string): Connection {
  const db = openLeaseDatabase(path);
  reserveLog(db, path);
  const logFiles = ["-wal", "-shm"].flatMap((suffix) => {
    const identity = identityAt(`${path}${suffix}`);
    return identity === undefined ? [] : [{ path: `${path}${suffix}`, identity }];
  });
  const journal = createJournalWriter(db);
  return { db, begin: db.prepare("BEGIN IMMEDIATE"), commit: db.prepare("COMMIT"), visitor: createVisitor(db, journal), journal, logFiles };
}

/**
 * `left`: pages of the log that are not in the database yet. `busy`: TRUNCATE could not be done.
 */
function checkpoint(db: DatabaseSync, mode: "PASSIVE" | "TRUNCATE"): { readonly busy: boolean; readonly left: number } {
  const { busy, log, checkpointed } = db.prepare(`PRAGMA wal_checkpoint(${mode})`).get() ?? {};
  return { busy: busy !== 0, left: Number(log) - Number(checkpointed) };
}

/**
 * Makes the log as long as it gets between two checkpoints. A log that grows with each commit costs
 * a write of the file's metadata besides that of its data, which nearly doubles the time until a
 * commit is on disk. Where room is scarce it is not taken.
 */
function reserveLog(db: DatabaseSync, path: string): void {
  try {
    db.exec("DROP TABLE IF EXISTS reserved");
    const { bavail, bsize } = statfsSync(dirname(path));
    const size = CHECKPOINT_PAGES * PAGE_SIZE;
    if (bavail * bsize < 16 * size) return;
    db.exec(`
      CREATE TABLE reserved (space BLOB);
      INSERT INTO reserved VALUES (zeroblob(${size}));
      DROP TABLE reserved;
      PRAGMA wal_checkpoint(RESTART);`);
  } catch {
    // Commits take a little longer; a disk that takes nothing at all shows at the first of them.
  }
}

function createVisitor(db: DatabaseSync, journal: JournalWriter): BatchVisitor {
  const times = db.prepare("UPDATE leases SET state = ?, start = ?, expiry = ? WHERE id = ?");
  const remove = db.prepare("DELETE FROM leases WHERE id = ?");
  const clock = db.prepare("INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?, ?)");
  const fact = db.prepare("INSERT OR REPLACE INTO server VALUES (?, ?)");
  const forget = db.prepare("DELETE FROM server WHERE name = ?");
  return {
    put: preparePut(db),
    times(id, state, start, expiry): void {
      times.run(state, start, expiry, id);
    },
    remove(id): void {
      remove.run(id);
    },
    clock({ offset, trusted, boot, bootOffset }): void {
      clock.run(offset, trusted, boot, bootOffset);
      journal.clockIs(offset);
    },
    fact({ name, value }): void {
      fact.run(name, value);
    },
    forget(name): void {
      forget.run(name);
    },
    event: journal.event,
    prune: journal.prune,
    index: journal.index,
  };
}
