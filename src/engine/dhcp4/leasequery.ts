import type { Config } from "../../config/model/config.ts";
import type { Link, Network } from "../../config/model/dhcp4.ts";
import type { Lease, LeaseTrait } from "../../leases/dhcp4/lease.ts";
import { NO_BYTES } from "../../net/bytes.ts";
import { IPV4_ANY, type Ipv4 } from "../../net/ipv4.ts";
import { prefixContains } from "../../net/prefix.ts";
import { type Message, MessageType, Op, type Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionValue } from "../../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import { isBound } from "../common/availability.ts";
import { identifies, isTooLong } from "./client-key.ts";
import type { Decider } from "./decider.ts";
import type { Decision } from "./decision.ts";
import { hasPossibleRelay, leasequeryDestination } from "./destination.ts";
import type { Context, Received } from "./exchange.ts";
import { leaseOptions } from "./lease-options.ts";
import { NO_CHANGES, silence } from "./reply.ts";
import { maxMessageSizeOf } from "./reply-options.ts";
import { dynamicRange, networkOf } from "./subnet.ts";
import type { Trace } from "./trace.ts";
import { isInVirtualSubnet, virtualSubnetIn, virtualSubnetOption } from "./virtual-subnet.ts";

/** What a LEASEQUERY asks about: exactly one thing (RFC 4388 section 6.3, RFC 6148 section 4.1). */
type Question =
  | { readonly by: "address"; readonly address: Ipv4 }
  | { readonly by: LeaseTrait; readonly value: Uint8Array; readonly htype: number };

/**
 * Answers a LEASEQUERY (RFC 4388, and by remote id RFC 6148): what is known of an address, or of
 * the addresses of a client. It only comes from those who may ask, and is answered at giaddr, which
 * says nothing about the lease that is asked for (section 6.3).
 */
export function decideLeasequery(context: Context, received: Received, trace: Trace | undefined): Decision {
  const { message } = received;
  const { config } = context.decider;
  if (config.leasequery === undefined) return silence(trace, "leasequery-not-enabled");
  if (!isRequester(config, received.source)) return silence(trace, "requester-not-permitted");
  if (message.giaddr === IPV4_ANY) return silence(trace, "malformed-request");
  if (!isRequester(config, message.giaddr)) return silence(trace, "requester-not-permitted");
  if (!hasPossibleRelay(context, received)) return silence(trace, "no-return-address");
  const relayAgentInformation = optionValue(message, OptionCode.relayAgentInformation);
  if (isTooLong(relayAgentInformation)) return silence(trace, "identity-too-long");
  const question = questionIn(message);
  if (question === undefined) return silence(trace, "malformed-request");
  trace?.({ rule: "leasequery", ...question });

  const vss = virtualSubnetIn(message, relayAgentInformation);
  if (question.by !== "address") {
    const leases = leasesOf(context, question, vss);
    const latest = leases[0];
    if (latest !== undefined) return active(context, received, latest, leases, trace);
    const relay = question.by === "remoteId" ? relayAgentInformation : undefined;
    // A query by remote id gets its option 82 back (RFC 6148 section 4.3); nothing else
    // has a place in this answer.
    const echo = relay === undefined ? [] : [{ code: OptionCode.relayAgentInformation, data: relay }];
    return answer(context, received, MessageType.LEASEUNKNOWN, message, IPV4_ANY, echo, trace);
  }
  const { address } = question;
  const lease = context.leases.byAddress(address);
  if (lease !== undefined && isBound(lease, context.now) && managingNetwork(context.decider, address, vss) !== undefined)
    return active(context, received, lease, undefined, trace);
  const type = isManaged(context, address, vss, lease) ? MessageType.LEASEUNASSIGNED : MessageType.LEASEUNKNOWN;
  return answer(context, received, type, message, address, [], trace);
}

/** Whether who has this address may ask about leases. */
export function isRequester({ leasequery }: Config, address: Ipv4): boolean {
  return leasequery?.requesters.some((requester) => prefixContains(requester, address)) ?? false;
}

