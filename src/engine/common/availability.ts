import { type Hold, type Lease, LeaseState, NEVER, type Seconds } from "../../leases/lease.ts";
import { equalBytes } from "../../net/bytes.ts";

/** Whether the time of a lease is over; one that never ends is never over. The table may not have noticed yet. */
function isOver(lease: Lease, now: Seconds): boolean {
  return lease.expiry !== NEVER && now >= lease.expiry;
}

/** Whether a lease keeps its address from other clients: bound or in probation, and its time not over. */
export function isInForce(lease: Lease, now: Seconds): boolean {
  return lease.state !== LeaseState.released && lease.state !== LeaseState.expired && !isOver(lease, now);
}

/** Whether the client holds the address, bound, now. */
export function isBound(lease: Lease, now: Seconds): boolean {
  return lease.state === LeaseState.bound && !isOver(lease, now);
}

/** Whether the lease is, or last was, the client's. An address that a client declined is not its own. */
export function belongsTo(lease: Lease, clientKey: Uint8Array): boolean {
  return lease.state !== LeaseState.declined && equalBytes(lease.owner.clientKey, clientKey);
}

/** A hold as long as its time is not over. The table may not have noticed yet. */
export function inTime(hold: Hold | undefined, now: Seconds): Hold | undefined {
  return hold !== undefined && now < hold.until ? hold : undefined;
}

/** Whether the hold is the client's, and its time not over. */
export function isHeldFor(hold: Hold | undefined, clientKey: Uint8Array, now: Seconds): boolean {
  return inTime(hold, now) !== undefined && equalBytes((hold as Hold).owner.clientKey, clientKey);
}
