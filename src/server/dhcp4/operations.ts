import { IPV4_ANY, IPV4_BROADCAST, type Ipv4 } from "../../net/ipv4.ts";
import { type AddressRange, formatAddressRange, parseAddressRange } from "../../net/range.ts";
import type { LeaseOperation } from "../operations.ts";
import type { AddressText } from "../requests.ts";

/** What an operator may do to DHCPv4 leases. */
export type Operation = LeaseOperation<Ipv4>;

export const ALL_ADDRESSES: AddressRange = { start: IPV4_ANY, end: IPV4_BROADCAST };

/** `10.0.0.1-10.0.0.9`, both included. */
export const ADDRESS_TEXT: AddressText<Ipv4> = { parse: parseAddressRange, format: formatAddressRange };

export function compareAddresses(a: Ipv4, b: Ipv4): number {
  return a - b;
}
