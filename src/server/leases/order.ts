import { accessSync, constants, statSync } from "node:fs";
import { DatabaseSync } from "../../store/sqlite/node-sqlite.ts";
import type { LeaseRow } from "../../store/sqlite/rows.ts";
import { type RowNumber, readRows, readSlice, rowNumber } from "../../store/sqlite/search.ts";
import type { Printed } from "./printed.ts";
import type { LeaseSearch } from "./query.ts";
import type { SearchOptions } from "./search.ts";

/*
 * Leases that are looked for, in an order other than that of their rows. What is sorted is their
 * numbers, in a temporary database of SQLite's own, which goes to the disk as it grows: a million
 * leases take no more memory than ten. Then they are read again, some at a time, so that the lease
 * database is not held up however long somebody pages through them.
 */

/** What leases can be in the order of. */
export const LEASE_ORDERS = ["address", "expiry", "start", "hostname", "mac"] as const;
/** One of `LEASE_ORDERS`. */
export type LeaseOrder = (typeof LEASE_ORDERS)[number];

/** What an order needs besides what is looked for. */
export interface OrderOptions extends Pick<SearchOptions, "db" | "onDamage"> {
  readonly order: LeaseOrder;
  /** The last one first. */
  readonly reverse?: boolean | undefined;
  /** Is told of each lease before the first one comes. */
  readonly onFound?: ((lease: Printed) => void) | undefined;
}

/** Leases that are read again at one time. */
const AT_ONCE = 1000;

/** What is sorted by, before the address; of a hostname the letters of ASCII in either case. */
const KEYS: Readonly<Record<LeaseOrder, (lease: Printed, row: LeaseRow) => string | number | null>> = {
  address: () => null,
  expiry: (_, { expiry }) => expiry,
  start: (_, { start }) => start,
  hostname: ({ hostname }) => hostname?.toLowerCase() || null,
  mac: ({ hardware_address }) => hardware_address || null,
};

/**
 * The leases by number of the address, those of IPv4 first, or by something else and then by
 * address; those that have no such thing come last. One that comes or goes, or changes what it is
 * sorted by, meanwhile may come or not, and where it was. Throws where the folder for temporary
 * files does not take them.
 */
export function* leasesInOrder(search: LeaseSearch, options: OrderOptions): IterableIterator<Printed> {
  const { db, reverse } = options;
  const now = Math.floor(Date.now() / 1000);
  const sorted = new DatabaseSync("");
  try {
    inTemporary(() => sorted.exec("PRAGMA journal_mode = OFF; CREATE TABLE found (id INTEGER, key, space INTEGER, address BLOB); BEGIN"));
    findAll(search, options, sorted, now);
    const way = reverse ? "DESC" : "ASC";
    const ids = sorted.prepare(`SELECT id FROM found ORDER BY key IS NULL, key ${way}, space ${way}, address ${way}`);
    ids.setReturnArrays(true);
    let some: RowNumber[] = [];
    const read = (): readonly Printed[] => {
      const found: Printed[] = [];
      readRows(db, some, (row, wallOffset) => {
        const lease = search.printed(row, wallOffset, now);
        if (lease !== undefined) found.push(lease);
      });
      some = [];
      return found;
    };
    const each = ids.iterate() as Iterator<unknown> as Iterator<[number]>;
    for (let next = inTemporary(() => each.next()); !next.done; next = inTemporary(() => each.next())) {
      some.push(BigInt(next.value[0]));
      if (some.length === AT_ONCE) yield* read();
    }
    yield* read();
  } finally {
    sorted.close();
  }
}

function findAll(search: LeaseSearch, { db, order, onFound, onDamage = () => {} }: OrderOptions, sorted: DatabaseSync, now: number): void {
  const insert = sorted.prepare("INSERT INTO found VALUES (?, ?, ?, ?)");
  const { space, conditions } = search;
  let after: RowNumber | undefined;
  do {
    after = readSlice(
      db,
      { after, space, conditions, now },
      {
        visit(row, wallOffset) {
          const lease = search.printed(row, wallOffset, now);
          if (lease === undefined) return true;
          onFound?.(lease);
          inTemporary(() => insert.run(rowNumber(row), KEYS[order](lease, row), row.space, row.address));
          return true;
        },
        onDamage,
      },
    );
  } while (after !== undefined);
}

/** Does something with the temporary database: what is wrong with it is not said of the leases'. */
function inTemporary<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `leases can't be sorted in the folder for temporary files, ${temporaryFolder()} (${why}): make room there, or name another folder in TMPDIR`,
    );
  }
}

/** Where SQLite has its temporary files: the first of these that is a folder it may write in. */
function temporaryFolder(): string {
  const { SQLITE_TMPDIR, TMPDIR } = process.env;
  return [SQLITE_TMPDIR, TMPDIR, "/var/tmp", "/usr/tmp", "/tmp"].find((path) => path !== undefined && isWritable(path)) ?? ".";
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
