/**
 * HalfSipHash-2-4 with a result of 64 bits (Aumasson and Bernstein): a hash whose collisions nobody
 * finds who does not know the key, for tables that strangers may put things in. It works in 32-bit
 * words and allocates nothing.
 */
export class HalfSipHash {
  /** The result of the last `hash`: its first and its last 32 bits, unsigned. */
  first = 0;
  last = 0;
  readonly #key0: number;
  readonly #key1: number;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;

  /** The two halves of the secret key, 32 bits each. */
  constructor(key0: number, key1: number) {
    this.#key0 = key0 | 0;
    this.#key1 = key1 | 0;
  }

  /** Hashes the first `length` bytes. */
  hash(bytes: Uint8Array, length: number): void {
    this.#v0 = this.#key0;
    this.#v1 = this.#key1 ^ 0xee;
    this.#v2 = this.#key0 ^ 0x6c796765;
    this.#v3 = this.#key1 ^ 0x74656462;
    const words = length & ~3;
    for (let i = 0; i < words; i += 4) this.#take(wordAt(bytes, i));
    let rest = length << 24;
    for (let i = words; i < length; i++) rest |= (bytes[i] as number) << (8 * (i - words));
    this.#take(rest);
    this.#v2 ^= 0xee;
    this.#rounds(4);
    this.first = (this.#v1 ^ this.#v3) >>> 0;
    this.#v1 ^= 0xdd;
    this.#rounds(4);
    this.last = (this.#v1 ^ this.#v3) >>> 0;
  }

  #take(word: number): void {
    this.#v3 ^= word;
    this.#rounds(2);
    this.#v0 ^= word;
  }

  #rounds(count: number): void {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}

/** Four bytes, the least significant first. */
function wordAt(bytes: Uint8Array, i: number): number {
  return (bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16) | ((bytes[i + 3] as number) << 24);
}
