import { checkBytes, checkNumber, kindOf, MAKES_IPV4, MAKES_MAC } from "../../net/argument.ts";
import { checkMessage, checkOptions, MAKES_BYTES } from "../given.ts";
import * as unchecked from "./encode.ts";
import type { Message } from "./message.ts";

/*
 * `encode` as programs have it, which may be without types: what they give is looked at first. The
 * server's own messages are not.
 */

/**
 * Writes the message into the start of `into`, which has at least `maxMessageSize` and 300 bytes,
 * and returns its length: at least 300. Options keep their order, but 82 goes last (RFC 3046
 * section 2.1). More than 255 bytes of data are written as several options (RFC 3396).
 *
 * When the options don't fit in `maxMessageSize` bytes, `file` and then `sname` carry options too
 * if they are empty (option 52, RFC 2131 section 4.1), and what still does not fit is left out, the
 * last of the list first; 53, 54, 51 and 82 always stay in the options field. An option is left out
 * as a whole, with all of its pieces. Bytes of `chaddr`, `sname` and `file` that are more than the
 * field holds are cut off. Throws TypeError for a value of another type, by its name.
 */
export function encode(message: Message, into: Uint8Array, maxMessageSize: number): number {
  checkFields(message);
  checkBytes(into, "into");
  checkNumber(maxMessageSize, "maxMessageSize");
  return unchecked.encode(message, into, maxMessageSize);
}

/**
 * The message in a byte string of its own, as long as it needs to be: for clients and tests. Throws
 * TypeError for a value of another type, by its name.
 */
export function encodeMessage(message: Message): Uint8Array {
  checkFields(message);
  return unchecked.encodeMessage(message);
}

function checkFields(message: Message): void {
  checkMessage(message);
  checkNumber(message.op, "message.op");
  checkNumber(message.htype, "message.htype");
  checkNumber(message.hlen, "message.hlen");
  checkNumber(message.hops, "message.hops");
  checkNumber(message.xid, "message.xid");
  checkNumber(message.secs, "message.secs");
  checkNumber(message.flags, "message.flags");
  checkNumber(message.ciaddr, "message.ciaddr", MAKES_IPV4);
  checkNumber(message.yiaddr, "message.yiaddr", MAKES_IPV4);
  checkNumber(message.siaddr, "message.siaddr", MAKES_IPV4);
  checkNumber(message.giaddr, "message.giaddr", MAKES_IPV4);
  checkBytes(message.chaddr, "message.chaddr", MAKES_MAC);
  checkBytes(message.sname, "message.sname", MAKES_BYTES);
  checkBytes(message.file, "message.file", MAKES_BYTES);
  // Without it the message would have no options.
  if (typeof message.cookie !== "boolean") throw new TypeError(`message.cookie: this is no boolean but ${kindOf(message.cookie)}`);
  checkOptions(message.options, "message");
}
