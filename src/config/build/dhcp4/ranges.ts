import { formatIpv4, type Ipv4 } from "../../../net/ipv4.ts";
import { formatIpv4Prefix, type Ipv4Prefix, prefixContains, rangeOfPrefix } from "../../../net/prefix.ts";
import { type AddressRange, formatAddressRange, rangeContains, rangeSize, rangesOverlap } from "../../../net/range.ts";
import type { RangeFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import type { Report } from "../../text/problems.ts";

/** The addresses of one configured range. */
export interface Pool extends AddressRange {
  readonly file: RangeFile;
  readonly path: Path;
  readonly except: readonly AddressRange[];
}

/**
 * Reads the ranges of a network: inside it, apart from each other. Those with problems are reported
 * and left out.
 */
export function readPools(files: readonly RangeFile[], prefix: Ipv4Prefix, path: Path, report: Report): readonly Pool[] {
  const pools: Pool[] = [];
  /** The same in order of address. */
  const sorted: Pool[] = [];
  for (const [i, file] of files.entries()) {
    const place = [...path, i];
    const addresses = addressesOf(file, place, report);
    if (addresses === undefined || !checkInside(file, addresses, prefix, place, report)) continue;
    const at = firstEndingAt(sorted, addresses.start);
    const other = sorted[at];
    if (other !== undefined && rangesOverlap(other, addresses)) {
      report.error(
        place,
        `the range ${formatAddressRange(addresses)} overlaps the range ${formatAddressRange(other)}`,
        "an address can be in one range only",
      );
      continue;
    }
    const pool = { ...addresses, file, path: place, except: readExceptions(file, addresses, place, report) };
    pools.push(pool);
    sorted.splice(at, 0, pool);
  }
  return pools;
}

function addressesOf(file: RangeFile, path: Path, report: Report): AddressRange | undefined {
  const given = file.range ?? file.prefix;
  if (given !== undefined) return given;
  const { start, end } = file;
  if (start === undefined || end === undefined) return undefined;
  if (start <= end) return { start, end };
  report.error([...path, "end"], `the range ends (${formatIpv4(end)}) before it starts (${formatIpv4(start)})`, "swap start and end");
  return undefined;
}

function checkInside(file: RangeFile, addresses: AddressRange, prefix: Ipv4Prefix, path: Path, report: Report): boolean {
  const startInside = prefixContains(prefix, addresses.start);
  const endInside = prefixContains(prefix, addresses.end);
  if (startInside && endInside) return true;
  const key = file.range !== undefined ? "range" : file.prefix !== undefined ? "prefix" : startInside ? "end" : "start";
  const what =
    key === "range" || key === "prefix" ? formatAddressRange(addresses) : formatIpv4(startInside ? addresses.end : addresses.start);
  const whole = rangeOfPrefix(prefix);
  report.error(
    [...path, key],
    `${what} is outside the network ${formatIpv4Prefix(prefix)}`,
    `the network has the addresses ${formatAddressRange(whole)}`,
  );
  return false;
}

function readExceptions(file: RangeFile, addresses: AddressRange, path: Path, report: Report): readonly AddressRange[] {
  const result: AddressRange[] = [];
  for (const [i, exception] of (file.except ?? []).entries()) {
    if (rangeContains(addresses, exception.start) && rangeContains(addresses, exception.end)) result.push(exception);
    else {
      const what = exception.start === exception.end ? formatIpv4(exception.start) : formatAddressRange(exception);
      report.error(
        [...path, "except", i],
        `${what} is not inside the range ${formatAddressRange(addresses)}`,
        "an exception has no effect outside its range; remove it or correct it",
      );
    }
  }
  return result;
}

/** Network and broadcast address; a prefix of 31 or 32 bits has neither (RFC 3021). */
export function unusableAddresses(prefix: Ipv4Prefix): readonly Ipv4[] {
  const { start, end } = rangeOfPrefix(prefix);
  return prefix.length <= 30 ? [start, end] : [];
}

/**
 * The first and the last address of every /24 that the pool touches: .0 and .255, which some
 * clients take for broadcast addresses.
 */
export function firstAndLastOf24(pool: AddressRange): readonly Ipv4[] {
  const addresses: Ipv4[] = [];
  for (let base = pool.start - (pool.start % 256); base <= pool.end; base += 256) addresses.push(base, base + 255);
  return addresses;
}

/**
 * The index of the first of the ranges, which are in order and apart from each other, that does not
 * end before the address.
 */
function firstEndingAt(sorted: readonly AddressRange[], address: Ipv4): number {
  return lowerBound(sorted.length, (i) => (sorted[i] as AddressRange).end >= address);
}

/**
 * The first of `length` indexes for which `holds`, as it does for all behind it; `length` when
 * there is none.
 */
function lowerBound(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Finds the range that holds an address, in logarithmic time. The ranges don't overlap. */
export function rangeLookup<R extends AddressRange>(ranges: readonly R[]): (address: Ipv4) => R | undefined {
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  return (address) => {
    const range = sorted[firstEndingAt(sorted, address)];
    return range !== undefined && rangeContains(range, address) ? range : undefined;
  };
}

/**
 * What is never allocated from a pool: its exceptions, those of `addresses` (sorted) and of `more`
 * that lie inside. Sorted and joined.
 */
export function excludedFrom(pool: Pool, addresses: readonly Ipv4[], more: readonly Ipv4[]): readonly AddressRange[] {
  const all = [...pool.except];
  for (let i = lowerBound(addresses.length, (index) => (addresses[index] as Ipv4) >= pool.start); i < addresses.length; i++) {
    const address = addresses[i] as Ipv4;
    if (address > pool.end) break;
    all.push({ start: address, end: address });
  }
  for (const address of more) if (rangeContains(pool, address)) all.push({ start: address, end: address });
  all.sort((a, b) => a.start - b.start);
  const merged: AddressRange[] = [];
  for (const next of all) {
    const last = merged.at(-1);
    if (last === undefined || next.start > last.end + 1) merged.push({ start: next.start, end: next.end });
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, next.end) };
  }
  return merged;
}

/** How many addresses of a range can be given out. */
export function allocatableSize(range: AddressRange, excluded: readonly AddressRange[]): number {
  return excluded.reduce((size, part) => size - rangeSize(part), rangeSize(range));
}
