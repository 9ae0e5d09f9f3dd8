import { readU16 } from "../../net/bytes.ts";
import * as dhcp4 from "../dhcp4/decode.ts";
import * as dhcp4Ports from "../dhcp4/ports.ts";
import * as dhcp6 from "../dhcp6/decode.ts";
import * as dhcp6Ports from "../dhcp6/ports.ts";
import { ARP_LENGTH, parseArp } from "./arp.ts";
import { EtherType } from "./ethernet.ts";
import { type IpHeader, IpProtocol, parseIpv4Header, parseIpv6Header, upperLayerChecksum } from "./ip-headers.ts";
import { UDP_HEADER_LENGTH } from "./ipv4-udp.ts";
import { type LinkHeader, parseLink } from "./link.ts";
import { isNdType, parseNdMessage } from "./nd-message.ts";
import { PACKET_PROBLEM_TEXT, type Packet, type PacketLayer, type PacketProblemReason } from "./packet.ts";

/** What is wrong with the framing of the options of a message that is usable. */
export interface MessageProblem {
  readonly kind: dhcp4.ProblemKind | dhcp6.ProblemKind;
  readonly text: string;
  /** From the first byte of the packet. */
  readonly offset: number;
  /** Code of the option it belongs to. */
  readonly option: number | undefined;
}

/** Why bytes are no packet. */
export type PacketError =
  | { readonly layer: PacketLayer; readonly reason: PacketProblemReason; readonly text: string; readonly offset: number }
  | { readonly layer: "dhcp4"; readonly reason: dhcp4.ProblemKind; readonly text: string; readonly offset: number }
  | { readonly layer: "dhcp6"; readonly reason: dhcp6.ProblemKind; readonly text: string; readonly offset: number };

/** A packet, or why bytes are none. */
export type DecodePacketResult =
  | { readonly ok: true; readonly packet: Packet; readonly problems: readonly MessageProblem[] }
  /** `offset` is where, from the first byte of the packet; `text` is the reason in words. */
  | { readonly ok: false; readonly error: PacketError };

/** How packets are decoded. */
export interface DecodePacketOptions {
  /**
   * False for packets whose checksums the network card of the capturing machine was to compute, so
   * that they are still wrong: those that it sent itself. Default: true.
   */
  readonly verifyChecksums?: boolean | undefined;
  /**
   * A datagram from or to one of these ports holds a DHCP message. Default: 67 and 68 over IPv4,
   * 546 and 547 over IPv6.
   */
  readonly dhcp4Ports?: readonly number[] | undefined;
  readonly dhcp6Ports?: readonly number[] | undefined;
}

/** Where {@link DecodePacketOptions} names no others. */
export const DHCP4_PORTS: readonly number[] = [dhcp4Ports.SERVER_PORT, dhcp4Ports.CLIENT_PORT];
export const DHCP6_PORTS: readonly number[] = [dhcp6Ports.CLIENT_PORT, dhcp6Ports.SERVER_PORT];
const ICMP_LENGTH = 8;
/** No router forwards a packet that it would still have (RFC 4861 section 6.1). */
const ND_HOP_LIMIT = 255;

/**
 * Decodes a whole packet from its link header up: any bytes give a packet or an error, in time
 * proportional to their number. `linkType` is that of the capture (`LinkType`). Checksums are
 * verified: one of UDP that is 0 was not computed and is taken over IPv4 (RFC 768), not over IPv6.
 * Padding of the link is ignored. Byte strings are views of `bytes`.
 */
export function decodePacket(bytes: Uint8Array, linkType: number, options: DecodePacketOptions = {}): DecodePacketResult {
  const parsed = parseLink(bytes, linkType);
  if (typeof parsed === "string") return failed("link", parsed, bytes.length);
  const { header: link, etherType, payloadOffset } = parsed;
  const verify = options.verifyChecksums !== false;
  if (etherType === EtherType.ipv4) {
    const ip = parseIpv4Header(bytes, payloadOffset, verify);
    return ip.ok ? decodeIp(bytes, link, ip, options) : failed("ipv4", ip.reason, ip.offset);
  }
  if (etherType === EtherType.ipv6) {
    const ip = parseIpv6Header(bytes, payloadOffset);
    return ip.ok ? decodeIp(bytes, link, ip, options) : failed("ipv6", ip.reason, ip.offset);
  }
  if (etherType === EtherType.arp) {
    const arp = parseArp(bytes, payloadOffset);
    if (arp !== undefined) return decoded({ kind: "arp", link, arp });
    if (payloadOffset + ARP_LENGTH > bytes.length) return failed("arp", "truncated", bytes.length);
  }
  return decoded({ kind: "other", link, etherType, payload: bytes.subarray(payloadOffset) });
}

/** A header as parsed, of either version. */
interface Network {
  readonly header: IpHeader;
  readonly protocol: number;
  readonly payloadOffset: number;
  readonly payloadEnd: number;
  readonly fragment: Extract<Packet, { kind: "fragment" }>["fragment"] | undefined;
}

