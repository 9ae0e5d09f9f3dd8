import { fromHex } from "../../net/bytes.ts";
import { formatMac } from "../../net/mac.ts";

/**
 * Reads hex pairs with or without colons, or text in single or double quotes; undefined when it is
 * neither or empty.
 */
export function parseIdentifier(text: string): Uint8Array | undefined {
  const quoted = /^(['"])(.*)\1$/su.exec(text);
  const bytes = quoted !== null ? new TextEncoder().encode(quoted[2]) : fromHex(text);
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

/**
 * Text that `parseIdentifier` reads back: quoted when all of it is printable ASCII, else hex with
 * colons.
 */
export function formatIdentifier(bytes: Uint8Array): string {
  const printable = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return printable ? `'${String.fromCharCode(...bytes)}'` : formatMac(bytes);
}
