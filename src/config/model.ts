import type { BytesMap } from "../net/bytes.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import type { Ipv4Prefix } from "../net/prefix.ts";
import type { AddressRange } from "../net/range.ts";
import type { ValueType } from "../wire/values/values.ts";
import type { ConditionIndex } from "./class-expression/condition-index.ts";
import type { Lookups } from "./class-expression/lookups.ts";
import type { Condition, Value } from "./class-expression/subject.ts";

/** A configuration that has been checked as a whole. Immutable; a reload makes a new one. */
export interface Config {
  /** Interfaces to serve directly; empty: every interface that is up and has an address in a configured network. */
  readonly interfaces: readonly InterfaceSpec[];
  /** In the order of the file; `network.index` is the position here. */
  readonly networks: readonly Network[];
  /** Every network is part of exactly one link; `link.index` is the position here. */
  readonly links: readonly Link[];
  /** Every range of every network; `range.index` is the position here. */
  readonly ranges: readonly Range[];
  /** Options of the top level. What is closer overrides them: look in `Range.options` and so on first, then here. */
  readonly options: OptionSet;
  /** Options that the operator defined, in the order of the file; undefined: none. */
  readonly optionDefinitions?: readonly DefinedOption[] | undefined;
  /** How many leases there may be, in all networks together, for each value of an expression. */
  readonly limits: readonly Limit[];
  /** Client classes; undefined: there are none, and nothing depends on any. */
  readonly classification?: Classification | undefined;
  /** Ignore option 61 and know clients by htype and chaddr alone. */
  readonly chaddrOnly: boolean;
  /** How long an offered address is kept for its client, in seconds. */
  readonly offerHold: number;
  /** How long an expired or released lease is remembered for its last owner while other addresses are free, in seconds. */
  readonly affinity: number;
  /** For this share of a lease, in percent, a renewal gets the time that remains and nothing is written; 0: each is written. */
  readonly cacheThreshold: number;
  /** Whether BOOTP clients, whose messages have no option 53, are served (RFC 951, RFC 1534). */
  readonly bootp: boolean;
  /** Whether they get addresses of ranges too, for ever; otherwise reserved ones only. */
  readonly dynamicBootp: boolean;
  /** Whether a DISCOVER with option 80 is answered with an ACK at once (RFC 4039). */
  readonly rapidCommit: boolean;
  /** Whether option 118 says which network a client is to have an address in (RFC 3011). */
  readonly subnetSelection: boolean;
  /** How many messages of one client are looked at; undefined: all. */
  readonly floodProtection?: FloodProtection | undefined;
  /** Who is told about leases by DHCPLEASEQUERY (RFC 4388); undefined: nobody. */
  readonly leasequery?: { readonly requesters: readonly Ipv4Prefix[] } | undefined;
  readonly store: StoreSpec;
  readonly log: LogSpec;
}

/** A client may send `packets` messages at once, and as many more in each `seconds` seconds. */
export interface FloodProtection {
  readonly packets: number;
  readonly seconds: number;
}

export interface InterfaceSpec {
  readonly name: string;
  /** From `name@ip`: the address of this interface to answer from. */
  readonly address: Ipv4 | undefined;
}

export type StoreSpec = { readonly kind: "sqlite"; readonly path: string | undefined } | { readonly kind: "memory" };

export interface LogSpec {
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  readonly format: "pretty" | "json";
}

