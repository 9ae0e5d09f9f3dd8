/**
 * The load generator's DHCPv6 messages: each kind is encoded once, then patched in place for each
 * client.
 */
import { type AssociationRequest, type ClientSettings, ethernetClient, renew, request, solicit } from "../../../client/dhcp6/index.ts";
import { writeU16, writeU32 } from "../../../net/bytes.ts";
import { IPV6_UNSPECIFIED, type Ipv6 } from "../../../net/ipv6.ts";
import { IPV6_PREFIX_SIZE, ipv6Prefix } from "../../../net/ipv6-prefix.ts";
import { encodeMessage } from "../../../wire/dhcp6/encode.ts";
import type { Message } from "../../../wire/dhcp6/message.ts";
import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import { DUID_SIZE, MESSAGE_HEADER, OPTION_HEADER, optionAt, RELAY_HEADER } from "./answer.ts";

/** `link-address` of the relay, behind which the client's link-local address stands. */
const PEER_ADDRESS = 18;

export interface PacketSettings {
  /** Of the relay; undefined: the messages are those of clients on the link. */
  readonly linkAddress: Ipv6 | undefined;
  /** Added to the client's number to make its hardware address. */
  readonly firstClient: number;
  readonly optionRequest: readonly number[];
  /** Whether a prefix is asked for besides the address. */
  readonly prefixes: boolean;
}

/** Bytes of what a client has: its address, then, with prefixes, length and prefix. */
export function leaseSize(settings: PacketSettings): number {
  return settings.prefixes ? 16 + IPV6_PREFIX_SIZE : 16;
}

/** Each writes a whole message to the start of `into` and returns its length. */
export interface Packets {
  solicit(into: Uint8Array, client: number, transactionId: number): number;
  /** `lease`: `leaseSize` bytes; `server`: its DUID. */
  request(into: Uint8Array, client: number, transactionId: number, lease: Uint8Array, server: Uint8Array): number;
  renew(into: Uint8Array, client: number, transactionId: number, lease: Uint8Array, server: Uint8Array): number;
}

/** An encoded message, and where its parts are. */
interface Template {
  readonly bytes: Uint8Array;
  /** Where the message begins, behind the relay. */
  readonly message: number;
  /** The last four bytes of the client's DUID. */
  readonly client: number;
  /** The address, and length and prefix; -1 where there is none. */
  readonly address: number;
  readonly prefix: number;
}

export function createPackets(settings: PacketSettings): Packets {
  const { firstClient, linkAddress, optionRequest } = settings;
  const isRelayed = linkAddress !== undefined;
  const associations = (of: readonly [address: boolean, prefix: boolean]): readonly AssociationRequest[] => [
    { kind: "IA_NA", iaid: 1, prefixes: of[0] ? [ipv6Prefix(IPV6_UNSPECIFIED)] : [] },
    ...(settings.prefixes ? [{ kind: "IA_PD", iaid: 1, prefixes: of[1] ? [ipv6Prefix(IPV6_UNSPECIFIED)] : [] } as const] : []),
  ];
  const client: ClientSettings = {
    ...ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 0)),
    associations: associations([false, false]),
    optionRequest,
  };
  const transaction = { transactionId: 0, elapsed: 0 };
  const has = associations([true, true]);
  const solicitTemplate = templateOf(solicit(client, transaction), linkAddress);
  const requestTemplate = templateOf(request(client, transaction, new Uint8Array(0), has), linkAddress);
  const renewTemplate = templateOf(renew(client, transaction, new Uint8Array(0), has), linkAddress);

  function write(template: Template, into: Uint8Array, number: number, transactionId: number): number {
    into.set(template.bytes);
    const hardwareAddress = firstClient + number;
    if (isRelayed) writePeer(into, hardwareAddress);
    into[template.message + 1] = transactionId >>> 16;
    writeU16(into, template.message + 2, transactionId);
    writeU32(into, template.client, hardwareAddress);
    return template.bytes.length;
  }

  function writeLease(template: Template, into: Uint8Array, start: number, lease: Uint8Array, server: Uint8Array): number {
    for (let i = 0; i < 16; i++) into[template.address + i] = lease[i] as number;
    if (template.prefix >= 0) for (let i = 0; i < IPV6_PREFIX_SIZE; i++) into[template.prefix + i] = lease[16 + i] as number;
    // The only part that is of any length stands at the end.
    writeU16(into, start, OptionCode.serverIdentifier);
    writeU16(into, start + 2, server.length);
    into.set(server, start + OPTION_HEADER);
    const end = start + OPTION_HEADER + server.length;
    if (isRelayed) writeU16(into, template.message - 2, end - template.message);
    return end;
  }

  return {
    solicit: (into, number, transactionId) => write(solicitTemplate, into, number, transactionId),
    request(into, number, transactionId, lease, server) {
      return writeLease(requestTemplate, into, write(requestTemplate, into, number, transactionId), lease, server);
    },
    renew(into, number, transactionId, lease, server) {
      return writeLease(renewTemplate, into, write(renewTemplate, into, number, transactionId), lease, server);
    },
  };
}

/** The message without its Server Identifier option, which is written behind it. */
function templateOf(message: Message, linkAddress: Ipv6 | undefined): Template {
  const options = message.options.filter(({ code }) => code !== OptionCode.serverIdentifier);
  const relays = linkAddress === undefined ? [] : [{ hopCount: 0, linkAddress, peerAddress: PEER, options: [] }];
  const bytes = encodeMessage({ ...message, options, relays });
  const start = linkAddress === undefined ? 0 : RELAY_HEADER + OPTION_HEADER;
  const at = (from: number, code: number): number => optionAt(bytes, from, bytes.length, code);
  const first = start + MESSAGE_HEADER;
  return {
    bytes,
    message: start,
    client: at(first, OptionCode.clientIdentifier) + DUID_SIZE - 4,
    // Behind IAID and times; an address stands at the start of its option, a prefix behind its
    // lifetimes.
    address: at(at(first, OptionCode.iaNa) + 12, OptionCode.iaAddress),
    prefix: at(first, OptionCode.iaPd) < 0 ? -1 : at(at(first, OptionCode.iaPd) + 12, OptionCode.iaPrefix) + 8,
  };
}

/** The link-local address of 02:00:00:00:00:00 (RFC 4291 appendix A). */
const PEER: Ipv6 = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 0);

/** Patches the last four bytes of the hardware address into that address. */
function writePeer(into: Uint8Array, hardwareAddress: number): void {
  into[PEER_ADDRESS + 10] = hardwareAddress >>> 24;
  into[PEER_ADDRESS + 13] = hardwareAddress >>> 16;
  writeU16(into, PEER_ADDRESS + 14, hardwareAddress);
}
