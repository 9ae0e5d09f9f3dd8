/** Addresses from `start` to `end`, both included. */
export interface Range<A> {
  readonly start: A;
  readonly end: A;
}

/** Addresses of one kind in their order, as far as a configuration has to know them. */
export interface AddressOrder<A> {
  /** Less than, equal to or greater than 0 as `a` comes before, is or comes after `b`. */
  readonly compare: (a: A, b: A) => number;
  readonly format: (address: A) => string;
  /** The address behind this one; undefined behind the last. */
  readonly next: (address: A) => A | undefined;
}

/** Addresses and prefixes of one kind. */
export interface AddressFamily<A, P> extends AddressOrder<A> {
  readonly formatPrefix: (prefix: P) => string;
  /** Of `address/length`, whatever bits are set behind the length; undefined when malformed. */
  readonly prefixAround: (text: string) => P | undefined;
  /** First and last address of a prefix. */
  readonly rangeOf: (prefix: P) => Range<A>;
}

export function contains<A>({ compare }: AddressOrder<A>, range: Range<A>, address: A): boolean {
  return compare(range.start, address) <= 0 && compare(address, range.end) <= 0;
}

export function overlaps<A>({ compare }: AddressOrder<A>, a: Range<A>, b: Range<A>): boolean {
  return compare(a.start, b.end) <= 0 && compare(b.start, a.end) <= 0;
}

/** `first-last`, or a single address. */
export function formatRange<A>({ compare, format }: AddressOrder<A>, { start, end }: Range<A>): string {
  return compare(start, end) === 0 ? format(start) : `${format(start)}-${format(end)}`;
}

/**
 * The index of the first of the ranges, which are in order and apart from each other, that does not
 * end before the address.
 */
export function firstEndingAt<A>({ compare }: AddressOrder<A>, sorted: readonly Range<A>[], address: A): number {
  return lowerBound(sorted.length, (i) => compare((sorted[i] as Range<A>).end, address) >= 0);
}

/**
 * The first of `length` indexes for which `holds`, as it does for all behind it; `length` when
 * there is none.
 */
export function lowerBound(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Finds the entry whose range holds an address, in logarithmic time. The ranges don't overlap.
 */
export function rangeLookup<A, Entry>(
  family: AddressOrder<A>,
  entries: readonly Entry[],
  rangeOf: (entry: Entry) => Range<A>,
): (address: A) => Entry | undefined {
  const sorted = entries.map((entry) => ({ entry, ...rangeOf(entry) })).sort((a, b) => family.compare(a.start, b.start));
  return (address) => {
    const found = sorted[firstEndingAt(family, sorted, address)];
    return found !== undefined && family.compare(found.start, address) <= 0 ? found.entry : undefined;
  };
}

/** The same addresses in ranges that are in order, and neither overlap nor touch. */
export function joined<A>({ compare, next }: AddressOrder<A>, ranges: readonly Range<A>[]): readonly Range<A>[] {
  const sorted = [...ranges].sort((a, b) => compare(a.start, b.start));
  const result: Range<A>[] = [];
  for (const { start, end } of sorted) {
    const last = result.at(-1);
    const behind = last && next(last.end);
    if (last === undefined || (behind !== undefined && compare(start, behind) > 0)) result.push({ start, end });
    else if (compare(end, last.end) > 0) result[result.length - 1] = { start: last.start, end };
  }
  return result;
}
