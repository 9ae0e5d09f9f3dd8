import { type Ipv4, readIpv4, writeIpv4 } from "../../net/ipv4.ts";
import { addWords, checksum, finishChecksum } from "./checksum.ts";

export const IPV4_HEADER_LENGTH = 20;
export const UDP_HEADER_LENGTH = 8;
const HEADERS_LENGTH = IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH;
const PROTOCOL_UDP = 17;

/**
 * Writes an IPv4 and a UDP header, 28 bytes, in front of the payload that stands at `payloadOffset`
 * (RFC 791, RFC 768), and returns the length of the packet. The payload has at most 65507 bytes.
 * Addresses are in host order.
 */
export function writeIpv4Udp(
  into: Uint8Array,
  payloadOffset: number,
  payloadLength: number,
  source: Ipv4,
  sourcePort: number,
  destination: Ipv4,
  destinationPort: number,
): number {
  const ip = payloadOffset - HEADERS_LENGTH;
  const udp = payloadOffset - UDP_HEADER_LENGTH;
  const udpLength = UDP_HEADER_LENGTH + payloadLength;
  const total = IPV4_HEADER_LENGTH + udpLength;

  into[ip] = 0x45;
  into[ip + 1] = 0;
  into[ip + 2] = total >>> 8;
  into[ip + 3] = total;
  // Identification 0 with "don't fragment": the packet is an atomic datagram (RFC 6864).
  writeIpv4(into, ip + 4, 0x4000);
  into[ip + 8] = 64;
  into[ip + 9] = PROTOCOL_UDP;
  into[ip + 10] = 0;
  into[ip + 11] = 0;
  writeIpv4(into, ip + 12, source);
  writeIpv4(into, ip + 16, destination);
  writeU16(into, ip + 10, checksum(into, ip, udp));

  writeU16(into, udp, sourcePort);
  writeU16(into, udp + 2, destinationPort);
  writeU16(into, udp + 4, udpLength);
  writeU16(into, udp + 6, 0);
  // 0 would mean "not computed" (RFC 768).
  writeU16(into, udp + 6, udpChecksum(into, ip, udp, udpLength) || 0xffff);
  return total;
}

/** An IPv4 packet with UDP; or why it is none. */
export type ParsedIpv4Udp =
  | {
      readonly ok: true;
      readonly source: Ipv4;
      readonly destination: Ipv4;
      readonly sourcePort: number;
      readonly destinationPort: number;
      readonly payloadOffset: number;
      readonly payloadLength: number;
    }
  | { readonly ok: false; readonly reason: Ipv4UdpProblem };

/** Why a packet is not taken. */
export type Ipv4UdpProblem =
  | "truncated"
  | "not-ipv4"
  | "bad-ip-header"
  | "bad-ip-checksum"
  | "fragment"
  | "not-udp"
  | "bad-udp-length"
  | "bad-udp-checksum";

function refuse(reason: Ipv4UdpProblem): ParsedIpv4Udp {
  return { ok: false, reason };
}

/**
 * Parses the first `length` bytes as an IPv4 packet that holds a whole UDP datagram. IP options are
 * skipped, padding behind the packet is ignored. A UDP checksum of 0 was not computed and is
 * accepted (RFC 768); so is an IP checksum of 0, which some capture and offload paths leave.
 * `verifyUdpChecksum: false` is for packets whose checksum the sending side of the same machine has
 * not filled in yet.
 */
export function parseIpv4Udp(bytes: Uint8Array, length: number, options: { readonly verifyUdpChecksum: boolean }): ParsedIpv4Udp {
  const available = Math.min(length, bytes.length);
  if (available < HEADERS_LENGTH) return refuse("truncated");
  const first = bytes[0] as number;
  if (first >>> 4 !== 4) return refuse("not-ipv4");
  const udp = (first & 15) * 4;
  const total = readU16(bytes, 2);
  if (udp < IPV4_HEADER_LENGTH || total < udp) return refuse("bad-ip-header");
  if (total > available) return refuse("truncated");
  if (readU16(bytes, 10) !== 0 && checksum(bytes, 0, udp) !== 0) return refuse("bad-ip-checksum");
  // More fragments follow, or this one is not the first.
  if ((readU16(bytes, 6) & 0x3fff) !== 0) return refuse("fragment");
  if (bytes[9] !== PROTOCOL_UDP) return refuse("not-udp");
  if (total < udp + UDP_HEADER_LENGTH) return refuse("bad-udp-length");
  const udpLength = readU16(bytes, udp + 4);
  if (udpLength < UDP_HEADER_LENGTH || udp + udpLength > total) return refuse("bad-udp-length");
  if (options.verifyUdpChecksum && readU16(bytes, udp + 6) !== 0 && udpChecksum(bytes, 0, udp, udpLength) !== 0) {
    return refuse("bad-udp-checksum");
  }
  return {
    ok: true,
    source: readIpv4(bytes, 12),
    destination: readIpv4(bytes, 16),
    sourcePort: readU16(bytes, udp),
    destinationPort: readU16(bytes, udp + 2),
    payloadOffset: udp + UDP_HEADER_LENGTH,
    payloadLength: udpLength - UDP_HEADER_LENGTH,
  };
}

/**
 * Over the pseudo-header (addresses, protocol, length) and the datagram; 0 when the datagram holds
 * its right checksum.
 */
function udpChecksum(bytes: Uint8Array, ip: number, udp: number, udpLength: number): number {
  const pseudoHeader = addWords(bytes, ip + 12, ip + 20, PROTOCOL_UDP + udpLength);
  return finishChecksum(addWords(bytes, udp, udp + udpLength, pseudoHeader));
}

function readU16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
