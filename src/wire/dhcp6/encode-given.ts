import { checkBytes, checkNumber, MAKES_IPV6 } from "../../net/argument.ts";
import { checkList, checkMessage, checkObject, checkOptions } from "../given.ts";
import * as unchecked from "./encode.ts";
import type { Message, Relay } from "./message.ts";

/*
 * `encode` as programs have it, which may be without types: what they give is looked at first. The
 * server's own messages are not.
 */

/**
 * Writes the message, in relay messages if it has relays, into the start of `into` and returns its
 * length, at most `limit`. A server's message is in RELAY-REPL, any other in RELAY-FORW; the Relay
 * Message option stands behind the options of its relay. Options keep their order. One that does
 * not fit is left out, as a whole; smaller ones behind it may still be written. The fixed fields
 * and the relays with all of their options are always written, beyond `limit` too if `into` has the
 * room; where it has not, nothing is written and the length is 0. Throws TypeError for a value of
 * another type, by its name.
 */
export function encode(message: Message, into: Uint8Array, limit: number): number {
  checkFields(message);
  checkBytes(into, "into");
  checkNumber(limit, "limit");
  return unchecked.encode(message, into, limit);
}

/**
 * The message in a byte string of its own, as long as it needs to be: for clients and tests. Throws
 * TypeError for a value of another type, by its name.
 */
export function encodeMessage(message: Message): Uint8Array {
  checkFields(message);
  return unchecked.encodeMessage(message);
}

/**
 * The relay messages as they came to a server, one in the other, without the client's message: the
 * innermost has no Relay Message option (RFC 5007 section 4.1.2.4). At least one relay. Throws
 * TypeError for a value of another type, by its name.
 */
export function encodeRelays(relays: readonly Relay[]): Uint8Array {
  checkRelays(relays, "relays");
  return unchecked.encodeRelays(relays);
}

function checkFields(message: Message): void {
  checkMessage(message);
  checkNumber(message.type, "message.type");
  checkNumber(message.transactionId, "message.transactionId");
  checkOptions(message.options, "message");
  checkRelays(message.relays, "message.relays");
}

function checkRelays(relays: readonly Relay[], name: string): void {
  checkList(relays, name);
  for (let i = 0; i < relays.length; i++) {
    const relay = relays[i] as Relay;
    const own = `${name}[${i}]`;
    checkObject(relay, own, "relay");
    const { hopCount, linkAddress, peerAddress, options } = relay;
    checkNumber(hopCount, `${own}.hopCount`);
    checkBytes(linkAddress, `${own}.linkAddress`, MAKES_IPV6);
    checkBytes(peerAddress, `${own}.peerAddress`, MAKES_IPV6);
    checkOptions(options, own);
  }
}
