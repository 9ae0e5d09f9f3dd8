/** What the load generator looks at in a DHCPv6 answer, straight from its bytes. */
import { readU16, readU32 } from "../../../net/bytes.ts";
import { MessageType } from "../../../wire/dhcp6/message.ts";
import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import { StatusCode } from "../../../wire/dhcp6/status-code.ts";

/** Offsets in messages (RFC 8415 sections 8, 9, 21.4, 21.6, 21.21 and 21.22). */
export const MESSAGE_HEADER = 4;
export const RELAY_HEADER = 34;
export const OPTION_HEADER = 4;
const IA_HEADER = 12;
/** In the value of an IA Address option: the address, then two lifetimes. */
const ADDRESS_SIZE = 16;
const ADDRESS_VALID = 20;
/** In that of an IA Prefix option: two lifetimes, then the length and the prefix. */
const PREFIX_VALID = 4;
const PREFIX_LENGTH = 8;
const PREFIX_SIZE = 17;
/** The DUID-LL of an Ethernet client, whose last four bytes are its own. */
export const DUID_SIZE = 10;

/** One object is filled again and again. Places are offsets in `bytes`; -1 for what is missing. */
export interface Answer {
  bytes: Uint8Array;
  type: number;
  transactionId: number;
  /** The last four bytes of the client's DUID. */
  hardwareAddress: number;
  /** The DUID of the server. */
  server: number;
  serverLength: number;
  /** The 16 bytes of the first address that is valid, and length and prefix of the first prefix. */
  address: number;
  prefix: number;
  /** Whether a status says that something failed. */
  failed: boolean;
}

export function emptyAnswer(): Answer {
  return {
    bytes: new Uint8Array(0),
    type: 0,
    transactionId: 0,
    hardwareAddress: 0,
    server: -1,
    serverLength: 0,
    address: -1,
    prefix: -1,
    failed: false,
  };
}

/**
 * Reads an answer, also through relays; false when it is no message to one of our clients. `bytes`
 * must not change while the answer is looked at.
 */
export function readAnswer(bytes: Uint8Array, length: number, answer: Answer): boolean {
  let at = 0;
  let end = length;
  while (at < end && bytes[at] === MessageType["RELAY-REPL"]) {
    const inner = optionAt(bytes, at + RELAY_HEADER, end, OptionCode.relayMessage);
    if (inner < 0) return false;
    at = inner;
    end = inner + readU16(bytes, inner - 2);
  }
  if (end - at < MESSAGE_HEADER) return false;
  answer.bytes = bytes;
  answer.type = bytes[at] as number;
  answer.transactionId = ((bytes[at + 1] as number) << 16) | readU16(bytes, at + 2);
  answer.server = -1;
  answer.address = -1;
  answer.prefix = -1;
  answer.failed = false;
  return readOptions(bytes, at + MESSAGE_HEADER, end, answer);
}

function readOptions(bytes: Uint8Array, start: number, end: number, answer: Answer): boolean {
  let isOurs = false;
  for (let at = start; at + OPTION_HEADER <= end; ) {
    const code = readU16(bytes, at);
    const size = readU16(bytes, at + 2);
    const data = at + OPTION_HEADER;
    at = data + size;
    if (at > end) break;
    switch (code) {
      case OptionCode.clientIdentifier:
        isOurs = size === DUID_SIZE;
        if (isOurs) answer.hardwareAddress = readU32(bytes, data + DUID_SIZE - 4);
        break;
      case OptionCode.serverIdentifier:
        answer.server = data;
        answer.serverLength = size;
        break;
      case OptionCode.statusCode:
        if (isFailure(bytes, data, size)) answer.failed = true;
        break;
      case OptionCode.iaNa:
      case OptionCode.iaPd:
        if (size >= IA_HEADER) readAssociation(bytes, data + IA_HEADER, at, answer);
        break;
    }
  }
  return isOurs;
}

function readAssociation(bytes: Uint8Array, start: number, end: number, answer: Answer): void {
  for (let at = start; at + OPTION_HEADER <= end; ) {
    const code = readU16(bytes, at);
    const size = readU16(bytes, at + 2);
    const data = at + OPTION_HEADER;
    at = data + size;
    if (at > end) return;
    if (code === OptionCode.statusCode) {
      if (isFailure(bytes, data, size)) answer.failed = true;
    } else if (code === OptionCode.iaAddress) {
      if (answer.address < 0 && size >= ADDRESS_SIZE + 8 && readU32(bytes, data + ADDRESS_VALID) > 0) answer.address = data;
    } else if (code === OptionCode.iaPrefix) {
      if (answer.prefix < 0 && size >= PREFIX_LENGTH + PREFIX_SIZE && readU32(bytes, data + PREFIX_VALID) > 0)
        answer.prefix = data + PREFIX_LENGTH;
    }
  }
}

function isFailure(bytes: Uint8Array, data: number, size: number): boolean {
  return size >= 2 && readU16(bytes, data) !== StatusCode.Success;
}

/** Where the value of the first option of this code begins; -1 when there is none. */
export function optionAt(bytes: Uint8Array, start: number, end: number, code: number): number {
  let at = start;
  while (at + OPTION_HEADER <= end) {
    const next = at + OPTION_HEADER + readU16(bytes, at + 2);
    if (next > end) return -1;
    if (readU16(bytes, at) === code) return at + OPTION_HEADER;
    at = next;
  }
  return -1;
}
