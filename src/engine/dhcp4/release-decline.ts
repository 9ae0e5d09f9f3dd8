import { endAfter, type LeaseChange, type LeaseOwner, LeaseState } from "../../leases/dhcp4/lease.ts";
import { IPV4_ANY, type Ipv4 } from "../../net/ipv4.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionIpv4 } from "../../wire/dhcp4/options.ts";
import { belongsTo, isHeldFor, isInForce } from "../common/availability.ts";
import { release, withdraw } from "../common/changes.ts";
import type { Decision } from "./decision.ts";
import type { Exchange } from "./exchange.ts";
import { silence } from "./reply.ts";
import { isOurs, namedServer } from "./server-identifier.ts";
import { networkOf } from "./subnet.ts";

/**
 * RELEASE (RFC 2131 section 4.3.4): the client gives its lease back, or what it was offered. Only
 * the owner can, and the address of a lease is remembered for it. Never answered.
 */
export function decideRelease(exchange: Exchange): Decision {
  const { context, message, clientKey, trace } = exchange;
  if (message.ciaddr === IPV4_ANY) return silence(exchange.trace, "malformed-request");
  if (isForAnother(exchange)) return silence(exchange.trace, "another-server");
  const lease = context.leases.byAddress(message.ciaddr);
  if (ownerNow(exchange, message.ciaddr) === undefined) return silence(exchange.trace, "not-the-owner");
  trace?.({ rule: "update", verdict: "released", address: message.ciaddr });
  const changes: LeaseChange[] = [];
  if (lease !== undefined && isInForce(lease, context.now)) changes.push(release(lease, context.now));
  if (isHeldFor(context.leases.holdOn(message.ciaddr), clientKey, context.now)) changes.push(withdraw(message.ciaddr));
  return { kind: "update", changes };
}

/**
 * What is on record of the client, if the address is leased to it or held for it now: a lease that
 * is about to end is held after a DISCOVER. Undefined: it is not its own.
 */
function ownerNow({ context, clientKey }: Exchange, address: Ipv4): LeaseOwner | undefined {
  const { leases, now } = context;
  const lease = leases.byAddress(address);
  if (lease !== undefined && isInForce(lease, now)) return belongsTo(lease, clientKey) ? lease.owner : undefined;
  const hold = leases.holdOn(address);
  return isHeldFor(hold, clientKey, now) ? hold?.owner : undefined;
}

/**
 * DECLINE (RFC 2131 section 4.3.3): the client found the address in use by somebody else. Nobody
 * gets it until probation is over. Only the client that it was offered or leased to can say so,
 * else one host could empty the pool. Never answered.
 */
export function decideDecline(exchange: Exchange): Decision {
  const { context, message, trace } = exchange;
  const address = optionIpv4(message, OptionCode.requestedIpAddress) ?? message.ciaddr;
  if (address === IPV4_ANY) return silence(exchange.trace, "malformed-request");
  if (isForAnother(exchange)) return silence(exchange.trace, "another-server");
  const { now, decider } = context;
  const owner = ownerNow(exchange, address);
  if (owner === undefined) return silence(exchange.trace, "not-the-owner");
  const { probationPeriod } = networkOf(decider, address) ?? exchange.network;
  trace?.({ rule: "update", verdict: "declined", address, probationPeriod });
  const declined = { address, state: LeaseState.declined, start: now, expiry: endAfter(now, probationPeriod), owner };
  return { kind: "update", changes: [{ kind: "put", lease: declined }] };
}

/**
 * Both messages must name the server (RFC 2131 table 5); one that does not is taken
 * at its word all the same.
 */
function isForAnother(exchange: Exchange): boolean {
  const server = namedServer(exchange.message);
  return server !== undefined && !isOurs(exchange, server);
}
