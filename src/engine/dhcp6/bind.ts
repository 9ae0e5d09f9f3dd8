import { endAfter, LeaseState } from "../../leases/dhcp6/lease.ts";
import { equalBytes } from "../../net/bytes.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { isBound } from "../common/availability.ts";
import { release, withdraw } from "../common/changes.ts";
import { holdTime } from "../common/probation.ts";
import type { Answer } from "./answer.ts";
import { type Kept, type KeyChange, ownerOf, ownRecord } from "./changes.ts";
import type { Grant } from "./grant.ts";

/**
 * The association is bound to what it is granted, and what else it has on this link is taken back,
 * unless it is only told why it gets nothing. What is granted for the time that is left stays as it
 * is.
 */
export function bind({ association, grants, withdrawn }: Answer, kept: Kept, keyChange: KeyChange): void {
  if (grants.length === 0 && withdrawn.length === 0) return;
  const { context, clientKey, link, exchange } = association;
  const { leases, now } = context;
  const { changes } = exchange.draft;
  for (const lease of leases.allOfClient(clientKey, link.index))
    if (lease.state === LeaseState.bound && !isGranted(grants, lease.address)) changes.push(release(lease, now));
  const held = leases.heldBy(clientKey, link.index);
  if (held !== undefined && !isGranted(grants, held.address)) changes.push(withdraw(held.address));
  for (const grant of grants) {
    const { prefix, previous, hold, validLifetime, preferredLifetime } = grant;
    if (grant.isRemainder) continue;
    const before = ownRecord(association, previous, hold);
    const owner = ownerOf(association, kept, prefix, preferredLifetime, before, keyChange);
    changes.push({
      kind: "put",
      lease: { address: prefix, state: LeaseState.bound, start: now, expiry: endAfter(now, validLifetime), owner },
    });
  }
}

/**
 * What is granted is kept for the association for a while. Leases stay as they are: whoever sends a
 * SOLICIT must not be able to change them. What it has already, and has for longer, needs no hold.
 */
export function hold({ association, grants }: Answer, kept: Kept): void {
  if (grants.length === 0) return;
  const { context, clientKey, link, exchange } = association;
  const { leases, now, decider } = context;
  const { changes } = exchange.draft;
  let isFirst = true;
  for (const { prefix, settings, previous, hold: held, preferredLifetime } of grants) {
    const until = endAfter(now, holdTime(decider.config.offerHold, settings.network.pingTimeout));
    const isOwn = previous !== undefined && equalBytes(previous.owner.clientKey, clientKey);
    if (isOwn && isBound(previous, now) && previous.expiry >= until) continue;
    const owner = ownerOf(association, kept, prefix, preferredLifetime, ownRecord(association, previous, held), "keep");
    const one = { address: prefix, until, owner };
    changes.push(isFirst ? { kind: "hold", hold: one } : { kind: "hold", hold: one, beside: true });
    isFirst = false;
  }
  const other = isFirst ? leases.heldBy(clientKey, link.index) : undefined;
  if (other !== undefined) changes.push(withdraw(other.address));
}

export function isGranted(grants: readonly Grant[], prefix: Ipv6Prefix): boolean {
  for (let i = 0; i < grants.length; i++) if (equalBytes((grants[i] as Grant).prefix, prefix)) return true;
  return false;
}
