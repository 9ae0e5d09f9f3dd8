import { formatIpv4, type Ipv4, parseIpv4 } from "./ipv4.ts";

/** Addresses from `start` to `end`, both included. */
export interface AddressRange {
  readonly start: Ipv4;
  readonly end: Ipv4;
}

/** Whether the address is one of the range, which includes both ends. */
export function rangeContains(range: AddressRange, address: Ipv4): boolean {
  return address >= range.start && address <= range.end;
}

/** Number of addresses in the range. */
export function rangeSize(range: AddressRange): number {
  return range.end - range.start + 1;
}

export function rangesOverlap(a: AddressRange, b: AddressRange): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/**
 * Whether one of the ranges, which are sorted and don't overlap, holds the address: a binary
 * search.
 */
export function sortedRangesContain(ranges: readonly AddressRange[], address: Ipv4): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle] as AddressRange;
    if (range.start > address) high = middle - 1;
    else if (range.end < address) low = middle + 1;
    else return true;
  }
  return false;
}

/** Reads `first-last`; undefined when malformed or when the end comes before the start. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const dash = text.indexOf("-");
  if (dash < 0) return undefined;
  const start = parseIpv4(text.slice(0, dash).trim());
  const end = parseIpv4(text.slice(dash + 1).trim());
  if (start === undefined || end === undefined || end < start) return undefined;
  return { start, end };
}

/** A range as `first-last`. */
export function formatAddressRange(range: AddressRange): string {
  return `${formatIpv4(range.start)}-${formatIpv4(range.end)}`;
}
