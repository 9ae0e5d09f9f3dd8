import { Worker } from "node:worker_threads";
import { StoreError, type StoreErrorCode } from "../store.ts";
import type { DatabaseFile } from "./database-file.ts";
import { fromSqlite, storeError } from "./errors.ts";
import { CLOSE, FAILED, IDLE, LENGTH, MAX_BATCH_BYTES, STATE, SUBMITTED, type WorkerData, type WorkerMessage } from "./handover.ts";

/** What the owner of a thread is told. Nothing more after `ended`. */
export interface ThreadListener {
  /** The batch that was submitted is on disk, or why not: then nothing of it is. */
  answered(error: StoreError | undefined): void;
  /**
   * The thread is no more, though nobody closed it. A batch that was submitted and not answered may
   * be on disk or not.
   */
  ended(reason: StoreError): void;
  warned(text: string): void;
}

/** The server's side of the thread that writes the database. */
export class WriterThread {
  readonly #listener: ThreadListener;
  readonly #control = new Int32Array(new SharedArrayBuffer(8));
  readonly #data = new SharedArrayBuffer(1 << 20, { maxByteLength: MAX_BATCH_BYTES });
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  #over = false;

  constructor({ path, identity }: DatabaseFile, listener: ThreadListener) {
    this.#listener = listener;
    const workerData: WorkerData = { path, identity, control: this.#control.buffer as SharedArrayBuffer, data: this.#data };
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData, execArgv: [] });
    let reason: StoreError | undefined;
    this.#worker.on("error", (error) => {
      reason = fromSqlite(error, path);
    });
    this.#worker.on("message", ({ warning }: WorkerMessage) => listener.warned(warning));
    this.#exited = new Promise((resolve) => this.#worker.once("exit", resolve));
    this.#worker.once("exit", () => {
      if (this.#over) return;
      this.#over = true;
      listener.ended(reason ?? storeError("io", path, "the thread that writes it has ended"));
    });
    // Only a commit under way keeps the process alive, not a store that somebody forgot to close.
    this.#worker.unref();
  }

  /** Hands a batch of at most MAX_BATCH_BYTES over; the bytes are copied. One at a time. */
  submit(batch: Uint8Array): void {
    if (batch.length > this.#data.byteLength) this.#data.grow(Math.min(MAX_BATCH_BYTES, batch.length * 2));
    new Uint8Array(this.#data).set(batch);
    this.#control[LENGTH] = batch.length;
    this.#worker.ref();
    Atomics.store(this.#control, STATE, SUBMITTED);
    Atomics.notify(this.#control, STATE);
    const wait = Atomics.waitAsync(this.#control, STATE, SUBMITTED);
    if (wait.async) wait.value.then(this.#onAnswer);
    else queueMicrotask(this.#onAnswer);
  }

  /** Settles when the thread has closed the database. Nothing may be under way. */
  async close(): Promise<void> {
    this.#over = true;
    this.#worker.ref();
    Atomics.store(this.#control, STATE, CLOSE);
    Atomics.notify(this.#control, STATE);
    await this.#exited;
  }

  readonly #onAnswer = (): void => {
    if (this.#over) return;
    const error = Atomics.load(this.#control, STATE) === FAILED ? this.#readError() : undefined;
    Atomics.store(this.#control, STATE, IDLE);
    this.#worker.unref();
    this.#listener.answered(error);
  };

  #readError(): StoreError {
    const text = new TextDecoder().decode(new Uint8Array(this.#data, 0, this.#control[LENGTH]).slice());
    const { code, message } = JSON.parse(text) as { code: StoreErrorCode; message: string };
    return new StoreError(code, message);
  }
}
