import type { Network } from "../../config/model/dhcp4.ts";
import { endAfter, type Lease, LeaseState } from "../../leases/dhcp4/lease.ts";
import { IPV4_ANY, type Ipv4 } from "../../net/ipv4.ts";
import { prefixContains, prefixOf } from "../../net/prefix.ts";
import { isInForce } from "../common/availability.ts";
import type { Decision, Reply } from "./decision.ts";
import type { Context, Exchange } from "./exchange.ts";
import { networkOf } from "./subnet.ts";

/** How long an offer holds its address, in seconds: longer than the check before it lasts. */
export function holdFor(exchange: Exchange, network: Network): number {
  const { offerHold } = exchange.context.decider.config;
  const { pingTimeout } = network;
  return pingTimeout === undefined ? offerHold : Math.max(offerHold, Math.ceil(pingTimeout / 1000) + 1);
}

/**
 * Has somebody asked whether the address is in use before `offer` is sent (RFC 2131 sections 2.2
 * and 3.1 step 2), unless the client itself has or last had it, or it was found free just now.
 * `isOwn`: the lease of the address is, or last was, the client's.
 */
export function checkFirst(exchange: Exchange, address: Ipv4, isOwn: boolean, timeout: number, offer: Reply): Decision {
  const { context, trace } = exchange;
  const state = context.answers?.stateOf(address);
  // While that is being asked the address is held for the client, which makes it look like its own.
  if (state === "free" || (isOwn && state === undefined)) return offer;
  const interfaceIndex = linkOf(exchange, address);
  trace?.({ rule: "probe", address, interfaceIndex, timeout });
  const about = { kind: "conflict-probe", address, timeout, interfaceIndex, hardwareAddress: exchange.message.chaddr } as const;
  return { kind: "question", about, holds: offer.changes, unanswered: offer };
}

/**
 * The interface on whose link the client will use the address: the receiving one, unless the
 * client is behind a relay.
 */
function linkOf(exchange: Exchange, address: Ipv4): number {
  const { index, address: own, prefixLength } = exchange.received.interface;
  const isOnLink = exchange.message.giaddr === IPV4_ANY || prefixContains(prefixOf(own, prefixLength), address);
  return isOnLink ? index : 0;
}

/**
 * How the address stands from now on when it was found in use: nobody gets it for the network's
 * probation period. Undefined: the address is no longer held, or somebody's by now, so it stays as
 * it is. The client that was to get it is on record as its owner, as with DECLINE.
 */
export function inProbation({ decider, leases, now }: Pick<Context, "decider" | "leases" | "now">, address: Ipv4): Lease | undefined {
  const hold = leases.holdOn(address);
  const lease = leases.byAddress(address);
  const network = networkOf(decider, address);
  if (hold === undefined || (lease !== undefined && isInForce(lease, now)) || network === undefined) return undefined;
  return { address, state: LeaseState.declined, start: now, expiry: endAfter(now, network.probationPeriod), owner: hold.owner };
}
