import type { Lease } from "../../src/leases/dhcp4/lease.ts";
import type { LeaseWrite, StoredLease } from "../../src/leases/lease.ts";
import { type LeaseStore, type SavedClock, StoreError, type StoreWrite } from "../../src/store/store.ts";
import { addressIn, isOfLease, storedOf, storeIn } from "../support/leases.ts";
import type { Random } from "../support/random.ts";
import type { Events } from "./events.ts";

/** What outlives a server that is killed: as of the last transaction. */
export interface Disk {
  clock: SavedClock | undefined;
  /** While true every transaction fails, as on a full disk. */
  full: boolean;
  put(write: LeaseWrite): void;
  /** In the order of their rows. */
  stored(): StoredLease[];
}

/** A disk whose leases of DHCPv4 are looked at. */
export interface LeaseDisk extends Disk {
  /** Leases by row. */
  readonly leases: Map<number, Lease>;
  /** Rows by address; two rows of one address are damage. */
  readonly rows: Map<number, number>;
}

export function createLeaseDisk(): LeaseDisk {
  const [leases, rows] = [new Map<number, Lease>(), new Map<number, number>()];
  return {
    leases,
    rows,
    clock: undefined,
    full: false,
    put(write) {
      const before = leases.get(write.row);
      if (before !== undefined && rows.get(before.address) === write.row) rows.delete(before.address);
      storeIn(leases, write);
      if (write.kind === "remove") return;
      const address = addressIn(write.address);
      const other = rows.get(address);
      if (other !== undefined && other !== write.row) throw new Error(`row ${write.row} and row ${other} have the same address`);
      rows.set(address, write.row);
    },
    stored: () => [...leases].sort(([a], [b]) => a - b).map(([row, lease]) => storedOf(row, lease)),
  };
}

/** A disk of any protocol, which keeps leases as they come. */
export function createDisk(): Disk {
  const leases = new Map<number, StoredLease>();
  return {
    clock: undefined,
    full: false,
    put(write) {
      if (write.kind === "remove") {
        leases.delete(write.row);
        return;
      }
      const record = write.kind === "put" ? write.record : leases.get(write.row)?.record;
      if (record === undefined) throw new Error(`times of row ${write.row}, which is not on disk`);
      const { space, row, address, state, start, expiry } = write;
      leases.set(row, { space, row, address, state, start, expiry, record });
    },
    stored: () => [...leases.values()].sort((a, b) => a.row - b.row),
  };
}

/** The store of one run of a server. */
export interface WorldStore extends LeaseStore {
  /** Whether all that was handed over has been settled. */
  readonly idle: boolean;
  /** The process is killed: of what was under way all or nothing is on disk, and nobody is told. */
  kill(): void;
}

interface Batch {
  readonly writes: readonly StoreWrite[];
  readonly resolve: () => void;
  readonly reject: (error: StoreError) => void;
}

export interface StoreParts {
  readonly disk: Disk;
  readonly events: Events;
  readonly random: Random;
  /**
   * Called before a transaction is told to those who wait for it, with what it wrote; and after a
   * failure, with nothing.
   */
  readonly onSettled: (writes: readonly StoreWrite[]) => void;
}

/**
 * As the contract says: writes are taken as they are at `commit`; what waits shares one
 * transaction; a failure fails all that was handed over before it.
 */
export function createStore({ disk, events, random, onSettled }: StoreParts): WorldStore {
  let underWay: Batch[] = [];
  let gathered: Batch[] = [];
  let dead = false;

  function submit(): void {
    underWay = gathered;
    gathered = [];
    events.after(1 + random.below(40), settle);
  }

  function settle(): void {
    if (dead) return;
    const settled = underWay;
    underWay = [];
    if (disk.full) {
      settled.push(...gathered);
      gathered = [];
      onSettled([]);
      for (const { reject } of settled) reject(new StoreError("full", "the disk is full"));
      return;
    }
    const writes = settled.flatMap((batch) => batch.writes);
    for (const write of writes) put(disk, write);
    if (gathered.length > 0) submit();
    onSettled(writes);
    for (const { resolve } of settled) resolve();
  }

  return {
    description: "a world's disk",
    usable: true,
    get idle() {
      return underWay.length === 0 && gathered.length === 0;
    },
    load(visit) {
      for (const lease of disk.stored()) visit(lease);
      return Promise.resolve(disk.clock);
    },
    commit(writes) {
      const owned = writes.map((write) => (write.kind === "put" ? { ...write, record: write.record.slice() } : { ...write }));
      return new Promise((resolve, reject) => {
        gathered.push({ writes: owned, resolve, reject });
        if (underWay.length === 0) submit();
      });
    },
    close: () => Promise.resolve(),
    kill() {
      dead = true;
      if (!disk.full && random.below(2) === 0) for (const { writes } of underWay) for (const write of writes) put(disk, write);
    },
  };
}

function put(disk: Disk, write: StoreWrite): void {
  if (write.kind === "clock") {
    const { kind, ...clock } = write;
    disk.clock = clock;
    return;
  }
  if (write.kind === "fact" || write.kind === "forget") throw new Error("a server of this world has no facts to keep");
  if (!isOfLease(write)) throw new Error("a server of this world has no journal");
  disk.put(write);
}
