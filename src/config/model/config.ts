import type { ApiSpec } from "./api.ts";
import type { DefinedOption, FloodProtection, HooksSpec, Limit, LogSpec, OptionSet, StoreSpec, UserSpec } from "./common.ts";
import type { Dhcp4Classification, InterfaceSpec, LeasequerySpec, Link, Network, Range } from "./dhcp4.ts";
import type { Dhcp6Config } from "./dhcp6.ts";
import type { EventSink, HistorySpec } from "./events.ts";
import type { DdnsSpec, DnsSpec, NamePolicy, ReservedName } from "./names.ts";

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
  /** Who is told what becomes of leases; undefined: nobody. */
  readonly events?: readonly EventSink[] | undefined;
  /** Undefined: it is not kept who had which address. */
  readonly history?: HistorySpec | undefined;
  /** Which name a client has; undefined: names are not seen to. */
  readonly names?: NamePolicy | undefined;
  /** Names in other DNS servers; undefined: none is told. */
  readonly ddns?: DdnsSpec | undefined;
  /** Names without one; undefined: nobody is told. */
  readonly dns?: DnsSpec | undefined;
  /** Reserved addresses whose reservation has a name, whether leased or not; only with `dns`. */
  readonly reservedNames?: readonly ReservedName[] | undefined;
  /** Functions of the operator's own; undefined: none. */
  readonly hooks?: HooksSpec | undefined;
  readonly store: StoreSpec;
  /** Undefined: the server stays who started it. */
  readonly user?: UserSpec | undefined;
  readonly log: LogSpec;
  /** The HTTP API; undefined: the configuration says nothing of it, see `apiOf`. */
  readonly api?: ApiSpec | undefined;
}
