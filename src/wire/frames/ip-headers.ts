import { readU16, readU32, writeU16, writeU32 } from "../../net/bytes.ts";
import { type Ipv4, readIpv4, writeIpv4 } from "../../net/ipv4.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { addWords, checksum, finishChecksum } from "./checksum.ts";
import { IPV4_HEADER_LENGTH } from "./ipv4-udp.ts";
import { IPV6_HEADER_LENGTH } from "./ipv6.ts";

/** What is in an IP packet (IANA's registry of protocol numbers). */
export const IpProtocol = { icmp: 1, udp: 17, icmpv6: 58, none: 59 } as const;

/** An IPv4 header (RFC 791 section 3.1). */
export interface Ipv4Header {
  readonly version: 4;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  /** The second byte: DSCP and ECN. */
  readonly trafficClass: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  /** `TTL`. */
  readonly hopLimit: number;
  /** As they stand: at most 40 bytes, a multiple of four. */
  readonly options: Uint8Array;
}

/** An IPv6 header and the extension headers behind it (RFC 8200 sections 3 and 4). */
export interface Ipv6Header {
  readonly version: 6;
  readonly source: Ipv6;
  readonly destination: Ipv6;
  readonly trafficClass: number;
  /** 20 bits. */
  readonly flowLabel: number;
  readonly hopLimit: number;
  readonly extensions: readonly ExtensionHeader[];
}

/** The header of either version. */
export type IpHeader = Ipv4Header | Ipv6Header;

/** An extension header of IPv6. A Fragment header of a whole packet (RFC 6946) is one like others. */
export interface ExtensionHeader {
  readonly type: number;
  /** Without its first two bytes, next header and length. */
  readonly data: Uint8Array;
}

/** Where a piece belongs in the packet that it is of. */
export interface Fragment {
  /** In bytes. */
  readonly offset: number;
  readonly more: boolean;
  /** Of IPv6; that of IPv4 is in the header. */
  readonly identification: number;
}

/** A header, and what and where what follows it is. */
export interface ParsedIp<H> {
  readonly ok: true;
  readonly header: H;
  readonly protocol: number;
  readonly payloadOffset: number;
  /** Padding of the link is behind it. */
  readonly payloadEnd: number;
  /** undefined: the packet is whole. */
  readonly fragment: Fragment | undefined;
}

export type IpProblem = "truncated" | "bad-version" | "bad-length" | "bad-checksum";
export type Refused = { readonly ok: false; readonly reason: IpProblem; readonly offset: number };

function refuse(reason: IpProblem, offset: number): Refused {
  return { ok: false, reason, offset };
}

const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const OFFSET_OF_FRAGMENT = 0x1fff;

/**
 * Parses an IPv4 header at `at` (RFC 791). Its checksum is looked at if `verify`; one of 0 was not
 * computed, which some capture and offload paths leave. Byte strings are views.
 */
export function parseIpv4Header(bytes: Uint8Array, at: number, verify: boolean): ParsedIp<Ipv4Header> | Refused {
  if (at + IPV4_HEADER_LENGTH > bytes.length) return refuse("truncated", bytes.length);
  const first = bytes[at] as number;
  if (first >>> 4 !== 4) return refuse("bad-version", at);
  const payloadOffset = at + (first & 15) * 4;
  const payloadEnd = at + readU16(bytes, at + 2);
  if (payloadOffset < at + IPV4_HEADER_LENGTH) return refuse("bad-length", at);
  if (payloadEnd < payloadOffset) return refuse("bad-length", at + 2);
  if (payloadOffset > bytes.length) return refuse("truncated", bytes.length);
  if (verify && readU16(bytes, at + 10) !== 0 && checksum(bytes, at, payloadOffset) !== 0) return refuse("bad-checksum", at + 10);
  if (payloadEnd > bytes.length) return refuse("truncated", bytes.length);
  const flags = readU16(bytes, at + 6);
  const offset = (flags & OFFSET_OF_FRAGMENT) * 8;
  const more = (flags & MORE_FRAGMENTS) !== 0;
  const identification = readU16(bytes, at + 4);
  const header: Ipv4Header = {
    version: 4,
    source: readIpv4(bytes, at + 12),
    destination: readIpv4(bytes, at + 16),
    trafficClass: bytes[at + 1] as number,
    identification,
    dontFragment: (flags & DONT_FRAGMENT) !== 0,
    hopLimit: bytes[at + 8] as number,
    options: bytes.subarray(at + IPV4_HEADER_LENGTH, payloadOffset),
  };
  const fragment = offset > 0 || more ? { offset, more, identification } : undefined;
  return { ok: true, header, protocol: bytes[at + 9] as number, payloadOffset, payloadEnd, fragment };
}

