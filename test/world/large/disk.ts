import type { StoredLease } from "../../../src/leases/lease.ts";
import type { LeaseStore, SavedClock, StoreWrite } from "../../../src/store/store.ts";
import type { Random } from "../../support/random.ts";
import type { Events } from "../events.ts";

/** What outlives a server that is killed, of every protocol: rows by space and number. */
export interface Disk {
  readonly rows: Map<string, StoredLease>;
  clock: SavedClock | undefined;
}

export function createDisk(): Disk {
  return { rows: new Map(), clock: undefined };
}

/** The store of one run of a server. */
export interface LargeStore extends LeaseStore {
  /** The process is killed: of what was under way all or nothing is on disk, and nobody is told. */
  kill(): void;
}

/** A transaction takes a few milliseconds; what is handed over meanwhile shares the next one. */
export function createStore(disk: Disk, events: Events, random: Random): LargeStore {
  interface Batch {
    readonly writes: readonly StoreWrite[];
    readonly resolve: () => void;
  }
  let underWay: Batch[] = [];
  let gathered: Batch[] = [];
  let dead = false;

  function submit(): void {
    underWay = gathered;
    gathered = [];
    events.after(1 + random.below(10), () => {
      if (dead) return;
      const settled = underWay;
      underWay = [];
      for (const { writes } of settled) for (const write of writes) put(disk, write);
      if (gathered.length > 0) submit();
      for (const { resolve } of settled) resolve();
    });
  }

  return {
    description: "a world's disk",
    usable: true,
    load(visit) {
      for (const stored of [...disk.rows.values()].sort((a, b) => a.row - b.row)) visit(stored);
      return Promise.resolve(disk.clock);
    },
    commit(writes) {
      const owned = writes.map((write) => (write.kind === "put" ? { ...write, record: write.record.slice() } : write));
      return new Promise((resolve) => {
        gathered.push({ writes: owned, resolve });
        if (underWay.length === 0) submit();
      });
    },
    close: () => Promise.resolve(),
    kill() {
      dead = true;
      if (random.below(2) === 0) for (const { writes } of underWay) for (const write of writes) put(disk, write);
    },
  };
}

function put(disk: Disk, write: StoreWrite): void {
  switch (write.kind) {
    case "clock": {
      const { kind, ...clock } = write;
      disk.clock = clock;
      return;
    }
    case "fact":
      return;
    case "remove":
      disk.rows.delete(`${write.space}/${write.row}`);
      return;
    case "put": {
      const { kind, network, ...stored } = write;
      disk.rows.set(`${write.space}/${write.row}`, stored);
      return;
    }
    case "times": {
      const key = `${write.space}/${write.row}`;
      const before = disk.rows.get(key);
      if (before === undefined) throw new Error(`the times of row ${key} are written, which is not there`);
      const { kind, ...times } = write;
      disk.rows.set(key, { ...times, record: before.record });
    }
  }
}
