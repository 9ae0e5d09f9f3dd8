import type { Network, Reservation, ReservationMatch } from "../../config/model/dhcp4.ts";
import { type Hold, type Lease, type LeaseOwner, LeaseState } from "../../leases/dhcp4/lease.ts";
import { equalBytes } from "../../net/bytes.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { holderOf, inTime, isInForce } from "../common/availability.ts";
import { isAdmitted } from "../common/guard.ts";
import { isLimitReached } from "../common/limits.ts";
import type { Exchange } from "./exchange.ts";
import { dynamicRange, networkOnLink } from "./subnet.ts";

/** Why a client may not have an address. */
export type Refusal =
  | "wrong-network" // the address is in no network of the client's link
  | "not-for-class" // its network or range is not for clients of these classes
  | "no-reservation" // its network is for hosts with a reservation only
  | "limit-reached" // there are as many leases as a limit allows
  | "in-use" // another client has it, or it is in probation
  | "reserved-elsewhere" // another address is reserved for this client, and it can have it
  // It is in no range, excluded, reserved for another host, or the address of a server or relay.
  | "not-allocatable";

/**
 * Whether the client may have the address now; undefined: it may. This one rule serves offers,
 * requests, renewals and reboots, so that what was offered is also given. `lease` and `hold` are
 * what the table knows of the address.
 */
export function refusalOf(
  exchange: Exchange,
  reservation: Reservation | undefined,
  address: Ipv4,
  lease: Lease | undefined,
  hold: Hold | undefined = exchange.context.leases.holdOn(address),
): Refusal | undefined {
  const network = networkOnLink(exchange.link, address);
  if (network === undefined) return "wrong-network";
  if (!isAdmitted(exchange, network.guard)) return "not-for-class";
  if (network.reservationsOnly && reservation === undefined) return "no-reservation";
  if (isServerSide(exchange, address)) return "not-allocatable";
  if (reservation?.address !== address) {
    const range = dynamicRange(network, address);
    if (range === undefined) return "not-allocatable";
    if (!isAdmitted(exchange, range.guard)) return "not-for-class";
    if (canHaveReserved(exchange, reservation)) return "reserved-elsewhere";
  }
  if (!isAvailable(exchange, reservation, lease, hold)) return "in-use";
  return isLimitReached(exchange, network, lease, address) ? "limit-reached" : undefined;
}

/**
 * A lease goes before a hold: one that was given back in a commit that failed is in force again,
 * though its address may be held by now.
 */
function isAvailable(exchange: Exchange, reservation: Reservation | undefined, lease: Lease | undefined, hold: Hold | undefined): boolean {
  const { now } = exchange.context;
  if (lease !== undefined && isInForce(lease, now)) return isOfHost(exchange, reservation, lease);
  const held = inTime(hold, now);
  return held === undefined || isHost(exchange, reservation, held.address, held.owner);
}

/** Tells the operator of a reserved address that another client has. */
export function noteHolder(exchange: Exchange, reservation: Reservation | undefined, address: Ipv4): void {
  const { notify } = exchange.context;
  if (notify === undefined || reservation?.address !== address) return;
  const holder = holderOf(exchange.context, address);
  if (holder === undefined || isHost(exchange, reservation, address, holder)) return;
  notify({ kind: "reserved-in-use", reservation: reservation.name, address, holder: holder.chaddr });
}

/**
 * Whether the lease is, or last was, the client's, or that of the same machine under another client
 * identifier: boot ROM, boot loader and operating system often have one each, and an address that
 * is reserved for a hardware address is for all of them.
 */
export function isOfHost(exchange: Exchange, reservation: Reservation | undefined, lease: Lease): boolean {
  return lease.state !== LeaseState.declined && isHost(exchange, reservation, lease.address, lease.owner);
}

/** The same of whoever has the address. */
export function isHost({ clientKey, message }: Exchange, reservation: Reservation | undefined, address: Ipv4, owner: LeaseOwner): boolean {
  // What is on record is read out when it is asked for: of most, the key is all that matters.
  if (equalBytes(owner.clientKey, clientKey)) return true;
  if (reservation?.address !== address) return false;
  return reservation.match.some(isByChaddr) && owner.htype === message.htype && equalBytes(owner.chaddr, message.chaddr);
}

const isByChaddr = ({ kind }: ReservationMatch): boolean => kind === "chaddr";

/** Whether the client has a reservation with an address that is free for it. */
function canHaveReserved(exchange: Exchange, reservation: Reservation | undefined): boolean {
  const address = reservation?.address;
  return address !== undefined && refusalOf(exchange, reservation, address, exchange.context.leases.byAddress(address)) === undefined;
}

/**
 * Whether this is an address of the server or of the relay: ranges and reservations that include it
 * by mistake must not give it away.
 */
export function isServerSide(exchange: Exchange, address: Ipv4): boolean {
  if (
    address === exchange.received.interface.address ||
    address === exchange.message.giaddr ||
    address === exchange.serverIdentifierOverride ||
    exchange.context.ownAddresses?.has(address)
  )
    return true;
  const { networks } = exchange.link;
  for (let i = 0; i < networks.length; i++) if ((networks[i] as Network).serverId === address) return true;
  return false;
}
