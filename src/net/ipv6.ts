import { checkBytes } from "./argument.ts";
import { parseIpv4 } from "./ipv4.ts";

/** An IPv6 address: 16 bytes in network order. A value: nobody writes to it. */
export type Ipv6 = Uint8Array;

/** ::, which stands for "not set". */
export const IPV6_UNSPECIFIED: Ipv6 = new Uint8Array(16);

/** fe80::/10 (RFC 4291 section 2.5.6): an address that means something on one link only. */
export function isLinkLocal(address: Ipv6): boolean {
  return address[0] === 0xfe && ((address[1] as number) & 0xc0) === 0x80;
}

/** ff00::/8 (RFC 4291 section 2.7). */
export function isMulticast(address: Ipv6): boolean {
  return address[0] === 0xff;
}

/** The link-local address of a host that makes it of its MAC (RFC 4291 appendix A). */
export function linkLocalOf(mac: Uint8Array): Ipv6 {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac;
  return Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f);
}

/**
 * The MAC that the last 64 bits of an address were made of (RFC 4291 appendix A); undefined: they
 * were not.
 */
export function macOfEui64(address: Ipv6): Uint8Array | undefined {
  if (address[11] !== 0xff || address[12] !== 0xfe) return undefined;
  const [a = 0, b = 0, c = 0, , , d = 0, e = 0, f = 0] = address.subarray(8);
  return Uint8Array.of(a ^ 2, b, c, d, e, f);
}

/**
 * Reads the text forms of RFC 4291 section 2.2, without zone and prefix length; undefined when the
 * text is anything else.
 */
export function parseIpv6(text: string): Ipv6 | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] as string, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] as string, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/**
 * The bytes of colon-separated groups; the last one may be dotted decimal where the address ends.
 */
function parseGroups(text: string, ends: boolean): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >>> 8, value & 255);
      continue;
    }
    const address = ends && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (address === undefined) return undefined;
    bytes.push(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255);
  }
  return bytes;
}

/**
 * The text form that RFC 5952 recommends: lower case, the longest run of at least two zero groups
 * as `::`. Throws TypeError for what is no bytes.
 */
export function formatIpv6(address: Ipv6): string {
  checkBytes(address, "address", "parseIpv6 of leasehold/net, which makes it of text");
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((address[i] as number) << 8) | (address[i + 1] as number));
  let best = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > bestLength) {
      best = start;
      bestLength = length;
    }
  }
  const format = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  return best === -1 ? format(groups) : `${format(groups.slice(0, best))}::${format(groups.slice(best + bestLength))}`;
}
