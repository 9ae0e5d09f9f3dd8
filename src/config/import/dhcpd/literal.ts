import { toHex } from "../../../net/bytes.ts";
import type { Token } from "./lexer.ts";

/** Bytes as dhcp-eval(5) writes them: text in quotes, or hex such as 1:0:5e or ff. */
export function bytesOf({ kind, text }: Token): Uint8Array | undefined {
  if (kind === "string") return Uint8Array.from(bytesOfText(text));
  if (kind !== "word" || !/^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2})*$/.test(text)) return undefined;
  return Uint8Array.from(text.split(":"), (digits) => Number.parseInt(digits, 16));
}

/** Characters up to 255 are bytes, as escapes make them; others are UTF-8. */
export function bytesOfText(text: string): Uint8Array {
  const isBytes = [...text].every((char) => (char.codePointAt(0) as number) < 256);
  return isBytes ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : new TextEncoder().encode(text);
}

/** As our expressions and matches write bytes: text in single quotes where it can be, else 0x and hex. */
export function literalOf(bytes: Uint8Array): string {
  const isText = bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c);
  if (isText) return `'${String.fromCharCode(...bytes)}'`;
  return bytes.length === 0 ? "''" : `0x${toHex(bytes)}`;
}

/** An identifier in a match: text in quotes, or hex. */
export function identifierOf(bytes: Uint8Array): string {
  const literal = literalOf(bytes);
  return literal.startsWith("'") ? literal : toHex(bytes).replace(/(..)(?=.)/g, "$1:");
}
