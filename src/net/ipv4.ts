import { checkNumber, isBytes, MAKES_IPV4 } from "./argument.ts";

/**
 * An IPv4 address as an unsigned 32-bit number in host order: 10.0.0.1 is 0x0a000001.
 * Zero is 0.0.0.0, which DHCP uses for "not set".
 */
export type Ipv4 = number;

/** 0.0.0.0: no address, or any. */
export const IPV4_ANY: Ipv4 = 0;
/** 255.255.255.255: everybody on the link. */
export const IPV4_BROADCAST: Ipv4 = 0xffffffff;

/**
 * Reads dotted decimal, four parts of 0 to 255 without leading zeros; undefined when the text is
 * anything else.
 */
export function parseIpv4(text: string): Ipv4 | undefined {
  let address = 0;
  let byte = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT && digits > 0 && dots < 3) {
      address = address * 256 + byte;
      byte = 0;
      digits = 0;
      dots++;
    } else if (code >= ZERO && code <= ZERO + 9 && (digits === 0 || byte > 0)) {
      byte = byte * 10 + code - ZERO;
      digits++;
      if (byte > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && digits > 0 ? address * 256 + byte : undefined;
}

const DOT = 46;
const ZERO = 48;

/** An address in dotted decimal. Throws TypeError for what is no number. */
export function formatIpv4(address: Ipv4): string {
  if (typeof address !== "number") checkNumber(address, "address", isBytes(address) ? "formatIpv6" : MAKES_IPV4);
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Reads four bytes in network order. The caller has checked that they are there. */
export function readIpv4(bytes: Uint8Array, offset: number): Ipv4 {
  return (
    (((bytes[offset] as number) << 24) |
      ((bytes[offset + 1] as number) << 16) |
      ((bytes[offset + 2] as number) << 8) |
      (bytes[offset + 3] as number)) >>>
    0
  );
}

/** Writes four bytes in network order. */
export function writeIpv4(bytes: Uint8Array, offset: number, address: Ipv4): void {
  bytes[offset] = address >>> 24;
  bytes[offset + 1] = address >>> 16;
  bytes[offset + 2] = address >>> 8;
  bytes[offset + 3] = address;
}
