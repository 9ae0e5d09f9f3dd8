import { writeBytes, writeU16 } from "../../net/bytes.ts";
import { LINK_ADDRESS_OFFSET, MESSAGE_HEADER, OPTION_HEADER, PEER_ADDRESS_OFFSET, RELAY_HEADER } from "./decode.ts";
import { isFromServer, type Message, MessageType, type Option, type Relay } from "./message.ts";
import { OptionCode } from "./option-code.ts";

/** The payload of the largest UDP datagram over IPv6 without a jumbogram. */
export const LARGEST_MESSAGE_SIZE = 65527;

/**
 * Writes the message, in relay messages if it has relays, into the start of `into` and returns its
 * length, at most `limit`. A server's message is in RELAY-REPL, any other in RELAY-FORW; the Relay
 * Message option stands behind the options of its relay. Options keep their order. One that does
 * not fit is left out, as a whole; smaller ones behind it may still be written. The fixed fields
 * and the relays with all of their options are always written, beyond `limit` too if `into` has the
 * room; where it has not, nothing is written and the length is 0.
 *
 * What is given is as its type says, and is not looked at: this is on the way of a packet.
 */
export function encode(message: Message, into: Uint8Array, limit: number): number {
  const { relays, options } = message;
  const least = headersSize(message);
  if (least > into.length || least > LARGEST_MESSAGE_SIZE) return 0;
  const end = Math.min(limit, into.length, LARGEST_MESSAGE_SIZE);

  const relayType = isFromServer(message.type) ? MessageType["RELAY-REPL"] : MessageType["RELAY-FORW"];
  let at = relays.length === 0 ? 0 : writeRelays(relayType, relays, into);
  into[at] = message.type;
  into[at + 1] = message.transactionId >>> 16;
  writeU16(into, at + 2, message.transactionId);
  at += MESSAGE_HEADER;
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as Option;
    if (at + OPTION_HEADER + option.data.length <= end) at = writeOption(option, into, at);
  }
  if (relays.length > 0) writeLengths(relays, into, at);
  return at;
}

/** The message in a byte string of its own, as long as it needs to be: for clients and tests. */
export function encodeMessage(message: Message): Uint8Array {
  const size = headersSize(message) + optionsSize(message.options);
  const into = new Uint8Array(Math.min(size, LARGEST_MESSAGE_SIZE));
  return into.subarray(0, encode(message, into, into.length));
}

/**
 * The relay messages as they came to a server, one in the other, without the client's message: the
 * innermost has no Relay Message option (RFC 5007 section 4.1.2.4). At least one relay.
 */
export function encodeRelays(relays: readonly Relay[]): Uint8Array {
  const bytes = new Uint8Array(relaysSize(relays));
  const end = writeRelays(MessageType["RELAY-FORW"], relays, bytes) - OPTION_HEADER;
  writeLengths(relays, bytes, end);
  return bytes.subarray(0, end);
}

/** An option whose length has no place in 16 bits: it is left out wherever it stands. */
function isTooLong({ data }: Option): boolean {
  return data.length > 0xffff;
}

/** Bytes of the options with their codes and lengths, as `writeOptions` writes them. */
export function optionsSize(options: readonly Option[]): number {
  let size = 0;
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as Option;
    if (!isTooLong(option)) size += OPTION_HEADER + option.data.length;
  }
  return size;
}

/** Writes options, for which there is room, and returns where they end. */
export function writeOptions(options: readonly Option[], into: Uint8Array, at: number): number {
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as Option;
    if (!isTooLong(option)) at = writeOption(option, into, at);
  }
  return at;
}

function writeOption({ code, data }: Option, into: Uint8Array, at: number): number {
  writeU16(into, at, code);
  writeU16(into, at + 2, data.length);
  writeBytes(into, at + OPTION_HEADER, data);
  return at + OPTION_HEADER + data.length;
}

/** Bytes of the message without its options: its fixed fields, in all of its relays. */
export function headersSize({ relays }: Message): number {
  return relaysSize(relays) + MESSAGE_HEADER;
}

/** Bytes of one relay around what it relays. */
function relaySize(relay: Relay): number {
  return RELAY_HEADER + optionsSize(relay.options) + OPTION_HEADER;
}

function relaysSize(relays: readonly Relay[]): number {
  let size = 0;
  for (let i = 0; i < relays.length; i++) size += relaySize(relays[i] as Relay);
  return size;
}

/** Writes all that stands before the message, but for the lengths of what is relayed. */
function writeRelays(type: number, relays: readonly Relay[], into: Uint8Array): number {
  let at = 0;
  for (let i = 0; i < relays.length; i++) {
    at = writeRelayHeader(type, relays[i] as Relay, into, at);
    writeU16(into, at, OptionCode.relayMessage);
    at += OPTION_HEADER;
  }
  return at;
}

/** Writes a relay message without its Relay Message option, and returns where that goes. */
function writeRelayHeader(type: number, relay: Relay, into: Uint8Array, at: number): number {
  into[at] = type;
  into[at + 1] = relay.hopCount;
  writeBytes(into, at + LINK_ADDRESS_OFFSET, relay.linkAddress);
  writeBytes(into, at + PEER_ADDRESS_OFFSET, relay.peerAddress);
  return writeOptions(relay.options, into, at + RELAY_HEADER);
}

/** Writes the length of each Relay Message option: all of them end with the datagram. */
function writeLengths(relays: readonly Relay[], into: Uint8Array, end: number): void {
  let at = 0;
  for (let i = 0; i < relays.length; i++) {
    at += relaySize(relays[i] as Relay);
    writeU16(into, at - 2, end - at);
  }
}
