import { type LeaseWrite, NEVER, type Seconds, type SpaceId } from "../leases/lease.ts";
import type { LeaseTable } from "../leases/table.ts";
import type { Fact, LeaseStore, SavedClock, StoredLease } from "../store/store.ts";
import { leaseTime, startLeaseClock } from "./lease-clock.ts";
import type { Log } from "./log.ts";
import { createSystemClock, type SystemClock } from "./system-clock.ts";

/** An empty table, to be filled with the leases of its space. */
export interface RestoredTable {
  readonly table: Pick<LeaseTable<unknown, unknown>, "restore" | "restored"> & { readonly space: { readonly id: SpaceId } };
  /**
   * The record of a lease by what its client is known by now, which may have changed since it was
   * written; mostly the very same.
   */
  readonly knownBy: (record: Uint8Array) => Uint8Array;
}

export interface RestoreParts {
  /** One for each space; leases of others stay in the store as they are. */
  readonly tables: readonly RestoredTable[];
  readonly store: LeaseStore;
  readonly log: Pick<Log, "warn">;
  /** What names this boot of the machine; empty: the system does not tell. */
  readonly boot: string;
  /** The clocks of a machine that is not this one. */
  readonly machine?: SystemClock;
  /**
   * What has run out since the last server is told like any other end of a lease: it stays bound
   * until it is moved on.
   */
  readonly tellsOfEnds?: boolean;
}

export interface Restored {
  /** The clock from now on. It is on its way to the store. */
  readonly clock: SavedClock;
  /** The clocks of the machine. */
  readonly machine: SystemClock;
  /** What the server before knew of itself. */
  readonly facts: readonly Fact[];
  /** The clock of the server before. */
  readonly saved: SavedClock | undefined;
  /** The wall clock is known to be wrong. */
  readonly wrong: boolean;
}

/**
 * Reads all leases into their tables, and the time that they are told in. Rejects with StoreError.
 */
export async function restoreLeases({ tables, store, log, boot, machine: another, tellsOfEnds = false }: RestoreParts): Promise<Restored> {
  const bySpace: (RestoredTable | undefined)[] = [];
  for (const one of tables) bySpace[one.table.space.id] = one;
  const twice: LeaseWrite[] = [];
  let newest: Seconds | undefined;
  const facts: Fact[] = [];
  const visit = (stored: StoredLease): void => {
    const restored = bySpace[stored.space];
    // Of a protocol that this server does not serve: it stays as it is.
    if (restored === undefined) return;
    const { table, knownBy } = restored;
    // What begins behind its own end, or never, is damaged.
    if (stored.start <= stored.expiry && stored.start !== NEVER) newest = Math.max(newest ?? 0, stored.start);
    const record = knownBy(stored.record);
    const superseded = table.restore(record === stored.record ? stored : { ...stored, record });
    if (superseded !== undefined) twice.push({ kind: "remove", space: stored.space, row: superseded, address: stored.address });
  };
  const saved = await store.load(visit, (fact) => facts.push(fact));
  const machine = another ?? createSystemClock(boot, saved);
  const reading = machine.read();
  const { clock, wrong } = startLeaseClock(reading, boot, saved, newest);
  if (wrong !== undefined) log.warn(`the clock of this machine is wrong: ${sayWrong(wrong.newest)}`);
  // Before any lease that is told in it. A store that can't write now says so of the first lease.
  store.commit([{ kind: "clock", ...clock }]).catch(() => {});
  for (const { table } of tables) table.restored(tellsOfEnds ? 0 : leaseTime(clock.bootOffset, reading.uptime));
  if (twice.length > 0) {
    log.warn({ rows: twice.length }, "addresses stood in the lease database twice; the later entries are kept");
    await store.commit(twice);
  }
  return { clock, machine, facts, saved, wrong: wrong !== undefined };
}

/** `newest`: the newest start of a lease, by the wall clock. */
function sayWrong(newest: number): string {
  return (
    `a lease in the database was given at ${new Date(newest * 1000).toISOString().replace(".000Z", "Z")}, which is later than now. ` +
    "Leases go on from that time, and end when what was left of them has passed"
  );
}
