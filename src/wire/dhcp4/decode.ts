import { checkBytes } from "../../net/argument.ts";
import { NO_BYTES } from "../../net/bytes.ts";
import { readIpv4 } from "../../net/ipv4.ts";
import type { Message, Option } from "./message.ts";
import { END, OptionCode, PAD } from "./option-code.ts";
import { indexOptions } from "./options.ts";

/** What can be wrong with the framing of a message. Only `too-short` makes a message unusable. */
export const PROBLEM_TEXT = {
  "too-short": "the message is shorter than the 236 bytes of the fixed fields (RFC 2131 section 2)",
  "hardware-address-too-long": "hlen is greater than the 16 bytes of chaddr; 16 are used",
  "missing-end": "the options end without an End option (255)",
  "missing-length": "an option code at the very end has no length byte",
  "truncated-option": "the option is longer than what is left of its field; it was left out",
  "invalid-overload": "option 52 must be one byte of value 1, 2 or 3 (RFC 2132 section 9.3); it was ignored",
  "repeated-overload": "option 52 occurs more than once; the first one counts",
  "nested-overload": "option 52 stands in an overloaded field; it was ignored",
} as const;

/** What is wrong with a message: a key of `PROBLEM_TEXT`. */
export type ProblemKind = keyof typeof PROBLEM_TEXT;

/** What is wrong with a message, and where. */
export interface Problem {
  readonly kind: ProblemKind;
  /** Where it is, counted from the first byte of the message. */
  readonly offset: number;
  /** Code of the option it belongs to. */
  readonly option: number | undefined;
}

/** A message, with what is wrong inside it and could be left out; or why there is none. */
export type DecodeResult =
  | { readonly ok: true; readonly message: Message; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problem: Problem };

/** Size of the fixed fields, `op` to `file`. */
export const FIXED_LENGTH = 236;
/** Offset of `sname`, of `file`, and of the first option behind the magic cookie. */
export const SNAME_OFFSET = 44;
export const FILE_OFFSET = 108;
export const OPTIONS_OFFSET = 240;
/** 99.130.83.99, RFC 2131 section 3. */
export const MAGIC_COOKIE = 0x63825363;

/** Values of option 52: the bits say which fields carry options. */
const OVERLOAD_FILE = 1;
const OVERLOAD_SNAME = 2;

const NO_PROBLEMS: readonly Problem[] = Object.freeze([]);

/**
 * Decodes the first `length` bytes as a BOOTP or DHCPv4 message (RFC 951, RFC 2131 section 2). Any
 * bytes give a message or an error, in time proportional to their number. Values of options are not
 * looked at: they are views of `bytes`, and one that makes no sense hides no other. What is wrong
 * with the framing is listed in `problems`; the rest is usable. Throws TypeError for what is no
 * Uint8Array; a Buffer is one.
 */
export function decode(bytes: Uint8Array, length?: number): DecodeResult {
  checkBytes(bytes, "bytes");
  if (length === undefined || length > bytes.length) length = bytes.length;
  if (length < FIXED_LENGTH) return { ok: false, problem: { kind: "too-short", offset: length, option: undefined } };

  const problems: Problem[] = [];
  const options: Option[] = [];
  const cookie = length >= OPTIONS_OFFSET && readIpv4(bytes, FIXED_LENGTH) === MAGIC_COOKIE;
  let overload = 0;
  if (cookie) {
    overload = readOptions(bytes, OPTIONS_OFFSET, length, false, options, problems);
    if ((overload & OVERLOAD_FILE) !== 0) readOptions(bytes, FILE_OFFSET, FIXED_LENGTH, true, options, problems);
    if ((overload & OVERLOAD_SNAME) !== 0) readOptions(bytes, SNAME_OFFSET, FILE_OFFSET, true, options, problems);
  }

  const hlen = bytes[2] as number;
  if (hlen > 16) problems.push({ kind: "hardware-address-too-long", offset: 2, option: undefined });

  const message: Message = {
    op: bytes[0] as number,
    htype: bytes[1] as number,
    hlen,
    hops: bytes[3] as number,
    xid: readIpv4(bytes, 4),
    secs: ((bytes[8] as number) << 8) | (bytes[9] as number),
    flags: ((bytes[10] as number) << 8) | (bytes[11] as number),
    ciaddr: readIpv4(bytes, 12),
    yiaddr: readIpv4(bytes, 16),
    siaddr: readIpv4(bytes, 20),
    giaddr: readIpv4(bytes, 24),
    chaddr: hlen === 0 ? NO_BYTES : bytes.subarray(28, 28 + Math.min(hlen, 16)),
    sname: (overload & OVERLOAD_SNAME) !== 0 ? NO_BYTES : untilNul(bytes, SNAME_OFFSET, FILE_OFFSET),
    file: (overload & OVERLOAD_FILE) !== 0 ? NO_BYTES : untilNul(bytes, FILE_OFFSET, FIXED_LENGTH),
    cookie,
    options,
  };
  const index = indexOptions(options);
  return {
    ok: true,
    message: index === undefined ? message : { ...message, index },
    problems: problems.length === 0 ? NO_PROBLEMS : problems,
  };
}

/**
 * Reads the options of one field into `options` and returns the value of option 52, 0 when there is
 * none.
 */
function readOptions(bytes: Uint8Array, start: number, end: number, overloaded: boolean, options: Option[], problems: Problem[]): number {
  let overload = 0;
  let at = start;
  while (at < end) {
    const code = bytes[at] as number;
    if (code === PAD) {
      at++;
      continue;
    }
    if (code === END) return overload;
    if (at + 1 >= end) {
      problems.push({ kind: "missing-length", offset: at, option: code });
      return overload;
    }
    const next = at + 2 + (bytes[at + 1] as number);
    if (next > end) {
      problems.push({ kind: "truncated-option", offset: at, option: code });
      return overload;
    }
    if (code !== OptionCode.overload) {
      // Empty ones need no view each: thousands of them fit into one message.
      options.push({ code, data: next === at + 2 ? NO_BYTES : bytes.subarray(at + 2, next) });
    } else if (overloaded) {
      problems.push({ kind: "nested-overload", offset: at, option: code });
    } else if (overload !== 0) {
      problems.push({ kind: "repeated-overload", offset: at, option: code });
    } else {
      const value = next === at + 3 ? (bytes[at + 2] as number) : 0;
      if (value >= 1 && value <= 3) overload = value;
      else problems.push({ kind: "invalid-overload", offset: at, option: code });
    }
    at = next;
  }
  problems.push({ kind: "missing-end", offset: end, option: undefined });
  return overload;
}

/**
 * A field up to its first NUL; all of it when there is none, for a full field needs no terminator.
 */
function untilNul(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (bytes[start] === 0) return NO_BYTES;
  let at = start + 1;
  while (at < end && bytes[at] !== 0) at++;
  return bytes.subarray(start, at);
}
