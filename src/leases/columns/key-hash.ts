import { HalfSipHash } from "../../net/half-sip-hash.ts";

/** A hash of 32 bits, unsigned. */
export type KeyHash = (key: Uint8Array) => number;

const LONGEST_REMEMBERED = 64;

/**
 * The hash that leases are found by. Clients choose what they are known by: one who knew the hash
 * could choose such identifiers that all leases are looked through to find one. `secret`: two
 * unsigned 32-bit numbers that no client knows.
 */
export function createKeyHash(secret: readonly [number, number]): KeyHash {
  const hash = new HalfSipHash(...secret);
  // One message asks for the hash of its client several times.
  const last = new Uint8Array(LONGEST_REMEMBERED);
  let length = -1;
  return (key) => {
    if (key.length === length) {
      let i = 0;
      while (i < length && key[i] === last[i]) i++;
      if (i === length) return hash.first;
    }
    hash.hash(key, key.length);
    length = key.length <= LONGEST_REMEMBERED ? key.length : -1;
    for (let i = 0; i < length; i++) last[i] = key[i] as number;
    return hash.first;
  };
}
