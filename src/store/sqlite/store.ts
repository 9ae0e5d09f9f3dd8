import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { type LeaseStore, type SavedClock, type StoredLease, StoreError, type StoreErrorCode, type StoreWrite } from "../store.ts";
import { BatchWriter } from "./batch.ts";
import { fromSqlite, storeError } from "./errors.ts";
import { CLOSE, FAILED, IDLE, LENGTH, MAX_BATCH_BYTES, STATE, SUBMITTED, type WorkerData } from "./handover.ts";
import { lockDatabase } from "./lock.ts";
import { readClock, readLeases } from "./rows.ts";
import { openLeaseDatabase } from "./schema.ts";

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: StoreError) => void;
}

/**
 * Leases in an SQLite file, written by a thread of its own. While one transaction is under way the next batches gather,
 * and go together into the next one.
 * Throws StoreError when the file is locked, newer than this program, or no lease database.
 */
export function openSqliteStore(path: string): LeaseStore {
  const file = resolve(path);
  const lock = openLock(file);
  try {
    // Makes or migrates the file, so that what is wrong with it is known before the server starts.
    openLeaseDatabase(file).close();
    return new SqliteStore(file, lock);
  } catch (error) {
    lock.close();
    throw error;
  }
}

function openLock(file: string): DatabaseSync {
  try {
    return lockDatabase(file);
  } catch (error) {
    throw fromSqlite(error, file);
  }
}

class SqliteStore implements LeaseStore {
  readonly description: string;
  readonly #path: string;
  readonly #lock: DatabaseSync;
  readonly #control = new Int32Array(new SharedArrayBuffer(8));
  readonly #data = new SharedArrayBuffer(1 << 20, { maxByteLength: MAX_BATCH_BYTES });
  readonly #worker: Worker;
  readonly #ended: Promise<unknown>;
  #gone: StoreError | undefined;

  /** Batches that gather while a transaction is under way. */
  readonly #gathered = new BatchWriter();
  #gatheredBy: Waiting[] = [];
  #underWay: Waiting[] = [];
  #closed: (() => void) | undefined;

  constructor(path: string, lock: DatabaseSync) {
    this.#path = path;
    this.#lock = lock;
    this.description = `SQLite database ${path}`;
    const workerData: WorkerData = { path, control: this.#control.buffer as SharedArrayBuffer, data: this.#data };
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData, execArgv: [] });
    this.#worker.on("error", (error) => this.#fail(fromSqlite(error, path)));
    // Only a commit under way keeps the process alive, not a store that somebody forgot to close.
    this.#worker.unref();
    this.#ended = new Promise((resolve) => this.#worker.once("exit", resolve));
    this.#worker.on("exit", () => this.#fail(storeError("io", path, "the thread that writes it has ended")));
  }

  async load(visit: (stored: StoredLease) => void): Promise<SavedClock | undefined> {
    const db = openLeaseDatabase(this.#path);
    try {
      for (const row of readLeases(db)) visit(row);
      return readClock(db);
    } catch (error) {
      throw fromSqlite(error, this.#path);
    } finally {
      db.close();
    }
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    for (const write of writes) this.#gathered.write(write);
    return new Promise((resolve, reject) => {
      this.#gatheredBy.push({ resolve, reject });
      if (this.#underWay.length === 0) this.#submit();
    });
  }

  async close(): Promise<void> {
    while (this.#underWay.length > 0 || this.#gatheredBy.length > 0) {
      await new Promise<void>((resolve) => {
        this.#closed = resolve;
      });
    }
    this.#gone ??= storeError("io", this.#path, "it has been closed");
    this.#worker.ref();
    Atomics.store(this.#control, STATE, CLOSE);
    Atomics.notify(this.#control, STATE);
    await this.#ended;
    this.#lock.close();
  }

  #submit(): void {
    const batch = this.#gathered.bytes;
    if (batch.length > this.#data.byteLength) this.#data.grow(Math.min(MAX_BATCH_BYTES, batch.length * 2));
    new Uint8Array(this.#data).set(batch);
    this.#gathered.clear();
    this.#underWay = this.#gatheredBy;
    this.#gatheredBy = [];
    this.#control[LENGTH] = batch.length;
    this.#worker.ref();
    Atomics.store(this.#control, STATE, SUBMITTED);
    Atomics.notify(this.#control, STATE);
    const wait = Atomics.waitAsync(this.#control, STATE, SUBMITTED);
    if (wait.async) wait.value.then(this.#onAnswer);
    else queueMicrotask(this.#onAnswer);
  }

  readonly #onAnswer = (): void => {
    if (this.#gone !== undefined) return;
    const failed = Atomics.load(this.#control, STATE) === FAILED;
    const error = failed ? this.#readError() : undefined;
    Atomics.store(this.#control, STATE, IDLE);
    const settled = this.#underWay;
    this.#underWay = [];
    if (error !== undefined) {
      // What gathered meanwhile was decided on the strength of what has just failed.
      settled.push(...this.#gatheredBy);
      this.#gatheredBy = [];
      this.#gathered.clear();
      this.#gathered.forgetNetworks();
    }
    if (this.#gatheredBy.length > 0) this.#submit();
    else this.#worker.unref();
    for (const waiting of settled) {
      if (error === undefined) waiting.resolve();
      else waiting.reject(error);
    }
    this.#closed?.();
  };

  #readError(): StoreError {
    const text = new TextDecoder().decode(new Uint8Array(this.#data, 0, this.#control[LENGTH]).slice());
    const { code, message } = JSON.parse(text) as { code: StoreErrorCode; message: string };
    return new StoreError(code, message);
  }

  /** The thread is no more: nothing can be made durable from here on. */
  #fail(error: StoreError): void {
    this.#gone ??= error;
    const lost = [...this.#underWay, ...this.#gatheredBy];
    this.#underWay = [];
    this.#gatheredBy = [];
    for (const waiting of lost) waiting.reject(this.#gone);
    this.#closed?.();
  }
}
