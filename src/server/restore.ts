import type { Config } from "../config/model/config.ts";
import { hardwareKey } from "../leases/dhcp4/client-key.ts";
import type { Lease, LeaseWrite, Seconds } from "../leases/dhcp4/lease.ts";
import { OWNER_RECORD } from "../leases/dhcp4/record.ts";
import { createLeaseTable, type LeaseTable } from "../leases/dhcp4/table.ts";
import { equalBytes } from "../net/bytes.ts";
import type { LeaseStore, SavedClock } from "../store/store.ts";
import { leaseTime, type Reading, startLeaseClock } from "./lease-clock.ts";
import type { Log } from "./log.ts";

export interface RestoreParts {
  readonly config: Config;
  readonly store: LeaseStore;
  readonly log: Pick<Log, "warn">;
  readonly read: () => Reading;
  /** What names this boot of the machine; empty: the system does not tell. */
  readonly boot: string;
  /** Two unsigned 32-bit numbers that nobody else knows. */
  readonly secret: readonly [number, number];
}

export interface Restored {
  readonly table: LeaseTable;
  /** The clock from now on. It is on its way to the store. */
  readonly clock: SavedClock;
  /** The clock of the server before. */
  readonly saved: SavedClock | undefined;
  /** The wall clock is known to be wrong. */
  readonly wrong: boolean;
}

/** Reads all leases, and the time that they are told in. Rejects with StoreError. */
export async function restoreLeases({ config, store, log, read, boot, secret }: RestoreParts): Promise<Restored> {
  const table = createLeaseTable(config, secret);
  const twice: LeaseWrite[] = [];
  let newest: Seconds | undefined;
  const saved = await store.load((stored) => {
    const lease = stored.space === table.space.id ? table.leaseOf(stored) : undefined;
    if (lease === undefined) return;
    const { row } = stored;
    // What begins behind its own end is damaged.
    if (lease.start <= lease.expiry) newest = Math.max(newest ?? 0, lease.start);
    const superseded = table.restore(row, knownBy(config, lease));
    if (superseded !== undefined) twice.push(table.removalOf(superseded, lease.address));
  });
  const reading = read();
  const { clock, wrong } = startLeaseClock(reading, boot, saved, newest);
  if (wrong !== undefined) log.warn(`the clock of this machine is wrong: ${sayWrong(wrong.newest)}`);
  // Before any lease that is told in it. A store that can't write now says so of the first lease.
  store.commit([{ kind: "clock", ...clock }]).catch(() => {});
  table.restored(leaseTime(clock.bootOffset, reading.uptime));
  if (twice.length > 0) {
    log.warn({ rows: twice.length }, "addresses stood in the lease database twice; the later entries are kept");
    await store.commit(twice);
  }
  return { table, clock, saved, wrong: wrong !== undefined };
}

/** `newest`: the newest start of a lease, by the wall clock. */
function sayWrong(newest: number): string {
  return (
    `a lease in the database was given at ${new Date(newest * 1000).toISOString().replace(".000Z", "Z")}, which is later than now. ` +
    "Leases go on from that time, and end when what was left of them has passed"
  );
}

/**
 * The lease with the key that its client has now: whether option 61 counts may have changed since it was written. With `chaddr_only` the identifier
 * that a client sent is kept, but it is known by its hardware address.
 */
function knownBy({ chaddrOnly }: Config, lease: Lease): Lease {
  const { owner } = lease;
  const { clientKey, clientIdentifier } = owner;
  const hardware = hardwareKey(owner.htype, owner.chaddr);
  const byHardware = equalBytes(clientKey, hardware);
  if (chaddrOnly) return byHardware ? lease : { ...lease, owner: { ...OWNER_RECORD.copy(owner), clientKey: hardware } };
  // Fewer than two bytes identify nobody (RFC 2132 section 9.14).
  if (!byHardware || clientIdentifier === undefined || clientIdentifier.length < 2) return lease;
  return { ...lease, owner: { ...OWNER_RECORD.copy(owner), clientKey: clientIdentifier } };
}
