import type { Reservation } from "../../config/model/dhcp4.ts";
import { endAfter, type Hold, type Lease } from "../../leases/dhcp4/lease.ts";
import { equalBytes } from "../../net/bytes.ts";
import { IPV4_ANY, type Ipv4 } from "../../net/ipv4.ts";
import { MessageType, type Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionIpv4 } from "../../wire/dhcp4/options.ts";
import { belongsTo, inTime, isBound, isHeldFor } from "../common/availability.ts";
import { withdraw } from "../common/changes.ts";
import type { Notify } from "../notice.ts";
import { acknowledgeRemainder } from "./cache-threshold.ts";
import { bind, onRecord } from "./changes.ts";
import { withName } from "./client-name.ts";
import type { Decision } from "./decision.ts";
import { ackDestination } from "./destination.ts";
import { durationFor } from "./duration.ts";
import type { Exchange } from "./exchange.ts";
import { noteHolder, refusalOf } from "./permission.ts";
import { grant, nak, silence } from "./reply.ts";
import { findReservation } from "./reservations.ts";
import { isOurs, namedServer } from "./server-identifier.ts";
import { settingsFor } from "./settings.ts";
import { isSentToOneServer } from "./subnet.ts";

/**
 * Answers a REQUEST (RFC 2131 section 4.3.2). Its four states are told apart by table 4: SELECTING
 * names a server, INIT-REBOOT has option 50 and no ciaddr, RENEWING and REBINDING have ciaddr, and
 * RENEWING is sent to this server alone, or to a relay that stands in for it (RFC 5010).
 */
export function decideRequest(exchange: Exchange): Decision {
  const { message, received, trace } = exchange;
  const server = namedServer(message);
  if (server !== undefined && !isOurs(exchange, server)) {
    trace?.({ rule: "state", state: "selected-another", server });
    return selectedAnother(exchange);
  }
  const asked = optionIpv4(message, OptionCode.requestedIpAddress) || IPV4_ANY;
  const isSelecting = server !== undefined && message.ciaddr === IPV4_ANY;
  const requested = asked === IPV4_ANY && isSelecting ? openOffer(exchange) : asked;
  if (server !== undefined && requested !== IPV4_ANY) {
    trace?.({ rule: "state", state: "SELECTING", address: requested });
    return decideSelecting(exchange, requested);
  }
  if (message.ciaddr !== IPV4_ANY) {
    const renewing = isSentToOneServer(received, exchange.relayAgentInformation);
    trace?.({ rule: "state", state: renewing ? "RENEWING" : "REBINDING", address: message.ciaddr });
    return decideKnownAddress(exchange, message.ciaddr, renewing);
  }
  if (requested === IPV4_ANY) return silence(exchange.trace, "malformed-request");
  trace?.({ rule: "state", state: "INIT-REBOOT", address: requested });
  return decideKnownAddress(exchange, requested, true);
}

/**
 * The address that was offered to the client, or is its own; 0: none. Some clients take an offer
 * without repeating its address in option 50.
 */
function openOffer({ context, link, clientKey }: Exchange): Ipv4 {
  const { leases, now } = context;
  const held = inTime(leases.heldBy(clientKey, link.index), now);
  if (held !== undefined) return held.address;
  const own = leases.ofClient(clientKey, link.index);
  return own !== undefined && isBound(own, now) ? own.address : IPV4_ANY;
}

/**
 * The client took our offer, or knew of us otherwise: it gets a definite answer,
 * whoever else is on the link.
 */
function decideSelecting(exchange: Exchange, address: Ipv4): Decision {
  const reservation = findReservation(exchange);
  const { leases } = exchange.context;
  const lease = leases.byAddress(address);
  const hold = leases.holdOn(address);
  const refusal = refusalOf(exchange, reservation, address, lease, hold);
  if (refusal === undefined) return acknowledge(exchange, reservation, address, lease, [], hold);
  noteHolder(exchange, reservation, address);
  return nak(exchange, refusal);
}

