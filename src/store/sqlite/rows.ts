import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { isRecord } from "../../leases/columns/record.ts";
import { LeaseState, NEVER, type NetworkedLease } from "../../leases/lease.ts";
import { formatAddress } from "../../net/address.ts";
import type { Fact, SavedClock } from "../store.ts";
import { ROWS_OF_A_SPACE } from "./batch.ts";
import { isInFirstFormat, presentRows } from "./dhcp4/migration.ts";

/*
 * Leases as rows of the database, both ways. What is read is not taken on trust: a disk, a program
 * or a person may have changed it. Of a row that says something impossible only the address counts,
 * where that can be read: it is given to nobody, because somebody may have it.
 */

/** A lease of the database with the name of its network. */
export type LeaseRow = NetworkedLease;

/**
 * Reads the clock that was written last. A database that no server of this version has opened yet
 * has none, nor has one in which it is damaged.
 */
export function readClock(db: DatabaseSync): SavedClock | undefined {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'clock'").get() === undefined) return undefined;
  const row = db.prepare("SELECT * FROM clock").get();
  const [offset, trusted, bootOffset] = [Number(row?.wall_offset), Number(row?.trusted_offset), Number(row?.boot_offset)];
  if (![offset, trusted, bootOffset].every(Number.isSafeInteger)) return undefined;
  return { offset, trusted, boot: String(row?.boot), bootOffset };
}

/** Reads what the server knew of itself; what is damaged is left out. */
export function readFacts(db: DatabaseSync): readonly Fact[] {
  const rows = db.prepare("SELECT name, value FROM server").all();
  return rows.flatMap(({ name, value }) => (typeof name === "string" && value instanceof Uint8Array ? [{ name, value }] : []));
}

/** Is told of each row that is damaged, in a sentence for the operator. */
export type OnDamage = (text: string) => void;

/** In the order in which they are written and read. */
export const COLUMNS = "id, address, state, start, expiry, record, network";

/** A server knows the networks itself, and it is a text for each lease. */
export const WITHOUT_NETWORK = COLUMNS.replace(", network", "");

const LARGEST = 0xffffffff;
const LONGEST_ADDRESS = 32;
/** Of nobody: a record with an empty key and nothing else. */
const NOBODY = Uint8Array.of(0, 0, 0, 6, 1, 0);

/** Writes rows of leases, replacing what stands in them. */
export function preparePut(
  db: DatabaseSync,
): (id: number, address: Uint8Array, state: LeaseState, start: number, expiry: number, record: Uint8Array, network: string) => void {
  const statement = db.prepare(`INSERT OR REPLACE INTO leases (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  return (id, address, state, start, expiry, record, network) => {
    statement.run(id, address, state, start, expiry, record, network);
  };
}

/**
 * Reads every lease, streamed, in the order of rows. `columns`: WITHOUT_NETWORK, where the name of
 * the network is of no interest.
 */
export function* readLeases(db: DatabaseSync, onDamage: OnDamage, columns = COLUMNS): IterableIterator<LeaseRow> {
  for (const values of rowsOf(db, columns)) {
    const row = leaseRow(values, onDamage);
    if (row !== undefined) yield row;
  }
}

/** The lease of a row that was read with COLUMNS; undefined: not even its address can be read. */
export function leaseRow(values: readonly SQLOutputValue[], onDamage: OnDamage): LeaseRow | undefined {
  const id = Number(values[0]);
  const space = Math.floor(id / ROWS_OF_A_SPACE);
  const row = id - space * ROWS_OF_A_SPACE;
  const [, address, state, start, expiry, record] = values;
  const network = typeof values[6] === "string" ? values[6] : "";
  if (!isAddress(address)) {
    onDamage(`row ${row} of the lease database is damaged (address): nobody can tell whose lease it was`);
    return undefined;
  }
  const problem = problemOf(values);
  if (problem === undefined) {
    const lease = { state: Number(state) as LeaseState, start: Number(start), expiry: Number(expiry), record: record as Uint8Array };
    return { space, row, address, ...lease, network };
  }
  const text = formatAddress(address);
  onDamage(
    `row ${row} of the lease database is damaged (${problem}): ${text} is given to nobody until \`leasehold leases --unblock ${text}\` frees it`,
  );
  return { space, row, address, state: LeaseState.declined, start: 0, expiry: NEVER, record: NOBODY, network };
}

/**
 * The rows, in their order. A number that JavaScript has no exact form of ends the reading: then
 * what is left is read in a form that has one, which is slower.
 */
function* rowsOf(db: DatabaseSync, columns: string): IterableIterator<SQLOutputValue[]> {
  const table = leaseRowsIn(db);
  const rows = (from: bigint, exact: boolean): Iterable<SQLOutputValue[]> => {
    const statement = db.prepare(`SELECT ${columns} FROM ${table} WHERE id >= ? ORDER BY id`);
    statement.setReturnArrays(true);
    statement.setReadBigInts(exact);
    return statement.iterate(from) as Iterable<unknown> as Iterable<SQLOutputValue[]>;
  };
  let next = -(2n ** 63n);
  let last: SQLOutputValue | undefined;
  try {
    for (const values of rows(next, false)) {
      last = values[0];
      yield values;
    }
    return;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_OUT_OF_RANGE")) throw error;
  }
  if (last !== undefined) next = BigInt(last as number) + 1n;
  yield* rows(next, true);
}

/** What to select the rows of leases from, whatever the format of the database. */
export function leaseRowsIn(db: DatabaseSync): string {
  return isInFirstFormat(db) ? presentRows(db, "leases") : "leases";
}

/** The name of the column that says something impossible, if there is one. */
function problemOf([, , state, start, expiry, record]: readonly SQLOutputValue[]): string | undefined {
  if (!isNumber(state) || state < LeaseState.bound || state > LeaseState.declined) return "state";
  if (!isNumber(start)) return "start";
  if (!isNumber(expiry)) return "expiry";
  return record instanceof Uint8Array && isRecord(record) ? undefined : "record";
}

function isAddress(value: SQLOutputValue | undefined): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array && value.length > 0 && value.length <= LONGEST_ADDRESS;
}

/** An unsigned number of 32 bits. */
function isNumber(value: SQLOutputValue | undefined): value is number | bigint {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= LARGEST;
}
