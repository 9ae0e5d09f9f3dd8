import { type Lease, LeaseState, type LeaseWrite } from "../../src/leases/dhcp4/lease.ts";
import { leaseOf, putOf, removeOf, storeIn, timesOf } from "../support/leases.ts";
import { createRandom } from "../support/random.ts";

/** Rows that are written again and again. */
const ROWS = 1000;

export interface Batch {
  readonly writes: readonly LeaseWrite[];
  /** How the rows stand after it, with the names of their networks. */
  readonly rows: ReadonlyMap<number, readonly [Lease, string]>;
}

/** The batches of a run, the same ones for whoever asks. */
export function batchesOf(seed: number, count: number): Batch[] {
  const random = createRandom(seed);
  const disk = new Map<number, Lease>();
  return Array.from({ length: count }, (_, time) => {
    const writes = Array.from({ length: 1 + random.below(40) }, (): LeaseWrite => {
      const row = random.below(ROWS);
      const known = disk.get(row);
      const choice = random.below(10);
      const lease = leaseOf(0x0a000000 + row, random.below(5000), LeaseState.bound, time, time + 3600);
      const hostname = new Uint8Array(random.below(60)).fill(0x61);
      let write: LeaseWrite = putOf(row, { ...lease, owner: { ...lease.owner, hostname } }, networkOf(row));
      if (known !== undefined && choice < 4) write = timesOf(row, { ...known, start: time, expiry: time + 3600 });
      else if (known !== undefined && choice < 5) write = removeOf(row, known.address);
      storeIn(disk, write);
      return write;
    });
    return { writes, rows: new Map([...disk].map(([row, lease]) => [row, [lease, networkOf(row)]])) };
  });
}

function networkOf(row: number): string {
  return `10.${row % 7}.0.0/16`;
}
