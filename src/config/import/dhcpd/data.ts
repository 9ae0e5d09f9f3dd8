import { toHex } from "../../../net/bytes.ts";
import type { Token } from "./lexer.ts";

/* Data as dhcpd.conf writes it: text in quotes, or bytes in hex between colons. */

const ENCODER = new TextEncoder();

/** The bytes of a string or of hex; undefined: it is neither. */
export function bytesOf({ kind, text }: Token): Uint8Array | undefined {
  if (kind === "string") return latin(text) ?? ENCODER.encode(text);
  if (kind !== "word" || !/^[0-9a-f]{1,2}(:[0-9a-f]{1,2})*$/i.test(text)) return undefined;
  return Uint8Array.from(text.split(":"), (digits) => Number.parseInt(digits, 16));
}

/** Text whose escapes name bytes. */
function latin(text: string): Uint8Array | undefined {
  const codes = [...text].map((character) => character.codePointAt(0) as number);
  return codes.every((code) => code <= 0xff) ? Uint8Array.from(codes) : undefined;
}

const PLAIN = /^[\x20-\x26\x28-\x7e]+$/;

/** A literal of class expressions. */
export function literalOf(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes);
  if (bytes.length === 0) return "''";
  return PLAIN.test(text) ? `'${text}'` : `0x${toHex(bytes)}`;
}

/** An identifier as `match` has it. */
export function identifierOf(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes);
  return PLAIN.test(text) ? `'${text}'` : Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** What stands between commas. */
export function parted(words: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  for (const word of words) {
    if (word.kind === "sign" && word.text === ",") parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}
