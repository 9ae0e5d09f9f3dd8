import { type Lease, LeaseState, NEVER, type Seconds } from "../../leases/lease.ts";
import { equalBytes } from "../../net/bytes.ts";

/** Whether the time of a lease is over; one that never ends is never over. The table may not have noticed yet. */
function isOver(lease: Lease, now: Seconds): boolean {
  return lease.expiry !== NEVER && now >= lease.expiry;
}

/** Whether a lease keeps its address from other clients: bound, offered or in probation, and its time not over. */
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

/** Whether the client may be given the address as far as the leases go: nobody has it, or the client itself has. */
export function isAvailableTo(lease: Lease | undefined, clientKey: Uint8Array, now: Seconds): boolean {
  return lease === undefined || !isInForce(lease, now) || belongsTo(lease, clientKey);
}
