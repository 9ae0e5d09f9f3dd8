import type { Ipv4 } from "../../../net/ipv4.ts";
import { type Ipv4Prefix, rangeOfPrefix } from "../../../net/prefix.ts";
import { type AddressRange, rangeSize } from "../../../net/range.ts";

/** Network and broadcast address; a prefix of 31 or 32 bits has neither (RFC 3021). */
export function unusableAddresses(prefix: Ipv4Prefix): readonly Ipv4[] {
  const { start, end } = rangeOfPrefix(prefix);
  return prefix.length <= 30 ? [start, end] : [];
}

/**
 * The first and the last address of every /24 that the pool touches: .0 and .255, which some
 * clients take for broadcast addresses.
 */
export function firstAndLastOf24(pool: AddressRange): readonly Ipv4[] {
  const addresses: Ipv4[] = [];
  for (let base = pool.start - (pool.start % 256); base <= pool.end; base += 256) addresses.push(base, base + 255);
  return addresses;
}

/** How many addresses of a range can be given out. */
export function allocatableSize(range: AddressRange, excluded: readonly AddressRange[]): number {
  return excluded.reduce((size, part) => size - rangeSize(part), rangeSize(range));
}
