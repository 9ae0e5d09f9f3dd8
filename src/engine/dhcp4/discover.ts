import { type LeaseChange, LeaseState } from "../../leases/lease.ts";
import { NO_BYTES } from "../../net/bytes.ts";
import { formatIpv4, IPV4_ANY } from "../../net/ipv4.ts";
import { MessageType, type Option } from "../../wire/dhcp4/message.ts";
import { optionValue } from "../../wire/dhcp4/options.ts";
import type { Decision } from "../decision.ts";
import { decideDuration } from "./adaptive-lease-time.ts";
import { chooseAddress } from "./allocate.ts";
import { isBound } from "./availability.ts";
import { give } from "./changes.ts";
import { replyDestination } from "./destination.ts";
import type { Exchange } from "./exchange.ts";
import { whyNoAddress } from "./guard.ts";
import { leaseTimeOptions } from "./lease-time.ts";
import { isIpv6Only, mustNotAutoConfigure, offerNoAddress } from "./no-address.ts";
import { OptionCode } from "./option-code.ts";
import { isOfHost } from "./permission.ts";
import { holdFor, probeFirst } from "./probe.ts";
import { grant, NO_CHANGES, silence } from "./reply.ts";
import { acknowledge } from "./request.ts";
import { findReservation } from "./reservations.ts";
import { settingsFor } from "./settings.ts";

/**
 * Answers a DISCOVER with an OFFER (RFC 2131 section 4.3.1) and holds the address for the client for a while, in
 * memory; or, in a rapid commit, with the ACK of a lease like any other. A lease that the client has is left as it is: whoever sends a
 * DISCOVER in its name must not be able to shorten it.
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
  // Where addresses are probed first, it is an OFFER that waits for the probe.
  if (settings.network.pingTimeout === undefined && wantsRapidCommit(exchange))
    return acknowledge(exchange, reservation, address, leases.byAddress(address), RAPID_COMMIT);
  const previous = own?.address === address ? own : leases.byAddress(address);
  const duration = decideDuration(exchange, settings, address, previous);
  const held = now + holdFor(exchange, settings.network);
  let changes = NO_CHANGES;
  const isOwn = previous !== undefined && isOfHost(exchange, reservation, previous);
  // A lease of the client's own that outlasts the offer needs no hold.
  if (!isOwn || !isBound(previous, now) || previous.expiry < held) {
    const offered = give(exchange, address, LeaseState.offered, held, previous);
    // A client has one offer at a time on a link, however often it changes its mind.
    changes = own?.state === LeaseState.offered && own.address !== address ? [withdrawn(own.address), offered] : [offered];
  }
  exchange.trace?.("reply", `OFFER of ${formatIpv4(address)} for ${duration} s`);
  const times = leaseTimeOptions(settings.leaseTime, duration);
  const offer = grant(exchange, MessageType.OFFER, settings, address, times, changes, replyDestination(exchange, address));
  const { pingTimeout } = settings.network;
  return pingTimeout === undefined ? offer : probeFirst(exchange, address, isOwn, pingTimeout, offer);
}

/** Option 80, empty: the ACK of a rapid commit has it (RFC 4039 section 3). */
const RAPID_COMMIT: readonly Option[] = [{ code: OptionCode.rapidCommit, data: NO_BYTES }];

/** Whether the client wants the address bound at once, without OFFER and REQUEST, and the operator allows that (RFC 4039 section 3). */
function wantsRapidCommit(exchange: Exchange): boolean {
  return exchange.context.config.rapidCommit && optionValue(exchange.message, OptionCode.rapidCommit) !== undefined;
}

function withdrawn(address: number): LeaseChange {
  return { kind: "remove", address };
}
