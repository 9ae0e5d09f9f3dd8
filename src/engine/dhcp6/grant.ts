import type { Lifetimes, PrefixPool, Range } from "../../config/model/dhcp6.ts";
import { type Hold, type Lease, type LeaseOwner, NEVER } from "../../leases/dhcp6/lease.ts";
import { splitKeys } from "../../leases/limit-keys.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { INFINITY } from "../../wire/dhcp6/identity-association.ts";
import { belongsTo, isBound } from "../common/availability.ts";
import { decideDuration } from "../common/duration.ts";
import { type Share, timersOf } from "../common/lease-time.ts";
import { limitKeysIn } from "../common/limits.ts";
import { chooseLeases } from "./allocate.ts";
import type { Association } from "./association.ts";
import type { PoolNetwork } from "./decider.ts";
import { networkOnLink } from "./permission.ts";
import { type Settings, settingsFor } from "./settings.ts";

/** What an association gets, and for how long. Lifetimes are in seconds. */
export interface Grant {
  readonly prefix: Ipv6Prefix;
  readonly settings: Settings;
  /** The pool that it is in; undefined: in none. */
  readonly pool: Range | PrefixPool | undefined;
  /** What the table knows of it. */
  readonly previous: Lease | undefined;
  readonly hold: Hold | undefined;
  readonly validLifetime: number;
  readonly preferredLifetime: number;
  /** Whether the lease stays as it stands, and this is the time that it has left. */
  readonly isRemainder: boolean;
}

export const NO_GRANTS: readonly Grant[] = [];

/** Of the valid lifetime, where nothing else is configured: the ratio of RFC 4861 and of Kea. */
const PREFERRED: Share = { of: 8, parts: 5 };
/** T2, of the preferred lifetime (RFC 8415 section 21.4). */
const REBIND: Share = { of: 5, parts: 4 };

/**
 * What the association gets, if anything; no other association of the same message gets it from now
 * on.
 */
export function grantsFor(association: Association): readonly Grant[] {
  const chosen = chooseLeases(association);
  const { draft } = association.exchange;
  const grants: Grant[] = [];
  for (let i = 0; i < chosen.length; i++) {
    const grant = grantOf(association, chosen[i] as Ipv6Prefix);
    grants.push(grant);
    draft.claimed.push(grant.prefix);
  }
  if (association.limits !== undefined) for (const grant of grants) count(association, grant);
  return grants;
}

function grantOf(association: Association, prefix: Ipv6Prefix): Grant {
  const { context, exchange, reservation } = association;
  const { leases } = context;
  const settings = settingsFor(exchange, reservation, prefix);
  const previous = leases.byAddress(prefix);
  const hold = leases.holdOn(prefix);
  const pool = context.decider.places.poolOf(prefix);
  const validLifetime = validLifetimeFor(association, prefix, settings, pool, previous, hold);
  const preferredLifetime = preferredLifetimeOf(settings.leaseTime, validLifetime);
  return { prefix, settings, pool, previous, hold, validLifetime, preferredLifetime, isRemainder: false };
}

/** The default, or less where addresses run short: clients have no say in it (section 21.6). */
function validLifetimeFor(
  association: Association,
  prefix: Ipv6Prefix,
  { network, leaseTime }: Settings,
  pool: Grant["pool"],
  previous: Lease | undefined,
  hold: Hold | undefined,
): number {
  if (network.adaptiveThreshold === undefined) return leaseTime.default;
  const where = networkOnLink(association, prefix) as PoolNetwork;
  return decideDuration(association, { network: where, range: pool, leaseTime, previous, isHeld: hold !== undefined }, undefined);
}

function preferredLifetimeOf(leaseTime: Lifetimes, validLifetime: number): number {
  if (leaseTime.preferred !== undefined) return Math.min(leaseTime.preferred, validLifetime);
  return validLifetime === INFINITY ? INFINITY : Math.floor((validLifetime * PREFERRED.parts) / PREFERRED.of);
}

/** Has a lease that the table does not count yet counted for limits. */
function count(association: Association, { prefix, previous, hold }: Grant): void {
  const { now } = association.context;
  if (hold !== undefined || (previous !== undefined && isBound(previous, now))) return;
  const keys = limitKeysIn(association, networkOnLink(association, prefix));
  if (keys !== undefined) association.exchange.draft.counted.push(...splitKeys(keys));
}

/**
 * The same for the time that the lease has left, for a client that comes back so early that it need
 * not be written anew (`cache_threshold`). Undefined: there is something to write, because the
 * share of the time is over, or the lease would be another one.
 */
export function remainderOf({ context, clientKey }: Association, grant: Grant): Grant | undefined {
  const { now, decider } = context;
  const { cacheThreshold } = decider.config;
  const lease = grant.previous;
  if (cacheThreshold === 0 || lease === undefined || lease.expiry === NEVER) return undefined;
  if (!isBound(lease, now) || !belongsTo(lease, clientKey)) return undefined;
  const elapsed = now - lease.start;
  if (elapsed * 100 > (lease.expiry - lease.start) * cacheThreshold) return undefined;
  const remaining = lease.expiry - now;
  if (remaining === 0 || remaining > grant.validLifetime) return undefined;
  return { ...grant, validLifetime: remaining, preferredLifetime: remainingPreferred(lease.owner, elapsed), isRemainder: true };
}

function remainingPreferred({ preferredLifetime }: LeaseOwner, elapsed: number): number {
  return preferredLifetime === INFINITY ? INFINITY : Math.max(0, preferredLifetime - elapsed);
}

/** T1 and T2 in seconds; 0: the client chooses. */
export interface AssociationTimers {
  readonly t1: number;
  readonly t2: number;
}

const CLIENT_CHOOSES: AssociationTimers = { t1: 0, t2: 0 };
const NO_RENEWAL: AssociationTimers = { t1: INFINITY, t2: INFINITY };

/**
 * T1 and T2 of all associations of a Reply, which are the same (RFC 8415 section 18.3.2): they
 * follow from the shortest preferred lifetime. A configured time of 0 leaves it to the client.
 */
export function timersFor(grants: readonly Grant[]): AssociationTimers {
  let shortest: Grant | undefined;
  for (let i = 0; i < grants.length; i++) {
    const grant = grants[i] as Grant;
    if (shortest === undefined || grant.preferredLifetime < shortest.preferredLifetime) shortest = grant;
  }
  if (shortest === undefined) return CLIENT_CHOOSES;
  const { settings, preferredLifetime, validLifetime } = shortest;
  const { leaseTime } = settings;
  if (preferredLifetime === INFINITY && leaseTime.renew === undefined && leaseTime.rebind === undefined) return NO_RENEWAL;
  const isLate = leaseTime.rebind !== undefined && leaseTime.rebind >= preferredLifetime;
  const timers = timersOf(leaseTime, isLate ? validLifetime : preferredLifetime, REBIND);
  if (timers === undefined) return CLIENT_CHOOSES;
  return { t1: leaseTime.renew === 0 ? 0 : timers.renew, t2: leaseTime.rebind === 0 ? 0 : timers.rebind };
}
