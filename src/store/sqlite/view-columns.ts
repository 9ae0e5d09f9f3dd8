/*
 * Leases for whoever reads the database by hand. Records are taken apart by SQL alone, so that any
 * program that reads SQLite can use the views; a column is worked out only where it is asked for.
 */

/** A byte of a blob, by its place from 1, as a number. SQLite has no function for that. */
export function byteAt(blob: string, place: number): string {
  const digit = (at: number) => `instr('123456789ABCDEF', substr(hex(substr(${blob}, ${place}, 1)), ${at}, 1))`;
  return `(${digit(1)} * 16 + ${digit(2)})`;
}

/**
 * The value of a numbered item; NULL: there is none. Items stand one behind the other in a blob:
 * number, length, value. `long`: a length of 255 says that one of two bytes follows, as in records.
 */
export function itemIn(items: string, number: number, long: boolean): string {
  const short = byteAt("rest", 2);
  const isLong = `${short} = 255`;
  const length = long ? `CASE WHEN ${isLong} THEN ${byteAt("rest", 3)} * 256 + ${byteAt("rest", 4)} ELSE ${short} END` : short;
  const start = long ? `CASE WHEN ${isLong} THEN 5 ELSE 3 END` : "3";
  return `(WITH RECURSIVE item (number, value, rest) AS (
      SELECT -1, x'', ${items}
      UNION ALL
      SELECT ${byteAt("rest", 1)}, substr(rest, ${start}, ${length}), substr(rest, ${start} + ${length}) FROM item WHERE length(rest) > 0
    ) SELECT value FROM item WHERE number = ${number})`;
}

/** A numbered field of the record, behind its length. */
export const field = (number: number): string => itemIn("substr(record, 5)", number, true);
export const hex = (blob: string): string => `coalesce(lower(hex(${blob})), '')`;
export const text = (blob: string): string => `CAST(${blob} AS TEXT)`;
/** The first part of each view: how far the wall clock is ahead of lease time. */
export const CLOCK_NOW = "clock_now AS (SELECT coalesce((SELECT wall_offset FROM clock), 0) AS ahead)";

/** What every lease has: its state now, and when that began and ends, by the wall clock in UTC. */
export const STATE_AND_TIMES = `CASE WHEN state = 1 AND expiry + ahead <= unixepoch() AND expiry <> 4294967295 THEN 'expired'
         ELSE CASE state WHEN 1 THEN 'bound' WHEN 2 THEN 'released' WHEN 3 THEN 'expired' WHEN 4 THEN 'declined' END END AS state,
    datetime(start + ahead, 'unixepoch') AS start,
    CASE expiry WHEN 4294967295 THEN 'never' ELSE datetime(expiry + ahead, 'unixepoch') END AS expiry`;
