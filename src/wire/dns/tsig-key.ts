/** Algorithms of TSIG (RFC 8945 section 6) that are spoken. */
export const TSIG_ALGORITHMS = ["hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"] as const;
/** One of `TSIG_ALGORITHMS`. */
export type TsigAlgorithm = (typeof TSIG_ALGORITHMS)[number];

/** A key that a DNS server and this one share. */
export interface TsigKey {
  /** In small letters, without a dot at its end. */
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}
