import { formatIpv4, IPV4_ANY } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import { checkMessage } from "../given.ts";
import { MESSAGE_NAMES, type Message, Op } from "./message.ts";
import { messageType } from "./options.ts";

/**
 * The name of the message's type (option 53), such as `DISCOVER`; `BOOTP message` without one, or
 * with one that is not known.
 */
export function typeName(message: Message): string {
  return MESSAGE_NAMES.get(messageType(message) ?? 0) ?? "BOOTP message";
}

/**
 * A message in a few words: what a client says, by its hardware address (`REQUEST of
 * 52:54:00:12:34:56`), or what a server gives (`ACK of 192.168.5.20`). Nothing of it is text that a
 * client or server chose. `formatMessage` shows all of it. Throws TypeError
 * for what is no message.
 */
export function describe(message: Message): string {
  checkMessage(message);
  const name = typeName(message);
  if (message.op === Op.request) return message.chaddr.length === 0 ? name : `${name} of ${formatMac(message.chaddr)}`;
  return message.yiaddr === IPV4_ANY ? name : `${name} of ${formatIpv4(message.yiaddr)}`;
}
