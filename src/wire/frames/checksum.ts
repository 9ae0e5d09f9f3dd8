/**
 * The checksum of IP, UDP and ICMP: the one's complement of the one's complement sum of 16-bit
 * words (RFC 1071).
 */

/**
 * Adds the words of a range to a sum that is not folded yet; an odd last byte counts as the high
 * byte of a word.
 */
export function addWords(bytes: Uint8Array, start: number, end: number, sum = 0): number {
  let at = start;
  for (; at + 1 < end; at += 2) sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  return at < end ? sum + ((bytes[at] as number) << 8) : sum;
}

/** The checksum for a sum of words: 0 over data that holds its own right checksum. */
export function finishChecksum(sum: number): number {
  let folded = (sum & 0xffff) + Math.floor(sum / 0x10000);
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

/** The checksum of a range. */
export function checksum(bytes: Uint8Array, start: number, end: number): number {
  return finishChecksum(addWords(bytes, start, end));
}
