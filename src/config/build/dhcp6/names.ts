import { parseIpv4 } from "../../../net/ipv4.ts";
import { type Ipv6, parseIpv6 } from "../../../net/ipv6.ts";
import { type Ipv6Prefix, ipv6Prefix, lastAddress } from "../../../net/ipv6-prefix.ts";
import { isHostIpv6 } from "../../../net/ipv6-range.ts";
import type { NamedPrefix, NetworkNames } from "../prefixes.ts";
import { IPV6 } from "./family.ts";

/** A key of `v6: {networks}` that was read. */
export type NamedIpv6Prefix = NamedPrefix<Ipv6, Ipv6Prefix>;

/** How DHCPv6 networks are named. */
export const NETWORK_NAMES: NetworkNames<Ipv6, Ipv6Prefix> = {
  family: IPV6,
  path: ["v6", "networks"],
  all: ipv6Prefix(new Uint8Array(16), 0),
  problemOf: (prefix) => (isHostIpv6(lastAddress(prefix)) ? undefined : "multicast, link-local or reserved"),
  explain: (key, path, report) => {
    if (parseIpv4(key.replace(/\/.*$/, "")) !== undefined) {
      report.keyError(path, `${key} is not an IPv6 prefix`, "networks of IPv4 stand at the top level: networks: {...}");
      return;
    }
    const hint =
      parseIpv6(key) === undefined
        ? "networks are named by their prefix, such as 2001:db8:1::/64"
        : `add the length of the prefix, such as ${key}/64`;
    report.keyError(path, `expected a prefix such as 2001:db8:1::/64, got ${JSON.stringify(key)}`, hint);
  },
};
