import { checkBytes, checkNumber, MAKES_IPV6 } from "../../net/argument.ts";
import { checkField, checkList, checkMessage, checkObject, checkOptions } from "../given.ts";
import * as unchecked from "./encode.ts";
import type { Message, Relay } from "./message.ts";

const ADDRESS_SIZE = 16;

/*
 * `encode` as programs have it, which may be without types: what they give is looked at first. The
 * server's own messages are not. A value of another type is a TypeError, and a number that its
 * field can't hold a RangeError, by its name: it would be written as another one.
 */

/**
 * Writes the message into the start of `into` and returns its length; 0: it has no room. Options
 * that don't fit in `limit` bytes are left out; encode.ts says in full what is written in any case.
 * Throws TypeError for a value of another type and RangeError for a number that its field can't
 * hold or an address of another length, by its name.
 */
export function encode(message: Message, into: Uint8Array, limit: number): number {
  checkFields(message);
  checkBytes(into, "into");
  checkNumber(limit, "limit");
  return unchecked.encode(message, into, limit);
}

/**
 * The message in a byte string of its own, as long as it needs to be: for clients and tests. Throws
 * as `encode` does.
 */
export function encodeMessage(message: Message): Uint8Array {
  checkFields(message);
  return unchecked.encodeMessage(message);
}

/**
 * The relay messages as they came to a server, one in the other, without the client's message, as
 * `encodeRelays` of encode.ts does. Throws as `encode` does.
 */
export function encodeRelays(relays: readonly Relay[]): Uint8Array {
  checkRelays(relays, "relays");
  return unchecked.encodeRelays(relays);
}

function checkFields(message: Message): void {
  checkMessage(message);
  checkField(message.type, "message.type", 8);
  checkField(message.transactionId, "message.transactionId", 24);
  checkOptions(message.options, "message", 16);
  checkRelays(message.relays, "message.relays");
}

function checkRelays(relays: readonly Relay[], name: string): void {
  checkList(relays, name);
  for (let i = 0; i < relays.length; i++) {
    const relay = relays[i] as Relay;
    const own = `${name}[${i}]`;
    checkObject(relay, own, "relay");
    const { hopCount, linkAddress, peerAddress, options } = relay;
    checkField(hopCount, `${own}.hopCount`, 8);
    checkAddress(linkAddress, `${own}.linkAddress`);
    checkAddress(peerAddress, `${own}.peerAddress`);
    checkOptions(options, own, 16);
  }
}

function checkAddress(address: Uint8Array, name: string): void {
  checkBytes(address, name, MAKES_IPV6);
  if (address.length !== ADDRESS_SIZE)
    throw new RangeError(`${name}: ${address.length} bytes are no IPv6 address, which has ${ADDRESS_SIZE}`);
}
