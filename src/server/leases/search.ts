import type { DatabaseSync } from "node:sqlite";
import type { OnDamage } from "../../store/sqlite/rows.ts";
import { type RowNumber, readSlice } from "../../store/sqlite/search.ts";
import type { Printed } from "./printed.ts";
import type { LeaseSearch } from "./query.ts";

/** Some of the leases that are looked for. */
export interface FoundLeases {
  readonly leases: readonly Printed[];
  /** Where the search goes on; undefined: it has seen every lease. */
  readonly next: RowNumber | undefined;
}

/** What a search needs besides what is looked for. */
export interface SearchOptions {
  readonly db: DatabaseSync;
  /** Where it goes on; undefined: at the first lease. */
  readonly after?: RowNumber | undefined;
  /** Leases that are found, at most. */
  readonly limit: number;
  readonly onDamage?: OnDamage | undefined;
}

/**
 * Looks at the next rows of a lease database, in one short transaction: there may be more to come
 * although few leases, or none, were found. Every lease that is there all the while that a search
 * goes on comes once; one that comes or goes meanwhile may come or not.
 */
export function findLeases(search: LeaseSearch, { db, after, limit, onDamage = () => {} }: SearchOptions): FoundLeases {
  const now = Math.floor(Date.now() / 1000);
  const leases: Printed[] = [];
  const question = { after, space: search.space, conditions: search.conditions, now };
  const next = readSlice(db, question, {
    visit(row, wallOffset) {
      const lease = search.printed(row, wallOffset, now);
      if (lease !== undefined) leases.push(lease);
      return leases.length < limit;
    },
    onDamage,
  });
  return { leases, next };
}

/** All leases that are looked for, some at a time. */
export function* allLeases(search: LeaseSearch, options: Omit<SearchOptions, "after">): IterableIterator<readonly Printed[]> {
  let after: RowNumber | undefined;
  do {
    const found = findLeases(search, { ...options, after });
    yield found.leases;
    after = found.next;
  } while (after !== undefined);
}