/** One layer-2 link: a shared network, or a network on its own. A client may get an address from any of its networks, in order. */
export interface Link {
  readonly index: number;
  /** Name of the shared network, or the prefix of the network. */
  readonly name: string;
  readonly networks: readonly Network[];
  /** Interfaces that are on this link although none of their addresses is in its networks. */
  readonly interfaces: readonly string[];
  /** giaddr addresses that belong to this link although they lie outside its prefixes. */
  readonly relays: readonly Ipv4[];
  /** The VPN that the link is in, as option 82 sub-option 151 names it: type and information (RFC 6607); undefined: none. */
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
  readonly reservations: ReservationIndex;
  /** Option 54; undefined: the address of the receiving interface. */
  readonly serverId: Ipv4 | undefined;
  readonly authoritative: boolean;
  /** How long an address that was declined, or found in use by a probe, is not given out, in seconds. */
  readonly probationPeriod: number;
  /** How long to wait for an answer when an address is probed before it is offered, in milliseconds; undefined: it is not probed. */
  readonly pingTimeout: number | undefined;
  readonly allocation: "hashed" | "sequential" | "random";
  /** Whether only hosts with a reservation get addresses; one whose reservation has no address may use the ranges. */
  readonly reservationsOnly: boolean;
  /** When more than this share of its ranges is in use, from 0 to 1, new leases get the minimum time; undefined: never. */
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

/** At most so many leases for each value of an expression. */
export interface Limit {
  /** Where the limit stands, its class and its expression: what begins the keys that leases are counted under. No other limit's begins with it. */
  readonly identity: Uint8Array;
  /** The expression as written. */
  readonly key: string;
  /** An empty value is not limited. */
  readonly value: Value;
  readonly max: number;
  /** Number of the class whose clients it is for; undefined: it is for all. */
  readonly class: number | undefined;
}

/** Who may use a network, a range or a reservation, by numbers of classes. */
export interface Guard {
  /** Only clients in this class. */
  readonly allowed: number | undefined;
  /** No client in this class. */
  readonly denied: number | undefined;
}

/** A kind of client, told by what it sends, or by its reservation. */
export interface ClientClass {
  /** Its position in the file, and in what the engine keeps about a client. */
  readonly number: number;
  readonly name: string;
  /** The expression as written; undefined: only a reservation or a template puts clients into the class. */
  readonly assert: string | undefined;
  /** Whether the message puts the client into the class. Not for templates. */
  readonly condition: Condition;
  /** Undefined: the class is no template. */
  readonly template: ClassTemplate | undefined;
  readonly options: OptionSet;
  /** Over those of the top level; undefined: the class says nothing of them. */
  readonly leaseTime: LeaseTime | undefined;
  readonly nextServer: Ipv4 | undefined;
  readonly serverName: Uint8Array | undefined;
  readonly fileName: Uint8Array | undefined;
}

/** Makes a class of each value that is not empty; clients with any such value are in the template itself, too. */
export interface ClassTemplate {
  readonly value: Value;
  /** The classes that the configuration names, by their values: what clients send is never kept. */
  readonly spawned: BytesMap<number>;
}

/** A class that the server itself defines; only those that the configuration names are here. */
export type BuiltInClass = { readonly number: number; readonly name: string } & (
  | { readonly kind: "ALL" | "KNOWN" | "UNKNOWN" | "BOOTP" }
  /** A class of a template, SPAWN_name_value. */
  | { readonly kind: "SPAWNED" }
  /** Clients whose option 60 is exactly this. */
  | { readonly kind: "VENDOR_CLASS"; readonly vendorClass: Uint8Array }
);

/** Classes that are evaluated together, in this order; the index has them by their positions. */
export interface ClassStage {
  readonly classes: readonly ClientClass[];
  readonly index: ConditionIndex;
}

/** What the engine needs to know which classes a client is in, and what follows from it. */
export interface Classification {
  /** In the order of the file, which is that of their options. */
  readonly classes: readonly ClientClass[];
  /** The options that their expressions read. */
  readonly lookups: Lookups;
  /** Those that depend on the message alone, each behind what it depends on. */
  readonly early: ClassStage;
  /** Those that depend on the reservation of the client, each behind what it depends on. */
  readonly late: ClassStage;
  /** Their numbers follow those of `classes`. */
  readonly builtIns: readonly BuiltInClass[];
  /** Whether the reservation of the client has to be known to tell its classes. */
  readonly needsReservation: boolean;
  /** Number of the class DROP, whose clients are not answered. */
  readonly drop: number | undefined;
  /** Those of the top level: places that set none have this very object. */
  readonly leaseTime: LeaseTime;
  /** Those of the top level: places that set none have these very names. */
  readonly boot: BootFields;
}

/** siaddr, sname and file of replies (RFC 2131 table 3). */
export interface BootFields {
  readonly nextServer: Ipv4;
  /** Whether a place below the top level sets `nextServer`: then no class can. Undefined where there are no classes. */
  readonly nextServerIsOwn?: boolean;
  /** At most 63 bytes. */
  readonly serverName: Uint8Array;
  /** At most 127 bytes. */
  readonly fileName: Uint8Array;
}

/** Lease times in seconds; 0xffffffff never ends. min <= default <= max. */
export interface LeaseTime {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** T1 and T2 when configured; undefined: 1/2 and 7/8 of the lease time. */
  readonly renew: number | undefined;
  readonly rebind: number | undefined;
}

/** A pool of addresses for dynamic allocation. */
export interface Range extends AddressRange {
  readonly index: number;
  readonly network: number;
  /** Addresses inside that are never allocated: `except`, reserved addresses, network and broadcast address. Sorted, not overlapping. */
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
  readonly leaseTime: LeaseTime;
  /** Options of this reservation over those of the range or network that its address is in. */
  readonly options: OptionSet;
  /** Only the options written in the reservation itself: what an options-only host gets over the range of its dynamic address. */
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

/** The reservations that apply in a network: its own, then the global ones whose address lies in it or that have none. */
export interface ReservationIndex {
  readonly all: readonly Reservation[];
  /** Reservations by the chaddr they match on, in file order. */
  readonly byChaddr: BytesMap<readonly Reservation[]>;
  /** Reservations by the client identifier they match on, in file order. */
  readonly byClientIdentifier: BytesMap<readonly Reservation[]>;
  /** Reservations by the DUID that they match on, and so on, in file order. */
  readonly byDuid: BytesMap<readonly Reservation[]>;
  readonly byCircuitId: BytesMap<readonly Reservation[]>;
  readonly byRemoteId: BytesMap<readonly Reservation[]>;
  /** Reservations that match on none of these, in file order. */
  readonly others: readonly Reservation[];
  readonly byAddress: ReadonlyMap<Ipv4, Reservation>;
}

/** Options as configured at one place, with what they inherit. */
export interface OptionSet {
  /** By option code. `suppressed` marks an option that must not be inherited from further out (`value: null`). */
  readonly byCode: ReadonlyMap<number, ConfiguredOption>;
  /** Those sent although not requested, in order of their codes. */
  readonly always: readonly ConfiguredOption[];
}

export interface ConfiguredOption {
  readonly code: number;
  /** The value as it goes on the wire. */
  readonly data: Uint8Array;
  readonly always: boolean;
  readonly suppressed: boolean;
}

/** An option, or a sub-option, that the operator defined. */
export interface DefinedOption {
  readonly name: string;
  readonly code: number;
  /** `dhcp4`, `vendor-encapsulated` for sub-options of option 43, or `vendor-` and an enterprise number for those of option 125. */
  readonly space: string;
  /** As written. */
  readonly type: OptionType;
  /** What it means. */
  readonly valueType: ValueType;
}

/**
 * The type of an operator's option as it is written: the name of a type, a list with one type in it (values of that type, one behind the
 * other), or a map from names to types (a record of these fields, in this order).
 */
export type OptionType = string | readonly OptionType[] | { readonly [field: string]: OptionType };
