import { equalBytes } from "./bytes.ts";
import { formatIpv6, type Ipv6, parseIpv6 } from "./ipv6.ts";

/**
 * An IPv6 prefix: 17 bytes, those of its first address in network order and then its length, 0 to
 * 128. No bits are set behind the length. A single address is a prefix of 128 bits.
 */
export type Ipv6Prefix = Uint8Array;

/** Bytes of an `Ipv6Prefix`. */
export const IPV6_PREFIX_SIZE = 17;
/** The length of a prefix that is a single address. */
export const ADDRESS_LENGTH = 128;

/** The prefix of this length that holds the address, in bytes of its own. */
export function ipv6Prefix(address: Ipv6, length: number = ADDRESS_LENGTH): Ipv6Prefix {
  const prefix = new Uint8Array(IPV6_PREFIX_SIZE);
  const whole = length >>> 3;
  for (let i = 0; i < whole; i++) prefix[i] = address[i] as number;
  if (whole < 16) prefix[whole] = (address[whole] as number) & (0xff00 >> (length & 7));
  prefix[16] = length;
  return prefix;
}

/** The length of the prefix, 0 to 128. */
export function prefixLength(prefix: Ipv6Prefix): number {
  return prefix[16] as number;
}

/** The first address of the prefix: a view. */
export function firstAddress(prefix: Ipv6Prefix): Ipv6 {
  return prefix.subarray(0, 16);
}

/** The last address of the prefix, in bytes of its own. */
export function lastAddress(prefix: Ipv6Prefix): Ipv6 {
  const address = prefix.slice(0, 16);
  for (let bit = prefixLength(prefix); bit < ADDRESS_LENGTH; bit++)
    address[bit >>> 3] = (address[bit >>> 3] as number) | (0x80 >>> (bit & 7));
  return address;
}

/** Whether the address, or all of a prefix, lies in the prefix. */
export function ipv6PrefixContains(prefix: Ipv6Prefix, inner: Ipv6 | Ipv6Prefix): boolean {
  const length = prefixLength(prefix);
  if (inner.length === IPV6_PREFIX_SIZE && prefixLength(inner) < length) return false;
  const whole = length >>> 3;
  for (let i = 0; i < whole; i++) if (prefix[i] !== inner[i]) return false;
  return whole === 16 || (((prefix[whole] as number) ^ (inner[whole] as number)) & (0xff00 >> (length & 7)) & 0xff) === 0;
}

/** Whether two prefixes share an address: one of them lies in the other. */
export function ipv6PrefixesOverlap(a: Ipv6Prefix, b: Ipv6Prefix): boolean {
  return prefixLength(a) <= prefixLength(b) ? ipv6PrefixContains(a, b) : ipv6PrefixContains(b, a);
}

/** Reads `address/length`; undefined when malformed or when bits behind the length are set. */
export function parseIpv6Prefix(text: string): Ipv6Prefix | undefined {
  const prefix = ipv6PrefixAround(text);
  const address = prefix && parseIpv6(text.slice(0, text.indexOf("/")));
  return prefix !== undefined && address !== undefined && equalBytes(address, firstAddress(prefix)) ? prefix : undefined;
}

/**
 * The prefix that holds the address in `address/length`, whatever bits are set behind the length;
 * undefined when malformed.
 */
export function ipv6PrefixAround(text: string): Ipv6Prefix | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? undefined : parseIpv6(text.slice(0, slash));
  const length = /^(0|[1-9]\d?|1[01]\d|12[0-8])$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : undefined;
  return address === undefined || length === undefined ? undefined : ipv6Prefix(address, length);
}

/** `2001:db8::/32`; a prefix of 128 bits too has its length behind it. */
export function formatIpv6Prefix(prefix: Ipv6Prefix): string {
  return `${formatIpv6(firstAddress(prefix))}/${prefixLength(prefix)}`;
}
