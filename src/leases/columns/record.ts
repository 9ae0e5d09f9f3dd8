import { NO_BYTES } from "../../net/bytes.ts";

/*
 * A record: what is kept about the client of a lease, as one byte string, in memory and on disk.
 *
 *   0  length of the whole record (32 bit, big endian)
 *   4  fields, one behind the other: number (8 bit), length (8 bit; 255: a 16-bit length follows),
 *      value
 *
 * Fields are numbered, and whoever reads a record passes over those that it does not know: a new
 * fact about a lease is a new number, and no migration. The value of the first field is what the
 * client is known by, whatever its number; where the lease is counted under limits, the keys of
 * these are the second field. So both are found without looking through the others.
 */

/**
 * Numbers of the fields that records of every protocol have; those from 16 on are a protocol's own.
 */
export const COMMON_FIELD = {
  /** What the client is known by, where no other field says the same. */
  clientKey: 1,
  /** The keys that the lease is counted under, as `joinKeys` makes them. */
  limitKeys: 2,
  /** The name that the client has here, see lease-name.ts. */
  name: 3,
  /** It has no value: that it is there says all. */
  foundByProbe: 4,
} as const;

/** The longest record: an arena has room for no longer ones. Values have at most 65,535 bytes. */
export const LONGEST_RECORD = 1 << 20;

const HEADER = 4;
/** In place of a length of 8 bits: one of 16 bits follows. */
const LONG = 255;

/** Where the first field of the record at `at` begins. */
export function firstField(at: number): number {
  return at + HEADER;
}

/** Bytes of the record that begins at `at`. */
export function recordLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

/** Bytes that a field with a value of this length takes; 0 where there is no such field. */
export function fieldSize(value: Uint8Array | undefined): number {
  return value === undefined ? 0 : sizeOfField(value.length);
}

/** The same, by the length of the value. */
export function sizeOfField(length: number): number {
  return length + (length < LONG ? 2 : 4);
}

/** Bytes of a record whose fields take so many. */
export function recordSize(fields: number): number {
  return HEADER + fields;
}

/** Writes number and length of a field; returns where its value begins. */
export function beginField(number: number, length: number, into: Uint8Array, at: number): number {
  into[at] = number;
  if (length < LONG) {
    into[at + 1] = length;
    return at + 2;
  }
  into[at + 1] = LONG;
  into[at + 2] = length >>> 8;
  into[at + 3] = length;
  return at + 4;
}

/** Writes a field, or nothing where it has no value; returns the offset behind it. */
export function writeField(number: number, value: Uint8Array | undefined, into: Uint8Array, at: number): number {
  if (value === undefined) return at;
  const start = beginField(number, value.length, into, at);
  // For the few bytes of an identifier a loop is faster than set().
  for (let i = 0; i < value.length; i++) into[start + i] = value[i] as number;
  return start + value.length;
}

/** The value of a field that says something by being there. */
export function flagValue(isSet: true | undefined): Uint8Array | undefined {
  return isSet && NO_BYTES;
}

/** Writes the length of a record that begins at `at` and whose fields end at `end`. */
export function endRecord(into: Uint8Array, at: number, end: number): void {
  const length = end - at;
  into[at] = length >>> 24;
  into[at + 1] = length >>> 16;
  into[at + 2] = length >>> 8;
  into[at + 3] = length;
}

/** Where the value of the field at `field` begins. */
export function valueStart(bytes: Uint8Array, field: number): number {
  return bytes[field + 1] === LONG ? field + 4 : field + 2;
}

/** Where it ends, and the next field begins. */
export function valueEnd(bytes: Uint8Array, field: number): number {
  const length = bytes[field + 1] as number;
  if (length !== LONG) return field + 2 + length;
  return field + 4 + (((bytes[field + 2] as number) << 8) | (bytes[field + 3] as number));
}

/** The value of a field as a view; undefined: the record that begins at `at` has none. */
export function fieldValue(bytes: Uint8Array, at: number, number: number): Uint8Array | undefined {
  const end = at + recordLength(bytes, at);
  for (let field = at + HEADER; field < end; field = valueEnd(bytes, field)) {
    if (bytes[field] === number) return bytes.subarray(valueStart(bytes, field), valueEnd(bytes, field));
  }
  return undefined;
}

/** What the client is known by, as a view. */
export function recordKey(bytes: Uint8Array, at: number): Uint8Array {
  const field = at + HEADER;
  return bytes.subarray(valueStart(bytes, field), valueEnd(bytes, field));
}

/** Whether the client is known by this key; without making views. */
export function recordHasKey(bytes: Uint8Array, at: number, key: Uint8Array): boolean {
  const field = at + HEADER;
  const start = valueStart(bytes, field);
  if (valueEnd(bytes, field) - start !== key.length) return false;
  for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key[i]) return false;
  return true;
}

/** The limit keys, as a view; undefined: the lease counts for no limit. */
export function recordLimitKeys(bytes: Uint8Array, at: number): Uint8Array | undefined {
  const field = valueEnd(bytes, at + HEADER);
  if (field >= at + recordLength(bytes, at) || bytes[field] !== COMMON_FIELD.limitKeys) return undefined;
  return bytes.subarray(valueStart(bytes, field), valueEnd(bytes, field));
}

/** Whether these bytes, whatever they are, are a record from the first to the last. */
export function isRecord(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER + 2 || bytes.length > LONGEST_RECORD) return false;
  if (recordLength(bytes, 0) !== bytes.length) return false;
  let field = HEADER;
  while (field + 2 <= bytes.length) {
    if (bytes[field + 1] === LONG && field + 4 > bytes.length) return false;
    field = valueEnd(bytes, field);
  }
  return field === bytes.length;
}
