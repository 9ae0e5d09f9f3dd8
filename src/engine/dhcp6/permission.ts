import type { Network } from "../../config/model/dhcp6.ts";
import { Association as AssociationKind, duidOf } from "../../leases/dhcp6/client-key.ts";
import { type Hold, type Lease, type LeaseOwner, LeaseState } from "../../leases/dhcp6/lease.ts";
import { equalBytes } from "../../net/bytes.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, type Ipv6Prefix, ipv6PrefixContains, ipv6PrefixesOverlap, prefixLength } from "../../net/ipv6-prefix.ts";
import type { Relay } from "../../wire/dhcp6/message.ts";
import { holderOf, inTime, isInForce } from "../common/availability.ts";
import { isAdmitted } from "../common/guard.ts";
import { isLimitReached } from "../common/limits.ts";
import type { Association } from "./association.ts";
import type { PoolNetwork } from "./decider.ts";
import { hardwareOf } from "./identity.ts";

/** Why an association may not have an address or prefix. */
export type Refusal =
  | "wrong-network" // it is in no network of the client's link
  | "not-for-class" // its network or pool is not for clients of these classes
  | "no-reservation" // its network is for hosts with a reservation only
  | "limit-reached" // there are as many leases as a limit allows
  | "in-use" // another association has it, or it is in probation
  | "reserved-elsewhere" // another one is reserved for this client, and it can have that
  // It is in no pool, excluded, of another length, reserved for another host, or the address of a
  // server, of a relay or of all routers.
  | "not-allocatable";

/**
 * Whether the association may have the address or prefix now; undefined: it may. This one rule
 * serves advertisements, requests and renewals, so that what was offered is also given. `lease` and
 * `hold` are what the table knows of it.
 */
export function refusalOf(
  association: Association,
  prefix: Ipv6Prefix,
  lease: Lease | undefined,
  hold: Hold | undefined = association.context.leases.holdOn(prefix),
): Refusal | undefined {
  const network = networkOnLink(association, prefix);
  if (network === undefined) return "wrong-network";
  if (!isAdmitted(association, network.guard)) return "not-for-class";
  if (network.reservationsOnly && association.reservation === undefined) return "no-reservation";
  if (isServerSide(association, prefix)) return "not-allocatable";
  if (!isReserved(association, prefix)) {
    const pool = association.context.decider.places.poolOf(prefix);
    if (pool === undefined) return "not-allocatable";
    if (!isAdmitted(association, pool.guard)) return "not-for-class";
    if (canHaveReserved(association)) return "reserved-elsewhere";
  }
  if (isClaimed(association, prefix) || isCut(association, prefix) || !isAvailable(association, prefix, lease, hold)) return "in-use";
  return isLimitReached(association, network, lease, prefix) ? "limit-reached" : undefined;
}

/** The network of the client's link that it belongs to, as associations of this type see it. */
export function networkOnLink({ context, link }: Association, prefix: Ipv6Prefix): PoolNetwork | undefined {
  const network = context.decider.places.networkOf(prefix);
  if (network === undefined || network.link !== link.index) return undefined;
  const { networks } = link;
  for (let i = 0; i < networks.length; i++) if ((networks[i] as PoolNetwork).index === network.index) return networks[i];
  return undefined;
}

/** Whether it is reserved for this client, which has its reservation on this link. */
export function isReserved({ context, reservation, type }: Association, prefix: Ipv6Prefix): boolean {
  if (reservation === undefined) return false;
  const reserved = context.decider.reserved(type, reservation);
  for (let i = 0; i < reserved.length; i++) if (equalBytes(reserved[i] as Ipv6Prefix, prefix)) return true;
  return false;
}

/** Whether the client has a reservation with something that is free for this association. */
function canHaveReserved(association: Association): boolean {
  const { context, reservation, type } = association;
  if (reservation === undefined) return false;
  for (const reserved of context.decider.reserved(type, reservation))
    if (refusalOf(association, reserved, context.leases.byAddress(reserved)) === undefined) return true;
  return false;
}

/** Whether another association of the same message gets it, or a part of it. */
export function isClaimed({ exchange }: Association, prefix: Ipv6Prefix): boolean {
  const { claimed } = exchange.draft;
  for (let i = 0; i < claimed.length; i++) if (ipv6PrefixesOverlap(claimed[i] as Ipv6Prefix, prefix)) return true;
  return false;
}

