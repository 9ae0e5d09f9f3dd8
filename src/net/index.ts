/** `leasehold/net`: addresses, prefixes and ranges, from text and to text. */

export { formatIpv4, IPV4_ANY, IPV4_BROADCAST, type Ipv4, parseIpv4 } from "./ipv4.ts";
export { formatIpv6, IPV6_UNSPECIFIED, type Ipv6, parseIpv6 } from "./ipv6.ts";
export { formatMac, parseMac } from "./mac.ts";
export { formatIpv4Prefix, type Ipv4Prefix, maskOf, parseIpv4Prefix, prefixContains, prefixOf, rangeOfPrefix } from "./prefix.ts";
export { type AddressRange, formatAddressRange, parseAddressRange, rangeContains, rangeSize } from "./range.ts";
