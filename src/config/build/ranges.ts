import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import {
  type AddressFamily,
  type AddressOrder,
  contains,
  firstEndingAt,
  formatRange,
  joined,
  lowerBound,
  overlaps,
  type Range,
} from "./family.ts";
import type { NamedPrefix } from "./prefixes.ts";

/** What stands in a range of either protocol. */
export interface RangeFile<A> {
  readonly start?: A | undefined;
  readonly end?: A | undefined;
  readonly range?: Range<A> | undefined;
  readonly prefix?: Range<A> | undefined;
  readonly except?: readonly Range<A>[] | undefined;
}

/** The addresses of one configured range. */
export interface Pool<A, File> extends Range<A> {
  readonly file: File;
  readonly path: Path;
  readonly except: readonly Range<A>[];
}

/**
 * Reads the ranges of a network: inside it, apart from each other. Those with problems are reported
 * and left out.
 */
export function readPools<A, P, File extends RangeFile<A>>(
  files: readonly File[],
  network: NamedPrefix<A, P>,
  family: AddressFamily<A, P>,
  path: Path,
  report: Report,
): readonly Pool<A, File>[] {
  const pools: Pool<A, File>[] = [];
  /** The same in order of address. */
  const sorted: Pool<A, File>[] = [];
  for (const [i, file] of files.entries()) {
    const place = [...path, i];
    const addresses = addressesOf(file, family, place, report);
    if (addresses === undefined || !checkInside(file, addresses, network, family, place, report)) continue;
    const at = firstEndingAt(family, sorted, addresses.start);
    const other = sorted[at];
    if (other !== undefined && overlaps(family, other, addresses)) {
      report.error(
        place,
        `the range ${fromTo(family, addresses)} overlaps the range ${fromTo(family, other)}`,
        "an address can be in one range only",
        other.path,
      );
      continue;
    }
    const pool = { ...addresses, file, path: place, except: readExceptions(file, addresses, family, place, report) };
    pools.push(pool);
    sorted.splice(at, 0, pool);
  }
  return pools;
}

/** `first-last`, also of a single address. */
function fromTo<A>({ format }: AddressOrder<A>, { start, end }: Range<A>): string {
  return `${format(start)}-${format(end)}`;
}

function addressesOf<A>(file: RangeFile<A>, family: AddressOrder<A>, path: Path, report: Report): Range<A> | undefined {
  const given = file.range ?? file.prefix;
  if (given !== undefined) return given;
  const { start, end } = file;
  if (start === undefined || end === undefined) return undefined;
  if (family.compare(start, end) <= 0) return { start, end };
  const message = `the range ends (${family.format(end)}) before it starts (${family.format(start)})`;
  report.error([...path, "end"], message, "swap start and end");
  return undefined;
}

function checkInside<A, P>(
  file: RangeFile<A>,
  addresses: Range<A>,
  network: NamedPrefix<A, P>,
  family: AddressFamily<A, P>,
  path: Path,
  report: Report,
): boolean {
  const startInside = contains(family, network.range, addresses.start);
  const endInside = contains(family, network.range, addresses.end);
  if (startInside && endInside) return true;
  const key = file.range !== undefined ? "range" : file.prefix !== undefined ? "prefix" : startInside ? "end" : "start";
  const isWhole = key === "range" || key === "prefix";
  const what = isWhole ? fromTo(family, addresses) : family.format(startInside ? addresses.end : addresses.start);
  report.error(
    [...path, key],
    `${what} is outside the network ${network.name}`,
    `the network has the addresses ${fromTo(family, network.range)}`,
  );
  return false;
}

function readExceptions<A>(
  file: RangeFile<A>,
  addresses: Range<A>,
  family: AddressOrder<A>,
  path: Path,
  report: Report,
): readonly Range<A>[] {
  const result: Range<A>[] = [];
  for (const [i, exception] of (file.except ?? []).entries()) {
    if (contains(family, addresses, exception.start) && contains(family, addresses, exception.end)) result.push(exception);
    else {
      report.error(
        [...path, "except", i],
        `${formatRange(family, exception)} is not inside the range ${fromTo(family, addresses)}`,
        "an exception has no effect outside its range; remove it or correct it",
      );
    }
  }
  return result;
}

/**
 * What is never allocated from a pool: its exceptions, those of `addresses` (sorted) and of `more`
 * that lie inside. Sorted and joined.
 */
export function excludedFrom<A>(
  pool: Pool<A, unknown>,
  addresses: readonly A[],
  more: readonly A[],
  family: AddressOrder<A>,
): readonly Range<A>[] {
  const all = [...pool.except];
  for (let i = lowerBound(addresses.length, (index) => family.compare(addresses[index] as A, pool.start) >= 0); i < addresses.length; i++) {
    const address = addresses[i] as A;
    if (family.compare(address, pool.end) > 0) break;
    all.push({ start: address, end: address });
  }
  for (const address of more) if (contains(family, pool, address)) all.push({ start: address, end: address });
  return joined(family, all);
}

/**
 * Reports a range of which all is excluded; `whenUnreserved` tells what is without the reserved
 * addresses.
 */
export function reportFull<A>(
  pool: Pool<A, unknown>,
  excluded: readonly Range<A>[],
  whenUnreserved: () => readonly Range<A>[],
  family: AddressOrder<A>,
  report: Report,
): void {
  const isAll = ([first, ...others]: readonly Range<A>[]): boolean =>
    first !== undefined &&
    others.length === 0 &&
    family.compare(first.start, pool.start) === 0 &&
    family.compare(first.end, pool.end) === 0;
  if (!isAll(excluded)) return;
  const what = `the range ${fromTo(family, pool)} has no address to give out`;
  if (isAll(whenUnreserved())) {
    report.error(pool.path, what, "all of its addresses are excepted or the network's own; remove the range or make it larger");
    return;
  }
  const hint = "clients without a reservation get none; remove the range or make it larger";
  report.warn(pool.path, `${what}: all of them are reserved`, hint);
}
