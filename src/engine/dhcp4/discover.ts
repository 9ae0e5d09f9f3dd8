import { endAfter, type Hold, type Lease, type LeaseChange, LeaseState } from "../../leases/dhcp4/lease.ts";
import { NO_BYTES } from "../../net/bytes.ts";
import { IPV4_ANY } from "../../net/ipv4.ts";
import { MessageType, type Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionValue } from "../../wire/dhcp4/options.ts";
import { inTime, isBound } from "../common/availability.ts";
import { withdraw } from "../common/changes.ts";
import { whyNoAddress } from "../common/guard.ts";
import { holdTime } from "../common/probation.ts";
import { chooseAddress } from "./allocate.ts";
import { hold, onRecord } from "./changes.ts";
import { withName } from "./client-name.ts";
import { checkFirst } from "./conflict-check.ts";
import type { Decision } from "./decision.ts";
import { replyDestination } from "./destination.ts";
import { durationFor } from "./duration.ts";
import type { Exchange } from "./exchange.ts";
import { isIpv6Only, mustNotAutoConfigure, offerNoAddress } from "./no-address.ts";
import { isHost, isOfHost } from "./permission.ts";
import { grant, NO_CHANGES, silence } from "./reply.ts";
import { acknowledge } from "./request.ts";
import { findReservation } from "./reservations.ts";
import { settingsFor } from "./settings.ts";

/**
 * Answers a DISCOVER with an OFFER (RFC 2131 section 4.3.1) and holds the address for the client
 * for a while, in memory; or, in a rapid commit, with the ACK of a lease like any other. Leases are
 * left as they are, the client's own and that of whoever had the address last: whoever sends a
 * DISCOVER must not be able to shorten the one, nor have the other forgotten.
 */
export function decideDiscover(exchange: Exchange): Decision {
  const { context, link, clientKey } = exchange;
  const { leases, now } = context;
  const reservation = findReservation(exchange);
  const own = leases.ofClient(clientKey, link.index);
  const address = chooseAddress(exchange, reservation, own);
  const settings = settingsFor(exchange, reservation, address ?? exchange.network.ranges[0]?.start ?? IPV4_ANY);
  if (isIpv6Only(exchange, settings)) return offerNoAddress(exchange, settings);
  if (address === undefined) {
    if (mustNotAutoConfigure(exchange, settings)) return offerNoAddress(exchange, settings);
    return silence(exchange.trace, whyNoAddress(exchange, reservation));
  }
  // Where somebody is asked first, it is an OFFER that waits for the answer.
  if (settings.network.pingTimeout === undefined && wantsRapidCommit(exchange))
    return acknowledge(exchange, reservation, address, leases.byAddress(address), RAPID_COMMIT);
  const previous = own?.address === address ? own : leases.byAddress(address);
  const until = endAfter(now, holdTime(exchange.context.decider.config.offerHold, settings.network.pingTimeout));
  // What the table has as the client's own needs no comparison.
  const isOwnLease = previous !== undefined && (isOwn(previous, own) || isOfHost(exchange, reservation, previous));
  const held = leases.holdOn(address);
  const duration = durationFor(exchange, settings, address, previous, held);
  // A lease of the client's own that outlasts the offer needs no hold, and what was offered before
  // it is no more.
  const outlasts = isOwnLease && isBound(previous, now) && previous.expiry >= until;
  const named = withName(exchange, settings, address, onRecord(exchange, previous, held));
  const changes = outlasts ? withdrawn(exchange) : [hold(named, address, until, previous, held)];
  exchange.trace?.({ rule: "reply", type: "OFFER", address, duration });
  const times = context.decider.leaseTimeOptions(settings.leaseTime, duration);
  const offer = grant(named, MessageType.OFFER, settings, address, times, changes, replyDestination(exchange, settings.network, address));
  const { pingTimeout } = settings.network;
  if (pingTimeout === undefined) return offer;
  const isHeld = inTime(held, now) !== undefined && isHost(exchange, reservation, address, (held as Hold).owner);
  return checkFirst(exchange, address, isOwnLease || isHeld, pingTimeout, offer);
}

function isOwn(lease: Lease, own: Lease | undefined): boolean {
  return lease === own && lease.state !== LeaseState.declined;
}

/** Option 80, empty: the ACK of a rapid commit has it (RFC 4039 section 3). */
const RAPID_COMMIT: readonly Option[] = [{ code: OptionCode.rapidCommit, data: NO_BYTES }];

/**
 * Whether the client wants the address bound at once, without OFFER and REQUEST, and the operator
 * allows that (RFC 4039 section 3).
 */
function wantsRapidCommit(exchange: Exchange): boolean {
  return exchange.context.decider.config.rapidCommit && optionValue(exchange.message, OptionCode.rapidCommit) !== undefined;
}

/** What is held for the client no longer is. */
function withdrawn({ context, clientKey, link }: Exchange): readonly LeaseChange[] {
  const held = context.leases.heldBy(clientKey, link.index);
  return held === undefined ? NO_CHANGES : [withdraw(held.address)];
}
