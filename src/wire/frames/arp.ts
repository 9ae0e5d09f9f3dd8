import { type Ipv4, readIpv4, writeIpv4 } from "../../net/ipv4.ts";

/** Bytes of an ARP packet for IPv4 over Ethernet (RFC 826). */
export const ARP_LENGTH = 28;
/** What an ARP packet does (RFC 826). */
export const ArpOperation = { request: 1, reply: 2 } as const;

/** An ARP packet for IPv4 over Ethernet. Its addresses are views of what it was read from. */
export interface ArpPacket {
  readonly operation: number;
  readonly senderHardwareAddress: Uint8Array;
  readonly senderAddress: Ipv4;
  readonly targetHardwareAddress: Uint8Array;
  readonly targetAddress: Ipv4;
}

/**
 * Writes an ARP packet at `offset` and returns its length. A probe (RFC 5227 section 2.1.1) has the
 * sender address 0.0.0.0.
 */
export function writeArp(into: Uint8Array, offset: number, packet: ArpPacket): number {
  writeIpv4(into, offset, 0x00010800);
  into[offset + 4] = 6;
  into[offset + 5] = 4;
  into[offset + 6] = packet.operation >>> 8;
  into[offset + 7] = packet.operation;
  into.set(packet.senderHardwareAddress.subarray(0, 6), offset + 8);
  writeIpv4(into, offset + 14, packet.senderAddress);
  into.set(packet.targetHardwareAddress.subarray(0, 6), offset + 18);
  writeIpv4(into, offset + 24, packet.targetAddress);
  return ARP_LENGTH;
}

/**
 * Parses an ARP packet for IPv4 over Ethernet; undefined for anything else. Hardware addresses are
 * views.
 */
export function parseArp(bytes: Uint8Array, offset: number, end: number = bytes.length): ArpPacket | undefined {
  if (offset + ARP_LENGTH > Math.min(end, bytes.length)) return undefined;
  if (readIpv4(bytes, offset) !== 0x00010800 || bytes[offset + 4] !== 6 || bytes[offset + 5] !== 4) return undefined;
  return {
    operation: ((bytes[offset + 6] as number) << 8) | (bytes[offset + 7] as number),
    senderHardwareAddress: bytes.subarray(offset + 8, offset + 14),
    senderAddress: readIpv4(bytes, offset + 14),
    targetHardwareAddress: bytes.subarray(offset + 18, offset + 24),
    targetAddress: readIpv4(bytes, offset + 24),
  };
}
