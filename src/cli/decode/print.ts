/** A decoded packet for people, and as JSON for programs. */
import { styleText } from "node:util";
import { toHex } from "../../net/bytes.ts";
import { formatIpv4 } from "../../net/ipv4.ts";
import { formatIpv6 } from "../../net/ipv6.ts";
import { formatMac } from "../../net/mac.ts";
import { formatMessage as formatDhcp4 } from "../../wire/dhcp4/format.ts";
import { formatMessage as formatDhcp6 } from "../../wire/dhcp6/format.ts";
import { addressesOf, formatPacket, type LinkHeader, type Packet } from "../../wire/frames/index.ts";
import type { JsonValue } from "../../wire/values/values.ts";
import { LOOK as DHCP4 } from "../probe/dhcp4/look.ts";
import { LOOK as DHCP6 } from "../probe/dhcp6/look.ts";
import type { Content, Decoded } from "./decoded.ts";

/**
 * Where and when it was on the first line, then what it is, its options and what is wrong with it;
 * an empty line at the end.
 */
export function printPacket({ content, captured, place, bytes }: Decoded, number: number): string {
  const time = captured === undefined ? (place ?? "") : captured.time === undefined ? `packet ${number}` : formatTime(captured.time);
  const kept =
    captured !== undefined && captured.originalLength > bytes.length
      ? `  only ${bytes.length} of ${captured.originalLength} bytes were kept`
      : undefined;
  const [first = "", ...lines] = textOf(content).split("\n");
  const head = [time, captured?.interfaceName, content.kind === "packet" ? first : undefined].filter(Boolean).join(" ");
  const rest = content.kind === "packet" ? lines : [first, ...lines];
  const [title = "", ...fields] = rest;
  const color = content.kind === "error" ? "red" : "bold";
  return [
    ...(head === "" ? [] : [styleText("dim", head)]),
    styleText(color, title),
    ...fields,
    ...problemsOf(content),
    ...(kept === undefined ? [] : [styleText("yellow", kept)]),
    "",
    "",
  ].join("\n");
}

function textOf(content: Content): string {
  switch (content.kind) {
    case "packet":
      return formatPacket(content.packet);
    case "dhcp4":
      return formatDhcp4(content.message);
    case "dhcp6":
      return formatDhcp6(content.message);
    case "error":
      return `not decoded: ${content.layer}: ${content.text}, at byte ${content.offset}`;
  }
}

function problemsOf(content: Content): readonly string[] {
  if (content.kind === "error") return [];
  return content.problems.map(({ text, option, offset }) => {
    const where = option === undefined ? "" : ` in option ${option}`;
    return styleText("yellow", `  ! ${text}${where}, at byte ${offset}`);
  });
}

/** In UTC with nine digits of the second: `2026-01-31T12:00:00.000000001Z`. */
export function formatTime(nanoseconds: bigint): string {
  const milliseconds = Number(nanoseconds / 1_000_000n);
  // What no calendar of ours has; a file may say so.
  if (milliseconds > 8.64e15) return `${nanoseconds / 1_000_000_000n} s`;
  const rest = (nanoseconds % 1_000_000_000n).toString().padStart(9, "0");
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, `.${rest}Z`);
}

/** One object; those of DHCP have the message as `leasehold probe --json` does. */
export function packetToJson({ content, captured, place, bytes }: Decoded, number: number): JsonValue {
  return {
    number,
    ...(captured?.time === undefined ? {} : { time: formatTime(captured.time) }),
    ...(captured?.interfaceName === undefined ? {} : { interface: captured.interfaceName }),
    ...(captured === undefined || captured.originalLength === bytes.length ? {} : { originalLength: captured.originalLength }),
    ...(place === undefined ? {} : { place }),
    length: bytes.length,
    ...contentToJson(content, bytes),
  };
}

function contentToJson(content: Content, bytes: Uint8Array): Readonly<Record<string, JsonValue>> {
  if (content.kind === "error") {
    const { layer, reason, text, offset } = content;
    return { kind: "error", error: { layer, reason, text, offset }, hex: toHex(bytes) };
  }
  const problems = content.problems.map(({ text, offset, option }) => ({ text, offset, ...(option === undefined ? {} : { option }) }));
  switch (content.kind) {
    case "packet":
      return { kind: content.packet.kind, ...packetFields(content.packet), problems };
    case "dhcp4":
      return { kind: "dhcp4", message: DHCP4.toJson(content.message), problems };
    case "dhcp6":
      return { kind: "dhcp6", message: DHCP6.toJson(content.message), problems };
  }
}

function packetFields(packet: Packet): Readonly<Record<string, JsonValue>> {
  const link = linkToJson(packet.link);
  const ip = "ip" in packet ? { ip: { version: packet.ip.version, ...addressesOf(packet.ip), hopLimit: packet.ip.hopLimit } } : {};
  const udp = "udp" in packet ? { udp: { sourcePort: packet.udp.sourcePort, destinationPort: packet.udp.destinationPort } } : {};
  return { link, ...ip, ...udp, ...bodyOf(packet) };
}

function bodyOf(packet: Packet): Readonly<Record<string, JsonValue>> {
  switch (packet.kind) {
    case "dhcp4":
      return { message: DHCP4.toJson(packet.message) };
    case "dhcp6":
      return { message: DHCP6.toJson(packet.message) };
    case "arp": {
      const { operation, senderHardwareAddress, senderAddress, targetHardwareAddress, targetAddress } = packet.arp;
      return {
        arp: {
          operation,
          senderHardwareAddress: formatMac(senderHardwareAddress),
          senderAddress: formatIpv4(senderAddress),
          targetHardwareAddress: formatMac(targetHardwareAddress),
          targetAddress: formatIpv4(targetAddress),
        },
      };
    }
    case "icmp":
      return { icmp: { type: packet.icmp.type, code: packet.icmp.code, body: toHex(packet.icmp.body) } };
    case "nd": {
      const { options, ...fields } = packet.nd;
      const plain = Object.entries(fields).map(([name, value]) => [name, value instanceof Uint8Array ? formatIpv6(value) : value] as const);
      return { nd: { ...Object.fromEntries(plain), options: options.map(({ type, data }) => ({ type, hex: toHex(data) })) } };
    }
    case "fragment":
      return { fragment: { ...packet.fragment }, protocol: packet.protocol, payload: toHex(packet.payload) };
    case "ip":
      return { protocol: packet.protocol, payload: toHex(packet.payload) };
    case "udp":
      return { payload: toHex(packet.payload) };
    case "other":
      return { etherType: packet.etherType, payload: toHex(packet.payload) };
  }
}

function linkToJson(link: LinkHeader): JsonValue {
  switch (link.kind) {
    case "ethernet":
      return {
        kind: link.kind,
        source: formatMac(link.source),
        destination: formatMac(link.destination),
        vlans: link.vlans.map(({ id }) => id),
      };
    case "linux-sll":
    case "linux-sll2":
      return { kind: link.kind, source: formatMac(link.address), packetType: link.packetType, vlans: link.vlans.map(({ id }) => id) };
    default:
      return { kind: link.kind };
  }
}
