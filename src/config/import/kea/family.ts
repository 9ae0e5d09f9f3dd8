import { toHex } from "../../../net/bytes.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../../net/ipv4.ts";
import { formatIpv6, parseIpv6 } from "../../../net/ipv6.ts";
import { firstAddress, formatIpv6Prefix, ipv6PrefixAround, lastAddress } from "../../../net/ipv6-prefix.ts";
import { formatIpv4Prefix, prefixAround, rangeOfPrefix } from "../../../net/prefix.ts";
import { DHCP4 } from "../../options/dhcp4.ts";
import { DHCP6 } from "../../options/dhcp6.ts";
import type { OptionProtocol } from "../../options/protocol.ts";
import { readHostIpv6 } from "../../schema/dhcp6/values.ts";
import { Refusal, readHostAddress } from "../../schema/values.ts";

export interface Bounds {
  readonly first: string;
  readonly last: string;
}

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
  /** The same for the same address, in the order of addresses. */
  readonly key: (address: string) => string | undefined;
  /** Keys of the first and the last address of a prefix. */
  readonly bounds: (prefix: string) => Bounds | undefined;
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

function hexOf(address: Ipv4): string {
  return address.toString(16).padStart(8, "0");
}

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
  key: (text) => {
    const address = parseIpv4(text);
    return address === undefined ? undefined : hexOf(address);
  },
  bounds: (text) => {
    const prefix = prefixAround(text);
    const range = prefix && rangeOfPrefix(prefix);
    return range && { first: hexOf(range.start), last: hexOf(range.end) };
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
  key: (text) => {
    const address = parseIpv6(text);
    return address && toHex(address);
  },
  bounds: (text) => {
    const prefix = ipv6PrefixAround(text);
    return prefix && { first: toHex(firstAddress(prefix)), last: toHex(lastAddress(prefix)) };
  },
  identifiers: [
    ["hw-address", "chaddr"],
    ["duid", "duid"],
  ],
  usual: ["hw-address", "duid"],
};