/** Extension headers that all have their length in their second byte, in units of 8 bytes. */
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const EXTENSIONS: readonly number[] = [HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, 60, 135, 139, 140];

/**
 * Parses an IPv6 header at `at` and the extension headers behind it, up to what they are about, or
 * what can't be read on from, such as ESP. Byte strings are views.
 */
export function parseIpv6Header(bytes: Uint8Array, at: number): ParsedIp<Ipv6Header> | Refused {
  let payloadOffset = at + IPV6_HEADER_LENGTH;
  if (payloadOffset > bytes.length) return refuse("truncated", bytes.length);
  const first = readU32(bytes, at);
  if (first >>> 28 !== 6) return refuse("bad-version", at);
  const payloadEnd = payloadOffset + readU16(bytes, at + 4);
  if (payloadEnd > bytes.length) return refuse("truncated", bytes.length);
  const extensions: ExtensionHeader[] = [];
  let protocol = bytes[at + 6] as number;
  let fragment: Fragment | undefined;
  while (fragment === undefined && EXTENSIONS.includes(protocol)) {
    if (payloadOffset + 8 > payloadEnd) return refuse("bad-length", payloadOffset);
    const end = payloadOffset + extensionLength(protocol, bytes[payloadOffset + 1] as number);
    if (end > payloadEnd) return refuse("bad-length", payloadOffset + 1);
    const place = readU16(bytes, payloadOffset + 2);
    if (protocol === FRAGMENT && (place & 0xfff9) !== 0) {
      fragment = { offset: place & 0xfff8, more: (place & 1) !== 0, identification: readU32(bytes, payloadOffset + 4) };
    } else extensions.push({ type: protocol, data: bytes.subarray(payloadOffset + 2, end) });
    protocol = bytes[payloadOffset] as number;
    payloadOffset = end;
  }
  const header: Ipv6Header = {
    version: 6,
    source: bytes.subarray(at + 8, at + 24),
    destination: bytes.subarray(at + 24, at + IPV6_HEADER_LENGTH),
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xfffff,
    hopLimit: bytes[at + 7] as number,
    extensions,
  };
  return { ok: true, header, protocol, payloadOffset, payloadEnd, fragment };
}

function extensionLength(type: number, length: number): number {
  if (type === FRAGMENT) return 8;
  return type === AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
}

/** The largest payload of an IP packet, with what is in front of it of the header's kind. */
const LARGEST = 0xffff;

/**
 * The header in front of this payload, in a byte string of its own; a reason when the payload is
 * too long for it, or options or extensions are of no length that they can have.
 */
export function ipHeaderBytes(
  header: IpHeader,
  protocol: number,
  payloadLength: number,
  fragment?: Fragment,
): Uint8Array | "too-long" | "bad-length" {
  return header.version === 4 ? ipv4Bytes(header, protocol, payloadLength, fragment) : ipv6Bytes(header, protocol, payloadLength, fragment);
}

function ipv4Bytes(
  header: Ipv4Header,
  protocol: number,
  payloadLength: number,
  fragment: Fragment | undefined,
): ReturnType<typeof ipHeaderBytes> {
  const { options } = header;
  if (options.length > 40 || options.length % 4 !== 0 || !isPlace(fragment)) return "bad-length";
  const length = IPV4_HEADER_LENGTH + options.length;
  if (length + payloadLength > LARGEST) return "too-long";
  const bytes = new Uint8Array(length);
  bytes[0] = 0x40 | (length / 4);
  bytes[1] = header.trafficClass;
  writeU16(bytes, 2, length + payloadLength);
  writeU16(bytes, 4, header.identification);
  const more = fragment?.more === true ? MORE_FRAGMENTS : 0;
  writeU16(bytes, 6, (header.dontFragment ? DONT_FRAGMENT : 0) | more | ((fragment?.offset ?? 0) / 8));
  bytes[8] = header.hopLimit;
  bytes[9] = protocol;
  writeIpv4(bytes, 12, header.source);
  writeIpv4(bytes, 16, header.destination);
  bytes.set(options, IPV4_HEADER_LENGTH);
  writeU16(bytes, 10, checksum(bytes, 0, length));
  return bytes;
}

