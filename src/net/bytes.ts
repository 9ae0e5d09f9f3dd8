/** Small helpers on byte strings, shared by every room above. */

export const NO_BYTES: Uint8Array = new Uint8Array(0);

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The same of values that may be missing: a missing one equals a missing one only. */
export function equalIfAny(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b);
}

/**
 * Less than, equal to or greater than 0 as `a` comes before, is or comes after `b`, by their bytes
 * up to `length`.
 */
export function compareBytes(a: Uint8Array, b: Uint8Array, length: number = Math.max(a.length, b.length)): number {
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? -1) - (b[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The unsigned number of two bytes in network order, which the caller knows to be there. */
export function readU16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** The unsigned number of four bytes in network order, which the caller knows to be there. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | readU16(bytes, at + 2)) >>> 0;
}

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  writeU16(bytes, at, value >>> 16);
  writeU16(bytes, at + 2, value);
}

/**
 * Copies all of `from` to this place. A loop beats `set` for the few bytes that most values have.
 */
export function writeBytes(bytes: Uint8Array, at: number, from: Uint8Array): void {
  const { length } = from;
  if (length <= 32) for (let i = 0; i < length; i++) bytes[at + i] = from[i] as number;
  else bytes.set(from, at);
}

/**
 * A well-mixed unsigned 32-bit hash (FNV-1a with a final avalanche); stable across versions, for
 * `hashed` allocation depends on it.
 */
export function hashBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** All of them, one behind the other, in bytes of their own. */
export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Lower-case hex without separators. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/**
 * Reads hex pairs, optionally separated by colons, dashes or spaces and led by `0x`; undefined when
 * malformed.
 */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/^0x/i, "").replace(/[:\s-]/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** A map from byte strings to values. Keys are copied; look-ups allocate nothing. */
export class BytesMap<V> {
  readonly #buckets = new Map<number, { readonly key: Uint8Array; value: V }[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Uint8Array): V | undefined {
    const bucket = this.#buckets.get(hashBytes(key));
    if (bucket === undefined) return undefined;
    for (const entry of bucket) if (equalBytes(entry.key, key)) return entry.value;
    return undefined;
  }

  set(key: Uint8Array, value: V): void {
    const hash = hashBytes(key);
    const bucket = this.#buckets.get(hash);
    const entry = bucket?.find((e) => equalBytes(e.key, key));
    if (entry !== undefined) {
      entry.value = value;
      return;
    }
    this.#size++;
    if (bucket === undefined) this.#buckets.set(hash, [{ key: key.slice(), value }]);
    else bucket.push({ key: key.slice(), value });
  }
}
