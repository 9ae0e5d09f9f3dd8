import { readU16, readU32, writeU16, writeU32 } from "../../net/bytes.ts";
import { EtherType } from "./ethernet.ts";

/*
 * What stands in front of the network layer, by the link types of captures
 * (https://www.tcpdump.org/linktypes.html).
 */

/** The link types whose packets can be decoded. */
export const LinkType = {
  null: 0,
  ethernet: 1,
  raw: 101,
  loop: 108,
  linuxSll: 113,
  ipv4: 228,
  ipv6: 229,
  linuxSll2: 276,
} as const;

/** Raw IP in files that were written before it had the number 101. */
const OLD_RAW: readonly number[] = [12, 14];

/** What the tags of IEEE 802.1Q and 802.1ad begin with, and an older number of the latter. */
export const TagType = { vlan: 0x8100, service: 0x88a8, oldService: 0x9100 } as const;

/** A VLAN tag (IEEE 802.1Q). */
export interface VlanTag {
  /** What it begins with: `TagType`. */
  readonly type: number;
  /** `PCP`: 0 to 7. */
  readonly priority: number;
  /** `DEI`. */
  readonly dropEligible: boolean;
  /** `VID`: 0 to 4095. */
  readonly id: number;
}

/** An Ethernet II header. Addresses are six bytes; tags stand with the outermost first. */
export interface EthernetHeader {
  readonly kind: "ethernet";
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly vlans: readonly VlanTag[];
}

/** Linux cooked mode, version 1 or 2: what a capture on all interfaces has for a header. */
export interface CookedHeader {
  readonly kind: "linux-sll" | "linux-sll2";
  /** 0: to this machine; 1: broadcast; 2: multicast; 3: to another; 4: sent by this one. */
  readonly packetType: number;
  /** `ARPHRD_`: 1 is Ethernet. */
  readonly hardwareType: number;
  /** Of the sender; at most 8 bytes. */
  readonly address: Uint8Array;
  /** 0 in version 1, which does not have it. */
  readonly interfaceIndex: number;
  readonly vlans: readonly VlanTag[];
}

/** The loopback of the BSDs: an address family, as the capturing machine numbers them. */
export interface LoopbackHeader {
  readonly kind: "null" | "loop";
  readonly family: number;
  /** Always false for `loop`. */
  readonly littleEndian: boolean;
}

/** Nothing: the packet begins with its IP header. */
export interface NoHeader {
  readonly kind: "raw";
}

/** What stands in front of the network layer. */
export type LinkHeader = EthernetHeader | CookedHeader | LoopbackHeader | NoHeader;

/** The link type that a capture of such packets has. */
export function linkTypeOf({ kind }: LinkHeader): number {
  switch (kind) {
    case "ethernet":
      return LinkType.ethernet;
    case "linux-sll":
      return LinkType.linuxSll;
    case "linux-sll2":
      return LinkType.linuxSll2;
    case "null":
      return LinkType.null;
    case "loop":
      return LinkType.loop;
    case "raw":
      return LinkType.raw;
  }
}

/** A header, the EtherType of what follows it, and where that begins. */
export interface ParsedLink {
  readonly header: LinkHeader;
  /** Of a loopback or raw packet: that of its IP version; 0: it is none of IP. */
  readonly etherType: number;
  readonly payloadOffset: number;
}

/** `AF_INET6` of Linux, NetBSD and OpenBSD, FreeBSD, macOS; `AF_INET` is 2 for all. */
const FAMILIES_OF_IPV6: readonly number[] = [10, 24, 28, 30];
const FAMILY_OF_IPV4 = 2;
const SLL_LENGTH = 16;
const SLL2_LENGTH = 20;
/** Bytes of the field for the hardware address. */
const SLL_ADDRESS = 8;
const LOOPBACK_LENGTH = 4;

/**
 * Parses the header that packets of a link type have; a reason when the packet is too short for it,
 * or the link type is none of `LinkType`. Addresses are views.
 */
