/**
 * The packets around a DHCP message, and those that ask whether an address is in use.
 *
 * @module
 */

export { ARP_LENGTH, ArpOperation, type ArpPacket, parseArp, writeArp } from "./arp.ts";
export { checksum } from "./checksum.ts";
export {
  ETHERNET_BROADCAST,
  ETHERNET_HEADER_LENGTH,
  type EthernetFrame,
  EtherType,
  parseEthernet,
  writeEthernet,
} from "./ethernet.ts";
export { type IcmpEcho, IcmpType, parseIcmpEcho, writeIcmpEcho } from "./icmp.ts";
export { type Ipv4UdpProblem, type ParsedIpv4Udp, parseIpv4Udp, writeIpv4Udp } from "./ipv4-udp.ts";
export { IPV6_HEADER_LENGTH, type Ipv6Packet, ipv6Checksum, NextHeader, parseIpv6Packet, writeIpv6 } from "./ipv6.ts";
export {
  multicastHardwareAddress,
  NEIGHBOR_LENGTH,
  type NeighborPacket,
  NeighborType,
  parseNeighbor,
  solicitedNode,
  writeNeighbor,
} from "./nd.ts";
