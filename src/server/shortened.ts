/*
 * What clients and relays say may be as long as a datagram: an entry of the log has the beginning
 * of it.
 */

/** Bytes of one value, and how many values of a list. */
const MOST_BYTES = 64;
const MOST_VALUES = 16;

/** The bytes as `format` has them; of long ones the first, and an ellipsis. */
export function shortened(bytes: Uint8Array, format: (bytes: Uint8Array) => string): string {
  return bytes.length <= MOST_BYTES ? format(bytes) : `${format(bytes.subarray(0, MOST_BYTES))}…`;
}

/** The texts with commas between them; of many the first, and how many more there are. */
export function shortList(texts: readonly string[]): string {
  if (texts.length <= MOST_VALUES) return texts.join(", ");
  return `${texts.slice(0, MOST_VALUES).join(", ")} and ${texts.length - MOST_VALUES} more`;
}
