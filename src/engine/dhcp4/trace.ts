import type { LeaseTrait } from "../../leases/dhcp4/lease.ts";
import { toHex } from "../../net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import {
  CANDIDATES,
  type Candidate,
  COMMON_WORDS,
  type CommonEvent,
  type Trace as TraceOf,
  type TraceWords,
  updatedRecords,
} from "../trace.ts";
import { NAK_REASONS, type NakReason } from "./nak-reasons.ts";
import type { Refusal } from "./permission.ts";

/** What the rules of DHCPv4 tell, in the order in which they are applied. Times are in seconds. */
export type TraceEvent =
  | CommonEvent
  | SubnetEvent
  | AddressEvent
  | LeasequeryEvent
  | ReplyEvent
  /** What a REQUEST is (RFC 2131 section 4.3.2), and the address that it is about. */
  | {
      readonly rule: "state";
      readonly state: "SELECTING" | "INIT-REBOOT" | "RENEWING" | "REBINDING";
      readonly address: Ipv4;
    }
  | { readonly rule: "state"; readonly state: "selected-another"; readonly server: Ipv4 }
  | { readonly rule: "nak"; readonly reason: NakReason }
  | {
      readonly rule: "probe";
      readonly address: Ipv4;
      /** Of the interface that ARP asks on; 0: ICMP echo asks. */
      readonly interfaceIndex: number;
      /** How long to wait for an answer, in milliseconds. */
      readonly timeout: number;
    }
  /** Option 81 is answered. */
  | { readonly rule: "client-fqdn"; readonly forward: boolean; readonly reverse: boolean }
  /** Whether there is certainly room for option 121, which then takes the place of 3 and 33. */
  | { readonly rule: "options"; readonly classlessRoutesFit: boolean }
  /** The lease is released, or the offer withdrawn. */
  | { readonly rule: "update"; readonly verdict: "released" | "withdrawn"; readonly address: Ipv4 }
  | {
      readonly rule: "update";
      readonly verdict: "declined";
      readonly address: Ipv4;
      readonly probationPeriod: number;
    };

/** What places the client on a link. */
export type SubnetEvent =
  | {
      readonly rule: "subnet";
      /** `unicast-to-relay`: the address is ciaddr (RFC 5010). */
      readonly by: "link-selection" | "subnet-selection" | "unicast-to-relay" | "giaddr";
      readonly address: Ipv4;
    }
  | { readonly rule: "subnet"; readonly by: "unicast"; readonly source: Ipv4; readonly ciaddr: Ipv4 }
  | { readonly rule: "subnet"; readonly by: "interface"; readonly name: string; readonly address: Ipv4 }
  | { readonly rule: "subnet"; readonly by: "virtual-subnet"; readonly link: string };

/** An address that was looked at for a DISCOVER or a BOOTP request. */
export type AddressEvent =
  | {
      readonly rule: "address";
      readonly candidate: Candidate;
      readonly address: Ipv4;
      /** Undefined: it is chosen. */
      readonly refusal: Refusal | undefined;
      /** The hardware address of who has an address that is in use; undefined: nobody is known. */
      readonly holder: Uint8Array | undefined;
    }
  | { readonly rule: "address"; readonly candidate: "never-used" | "longest-unused"; readonly address: Ipv4 }
  | { readonly rule: "address"; readonly candidate: "none" };

/** What a LEASEQUERY asks by. */
export type LeasequeryEvent =
  | { readonly rule: "leasequery"; readonly by: "address"; readonly address: Ipv4 }
  | { readonly rule: "leasequery"; readonly by: LeaseTrait; readonly value: Uint8Array };

