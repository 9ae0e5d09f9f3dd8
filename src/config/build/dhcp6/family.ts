import { compareBytes } from "../../../net/bytes.ts";
import { formatIpv6, type Ipv6 } from "../../../net/ipv6.ts";
import { formatIpv6Prefix, type Ipv6Prefix, ipv6PrefixAround } from "../../../net/ipv6-prefix.ts";
import { nextIpv6, rangeOfIpv6Prefix } from "../../../net/ipv6-range.ts";
import type { AddressFamily } from "../family.ts";

export const IPV6: AddressFamily<Ipv6, Ipv6Prefix> = {
  compare: (a, b) => compareBytes(a, b, 16),
  format: formatIpv6,
  next: nextIpv6,
  formatPrefix: formatIpv6Prefix,
  prefixAround: ipv6PrefixAround,
  rangeOf: rangeOfIpv6Prefix,
};
