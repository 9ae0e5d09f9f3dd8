import { parentPort, workerData } from "node:worker_threads";
import { restrictThread } from "../../io/linux/privileges.ts";
import type { StoreError } from "../store.ts";
import { CLOSE, COMMITTED, FAILED, LENGTH, STATE, SUBMITTED, type WorkerData, type WorkerMessage } from "./handover.ts";
import { DatabaseWriter } from "./writer.ts";

/**
 * The thread that owns the database: sleeps until it is handed a batch, carries it out and answers.
 */

/** Milliseconds without a batch after which there is time for other work. */
const NOBODY_WAITS_AFTER = 20;

restrictThread();

const { path, identity, control: sharedControl, data } = workerData as WorkerData;
const control = new Int32Array(sharedControl);
const writer = new DatabaseWriter(path, identity, (warning) => parentPort?.postMessage({ warning } satisfies WorkerMessage));

for (;;) {
  const state = Atomics.load(control, STATE);
  if (state === CLOSE) break;
  if (state !== SUBMITTED) {
    if (Atomics.wait(control, STATE, state, writer.isUntidy ? NOBODY_WAITS_AFTER : undefined) === "timed-out") tidy();
    continue;
  }
  const error = writer.commit(new Uint8Array(data, 0, control[LENGTH]));
  if (error === undefined) answer(COMMITTED);
  else answerFailed(error);
  // Only now: at the commit it would hold up replies.
  writer.checkpointIfDue();
  if (writer.isOverdue) tidy();
}
writer.close();

function tidy(): void {
  writer.tidy();
  writer.checkpointIfDue();
}

function answer(state: number): void {
  Atomics.store(control, STATE, state);
  Atomics.notify(control, STATE);
}

function answerFailed({ code, message }: StoreError): void {
  const text = new TextEncoder().encode(JSON.stringify({ code, message }));
  if (data.byteLength < text.length) data.grow(text.length);
  new Uint8Array(data).set(text);
  control[LENGTH] = text.length;
  answer(FAILED);
}