/** Undefined: the query asks about nothing, or about more than one thing. */
function questionIn(message: Message): Question | undefined {
  const questions: Question[] = [];
  if (message.ciaddr !== IPV4_ANY) questions.push({ by: "address", address: message.ciaddr });
  if (message.chaddr.some((byte) => byte !== 0)) questions.push({ by: "chaddr", value: message.chaddr, htype: message.htype });
  const clientIdentifier = optionValue(message, OptionCode.clientIdentifier);
  if (identifies(clientIdentifier)) questions.push({ by: "clientIdentifier", value: clientIdentifier, htype: 0 });
  // With one of the others, a remote id only describes who asks (RFC 6148 section 5).
  if (questions.length > 0) return questions.length === 1 ? questions[0] : undefined;
  const relay = optionValue(message, OptionCode.relayAgentInformation);
  const remoteId = relay && subOption(relay, RelaySubOption.remoteId);
  return remoteId && { by: "remoteId", value: remoteId, htype: 0 };
}

/**
 * The leases that are in force of the client that is asked about, that of its last transaction
 * first (RFC 4388 section 6.4.1).
 */
function leasesOf(
  context: Context,
  question: Exclude<Question, { readonly by: "address" }>,
  vss: Uint8Array | undefined,
): readonly Lease[] {
  const { decider, leases, now } = context;
  return leases
    .withTrait(question.by, question.value)
    .filter(
      (lease) =>
        isBound(lease, now) &&
        managingNetwork(decider, lease.address, vss) !== undefined &&
        (question.by !== "chaddr" || lease.owner.htype === question.htype),
    )
    .sort((a, b) => b.start - a.start || a.address - b.address);
}

/** The network of an address, if it is in the VPN that the query names (RFC 6607 section 5.2). */
export function managingNetwork(decider: Decider, address: Ipv4, vss: Uint8Array | undefined): Network | undefined {
  const network = networkOf(decider, address);
  return network !== undefined && isInVirtualSubnet(decider.config.links[network.link] as Link, vss) ? network : undefined;
}

/**
 * Whether this server gives the address to somebody: out of a range, by a
 * reservation, or as it did once.
 */
function isManaged(context: Context, address: Ipv4, vss: Uint8Array | undefined, lease: Lease | undefined): boolean {
  const network = managingNetwork(context.decider, address, vss);
  if (network === undefined) return false;
  if (lease !== undefined || dynamicRange(network, address) !== undefined) return true;
  return context.decider.compiled.reservations[network.index]?.addresses.has(address) === true;
}

/**
 * LEASEACTIVE: what is known of a lease. `all` are those of the client, if the query is about one.
 */
function active(context: Context, received: Received, lease: Lease, all: readonly Lease[] | undefined, trace: Trace | undefined): Decision {
  const { owner } = lease;
  const client = { htype: owner.htype, chaddr: owner.chaddr };
  return answer(context, received, MessageType.LEASEACTIVE, client, lease.address, leaseOptions(context, received, lease, all), trace);
}

function answer(
  context: Context,
  received: Received,
  type: typeof MessageType.LEASEACTIVE | typeof MessageType.LEASEUNASSIGNED | typeof MessageType.LEASEUNKNOWN,
  client: Pick<Message, "htype" | "chaddr">,
  address: Ipv4,
  options: readonly Option[],
  trace: Trace | undefined,
): Decision {
  const { message } = received;
  const vss = virtualSubnetOption(message);
  // Where nothing is known the VPN was of no use (RFC 6607 section 7.1).
  const vpn = vss === undefined || type === MessageType.LEASEUNKNOWN ? [] : [vss];
  trace?.({ rule: "reply", type: TYPE_NAMES[type], about: address === IPV4_ANY ? undefined : address });
  return {
    kind: "reply",
    message: {
      op: Op.reply,
      htype: client.htype,
      hlen: client.chaddr.length,
      hops: 0,
      xid: message.xid,
      secs: 0,
      flags: message.flags,
      ciaddr: address,
      yiaddr: 0,
      siaddr: 0,
      giaddr: message.giaddr,
      chaddr: client.chaddr,
      sname: NO_BYTES,
      file: NO_BYTES,
      cookie: true,
      options: [{ code: OptionCode.dhcpMessageType, data: Uint8Array.of(type) }, ...vpn, ...options],
    },
    limit: maxMessageSizeOf(message),
    to: leasequeryDestination(context, received, optionValue(message, OptionCode.relayAgentInformation)),
    changes: NO_CHANGES,
    rests: true,
  };
}

const TYPE_NAMES = {
  [MessageType.LEASEACTIVE]: "LEASEACTIVE",
  [MessageType.LEASEUNASSIGNED]: "LEASEUNASSIGNED",
  [MessageType.LEASEUNKNOWN]: "LEASEUNKNOWN",
} as const;
