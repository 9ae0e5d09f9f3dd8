import { formatIpv4, type Ipv4, parseIpv4 } from "../../net/ipv4.ts";
import {
  bytes,
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

const TEXT: LeaseTextFamily<Ipv4, LeaseOwner> = {
  protocol: "dhcp4",
  formatAddress: formatIpv4,
  parseAddress: parseIpv4,
  fields: {
    clientKey: bytes,
    clientIdentifier: optionalBytes,
    htype: wholeNumber(255),
    chaddr: bytes,
    hostname: optionalText,
    vendorClass: optionalText,
    relayAgentInformation: optionalBytes,
    limitKeys: optionalBytes,
    name: optionalBytes,
    foundByProbe: optionalTrue,
  },
};

/**
 * Leases as text, one a line, that `parseLeases` reads back to the last byte. For many leases write
 * the lines of `formatLeaseLines` as they come.
 */
export function formatLeases(leases: Iterable<Lease>): string {
  return [...leaseLines(TEXT, leases)].join("");
}

/** The lines of `formatLeases`, each with its newline. */
export function formatLeaseLines(leases: Iterable<Lease>): Generator<string> {
  return leaseLines(TEXT, leases);
}

/** Leases from the text of `formatLeases`, and what is wrong with which line. Never throws. */
export function parseLeases(text: string): ParsedLeases<Ipv4, LeaseOwner> {
  return parseLeaseText(TEXT, text);
}
