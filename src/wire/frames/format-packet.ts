import { readU16, readU32, toHex } from "../../net/bytes.ts";
import { formatIpv4 } from "../../net/ipv4.ts";
import { formatIpv6 } from "../../net/ipv6.ts";
import { formatMac } from "../../net/mac.ts";
import { formatMessage as formatDhcp4 } from "../dhcp4/format.ts";
import { formatMessage as formatDhcp6 } from "../dhcp6/format.ts";
import { ArpOperation, type ArpPacket } from "./arp.ts";
import type { IpHeader } from "./ip-headers.ts";
import type { LinkHeader } from "./link.ts";
import { type NdMessage, type NdOption, NdType, NeighborFlag, RouterFlag } from "./nd-message.ts";
import type { IcmpMessage, Packet } from "./packet.ts";

/**
 * A packet for people: what it came in on one line, what it is below, with all that the message has.
 * Bytes that nothing is known of are in hex.
 */
export function formatPacket(packet: Packet): string {
  return `${formatAddresses(packet)}\n${formatContent(packet)}`;
}

/**
 * The addresses on one line, from the link up: `02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, VLAN 5,
 * 0.0.0.0:68 > 255.255.255.255:67`.
 */
export function formatAddresses(packet: Packet): string {
  const parts = linkParts(packet.link);
  if ("ip" in packet) {
    const { source, destination } = addressesOf(packet.ip);
    if ("udp" in packet) {
      const { sourcePort, destinationPort } = packet.udp;
      const [from, to] = packet.ip.version === 6 ? [`[${source}]`, `[${destination}]`] : [source, destination];
      parts.push(`${from}:${sourcePort} > ${to}:${destinationPort}`);
    } else parts.push(`${source} > ${destination}`);
  }
  return parts.join(", ");
}

/** Source and destination as text. */
export function addressesOf(ip: IpHeader): { readonly source: string; readonly destination: string } {
  return ip.version === 4
    ? { source: formatIpv4(ip.source), destination: formatIpv4(ip.destination) }
    : { source: formatIpv6(ip.source), destination: formatIpv6(ip.destination) };
}

function linkParts(link: LinkHeader): string[] {
  switch (link.kind) {
    case "ethernet":
      return [`${formatMac(link.source)} > ${formatMac(link.destination)}`, ...vlanParts(link.vlans)];
    case "linux-sll":
    case "linux-sll2": {
      const from = link.address.length === 0 ? "" : ` from ${formatMac(link.address)}`;
      const on = link.interfaceIndex === 0 ? "" : ` on interface ${link.interfaceIndex}`;
      return [`${COOKED_TYPES[link.packetType] ?? `packet type ${link.packetType}`}${from}${on}`, ...vlanParts(link.vlans)];
    }
    default:
      return [];
  }
}

/** By `packetType` of Linux cooked mode. */
const COOKED_TYPES: readonly string[] = ["received", "broadcast", "multicast", "for another host", "sent"];

function vlanParts(vlans: readonly { readonly id: number }[]): string[] {
  return vlans.map(({ id }) => `VLAN ${id}`);
}

function formatContent(packet: Packet): string {
  switch (packet.kind) {
    case "dhcp4":
      return formatDhcp4(packet.message);
    case "dhcp6":
      return formatDhcp6(packet.message);
    case "arp":
      return formatArp(packet.arp);
    case "icmp":
      return packet.ip.version === 4 ? formatIcmp("ICMP", ICMP_TYPES, packet.icmp) : formatIcmp("ICMPv6", ICMPV6_TYPES, packet.icmp);
    case "nd":
      return formatNd(packet.nd);
    case "udp":
      return `UDP, ${bytesOf(packet.payload)}`;
    case "fragment": {
      const { offset, more, identification } = packet.fragment;
      const place = `bytes ${offset} to ${offset + packet.payload.length - 1}${more ? "" : ", the last"}`;
      return `fragment of packet ${identification} of protocol ${packet.protocol}: ${place}`;
    }
    case "ip":
      return `IP protocol ${packet.protocol}, ${bytesOf(packet.payload)}`;
    case "other": {
      const type = packet.etherType >= 0x600 ? `EtherType 0x${packet.etherType.toString(16).padStart(4, "0")}` : "no IP";
      return `${type}, ${bytesOf(packet.payload)}`;
    }
  }
}

