import { readU16, writeBytes, writeU16, writeU32 } from "../../net/bytes.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { addWords, finishChecksum } from "./checksum.ts";

/** Bytes of an IPv6 header without extensions. */
export const IPV6_HEADER_LENGTH = 40;
/** What follows a header (RFC 8200 section 3). */
export const NextHeader = { icmpv6: 58 } as const;

const SOURCE = 8;
const DESTINATION = 24;

/** A received IPv6 packet. */
export interface Ipv6Packet {
  /** The type of what follows: an upper layer, or an extension header. */
  readonly nextHeader: number;
  readonly hopLimit: number;
  /** Views when parsed. */
  readonly source: Ipv6;
  readonly destination: Ipv6;
  /** Where what is behind the header starts and ends. */
  readonly payloadOffset: number;
  readonly payloadEnd: number;
}

/**
 * Writes an IPv6 header at `offset`, for a payload of at most 65535 bytes behind it (RFC 8200
 * section 3), and returns its length.
 */
export function writeIpv6(
  into: Uint8Array,
  offset: number,
  payloadLength: number,
  { nextHeader, hopLimit, source, destination }: Pick<Ipv6Packet, "nextHeader" | "hopLimit" | "source" | "destination">,
): number {
  // Version 6, no traffic class, no flow label.
  writeU32(into, offset, 0x60000000);
  writeU16(into, offset + 4, payloadLength);
  into[offset + 6] = nextHeader;
  into[offset + 7] = hopLimit;
  writeBytes(into, offset + SOURCE, source);
  writeBytes(into, offset + DESTINATION, destination);
  return IPV6_HEADER_LENGTH;
}

/**
 * Parses an IPv6 header at `offset`; undefined when it is none or when its payload does not end
 * before `end`. Extension headers are part of the payload, padding behind the packet is not.
 */
export function parseIpv6Packet(bytes: Uint8Array, offset: number, end: number = bytes.length): Ipv6Packet | undefined {
  const payloadOffset = offset + IPV6_HEADER_LENGTH;
  const available = Math.min(end, bytes.length);
  if (payloadOffset > available || (bytes[offset] as number) >>> 4 !== 6) return undefined;
  const payloadEnd = payloadOffset + readU16(bytes, offset + 4);
  if (payloadEnd > available) return undefined;
  return {
    nextHeader: bytes[offset + 6] as number,
    hopLimit: bytes[offset + 7] as number,
    source: bytes.subarray(offset + SOURCE, offset + DESTINATION),
    destination: bytes.subarray(offset + DESTINATION, payloadOffset),
    payloadOffset,
    payloadEnd,
  };
}

/**
 * The checksum of an upper layer, over the pseudo-header of the IPv6 header at `offset` (RFC 8200
 * section 8.1) and what follows that header up to `end`; 0 when it holds its right checksum.
 */
export function ipv6Checksum(bytes: Uint8Array, offset: number, end: number, upperLayer: number): number {
  const payloadOffset = offset + IPV6_HEADER_LENGTH;
  const pseudoHeader = addWords(bytes, offset + SOURCE, payloadOffset, end - payloadOffset + upperLayer);
  return finishChecksum(addWords(bytes, payloadOffset, end, pseudoHeader));
}