/**
 * The client has an address and wants to keep it. What is on record here decides; without a record
 * only an authoritative server speaks, for the address may be another server's. `addressedToUs` is
 * false when any server may answer (REBINDING): then what we know of the client under another
 * address is no reason to deny it this one.
 */
function decideKnownAddress(exchange: Exchange, address: Ipv4, addressedToUs: boolean): Decision {
  const { context, network, link, clientKey } = exchange;
  const { leases, now } = context;
  const reservation = findReservation(exchange);
  const lease = leases.byAddress(address);
  const hold = leases.holdOn(address);
  const refusal = refusalOf(exchange, reservation, address, lease, hold);
  const isLeased = lease !== undefined && belongsTo(lease, clientKey);
  const isOwn = isLeased || isHeldFor(hold, clientKey, now);
  if (refusal === undefined && (isOwn || reservation?.address === address)) {
    return (
      (isLeased ? acknowledgeRemainder(exchange, reservation, lease) : undefined) ?? acknowledge(exchange, reservation, address, lease)
    );
  }

  const other = leases.ofClient(clientKey, link.index, address);
  const hasOther = other !== undefined && isBound(other, now);
  const why = refusal ?? (hasOther ? "other-lease" : undefined);
  const isKnown = isOwn || (addressedToUs && (hasOther || reservation?.address !== undefined));
  if (!network.authoritative && !(isKnown && why !== undefined)) return silence(exchange.trace, "not-authoritative");
  if (why === undefined) return acknowledge(exchange, reservation, address, lease);
  noteHolder(exchange, reservation, address);
  return nak(exchange, why);
}

/**
 * Gives the client the address for a full lease time, and takes back what else it has on this
 * link. `previous` is what the table knows of the address; `more` are options for this reply
 * beside those of every ACK.
 */
export function acknowledge(
  exchange: Exchange,
  reservation: Reservation | undefined,
  address: Ipv4,
  previous: Lease | undefined,
  more: readonly Option[] = [],
  hold: Hold | undefined = exchange.context.leases.holdOn(address),
): Decision {
  const { context } = exchange;
  const settings = settingsFor(exchange, reservation, address);
  const duration = durationFor(exchange, settings, address, previous, hold);
  if (context.notify !== undefined && previous !== undefined) noteMove(exchange, previous, context.notify);
  const named = withName(exchange, settings, address, onRecord(exchange, previous, hold));
  const changes = bind(named, address, endAfter(context.now, duration), previous, hold);
  exchange.trace?.({ rule: "reply", type: "ACK", address, duration });
  const ofLease = context.decider.leaseTimeOptions(settings.leaseTime, duration);
  const times = more.length === 0 ? ofLease : [...ofLease, ...more];
  return grant(named, MessageType.ACK, settings, address, times, changes, ackDestination(exchange, settings.network, address));
}

/**
 * Tells the operator of a client identifier that comes from another hardware address while its
 * lease is fresh: of a machine that was cloned, whose copies take the address from each other,
 * or of one with two cards.
 */
function noteMove({ context, message, clientKey, clientIdentifier }: Exchange, previous: Lease, notify: Notify<Ipv4>): void {
  const { address, start, expiry, owner } = previous;
  if (clientKey !== clientIdentifier || !isBound(previous, context.now) || !belongsTo(previous, clientKey)) return;
  if (equalBytes(owner.chaddr, message.chaddr) || (context.now - start) * 2 > expiry - start) return;
  notify({ kind: "identifier-moved", address, clientIdentifier, chaddr: message.chaddr, other: owner.chaddr });
}

/** What we held for the client is free again at once (RFC 2131 section 3.1 step 4). */
function selectedAnother(exchange: Exchange): Decision {
  const { context, link, clientKey } = exchange;
  const held = context.leases.heldBy(clientKey, link.index);
  if (held === undefined) return silence(exchange.trace, "another-server");
  exchange.trace?.({ rule: "update", verdict: "withdrawn", address: held.address });
  return { kind: "update", changes: [withdraw(held.address)] };
}
