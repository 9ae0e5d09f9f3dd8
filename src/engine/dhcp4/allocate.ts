import type { Network, Reservation } from "../../config/model/dhcp4.ts";
import type { AddressFilter } from "../../leases/dhcp4/lease.ts";
import { type Lease, LeaseState } from "../../leases/dhcp4/lease.ts";
import { hashBytes } from "../../net/bytes.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionIpv4 } from "../../wire/dhcp4/options.ts";
import { holderOf, inTime } from "../common/availability.ts";
import { isAdmitted, isFor } from "../common/guard.ts";
import { isLimitReached } from "../common/limits.ts";
import type { Candidate } from "../trace.ts";
import type { Exchange } from "./exchange.ts";
import { isServerSide, noteHolder, refusalOf } from "./permission.ts";

/**
 * The address to offer (RFC 2131 section 4.3.1): the reserved one, the one that the client has, is
 * offered or last had on this link, the one that it asks for, one that was never used, the one that
 * has been unused for longest. Undefined: there is none that this client could get. `own` is the
 * client's lease on this link.
 */
export function chooseAddress(exchange: Exchange, reservation: Reservation | undefined, own: Lease | undefined): Ipv4 | undefined {
  const { trace, clientKey, link } = exchange;
  const { leases, now } = exchange.context;
  const reserved = reservation?.address;
  if (reserved !== undefined) {
    if (mayHave(exchange, reservation, reserved, leases.byAddress(reserved), "reserved")) return reserved;
    noteHolder(exchange, reservation, reserved);
  }
  const isLeased = own?.state === LeaseState.bound;
  if (isLeased && mayHave(exchange, reservation, own.address, own, "own")) return own.address;
  // A client whose own address is refused is offered the same other one however often it asks.
  const held = inTime(leases.heldBy(clientKey, link.index), now)?.address;
  if (held !== undefined && mayHave(exchange, reservation, held, leases.byAddress(held), "held")) return held;
  if (own !== undefined && !isLeased && mayHave(exchange, reservation, own.address, own, "own")) return own.address;
  const requested = optionIpv4(exchange.message, OptionCode.requestedIpAddress);
  if (requested !== undefined && mayHave(exchange, reservation, requested, leases.byAddress(requested), "requested")) return requested;
  const unused = unusedAddress(exchange, reservation);
  if (unused !== undefined) {
    trace?.({ rule: "address", candidate: "never-used", address: unused });
    return unused;
  }
  const expired = longestExpired(exchange, reservation);
  if (expired === undefined) trace?.({ rule: "address", candidate: "none" });
  else trace?.({ rule: "address", candidate: "longest-unused", address: expired });
  return expired;
}

function mayHave(
  exchange: Exchange,
  reservation: Reservation | undefined,
  address: Ipv4,
  lease: Lease | undefined,
  candidate: Candidate,
): boolean {
  const { trace } = exchange;
  const refusal = refusalOf(exchange, reservation, address, lease);
  if (trace !== undefined) {
    const holder = refusal === "in-use" ? holderOf(exchange.context, address) : undefined;
    trace({ rule: "address", candidate, address, refusal, holder: holder?.chaddr });
  }
  return refusal === undefined;
}

function unusedAddress(exchange: Exchange, reservation: Reservation | undefined): Ipv4 | undefined {
  const serverSide = new ServerSide(exchange);
  for (const network of exchange.link.networks) {
    if (network.ranges.length === 0 || isClosed(exchange, network, reservation)) continue;
    const seed = seedFor(exchange, network);
    for (const range of network.ranges) {
      if (!isAdmitted(exchange, range.guard)) continue;
      const address = exchange.context.leases.unusedAddress(range, seed, serverSide);
      if (address !== undefined) return address;
    }
  }
  return undefined;
}

/** Whether the client can't get any address from the ranges of the network. */
function isClosed(exchange: Exchange, network: Network, reservation: Reservation | undefined): boolean {
  return !isFor(exchange, network, reservation) || isLimitReached(exchange, network, undefined);
}

/**
 * Addresses of the server and of the relay, which a range may include by
 * mistake: a few dozen at most.
 */
class ServerSide implements AddressFilter {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  excludes(address: Ipv4): boolean {
    return isServerSide(this.#exchange, address);
  }
}

function seedFor(exchange: Exchange, network: Network): number {
  if (network.allocation === "hashed") return hashBytes(exchange.clientKey);
  return network.allocation === "random" ? exchange.context.random : 0;
}

/** The address that has been without a client for longest, over all ranges of the link. */
function longestExpired(exchange: Exchange, reservation: Reservation | undefined): Ipv4 | undefined {
  const { leases } = exchange.context;
  const serverSide = new ServerSide(exchange);
  let longest: Lease | undefined;
  for (const network of exchange.link.networks) {
    if (isClosed(exchange, network, reservation)) continue;
    for (const range of network.ranges) {
      if (!isAdmitted(exchange, range.guard)) continue;
      const lease = leases.longestExpired(range, serverSide);
      if (lease !== undefined && (longest === undefined || lease.expiry < longest.expiry)) longest = lease;
    }
  }
  return longest?.address;
}
