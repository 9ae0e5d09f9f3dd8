import type { PoolAddresses } from "../space.ts";

/*
 * Pools of addresses of 128 bits, and of prefixes to delegate, by ordinals: the n-th address of a
 * range, the n-th prefix of its length in a larger one. Numbers of 53 bits are enough for that,
 * whatever the size of the range: of a larger one the first 2^53 are a pool, more than anybody will
 * see.
 */

const BITS = 128;
const LARGEST = 2 ** 53;

/** Addresses of 16 bytes from `start` to `end`, both included. */
export function addressRange(start: Uint8Array, end: Uint8Array): PoolAddresses<Uint8Array> {
  const size = distance(start, end, BITS) + 1;
  return {
    size: Math.min(size, LARGEST),
    ordinalOf: (address) => distance(start, address, BITS),
    addressAt: (ordinal) => plus(start, ordinal, BITS),
  };
}

/**
 * The prefixes of `delegated` bits in the prefix of `length` bits that begins at `start`. A prefix
 * is 17 bytes: its address, and its length. 0 <= length <= delegated <= 128.
 */
export function prefixesIn(start: Uint8Array, length: number, delegated: number): PoolAddresses<Uint8Array> {
  return {
    size: Math.min(2 ** (delegated - length), LARGEST),
    ordinalOf: (prefix) => distance(start, prefix, delegated),
    addressAt(ordinal) {
      const prefix = new Uint8Array(17);
      prefix.set(plus(start, ordinal, delegated));
      prefix[16] = delegated;
      return prefix;
    },
  };
}

/** How far `address` is behind `start`, counted in prefixes of so many bits. Exact up to 2^53. */
function distance(start: Uint8Array, address: Uint8Array, bits: number): number {
  const bytes = Math.ceil(bits / 8);
  let difference = 0;
  for (let i = 0; i < bytes; i++) difference = difference * 256 + (address[i] as number) - (start[i] as number);
  return Math.floor(difference / 2 ** (bytes * 8 - bits));
}

/** The address so many prefixes of so many bits behind `start`. */
function plus(start: Uint8Array, count: number, bits: number): Uint8Array {
  const bytes = Math.ceil(bits / 8);
  const sum = start.slice(0, 16);
  let carry = count * 2 ** (bytes * 8 - bits);
  for (let i = bytes - 1; i >= 0 && carry > 0; i--) {
    const value = (sum[i] as number) + (carry % 256);
    sum[i] = value;
    carry = Math.floor(carry / 256) + (value > 255 ? 1 : 0);
  }
  return sum;
}
