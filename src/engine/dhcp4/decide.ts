import type { Link } from "../../config/model/dhcp4.ts";
import type { Lease } from "../../leases/dhcp4/lease.ts";
import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { IPV4_ANY } from "../../net/ipv4.ts";
import { type Message, MessageType, Op } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType, optionValue } from "../../wire/dhcp4/options.ts";
import { belongsTo } from "../common/availability.ts";
import { noClasses } from "../common/classes.ts";
import { hasLimits, limitsFor } from "../common/limits.ts";
import { decideBootp } from "./bootp.ts";
import { classify } from "./classify.ts";
import { clientKeyOf, isTooLong } from "./client-key.ts";
import type { Decision } from "./decision.ts";
import { hasPossibleRelay } from "./destination.ts";
import { decideDiscover } from "./discover.ts";
import { evaluatedPacket } from "./evaluated-packet.ts";
import type { Context, Exchange, Received } from "./exchange.ts";
import { decideInform } from "./inform.ts";
import { decideLeasequery } from "./leasequery.ts";
import { decideDecline, decideRelease } from "./release-decline.ts";
import { silence } from "./reply.ts";
import { decideRequest } from "./request.ts";
import { serverIdentifierOf, serverIdentifierOverride } from "./server-identifier.ts";
import { networkOnLink } from "./subnet.ts";
import type { Trace } from "./trace.ts";
import { isInVirtualSubnet, selectNetworkInVirtualSubnet, virtualSubnetIn } from "./virtual-subnet.ts";

export type { Context, Received, ServedInterface } from "./exchange.ts";

/** Bytes of `chaddr` (RFC 2131 section 2). */
const LONGEST_CHADDR = 16;

/**
 * Decides what a DHCPv4 server does about one message (RFC 2131 section 4.3): a pure function of
 * the configuration, the leases, the message, how it came in, and the time. Nothing is changed; the
 * caller carries the decision out. Never throws, whatever the message. Byte strings of the decision
 * may be views of the message.
 */
export function decide(context: Context, received: Received, trace?: Trace): Decision {
  const { message } = received;
  if (message.op !== Op.request) return silence(trace, "not-a-request");
  // What stands in chaddr is only a part of the address, which others may share.
  if (message.hlen > LONGEST_CHADDR) return silence(trace, "hardware-address-too-long");
  switch (messageType(message)) {
    case MessageType.DISCOVER:
      return decideFor(context, received, trace, decideDiscover);
    case MessageType.REQUEST:
      return decideFor(context, received, trace, decideRequest);
    case MessageType.RELEASE:
      return decideFor(context, received, trace, decideRelease);
    case MessageType.DECLINE:
      return decideFor(context, received, trace, decideDecline);
    case MessageType.INFORM:
      return decideFor(context, received, trace, decideInform);
    case MessageType.LEASEQUERY:
      return decideLeasequery(context, received, trace);
    case undefined:
      return decideWithoutType(context, received, trace);
    case MessageType.OFFER:
    case MessageType.ACK:
    case MessageType.NAK:
    case MessageType.FORCERENEW:
    case MessageType.LEASEUNASSIGNED:
    case MessageType.LEASEUNKNOWN:
    case MessageType.LEASEACTIVE:
      return silence(trace, "not-for-a-server");
    default:
      return silence(trace, "unsupported-message-type");
  }
}

/**
 * A message without option 53 is BOOTP (RFC 1534 section 2); one whose option 53
 * can't be read is neither.
 */
function decideWithoutType(context: Context, received: Received, trace: Trace | undefined): Decision {
  if (optionValue(received.message, OptionCode.dhcpMessageType) !== undefined) return silence(trace, "unsupported-message-type");
  return context.decider.config.bootp ? decideFor(context, received, trace, decideBootp) : silence(trace, "bootp-not-enabled");
}

/** Finds out who the client is and where, and has the message decided for its type. */
function decideFor(context: Context, received: Received, trace: Trace | undefined, decideType: (exchange: Exchange) => Decision): Decision {
  const { message } = received;
  const clientIdentifier = optionValue(message, OptionCode.clientIdentifier);
  const clientKey = clientKeyOf(message, clientIdentifier, context.decider.config.chaddrOnly);
  if (clientKey === undefined) return silence(trace, "no-client-identity");
  const relayAgentInformation = optionValue(message, OptionCode.relayAgentInformation);
  if (isTooLong(clientIdentifier) || isTooLong(relayAgentInformation)) return silence(trace, "identity-too-long");
  trace?.({ rule: "client", clientKey });
  if (!hasPossibleRelay(context, received)) return silence(trace, "no-return-address");
  const vss = virtualSubnetIn(message, relayAgentInformation);
  const network = selectNetworkInVirtualSubnet(context.decider, received, relayAgentInformation, vss, trace);
  if (network === undefined) return silence(trace, "no-network");
  trace?.({ rule: "network", name: network.name });
  const link = context.decider.config.links[network.link] as Link;
  const classes = noClasses(context.decider.classification);
  const remembered = relayAgentInformation === undefined ? rememberedRelayAgentInformation(context, link, message, clientKey) : undefined;
  if (!isInVirtualSubnet(link, vss ?? (remembered && virtualSubnetIn(message, remembered)))) return silence(trace, "other-vpn");
  const lastRelayAgentInformation = relayAgentInformation ?? remembered;
  const exchange: Exchange = {
    context,
    received,
    message,
    network,
    link,
    clientKey,
    clientIdentifier,
    relayAgentInformation,
    lastRelayAgentInformation,
    serverIdentifierOverride: serverIdentifierOverride(lastRelayAgentInformation),
    classes,
    members: [],
    trace,
  };
  if (classes !== undefined && !classify(exchange)) return silence(trace, "dropped-by-class");
  return serverIdentifierOf(exchange, network) === 0 ? silence(trace, "no-server-address") : decideType(withLimits(exchange));
}

/** The same, with the limits that apply to the client, which depend on its classes. */
function withLimits(exchange: Exchange): Exchange {
  const { context, link } = exchange;
  const { limits } = context.decider.config;
  if (!hasLimits(limits, link.networks)) return exchange;
  const subject = evaluatedPacket(exchange, exchange.classes ?? NO_BYTES);
  const applied = limitsFor({
    limits,
    values: context.decider.compiled.limitValues,
    networks: link.networks,
    subject,
    extended: extendedLease(exchange),
  });
  return applied === undefined ? exchange : { ...exchange, limits: applied };
}

/**
 * The client's lease, for a renewal that came without a relay: giaddr is 0 then,
 * and option 82 is missing.
 */
function extendedLease({ context, message, clientKey }: Exchange): Lease | undefined {
  if (message.giaddr !== IPV4_ANY || message.ciaddr === IPV4_ANY) return undefined;
  const lease = context.leases.byAddress(message.ciaddr);
  return lease !== undefined && belongsTo(lease, clientKey) ? lease : undefined;
}

/**
 * Option 82 of the client's last message through a relay, for one that says by itself
 * which address the client has. Only on the link of that address: a client that is heard
 * on another one has moved.
 */
function rememberedRelayAgentInformation(context: Context, link: Link, message: Message, clientKey: Uint8Array): Uint8Array | undefined {
  if (message.giaddr !== IPV4_ANY || message.ciaddr === IPV4_ANY || networkOnLink(link, message.ciaddr) === undefined) return undefined;
  const owner = context.leases.byAddress(message.ciaddr)?.owner;
  return owner !== undefined && equalBytes(owner.clientKey, clientKey) ? owner.relayAgentInformation : undefined;
}
