import { readU32 } from "../../net/bytes.ts";
import { type DecodeResult as Dhcp4Result, decode as decodeDhcp4, FIXED_LENGTH, MAGIC_COOKIE, OPTIONS_OFFSET } from "../dhcp4/decode.ts";
import { Op } from "../dhcp4/message.ts";
import { type DecodeResult as Dhcp6Result, decode as decodeDhcp6 } from "../dhcp6/decode.ts";
import { MessageType } from "../dhcp6/message.ts";
import { type DecodePacketOptions, type DecodePacketResult, decodePacket } from "./decode-packet.ts";
import { LinkType } from "./link.ts";

/** What bytes turned out to be: a packet of a link, or a message alone. */
export type Guess =
  | { readonly kind: "packet"; readonly linkType: number; readonly result: DecodePacketResult }
  | { readonly kind: "dhcp4"; readonly result: Dhcp4Result }
  | { readonly kind: "dhcp6"; readonly result: Dhcp6Result };

/** How `guessPacket` decodes. */
export interface GuessOptions extends DecodePacketOptions {
  /** The protocol of a message, where that is known; a packet says it itself. */
  readonly protocol?: "dhcp4" | "dhcp6" | undefined;
}

/** The one that people paste most first. */
const LINK_TYPES: readonly number[] = [LinkType.ethernet, LinkType.raw, LinkType.linuxSll2, LinkType.linuxSll, LinkType.null];
const LAST_DHCP6_TYPE = MessageType["ADDR-REG-REPLY"];

/**
 * Decodes bytes of which nobody said what they are: a DHCPv4 or DHCPv6 message, or a packet from its
 * link or IP header up. What can't be told is taken for an Ethernet frame, or for a message of
 * `protocol`.
 */
export function guessPacket(bytes: Uint8Array, options: GuessOptions = {}): Guess {
  const { protocol } = options;
  if (protocol !== "dhcp6" && hasCookie(bytes)) return { kind: "dhcp4", result: decodeDhcp4(bytes) };
  for (const linkType of LINK_TYPES) {
    const result = decodePacket(bytes, linkType, options);
    if (isLikely(result)) return { kind: "packet", linkType, result };
  }
  const dhcp6 = decodeDhcp6(bytes);
  if (protocol === "dhcp6") return { kind: "dhcp6", result: dhcp6 };
  const isDhcp6 = dhcp6.ok && dhcp6.message.type > 0 && dhcp6.message.type <= LAST_DHCP6_TYPE && dhcp6.problems.length === 0;
  if (protocol !== "dhcp4" && isDhcp6) return { kind: "dhcp6", result: dhcp6 };
  const dhcp4 = decodeDhcp4(bytes);
  if (protocol === "dhcp4" || (dhcp4.ok && isOp(dhcp4.message.op))) return { kind: "dhcp4", result: dhcp4 };
  if (dhcp6.ok && dhcp6.message.type > 0 && dhcp6.message.type <= LAST_DHCP6_TYPE) return { kind: "dhcp6", result: dhcp6 };
  return { kind: "packet", linkType: LinkType.ethernet, result: decodePacket(bytes, LinkType.ethernet, options) };
}

function hasCookie(bytes: Uint8Array): boolean {
  return bytes.length >= OPTIONS_OFFSET && isOp(bytes[0] as number) && readU32(bytes, FIXED_LENGTH) === MAGIC_COOKIE;
}

function isOp(op: number): boolean {
  return op === Op.request || op === Op.reply;
}

/** Whether its link header leads to something, be that malformed. */
function isLikely(result: DecodePacketResult): boolean {
  if (result.ok) return result.packet.kind !== "other";
  return result.error.layer !== "link" && result.error.reason !== "bad-version";
}
