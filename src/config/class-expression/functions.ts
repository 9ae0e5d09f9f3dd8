/**
 * The functions of class expressions on byte strings, with the results of Kea. Results are views of
 * the arguments where that can be.
 */

import { NO_BYTES } from "../../net/bytes.ts";
import { formatIpv4, readIpv4 } from "../../net/ipv4.ts";
import { formatIpv6 } from "../../net/ipv6.ts";

/**
 * `length` bytes from `start`; a negative start counts from the end, a negative length goes towards
 * the beginning, undefined is all the rest. Empty when the start is outside.
 */
export function substring(value: Uint8Array, start: number, length: number | undefined): Uint8Array {
  const size = value.length;
  if (start < -size || start >= size) return NO_BYTES;
  const from = start < 0 ? size + start : start;
  if (length === undefined) return value.subarray(from);
  return length >= 0 ? value.subarray(from, from + length) : value.subarray(Math.max(0, from + length), from);
}

/**
 * The field with this number, from 1, between delimiters, each byte of which is one; empty when
 * there is no such field.
 */
export function split(value: Uint8Array, delimiters: Uint8Array, field: number): Uint8Array {
  if (delimiters.length === 0) return value;
  let begin = 0;
  let number = 1;
  for (let i = 0; i < value.length; i++) {
    if (!delimiters.includes(value[i] as number)) continue;
    if (number === field) return value.subarray(begin, i);
    number++;
    begin = i + 1;
  }
  return number === field ? value.subarray(begin) : NO_BYTES;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const result = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

const DIGITS = new TextEncoder().encode("0123456789abcdef");

/** Two lower-case hexadecimal digits for each byte, with the separator between them. */
export function hexstring(value: Uint8Array, separator: Uint8Array): Uint8Array {
  if (value.length === 0) return NO_BYTES;
  const result = new Uint8Array(value.length * 2 + (value.length - 1) * separator.length);
  let at = 0;
  for (let i = 0; i < value.length; i++) {
    if (i > 0) {
      result.set(separator, at);
      at += separator.length;
    }
    const byte = value[i] as number;
    result[at++] = DIGITS[byte >>> 4] as number;
    result[at++] = DIGITS[byte & 15] as number;
  }
  return result;
}

/** ASCII letters in lower case; other bytes stay. */
export function lowerCase(value: Uint8Array): Uint8Array {
  return value.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
}

/** ASCII letters in upper case; other bytes stay. */
export function upperCase(value: Uint8Array): Uint8Array {
  return value.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte));
}

/** Dotted decimal of 4 bytes, RFC 5952 of 16; undefined for other lengths. Empty stays empty. */
export function addressToText(value: Uint8Array): Uint8Array | undefined {
  if (value.length === 0) return value;
  if (value.length === 4) return encode(formatIpv4(readIpv4(value, 0)));
  return value.length === 16 ? encode(formatIpv6(value)) : undefined;
}

/**
 * Decimal digits of a number of `size` bytes in network order; undefined when it has another
 * length. Empty stays empty.
 */
export function numberToText(value: Uint8Array, size: 1 | 2 | 4, signed: boolean): Uint8Array | undefined {
  if (value.length === 0) return value;
  if (value.length !== size) return undefined;
  let number = 0;
  for (let i = 0; i < size; i++) number = number * 256 + (value[i] as number);
  const limit = 2 ** (8 * size);
  return encode(String(signed && number >= limit / 2 ? number - limit : number));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
