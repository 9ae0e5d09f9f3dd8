import { isOver, type Lease, type LeaseChange, LeaseState, type LeaseWrite, NEVER, type Seconds } from "../leases/lease.ts";
import type { LeaseFamily, LeaseTable } from "../leases/table.ts";
import { leaseCopy } from "../leases/view.ts";
import type { LeaseStore } from "../store/store.ts";

/*
 * Leases of another server, on their way into the database. They are gathered in a table of their
 * own first, in which the last word about an address stands, and are then put into the table of the
 * database as if this server had given them: so what holds of its rows holds of these.
 */

/** Writes of one batch: a few megabytes. */
const BATCH = 16384;
/** How many addresses are named where there may be any number. */
const MOST_NAMED = 10;

export interface ImportParts<A, O> {
  readonly family: LeaseFamily<A, O>;
  /** What the files say, in seconds since 1970. */
  readonly brought: LeaseTable<A, O>;
  /** The leases of the database, in lease time. */
  readonly table: LeaseTable<A, O>;
  readonly store: Pick<LeaseStore, "commit">;
  /** Wall clock minus lease time. */
  readonly offset: number;
  /** Lease time. */
  readonly now: Seconds;
  /** Whether the networks are known, and a lease can lie outside of them. */
  readonly knowsNetworks: boolean;
}

/** What became of the leases. */
export interface Imported<A> {
  /** How many are in the database now, by state. */
  readonly states: ReadonlyMap<LeaseState, number>;
  /** How many addresses have a lease in the database that is newer, and is kept. */
  readonly kept: number;
  /** How many probations are over. */
  readonly over: number;
  /** Those imported that lie in no network, and the first of them. */
  readonly outside: { readonly count: number; readonly first: readonly A[] };
}

/** Rejects with StoreError; what was written before stays. */
export async function importLeases<A, O>(parts: ImportParts<A, O>): Promise<Imported<A>> {
  const { family, brought, table, store, offset, now } = parts;
  const states = new Map<LeaseState, number>();
  const first: A[] = [];
  let [kept, over, outside] = [0, 0, 0];
  let batch: LeaseWrite[] = [];
  let committed: Promise<void> = Promise.resolve();
  const commit = async (): Promise<void> => {
    // One batch at most is under way while the next is put together.
    await committed;
    committed = store.commit(batch);
    // It is waited for, and fails, in the next call.
    committed.catch(() => {});
    batch = [];
  };
  for (const told of brought.leases()) {
    const lease = leaseNow(told, offset, now);
    if (lease.state === LeaseState.declined && isOver(lease.expiry, now)) {
      over++;
      continue;
    }
    const known = table.byAddress(lease.address);
    if (known !== undefined && !isNewer(lease, known)) {
      kept++;
      continue;
    }
    states.set(lease.state, (states.get(lease.state) ?? 0) + 1);
    if (parts.knowsNetworks && table.space.networkName(lease.address) === "" && ++outside <= MOST_NAMED) first.push(lease.address);
    // What is read of a record many times is better read once.
    const change: LeaseChange<A, O> = { kind: "put", lease: leaseCopy(lease, family) };
    const applied = table.apply(change);
    if (applied !== undefined) batch.push(applied.write);
    if (batch.length === BATCH) await commit();
  }
  await commit();
  await committed;
  return { states, kept, over, outside: { count: outside, first } };
}

/**
 * The lease in lease time, as it stands now: nothing began later than now, and what is over has
 * ended.
 */
function leaseNow<A, O>({ address, state, start, expiry, owner }: Lease<A, O>, offset: number, now: Seconds): Lease<A, O> {
  // What is unknown stays so.
  const began = start === 0 ? 0 : Math.max(0, Math.min(start - offset, now));
  const wanted = expiry === NEVER ? NEVER : Math.max(0, Math.min(expiry - offset, NEVER - 1));
  const ended = state === LeaseState.released || state === LeaseState.expired;
  const ends = ended ? Math.min(wanted, now) : wanted;
  const hasExpired = state === LeaseState.bound && isOver(ends, now);
  return { address, state: hasExpired ? LeaseState.expired : state, start: Math.min(began, ends), expiry: ends, owner };
}

/**
 * Whether the lease was given later than the one that is known; where both say the same, or do not
 * say it, the one that ends later is newer.
 */
function isNewer(lease: Lease<unknown, unknown>, known: Lease<unknown, unknown>): boolean {
  return lease.start !== known.start ? lease.start > known.start : lease.expiry > known.expiry;
}
