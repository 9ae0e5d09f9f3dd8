import type { LeaseWrite, StoredLease } from "../leases/lease.ts";
import type { EventWrite, IndexWrite, PruneWrite } from "./event.ts";

export type { StoredLease } from "../leases/lease.ts";

/**
 * Where lease time stands, in whole seconds: to the wall clock, and to the time since the machine's
 * boot, so that a server that starts again knows what time has passed whatever the wall clock says.
 */
export interface SavedClock {
  /** Wall clock minus lease time. */
  readonly offset: number;
  /**
   * The same as it was when nobody had set the wall clock for a while: what counts after the
   * machine's next boot.
   */
  readonly trusted: number;
  /** Which boot `bootOffset` is about; empty: the system does not say. */
  readonly boot: string;
  /** Lease time minus time since that boot. */
  readonly bootOffset: number;
}

/**
 * What a server has to know of itself after a restart, by name; what it was before is replaced.
 */
export interface Fact {
  readonly name: string;
  readonly value: Uint8Array;
}

/**
 * What is kept of a server: its leases, how their times are to be read, facts of its own, and what
 * became of the leases, where the store has a journal. One that has none leaves that out.
 */
export type StoreWrite =
  | LeaseWrite
  | ({ readonly kind: "clock" } & SavedClock)
  | ({ readonly kind: "fact" } & Fact)
  /** A fact is kept no longer. */
  | { readonly kind: "forget"; readonly name: string }
  | EventWrite
  | PruneWrite
  | IndexWrite;

/** Durable storage of leases. */
export interface LeaseStore {
  /** For people: what kind of store and where. */
  readonly description: string;
  /**
   * False while it is known that a commit would fail, though none has: whoever relies on a lease
   * that is on disk makes sure by an empty batch then.
   */
  readonly usable: boolean;
  /**
   * Every lease that was committed before this store was opened, streamed; byte strings are the
   * caller's to keep. To be called before the first commit. What is damaged is told to whoever
   * opened the store; an address whose lease can't be read comes as declined for good, of nobody.
   * `visitFact` is given each fact. Settles with the clock that was written last; undefined: none
   * ever was. Rejects with StoreError when the store can't be read.
   */
  load(visit: (stored: StoredLease) => void, visitFact?: (fact: Fact) => void): Promise<SavedClock | undefined>;
  /**
   * Makes all the writes durable, or none. Settles in the order of the calls; batches that wait
   * share one transaction. Rejects with StoreError. After a failure every batch that was handed
   * over before the failure was reported fails too, so that the caller can undo all of them;
   * batches handed over later are tried afresh. An empty batch settles with those before it. The
   * writes and their byte strings are not read after the call returns. After `close` everything is
   * rejected.
   */
  commit(writes: readonly StoreWrite[]): Promise<void>;
  /** Waits for the commits under way, then releases the store. */
  close(): Promise<void>;
}

/**
 * What is wrong with a store: somebody else has it, its file is not where it was, of a later
 * version, none of leases, damaged; there is no room; or the system refused.
 */
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
