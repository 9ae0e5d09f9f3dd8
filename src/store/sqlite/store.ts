import { resolve } from "node:path";
import { kindOf } from "../../net/argument.ts";
import type { Fact, LeaseStore, SavedClock, StoredLease, StoreError, StoreWrite } from "../store.ts";
import { BatchWriter } from "./batch.ts";
import { claimDatabase, type DatabaseFile, isAt } from "./database-file.ts";
import { fromSqlite, storeError } from "./errors.ts";
import { MAX_BATCH_BYTES } from "./handover.ts";
import { renumberRows } from "./renumber.ts";
import { readClock, readFacts, readLeases, WITHOUT_NETWORK } from "./rows.ts";
import { openLeaseDatabase } from "./schema.ts";
import { WriterThread } from "./writer-thread.ts";

/**
 * How long to wait before the thread that writes is started anew, in milliseconds: longer each
 * time, until something was written again.
 */
const RESTART_AFTER = [0, 200, 1000, 3000];
/**
 * How often it is looked at whether the database is still where it was, in milliseconds. Each
 * commit looks too.
 */
const LOOK_EVERY = 500;

const CLOSED = "it has been closed";

/** What a store has to tell besides the outcome of commits. */
export interface SqliteStoreEvents {
  /**
   * The operator should know: one sentence. Damage found on load, a reader that keeps the log from
   * being made smaller, and so on.
   */
  warning?(text: string): void;
  /**
   * Nothing can be written any more, for good: the thread that does it ends again and again. From
   * here on every commit is rejected. A server should end now, so that its supervisor starts it
   * anew.
   */
  lost?(error: StoreError): void;
}

/**
 * Leases in an SQLite file, written by a thread of its own. While one transaction is under way the
 * next batches gather, and go together into the next one. Throws StoreError when the file is
 * locked, newer than this program, or no lease database; TypeError for `:memory:`, which SQLite
 * would take for no file: that is `openMemoryStore`.
 */
export function openSqliteStore(path: string, events: SqliteStoreEvents = {}): LeaseStore {
  if (typeof path !== "string") throw new TypeError(`path: this is no path of a file but ${kindOf(path)}`);
  if (path === ":memory:") throw new TypeError('path: ":memory:" is no file: use openMemoryStore() for leases that are kept nowhere');
  const file = claim(path);
  try {
    const warn = (text: string): void => events.warning?.(text);
    for (const warning of file.warnings) warn(warning);
    // Makes or migrates the file, so that what is wrong with it is known before the server starts.
    prepare(file.path, warn);
    return new SqliteStore(file, events);
  } catch (error) {
    file.release();
    throw error;
  }
}

function claim(path: string): DatabaseFile {
  try {
    return claimDatabase(resolve(path));
  } catch (error) {
    throw fromSqlite(error, path);
  }
}

function prepare(path: string, warn: (text: string) => void): void {
  const db = openLeaseDatabase(path);
  try {
    renumberRows(db, warn);
  } catch (error) {
    throw fromSqlite(error, path);
  } finally {
    db.close();
  }
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: StoreError) => void;
}

class SqliteStore implements LeaseStore {
  readonly description: string;
  readonly #file: DatabaseFile;
  readonly #events: SqliteStoreEvents;
  readonly #watch: NodeJS.Timeout;
  #inPlace = true;

  /** Undefined: it has ended, and is about to be started anew. */
  #thread: WriterThread | undefined;
  /** How often it has ended since it last answered. */
  #deaths = 0;
  /** Why everything is rejected, for good. */
  #gone: StoreError | undefined;

