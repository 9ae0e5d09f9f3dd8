import { checkBytes, checkNumber, kindOf, MAKES_IPV4, MAKES_MAC } from "../../net/argument.ts";
import { checkField, checkMessage, checkOptions, MAKES_BYTES } from "../given.ts";
import * as unchecked from "./encode.ts";
import type { Message } from "./message.ts";

/*
 * `encode` as programs have it, which may be without types: what they give is looked at first. The
 * server's own messages are not. A value of another type is a TypeError, and a number that its
 * field can't hold a RangeError, by its name: it would be written as another one.
 */

/**
 * Writes the message into the start of `into` and returns its length, at least 300. Options that
 * don't fit in `maxMessageSize` bytes are left out; encode.ts says in full where they go before.
 * Throws TypeError for a value of another type and RangeError for a number that its field can't
 * hold, by its name, and RangeError where `into` has fewer than 300 bytes.
 */
export function encode(message: Message, into: Uint8Array, maxMessageSize: number): number {
  checkFields(message);
  checkBytes(into, "into");
  const least = unchecked.MIN_MESSAGE_SIZE;
  if (into.length < least) throw new RangeError(`into: ${into.length} bytes are fewer than the ${least} of a message`);
  checkNumber(maxMessageSize, "maxMessageSize");
  return unchecked.encode(message, into, maxMessageSize);
}

/**
 * The message in a byte string of its own, as long as it needs to be: for clients and tests. Throws
 * TypeError for a value of another type and RangeError for a number that its field can't hold, by
 * its name.
 */
export function encodeMessage(message: Message): Uint8Array {
  checkFields(message);
  return unchecked.encodeMessage(message);
}

function checkFields(message: Message): void {
  checkMessage(message);
  checkField(message.op, "message.op", 8);
  checkField(message.htype, "message.htype", 8);
  checkField(message.hlen, "message.hlen", 8);
  checkField(message.hops, "message.hops", 8);
  checkField(message.xid, "message.xid", 32);
  checkField(message.secs, "message.secs", 16);
  checkField(message.flags, "message.flags", 16);
  checkField(message.ciaddr, "message.ciaddr", 32, MAKES_IPV4);
  checkField(message.yiaddr, "message.yiaddr", 32, MAKES_IPV4);
  checkField(message.siaddr, "message.siaddr", 32, MAKES_IPV4);
  checkField(message.giaddr, "message.giaddr", 32, MAKES_IPV4);
  checkBytes(message.chaddr, "message.chaddr", MAKES_MAC);
  checkBytes(message.sname, "message.sname", MAKES_BYTES);
  checkBytes(message.file, "message.file", MAKES_BYTES);
  // Without it the message would have no options.
  if (typeof message.cookie !== "boolean") throw new TypeError(`message.cookie: this is no boolean but ${kindOf(message.cookie)}`);
  checkOptions(message.options, "message", 8);
}
