import { checkBytes } from "./argument.ts";

const MAC = /^(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}|[0-9a-f]{12})$/i;

/**
 * Reads a hardware address of six bytes as documents and switches write it: aa:bb:cc:dd:ee:ff,
 * aa-bb-cc-dd-ee-ff, aabb.ccdd.eeff or aabbccddeeff; undefined when the text is anything else.
 */
export function parseMac(text: string): Uint8Array | undefined {
  if (!MAC.test(text)) return undefined;
  const digits = text.replace(/[:.-]/g, "");
  return Uint8Array.from({ length: 6 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/**
 * Hex pairs joined by colons, for hardware addresses of any length. Throws TypeError for what is no
 * bytes.
 */
export function formatMac(bytes: Uint8Array): string {
  checkBytes(bytes, "bytes", "parseMac of leasehold/net, which makes them of text");
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