  /** The batch that is under way. It is kept until it is answered, in case that the thread ends. */
  #sent = new BatchWriter();
  #underWay: Waiting[] = [];
  /** Batches that gather while a transaction is under way. */
  #gathered = new BatchWriter();
  #gatheredBy: Waiting[] = [];
  #onIdle: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(file: DatabaseFile, events: SqliteStoreEvents) {
    this.#file = file;
    this.#events = events;
    this.description = `SQLite database ${file.path}`;
    this.#watch = setInterval(() => this.#look(), LOOK_EVERY).unref();
    this.#start();
  }

  get usable(): boolean {
    return this.#inPlace && this.#gone === undefined;
  }

  async load(visit: (stored: StoredLease) => void, visitFact?: (fact: Fact) => void): Promise<SavedClock | undefined> {
    if (this.#closed !== undefined) throw storeError("io", this.#file.path, CLOSED);
    const db = openLeaseDatabase(this.#file.path);
    try {
      for (const row of readLeases(db, (text) => this.#events.warning?.(text), WITHOUT_NETWORK)) visit(row);
      if (visitFact !== undefined) for (const fact of readFacts(db)) visitFact(fact);
      return readClock(db);
    } catch (error) {
      throw fromSqlite(error, this.#file.path);
    } finally {
      db.close();
    }
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    for (const write of writes) this.#gathered.write(write);
    return new Promise((resolve, reject) => {
      this.#gatheredBy.push({ resolve, reject });
      this.#submit();
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    while (this.#underWay.length > 0 || this.#gatheredBy.length > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    this.#gone ??= storeError("io", this.#file.path, CLOSED);
    clearInterval(this.#watch);
    await this.#thread?.close();
    this.#file.release();
  }

  /** Hands over what has gathered, when nothing is under way. */
  #submit(): void {
    if (this.#thread === undefined || this.#underWay.length > 0 || this.#gatheredBy.length === 0) return;
    [this.#sent, this.#gathered] = [this.#gathered, this.#sent];
    this.#gathered.clear();
    [this.#underWay, this.#gatheredBy] = [this.#gatheredBy, []];
    if (this.#sent.bytes.length <= MAX_BATCH_BYTES) this.#thread.submit(this.#sent.bytes);
    else queueMicrotask(() => this.#settle(storeError("io", this.#file.path, "more was to be written at once than there is room for")));
  }

  #settle(error: StoreError | undefined): void {
    const settled = this.#underWay;
    this.#underWay = [];
    if (error !== undefined) {
      // What gathered meanwhile was decided on the strength of what has just failed.
      settled.push(...this.#gatheredBy);
      this.#gatheredBy = [];
      this.#gathered.clear();
    }
    this.#submit();
    for (const waiting of settled) {
      if (error === undefined) waiting.resolve();
      else waiting.reject(error);
    }
    if (this.#underWay.length === 0) this.#onIdle?.();
  }

  #start(): void {
    if (this.#gone !== undefined) return;
    const thread = new WriterThread(this.#file, {
      answered: (error) => {
        this.#deaths = 0;
        this.#settle(error);
      },
      ended: (reason) => this.#restart(reason),
      warned: (text) => this.#events.warning?.(text),
    });
    this.#thread = thread;
    // It is not known how far the thread before it got with this batch: carried out twice it comes
    // to the same.
    if (this.#underWay.length > 0) thread.submit(this.#sent.bytes);
    else this.#submit();
  }

  /** The thread has ended: out of memory, or because of a defect. */
  #restart(reason: StoreError): void {
    this.#thread = undefined;
    if (this.#gone !== undefined) return;
    const wait = RESTART_AFTER[this.#deaths++];
    if (wait === undefined) {
      this.#gone = reason;
      this.#settle(reason);
      this.#events.lost?.(reason);
      return;
    }
    this.#events.warning?.(`${reason.message}: the thread that writes leases is started anew`);
    const timer = setTimeout(() => this.#start(), wait);
    // Whoever waits for a commit waits for this too.
    if (this.#underWay.length === 0 && this.#gatheredBy.length === 0) timer.unref();
  }

  #look(): void {
    const inPlace = isAt(this.#file.path, this.#file.identity);
    if (inPlace === this.#inPlace) return;
    this.#inPlace = inPlace;
    const { path } = this.#file;
    this.#events.warning?.(inPlace ? `lease database ${path}: it is back in its place` : storeError("moved", path).message);
  }
}
