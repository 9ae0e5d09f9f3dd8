import { MessageType } from "../../wire/dhcp6/message.ts";
import type { Decision } from "./decision.ts";
import type { Exchange } from "./exchange.ts";
import { addConfiguration, answerWith, identifiers, NO_CHANGES } from "./reply.ts";
import { settingsFor } from "./settings.ts";

/**
 * Answers an INFORMATION-REQUEST (RFC 8415 section 18.3.6): the client has its addresses from
 * elsewhere, or needs none, and wants the other settings. Leases are not looked at.
 */
export function decideInform(exchange: Exchange): Decision {
  const options = identifiers(exchange);
  addConfiguration(exchange, settingsFor(exchange, exchange.reservation, undefined), "information", options);
  exchange.trace?.({ rule: "reply", type: "REPLY", leases: 0 });
  return answerWith(exchange.received, MessageType.REPLY, options, NO_CHANGES, false);
}
