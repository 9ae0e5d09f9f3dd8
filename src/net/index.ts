/**
 * `leasehold/net`: addresses, prefixes and ranges, from text and to text. An IPv4 address is a
 * number, an IPv6 address 16 bytes, so that packets are read and written without making objects.
 *
 *     import { formatIpv4, parseIpv4 } from "leasehold/net";
 *     const gateway = parseIpv4("192.168.5.1"); // undefined: it is no address
 *
 * @module
 */

export {
  type Duid,
  DuidType,
  duidEn,
  duidLl,
  duidLlt,
  duidTime,
  duidType,
  duidUuid,
  formatDuid,
  type Hardware,
  hardwareOfDuid,
  isDuid,
  MAX_DUID_SIZE,
  MIN_DUID_SIZE,
  parseDuid,
  timeOfDuid,
} from "./duid.ts";
export { formatIpv4, IPV4_ANY, IPV4_BROADCAST, type Ipv4, parseIpv4 } from "./ipv4.ts";
export { formatIpv6, IPV6_UNSPECIFIED, type Ipv6, parseIpv6 } from "./ipv6.ts";
export {
  ADDRESS_LENGTH,
  firstAddress,
  formatIpv6Prefix,
  type Ipv6Prefix,
  ipv6Prefix,
  ipv6PrefixContains,
  ipv6PrefixesOverlap,
  lastAddress,
  parseIpv6Prefix,
  prefixLength,
} from "./ipv6-prefix.ts";
export type { Ipv6Range } from "./ipv6-range-index.ts";
export { formatMac, parseMac } from "./mac.ts";
export { formatIpv4Prefix, type Ipv4Prefix, maskOf, parseIpv4Prefix, prefixContains, prefixOf, rangeOfPrefix } from "./prefix.ts";
export { type AddressRange, formatAddressRange, parseAddressRange, rangeContains, rangeSize } from "./range.ts";
