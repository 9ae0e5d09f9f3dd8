import type { Link } from "../../config/model/dhcp6.ts";
import { isFromServer, MessageType } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { noClasses } from "../common/classes.ts";
import { classify, limitsOf } from "./classify.ts";
import { decideConfirm } from "./confirm.ts";
import type { Decision } from "./decision.ts";
import type { Context, Exchange, Received, Request, Sender } from "./exchange.ts";
import { decideRebind, decideRenew } from "./extend.ts";
import { decideInform, decideInformElsewhere } from "./inform.ts";
import { decideLeasequery } from "./leasequery.ts";
import { locate } from "./locate.ts";
import { decideRequest, decideSolicit } from "./obtain.ts";
import { decideRegistration } from "./register.ts";
import { decideDecline, decideRelease } from "./release-decline.ts";
import { silence } from "./reply.ts";
import { findReservation } from "./reservations.ts";
import { withRoom } from "./room.ts";
import type { Trace } from "./trace.ts";
import { discardReason } from "./validate.ts";

export type { Context, Received, ServedInterface } from "./exchange.ts";

/**
 * Decides what a DHCPv6 server does about one message (RFC 8415 section 18.3): a pure function of
 * the configuration, the leases, the message, how it came in, and the time. Nothing is changed; the
 * caller carries the decision out. Never throws, whatever the message. Byte strings of the decision
 * may be views of the message.
 */
export function decide(context: Context, received: Received, trace?: Trace): Decision {
  return withRoom(decideMessage(context, received, trace), trace);
}

function decideMessage(context: Context, received: Received, trace: Trace | undefined): Decision {
  switch (received.message.type) {
    case MessageType.SOLICIT:
      return decideFor(context, received, trace, decideSolicit);
    case MessageType.REQUEST:
      return decideFor(context, received, trace, decideRequest);
    case MessageType.CONFIRM:
      return decideFor(context, received, trace, decideConfirm);
    case MessageType.RENEW:
      return decideFor(context, received, trace, decideRenew);
    case MessageType.REBIND:
      return decideFor(context, received, trace, decideRebind);
    case MessageType.RELEASE:
      return decideFor(context, received, trace, decideRelease);
    case MessageType.DECLINE:
      return decideFor(context, received, trace, decideDecline);
    case MessageType["INFORMATION-REQUEST"]:
      return decideFor(context, received, trace, decideInform);
    case MessageType["ADDR-REG-INFORM"]:
      return decideFor(context, received, trace, decideRegistration);
    case MessageType.LEASEQUERY:
      return decideLeasequery(context, received, trace);
    default:
      return silence(trace, isFromServer(received.message.type) ? "not-for-a-server" : "unsupported-message-type");
  }
}

/** Finds out who the client is and where, and has the message decided for its type. */
function decideFor(context: Context, received: Received, trace: Trace | undefined, decideType: (exchange: Exchange) => Decision): Decision {
  const { message } = received;
  const reason = discardReason(received, context.serverIdentifier);
  if (reason !== undefined) return silence(trace, reason);
  const duid = optionValue(message.options, OptionCode.clientIdentifier);
  if (duid !== undefined) trace?.({ rule: "client", clientKey: duid });
  const network = locate(context.decider, received, trace);
  const request: Request = { context, received, message, duid, trace };
  if (network === undefined) return decideElsewhere(request);
  trace?.({ rule: "network", name: network.name });
  const link = context.decider.config.links[network.link] as Link;
  const classes = noClasses(context.decider.config.classification);
  const sender: Sender = { ...request, link, network, classes, members: [] };
  if (classes !== undefined && !classify(sender)) return silence(trace, "dropped-by-class");
  const draft = { claimed: [], counted: [], changes: [] };
  return decideType({ ...sender, reservation: findReservation(sender), limits: limitsOf(sender), draft });
}

/** Of a client on the link of no network. */
function decideElsewhere(request: Request): Decision {
  const isInform = request.message.type === MessageType["INFORMATION-REQUEST"];
  return isInform ? decideInformElsewhere(request) : silence(request.trace, "no-network");
}
