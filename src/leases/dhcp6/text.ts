import { formatIpv6, parseIpv6 } from "../../net/ipv6.ts";
import { formatIpv6Prefix, type Ipv6Prefix, parseIpv6Prefix } from "../../net/ipv6-prefix.ts";
import {
  bytes,
  type FieldText,
  type LeaseTextFamily,
  leaseLines,
  optionalBytes,
  optionalText,
  optionalTrue,
  type ParsedLeases,
  parseLeaseText,
  wholeNumber,
} from "../lease-text.ts";
import type { Lease, LeaseOwner } from "./lease.ts";

const optionalAddress: FieldText<Uint8Array | undefined> = {
  isOptional: true,
  expected: "an IPv6 address",
  format: formatIpv6,
  parse: (value) => (typeof value === "string" ? parseIpv6(value) : undefined),
};

const TEXT: LeaseTextFamily<Ipv6Prefix, LeaseOwner> = {
  protocol: "dhcp6",
  formatAddress: formatIpv6Prefix,
  parseAddress: parseIpv6Prefix,
  fields: {
    clientKey: bytes,
    preferredLifetime: wholeNumber(0xffffffff),
    peerAddress: optionalAddress,
    relays: optionalBytes,
    interfaceName: optionalText,
    hardware: optionalBytes,
    hostname: optionalText,
    vendorClass: optionalBytes,
    reconfigureKey: optionalBytes,
    limitKeys: optionalBytes,
    name: optionalBytes,
    foundByProbe: optionalTrue,
  },
};

/**
 * Leases of addresses and prefixes (an address is a prefix of 128 bits) as text, one a line, that
 * `parseLeases` reads back to the last byte. For many leases write the lines of `formatLeaseLines`
 * as they come.
 */
export function formatLeases(leases: Iterable<Lease>): string {
  return [...leaseLines(TEXT, leases)].join("");
}

/** The lines of `formatLeases`, each with its newline. */
export function formatLeaseLines(leases: Iterable<Lease>): Generator<string> {
  return leaseLines(TEXT, leases);
}

/** Leases from the text of `formatLeases`, and what is wrong with which line. Never throws. */
export function parseLeases(text: string): ParsedLeases<Ipv6Prefix, LeaseOwner> {
  return parseLeaseText(TEXT, text);
}