export function parseLink(bytes: Uint8Array, linkType: number): ParsedLink | "truncated" | "unknown-link-type" {
  switch (linkType) {
    case LinkType.ethernet:
      return parseEthernetHeader(bytes);
    case LinkType.linuxSll:
      return parseCooked(bytes);
    case LinkType.linuxSll2:
      return parseCooked2(bytes);
    case LinkType.null:
    case LinkType.loop:
      return parseLoopback(bytes, linkType === LinkType.null ? "null" : "loop");
    case LinkType.raw:
    case LinkType.ipv4:
    case LinkType.ipv6:
      return parseRaw(bytes);
    default:
      return OLD_RAW.includes(linkType) ? parseRaw(bytes) : "unknown-link-type";
  }
}

function parseEthernetHeader(bytes: Uint8Array): ParsedLink | "truncated" {
  const tagged = parseTags(bytes, 12);
  if (tagged === undefined) return "truncated";
  const { vlans, etherType, payloadOffset } = tagged;
  return {
    header: { kind: "ethernet", destination: bytes.subarray(0, 6), source: bytes.subarray(6, 12), vlans },
    etherType,
    payloadOffset,
  };
}

/** The tags from here on, and the EtherType behind them. */
function parseTags(
  bytes: Uint8Array,
  at: number,
): { readonly vlans: readonly VlanTag[]; readonly etherType: number; readonly payloadOffset: number } | undefined {
  const vlans: VlanTag[] = [];
  for (; at + 2 <= bytes.length; at += 4) {
    const type = readU16(bytes, at);
    if (!isTag(type)) return { vlans, etherType: type, payloadOffset: at + 2 };
    if (at + 4 > bytes.length) return undefined;
    const control = readU16(bytes, at + 2);
    vlans.push({ type, priority: control >>> 13, dropEligible: (control & 0x1000) !== 0, id: control & 0xfff });
  }
  return undefined;
}

export function isTag(etherType: number): boolean {
  return etherType === TagType.vlan || etherType === TagType.service || etherType === TagType.oldService;
}

function parseCooked(bytes: Uint8Array): ParsedLink | "truncated" {
  if (bytes.length < SLL_LENGTH) return "truncated";
  const tagged = parseTags(bytes, SLL_LENGTH - 2);
  if (tagged === undefined) return "truncated";
  const { vlans, etherType, payloadOffset } = tagged;
  const address = bytes.subarray(6, 6 + Math.min(readU16(bytes, 4), SLL_ADDRESS));
  const [packetType, hardwareType] = [readU16(bytes, 0), readU16(bytes, 2)];
  return { header: { kind: "linux-sll", packetType, hardwareType, address, interfaceIndex: 0, vlans }, etherType, payloadOffset };
}

function parseCooked2(bytes: Uint8Array): ParsedLink | "truncated" {
  if (bytes.length < SLL2_LENGTH) return "truncated";
  // The protocol stands in front; the tags, if it is one, behind the header.
  const first = readU16(bytes, 0);
  const tagged = isTag(first) ? parseInnerTags(bytes, first) : { vlans: [], etherType: first, payloadOffset: SLL2_LENGTH };
  if (tagged === undefined) return "truncated";
  const { vlans, etherType, payloadOffset } = tagged;
  const header: CookedHeader = {
    kind: "linux-sll2",
    packetType: bytes[10] as number,
    hardwareType: readU16(bytes, 8),
    address: bytes.subarray(12, 12 + Math.min(bytes[11] as number, SLL_ADDRESS)),
    interfaceIndex: readU32(bytes, 4),
    vlans,
  };
  return { header, etherType, payloadOffset };
}

/** Behind the header of version 2 stands the rest of the tag that its protocol is the type of. */
function parseInnerTags(bytes: Uint8Array, type: number): ReturnType<typeof parseTags> {
  if (bytes.length < SLL2_LENGTH + 4) return undefined;
  const control = readU16(bytes, SLL2_LENGTH);
  const tag = { type, priority: control >>> 13, dropEligible: (control & 0x1000) !== 0, id: control & 0xfff };
  const inner = parseTags(bytes, SLL2_LENGTH + 2);
  return inner && { ...inner, vlans: [tag, ...inner.vlans] };
}

