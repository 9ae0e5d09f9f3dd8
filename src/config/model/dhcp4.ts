/**
 * What the configuration of DHCPv4 is made of.
 *
 * @module
 */

import type { Ipv4 } from "../../net/ipv4.ts";
import type { Ipv4Prefix } from "../../net/prefix.ts";
import type { AddressRange } from "../../net/range.ts";
import type { BulkLeasequerySpec, Classification, ClientClass, Guard, LeaseTime, Limit, OptionSet } from "./common.ts";

/** An interface to serve directly. */
export interface InterfaceSpec {
  readonly name: string;
  /** From `name@ip`: the address of this interface to answer from. */
  readonly address: Ipv4 | undefined;
}

/** Who may ask about leases (RFC 4388). */
export interface LeasequerySpec {
  readonly requesters: readonly Ipv4Prefix[];
  /** Undefined: there is no bulk leasequery. */
  readonly bulk?: BulkLeasequerySpec | undefined;
}

/**
 * One layer-2 link: a shared network, or a network on its own. A client may get an address from any
 * of its networks, in order.
 */
export interface Link {
  readonly index: number;
  /** Name of the shared network, or the prefix of the network. */
  readonly name: string;
  readonly networks: readonly Network[];
  /** Interfaces that are on this link although none of their addresses is in its networks. */
  readonly interfaces: readonly string[];
  /** giaddr addresses that belong to this link although they lie outside its prefixes. */
  readonly relays: readonly Ipv4[];
  /**
   * The VPN that the link is in, as option 82 sub-option 151 names it: type and information (RFC
   * 6607); undefined: none.
   */
  readonly vss?: Uint8Array | undefined;
}

/** A DHCPv4 subnet. */
export interface Network {
  readonly index: number;
  /** Its prefix as text, as operators and the database name it. */
  readonly name: string;
  readonly prefix: Ipv4Prefix;
  /** Index of the link it is on. */
  readonly link: number;
  readonly ranges: readonly Range[];
  /**
   * Lists of reservations, in the order in which they are looked through: its own, those of the top
   * level without an address, those of the top level whose address lies in it. None of them is
   * empty. Networks share the second one, the very same list, where they hand down the same
   * settings.
   */
  readonly reservations: readonly (readonly Reservation[])[];
  /** Option 54; undefined: the address of the receiving interface. */
  readonly serverId: Ipv4 | undefined;
  readonly authoritative: boolean;
  /**
   * How long an address that was declined, or found in use by a probe, is not given out, in
   * seconds.
   */
  readonly probationPeriod: number;
  /**
   * How long to wait for an answer when an address is probed before it is offered, in milliseconds;
   * undefined: it is not probed.
   */
  readonly pingTimeout: number | undefined;
  readonly allocation: "hashed" | "sequential" | "random";
  /**
   * Whether only hosts with a reservation get addresses; one whose reservation has no address may
   * use the ranges.
   */
  readonly reservationsOnly: boolean;
  /**
   * When more than this share of its ranges is in use, from 0 to 1, new leases get the minimum
   * time; undefined: never.
   */
  readonly adaptiveThreshold: number | undefined;
  /** How many leases there may be in this network for each value of an expression. */
  readonly limits: readonly Limit[];
  readonly boot: BootFields;
  readonly leaseTime: LeaseTime;
  /** Options of this network over those of its shared network. */
  readonly options: OptionSet;
  /** Who may have an address in this network; undefined: everybody. */
  readonly guard?: Guard | undefined;
}

/** A pool of addresses for dynamic allocation. */
export interface Range extends AddressRange {
  readonly index: number;
  readonly network: number;
  /**
   * Addresses inside that are never allocated: `except`, reserved addresses, network and broadcast
   * address. Sorted, not overlapping.
   */
  readonly excluded: readonly AddressRange[];
  readonly leaseTime: LeaseTime;
  /** Options of this range over those of its network. */
  readonly options: OptionSet;
  /** Who may be given an address of this range; undefined: everybody who may use the network. */
  readonly guard?: Guard | undefined;
}

/** A host with settings of its own. */
export interface Reservation {
  /** Name for logs: the hostname, or what it matches on. */
  readonly name: string;
  readonly match: readonly ReservationMatch[];
  /** Undefined: the host only gets settings, its address is dynamic. */
  readonly address: Ipv4 | undefined;
  readonly hostname: string | undefined;
  readonly boot: BootFields;
  /**
   * Undefined: it says nothing of them, and those of the range or network of the client's address
   * apply.
   */
  readonly leaseTime: LeaseTime | undefined;
  /**
   * Options of this reservation over those of the range or network that its address is in; without
   * an address its own.
   */
  readonly options: OptionSet;
  /**
   * Only the options written in the reservation itself: what an options-only host gets over the
   * range of its dynamic address.
   */
  readonly ownOptions: OptionSet;
  /** Which clients, of those that match, it is for; undefined: all. */
  readonly guard?: Guard | undefined;
  /** Numbers of the classes that it puts its clients into; undefined: none. */
  readonly classes?: readonly number[] | undefined;
}

/** All matches of a reservation must hold. */
export type ReservationMatch =
  | { readonly kind: "chaddr"; readonly chaddr: Uint8Array }
  | { readonly kind: "clientIdentifier"; readonly value: Uint8Array }
  /** The DUID inside a client identifier (RFC 4361 section 6.1). */
  | { readonly kind: "duid"; readonly value: Uint8Array }
  /** Sub-option 1 or 2 of option 82 (RFC 3046 section 3). */
  | { readonly kind: "circuitId"; readonly value: Uint8Array }
  | { readonly kind: "remoteId"; readonly value: Uint8Array }
  | { readonly kind: "option"; readonly code: number; readonly value: Uint8Array };

/** siaddr, sname and file of replies (RFC 2131 table 3). */
export interface BootFields {
  readonly nextServer: Ipv4;
  /**
   * Whether a place below the top level sets `nextServer`: then no class can. Undefined where there
   * are no classes.
   */
  readonly nextServerIsOwn?: boolean;
  /** At most 63 bytes. */
  readonly serverName: Uint8Array;
  /** At most 127 bytes. */
  readonly fileName: Uint8Array;
}

/** A class of DHCPv4 clients. */
export interface Dhcp4ClientClass extends ClientClass {
  readonly nextServer: Ipv4 | undefined;
  readonly serverName: Uint8Array | undefined;
  readonly fileName: Uint8Array | undefined;
}

export interface Dhcp4Classification extends Classification<Dhcp4ClientClass> {
  /** Those of the top level: places that set none have these very names. */
  readonly boot: BootFields;
}
