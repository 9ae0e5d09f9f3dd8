/* What the configurations of both protocols are made of. */

import type { ValueType } from "../../wire/values/values.ts";
import type { Node } from "../class-expression/syntax.ts";

/** Where leases are kept. `path` undefined: the command line says. */
export type StoreSpec = { readonly kind: "sqlite"; readonly path: string | undefined } | { readonly kind: "memory" };

/** What is logged, and in which form. */
export interface LogSpec {
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  readonly format: "pretty" | "json";
}

/**
 * The hooks of a configuration that is a module: which there are, and where; never the functions.
 */
export interface HooksSpec {
  /** The file of the module, absolute: the thread of the hooks imports it. */
  readonly module: string;
  /** Which of them there are. */
  readonly message: boolean;
  readonly reply: boolean;
  readonly event: boolean;
  /** How long a message waits for the answer of each, in milliseconds. */
  readonly budget: number;
  /** What becomes of a message whose hook has no answer. */
  readonly onFailure: "serve" | "drop";
}

/**
 * Whom the server becomes when it was started by root: names of the system, or numbers as text.
 * Without a group it is that of the user.
 */
export interface UserSpec {
  readonly user: string;
  readonly group?: string | undefined;
}

/** A client may send `packets` messages at once, and as many more in each `seconds` seconds. */
export interface FloodProtection {
  readonly packets: number;
  readonly seconds: number;
}

/** Options as configured at one place, with what they inherit. */
export interface OptionSet {
  /**
   * By option code. `suppressed` marks an option that must not be inherited from further out
   * (`value: null`).
   */
  readonly byCode: ReadonlyMap<number, ConfiguredOption>;
  /** Those sent although not requested, in order of their codes. */
  readonly always: readonly ConfiguredOption[];
}

/** An option with the value that the configuration gives it. */
export interface ConfiguredOption {
  readonly code: number;
  /** The value as it goes on the wire. */
  readonly data: Uint8Array;
  /**
   * Further values, each in an option of its own behind that of `data`: of an option that repeats,
   * or that holds one enterprise (RFC 8415 section 21.17). Undefined: there is one option.
   */
  readonly more?: readonly Uint8Array[] | undefined;
  readonly always: boolean;
  readonly suppressed: boolean;
}

/** An option, or a sub-option, that the operator defined. */
export interface DefinedOption {
  readonly name: string;
  readonly code: number;
  /**
   * `dhcp4`, `dhcp6`, `vendor-encapsulated` for sub-options of option 43, or `vendor-` and an
   * enterprise number for those of option 125 and, of DHCPv6, 17.
   */
  readonly space: string;
  /** As written. */
  readonly type: OptionType;
  /** What it means. */
  readonly valueType: ValueType;
}

/**
 * The type of an operator's option as it is written: the name of a type, a list with one type in it
 * (values of that type, one behind the other), or a map from names to types (a record of these
 * fields, in this order).
 */
export type OptionType = string | readonly OptionType[] | { readonly [field: string]: OptionType };

/** Lease times in seconds; 0xffffffff never ends. min <= default <= max. */
export interface LeaseTime {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** T1 and T2 when configured; undefined: 1/2 and 7/8 of the lease time. */
  readonly renew: number | undefined;
  readonly rebind: number | undefined;
}

/** Who may use a network, a range or a reservation, by numbers of classes. */
export interface Guard {
  /** Only clients in this class. */
  readonly allowed: number | undefined;
  /** No client in this class. */
  readonly denied: number | undefined;
}

/** Where programs may ask for many leases over one connection (RFC 5460, RFC 6926). */
export interface BulkLeasequerySpec {
  /** Addresses of the protocol's kind, 4 or 16 bytes, and TCP ports to listen on; not empty. */
  readonly listen: readonly ListenSpec[];
}

/** Where to listen for connections. */
export interface ListenSpec {
  readonly address: Uint8Array;
  /** Undefined: the port of the server that speaks the protocol. */
  readonly port: number | undefined;
}

/** At most so many leases for each value of an expression. */
export interface Limit {
  /**
   * Where the limit stands, its class and its expression: what begins the keys that leases are
   * counted under. No other limit's begins with it.
   */
  readonly identity: Uint8Array;
  /** The expression as written. */
  readonly key: string;
  /** The same, read: a value. An empty one is not limited. @internal */
  readonly value: Node;
  readonly max: number;
  /** Number of the class whose clients it is for; undefined: it is for all. */
  readonly class: number | undefined;
}

/** A kind of client, told by what it sends, or by its reservation. */
export interface ClientClass {
  /** Its position in the file, and in what the engine keeps about a client. */
  readonly number: number;
  readonly name: string;
  /**
   * The expression as written; undefined: only a reservation or a template puts clients into the
   * class.
   */
  readonly assert: string | undefined;
  /**
   * The same, read: a condition that puts the client into the class, or the value of a template.
   *
   * @internal
   */
  readonly expression: Node | undefined;
  /** Undefined: the class is no template. */
  readonly template: ClassTemplate | undefined;
  readonly options: OptionSet;
  /** Over those of the top level; undefined: the class says nothing of them. */
  readonly leaseTime: LeaseTime | undefined;
}

/**
 * Makes a class of each value that is not empty; clients with any such value are in the template
 * itself, too.
 */
export interface ClassTemplate {
  /** Those that the configuration names: what clients send is never kept. */
  readonly spawned: readonly SpawnedClass[];
}

/** Number of a class of a template, and the value that makes it. */
export interface SpawnedClass {
  readonly value: Uint8Array;
  readonly number: number;
}

/** A class that the server itself defines; only those that the configuration names are here. */
export type BuiltInClass = { readonly number: number; readonly name: string } & (
  | { readonly kind: "ALL" | "KNOWN" | "UNKNOWN" | "BOOTP" }
  /** A class of a template, SPAWN_name_value. */
  | { readonly kind: "SPAWNED" }
  /** Clients whose option 60 is exactly this. */
  | { readonly kind: "VENDOR_CLASS"; readonly vendorClass: Uint8Array }
);

/** What the engine needs to know which classes a client is in, and what follows from it. */
export interface Classification<Class extends ClientClass = ClientClass> {
  /** In the order of the file, which is that of their options. */
  readonly classes: readonly Class[];
  /** Those that depend on the message alone, each behind what it depends on. */
  readonly early: readonly Class[];
  /** Those that depend on the reservation of the client, each behind what it depends on. */
  readonly late: readonly Class[];
  /** Their numbers follow those of `classes`. */
  readonly builtIns: readonly BuiltInClass[];
  /** Whether the reservation of the client has to be known to tell its classes. */
  readonly needsReservation: boolean;
  /** Number of the class DROP, whose clients are not answered. */
  readonly drop: number | undefined;
  /** Those of the top level: places that set none have this very object. */
  readonly leaseTime: LeaseTime;
}
