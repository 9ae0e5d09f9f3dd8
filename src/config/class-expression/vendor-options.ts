/** The vendor-identifying options 124 and 125 (RFC 3925): blocks of an enterprise number, a length and data. */

import { readIpv4 } from "../../net/ipv4.ts";

/** The enterprise number of the first block; undefined when the value holds none. */
export function firstEnterprise(value: Uint8Array | undefined): number | undefined {
  return value === undefined || vendorBlock(value, 0) === undefined ? undefined : readIpv4(value, 0);
}

/** The data of the first block of this enterprise, of any for 0; undefined when there is none. What runs over the end is not read. */
export function vendorBlock(value: Uint8Array, enterprise: number): Uint8Array | undefined {
  let at = 0;
  while (at + 5 <= value.length) {
    const next = at + 5 + (value[at + 4] as number);
    if (next > value.length) return undefined;
    if (enterprise === 0 || readIpv4(value, at) === enterprise) return value.subarray(at + 5, next);
    at = next;
  }
  return undefined;
}

/** The chunk of a vendor class with this index, from 0 (RFC 3925 section 3: each has a length byte in front); undefined when there is none. */
export function vendorClassData(block: Uint8Array, index: number): Uint8Array | undefined {
  let at = 0;
  for (let i = 0; at < block.length; i++) {
    const next = at + 1 + (block[at] as number);
    if (next > block.length) return undefined;
    if (i === index) return block.subarray(at + 1, next);
    at = next;
  }
  return undefined;
}
