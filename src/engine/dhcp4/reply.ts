import type { LeaseChange } from "../../leases/dhcp4/lease.ts";
import { NO_BYTES } from "../../net/bytes.ts";
import type { Destination } from "../../net/destination.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { BROADCAST_FLAG, type Message, MessageType, Op, type Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { traceName } from "../common/client-name.ts";
import type { SilenceReason } from "../decision.ts";
import type { Decision, Reply, SettledDecision } from "./decision.ts";
import { bootpDestination, nakDestination } from "./destination.ts";
import type { Exchange } from "./exchange.ts";
import { NAK_REASONS, type NakReason } from "./nak-reasons.ts";
import { BOOTP_SIZE, bootpOptions, maxReplySizeOf, nakOptions, replyOptions } from "./reply-options.ts";
import { serverIdentifierOf } from "./server-identifier.ts";
import type { Settings } from "./settings.ts";
import type { Trace } from "./trace.ts";

export const NO_CHANGES: readonly LeaseChange[] = [];

export function silence(trace: Trace | undefined, reason: SilenceReason): SettledDecision {
  trace?.({ rule: "silence", reason });
  return { kind: "silence", reason };
}

/** An OFFER, or the ACK of a REQUEST (RFC 2131 table 3). */
export function grant(
  exchange: Exchange,
  type: typeof MessageType.OFFER | typeof MessageType.ACK,
  settings: Settings,
  yiaddr: Ipv4,
  times: readonly Option[],
  changes: readonly LeaseChange[],
  to: Destination<Ipv4>,
): Reply {
  const { message, trace, name } = exchange;
  traceName(trace, name);
  const rests = type === MessageType.ACK;
  const limit = maxReplySizeOf(exchange);
  const answer = replyMessage(exchange, type, settings, yiaddr, times, message.flags, message.giaddr, limit);
  return { kind: "reply", message: answer, limit, to, changes, rests };
}

/** The ACK of an INFORM: settings without address and times (RFC 2131 section 4.3.5). */
export function inform(exchange: Exchange, settings: Settings, to: Destination<Ipv4>): Decision {
  const { message, trace, name } = exchange;
  traceName(trace, name);
  const direct = message.ciaddr !== 0;
  // Straight to the client it is no relayed message any more; through the relay the client's link
  // hears it, for there is no address to relay it to.
  const flags = direct || message.giaddr === 0 ? message.flags : message.flags | BROADCAST_FLAG;
  const answered = direct ? { ...exchange, relayAgentInformation: undefined } : exchange;
  const limit = maxReplySizeOf(exchange);
  const answer = replyMessage(answered, MessageType.ACK, settings, 0, [], flags, direct ? 0 : message.giaddr, limit);
  return { kind: "reply", message: answer, limit, to, changes: NO_CHANGES, rests: false };
}

/**
 * The reply to a BOOTP client; `yiaddr` is 0 for one that knows its address (RFC 951). Without the
 * magic cookie in its request we can't know what it would make of the vendor field (RFC 1542
 * section 3.5): it stays empty.
 */
export function bootReply(exchange: Exchange, settings: Settings, yiaddr: Ipv4, changes: readonly LeaseChange[]): Decision {
  const { message } = exchange;
  const to = bootpDestination(exchange, settings.network, yiaddr);
  if (to === undefined) return silence(exchange.trace, "no-return-address");
  traceName(exchange.trace, exchange.name);
  const { boot } = settings;
  // Straight to the client it is no relayed message any more.
  const relayAgentInformation = message.ciaddr === 0 ? exchange.relayAgentInformation : undefined;
  return {
    kind: "reply",
    message: {
      op: Op.reply,
      htype: message.htype,
      hlen: message.chaddr.length,
      hops: 0,
      xid: message.xid,
      secs: 0,
      flags: message.flags,
      ciaddr: message.ciaddr,
      yiaddr,
      siaddr: boot.nextServer,
      giaddr: message.giaddr,
      chaddr: message.chaddr,
      sname: boot.serverName,
      file: boot.fileName,
      cookie: message.cookie,
      options: message.cookie ? bootpOptions({ ...exchange, relayAgentInformation }, settings) : [],
    },
    // Option 82 is taken off by the relay: it does not count for the client.
    limit: BOOTP_SIZE + (relayAgentInformation === undefined ? 0 : relayAgentInformation.length + 2),
    to,
    changes,
    rests: yiaddr !== 0,
  };
}

/**
 * A NAK (RFC 2131 table 3). Through a relay it has the broadcast bit, so that the relay
 * broadcasts it (section 4.3.2).
 */
export function nak(exchange: Exchange, why: NakReason): Decision {
  const { message, trace } = exchange;
  trace?.({ rule: "nak", reason: why });
  const serverIdentifier = exchange.context.decider.serverIdentifierOption(serverIdentifierOf(exchange, exchange.network));
  return {
    kind: "reply",
    message: {
      op: Op.reply,
      htype: message.htype,
      hlen: message.chaddr.length,
      hops: 0,
      xid: message.xid,
      secs: 0,
      flags: message.giaddr === 0 ? message.flags : message.flags | BROADCAST_FLAG,
      ciaddr: 0,
      yiaddr: 0,
      siaddr: 0,
      giaddr: message.giaddr,
      chaddr: message.chaddr,
      sname: NO_BYTES,
      file: NO_BYTES,
      cookie: true,
      options: nakOptions(exchange, serverIdentifier, NAK_MESSAGES[why]),
    },
    limit: maxReplySizeOf(exchange),
    to: nakDestination(exchange),
    changes: NO_CHANGES,
    rests: false,
  };
}

/** Option 56 for each reason (RFC 2132 section 9.9). */
const NAK_MESSAGES: Record<NakReason, Option> = {
  "wrong-network": messageOption("wrong-network"),
  "not-for-class": messageOption("not-for-class"),
  "in-use": messageOption("in-use"),
  "reserved-elsewhere": messageOption("reserved-elsewhere"),
  "no-reservation": messageOption("no-reservation"),
  "limit-reached": messageOption("limit-reached"),
  "not-allocatable": messageOption("not-allocatable"),
  "other-lease": messageOption("other-lease"),
};

function messageOption(why: NakReason): Option {
  return { code: OptionCode.message, data: new TextEncoder().encode(NAK_REASONS[why]) };
}

function replyMessage(
  exchange: Exchange,
  type: typeof MessageType.OFFER | typeof MessageType.ACK,
  settings: Settings,
  yiaddr: Ipv4,
  times: readonly Option[],
  flags: number,
  giaddr: Ipv4,
  limit: number,
): Message {
  const { message } = exchange;
  const { boot } = settings;
  const serverIdentifier = exchange.context.decider.serverIdentifierOption(serverIdentifierOf(exchange, settings.network));
  return {
    op: Op.reply,
    htype: message.htype,
    hlen: message.chaddr.length,
    hops: 0,
    xid: message.xid,
    secs: 0,
    flags,
    ciaddr: type === MessageType.ACK ? message.ciaddr : 0,
    yiaddr,
    siaddr: boot.nextServer,
    giaddr,
    chaddr: message.chaddr,
    sname: boot.serverName,
    file: boot.fileName,
    cookie: true,
    options: replyOptions(exchange, settings, type, serverIdentifier, times, limit),
  };
}
