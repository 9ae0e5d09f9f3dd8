import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { isRecord } from "../../leases/columns/record.ts";
import { LeaseState, NEVER, type Seconds } from "../../leases/lease.ts";
import { idOf, ROWS_OF_A_SPACE } from "./batch.ts";
import { COLUMNS, type LeaseRow, leaseRow, leaseRowsIn, type OnDamage, readClock } from "./rows.ts";

/*
 * Leases of a database that a server may be using, some rows at a time in the order of their
 * numbers: what is asked for next begins behind the last row that was looked at, so that it costs
 * the same however far the search has come. Each slice is a transaction of its own and a short one:
 * one that stays open keeps the log of the database from being taken in.
 */

/** Rows that are looked at in one slice: SQLite passes over them in a few milliseconds. */
export const ROWS_OF_A_SLICE = 10_000;

/** What SQLite can tell of a row faster than anybody who has it in hand. */
export interface RowCondition {
  /** A condition on columns of `leases`, with `?` for each of the values. */
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** Where a search goes on: behind the row of this number; undefined: at the first one. */
export type RowNumber = bigint;

/** What is asked of one slice. */
export interface SliceQuestion {
  readonly after?: RowNumber | undefined;
  /** Only rows of this space. */
  readonly space?: number | undefined;
  /** Only rows for which all of these hold, at this lease time. */
  readonly conditions: (now: Seconds) => readonly RowCondition[];
  /** By the wall clock, seconds since 1970. */
  readonly now: Seconds;
  /** Rows that are looked at, at most. */
  readonly most?: number;
}

/** What a slice is read into. */
export interface SliceReader {
  /**
   * Each row in turn, with what is added to lease time for the wall clock; false: enough, the next
   * slice begins behind this row.
   */
  visit(row: LeaseRow, wallOffset: number): boolean;
  /** Told of damaged rows, of those that may be meant. */
  onDamage: OnDamage;
}

/** Reads one slice; returns where the next one begins; undefined: that was the last one. */
export function readSlice(db: DatabaseSync, question: SliceQuestion, { visit, onDamage }: SliceReader): RowNumber | undefined {
  db.exec("BEGIN");
  try {
    const offset = readClock(db)?.offset ?? 0;
    const { rows, end, isLast } = boundsOf(db, question);
    const conditions = question.conditions(question.now - offset);
    if (conditions.some(({ sql }) => sql.includes(IS_RECORD))) {
      db.function(IS_RECORD, { deterministic: true, useBigIntArguments: true }, (record) =>
        record instanceof Uint8Array && isRecord(record) ? 1 : 0,
      );
    }
    const where = ["id > ?", "id <= ?", ...conditions.map(({ sql }) => `(${sql})`)].join(" AND ");
    const statement = db.prepare(`SELECT ${COLUMNS} FROM ${rows} WHERE ${where} ORDER BY id`);
    statement.setReturnArrays(true);
    // A number that JavaScript has no exact form of would end the reading.
    statement.setReadBigInts(true);
    const values = [firstOf(question), end, ...conditions.flatMap((one) => one.values)];
    for (const row of statement.iterate(...values) as Iterable<unknown> as Iterable<SQLOutputValue[]>) {
      const lease = leaseRow(row, onDamage);
      if (lease !== undefined && !visit(lease, offset)) return row[0] as RowNumber;
    }
    return isLast ? undefined : end;
  } finally {
    db.exec("COMMIT");
  }
}

/** The number of a lease's row. */
export function rowNumber({ space, row }: LeaseRow): RowNumber {
  return BigInt(idOf(space, row));
}

/**
 * Reads the rows of these numbers, in this order, in one short transaction; those that are there no
 * more are passed over. Of damage nothing is said: whoever found the numbers was told.
 */
export function readRows(db: DatabaseSync, numbers: readonly RowNumber[], visit: (row: LeaseRow, wallOffset: number) => void): void {
  db.exec("BEGIN");
  try {
    const offset = readClock(db)?.offset ?? 0;
    const statement = db.prepare(`SELECT ${COLUMNS} FROM ${leaseRowsIn(db)} WHERE id = ?`);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    for (const number of numbers) {
      const row = statement.get(number) as SQLOutputValue[] | undefined;
      const lease = row && leaseRow(row, () => {});
      if (lease !== undefined) visit(lease, offset);
    }
  } finally {
    db.exec("COMMIT");
  }
}

const SMALLEST: RowNumber = -(2n ** 63n);
const LARGEST: RowNumber = 2n ** 63n - 1n;

function firstOf({ after = SMALLEST, space }: SliceQuestion): RowNumber {
  const first = space === undefined ? SMALLEST : BigInt(space * ROWS_OF_A_SPACE) - 1n;
  return after > first ? after : first;
}

/**
 * What to select rows from; the last number of the slice; and whether there are rows behind it.
 * Numbers of rows are given out one behind the other and used again, so there are about as many
 * rows as numbers; where there are none for long, the slice begins behind the gap.
 */
function boundsOf(db: DatabaseSync, question: SliceQuestion): { readonly rows: string; readonly end: RowNumber; readonly isLast: boolean } {
  const rows = leaseRowsIn(db);
  const { space, most = ROWS_OF_A_SLICE } = question;
  const limit = space === undefined ? LARGEST : BigInt((space + 1) * ROWS_OF_A_SPACE) - 1n;
  const statement = db.prepare(`SELECT id FROM ${rows} WHERE id > ? AND id <= ? ORDER BY id LIMIT 1`);
  statement.setReadBigInts(true);
  const nextAfter = (after: RowNumber) => statement.get(after, limit)?.id as bigint | undefined;
  const first = nextAfter(firstOf(question));
  if (first === undefined) return { rows, end: limit, isLast: true };
  const end = first + BigInt(most) - 1n;
  return end >= limit || nextAfter(end) === undefined ? { rows, end: limit, isLast: true } : { rows, end, isLast: false };
}

const IS_RECORD = "is_lease_record";
const isNumber = (column: string): string => `typeof(${column}) = 'integer' AND ${column} BETWEEN 0 AND ${0xffffffff}`;

/**
 * Leases in this state at this lease time: one whose time is over has expired, though nobody has
 * written so. A damaged one counts as declined.
 */
export function inState(state: LeaseState, now: Seconds): RowCondition {
  switch (state) {
    case LeaseState.bound:
      return { sql: `state = ${state} AND (expiry >= ? OR expiry = ${NEVER})`, values: [now] };
    case LeaseState.expired:
      return { sql: `state = ${state} OR (state = ${LeaseState.bound} AND expiry < ?)`, values: [now] };
    case LeaseState.released:
      return { sql: `state = ${state}`, values: [] };
    case LeaseState.declined: {
      const sound = `state IN (1, 2, 3) AND ${isNumber("start")} AND ${isNumber("expiry")} AND ${IS_RECORD}(record)`;
      return { sql: `state = ${state} OR NOT coalesce(${sound}, 0)`, values: [] };
    }
  }
}

/** Addresses from the first to the last, as bytes in network order, both of the same length. */
export function addressesFrom(first: Uint8Array, last: Uint8Array): RowCondition {
  return { sql: `length(address) = ${first.length} AND address BETWEEN ? AND ?`, values: [first, last] };
}

/** The name of the network. */
export function inNetwork(name: string): RowCondition {
  return { sql: "network = ?", values: [name] };
}

/** Records that have these bytes somewhere: those where a field has them are among these. */
export function withBytes(bytes: Uint8Array): RowCondition {
  return { sql: "instr(record, ?) > 0", values: [bytes] };
}

/** The same of a text, whatever the case of its letters of ASCII. */
export function withText(text: string): RowCondition {
  const bytes = new TextEncoder().encode(asciiLowerCase(text));
  return { sql: "instr(CAST(lower(CAST(record AS TEXT)) AS BLOB), ?) > 0", values: [bytes] };
}

/** As names are compared (RFC 4343): letters outside ASCII stay as they are. */
export function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * What tells this database from others, for cursors: a number of a row says nothing in another one.
 * Throws where there is no such file.
 */
export function databaseIdentity(path: string): string {
  const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
  return createHash("sha256").update(`${dev} ${ino} ${birthtimeNs}`).digest("base64url").slice(0, 12);
}

/** A place in a search as an opaque text. */
export function formatCursor(identity: string, after: RowNumber): string {
  return Buffer.from(`${identity} ${after}`).toString("base64url");
}

/** Undefined: it is none, or one of another database. */
export function parseCursor(identity: string, text: string): RowNumber | undefined {
  const [owner, number = ""] = Buffer.from(text, "base64url").toString("latin1").split(" ");
  if (owner !== identity || !/^-?\d{1,19}$/.test(number)) return undefined;
  const after = BigInt(number);
  return after >= SMALLEST && after <= LARGEST ? after : undefined;
}
