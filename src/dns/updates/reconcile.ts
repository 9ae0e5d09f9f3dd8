import type { NameReader } from "../claim.ts";
import type { Direction } from "./direction.ts";
import { doubtForward, doubtReverse, type Published } from "./published.ts";
import { leadsElsewhere, type RouteTable } from "./route-table.ts";
import type { Settling } from "./settle.ts";
import { inSlices } from "./slices.ts";

/*
 * Looks at everything that is published and at everything that is wanted, and hands on what differs.
 */

/** Rows of what is published that are read at one time. */
const PAGE = 500;

export interface ReconcileParts {
  readonly names: NameReader;
  readonly published: Published;
  readonly settling: Settling;
  readonly forward: Direction;
  readonly reverse: Direction;
}

/** Routes of before; what was published by these need not be where the new ones lead to. */
export interface RoutesBefore {
  readonly forward: RouteTable;
  readonly reverse: RouteTable;
}

/**
 * False: it was ended, as `goesOn` said. Rejects where what is published can't be read or written.
 */
export async function reconcile(
  { names, published, settling, forward, reverse }: ReconcileParts,
  before: RoutesBefore | undefined,
  goesOn: () => boolean,
): Promise<boolean> {
  function lookAtName(name: string): void {
    const route = forward.routeOf(name);
    if (route === undefined || settling.nameState(name, route.isRetired).plan !== undefined) forward.add(name);
  }

  function lookAtAddress(address: string): void {
    const route = reverse.routeOf(address);
    if (route === undefined || settling.addressState(address, route.isRetired).plan !== undefined) reverse.add(address);
  }

  function doubtName(name: string): void {
    if (leadsElsewhere(forward.routeOf(name), before?.forward.choose(forward.dnsNameOf(name)))) doubtForward(published, name);
  }

  function doubtAddress(address: string): void {
    if (leadsElsewhere(reverse.routeOf(address), before?.reverse.choose(reverse.dnsNameOf(address)))) doubtReverse(published, address);
  }

  if (before !== undefined) {
    if (!(await inSlices(pages(published.namesAfter), doubtName, goesOn))) return false;
    if (!(await inSlices(pages(published.addressesAfter), doubtAddress, goesOn))) return false;
  }
  // What is to be removed comes first: a name that has moved is gone before it is there again.
  if (!(await inSlices(pages(published.namesAfter), lookAtName, goesOn))) return false;
  if (!(await inSlices(pages(published.addressesAfter), lookAtAddress, goesOn))) return false;
  const lookAtNew = (name: string): void => {
    if (published.forward(name).length === 0) lookAtName(name);
    for (const { addressText } of names.byName(name)) {
      if (published.reverse(addressText).length === 0) lookAtAddress(addressText);
    }
  };
  return inSlices(names.names(), lookAtNew, goesOn);
}

/** All of them, a page at a time: what is written between pages does no harm. */
export function* pages(after: (key: string, limit: number) => readonly string[]): Iterable<string> {
  for (let last = ""; ; ) {
    const page = after(last, PAGE);
    yield* page;
    const end = page.at(-1);
    if (end === undefined) return;
    last = end;
  }
}
