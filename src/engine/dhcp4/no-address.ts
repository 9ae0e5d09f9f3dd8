import { IPV4_ANY } from "../../net/ipv4.ts";
import { MessageType } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionU32, optionValue } from "../../wire/dhcp4/options.ts";
import { decideLeaseTime } from "../common/lease-time.ts";
import { configuredOption } from "../common/settings.ts";
import type { Decision } from "./decision.ts";
import { replyDestination } from "./destination.ts";
import type { Exchange } from "./exchange.ts";
import { grant, NO_CHANGES } from "./reply.ts";
import type { Settings } from "./settings.ts";

/**
 * The value of option 116 that forbids a client to choose a link-local address
 * (RFC 2563 section 2.1).
 */
const DO_NOT_AUTO_CONFIGURE = 0;

/**
 * Whether the client asks whether it can do without IPv4 (option 108 in option 55), and here it
 * can (RFC 8925 section 3.3).
 */
export function isIpv6Only(exchange: Exchange, settings: Settings): boolean {
  if (configuredOption(settings, OptionCode.ipv6OnlyPreferred) === undefined) return false;
  return optionValue(exchange.message, OptionCode.parameterRequestList)?.includes(OptionCode.ipv6OnlyPreferred) ?? false;
}

/**
 * Whether a client that gets no address is to be told not to make up one of its
 * own (RFC 2563 section 2.3).
 */
export function mustNotAutoConfigure(exchange: Exchange, settings: Settings): boolean {
  if (configuredOption(settings, OptionCode.autoConfigure)?.data[0] !== DO_NOT_AUTO_CONFIGURE) return false;
  return optionValue(exchange.message, OptionCode.autoConfigure) !== undefined;
}

/**
 * An OFFER of 0.0.0.0, which no client takes: only its options matter. Nothing is held. A lease
 * time is required in every OFFER (RFC 2131 table 3), though nothing is leased.
 */
export function offerNoAddress(exchange: Exchange, settings: Settings): Decision {
  exchange.trace?.({ rule: "reply", type: "OFFER", address: undefined });
  const duration = decideLeaseTime(settings.leaseTime, optionU32(exchange.message, OptionCode.ipAddressLeaseTime));
  const times = exchange.context.decider.leaseTimeOptions(settings.leaseTime, duration);
  const asked = optionValue(exchange.message, OptionCode.autoConfigure) !== undefined;
  const autoConfigure = asked ? configuredOption(settings, OptionCode.autoConfigure) : undefined;
  const options = autoConfigure === undefined ? times : [...times, autoConfigure];
  return grant(
    exchange,
    MessageType.OFFER,
    settings,
    IPV4_ANY,
    options,
    NO_CHANGES,
    replyDestination(exchange, settings.network, IPV4_ANY),
  );
}
