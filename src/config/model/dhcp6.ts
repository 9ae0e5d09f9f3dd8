/**
 * What the configuration of DHCPv6 is made of.
 *
 * @module
 */

import type { Ipv6 } from "../../net/ipv6.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import type { Ipv6Range } from "../../net/ipv6-range-index.ts";
import type { BulkLeasequerySpec, Classification, ClientClass, FloodProtection, Guard, LeaseTime, Limit, OptionSet } from "./common.ts";
import type { NamePolicy } from "./names.ts";

/** The section `v6`, with what of the top level is for both protocols. */
export interface Dhcp6Config {
  /**
   * Interfaces to serve directly; empty: every interface that is up and that a network names, or
   * that has an address in one.
   */
  readonly interfaces: readonly Dhcp6Interface[];
  readonly serverId: ServerIdentifierSpec;
  /** In the order of the file; `network.index` is the position here. */
  readonly networks: readonly Network[];
  /** Every network is part of exactly one link; `link.index` is the position here. */
  readonly links: readonly Link[];
  /** Every range and prefix pool of every network; `index` is the position here. */
  readonly pools: readonly (Range | PrefixPool)[];
  /** Options of the top of the section `v6`. What is closer overrides them. */
  readonly options: OptionSet;
  /** Client classes; undefined: there are none, and nothing depends on any. */
  readonly classification?: Dhcp6Classification | undefined;
  readonly limits: readonly Limit[];
  /** How long an advertised address or prefix is kept for its client, in seconds. */
  readonly offerHold: number;
  /**
   * How long an expired or released lease is remembered for its last owner while others are free,
   * in seconds.
   */
  readonly affinity: number;
  /**
   * For this share of a lease, in percent, a renewal gets the time that remains and nothing is
   * written; 0: each is written.
   */
  readonly cacheThreshold: number;
  /** How many messages of one client are looked at; undefined: all. */
  readonly floodProtection?: FloodProtection | undefined;
  /** Whether hosts may tell the addresses that they chose themselves (RFC 9686). */
  readonly addressRegistration: boolean;
  /** Whether routes to delegated prefixes are kept in the kernel of this machine. */
  readonly kernelRoutes: boolean;
  /** Which name a client has; undefined: names are not seen to. */
  readonly names?: NamePolicy | undefined;
  /** Who is told about leases by LEASEQUERY (RFC 5007); undefined: nobody. */
  readonly leasequery?: LeasequerySpec | undefined;
}

/** Who may ask about leases (RFC 5007). */
export interface LeasequerySpec {
  readonly requesters: readonly Ipv6Prefix[];
  /** Undefined: there is no bulk leasequery. */
  readonly bulk?: BulkLeasequerySpec | undefined;
}

/** An interface to serve directly. */
export interface Dhcp6Interface {
  readonly name: string;
  /**
   * From `name@ip`: the address of this interface to answer from; undefined: its link-local one.
   */
  readonly address: Ipv6 | undefined;
}

/** A class of DHCPv6 clients. */
export interface Dhcp6ClientClass extends ClientClass {
  readonly leaseTime: Lifetimes | undefined;
}

export interface Dhcp6Classification extends Classification<Dhcp6ClientClass> {
  /** Those of the section `v6`: places that set none have this very object. */
  readonly leaseTime: Lifetimes;
}

/** How the DUID of this server is made (RFC 8415 section 11), once. */
export interface ServerIdentifierSpec {
  readonly type: "LLT" | "LL" | "EN" | "UUID";
  /**
   * The link-layer address of LLT and LL, the identifier of EN, the UUID; undefined: that of an
   * interface, or a random one.
   */
  readonly identifier: Uint8Array | undefined;
  /** Seconds since 2000 of LLT; undefined: when it is made. */
  readonly time: number | undefined;
  /** IANA hardware type of LLT and LL; undefined: the interface's. */
  readonly hardwareType: number | undefined;
  readonly enterpriseId: number | undefined;
  /** Whether it is kept; as in dora. */
  readonly persist: boolean;
  /** A file of dora's that holds it; undefined: it is kept in the database. */
  readonly path: string | undefined;
}

/**
 * One link: a shared network, or a network on its own. A client may get addresses and prefixes from
 * any of its networks, in order.
 */
export interface Link {
  readonly index: number;
  /** Name of the shared network, or the prefix of the network. */
  readonly name: string;
  readonly networks: readonly Network[];
  /** Interfaces of this machine that are on the link. */
  readonly interfaces: readonly string[];
  /** Addresses of relays (`link-address`) on this link that lie outside its prefixes. */
  readonly relays: readonly Ipv6[];
  /** Values of the Interface-Id option by which relays name this link. */
  readonly interfaceIds: readonly Uint8Array[];
}

