import type { Lease } from "../../leases/dhcp4/lease.ts";
import { OWNER_RECORD } from "../../leases/dhcp4/record.ts";
import { IPV4_ANY, type Ipv4 } from "../../net/ipv4.ts";
import { prefixContains, prefixOf } from "../../net/prefix.ts";
import { foundInUse } from "../common/probation.ts";
import type { Decision, Reply } from "./decision.ts";
import type { Context, Exchange } from "./exchange.ts";
import { networkOf } from "./subnet.ts";

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

/** How the address stands from now on when it was found in use: see the common rule. */
export function inProbation(context: Pick<Context, "decider" | "leases" | "now">, address: Ipv4): Lease | undefined {
  return foundInUse(context, address, networkOf(context.decider, address)?.probationPeriod, OWNER_RECORD.copy);
}
