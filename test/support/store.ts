import type { Lease } from "../../src/leases/dhcp4/lease.ts";
import { type LeaseStore, type SavedClock, StoreError, type StoreWrite } from "../../src/store/store.ts";
import { isOfLease, storedOf, storeIn } from "./leases.ts";

/**
 * A store whose commits succeed or fail when the test says so. It keeps its contract, but for that
 * it waits to be told.
 */
export interface HeldStore extends LeaseStore {
  /** Batches handed over and not yet settled, as they were at that moment. */
  readonly waiting: readonly (readonly StoreWrite[])[];
  /** What is on disk, by row: what succeeded, and nothing else. */
  readonly disk: ReadonlyMap<number, Lease>;
  /** The oldest batch succeeds. */
  succeed(): Promise<void>;
  /** Fails everything that waits, as a real store does. */
  fail(): Promise<void>;
  usable: boolean;
}

/** What a store keeps besides leases. */
export interface Kept {
  saved?: SavedClock;
  facts?: Map<string, Uint8Array>;
}

/** `disk` and `clock`: what a store before this one left. */
export function createHeldStore(disk = new Map<number, Lease>(), clock: Kept = {}): HeldStore {
  const waiting: { writes: readonly StoreWrite[]; resolve: () => void; reject: (error: Error) => void }[] = [];
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  let closed = false;
  return {
    description: "test",
    usable: true,
    disk,
    get waiting() {
      return waiting.map(({ writes }) => writes);
    },
    load(visit, visitFact) {
      for (const [row, lease] of [...disk].sort(([a], [b]) => a - b)) visit(storedOf(row, lease));
      for (const [name, value] of clock.facts ?? []) visitFact?.({ name, value });
      return Promise.resolve(clock.saved);
    },
    commit(writes) {
      if (closed) return Promise.reject(new StoreError("io", "the store has been closed"));
      // Whoever handed them over goes on to use what they were made of.
      const own = structuredClone(writes);
      return new Promise((resolve, reject) => waiting.push({ writes: own, resolve, reject }));
    },
    succeed() {
      const batch = waiting.shift();
      for (const write of batch?.writes ?? []) {
        if (isOfLease(write)) storeIn(disk, write);
        else if (write.kind === "fact") clock.facts = new Map([...(clock.facts ?? []), [write.name, write.value]]);
        else if (write.kind === "forget") clock.facts = new Map([...(clock.facts ?? [])].filter(([name]) => name !== write.name));
        else if (write.kind === "clock")
          clock.saved = { offset: write.offset, trusted: write.trusted, boot: write.boot, bootOffset: write.bootOffset };
      }
      batch?.resolve();
      return settled();
    },
    fail() {
      for (const { reject } of waiting.splice(0)) reject(new StoreError("full", "the disk is full"));
      return settled();
    },
    async close() {
      closed = true;
      while (waiting.length > 0) await this.succeed();
    },
  };
}
