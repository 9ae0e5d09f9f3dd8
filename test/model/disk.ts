import type { Lease, LeaseWrite } from "../../src/leases/dhcp4/lease.ts";
import type { LeaseTable } from "../../src/leases/dhcp4/table.ts";
import { BatchWriter, readBatch } from "../../src/store/sqlite/batch.ts";
import { StoreError } from "../../src/store/store.ts";
import { leaseIn, storedOf } from "../support/leases.ts";

interface Waiting {
  readonly bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * A lease database as its contract says: it takes what a write says when it is handed over, and
 * keeps it when it is told to.
 */
export class Disk {
  /** By row; byte strings are its own. */
  readonly rows = new Map<number, Lease>();
  readonly #waiting: Waiting[] = [];
  readonly problems: string[] = [];

  get waiting(): number {
    return this.#waiting.length;
  }

  readonly commit = (writes: readonly LeaseWrite[]): Promise<void> => {
    const writer = new BatchWriter();
    for (const write of writes) writer.write(write);
    const bytes = writer.bytes.slice();
    return new Promise((resolve, reject) => this.#waiting.push({ bytes, resolve, reject }));
  };

  /** The oldest batch is on disk. */
  async succeed(): Promise<void> {
    const first = this.#waiting.shift();
    if (first === undefined) return;
    this.#write(first.bytes);
    first.resolve();
    await settled();
  }

  /** Everything that waits fails. */
  async fail(): Promise<void> {
    for (const { reject } of this.#waiting.splice(0)) reject(new StoreError("full", "the disk is full"));
    await settled();
  }

  /**
   * Power is lost: so many of the batches that wait are on disk all the same, but nobody hears of
   * it.
   */
  cut(done: number): void {
    for (const { bytes } of this.#waiting.splice(0).slice(0, done)) this.#write(bytes);
  }

  /** Reads every lease, as at a start. */
  restore(table: LeaseTable, now: number): void {
    for (const [row, lease] of [...this.rows].sort(([a], [b]) => a - b)) {
      if (table.restore(storedOf(row, lease)) !== undefined) this.problems.push(`row ${row} has an address that stands in another row`);
    }
    table.restored(now);
  }

  #write(bytes: Uint8Array): void {
    readBatch(bytes, {
      put: (row, address, state, start, expiry, record) => this.rows.set(row, leaseIn({ address, state, start, expiry, record })),
      times: (row, state, start, expiry) => {
        const known = this.rows.get(row);
        if (known === undefined) this.problems.push(`times of row ${row}, which is not on disk`);
        else this.rows.set(row, { ...known, state, start, expiry });
      },
      remove: (row) => this.rows.delete(row),
      clock: () => {},
      fact: () => {},
      forget: () => {},
      event: () => {},
      prune: () => {},
      index: () => {},
    });
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
