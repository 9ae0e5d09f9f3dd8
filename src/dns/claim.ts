/** An address and the name that it is to be found by. */
export interface Claim {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  /** The same as text, as `formatAddress` makes it: what it is known by. */
  readonly addressText: string;
  /** Whole, in small letters, without a dot at its end. */
  readonly name: string;
  /**
   * Who has it, as RFC 4701 section 3.3 tells clients apart: the identifier type, two bytes, and the
   * data; undefined: a reservation that nobody has come for.
   */
  readonly identifier: Uint8Array | undefined;
  /** The host is the same as that of any claim with one of these: its MAC address, its DUID. */
  readonly hosts: readonly string[];
  /** The configuration says that the address has this name. */
  readonly reserved: boolean;
  /** This server sees to its address record in other DNS servers. */
  readonly forward: boolean;
  /** And to its PTR record there. */
  readonly reverse: boolean;
  /** When the lease ends, in seconds since 1970; Infinity: never, or there is no lease. */
  readonly expiry: number;
  /** Seconds for which the client was given it; Infinity: for ever, or there is no lease. */
  readonly lifetime: number;
}

/** What has changed of names since the last time. */
export interface NameChanges {
  /** Names whose addresses, or whose owner, are others now. */
  readonly names: ReadonlySet<string>;
  /** Addresses, as text, whose name is another one now. */
  readonly addresses: ReadonlySet<string>;
}

/** A host goes without the name that it claims: another one has it, or no client may. */
export interface NameConflict {
  readonly name: string;
  /** An address of the host that has it; empty: no client may have it. */
  readonly owner: string;
  /** That of the host that goes without. */
  readonly refused: string;
}

/** Which names there are, to look at. */
export interface NameReader {
  /** Names that somebody has. */
  readonly size: number;
  /** What stands under a name: addresses of one host, or those that are reserved for it. */
  byName(name: string): readonly Claim[];
  /** What an address, as text, is called; undefined: its name is another host's, or it has none. */
  byAddress(address: string): Claim | undefined;
  names(): Iterable<string>;
  conflicts(): Iterable<NameConflict>;
}
