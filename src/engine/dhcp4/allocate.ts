import type { Network, Range, Reservation } from "../../config/model.ts";
import type { Lease } from "../../leases/lease.ts";
import { hashBytes } from "../../net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../../net/ipv4.ts";
import { optionIpv4 } from "../../wire/dhcp4/options.ts";
import { isInForce } from "./availability.ts";
import type { Exchange } from "./exchange.ts";
import { isAdmitted, isFor } from "./guard.ts";
import { isLimitReached } from "./limits.ts";
import { OptionCode } from "./option-code.ts";
import { isServerSide, refusalOf } from "./permission.ts";
import { dynamicRange } from "./subnet.ts";

/** How often another place is tried when an unused address turns out to be the server's or the relay's own. */
const ATTEMPTS = 4;
/** Spreads the places of these attempts over the range. */
const STEP = 0x9e3779b9;

/**
 * The address to offer (RFC 2131 section 4.3.1): the reserved one, the one that the client has or last had on this
 * link, the one that it asks for, one that was never used, the one that has been unused for longest. Undefined: there
 * is none that this client could get.
 */
export function chooseAddress(exchange: Exchange, reservation: Reservation | undefined, own: Lease | undefined): Ipv4 | undefined {
  const { trace } = exchange;
  const { leases } = exchange.context;
  const reserved = reservation?.address;
  if (reserved !== undefined && mayHave(exchange, reservation, reserved, leases.byAddress(reserved), "reserved")) return reserved;
  if (own !== undefined && mayHave(exchange, reservation, own.address, own, "the client's own")) return own.address;
  const requested = optionIpv4(exchange.message, OptionCode.requestedIpAddress);
  if (requested !== undefined && mayHave(exchange, reservation, requested, leases.byAddress(requested), "requested")) return requested;
  const unused = unusedAddress(exchange, reservation);
  if (unused !== undefined) {
    trace?.("address", `${formatIpv4(unused)} was never used`);
    return unused;
  }
  const expired = longestExpired(exchange, reservation);
  trace?.("address", expired === undefined ? "no address is free" : `${formatIpv4(expired)} has been unused for longest`);
  return expired;
}

function mayHave(exchange: Exchange, reservation: Reservation | undefined, address: Ipv4, lease: Lease | undefined, what: string): boolean {
  const refusal = refusalOf(exchange, reservation, address, lease);
  exchange.trace?.("address", `${formatIpv4(address)} (${what}): ${refusal ?? "chosen"}`);
  return refusal === undefined;
}

function unusedAddress(exchange: Exchange, reservation: Reservation | undefined): Ipv4 | undefined {
  for (const network of exchange.link.networks) {
    if (network.ranges.length === 0 || isClosed(exchange, network, reservation)) continue;
    const seed = seedFor(exchange, network);
    for (const range of network.ranges) {
      if (!isAdmitted(exchange, range.guard)) continue;
      const address = unusedInRange(exchange, network, range, seed);
      if (address !== undefined) return address;
    }
  }
  return undefined;
}

/** Whether the client can't get any address from the ranges of the network. */
function isClosed(exchange: Exchange, network: Network, reservation: Reservation | undefined): boolean {
  return !isFor(exchange, network, reservation) || isLimitReached(exchange, network, undefined);
}

function unusedInRange(exchange: Exchange, network: Network, range: Range, seed: number): Ipv4 | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const address = exchange.context.leases.unusedAddress(range, (seed + attempt * STEP) >>> 0);
    if (address === undefined || !isServerSide(exchange, network, address)) return address;
  }
  return undefined;
}

function seedFor(exchange: Exchange, network: Network): number {
  if (network.allocation === "hashed") return hashBytes(exchange.clientKey);
  return network.allocation === "random" ? exchange.context.random : 0;
}

/** The address that has been without a client for longest, over all ranges of the link. */
function longestExpired(exchange: Exchange, reservation: Reservation | undefined): Ipv4 | undefined {
  const { leases, now } = exchange.context;
  let longest: Lease | undefined;
  for (const network of exchange.link.networks) {
    if (isClosed(exchange, network, reservation)) continue;
    for (const range of network.ranges) {
      if (!isAdmitted(exchange, range.guard)) continue;
      const lease = leases.longestExpired(range);
      if (lease === undefined || isInForce(lease, now) || isServerSide(exchange, network, lease.address)) continue;
      if (dynamicRange(network, lease.address) === undefined) continue;
      if (longest === undefined || lease.expiry < longest.expiry) longest = lease;
    }
  }
  return longest?.address;
}
