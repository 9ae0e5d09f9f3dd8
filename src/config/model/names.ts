import type { TsigKey } from "../../wire/dns/tsig-key.ts";

export { TSIG_ALGORITHMS, type TsigAlgorithm, type TsigKey } from "../../wire/dns/tsig-key.ts";

/**
 * Which name a client has, and who is to see to it that it resolves. It is for both protocols.
 */
export interface NamePolicy {
  /**
   * What stands behind a name that is not whole, in small letters and without a dot at its end;
   * undefined: the domain name that the client is given.
   */
  readonly suffix: string | undefined;
  /** Whether names are seen to at all (`enable_updates`). */
  readonly updates: boolean;
  /** The server sees to the address records of a client that wants to do so itself. */
  readonly overridesClient: boolean;
  /** The same for a client that wants none. */
  readonly overridesNoUpdates: boolean;
  /** A client without a name gets one that is made of its address. */
  readonly generates: boolean;
}

/** Where a DNS server is, or is to be. */
export interface DnsEndpoint {
  /** An IPv4 or IPv6 address as text. */
  readonly address: string;
  readonly port: number;
}

/** A server that takes updates of a zone. */
export interface DdnsServer extends DnsEndpoint {
  /**
   * The zone, in small letters and without a dot at its end; undefined: any that no other entry
   * names, which the server is asked for.
   */
  readonly zone: string | undefined;
  /** Undefined: updates are not signed. */
  readonly key: TsigKey | undefined;
}

/** What becomes of a name that another client has in the DNS. */
export const CONFLICT_POLICIES = ["check-dhcid", "overwrite"] as const;
/** One of `CONFLICT_POLICIES`. */
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

/** By DNS UPDATE to other servers (RFC 2136). Several entries for a zone are tried in their order. */
export interface DdnsSpec {
  readonly forward: readonly DdnsServer[];
  readonly reverse: readonly DdnsServer[];
  /** Of the records, in seconds; undefined: a third of the lease time, at least ten minutes. */
  readonly ttl: number | undefined;
  readonly conflict: ConflictPolicy;
}

/** By answering DNS, or by a file for a program that does. */
export interface DnsSpec {
  /** Empty: DNS is not answered. */
  readonly listen: readonly DnsEndpoint[];
  /**
   * Zones that are answered for, forward ones and reverse ones, in small letters and without a dot at
   * the end: those that the configuration names, and what follows from networks.
   */
  readonly zones: readonly string[];
  /** Of the records, in seconds. */
  readonly ttl: number;
  /** Who may have whole zones, and is told that they have changed. */
  readonly secondaries: readonly DnsEndpoint[];
  /** Undefined: no hosts file is written. */
  readonly hostsFile: string | undefined;
  /** A program and its arguments, that is run when the file has changed; empty: none. */
  readonly command: readonly string[];
}

/** A reserved address with its name. */
export interface ReservedName {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  /** Whole, in small letters and without a dot at its end. */
  readonly name: string;
}