function bytesOf({ length }: Uint8Array): string {
  return length === 1 ? "1 byte" : `${length} bytes`;
}

function formatArp({ operation, senderAddress, senderHardwareAddress, targetAddress }: ArpPacket): string {
  const [sender, target, mac] = [formatIpv4(senderAddress), formatIpv4(targetAddress), formatMac(senderHardwareAddress)];
  if (operation === ArpOperation.request) return `ARP request: who has ${target}? from ${sender}, ${mac}`;
  if (operation === ArpOperation.reply) return `ARP reply: ${sender} is at ${mac}`;
  return `ARP operation ${operation}: from ${sender}, ${mac}, about ${target}`;
}

/** IANA's registries of ICMP and ICMPv6 types, those that one sees. */
const ICMP_TYPES: Readonly<Record<number, string>> = {
  0: "echo reply",
  3: "destination unreachable",
  5: "redirect",
  8: "echo request",
  9: "router advertisement",
  10: "router solicitation",
  11: "time exceeded",
  12: "parameter problem",
};
const ICMPV6_TYPES: Readonly<Record<number, string>> = {
  1: "destination unreachable",
  2: "packet too big",
  3: "time exceeded",
  4: "parameter problem",
  128: "echo request",
  129: "echo reply",
  130: "multicast listener query",
  131: "multicast listener report",
  132: "multicast listener done",
  143: "multicast listener report, version 2",
};

function formatIcmp(name: string, types: Readonly<Record<number, string>>, { type, code, body }: IcmpMessage): string {
  const word = types[type] ?? `type ${type}`;
  if (word.startsWith("echo"))
    return `${name} ${word}, identifier ${readU16(body, 0)}, sequence ${readU16(body, 2)}, ${bytesOf(body.subarray(4))}`;
  return `${name} ${word}, code ${code}, ${bytesOf(body.subarray(4))}`;
}

function formatNd(nd: NdMessage): string {
  return [headlineOfNd(nd), ...nd.options.map((option) => `  ${formatNdOption(option)}`)].join("\n");
}

function headlineOfNd(nd: NdMessage): string {
  switch (nd.type) {
    case NdType.routerSolicitation:
      return "router solicitation";
    case NdType.routerAdvertisement: {
      const managed = (nd.flags & RouterFlag.managed) === 0 ? "" : ", addresses by DHCPv6";
      const other = (nd.flags & RouterFlag.otherConfiguration) === 0 ? "" : ", other configuration by DHCPv6";
      return `router advertisement${managed}${other}, router lifetime ${nd.routerLifetime} s`;
    }
    case NdType.neighborSolicitation:
      return `neighbor solicitation: who has ${formatIpv6(nd.target)}?`;
    case NdType.neighborAdvertisement: {
      const flags = Object.entries(NeighborFlag).filter(([, flag]) => (nd.flags & flag) !== 0);
      return [`neighbor advertisement: ${formatIpv6(nd.target)}`, ...flags.map(([name]) => name)].join(", ");
    }
    case NdType.redirect:
      return `redirect: to ${formatIpv6(nd.destination)} by ${formatIpv6(nd.target)}`;
  }
}

/** RFC 4861 section 4.6; others in hex. */
function formatNdOption({ type, data }: NdOption): string {
  if (type === 1) return `source link-layer address ${formatMac(data)}`;
  if (type === 2) return `target link-layer address ${formatMac(data)}`;
  if (type === 3 && data.length === 30) {
    const flags = data[1] as number;
    const how = `${(flags & 0x80) === 0 ? "" : ", on link"}${(flags & 0x40) === 0 ? "" : ", addresses of its hosts' own"}`;
    return `prefix ${formatIpv6(data.subarray(14, 30))}/${data[0]}${how}, valid ${readU32(data, 2)} s, preferred ${readU32(data, 6)} s`;
  }
  if (type === 5 && data.length === 6) return `MTU ${readU32(data, 2)}`;
  return `option ${type} ${toHex(data)}`;
}
