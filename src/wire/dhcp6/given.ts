import { readU16, readU32 } from "../../net/bytes.ts";
import { ADDRESS_LENGTH } from "../../net/ipv6-prefix.ts";
import { statusOf } from "./identity-association.ts";
import type { Message } from "./message.ts";
import { OptionCode } from "./option-code.ts";
import { StatusCode } from "./status-code.ts";

/** Bits of what an answer has: it gives an address or prefix. */
export const GIVES = 1;
/** It names one, with whatever lifetime. */
export const NAMES = 2;
/** The status of the message or of an association in it is not Success. */
export const FAILS = 4;

/** In front of the options of IA_NA and IA_PD: IAID, T1 and T2. */
const IA_HEADER = 12;

/**
 * What an answer has, for who wants to know no more of it: nothing is decoded (RFC 8415 sections
 * 21.4, 21.6, 21.13, 21.21 and 21.22).
 */
export function givenIn({ options }: Pick<Message, "options">): number {
  let found = statusOf(options) === StatusCode.Success ? 0 : FAILS;
  for (let i = 0; i < options.length; i++) {
    const { code, data } = options[i] as (typeof options)[number];
    if (code === OptionCode.iaNa || code === OptionCode.iaPd) found |= givenInAssociation(data);
  }
  return found;
}

/**
 * Writes the first address or prefix that an answer gives as an `Ipv6Prefix`, as it stands there;
 * false: it gives none, and nothing is written. Nothing is made of it.
 */
export function writeFirstGiven({ options }: Pick<Message, "options">, into: Uint8Array, at: number): boolean {
  for (let i = 0; i < options.length; i++) {
    const { code, data } = options[i] as (typeof options)[number];
    if ((code === OptionCode.iaNa || code === OptionCode.iaPd) && writeFirstOf(data, into, at)) return true;
  }
  return false;
}

function givenInAssociation(data: Uint8Array): number {
  let found = 0;
  let hasStatus = false;
  for (let at = IA_HEADER; at + 4 <= data.length; ) {
    const code = readU16(data, at);
    const size = readU16(data, at + 2);
    const value = at + 4;
    at = value + size;
    if (at > data.length) break;
    const lifetime = lifetimeOf(code, size, data, value);
    if (lifetime !== NO_LEASE) found |= lifetime > 0 ? GIVES | NAMES : NAMES;
    else if (code === OptionCode.statusCode && size >= 2 && !hasStatus) {
      hasStatus = true;
      if (readU16(data, value) !== StatusCode.Success) found |= FAILS;
    }
  }
  return found;
}

function writeFirstOf(data: Uint8Array, into: Uint8Array, to: number): boolean {
  for (let at = IA_HEADER; at + 4 <= data.length; ) {
    const code = readU16(data, at);
    const size = readU16(data, at + 2);
    const value = at + 4;
    at = value + size;
    if (at > data.length) break;
    if (lifetimeOf(code, size, data, value) <= 0) continue;
    const isPrefix = code === OptionCode.iaPrefix;
    const from = isPrefix ? value + 9 : value;
    for (let k = 0; k < 16; k++) into[to + k] = data[from + k] as number;
    into[to + 16] = isPrefix ? (data[value + 8] as number) : ADDRESS_LENGTH;
    return true;
  }
  return false;
}

const NO_LEASE = -1;

/** The valid lifetime of an address or prefix, whose option has its value at `value`. */
function lifetimeOf(code: number, size: number, data: Uint8Array, value: number): number {
  if (code === OptionCode.iaAddress && size >= 24) return readU32(data, value + 20);
  if (code === OptionCode.iaPrefix && size >= 25 && (data[value + 8] as number) <= ADDRESS_LENGTH) return readU32(data, value + 4);
  return NO_LEASE;
}