/**
 * Whether a part of it, or something that it is a part of, is another association's. What is its
 * own gives way: it is released where it is given this one instead.
 */
export function isCut({ context, clientKey, link, type }: Association, prefix: Ipv6Prefix): boolean {
  if (type === AssociationKind.addresses) return false;
  const { leases } = context;
  const overlapping = leases.overlapping(prefix);
  if (overlapping === 0) return false;
  const own = leases.allOfClient(clientKey, link.index).filter(({ address }) => overlapsOther(address, prefix));
  return overlapping > own.length;
}

function overlapsOther(a: Ipv6Prefix, b: Ipv6Prefix): boolean {
  return ipv6PrefixesOverlap(a, b) && !equalBytes(a, b);
}

/**
 * A lease goes before a hold: one that was given back in a commit that failed is in force again,
 * though its address may be held by now.
 */
function isAvailable(association: Association, prefix: Ipv6Prefix, lease: Lease | undefined, hold: Hold | undefined): boolean {
  const { now } = association.context;
  if (lease !== undefined && isInForce(lease, now)) return lease.state !== LeaseState.declined && isHost(association, prefix, lease.owner);
  const held = inTime(hold, now);
  return held === undefined || isHost(association, prefix, held.owner);
}

/** Tells the operator of a reserved address or prefix that another client has. */
export function noteHolder(association: Association, prefix: Ipv6Prefix): void {
  const { context, reservation } = association;
  const { notify } = context;
  if (notify === undefined || reservation === undefined) return;
  const holder = holderOf(association.context, prefix);
  if (holder === undefined || isHost(association, prefix, holder) || isOfClient(association, holder)) return;
  notify({ kind: "reserved-in-use", reservation: reservation.name, address: prefix, holder: duidOf(holder.clientKey) });
}

/**
 * Whether who has it is this association, or one of the same type of the same machine under another
 * DUID: boot loader and operating system often have one each, and what is reserved for a hardware
 * address is for all of them. Two interfaces of one host have the same DUID, and must not take it
 * from each other.
 */
export function isHost(association: Association, prefix: Ipv6Prefix, owner: LeaseOwner): boolean {
  if (equalBytes(owner.clientKey, association.clientKey)) return true;
  const { reservation, exchange } = association;
  if (reservation === undefined || owner.hardware === undefined || owner.clientKey[0] !== association.type) return false;
  if (isOfClient(association, owner) || !isReserved(association, prefix)) return false;
  if (!reservation.match.some(({ kind }) => kind === "chaddr")) return false;
  const hardware = hardwareOf(exchange);
  return hardware !== undefined && equalBytes(owner.hardware.subarray(2), hardware.address);
}

function isOfClient({ clientKey }: Association, owner: LeaseOwner): boolean {
  return equalBytes(duidOf(owner.clientKey), duidOf(clientKey));
}

/**
 * Whether this is an address of the server, of a relay or of all routers of a network (RFC 4291
 * section 2.6.1), or a prefix with one of the first two: pools and reservations that include it by
 * mistake must not give it away.
 */
export function isServerSide(association: Association, prefix: Ipv6Prefix): boolean {
  const { context, exchange, type } = association;
  const { received, message } = exchange;
  if (isAnyIn(prefix, received.interface.addresses)) return true;
  if (context.ownAddresses !== undefined && isAnyIn(prefix, context.ownAddresses)) return true;
  const { relays } = message;
  if (relays.length > 0 && ipv6PrefixContains(prefix, received.source)) return true;
  for (let i = 0; i < relays.length; i++) if (ipv6PrefixContains(prefix, (relays[i] as Relay).linkAddress)) return true;
  return type === AssociationKind.addresses && isSubnetRouterAnycast(context.decider.places.networkOf(prefix), prefix);
}

function isAnyIn(prefix: Ipv6Prefix, addresses: readonly Ipv6[]): boolean {
  for (let i = 0; i < addresses.length; i++) if (ipv6PrefixContains(prefix, addresses[i] as Ipv6)) return true;
  return false;
}

/** Networks of one or two addresses have none (RFC 6164 section 5.1). */
function isSubnetRouterAnycast(network: Network | undefined, address: Ipv6Prefix): boolean {
  if (network === undefined || prefixLength(network.prefix) >= ADDRESS_LENGTH - 1) return false;
  for (let i = 0; i < 16; i++) if (network.prefix[i] !== address[i]) return false;
  return true;
}