/** What the answer is. */
export type ReplyEvent =
  | { readonly rule: "reply"; readonly type: "OFFER" | "ACK"; readonly address: Ipv4; readonly duration: number }
  /** The lease is confirmed for the time that it has left. */
  | { readonly rule: "reply"; readonly type: "ACK"; readonly address: Ipv4; readonly remaining: number }
  /** Only the options of the OFFER matter. */
  | { readonly rule: "reply"; readonly type: "OFFER"; readonly address: undefined }
  | { readonly rule: "reply"; readonly type: "BOOTREPLY"; readonly address: Ipv4 }
  | { readonly rule: "reply"; readonly type: "BOOTREPLY"; readonly ciaddr: Ipv4 }
  | {
      readonly rule: "reply";
      readonly type: "LEASEACTIVE" | "LEASEUNASSIGNED" | "LEASEUNKNOWN";
      /** Undefined: the query was about a client of which nothing is known. */
      readonly about: Ipv4 | undefined;
    };

/** Told of each rule of DHCPv4 that was applied. */
export type Trace = TraceOf<TraceEvent>;

/** What an event says, in words, without the name of its rule. */
export function describe(event: TraceEvent): string {
  return (WORDS[event.rule] as (event: TraceEvent) => string)(event);
}

const WORDS: TraceWords<TraceEvent> = {
  ...COMMON_WORDS,
  subnet: (event) => {
    switch (event.by) {
      case "link-selection":
        return `option 82 sub-option 5 names ${formatIpv4(event.address)}`;
      case "subnet-selection":
        return `option 118 names ${formatIpv4(event.address)}`;
      case "unicast-to-relay":
        return `the client sent to its relay alone, with ciaddr ${formatIpv4(event.address)}`;
      case "giaddr":
        return `giaddr is ${formatIpv4(event.address)}`;
      case "unicast":
        return `unicast from ${formatIpv4(event.source)} with ciaddr ${formatIpv4(event.ciaddr)}`;
      case "interface":
        return `received on interface ${event.name} with address ${formatIpv4(event.address)}`;
      case "virtual-subnet":
        return `the only link of the client's VPN is ${event.link}`;
    }
  },
  address: (event) => {
    if (event.candidate === "none") return "no address is free";
    const address = formatIpv4(event.address);
    if (!("refusal" in event)) return `${address} ${event.candidate === "never-used" ? "was never used" : "has been unused for longest"}`;
    const { candidate, refusal = "chosen", holder } = event;
    const by = holder === undefined ? "" : ` by ${formatMac(holder)}`;
    return `${address} (${CANDIDATES[candidate]}): ${refusal}${by}`;
  },
  state: (event) =>
    event.state === "selected-another"
      ? `SELECTING another server, ${formatIpv4(event.server)}`
      : `${event.state}${event.state === "INIT-REBOOT" ? " with" : ""} ${formatIpv4(event.address)}`,
  leasequery: (event) => (event.by === "address" ? `by address ${formatIpv4(event.address)}` : `by ${event.by} ${toHex(event.value)}`),
  reply: (event) => {
    if ("about" in event) return `${event.type}${event.about === undefined ? "" : ` about ${formatIpv4(event.about)}`}`;
    if ("ciaddr" in event) return `BOOTREPLY to ${formatIpv4(event.ciaddr)}, which has its address`;
    if (event.address === undefined) return "OFFER of no address";
    const address = formatIpv4(event.address);
    if (event.type === "BOOTREPLY") return `BOOTREPLY with ${address}, for ever`;
    return `${event.type} of ${address} for ${"remaining" in event ? `the ${event.remaining} s that remain` : `${event.duration} s`}`;
  },
  nak: ({ reason }) => NAK_REASONS[reason],
  probe: ({ address, interfaceIndex, timeout }) =>
    `${formatIpv4(address)} is probed by ${interfaceIndex === 0 ? "ICMP echo" : "ARP"} for ${timeout} ms before the OFFER`,
  "client-fqdn": ({ forward, reverse }) => `option 81 is answered: ${updatedRecords(forward, reverse)}`,
  options: ({ classlessRoutesFit }) =>
    classlessRoutesFit ? "121 takes the place of 3 and 33 (RFC 3442)" : "3 and 33 are sent too: 121 may not fit",
  update: (event) => {
    const address = formatIpv4(event.address);
    switch (event.verdict) {
      case "released":
        return `${address} is released`;
      case "declined":
        return `${address} is in probation for ${event.probationPeriod} s`;
      case "withdrawn":
        return `the offer of ${address} is withdrawn`;
    }
  },
};
