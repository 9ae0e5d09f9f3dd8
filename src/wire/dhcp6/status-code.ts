/** Status codes (RFC 8415 section 21.13 and the IANA registry). */
export const StatusCode = {
  Success: 0,
  UnspecFail: 1,
  NoAddrsAvail: 2,
  NoBinding: 3,
  NotOnLink: 4,
  /** RFC 9915 removed it: it is understood, and not sent. */
  UseMulticast: 5,
  NoPrefixAvail: 6,
  /** RFC 5007 section 4.1.3, as are the next three. */
  UnknownQueryType: 7,
  MalformedQuery: 8,
  NotConfigured: 9,
  NotAllowed: 10,
  /** RFC 5460 section 5.6. */
  QueryTerminated: 11,
  /** RFC 7653 section 5.3, as are the next three. */
  DataMissing: 12,
  CatchUpComplete: 13,
  NotSupported: 14,
  TLSConnectionRefused: 15,
  /** RFC 8156 section 5.4, as are those behind it. */
  AddressInUse: 16,
  ConfigurationConflict: 17,
  MissingBindingInformation: 18,
  OutdatedBindingInformation: 19,
  ServerShuttingDown: 20,
  DNSUpdateNotSupported: 21,
  ExcessiveTimeSkew: 22,
} as const;

export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

/** The name of each status. */
export const STATUS_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(StatusCode).map(([name, code]) => [code, name]));
