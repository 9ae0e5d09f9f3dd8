/**
 * What an address or prefix belongs to, in what its client is known by: an identity association of
 * one of two types (RFC 8415 section 12), or the host itself, which registered it (RFC 9686). Part
 * of the database format.
 */
export const Association = { addresses: 1, prefixes: 2, registered: 3 } as const;
export type Association = (typeof Association)[keyof typeof Association];

/** Bytes in front of the DUID. */
const HEADER = 5;

/**
 * What a client is known by: the type of the identity association, its IAID (unsigned 32 bit; 0 for
 * registered addresses) and the DUID, in bytes of its own.
 */
export function clientKeyOf(association: Association, iaid: number, duid: Uint8Array): Uint8Array {
  const key = new Uint8Array(HEADER + duid.length);
  key[0] = association;
  key[1] = iaid >>> 24;
  key[2] = iaid >>> 16;
  key[3] = iaid >>> 8;
  key[4] = iaid;
  for (let i = 0; i < duid.length; i++) key[HEADER + i] = duid[i] as number;
  return key;
}

/** The DUID in a key: a view. */
export function duidOf(clientKey: Uint8Array): Uint8Array {
  return clientKey.subarray(HEADER);
}

/** The IAID in a key, unsigned 32 bit. */
export function iaidOf(clientKey: Uint8Array): number {
  const [, a = 0, b = 0, c = 0, d = 0] = clientKey;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** The type of the association of a key. */
export function associationOf(clientKey: Uint8Array): number {
  return clientKey[0] ?? 0;
}