function decodeIp(bytes: Uint8Array, link: LinkHeader, network: Network, options: DecodePacketOptions): DecodePacketResult {
  const { header: ip, protocol, payloadOffset, payloadEnd, fragment } = network;
  if (fragment !== undefined) {
    return decoded({ kind: "fragment", link, ip, fragment, protocol, payload: bytes.subarray(payloadOffset, payloadEnd) });
  }
  if (protocol === IpProtocol.udp) return decodeUdp(bytes, link, network, options);
  if (protocol === (ip.version === 4 ? IpProtocol.icmp : IpProtocol.icmpv6)) return decodeIcmp(bytes, link, network, options);
  return decoded({ kind: "ip", link, ip, protocol, payload: bytes.subarray(payloadOffset, payloadEnd) });
}

function decodeUdp(bytes: Uint8Array, link: LinkHeader, network: Network, options: DecodePacketOptions): DecodePacketResult {
  const { header: ip, payloadOffset: at, payloadEnd } = network;
  if (at + UDP_HEADER_LENGTH > payloadEnd) return failed("udp", "bad-length", at);
  const length = readU16(bytes, at + 4);
  if (length < UDP_HEADER_LENGTH || at + length > payloadEnd) return failed("udp", "bad-length", at + 4);
  const end = at + length;
  if (options.verifyChecksums !== false) {
    const isComputed = readU16(bytes, at + 6) !== 0;
    if (!isComputed && ip.version === 6) return failed("udp", "no-checksum", at + 6);
    if (isComputed && upperLayerChecksum(ip, IpProtocol.udp, bytes, at, end) !== 0) return failed("udp", "bad-checksum", at + 6);
  }
  const udp = { sourcePort: readU16(bytes, at), destinationPort: readU16(bytes, at + 2) };
  const payload = bytes.subarray(at + UDP_HEADER_LENGTH, end);
  const isOf = (ports: readonly number[]): boolean => ports.includes(udp.sourcePort) || ports.includes(udp.destinationPort);
  const start = at + UDP_HEADER_LENGTH;
  if (ip.version === 4 && isOf(options.dhcp4Ports ?? DHCP4_PORTS)) {
    const result = dhcp4.decode(payload);
    if (result.ok) {
      return decoded({ kind: "dhcp4", link, ip, udp, message: result.message }, inWords(result.problems, dhcp4.PROBLEM_TEXT, start));
    }
    const { kind, offset } = result.problem;
    return { ok: false, error: { layer: "dhcp4", reason: kind, text: dhcp4.PROBLEM_TEXT[kind], offset: start + offset } };
  }
  if (ip.version === 6 && isOf(options.dhcp6Ports ?? DHCP6_PORTS)) {
    const result = dhcp6.decode(payload);
    if (result.ok) {
      return decoded({ kind: "dhcp6", link, ip, udp, message: result.message }, inWords(result.problems, dhcp6.PROBLEM_TEXT, start));
    }
    const { kind, offset } = result.problem;
    return { ok: false, error: { layer: "dhcp6", reason: kind, text: dhcp6.PROBLEM_TEXT[kind], offset: start + offset } };
  }
  return decoded({ kind: "udp", link, ip, udp, payload });
}

function decodeIcmp(bytes: Uint8Array, link: LinkHeader, network: Network, options: DecodePacketOptions): DecodePacketResult {
  const { header: ip, protocol, payloadOffset: at, payloadEnd: end } = network;
  const layer = ip.version === 4 ? "icmp" : "icmpv6";
  if (at + ICMP_LENGTH > end) return failed(layer, "bad-length", at);
  if (options.verifyChecksums !== false && upperLayerChecksum(ip, protocol, bytes, at, end) !== 0) {
    return failed(layer, "bad-checksum", at + 2);
  }
  const type = bytes[at] as number;
  const code = bytes[at + 1] as number;
  if (ip.version === 6 && code === 0 && isNdType(type)) {
    if (ip.hopLimit !== ND_HOP_LIMIT) return failed("nd", "bad-hop-limit", at);
    const nd = parseNdMessage(bytes, at, end);
    return typeof nd === "number" ? failed("nd", "bad-length", nd) : decoded({ kind: "nd", link, ip, nd });
  }
  return decoded({ kind: "icmp", link, ip, icmp: { type, code, body: bytes.subarray(at + 4, end) } });
}

const NO_PROBLEMS: readonly MessageProblem[] = Object.freeze([]);

function decoded(packet: Packet, problems: readonly MessageProblem[] = NO_PROBLEMS): DecodePacketResult {
  return { ok: true, packet, problems };
}

function failed(layer: PacketLayer, reason: PacketProblemReason, offset: number): DecodePacketResult {
  return { ok: false, error: { layer, reason, text: PACKET_PROBLEM_TEXT[reason], offset } };
}

function inWords<K extends MessageProblem["kind"]>(
  problems: readonly { readonly kind: K; readonly offset: number; readonly option: number | undefined }[],
  words: Readonly<Record<K, string>>,
  start: number,
): readonly MessageProblem[] {
  return problems.map(({ kind, offset, option }) => ({ kind, text: words[kind], offset: start + offset, option }));
}
