import { checkBytes } from "../../net/argument.ts";
import { readU16 } from "../../net/bytes.ts";
import { isFromServer, type Message, MessageType, type Option, type Relay } from "./message.ts";
import { OptionCode } from "./option-code.ts";

/** What can be wrong with the framing of a message, and whether that makes it unusable. */
export const PROBLEM_TEXT = {
  "too-short": "the message is shorter than its fixed fields (RFC 8415 section 8)",
  "relay-too-short": "the relay message is shorter than its 34 bytes of fixed fields (RFC 8415 section 9)",
  "missing-relay-message": "the relay message has no whole Relay Message option (9)",
  "too-many-relays": "the message went through more than 32 relays",
  "mixed-relays": "RELAY-REPL is around what no server sends, or RELAY-FORW around what one does",
  "missing-length": "an option code at the very end has no length",
  "truncated-option": "the option is longer than what is left of the message; it was left out",
  "repeated-relay-message": "the Relay Message option (9) occurs more than once; the first one counts",
} as const;

/** What is wrong with a datagram: a key of `PROBLEM_TEXT`. */
export type ProblemKind = keyof typeof PROBLEM_TEXT;

/** What is wrong with a datagram, and where. */
export interface Problem {
  readonly kind: ProblemKind;
  /** Where it is, counted from the first byte of the datagram. */
  readonly offset: number;
  /** Code of the option it belongs to. */
  readonly option: number | undefined;
}

/** A message, with what is wrong inside it and could be left out; or why there is none. */
export type DecodeResult =
  | { readonly ok: true; readonly message: Message; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problem: Problem };

/** `msg-type` and `transaction-id`. */
export const MESSAGE_HEADER = 4;
/** `msg-type`, `hop-count`, `link-address` and `peer-address`. */
export const RELAY_HEADER = 34;
export const LINK_ADDRESS_OFFSET = 2;
export const PEER_ADDRESS_OFFSET = 18;
/** `option-code` and `option-len`. */
export const OPTION_HEADER = 4;
/**
 * Relays around a message: HOP_COUNT_LIMIT is 8 (RFC 8415 section 7.6), it was 32 in RFC 3315, and
 * there are relays that still have that.
 */
export const MAX_RELAYS = 32;

const NO_PROBLEMS: readonly Problem[] = Object.freeze([]);
const NO_RELAYS: readonly Relay[] = Object.freeze([]);

/**
 * Decodes the first `length` bytes as a DHCPv6 message, taking it out of the relay messages around
 * it (RFC 8415 sections 8 and 9). Any bytes give a message or an error, in time proportional to
 * their number. Values of options are not looked at: they are views of `bytes`, and one that makes
 * no sense hides no other. What is wrong with the framing of a usable message is listed in
 * `problems`. Throws TypeError for what is no Uint8Array; a Buffer is one.
 */
export function decode(bytes: Uint8Array, length?: number): DecodeResult {
  checkBytes(bytes, "bytes");
  if (length === undefined || length > bytes.length) length = bytes.length;
  const problems: Problem[] = [];
  let relays: Relay[] | undefined;
  let direction: number | undefined;
  let at = 0;
  let end = length;
  while (at < end && isRelay(bytes[at] as number)) {
    if (direction !== undefined && direction !== bytes[at]) return failed("mixed-relays", at);
    direction = bytes[at];
    if (end - at < RELAY_HEADER) return failed("relay-too-short", at);
    relays ??= [];
    if (relays.length === MAX_RELAYS) return failed("too-many-relays", at);
    const options: Option[] = [];
    const inner = readRelayOptions(bytes, at + RELAY_HEADER, end, options, problems);
    if (inner < 0) return failed("missing-relay-message", at);
    relays.push({
      hopCount: bytes[at + 1] as number,
      linkAddress: bytes.subarray(at + LINK_ADDRESS_OFFSET, at + PEER_ADDRESS_OFFSET),
      peerAddress: bytes.subarray(at + PEER_ADDRESS_OFFSET, at + RELAY_HEADER),
      options,
    });
    at = inner;
    end = inner + readU16(bytes, inner - 2);
  }
  if (end - at < MESSAGE_HEADER) return failed("too-short", at);
  const type = bytes[at] as number;
  if (direction !== undefined && isFromServer(type) !== (direction === MessageType["RELAY-REPL"])) return failed("mixed-relays", at);

  const options: Option[] = [];
  readInto(bytes, at + MESSAGE_HEADER, end, options, problems);
  return {
    ok: true,
    message: {
      type,
      transactionId: ((bytes[at + 1] as number) << 16) | readU16(bytes, at + 2),
      options,
      relays: relays ?? NO_RELAYS,
    },
    problems: problems.length === 0 ? NO_PROBLEMS : problems,
  };
}

function failed(kind: ProblemKind, offset: number): DecodeResult {
  return { ok: false, problem: { kind, offset, option: undefined } };
}

function isRelay(type: number): boolean {
  return type === MessageType["RELAY-FORW"] || type === MessageType["RELAY-REPL"];
}

/**
 * Reads the options of a relay message and returns where the value of its Relay Message option
 * starts; -1 when there is none.
 */
function readRelayOptions(bytes: Uint8Array, start: number, end: number, options: Option[], problems: Problem[]): number {
  const all: Option[] = [];
  readInto(bytes, start, end, all, problems);
  let inner = -1;
  let at = start;
  for (let i = 0; i < all.length; i++) {
    const option = all[i] as Option;
    if (option.code !== OptionCode.relayMessage) options.push(option);
    else if (inner < 0) inner = at + OPTION_HEADER;
    else problems.push({ kind: "repeated-relay-message", offset: at, option: option.code });
    at += OPTION_HEADER + option.data.length;
  }
  return inner;
}

/** Reads the options between two places. */
export function readInto(bytes: Uint8Array, start: number, end: number, options: Option[], problems: Problem[] | undefined): void {
  let at = start;
  while (at < end) {
    if (end - at < OPTION_HEADER) {
      const option = end - at < 2 ? undefined : readU16(bytes, at);
      problems?.push({ kind: "missing-length", offset: at, option });
      return;
    }
    const code = readU16(bytes, at);
    const next = at + OPTION_HEADER + readU16(bytes, at + 2);
    if (next > end) {
      problems?.push({ kind: "truncated-option", offset: at, option: code });
      return;
    }
    options.push({ code, data: bytes.subarray(at + OPTION_HEADER, next) });
    at = next;
  }
}
