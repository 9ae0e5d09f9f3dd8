import { ADDRESS_LENGTH, type Ipv6Prefix, ipv6Prefix, ipv6PrefixContains, prefixLength } from "../../net/ipv6-prefix.ts";
import type { Option } from "./message.ts";
import { OptionCode } from "./option-code.ts";

/*
 * The Prefix Exclude option (67, RFC 6603 section 4.2): a prefix in the one that is delegated, told
 * by the bits that it has more, from a byte boundary on.
 */

/**
 * The option that excludes a prefix from the delegated one, in which it lies and than which it is
 * longer.
 */
export function pdExcludeOption(delegated: Ipv6Prefix, excluded: Ipv6Prefix): Option {
  const from = prefixLength(delegated);
  const to = prefixLength(excluded);
  const data = new Uint8Array(1 + ((to - from + 7) >>> 3));
  data[0] = to;
  for (let bit = from; bit < to; bit++) if (isSet(excluded, bit)) set(data, 8 + bit - from);
  return { code: OptionCode.pdExclude, data };
}

/**
 * The prefix that the option's value excludes from the delegated one, in bytes of its own;
 * undefined when the value is malformed or no part of that prefix. Bits behind its length are
 * ignored.
 */
export function readPdExclude(data: Uint8Array, delegated: Ipv6Prefix): Ipv6Prefix | undefined {
  const from = prefixLength(delegated);
  const to = data[0] ?? 0;
  if (to <= from || to > ADDRESS_LENGTH || data.length !== 1 + ((to - from + 7) >>> 3)) return undefined;
  const address = delegated.slice(0, 16);
  for (let bit = from; bit < to; bit++) if (isSet(data, 8 + bit - from)) set(address, bit);
  return ipv6Prefix(address, to);
}

/** Whether the option can tell of this prefix in that one. */
export function canExclude(delegated: Ipv6Prefix, excluded: Ipv6Prefix): boolean {
  return prefixLength(excluded) > prefixLength(delegated) && ipv6PrefixContains(delegated, excluded);
}

function isSet(bytes: Uint8Array, bit: number): boolean {
  return ((bytes[bit >>> 3] as number) & (0x80 >>> (bit & 7))) !== 0;
}

function set(bytes: Uint8Array, bit: number): void {
  bytes[bit >>> 3] = (bytes[bit >>> 3] as number) | (0x80 >>> (bit & 7));
}
