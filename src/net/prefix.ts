import { formatIpv4, type Ipv4, parseIpv4 } from "./ipv4.ts";
import type { AddressRange } from "./range.ts";

/** An IPv4 prefix such as 192.168.5.0/24. `address` has no bits set behind `length`. */
export interface Ipv4Prefix {
  readonly address: Ipv4;
  /** 0 to 32 */
  readonly length: number;
}

/** The network mask of a prefix length: 24 gives 255.255.255.0. */
export function maskOf(length: number): Ipv4 {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

/** The length of a contiguous network mask; undefined for one with holes. */
export function lengthOfMask(mask: Ipv4): number | undefined {
  const length = Math.clz32(~mask);
  return maskOf(length) === mask ? length : undefined;
}

/** The prefix of this length that holds the address. */
export function prefixOf(address: Ipv4, length: number): Ipv4Prefix {
  return { address: (address & maskOf(length)) >>> 0, length };
}

/** Reads `a.b.c.d/length`; undefined when malformed or when bits behind the length are set. */
export function parseIpv4Prefix(text: string): Ipv4Prefix | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const address = parseIpv4(text.slice(0, slash));
  const lengthText = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9]\d?)$/.test(lengthText)) return undefined;
  const length = Number(lengthText);
  if (length > 32) return undefined;
  const prefix = prefixOf(address, length);
  return prefix.address === address ? prefix : undefined;
}

/** A prefix as `192.168.5.0/24`. */
export function formatIpv4Prefix(prefix: Ipv4Prefix): string {
  return `${formatIpv4(prefix.address)}/${prefix.length}`;
}

/** Whether the address is one of the prefix. */
export function prefixContains(prefix: Ipv4Prefix, address: Ipv4): boolean {
  return (address & maskOf(prefix.length)) >>> 0 === prefix.address;
}

/** First and last address of the prefix, network and broadcast address included. */
export function rangeOfPrefix(prefix: Ipv4Prefix): AddressRange {
  return { start: prefix.address, end: (prefix.address | ~maskOf(prefix.length)) >>> 0 };
}

/**
 * The prefix that holds the address in `a.b.c.d/length`, whatever bits are set behind the length;
 * undefined when malformed.
 */
export function prefixAround(text: string): Ipv4Prefix | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? undefined : parseIpv4(text.slice(0, slash));
  const length = /^(\d|[12]\d|3[0-2])$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : undefined;
  return address === undefined || length === undefined ? undefined : prefixOf(address, length);
}

/**
 * Whether a single host can have the address: none of 0.0.0.0/8, loopback, multicast and above, and
 * where `prefix` says what subnet it is in, neither its network nor its broadcast address. Prefixes
 * of 31 and 32 bits have none of those (RFC 3021).
 */
export function isHostAddress(address: Ipv4, prefix: Ipv4Prefix | undefined): boolean {
  const first = address >>> 24;
  if (first === 0 || first === 127 || first >= 224) return false;
  if (prefix === undefined || prefix.length >= 31 || !prefixContains(prefix, address)) return true;
  const { start, end } = rangeOfPrefix(prefix);
  return address !== start && address !== end;
}
