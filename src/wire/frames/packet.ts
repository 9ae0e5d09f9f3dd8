import type { Message as Dhcp4Message } from "../dhcp4/message.ts";
import type { Message as Dhcp6Message } from "../dhcp6/message.ts";
import type { ArpPacket } from "./arp.ts";
import type { Fragment, IpHeader, Ipv4Header, Ipv6Header } from "./ip-headers.ts";
import type { LinkHeader } from "./link.ts";
import type { NdMessage } from "./nd-message.ts";

/** Ports of a UDP datagram (RFC 768). */
export interface UdpPorts {
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** A message of ICMP or ICMPv6 (RFC 792, RFC 4443); which of them, the IP header says. */
export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
  /** What follows type, code and checksum: at least four bytes. */
  readonly body: Uint8Array;
}

/** A DHCPv4 or BOOTP message and what it came in. */
export interface Dhcp4Packet {
  readonly kind: "dhcp4";
  readonly link: LinkHeader;
  readonly ip: Ipv4Header;
  readonly udp: UdpPorts;
  readonly message: Dhcp4Message;
}

/** A DHCPv6 message and what it came in. */
export interface Dhcp6Packet {
  readonly kind: "dhcp6";
  readonly link: LinkHeader;
  readonly ip: Ipv6Header;
  readonly udp: UdpPorts;
  readonly message: Dhcp6Message;
}

/** A UDP datagram that is not of DHCP, by its ports. */
export interface UdpPacket {
  readonly kind: "udp";
  readonly link: LinkHeader;
  readonly ip: IpHeader;
  readonly udp: UdpPorts;
  readonly payload: Uint8Array;
}

/** ARP for IPv4 over Ethernet (RFC 826). */
export interface ArpOverLink {
  readonly kind: "arp";
  readonly link: LinkHeader;
  readonly arp: ArpPacket;
}

/** ICMP, or ICMPv6 that is not Neighbor Discovery. */
export interface IcmpPacket {
  readonly kind: "icmp";
  readonly link: LinkHeader;
  readonly ip: IpHeader;
  readonly icmp: IcmpMessage;
}

/** Neighbor Discovery (RFC 4861). */
export interface NdPacket {
  readonly kind: "nd";
  readonly link: LinkHeader;
  readonly ip: Ipv6Header;
  readonly nd: NdMessage;
}

/** A piece of an IP packet, whose payload is not looked at. */
export interface FragmentPacket {
  readonly kind: "fragment";
  readonly link: LinkHeader;
  readonly ip: IpHeader;
  readonly fragment: Fragment;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/** Another protocol over IP. */
export interface OtherIpPacket {
  readonly kind: "ip";
  readonly link: LinkHeader;
  readonly ip: IpHeader;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/** Neither IP nor ARP for IPv4 over Ethernet. */
export interface OtherPacket {
  readonly kind: "other";
  readonly link: LinkHeader;
  /** Below 1536: the length of an IEEE 802.3 frame. 0: a link without EtherTypes. */
  readonly etherType: number;
  readonly payload: Uint8Array;
}

/**
 * A whole packet from its link header up. Byte strings of a decoded packet are views of the bytes it
 * was decoded from.
 */
export type Packet =
  | Dhcp4Packet
  | Dhcp6Packet
  | UdpPacket
  | ArpOverLink
  | IcmpPacket
  | NdPacket
  | FragmentPacket
  | OtherIpPacket
  | OtherPacket;

/** What is wrong with a packet, or can't be made into one. */
export const PACKET_PROBLEM_TEXT = {
  "unknown-link-type": "no packets of this link type can be decoded, only Ethernet, raw IP, Linux cooked (SLL, SLL2), null and loop",
  truncated: "the packet ends before what its headers promise: the capture kept only the beginning of it",
  "bad-version": "the version in the IP header is not that of its EtherType",
  "bad-length": "a length in the header is one that it can't be",
  "bad-checksum": "the checksum is wrong",
  "no-checksum": "the UDP checksum is 0, which IPv6 does not allow (RFC 8200 section 8.1)",
  "bad-hop-limit": "the hop limit is not 255, so it may come from beyond the link (RFC 4861 section 6.1)",
  "too-long": "it is longer than what its headers can say",
} as const;

/** One of `PACKET_PROBLEM_TEXT`. */
export type PacketProblemReason = keyof typeof PACKET_PROBLEM_TEXT;

/** The header that a problem is in. */
export type PacketLayer = "link" | "ipv4" | "ipv6" | "udp" | "arp" | "icmp" | "icmpv6" | "nd";
