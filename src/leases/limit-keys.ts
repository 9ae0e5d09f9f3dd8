/*
 * A lease is kept with the keys that it is counted under, for limits, as one byte string: each key
 * behind its length (16 bit, big endian). What the keys mean is for others to know.
 */

/** One byte string of the keys, each of at most 65535 bytes; undefined when there are none. */
export function joinKeys(keys: readonly Uint8Array[]): Uint8Array | undefined {
  if (keys.length === 0) return undefined;
  const joined = new Uint8Array(keys.reduce((sum, key) => sum + 2 + key.length, 0));
  let at = 0;
  for (const key of keys) {
    joined[at] = key.length >>> 8;
    joined[at + 1] = key.length;
    joined.set(key, at + 2);
    at += 2 + key.length;
  }
  return joined;
}

/** The keys, as views of `joined`. What is cut off at the end is left out. */
export function splitKeys(joined: Uint8Array): readonly Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (let at = 0; at + 2 <= joined.length; ) {
    const end = at + 2 + (((joined[at] as number) << 8) | (joined[at + 1] as number));
    if (end > joined.length) break;
    keys.push(joined.subarray(at + 2, end));
    at = end;
  }
  return keys;
}
