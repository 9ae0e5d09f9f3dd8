import type { PlainMap } from "../translation.ts";
import type { Classes, Required } from "./classes.ts";
import type { Bounds } from "./family.ts";
import type { Inherited } from "./inherited.ts";
import type { Section } from "./section.ts";
import type { Times } from "./times.ts";

/* The networks of a file while they are read. */

export interface Network {
  readonly prefix: string;
  readonly bounds: Bounds;
  readonly out: PlainMap;
  readonly section: Section;
  readonly inherited: Inherited;
  /** The shared network that it is in. */
  readonly shared: string | undefined;
}

/** Networks while they are read. */
export interface Networks {
  readonly classes: Classes;
  readonly required: Required;
  /** Kinds of identifiers that reservations may have. */
  readonly identifiers: readonly string[];
  /** Whether Kea's hook for limits is loaded. */
  readonly limits: boolean;
  readonly global: Inherited;
  readonly times: Times;
  /** Lease times are those of the top level everywhere. */
  readonly sameTimes: boolean;
  /** As they stand in the file. */
  readonly list: Network[];
  /** In the order of their addresses; none overlaps another. */
  readonly ordered: Network[];
  readonly shared: PlainMap;
}

/** Adds a network that overlaps none. */
export function addNetwork({ list, ordered }: Networks, network: Network): void {
  list.push(network);
  ordered.splice(countUpTo(ordered, network.bounds.last), 0, network);
}

/** A network that has addresses in common with these. */
export function overlappingNetwork({ ordered }: Networks, { first, last }: Bounds): Network | undefined {
  const before = ordered[countUpTo(ordered, last) - 1];
  return before !== undefined && first <= before.bounds.last ? before : undefined;
}

/** How many begin at this address or before it. */
function countUpTo(ordered: readonly Network[], key: string): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle] as Network).bounds.first <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
