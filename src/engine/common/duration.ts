import type { LeaseTime } from "../../config/model/common.ts";
import { type Lease, LeaseState, type Owner } from "../../leases/lease.ts";
import { belongsTo, isBound } from "./availability.ts";
import type { Client, NetworkFacts, RangeFacts } from "./client.ts";
import { isAdmitted } from "./guard.ts";
import { decideLeaseTime } from "./lease-time.ts";

/**
 * 0.29 of 100 addresses is a little less than 29 to a computer; the number of
 * addresses is below 2 ** 32.
 */
const ROUNDING = 1e-6;

/** An address that a client is to get, and what is known of it. */
export interface Granted {
  readonly network: NetworkFacts;
  /** The range that it is in; undefined: it is a reserved one. */
  readonly range: RangeFacts | undefined;
  readonly leaseTime: LeaseTime;
  /** What the table has of the address. */
  readonly previous: Lease<unknown, Owner> | undefined;
  /** Whether it is held for anybody. */
  readonly isHeld: boolean;
}

/**
 * For how long the client gets an address, in seconds: `decideLeaseTime`, but where addresses of
 * the network are running short (`adaptive_threshold`) the minimum, so that what is no longer
 * needed comes back soon. A client that has the address keeps at least the time that remains, for
 * it was promised. `requested` is the time that the client asks for, if any.
 */
export function decideDuration<A, O extends Owner>(client: Client<A, O>, granted: Granted, requested: number | undefined): number {
  const { leaseTime, previous } = granted;
  const { now } = client.context;
  const duration = decideLeaseTime(leaseTime, requested);
  if (!isScarce(client, granted)) return duration;
  const holds = previous !== undefined && isBound(previous, now) && belongsTo(previous, client.clientKey);
  const least = holds ? Math.max(leaseTime.min, previous.expiry - now) : leaseTime.min;
  return Math.min(duration, least);
}

/**
 * Whether with this lease more of the ranges that the client may use is taken than the threshold.
 * Reserved addresses do not run short.
 */
function isScarce<A, O extends Owner>(client: Client<A, O>, { network, range: own, previous, isHeld }: Granted): boolean {
  const { leases } = client.context;
  if (own === undefined || network.adaptiveThreshold === undefined) return false;
  let capacity = 0;
  // An address that is held for the client, or that it has, is counted already.
  const isLeased = previous !== undefined && previous.state !== LeaseState.released && previous.state !== LeaseState.expired;
  let used = isLeased || isHeld ? 0 : 1;
  for (const range of network.ranges) {
    if (range !== own && !isAdmitted(client, range.guard)) continue;
    capacity += leases.capacityOf(range);
    used += leases.inUse(range);
  }
  const scarce = used - capacity * network.adaptiveThreshold > ROUNDING;
  client.trace?.({ rule: "lease time", used, capacity, scarce });
  return scarce;
}
