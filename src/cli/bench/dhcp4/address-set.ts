import type { Ipv4 } from "../../../net/ipv4.ts";

/**
 * The addresses that are bound: one bit each, in pieces of 65,536 that are made when first used.
 */
export interface AddressSet {
  /** False when the address was in the set already. */
  add(address: Ipv4): boolean;
  remove(address: Ipv4): void;
}

export function createAddressSet(): AddressSet {
  const pieces: (Uint32Array | undefined)[] = new Array(65_536).fill(undefined);
  return {
    add(address) {
      const high = address >>> 16;
      let piece = pieces[high];
      if (piece === undefined) {
        piece = new Uint32Array(2048);
        pieces[high] = piece;
      }
      const word = (address >>> 5) & 2047;
      const before = piece[word] as number;
      const bit = 1 << (address & 31);
      piece[word] = before | bit;
      return (before & bit) === 0;
    },
    remove(address) {
      const piece = pieces[address >>> 16];
      const word = (address >>> 5) & 2047;
      if (piece !== undefined) piece[word] = (piece[word] as number) & ~(1 << (address & 31));
    },
  };
}
