import { grown } from "./grown.ts";
import type { KeyHash } from "./key-hash.ts";

/** The addresses of all rows. What an address is made of is known here alone. */
export interface AddressColumn<A> {
  /** Makes room for this many rows. */
  reserve(capacity: number): void;
  get(row: number): A;
  set(row: number, address: A): void;
  is(row: number, address: A): boolean;
  /** Where an address is looked for in an index: 32 bits, unsigned. */
  hash(address: A): number;
  /** The hashes by row; another array after `reserve`. */
  readonly hashes: Uint32Array;
}

/** What a table has to know of a kind of addresses. */
export interface AddressForm<A> {
  /**
   * `hash`: a hash that no client can foresee, for addresses that clients can choose among many.
   */
  createColumn(hash: KeyHash): AddressColumn<A>;
  equals(a: A, b: A): boolean;
  /** As it is stored: bytes of their own, in network order. */
  toBytes(address: A): Uint8Array;
  /** Undefined: these bytes are no such address. */
  fromBytes(bytes: Uint8Array): A | undefined;
}

/** Addresses of 32 bits, as unsigned numbers. They are their own hashes. */
export const ADDRESS_32: AddressForm<number> = {
  createColumn: () => new Column32(),
  equals: (a, b) => a === b,
  toBytes: (address) => Uint8Array.of(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255),
  fromBytes(bytes) {
    if (bytes.length !== 4) return undefined;
    const [a, b, c, d] = bytes as unknown as [number, number, number, number];
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  },
};

class Column32 implements AddressColumn<number> {
  hashes = new Uint32Array(0);

  reserve(capacity: number): void {
    this.hashes = grown(this.hashes, new Uint32Array(capacity));
  }

  get(row: number): number {
    return this.hashes[row] as number;
  }

  set(row: number, address: number): void {
    this.hashes[row] = address;
  }

  is(row: number, address: number): boolean {
    return this.hashes[row] === address;
  }

  hash(address: number): number {
    return address;
  }
}

/**
 * Addresses of a fixed number of bytes, such as the 16 of 128 bits. Those that `get` gives own
 * their bytes.
 */
export function addressesOfBytes(length: number): AddressForm<Uint8Array> {
  return {
    createColumn: (hash) => new BytesColumn(length, hash),
    equals(a, b) {
      for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
      return true;
    },
    toBytes: (address) => address.slice(),
    fromBytes: (bytes) => (bytes.length === length ? bytes.slice() : undefined),
  };
}

class BytesColumn implements AddressColumn<Uint8Array> {
  hashes = new Uint32Array(0);
  #bytes = new Uint8Array(0);
  readonly #length: number;
  readonly #hash: KeyHash;

  constructor(length: number, hash: KeyHash) {
    this.#length = length;
    this.#hash = hash;
  }

  reserve(capacity: number): void {
    this.hashes = grown(this.hashes, new Uint32Array(capacity));
    this.#bytes = grown(this.#bytes, new Uint8Array(capacity * this.#length));
  }

  get(row: number): Uint8Array {
    return this.#bytes.slice(row * this.#length, (row + 1) * this.#length);
  }

  set(row: number, address: Uint8Array): void {
    this.#bytes.set(address, row * this.#length);
    this.hashes[row] = this.#hash(address);
  }

  is(row: number, address: Uint8Array): boolean {
    const at = row * this.#length;
    // Addresses of one network differ in their last bytes.
    for (let i = this.#length - 1; i >= 0; i--) if (this.#bytes[at + i] !== address[i]) return false;
    return true;
  }

  hash(address: Uint8Array): number {
    return this.#hash(address);
  }
}
