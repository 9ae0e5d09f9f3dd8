import { compareBytes } from "../../net/bytes.ts";
import { formatIpv6, parseIpv6 } from "../../net/ipv6.ts";
import {
  ADDRESS_LENGTH,
  firstAddress,
  formatIpv6Prefix,
  type Ipv6Prefix,
  ipv6Prefix,
  lastAddress,
  parseIpv6Prefix,
  prefixLength,
} from "../../net/ipv6-prefix.ts";
import type { Addresses, LeaseOperation } from "../operations.ts";
import type { AddressText } from "../requests.ts";

/** What an operator may do to DHCPv6 leases, of addresses and of prefixes. */
export type Operation = LeaseOperation<Ipv6Prefix>;

/** What lies in a prefix: the prefix itself, and every address and prefix in it. */
export function addressesWithin(prefix: Ipv6Prefix): Addresses<Ipv6Prefix> {
  return { start: prefix, end: ipv6Prefix(lastAddress(prefix)) };
}

export const ALL_ADDRESSES: Addresses<Ipv6Prefix> = addressesWithin(new Uint8Array(17));

/** An address without length, a prefix with it. */
export function formatLeased(prefix: Ipv6Prefix): string {
  return prefixLength(prefix) === ADDRESS_LENGTH ? formatIpv6(firstAddress(prefix)) : formatIpv6Prefix(prefix);
}

/** Reads an address, or a prefix with its length; undefined when it is neither. */
export function parseLeased(text: string): Ipv6Prefix | undefined {
  if (text.includes("/")) return parseIpv6Prefix(text);
  const address = parseIpv6(text);
  return address && ipv6Prefix(address);
}

/** `2001:db8::/56-2001:db8::ff:ffff:ffff:ffff:ffff`, both included. */
export const ADDRESS_TEXT: AddressText<Ipv6Prefix> = {
  parse(text) {
    const [first = "", last = "", ...rest] = text.split("-");
    const [start, end] = [parseLeased(first.trim()), parseLeased(last.trim())];
    if (start === undefined || end === undefined || rest.length > 0 || compareLeased(start, end) > 0) return undefined;
    return { start, end };
  },
  format: ({ start, end }) => `${formatLeased(start)}-${formatLeased(end)}`,
};

/** By their first address; of prefixes with the same one the larger comes first. */
export function compareLeased(a: Ipv6Prefix, b: Ipv6Prefix): number {
  return compareBytes(a, b);
}
