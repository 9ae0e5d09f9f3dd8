/**
 * The packets around a DHCP message, and those that ask whether an address is in use.
 *
 * @module
 */

export { ARP_LENGTH, ArpOperation, type ArpPacket, parseArp, writeArp } from "./arp.ts";
export { checksum } from "./checksum.ts";
export {
  type DecodePacketOptions,
  type DecodePacketResult,
  decodePacket,
  type MessageProblem,
  type PacketError,
} from "./decode-packet.ts";
export { type EncodePacketResult, encodePacket } from "./encode-packet.ts";
export {
  ETHERNET_BROADCAST,
  ETHERNET_HEADER_LENGTH,
  type EthernetFrame,
  EtherType,
  parseEthernet,
  writeEthernet,
} from "./ethernet.ts";
export { addressesOf, formatAddresses, formatPacket } from "./format-packet.ts";
export { type Guess, type GuessOptions, guessPacket } from "./guess.ts";
export { type IcmpEcho, IcmpType, parseIcmpEcho, writeIcmpEcho } from "./icmp.ts";
export { type ExtensionHeader, type Fragment, type IpHeader, IpProtocol, type Ipv4Header, type Ipv6Header } from "./ip-headers.ts";
export { type Ipv4UdpProblem, type ParsedIpv4Udp, parseIpv4Udp, writeIpv4Udp } from "./ipv4-udp.ts";
export { IPV6_HEADER_LENGTH, type Ipv6Packet, ipv6Checksum, NextHeader, parseIpv6Packet, writeIpv6 } from "./ipv6.ts";
export {
  type CookedHeader,
  type EthernetHeader,
  type LinkHeader,
  LinkType,
  type LoopbackHeader,
  linkTypeOf,
  type NoHeader,
  TagType,
  type VlanTag,
} from "./link.ts";
export {
  multicastHardwareAddress,
  NEIGHBOR_LENGTH,
  type NeighborPacket,
  NeighborType,
  parseNeighbor,
  solicitedNode,
  writeNeighbor,
} from "./nd.ts";
export { type NdMessage, type NdOption, NdType, NeighborFlag, RouterFlag } from "./nd-message.ts";
export {
  type ArpOverLink,
  type Dhcp4Packet,
  type Dhcp6Packet,
  type FragmentPacket,
  type IcmpMessage,
  type IcmpPacket,
  type NdPacket,
  type OtherIpPacket,
  type OtherPacket,
  PACKET_PROBLEM_TEXT,
  type Packet,
  type PacketLayer,
  type PacketProblemReason,
  type UdpPacket,
  type UdpPorts,
} from "./packet.ts";
