import { formatIpv4, parseIpv4 } from "../../../net/ipv4.ts";
import { formatIpv6, parseIpv6 } from "../../../net/ipv6.ts";
import { formatIpv6Prefix, ipv6PrefixAround, ipv6PrefixContains } from "../../../net/ipv6-prefix.ts";
import { formatIpv4Prefix, prefixAround, prefixContains } from "../../../net/prefix.ts";
import { DHCP4 } from "../../options/dhcp4.ts";
import { DHCP6 } from "../../options/dhcp6.ts";
import type { OptionProtocol } from "../../options/protocol.ts";
import { readHostIpv6 } from "../../schema/dhcp6/values.ts";
import { Refusal, readHostAddress } from "../../schema/values.ts";

/** What of Kea's configuration is called otherwise for the other protocol. */
export interface Family {
  readonly section: "Dhcp4" | "Dhcp6";
  readonly isDhcp6: boolean;
  readonly subnets: "subnet4" | "subnet6";
  /** The key of its classes. */
  readonly classes: "v4" | "v6";
  readonly protocol: OptionProtocol;
  /** An address in its usual form; undefined: it is none. */
  readonly address: (text: string) => string | undefined;
  /** Whether a host can be given the address. */
  readonly isHost: (text: string) => boolean;
  /** The prefix around an address with a length, in its usual form. */
  readonly prefix: (text: string) => string | undefined;
  readonly contains: (prefix: string, address: string) => boolean;
  readonly overlap: (a: string, b: string) => boolean;
  /** How a host is known: Kea's key and Leasehold's. */
  readonly identifiers: readonly (readonly [kea: string, own: string])[];
  /** Those of them that Kea looks for unless told otherwise. */
  readonly usual: readonly string[];
}

const isHost =
  <T>(read: (text: string) => T | Refusal | undefined) =>
  (text: string): boolean => {
    const result = read(text);
    return result !== undefined && !(result instanceof Refusal);
  };

export const FAMILY4: Family = {
  section: "Dhcp4",
  isDhcp6: false,
  subnets: "subnet4",
  classes: "v4",
  protocol: DHCP4,
  address: (text) => {
    const address = parseIpv4(text);
    return address === undefined ? undefined : formatIpv4(address);
  },
  isHost: isHost(readHostAddress),
  prefix: (text) => {
    const prefix = prefixAround(text);
    return prefix && formatIpv4Prefix(prefix);
  },
  contains: (prefix, text) => {
    const [around, address] = [prefixAround(prefix), parseIpv4(text)];
    return around !== undefined && address !== undefined && prefixContains(around, address);
  },
  overlap: (a, b) => {
    const [one, other] = [prefixAround(a), prefixAround(b)];
    return one !== undefined && other !== undefined && (prefixContains(one, other.address) || prefixContains(other, one.address));
  },
  identifiers: [
    ["hw-address", "chaddr"],
    ["duid", "duid"],
    ["circuit-id", "circuit_id"],
    ["client-id", "client_id"],
  ],
  usual: ["hw-address", "duid", "circuit-id", "client-id"],
};

export const FAMILY6: Family = {
  section: "Dhcp6",
  isDhcp6: true,
  subnets: "subnet6",
  classes: "v6",
  protocol: DHCP6,
  address: (text) => {
    const address = parseIpv6(text);
    return address && formatIpv6(address);
  },
  isHost: isHost(readHostIpv6),
  prefix: (text) => {
    const prefix = ipv6PrefixAround(text);
    return prefix && formatIpv6Prefix(prefix);
  },
  contains: (prefix, text) => {
    const [around, address] = [ipv6PrefixAround(prefix), parseIpv6(text)];
    return around !== undefined && address !== undefined && ipv6PrefixContains(around, address);
  },
  overlap: (a, b) => {
    const [one, other] = [ipv6PrefixAround(a), ipv6PrefixAround(b)];
    return one !== undefined && other !== undefined && (ipv6PrefixContains(one, other) || ipv6PrefixContains(other, one));
  },
  identifiers: [
    ["hw-address", "chaddr"],
    ["duid", "duid"],
  ],
  usual: ["hw-address", "duid"],
};
