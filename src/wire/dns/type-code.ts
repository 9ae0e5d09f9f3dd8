/*
 * Numbers of the DNS that are spoken here (RFC 1035, RFC 2136, RFC 8945 and the registry of IANA).
 */

/** Types of resource records, and what only a question or a message about messages has. */
export const RecordType = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  DHCID: 49,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

/** Classes; NONE and ANY have a meaning of their own in an UPDATE (RFC 2136 section 2.4). */
export const RecordClass = { IN: 1, NONE: 254, ANY: 255 } as const;

/** Kinds of messages. */
export const Opcode = { QUERY: 0, NOTIFY: 4, UPDATE: 5 } as const;

/**
 * What became of a request: of a message up to 15 (RFC 1035, RFC 2136), of its OPT record (RFC
 * 6891) or of its TSIG record (RFC 8945) from 16 on.
 */
export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  /** In an OPT record, where 16 is no BADSIG. */
  BADVERS: 16,
  BADSIG: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADTRUNC: 22,
} as const;

const TYPE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(RecordType).map(([name, code]) => [code, name]));
/** 16 is BADSIG: that of an OPT record is not shown by its number. */
const RCODE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(Rcode).map(([name, code]) => [code, name]));

/** The name of a type; of one that is not known here `TYPE65`, say (RFC 3597 section 5). */
export function nameOfType(code: number): string {
  return TYPE_NAMES.get(code) ?? `TYPE${code}`;
}

/** The name of a result; of one that is not known here `RCODE11`, say. */
export function nameOfRcode(code: number): string {
  return RCODE_NAMES.get(code) ?? `RCODE${code}`;
}
