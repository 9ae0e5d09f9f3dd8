/**
 * The vendor-identifying options 124 and 125 (RFC 3925): blocks of an enterprise number, a length
 * and data.
 */

import { readIpv4 } from "../../../net/ipv4.ts";
import { withoutNuls } from "../finders.ts";

/**
 * The data of the first block of this enterprise, of any for 0; undefined when there is none. What
 * runs over the end is not read. An enterprise number alone, which some clients send, has no data.
 */
export function vendorBlock(value: Uint8Array, enterprise: number): Uint8Array | undefined {
  let at = 0;
  while (at + 5 <= value.length) {
    const next = at + 5 + (value[at + 4] as number);
    if (next > value.length) return undefined;
    if (enterprise === 0 || readIpv4(value, at) === enterprise) return value.subarray(at + 5, next);
    at = next;
  }
  if (at + 4 === value.length && (enterprise === 0 || readIpv4(value, at) === enterprise)) return value.subarray(at + 4);
  return undefined;
}

/**
 * The chunk of a vendor class with this index, from 0; undefined when there is none. Each has a
 * length byte in front (RFC 3925 section 3); what dhcpcd, Kea and others send has none, and is one
 * chunk. Without the NULs at its end (RFC 2132 section 2).
 */
export function vendorClassData(block: Uint8Array, index: number): Uint8Array | undefined {
  if (!hasLengths(block)) return index === 0 ? withoutNuls(block) : undefined;
  let at = 0;
  for (let i = 0; at < block.length; i++) {
    const next = at + 1 + (block[at] as number);
    if (next > block.length) return undefined;
    if (i === index) return withoutNuls(block.subarray(at + 1, next));
    at = next;
  }
  return undefined;
}

/** Whether it is made of chunks with a length in front of each, to its end. */
function hasLengths(block: Uint8Array): boolean {
  let at = 0;
  while (at < block.length) at += 1 + (block[at] as number);
  return at === block.length;
}
