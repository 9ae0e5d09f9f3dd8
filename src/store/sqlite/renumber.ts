import type { DatabaseSync } from "node:sqlite";
import type { OnDamage } from "./rows.ts";

/** Rows that a database may have numbers for beside those in use, however few these are. */
const SPARE = 65536;
const LARGEST = 0xffffffffn;

/**
 * Gives rows new numbers whose own are out of all proportion: the table in memory has room for every row up to the highest, so that one damaged number
 * would cost gigabytes. They lead nowhere else, so a row is as good with another one.
 */
export function renumberRows(db: DatabaseSync, onDamage: OnDamage): void {
  const { lowest, highest } = numbers(db, "SELECT min(row) AS lowest, max(row) AS highest FROM leases");
  if (lowest === null || lowest === undefined || highest === null || highest === undefined) return;
  if (lowest >= 0n && highest < SPARE) return;
  const { count } = numbers(db, "SELECT count(*) AS count FROM leases");
  const limit = 2n * (count as bigint) + BigInt(SPARE);
  if (lowest >= 0n && highest < limit) return;
  const wrong = db.prepare("SELECT row FROM leases WHERE row < 0 OR row >= ? ORDER BY row");
  wrong.setReadBigInts(true);
  const { last } = numbers(db, "SELECT max(row) AS last FROM leases WHERE row BETWEEN 0 AND ?", limit - 1n);
  const renumber = db.prepare("UPDATE leases SET row = ? WHERE row = ?");
  db.exec("BEGIN IMMEDIATE");
  try {
    let next = (last ?? -1n) + 1n;
    for (const { row } of wrong.all(limit) as { row: bigint }[]) {
      // Wherever many leases have ended, high numbers are left: only what no server ever gives is damage.
      if (row < 0n || row > LARGEST) onDamage(`row ${row} of the lease database has an impossible number: it is row ${next} now`);
      renumber.run(next, row);
      next++;
    }
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function numbers(db: DatabaseSync, sql: string, ...values: bigint[]): Record<string, bigint | null | undefined> {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return (statement.get(...values) ?? {}) as Record<string, bigint | null | undefined>;
}
