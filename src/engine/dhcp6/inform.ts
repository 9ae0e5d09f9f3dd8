import { MessageType } from "../../wire/dhcp6/message.ts";
import { nameOf } from "./client-name.ts";
import type { Decision } from "./decision.ts";
import type { Exchange, Request } from "./exchange.ts";
import { addConfiguration, answerWith, identifiers, NO_CHANGES, silence } from "./reply.ts";
import { type ReplySettings, settingsFor } from "./settings.ts";

/**
 * Answers an INFORMATION-REQUEST (RFC 8415 section 18.3.6): the client has its addresses from
 * elsewhere, or needs none, and wants the other settings. Leases are not looked at.
 */
export function decideInform(exchange: Exchange): Decision {
  return inform(exchange, settingsFor(exchange, exchange.reservation, undefined));
}

/**
 * The same for a client of an interface that is served, but on the link of no network: it is told
 * what is configured for all. Whatever a relay says of an unknown link is another server's.
 */
export function decideInformElsewhere(request: Request): Decision {
  const { topSettings } = request.context.decider;
  const isDirect = request.message.relays.length === 0;
  return isDirect && topSettings !== undefined ? inform(request, topSettings) : silence(request.trace, "no-network");
}

function inform(request: Request, settings: ReplySettings): Decision {
  const options = identifiers(request);
  // Of addresses that it has from elsewhere it sees to the name itself.
  const named = request.context.decider.config.names === undefined ? request : { ...request, name: nameOf(request, settings, []) };
  addConfiguration(named, settings, "information", options);
  request.trace?.({ rule: "reply", type: "REPLY", leases: 0 });
  return answerWith(request.received, MessageType.REPLY, options, NO_CHANGES, false);
}