function isPlace(fragment: Fragment | undefined): boolean {
  return fragment === undefined || (fragment.offset % 8 === 0 && fragment.offset >= 0 && fragment.offset <= 0xfff8);
}

function ipv6Bytes(
  header: Ipv6Header,
  protocol: number,
  payloadLength: number,
  fragment: Fragment | undefined,
): ReturnType<typeof ipHeaderBytes> {
  if (header.source.length !== 16 || header.destination.length !== 16 || !isPlace(fragment)) return "bad-length";
  let length = 0;
  for (const { type, data } of header.extensions) {
    if (!hasExtensionLength(type, data.length + 2)) return "bad-length";
    length += data.length + 2;
  }
  if (fragment !== undefined) length += 8;
  if (length + payloadLength > LARGEST) return "too-long";
  const bytes = new Uint8Array(IPV6_HEADER_LENGTH + length);
  writeU32(bytes, 0, ((6 << 28) | (header.trafficClass << 20) | header.flowLabel) >>> 0);
  writeU16(bytes, 4, length + payloadLength);
  bytes[7] = header.hopLimit;
  bytes.set(header.source, 8);
  bytes.set(header.destination, 24);
  let next = 6;
  let at = IPV6_HEADER_LENGTH;
  for (const { type, data } of header.extensions) {
    bytes[next] = type;
    next = at;
    const units = type === AUTHENTICATION ? (data.length + 2) / 4 - 2 : (data.length + 2) / 8 - 1;
    bytes[at + 1] = type === FRAGMENT ? 0 : units;
    bytes.set(data, at + 2);
    at += data.length + 2;
  }
  if (fragment !== undefined) {
    bytes[next] = FRAGMENT;
    next = at;
    writeU16(bytes, at + 2, fragment.offset | (fragment.more ? 1 : 0));
    writeU32(bytes, at + 4, fragment.identification);
  }
  bytes[next] = protocol;
  return bytes;
}

function hasExtensionLength(type: number, length: number): boolean {
  if (type === FRAGMENT) return length === 8;
  if (type === AUTHENTICATION) return length % 4 === 0 && length >= 8 && length <= 257 * 4;
  return EXTENSIONS.includes(type) && length % 8 === 0 && length >= 8 && length <= 256 * 8;
}

/**
 * The sum over the pseudo-header of an upper layer of this length (RFC 768; RFC 8200 section 8.1),
 * not folded yet.
 */
function pseudoHeaderSum(header: IpHeader, protocol: number, length: number): number {
  if (header.version === 6) {
    const destination = finalDestination(header);
    return addWords(destination, 0, 16, addWords(header.source, 0, 16, length + protocol));
  }
  let sum = length + protocol;
  for (const address of [header.source, header.destination]) sum += (address >>> 16) + (address & 0xffff);
  return sum;
}

/**
 * The checksum of an upper layer in these bytes; 0 when they hold their right one. ICMP has no
 * pseudo-header, ICMPv6 has.
 */
export function upperLayerChecksum(header: IpHeader, protocol: number, bytes: Uint8Array, start: number, end: number): number {
  const sum = protocol === IpProtocol.icmp ? 0 : pseudoHeaderSum(header, protocol, end - start);
  return finishChecksum(addWords(bytes, start, end, sum));
}

/** Routing types 0 and 2 hold the last address at their end, 4 at the beginning of its list. */
const SEGMENT_ROUTING = 4;

/** Where a packet that a Routing header still sends elsewhere will end up. */
function finalDestination({ destination, extensions }: Ipv6Header): Ipv6 {
  const routing = extensions.find(({ type }) => type === ROUTING)?.data;
  const segmentsLeft = routing?.[1] ?? 0;
  if (routing === undefined || segmentsLeft === 0 || routing.length < 22) return destination;
  const type = routing[0];
  if (type === SEGMENT_ROUTING) return routing.subarray(6, 22);
  return type === 0 || type === 2 ? routing.subarray(routing.length - 16) : destination;
}
