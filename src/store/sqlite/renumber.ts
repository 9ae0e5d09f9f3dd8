import type { DatabaseSync } from "node:sqlite";
import { ROWS_OF_A_SPACE } from "./batch.ts";
import type { OnDamage } from "./rows.ts";

/** Rows that a space may have numbers for beside those in use, however few these are. */
const SPARE = 65536n;
const SPACE = BigInt(ROWS_OF_A_SPACE);
/** Spaces have numbers of 8 bits. */
const END = 256n * SPACE;

/**
 * Gives rows new numbers whose own are out of all proportion: the table in memory has room for
 * every row up to the highest, so that one damaged number would cost gigabytes. They lead nowhere
 * else, so a row is as good with another one.
 */
export function renumberRows(db: DatabaseSync, onDamage: OnDamage): void {
  const { lowest, highest } = numbers(db, "SELECT min(id) AS lowest, max(id) AS highest FROM leases");
  if (lowest === null || lowest === undefined || highest === null || highest === undefined) return;
  if (lowest >= 0n && highest < SPARE) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    // What is in no space at all is taken for a row of the first one: a wrong address is told when
    // it is read.
    if (lowest < 0n) moveBehind(db, 0n, lowest, -1n, onDamage);
    if (highest >= END) moveBehind(db, 0n, END, highest, onDamage);
    for (let space = 0n; space < 256n && space * SPACE <= highest; space++) compact(db, space * SPACE, onDamage);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** `begin`: the first number of a space. */
function compact(db: DatabaseSync, begin: bigint, onDamage: OnDamage): void {
  const range = [begin, begin + SPACE - 1n] as const;
  const { highest } = numbers(db, "SELECT max(id) AS highest FROM leases WHERE id BETWEEN ? AND ?", ...range);
  if (highest === null || highest === undefined || highest - begin < SPARE) return;
  const { count } = numbers(db, "SELECT count(*) AS count FROM leases WHERE id BETWEEN ? AND ?", ...range);
  const limit = begin + 2n * (count as bigint) + SPARE;
  if (highest >= limit) moveBehind(db, begin, limit, highest, onDamage, limit - 1n);
}

/**
 * Moves rows from `first` to `last` behind those of a space that begins at `begin`, of which only
 * those up to `before` count.
 */
function moveBehind(db: DatabaseSync, begin: bigint, first: bigint, last: bigint, onDamage: OnDamage, before = begin + SPACE - 1n): void {
  const wrong = db.prepare("SELECT id FROM leases WHERE id BETWEEN ? AND ? ORDER BY id");
  wrong.setReadBigInts(true);
  const { end } = numbers(db, "SELECT max(id) AS end FROM leases WHERE id BETWEEN ? AND ?", begin, before);
  const renumber = db.prepare("UPDATE leases SET id = ? WHERE id = ?");
  let next = (end ?? begin - 1n) + 1n;
  for (const { id } of wrong.all(first, last) as { id: bigint }[]) {
    // Wherever many leases have ended, high numbers are left: only what no server ever gives is
    // damage.
    if (id < 0n || id >= END) onDamage(`row ${id} of the lease database has an impossible number: it is row ${next} now`);
    renumber.run(next, id);
    next++;
  }
}

function numbers(db: DatabaseSync, sql: string, ...values: bigint[]): Record<string, bigint | null | undefined> {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return (statement.get(...values) ?? {}) as Record<string, bigint | null | undefined>;
}
