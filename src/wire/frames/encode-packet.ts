import { writeU16 } from "../../net/bytes.ts";
import { LARGEST_MESSAGE_SIZE as LARGEST_DHCP4, sizeOnWire } from "../dhcp4/encode.ts";
import { encodeMessage as encodeDhcp4 } from "../dhcp4/encode-given.ts";
import { MESSAGE_HEADER } from "../dhcp6/decode.ts";
import { LARGEST_MESSAGE_SIZE as LARGEST_DHCP6, optionsSize } from "../dhcp6/encode.ts";
import { encodeMessage as encodeDhcp6 } from "../dhcp6/encode-given.ts";
import { ARP_LENGTH, writeArp } from "./arp.ts";
import { EtherType } from "./ethernet.ts";
import { type Fragment, type IpHeader, IpProtocol, ipHeaderBytes, upperLayerChecksum } from "./ip-headers.ts";
import { UDP_HEADER_LENGTH } from "./ipv4-udp.ts";
import { type LinkHeader, linkHeaderBytes } from "./link.ts";
import { ndMessageBytes } from "./nd-message.ts";
import type { IcmpMessage, Packet, PacketLayer, UdpPorts } from "./packet.ts";

/** A packet as bytes, or why it can't be built. */
export type EncodePacketResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  /** `bad-length`: addresses, options or extension headers of a length that they can't have. */
  | { readonly ok: false; readonly layer: PacketLayer | "dhcp4" | "dhcp6"; readonly reason: "too-long" | "bad-length" };

/**
 * Builds a whole packet from its link header up, with the checksums and lengths in it; the payload
 * is not padded to what the link wants at least. `decodePacket` gives the same packet again, when
 * its ports are those of its kind. Throws TypeError for a message with a value of another type, and
 * RangeError for one with a number that its field can't hold.
 */
export function encodePacket(packet: Packet): EncodePacketResult {
  switch (packet.kind) {
    case "dhcp4": {
      const bytes = encodeDhcp4(packet.message);
      const size = packet.message.options.reduce((sum, option) => sum + sizeOnWire(option), FIXED_FIELDS);
      if (size > LARGEST_DHCP4) return refused("dhcp4", "too-long");
      return inIp(packet.link, packet.ip, IpProtocol.udp, datagram(packet.udp, bytes));
    }
    case "dhcp6": {
      const bytes = encodeDhcp6(packet.message);
      const isWhole = packet.message.options.every(({ data }) => data.length <= LARGEST_DHCP6);
      if (!isWhole || bytes.length < MESSAGE_HEADER + optionsSize(packet.message.options)) return refused("dhcp6", "too-long");
      return inIp(packet.link, packet.ip, IpProtocol.udp, datagram(packet.udp, bytes));
    }
    case "udp":
      return inIp(packet.link, packet.ip, IpProtocol.udp, datagram(packet.udp, packet.payload));
    case "icmp":
      return inIp(packet.link, packet.ip, icmpOf(packet.ip), icmpBytes(packet.icmp));
    case "nd": {
      const message = ndMessageBytes(packet.nd);
      return message === undefined ? refused("nd", "bad-length") : inIp(packet.link, packet.ip, IpProtocol.icmpv6, message);
    }
    case "fragment":
      return inIp(packet.link, packet.ip, packet.protocol, packet.payload, packet.fragment);
    case "ip":
      return inIp(packet.link, packet.ip, packet.protocol, packet.payload, "as it stands");
    case "arp": {
      const bytes = new Uint8Array(ARP_LENGTH);
      writeArp(bytes, 0, packet.arp);
      return onLink(packet.link, EtherType.arp, bytes);
    }
    case "other":
      return onLink(packet.link, packet.etherType, packet.payload);
  }
}

/** With magic cookie and End option. */
const FIXED_FIELDS = 241;

function refused(layer: PacketLayer | "dhcp4" | "dhcp6", reason: "too-long" | "bad-length"): EncodePacketResult {
  return { ok: false, layer, reason };
}

function icmpOf({ version }: IpHeader): number {
  return version === 4 ? IpProtocol.icmp : IpProtocol.icmpv6;
}

/** A datagram without its checksum, whose pseudo-header is not known yet. */
function datagram({ sourcePort, destinationPort }: UdpPorts, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(UDP_HEADER_LENGTH + payload.length);
  writeU16(bytes, 0, sourcePort);
  writeU16(bytes, 2, destinationPort);
  writeU16(bytes, 4, bytes.length);
  bytes.set(payload, UDP_HEADER_LENGTH);
  return bytes;
}

function icmpBytes({ type, code, body }: IcmpMessage): Uint8Array {
  const bytes = new Uint8Array(4 + Math.max(body.length, 4));
  bytes[0] = type;
  bytes[1] = code;
  bytes.set(body, 4);
  return bytes;
}

/** Offset of the checksum in what has one. */
const CHECKSUM_OFFSET: Readonly<Record<number, number>> = {
  [IpProtocol.udp]: 6,
  [IpProtocol.icmp]: 2,
  [IpProtocol.icmpv6]: 2,
};

/** `payload` is the caller's to give away, unless it goes out as it stands. */
function inIp(
  link: LinkHeader,
  ip: IpHeader,
  protocol: number,
  payload: Uint8Array,
  fragment?: Fragment | "as it stands",
): EncodePacketResult {
  const layer = ip.version === 4 ? "ipv4" : "ipv6";
  const header = ipHeaderBytes(ip, protocol, payload.length, fragment === "as it stands" ? undefined : fragment);
  if (typeof header === "string") return refused(layer, header);
  const at = CHECKSUM_OFFSET[protocol];
  if (fragment === undefined && at !== undefined) {
    const sum = upperLayerChecksum(ip, protocol, payload, 0, payload.length);
    // 0 would mean "not computed" (RFC 768).
    writeU16(payload, at, protocol === IpProtocol.udp ? sum || 0xffff : sum);
  }
  return onLink(link, ip.version === 4 ? EtherType.ipv4 : EtherType.ipv6, header, payload);
}

function onLink(link: LinkHeader, etherType: number, ...parts: readonly Uint8Array[]): EncodePacketResult {
  const header = linkHeaderBytes(link, etherType);
  if (header === undefined) return refused("link", "bad-length");
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, header.length));
  bytes.set(header);
  let at = header.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { ok: true, bytes };
}
