import { formatIpv4, type Ipv4 } from "../../../net/ipv4.ts";
import { formatIpv4Prefix, type Ipv4Prefix, prefixAround, rangeOfPrefix } from "../../../net/prefix.ts";
import type { AddressFamily } from "../family.ts";

export const IPV4: AddressFamily<Ipv4, Ipv4Prefix> = {
  compare: (a, b) => a - b,
  format: formatIpv4,
  next: (address) => (address === 0xffffffff ? undefined : address + 1),
  formatPrefix: formatIpv4Prefix,
  prefixAround,
  rangeOf: rangeOfPrefix,
};
