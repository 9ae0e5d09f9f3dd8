import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import { bootId, monotonic } from "../io/boot-clock.ts";
import type { NetworkedLease } from "../leases/lease.ts";
import { COLUMNS, leaseRow, leaseRowsIn, readClock } from "../store/sqlite/rows.ts";
import { openForReading } from "../store/sqlite/schema.ts";
import { type RowNumber, readSlice } from "../store/sqlite/search.ts";

/*
 * The leases of a database that a server is using, read over a connection of its own. What a
 * connection once failed at, it may not do again: the next question has a new one. All throw
 * StoreError, or what node:sqlite throws.
 */
export interface LeaseRows {
  /** The lease in a row; undefined: there is none. */
  row(id: number): NetworkedLease | undefined;
  /** Visits some leases in the order of their rows; where the next ones begin; undefined: nowhere. */
  some(after: RowNumber | undefined, visit: (lease: NetworkedLease) => void): RowNumber | undefined;
  /**
   * The server's clock: lease time now, and what makes seconds since 1970 of it. A wall clock that is
   * set changes the second, a while later, and not the first: it ends no lease.
   */
  clock(): LeaseClock;
  close(): void;
}

/** In seconds. */
export interface LeaseClock {
  readonly now: number;
  readonly wallOffset: number;
}

/** Rows that are read in one turn. */
const AT_ONCE = 2000;

export function openLeaseRows(path: string): LeaseRows {
  let db: DatabaseSync | undefined;
  let one: StatementSync | undefined;
  const boot = bootId();
  const quiet = (): void => {};

  function close(): void {
    const open = db;
    db = undefined;
    one = undefined;
    open?.close();
  }

  function asked<T>(question: (open: DatabaseSync) => T): T {
    try {
      db ??= openForReading(path);
      return question(db);
    } catch (error) {
      close();
      throw error;
    }
  }

  function prepared(open: DatabaseSync): StatementSync {
    const statement = open.prepare(`SELECT ${COLUMNS} FROM ${leaseRowsIn(open)} WHERE id = ?`);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    return statement;
  }

  return {
    row: (id) =>
      asked((open) => {
        one ??= prepared(open);
        const values = one.get(id) as unknown as SQLOutputValue[] | undefined;
        return values && leaseRow(values, quiet);
      }),
    some: (after, visit) =>
      asked((open) => {
        let left = AT_ONCE;
        return readSlice(
          open,
          { after, conditions: () => [], now: 0, most: AT_ONCE },
          {
            visit(lease) {
              visit(lease);
              return --left > 0;
            },
            onDamage: quiet,
          },
        );
      }),
    clock: () =>
      asked((open) => {
        const saved = readClock(open);
        const wallOffset = saved?.offset ?? 0;
        // Of another boot it is until the server that is starting has written its own.
        const isOfThisBoot = saved !== undefined && saved.boot !== "" && saved.boot === boot;
        return { now: isOfThisBoot ? Math.floor(monotonic()) + saved.bootOffset : Math.floor(Date.now() / 1000) - wallOffset, wallOffset };
      }),
    close,
  };
}