/** An IPv6 subnet. */
export interface Network {
  readonly index: number;
  /** Its prefix as text, as operators and the database name it. */
  readonly name: string;
  readonly prefix: Ipv6Prefix;
  /** Index of the link it is on. */
  readonly link: number;
  /** For IA_NA, in the order of the file. */
  readonly ranges: readonly Range[];
  /** For IA_PD, in the order of the file. */
  readonly prefixPools: readonly PrefixPool[];
  /**
   * Lists of reservations, in the order in which they are looked through: its own, those of the
   * section `v6` and of the top level without address and prefix, those whose address or prefix
   * lies in it. None of them is empty.
   */
  readonly reservations: readonly (readonly Reservation[])[];
  readonly authoritative: boolean;
  /** How long an address that was declined, or found in use, is not given out, in seconds. */
  readonly probationPeriod: number;
  /**
   * How long to wait for an answer to Neighbor Solicitation, in milliseconds; undefined: nobody is
   * asked.
   */
  readonly pingTimeout: number | undefined;
  readonly allocation: "hashed" | "sequential" | "random";
  readonly reservationsOnly: boolean;
  readonly adaptiveThreshold: number | undefined;
  readonly limits: readonly Limit[];
  readonly leaseTime: Lifetimes;
  /** Whether a SOLICIT with the Rapid Commit option is answered with a REPLY at once. */
  readonly rapidCommit: boolean;
  /** Options of this network over those of its shared network. */
  readonly options: OptionSet;
  /** Who may use this network; undefined: everybody. */
  readonly guard?: Guard | undefined;
}

/** Valid lifetimes, in seconds, and with them preferred ones. */
export interface Lifetimes extends LeaseTime {
  /** Undefined: 5/8 of the valid lifetime. */
  readonly preferred: number | undefined;
}

/** What pools of addresses and of prefixes have in common. */
interface PoolFacts {
  readonly index: number;
  readonly network: number;
  readonly leaseTime: Lifetimes;
  /** Options of this pool over those of its network. */
  readonly options: OptionSet;
  /** Who may be given something of this pool; undefined: everybody who may use the network. */
  readonly guard?: Guard | undefined;
}

/** Addresses for dynamic allocation. */
export interface Range extends PoolFacts, Ipv6Range {
  readonly kind: "addresses";
  /**
   * Addresses inside that are never allocated: `except`, reserved addresses, the subnet-router
   * anycast address. Sorted, not overlapping.
   */
  readonly excluded: readonly Ipv6Range[];
}

/** Prefixes to delegate (RFC 8415 section 6.3). */
export interface PrefixPool extends PoolFacts {
  readonly kind: "prefixes";
  readonly prefix: Ipv6Prefix;
  /** Length of the delegated prefixes. */
  readonly delegatedLength: number;
  /**
   * What is excluded from each delegated prefix (RFC 6603): lies in `prefix`; undefined: nothing.
   */
  readonly excludedPrefix: Ipv6Prefix | undefined;
  /** Prefixes inside that are never allocated: reserved ones. Sorted, not overlapping. */
  readonly excluded: readonly Ipv6Prefix[];
}

/** A host with settings of its own. */
export interface Reservation {
  /** Name for logs: the hostname, or what it matches on. */
  readonly name: string;
  readonly match: readonly ReservationMatch[];
  /** In the order in which they are given to the addresses that the client asks for. */
  readonly addresses: readonly Ipv6[];
  readonly prefixes: readonly Ipv6Prefix[];
  readonly hostname: string | undefined;
  /** Undefined: it says nothing of them. */
  readonly leaseTime: Lifetimes | undefined;
  /** Options of this reservation over those of its network. */
  readonly options: OptionSet;
  /** Only the options written in the reservation itself. */
  readonly ownOptions: OptionSet;
  /** Which clients, of those that match, it is for; undefined: all. */
  readonly guard?: Guard | undefined;
  /** Numbers of the classes that it puts its clients into; undefined: none. */
  readonly classes?: readonly number[] | undefined;
}

/** All matches of a reservation must hold. */
export type ReservationMatch =
  | { readonly kind: "duid"; readonly value: Uint8Array }
  /** From option 79, else from the DUID, else from an EUI-64 link-local address. */
  | { readonly kind: "chaddr"; readonly chaddr: Uint8Array }
  /**
   * Options 18 and 37 of any relay (RFC 8415 section 21.18, RFC 4649); of the latter the remote-id
   * behind the enterprise number.
   */
  | { readonly kind: "interfaceId"; readonly value: Uint8Array }
  | { readonly kind: "remoteId"; readonly value: Uint8Array }
  /** An option of the client's message. */
  | { readonly kind: "option"; readonly code: number; readonly value: Uint8Array };
