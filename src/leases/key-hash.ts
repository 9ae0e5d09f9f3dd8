import { HalfSipHash } from "../net/half-sip-hash.ts";

/** A hash of 32 bits, unsigned. */
export type KeyHash = (key: Uint8Array) => number;

/**
 * The hash that leases are found by. Clients choose what they are known by: one who knew the hash could choose such identifiers that all leases
 * are looked through to find one. `secret`: two unsigned 32-bit numbers that no client knows.
 */
export function createKeyHash(secret: readonly [number, number]): KeyHash {
  const hash = new HalfSipHash(...secret);
  return (key) => {
    hash.hash(key, key.length);
    return hash.first;
  };
}
