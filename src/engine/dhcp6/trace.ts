import { Association } from "../../leases/dhcp6/client-key.ts";
import { formatAddress } from "../../net/address.ts";
import { toHex } from "../../net/bytes.ts";
import { formatDuid } from "../../net/duid.ts";
import { formatIpv6, type Ipv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, firstAddress, type Ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import { SILENCE_REASONS, type SilenceReason } from "../decision.ts";
import {
  CANDIDATES,
  type Candidate,
  COMMON_WORDS,
  type CommonEvent,
  type Trace as TraceOf,
  type TraceWords,
  updatedRecords,
} from "../trace.ts";
import type { QuerySubject } from "./lease-query.ts";
import type { Refusal } from "./permission.ts";

/** What the rules of DHCPv6 tell, in the order in which they are applied. Times are in seconds. */
export type TraceEvent =
  | CommonEvent
  | LinkEvent
  | AddressEvent
  /** What is told from here on is about this association. */
  | { readonly rule: "association"; readonly type: number; readonly iaid: number }
  /** The association gets nothing; without a reason: the link has no pool for it. */
  | { readonly rule: "nothing free"; readonly reason: SilenceReason | undefined }
  /** The addresses of a CONFIRM, and how many of them are none of the client's link. */
  | { readonly rule: "confirm"; readonly addresses: number; readonly offLink: number }
  /** Released or declined. */
  | { readonly rule: "given back"; readonly address: Ipv6Prefix }
  | { readonly rule: "registered"; readonly address: Ipv6Prefix; readonly validLifetime: number }
  | {
      readonly rule: "probe";
      readonly address: Ipv6;
      /** Of the interface that Neighbor Solicitation asks on. */
      readonly interfaceIndex: number;
      /** How long to wait for an answer, in milliseconds. */
      readonly timeout: number;
    }
  | ({ readonly rule: "leasequery" } & QuerySubject)
  /** What a LEASEQUERY is told, but for what of whom. */
  | { readonly rule: "answer to leasequery"; readonly status: number }
  /** Option 39 is answered. */
  | { readonly rule: "client-fqdn"; readonly forward: boolean; readonly reverse: boolean }
  /** `leases`: the number of addresses and prefixes that are told. */
  | { readonly rule: "reply"; readonly type: "ADVERTISE" | "REPLY"; readonly leases: number };

/** What places the client on a link. */
export type LinkEvent =
  | { readonly rule: "link"; readonly by: "interface-id"; readonly value: Uint8Array }
  | { readonly rule: "link"; readonly by: "link-address"; readonly address: Ipv6 }
  | { readonly rule: "link"; readonly by: "interface"; readonly name: string };

/** An address or prefix that was looked at for an association. */
export type AddressEvent =
  | {
      readonly rule: "address";
      readonly candidate: Candidate;
      readonly address: Ipv6Prefix;
      /** Undefined: it is chosen. */
      readonly refusal: Refusal | undefined;
      /** The DUID of who has one that is in use; undefined: nobody is known. */
      readonly holder: Uint8Array | undefined;
    }
  | { readonly rule: "address"; readonly candidate: "never-used" | "longest-unused"; readonly address: Ipv6Prefix }
  | { readonly rule: "address"; readonly candidate: "none" };

/** Told of each rule of DHCPv6 that was applied. */
export type Trace = TraceOf<TraceEvent>;

/** What an event says, in words, without the name of its rule. */
export function describe(event: TraceEvent): string {
  return (WORDS[event.rule] as (event: TraceEvent) => string)(event);
}

const WORDS: TraceWords<TraceEvent> = {
  ...COMMON_WORDS,
  link: (event) => {
    switch (event.by) {
      case "interface-id":
        return `a relay's Interface-Id is ${toHex(event.value)}`;
      case "link-address":
        return `link-address is ${formatIpv6(event.address)}`;
      case "interface":
        return `received on interface ${event.name}`;
    }
  },
  association: ({ type, iaid }) => `${type === Association.addresses ? "IA_NA" : "IA_PD"} ${iaid}`,
  address: (event) => {
    if (event.candidate === "none") return "nothing is free";
    const address = formatLease(event.address);
    if (!("refusal" in event)) return `${address} ${event.candidate === "never-used" ? "was never used" : "has been unused for longest"}`;
    const { candidate, refusal = "chosen", holder } = event;
    const by = holder === undefined ? "" : ` by ${formatDuid(holder)}`;
    return `${address} (${CANDIDATES[candidate]}): ${refusal}${by}`;
  },
  "nothing free": ({ reason }) => (reason === undefined ? "the link has no pool for it" : SILENCE_REASONS[reason]),
  confirm: ({ addresses, offLink }) => `${addresses - offLink} of ${addresses} addresses are of the link`,
  "given back": ({ address }) => formatLease(address),
  registered: ({ address, validLifetime }) => `${formatLease(address)} for ${validLifetime} s`,
  probe: ({ address, timeout }) => `${formatIpv6(address)} is probed by Neighbor Solicitation for ${timeout} ms before the ADVERTISE`,
  leasequery: (event) => {
    switch (event.by) {
      case "address":
        return `by address ${formatIpv6(event.address)}`;
      case "clientId":
        return `by client ${formatDuid(event.duid)}`;
      case "linkAddress":
        return "by link-address";
      default:
        return `by ${event.by === "relayId" ? "Relay-ID" : "Remote-Id"} ${toHex(event.value)}`;
    }
  },
  "answer to leasequery": ({ status }) => `LEASEQUERY-REPLY${status === 0 ? "" : ` with status ${status}`}`,
  "client-fqdn": ({ forward, reverse }) => `option 39 is answered: ${updatedRecords(forward, reverse)}`,
  reply: ({ type, leases }) => `${type} with ${leases === 1 ? "one address or prefix" : `${leases} addresses and prefixes`}`,
};

/** An address as such, a prefix with its length. */
function formatLease(prefix: Ipv6Prefix): string {
  return formatAddress(prefixLength(prefix) === ADDRESS_LENGTH ? firstAddress(prefix) : prefix);
}
