import { type Ipv4, parseIpv4 } from "../../../net/ipv4.ts";
import { type Ipv4Prefix, rangeOfPrefix } from "../../../net/prefix.ts";
import { FIRST_HOST, LAST_HOST } from "../../schema/values.ts";
import type { NamedPrefix, NetworkNames } from "../prefixes.ts";
import { IPV4 } from "./family.ts";

/** A key of `networks` that was read. */
export type NamedIpv4Prefix = NamedPrefix<Ipv4, Ipv4Prefix>;

/** How DHCPv4 networks are named. */
export const NETWORK_NAMES: NetworkNames<Ipv4, Ipv4Prefix> = {
  family: IPV4,
  path: ["networks"],
  all: { address: 0, length: 0 },
  problemOf: (prefix) => {
    const { start, end } = rangeOfPrefix(prefix);
    return end >= FIRST_HOST && start <= LAST_HOST ? undefined : "multicast or reserved";
  },
  explain: (key, path, report) => {
    if (/^[0-9a-f:.]*:[0-9a-f:.]*(\/\d+)?$/i.test(key)) {
      report.keyError(path, `${key} is not an IPv4 prefix`, "networks of IPv6 stand in the section v6: v6: {networks: {...}}");
      return;
    }
    const hint =
      parseIpv4(key) === undefined
        ? "networks are named by their prefix, such as 192.168.5.0/24"
        : `add the length of the prefix, such as ${key}/24`;
    report.keyError(path, `expected a prefix such as 192.168.5.0/24, got ${JSON.stringify(key)}`, hint);
  },
};
