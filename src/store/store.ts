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
  /** Every lease, streamed; byte strings are the caller's to keep. Throws StoreError when the store can't be read. */
  load(visit: (stored: StoredLease) => void): Promise<void>;
  /**
   * Makes all the writes durable, or none. Settles in the order of the calls; batches that wait share one transaction.
   * Rejects with StoreError. After a failure every batch that was handed over before the failure was reported
   * fails too, so that the caller can undo all of them; batches handed over later are tried afresh.
   * An empty batch settles with those before it.
   * Byte strings of the writes are not read after the call returns.
   */
  commit(writes: readonly LeaseWrite[]): Promise<void>;
  /** Waits for the commits under way, then releases the store. */
  close(): Promise<void>;
}

export type StoreErrorCode = "locked" | "newer" | "not-a-lease-database" | "corrupt" | "full" | "io";

/** What went wrong with the store, in words for an operator. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}
