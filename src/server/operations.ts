import { type Lease, type LeaseChange, LeaseState, NEVER, type Seconds } from "../leases/dhcp4/lease.ts";
import { IPV4_ANY, IPV4_BROADCAST, type Ipv4 } from "../net/ipv4.ts";
import type { AddressRange } from "../net/range.ts";

/*
 * What an operator may do to leases, whether a server has them in its memory or they are only in a database. However many are
 * meant, they are looked at and changed in slices, so that no packet waits for more than one of them.
 */

/** Leases looked at, and changed, at one time: about a millisecond. */
const SLICE = 1000;

export const OPERATIONS = ["release", "delete", "unblock"] as const;
/**
 * - `release`: ends bound leases as if their clients had sent DHCPRELEASE; the addresses are remembered for them.
 * - `delete`: forgets leases, whatever their state: nothing is remembered of their clients.
 * - `unblock`: ends the probation of addresses.
 */
export type OperationKind = (typeof OPERATIONS)[number];

export interface Operation {
  readonly kind: OperationKind;
  /** The addresses that are meant. */
  readonly addresses: AddressRange;
  /** Only leases in this state, as it is now: `expired` also where nobody has noticed yet that time is over. Undefined: in any. */
  readonly state: LeaseState | undefined;
}

export const ALL_ADDRESSES: AddressRange = { start: IPV4_ANY, end: IPV4_BROADCAST };

/** Where the leases are. */
export interface OperatedLeases {
  byAddress(address: Ipv4): Lease | undefined;
  leases(): Iterable<Lease>;
  /** Settles when the changes are durable; rejects with StoreError. */
  change(changes: readonly LeaseChange[]): Promise<void>;
}

/**
 * Carries the operation out; the number of leases that were changed, all of them durably. Rejects with OperationError when it had to
 * end early. `clock`: lease time.
 */
export async function operate(leases: OperatedLeases, operation: Operation, clock: () => Seconds): Promise<number> {
  let done = 0;
  for await (const slice of slicesOf(leases, operation)) {
    const now = clock();
    const changes: LeaseChange[] = [];
    for (const address of slice) {
      const lease = leases.byAddress(address);
      const change = lease && changeOf(lease, operation, now);
      if (change !== undefined) changes.push(change);
    }
    if (changes.length === 0) continue;
    try {
      await leases.change(changes);
    } catch (error) {
      throw new OperationError(done, error);
    }
    done += changes.length;
  }
  return done;
}

/** An operation that ended early: what was done before it is done. */
export class OperationError extends Error {
  readonly done: number;
  constructor(done: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${done === 0 ? "nothing was changed" : `ended early, after ${done}`}: ${reason}`, { cause });
    this.name = "OperationError";
    this.done = done;
  }
}

/** The state of a lease now: one whose time is over has expired, though nobody has written so. */
export function stateNow({ state, expiry }: Lease, now: Seconds): LeaseState {
  return state === LeaseState.bound && expiry !== NEVER && expiry <= now ? LeaseState.expired : state;
}

function changeOf(lease: Lease, { kind, state }: Operation, now: Seconds): LeaseChange | undefined {
  const present = stateNow(lease, now);
  if (state !== undefined && present !== state) return undefined;
  const { address, start, owner } = lease;
  if (kind === "delete") return { kind: "remove", address };
  if (kind === "unblock") return present === LeaseState.declined ? { kind: "remove", address } : undefined;
  if (present !== LeaseState.bound) return undefined;
  return { kind: "put", lease: { address, state: LeaseState.released, start, expiry: now, owner } };
}

/** The addresses of leases that are meant, some at a time. The event loop turns between two slices. */
async function* slicesOf(leases: OperatedLeases, { addresses: { start, end } }: Operation): AsyncGenerator<readonly Ipv4[]> {
  if (start === end) {
    yield [start];
    return;
  }
  let slice: Ipv4[] = [];
  let seen = 0;
  for (const { address } of leases.leases()) {
    if (address >= start && address <= end) slice.push(address);
    if (++seen % SLICE !== 0) continue;
    yield slice;
    slice = [];
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield slice;
}