function parseLoopback(bytes: Uint8Array, kind: "null" | "loop"): ParsedLink | "truncated" {
  if (bytes.length < LOOPBACK_LENGTH) return "truncated";
  const big = readU32(bytes, 0);
  // A family is a small number, so its bytes tell their order.
  const littleEndian = kind === "null" && big > 0xffff;
  const family = littleEndian ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) : big;
  const etherType = family === FAMILY_OF_IPV4 ? EtherType.ipv4 : FAMILIES_OF_IPV6.includes(family) ? EtherType.ipv6 : 0;
  return { header: { kind, family, littleEndian }, etherType, payloadOffset: LOOPBACK_LENGTH };
}

function parseRaw(bytes: Uint8Array): ParsedLink | "truncated" {
  if (bytes.length === 0) return "truncated";
  const version = (bytes[0] as number) >>> 4;
  return { header: { kind: "raw" }, etherType: version === 4 ? EtherType.ipv4 : version === 6 ? EtherType.ipv6 : 0, payloadOffset: 0 };
}

/**
 * The header in front of a packet of this EtherType, in a byte string of its own; undefined when a
 * field of it has no place in its form: an Ethernet address that is not of six bytes, say.
 */
export function linkHeaderBytes(header: LinkHeader, etherType: number): Uint8Array | undefined {
  switch (header.kind) {
    case "ethernet": {
      if (header.destination.length !== 6 || header.source.length !== 6) return undefined;
      const tags = tagBytes(header.vlans, etherType);
      const bytes = new Uint8Array(12 + tags.length);
      bytes.set(header.destination);
      bytes.set(header.source, 6);
      bytes.set(tags, 12);
      return bytes;
    }
    case "linux-sll":
    case "linux-sll2":
      return header.address.length > SLL_ADDRESS ? undefined : cookedBytes(header, tagBytes(header.vlans, etherType));
    case "null":
    case "loop": {
      const bytes = new Uint8Array(LOOPBACK_LENGTH);
      new DataView(bytes.buffer).setUint32(0, header.family, header.littleEndian);
      return bytes;
    }
    case "raw":
      return new Uint8Array(0);
  }
}

/** The tags, and the EtherType behind them. */
function tagBytes(vlans: readonly VlanTag[], etherType: number): Uint8Array {
  const bytes = new Uint8Array(4 * vlans.length + 2);
  for (const [i, { type, priority, dropEligible, id }] of vlans.entries()) {
    writeU16(bytes, 4 * i, type);
    writeU16(bytes, 4 * i + 2, ((priority & 7) << 13) | (dropEligible ? 0x1000 : 0) | (id & 0xfff));
  }
  writeU16(bytes, 4 * vlans.length, etherType);
  return bytes;
}

function cookedBytes({ kind, packetType, hardwareType, address, interfaceIndex }: CookedHeader, tags: Uint8Array): Uint8Array {
  if (kind === "linux-sll") {
    const bytes = new Uint8Array(SLL_LENGTH - 2 + tags.length);
    writeU16(bytes, 0, packetType);
    writeU16(bytes, 2, hardwareType);
    writeU16(bytes, 4, address.length);
    bytes.set(address, 6);
    bytes.set(tags, SLL_LENGTH - 2);
    return bytes;
  }
  const bytes = new Uint8Array(SLL2_LENGTH + tags.length - 2);
  bytes.set(tags.subarray(0, 2));
  writeU32(bytes, 4, interfaceIndex);
  writeU16(bytes, 8, hardwareType);
  bytes[10] = packetType;
  bytes[11] = address.length;
  bytes.set(address, 12);
  bytes.set(tags.subarray(2), SLL2_LENGTH);
  return bytes;
}
