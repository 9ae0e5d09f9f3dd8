import type { DefinedOption, FloodProtection, Limit, LogSpec, OptionSet, StoreSpec } from "./common.ts";
import type { Dhcp4Classification, InterfaceSpec, LeasequerySpec, Link, Network, Range } from "./dhcp4.ts";
import type { Dhcp6Config } from "./dhcp6.ts";

/** A configuration that has been checked as a whole. Immutable; a reload makes a new one. */
export interface Config {
  /**
   * Interfaces to serve directly; empty: every interface that is up and has an address in a
   * configured network.
   */
  readonly interfaces: readonly InterfaceSpec[];
  /** In the order of the file; `network.index` is the position here. */
  readonly networks: readonly Network[];
  /** Every network is part of exactly one link; `link.index` is the position here. */
  readonly links: readonly Link[];
  /** Every range of every network; `range.index` is the position here. */
  readonly ranges: readonly Range[];
  /**
   * Options of the top level. What is closer overrides them: look in `Range.options` and so on
   * first, then here.
   */
  readonly options: OptionSet;
  /** Options that the operator defined, in the order of the file; undefined: none. */
  readonly optionDefinitions?: readonly DefinedOption[] | undefined;
  /** How many leases there may be, in all networks together, for each value of an expression. */
  readonly limits: readonly Limit[];
  /** Client classes; undefined: there are none, and nothing depends on any. */
  readonly classification?: Dhcp4Classification | undefined;
  /** Ignore option 61 and know clients by htype and chaddr alone. */
  readonly chaddrOnly: boolean;
  /** How long an offered address is kept for its client, in seconds. */
  readonly offerHold: number;
  /**
   * How long an expired or released lease is remembered for its last owner while other addresses
   * are free, in seconds.
   */
  readonly affinity: number;
  /**
   * For this share of a lease, in percent, a renewal gets the time that remains and nothing is
   * written; 0: each is written.
   */
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
  readonly leasequery?: LeasequerySpec | undefined;
  /** The section `v6`; undefined: DHCPv6 is not served. */
  readonly dhcp6?: Dhcp6Config | undefined;
  readonly store: StoreSpec;
  readonly log: LogSpec;
}
