import type { FileIdentity } from "./database-file.ts";

/*
 * The memory that the server's thread and the database's thread share: a few control words and the
 * bytes of one batch. The server writes a batch and sets SUBMITTED; the database's thread, which
 * sleeps until then, carries it out and answers with COMMITTED or FAILED. Cheaper by far than
 * messages, and the wake-ups are futexes.
 */

export const IDLE = 0;
export const SUBMITTED = 1;
export const COMMITTED = 2;
export const FAILED = 3;
export const CLOSE = 4;

/** Indices of the control words. */
export const STATE = 0;
export const LENGTH = 1;

/** What the thread is started with. */
export interface WorkerData {
  readonly path: string;
  /** That of the file that the server has locked. */
  readonly identity: FileIdentity;
  /** Int32Array: STATE, LENGTH. */
  readonly control: SharedArrayBuffer;
  /** The batch; after FAILED the error as JSON: {code, message}. Grows with the batches. */
  readonly data: SharedArrayBuffer;
}

/** What the thread says besides its answers: a sentence for the operator. */
export interface WorkerMessage {
  readonly warning: string;
}

/** More than all the replies that can wait for a commit at one time ever need. */
export const MAX_BATCH_BYTES = 64 << 20;
