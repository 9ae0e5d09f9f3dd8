/**
 * The load generator's messages: each kind is encoded once, then patched in place for each client.
 */
import { discover, ethernetClient, requestExtension, requestSelecting } from "../../../client/dhcp4/messages.ts";
import { type Ipv4, readIpv4, writeIpv4 } from "../../../net/ipv4.ts";
import { encodeMessage } from "../../../wire/dhcp4/encode.ts";
import type { Message } from "../../../wire/dhcp4/message.ts";
import { END, OptionCode, PAD } from "../../../wire/dhcp4/option-code.ts";
import type { Phase } from "../messages.ts";

/** Offsets in a message (RFC 2131 section 2). */
const XID = 4;
const CIADDR = 12;
const YIADDR = 16;
const CHADDR = 28;
const COOKIE = 236;
const OPTIONS = 240;
const MAGIC_COOKIE = 0x63825363;

/**
 * The client is 24 bits of it, the phase two; `sequence`, of which six are kept, tells a client's
 * exchanges apart.
 */
export function makeXid(client: number, phase: Phase, sequence: number): number {
  return (((sequence & 63) << 26) | (phase << 24) | client) >>> 0;
}

export function clientOfXid(xid: number): number {
  return xid & 0xffffff;
}

export interface PacketSettings {
  /**
   * The relay's address; 0: the messages are those of clients on the link, who ask for broadcast
   * answers.
   */
  readonly giaddr: Ipv4;
  /** Added to the client's number to make its hardware address. */
  readonly firstClient: number;
  readonly parameterRequestList: readonly number[];
}

/** Each writes a whole message to the start of `into` and returns its length. */
export interface Packets {
  discover(into: Uint8Array, client: number, xid: number): number;
  request(into: Uint8Array, client: number, xid: number, address: Ipv4, serverIdentifier: Ipv4): number;
  renew(into: Uint8Array, client: number, xid: number, address: Ipv4): number;
}

export function createPackets(settings: PacketSettings): Packets {
  const { giaddr, firstClient, parameterRequestList } = settings;
  const client = { ...ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 0)), parameterRequestList, broadcast: giaddr === 0 };
  const transaction = { xid: 0, secs: 0 };
  const relayed = (message: Message): Uint8Array => encodeMessage(giaddr === 0 ? message : { ...message, giaddr, hops: 1 });
  const discoverTemplate = relayed(discover(client, transaction));
  const requestTemplate = relayed(requestSelecting(client, transaction, { address: 0, serverIdentifier: 0 }));
  const renewTemplate = relayed(requestExtension(client, transaction, 0));
  // Behind the type byte 1 and the first two bytes of the hardware address, which are the same in
  // all.
  const identifier = offsetOfOption(discoverTemplate, OptionCode.clientIdentifier) + 3;
  const requestedAddress = offsetOfOption(requestTemplate, OptionCode.requestedIpAddress);
  const server = offsetOfOption(requestTemplate, OptionCode.serverIdentifier);

  function write(template: Uint8Array, into: Uint8Array, number: number, xid: number): number {
    into.set(template);
    writeIpv4(into, XID, xid);
    const address = firstClient + number;
    writeIpv4(into, CHADDR + 2, address);
    writeIpv4(into, identifier, address);
    return template.length;
  }

  return {
    discover(into, number, xid) {
      return write(discoverTemplate, into, number, xid);
    },
    request(into, number, xid, address, serverIdentifier) {
      const length = write(requestTemplate, into, number, xid);
      writeIpv4(into, requestedAddress, address);
      writeIpv4(into, server, serverIdentifier);
      return length;
    },
    renew(into, number, xid, address) {
      const length = write(renewTemplate, into, number, xid);
      writeIpv4(into, CIADDR, address);
      return length;
    },
  };
}

/**
 * Where the data of an option begins. The templates have it; the three share the options in front
 * of the identifier.
 */
function offsetOfOption(bytes: Uint8Array, code: number): number {
  let at = OPTIONS;
  while (bytes[at] !== code) at += 2 + (bytes[at + 1] as number);
  return at + 2;
}

/** What the generator looks at in an answer; one object is filled again and again. */
export interface Answer {
  xid: number;
  /** Option 53; 0 when missing. */
  type: number;
  yiaddr: Ipv4;
  /** Option 54; 0 when missing. */
  serverIdentifier: Ipv4;
  /** The last four bytes of a six-byte hardware address. */
  hardwareAddress: number;
}

export function emptyAnswer(): Answer {
  return { xid: 0, type: 0, yiaddr: 0, serverIdentifier: 0, hardwareAddress: 0 };
}

/** Reads an answer straight from its bytes; false when it is not a BOOTREPLY with options. */
export function readAnswer(bytes: Uint8Array, length: number, answer: Answer): boolean {
  if (length <= OPTIONS || bytes[0] !== 2 || readIpv4(bytes, COOKIE) !== MAGIC_COOKIE) return false;
  answer.xid = readIpv4(bytes, XID);
  answer.yiaddr = readIpv4(bytes, YIADDR);
  answer.hardwareAddress = readIpv4(bytes, CHADDR + 2);
  answer.type = 0;
  answer.serverIdentifier = 0;
  let at = OPTIONS;
  while (at + 1 < length) {
    const code = bytes[at] as number;
    if (code === END) break;
    if (code === PAD) {
      at++;
      continue;
    }
    const size = bytes[at + 1] as number;
    const data = at + 2;
    at = data + size;
    if (at > length) break;
    if (code === OptionCode.dhcpMessageType && size === 1) answer.type = bytes[data] as number;
    else if (code === OptionCode.serverIdentifier && size === 4) answer.serverIdentifier = readIpv4(bytes, data);
    else continue;
    if (answer.type !== 0 && answer.serverIdentifier !== 0) break;
  }
  return true;
}
