import { endAfter, type Lease, LeaseState, type Owner, type Seconds } from "../../leases/lease.ts";
import type { LeaseReader } from "../../leases/reader.ts";
import { isInForce } from "./availability.ts";

/**
 * How long an offer holds its address, in seconds: longer than the check before it lasts.
 * `pingTimeout`: milliseconds; undefined: there is no check.
 */
export function holdTime(offerHold: number, pingTimeout: number | undefined): number {
  return pingTimeout === undefined ? offerHold : Math.max(offerHold, Math.ceil(pingTimeout / 1000) + 1);
}

/**
 * How the address stands from now on when it was found in use: nobody gets it for the probation
 * period of its network, in seconds. Undefined: the address is no longer held, or somebody's by
 * now, or in no network (no period), so it stays as it is. The client that was to get it is on
 * record as its owner, as with DECLINE, but as one that did not say so itself. `copy`: of what is
 * on record of a client.
 */
export function foundInUse<A, O extends Owner>(
  { leases, now }: { readonly leases: LeaseReader<A, O>; readonly now: Seconds },
  address: A,
  period: number | undefined,
  copy: (owner: O) => O,
): Lease<A, O> | undefined {
  const hold = leases.holdOn(address);
  const lease = leases.byAddress(address);
  if (hold === undefined || (lease !== undefined && isInForce(lease, now)) || period === undefined) return undefined;
  const owner = { ...copy(hold.owner), foundByProbe: true as const };
  return { address, state: LeaseState.declined, start: now, expiry: endAfter(now, period), owner };
}
