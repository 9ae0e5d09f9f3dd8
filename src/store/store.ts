import type { Lease, LeaseWrite } from "../leases/lease.ts";

/** A lease as it was read back, with the row it is kept in. */
export interface StoredLease {
  readonly row: number;
  readonly lease: Lease;
}

/** Durable storage of leases. */
export interface LeaseStore {
  /** For people: what kind of store and where. */
  readonly description: string;
  /**
   * Every lease that was committed before this store was opened, streamed; byte strings are the caller's to keep. To be called before the first
   * commit. What is damaged is told to whoever opened the store; an address whose lease can't be read comes as declined for good, of nobody. Rejects with
   * StoreError when the store can't be read.
   */
  load(visit: (stored: StoredLease) => void): Promise<void>;
  /**
   * Makes all the writes durable, or none. Settles in the order of the calls; batches that wait share one transaction.
   * Rejects with StoreError. After a failure every batch that was handed over before the failure was reported
   * fails too, so that the caller can undo all of them; batches handed over later are tried afresh.
   * An empty batch settles with those before it.
   * The writes and their byte strings are not read after the call returns. After `close` everything is rejected.
   */
  commit(writes: readonly LeaseWrite[]): Promise<void>;
  /** Waits for the commits under way, then releases the store. */
  close(): Promise<void>;
}

export type StoreErrorCode = "locked" | "moved" | "newer" | "not-a-lease-database" | "corrupt" | "full" | "io";

/** What went wrong with the store, in words for an operator. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}
