import { formatIpv6, parseIpv6 } from "../../../net/ipv6.ts";
import type { PlainMap } from "../translation.ts";

const BITS = 128;

/**
 * `FIRST LAST /LENGTH`: all prefixes of this length from the first to the last, as pools, of which
 * each is a prefix; undefined: it is not understood.
 */
export function prefixesOf(words: readonly string[]): readonly PlainMap[] | undefined {
  // The length may have come to stand with the last prefix.
  const [first, last, length] = words.flatMap((word) => word.split("/")).filter((word) => word !== "");
  const [low, high] = [numberOf(first), numberOf(last)];
  const bits = Number(length);
  if (low === undefined || high === undefined || !Number.isInteger(bits) || bits < 1 || bits > BITS || high < low) return undefined;
  const size = 1n << BigInt(BITS - bits);
  const pools: PlainMap[] = [];
  let at = (low / size) * size;
  const end = (high / size + 1n) * size;
  // The largest prefix that begins here and does not go beyond the end, again and again.
  while (at < end) {
    let part = size;
    while (at % (part * 2n) === 0n && at + part * 2n <= end) part *= 2n;
    pools.push({ prefix: `${textOf(at)}/${BITS - bitLength(part)}`, delegated_length: bits });
    at += part;
  }
  return pools;
}

function bitLength(powerOfTwo: bigint): number {
  return powerOfTwo.toString(2).length - 1;
}

function numberOf(text: string | undefined): bigint | undefined {
  const address = text === undefined ? undefined : parseIpv6(text);
  return address?.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function textOf(value: bigint): string {
  return formatIpv6(Uint8Array.from({ length: 16 }, (_, i) => Number((value >> BigInt(8 * (15 - i))) & 255n)));
}
