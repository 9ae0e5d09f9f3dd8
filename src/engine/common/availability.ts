import { type Hold, isOver, type Lease, LeaseState, type Owner, type Seconds } from "../../leases/lease.ts";
import type { LeaseReader } from "../../leases/reader.ts";
import { equalBytes } from "../../net/bytes.ts";

/**
 * Whether a lease keeps its address from other clients: bound or in probation, and its time not
 * over, which the table may not have noticed yet.
 */
export function isInForce(lease: Lease<unknown, unknown>, now: Seconds): boolean {
  return lease.state !== LeaseState.released && lease.state !== LeaseState.expired && !isOver(lease.expiry, now);
}

/** Whether the client holds the address, bound, now. */
export function isBound(lease: Lease<unknown, unknown>, now: Seconds): boolean {
  return lease.state === LeaseState.bound && !isOver(lease.expiry, now);
}

/**
 * Whether the lease is, or last was, the client's. An address that a client
 * declined is not its own.
 */
export function belongsTo(lease: Lease<unknown, Owner>, clientKey: Uint8Array): boolean {
  return lease.state !== LeaseState.declined && equalBytes(lease.owner.clientKey, clientKey);
}

/** A hold as long as its time is not over. The table may not have noticed yet. */
export function inTime<A, O>(hold: Hold<A, O> | undefined, now: Seconds): Hold<A, O> | undefined {
  return hold !== undefined && now < hold.until ? hold : undefined;
}

/** Whether the hold is the client's, and its time not over. */
export function isHeldFor(hold: Hold<unknown, Owner> | undefined, clientKey: Uint8Array, now: Seconds): boolean {
  return inTime(hold, now) !== undefined && equalBytes((hold as Hold<unknown, Owner>).owner.clientKey, clientKey);
}

/** Whoever has the address now, bound or held, or declined it; undefined: nobody. */
export function holderOf<A, O extends Owner>(
  { leases, now }: { readonly leases: LeaseReader<A, O>; readonly now: Seconds },
  address: A,
): O | undefined {
  const lease = leases.byAddress(address);
  return lease !== undefined && isInForce(lease, now) ? lease.owner : inTime(leases.holdOn(address), now)?.owner;
}
