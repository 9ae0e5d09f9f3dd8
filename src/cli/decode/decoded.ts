/** One packet of the input, decoded as far as it goes. */
import type { CapturedPacket } from "../../wire/capture/index.ts";
import { PROBLEM_TEXT as DHCP4_PROBLEM_TEXT } from "../../wire/dhcp4/decode.ts";
import type { Message as Dhcp4Message } from "../../wire/dhcp4/message.ts";
import { PROBLEM_TEXT as DHCP6_PROBLEM_TEXT } from "../../wire/dhcp6/decode.ts";
import type { Message as Dhcp6Message } from "../../wire/dhcp6/message.ts";
import { type DecodePacketOptions, decodePacket, guessPacket, type Packet } from "../../wire/frames/index.ts";
import type { InputItem } from "./input.ts";

export interface DecodeOptions extends DecodePacketOptions {
  /** What a message without a packet around it is; undefined: guess. */
  readonly protocol: "dhcp4" | "dhcp6" | undefined;
}

/** What is wrong with a message that could be decoded. */
export interface Problem {
  readonly text: string;
  readonly offset: number;
  readonly option: number | undefined;
}

export type Content =
  | { readonly kind: "packet"; readonly packet: Packet; readonly problems: readonly Problem[] }
  | { readonly kind: "dhcp4"; readonly message: Dhcp4Message; readonly problems: readonly Problem[] }
  | { readonly kind: "dhcp6"; readonly message: Dhcp6Message; readonly problems: readonly Problem[] }
  /** `layer` and `reason` are stable names. */
  | { readonly kind: "error"; readonly layer: string; readonly reason: string; readonly text: string; readonly offset: number };

export interface Decoded {
  readonly content: Content;
  readonly bytes: Uint8Array;
  /** What the capture says of it; undefined: it is of none. */
  readonly captured: CapturedPacket | undefined;
  /** Where in a text it stands. */
  readonly place: string | undefined;
}

export function decodeItem(item: Exclude<InputItem, { kind: "problem" }>, options: DecodeOptions): Decoded {
  if (item.kind === "bytes") return { content: guessed(item.bytes, options), bytes: item.bytes, captured: undefined, place: item.place };
  const { bytes, linkType } = item.packet;
  return { content: ofPacket(bytes, linkType, options), bytes, captured: item.packet, place: undefined };
}

const WRONG_CHECKSUM = "is wrong: so it is in packets that the capturing machine sent itself and whose checksum its network card computes";

/** A packet whose checksum is wrong is decoded nevertheless, and that told as a problem of it. */
function ofPacket(bytes: Uint8Array, linkType: number, options: DecodeOptions): Content {
  const result = decodePacket(bytes, linkType, options);
  if (result.ok) return { kind: "packet", packet: result.packet, problems: result.problems };
  const { layer, reason, text, offset } = result.error;
  if (reason === "bad-checksum" || reason === "no-checksum") {
    const again = decodePacket(bytes, linkType, { ...options, verifyChecksums: false });
    const problem = reason === "bad-checksum" ? `the checksum of ${NAMES[layer] ?? layer} ${WRONG_CHECKSUM}` : text;
    if (again.ok)
      return { kind: "packet", packet: again.packet, problems: [{ text: problem, offset, option: undefined }, ...again.problems] };
    return { kind: "error", ...again.error };
  }
  return { kind: "error", layer, reason, text, offset };
}

const NAMES: Readonly<Record<string, string>> = { ipv4: "the IPv4 header", udp: "UDP", icmp: "ICMP", icmpv6: "ICMPv6" };

function guessed(bytes: Uint8Array, options: DecodeOptions): Content {
  const guess = guessPacket(bytes, options);
  switch (guess.kind) {
    case "packet":
      return ofPacket(bytes, guess.linkType, options);
    case "dhcp4": {
      const { result } = guess;
      if (!result.ok) return asError("dhcp4", result.problem, DHCP4_PROBLEM_TEXT);
      return { kind: "dhcp4", message: result.message, problems: inWords(result.problems, DHCP4_PROBLEM_TEXT) };
    }
    case "dhcp6": {
      const { result } = guess;
      if (!result.ok) return asError("dhcp6", result.problem, DHCP6_PROBLEM_TEXT);
      return { kind: "dhcp6", message: result.message, problems: inWords(result.problems, DHCP6_PROBLEM_TEXT) };
    }
  }
}

interface OfMessage<K> {
  readonly kind: K;
  readonly offset: number;
  readonly option: number | undefined;
}

function asError<K extends string>(layer: string, { kind, offset }: OfMessage<K>, words: Readonly<Record<K, string>>): Content {
  return { kind: "error", layer, reason: kind, text: words[kind], offset };
}

function inWords<K extends string>(problems: readonly OfMessage<K>[], words: Readonly<Record<K, string>>): readonly Problem[] {
  return problems.map(({ kind, offset, option }) => ({ text: words[kind], offset, option }));
}

/** The protocol of DHCP that it is of; undefined: it is of none, or can't be decoded. */
export function protocolOf({ content }: Decoded): "dhcp4" | "dhcp6" | undefined {
  if (content.kind === "error") return content.layer === "dhcp4" || content.layer === "dhcp6" ? content.layer : undefined;
  const kind = content.kind === "packet" ? content.packet.kind : content.kind;
  return kind === "dhcp4" || kind === "dhcp6" ? kind : undefined;
}
