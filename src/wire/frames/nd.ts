import { equalBytes, NO_BYTES, writeBytes, writeU16, writeU32 } from "../../net/bytes.ts";
import { IPV6_UNSPECIFIED, type Ipv6, isMulticast } from "../../net/ipv6.ts";
import { IPV6_HEADER_LENGTH, ipv6Checksum, NextHeader, parseIpv6Packet, writeIpv6 } from "./ipv6.ts";

/*
 * Neighbor Discovery (RFC 4861), as far as it tells who uses an address: Neighbor Solicitation and
 * Neighbor Advertisement, each an IPv6 packet of its own.
 */

/** Types of the ICMPv6 messages. */
export const NeighborType = { solicitation: 135, advertisement: 136 } as const;

/** Bytes of such a packet without options. */
export const NEIGHBOR_LENGTH: number = IPV6_HEADER_LENGTH + 24;

/** No router forwards a packet that it would still have, so it comes from the link itself. */
const HOP_LIMIT = 255;

/** Offsets from the ICMPv6 header. */
const CODE = 1;
const CHECKSUM = 2;
const FLAGS = 4;
const TARGET = 8;
const OPTIONS = 24;
/** The flag of an answer, in front of those of other meanings. */
const SOLICITED = 0x40;
/** Options that hold a link-layer address: of the sender, of the target. */
const SOURCE_LINK_LAYER_ADDRESS = 1;
const TARGET_LINK_LAYER_ADDRESS = 2;

const SOLICITED_NODE = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff);

/** A packet of neighbor discovery (RFC 4861). */
export interface NeighborPacket {
  readonly type: (typeof NeighborType)[keyof typeof NeighborType];
  /** Unspecified: of one who does not have an address yet (RFC 4862 section 5.4.2). */
  readonly source: Ipv6;
  readonly destination: Ipv6;
  /** The address that is asked for, or that the sender tells of. Views when parsed. */
  readonly target: Ipv6;
  /** Whether it answers a solicitation that was sent from an address. */
  readonly solicited: boolean;
  /**
   * Of the sender of a solicitation, of the target of an advertisement, with the padding that its
   * option may have; empty: it is not told.
   */
  readonly linkLayerAddress: Uint8Array;
}

/** The multicast group that whoever has the address listens to (RFC 4291 section 2.7.1). */
export function solicitedNode(address: Ipv6): Ipv6 {
  const group = new Uint8Array(16);
  group.set(SOLICITED_NODE);
  group.set(address.subarray(13, 16), 13);
  return group;
}

/** Where on an Ethernet packets to a multicast group are sent to (RFC 2464 section 7). */
export function multicastHardwareAddress(group: Ipv6): Uint8Array {
  const address = Uint8Array.of(0x33, 0x33, 0, 0, 0, 0);
  address.set(group.subarray(12, 16), 2);
  return address;
}

/**
 * Writes an IPv6 packet with a Neighbor Solicitation or Advertisement at `offset` and returns its
 * length (RFC 4861 sections 4.3 and 4.4). A link-layer address has six bytes, or none.
 */
export function writeNeighbor(into: Uint8Array, offset: number, packet: NeighborPacket): number {
  const { type, source, destination, target, solicited, linkLayerAddress } = packet;
  const icmp = offset + IPV6_HEADER_LENGTH;
  const payloadLength = OPTIONS + (linkLayerAddress.length === 0 ? 0 : 8);
  writeIpv6(into, offset, payloadLength, { nextHeader: NextHeader.icmpv6, hopLimit: HOP_LIMIT, source, destination });
  into[icmp] = type;
  into[icmp + CODE] = 0;
  writeU16(into, icmp + CHECKSUM, 0);
  writeU32(into, icmp + FLAGS, 0);
  if (solicited) into[icmp + FLAGS] = SOLICITED;
  writeBytes(into, icmp + TARGET, target);
  if (linkLayerAddress.length > 0) {
    into[icmp + OPTIONS] = type === NeighborType.solicitation ? SOURCE_LINK_LAYER_ADDRESS : TARGET_LINK_LAYER_ADDRESS;
    into[icmp + OPTIONS + 1] = 1;
    into.set(linkLayerAddress.subarray(0, 6), icmp + OPTIONS + 2);
  }
  const end = icmp + payloadLength;
  writeU16(into, icmp + CHECKSUM, ipv6Checksum(into, offset, end, NextHeader.icmpv6));
  return end - offset;
}

/**
 * Parses an IPv6 packet with a Neighbor Solicitation or Advertisement that is valid by RFC 4861
 * sections 7.1.1 and 7.1.2; undefined for anything else. Addresses are views.
 */
export function parseNeighbor(bytes: Uint8Array, offset: number, limit: number = bytes.length): NeighborPacket | undefined {
  const ip = parseIpv6Packet(bytes, offset, limit);
  if (ip === undefined || ip.nextHeader !== NextHeader.icmpv6 || ip.hopLimit !== HOP_LIMIT) return undefined;
  const { source, destination, payloadOffset: icmp, payloadEnd: end } = ip;
  if (end - icmp < OPTIONS) return undefined;
  const type = bytes[icmp];
  if ((type !== NeighborType.solicitation && type !== NeighborType.advertisement) || bytes[icmp + CODE] !== 0) return undefined;
  const isSolicitation = type === NeighborType.solicitation;
  const target = bytes.subarray(icmp + TARGET, icmp + OPTIONS);
  const linkLayerAddress = linkLayerAddressIn(
    bytes.subarray(icmp + OPTIONS, end),
    isSolicitation ? SOURCE_LINK_LAYER_ADDRESS : TARGET_LINK_LAYER_ADDRESS,
  );
  if (isMulticast(target) || linkLayerAddress === undefined) return undefined;
  const solicited = !isSolicitation && ((bytes[icmp + FLAGS] as number) & SOLICITED) !== 0;
  if (solicited && isMulticast(destination)) return undefined;
  if (isSolicitation && equalBytes(source, IPV6_UNSPECIFIED) && (linkLayerAddress.length > 0 || !isSolicitedNode(destination))) {
    return undefined;
  }
  if (ipv6Checksum(bytes, offset, end, NextHeader.icmpv6) !== 0) return undefined;
  return { type, source, destination, target, solicited, linkLayerAddress };
}

/** Of the first option of this type; empty: there is none; undefined: the options are malformed. */
function linkLayerAddressIn(options: Uint8Array, type: number): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  for (let at = 0; at < options.length; ) {
    // In units of eight bytes, with those of type and length themselves.
    const length = (options[at + 1] ?? 0) * 8;
    if (length === 0 || at + length > options.length) return undefined;
    if (options[at] === type) found ??= options.subarray(at + 2, at + length);
    at += length;
  }
  return found ?? NO_BYTES;
}

function isSolicitedNode(address: Ipv6): boolean {
  return equalBytes(address.subarray(0, SOLICITED_NODE.length), SOLICITED_NODE);
}
