import type { DatabaseSync } from "node:sqlite";
import type { EventCode } from "../event.ts";
import { ROWS_OF_A_SPACE } from "./batch.ts";
import { readClock } from "./rows.ts";

/** Events that are forgotten, or taken up into the index, in one transaction. */
const SLICE = 5000;
/** From so many on that are left to do, not even a busy server waits with it. */
const OVERDUE = 200_000;
/** Milliseconds for which nothing is tried again that failed. */
const PUT_OFF = 5000;

/** Writes the journal, in the transactions of a DatabaseWriter. */
export interface JournalWriter {
  event(id: number, code: EventCode, flags: number, time: number): void;
  prune(through: number): void;
  index(wanted: boolean): void;
  /** The wall clock is so far ahead of lease time from now on. */
  clockIs(offset: number): void;
  /** What was written since the last commit is not on disk. */
  rolledBack(): void;
  readonly isUntidy: boolean;
  readonly isOverdue: boolean;
  /** Forgets some events, or takes some up into the index. One transaction. */
  tidy(): void;
  /** Tidying failed: leaves it for a while. */
  putOff(): void;
}

export function createJournalWriter(db: DatabaseSync): JournalWriter {
  const insert = db.prepare(`INSERT INTO events (time, lease_time, code, flags, space, address, state, start, expiry, record, network)
    SELECT ?, ?, ?, ?, ?, address, state, start + ?, CASE expiry WHEN 4294967295 THEN expiry ELSE expiry + ? END, record, network
    FROM leases WHERE id = ?`);
  const ends = db.prepare("SELECT (SELECT min(number) FROM events) AS first, (SELECT max(number) FROM events) AS last");
  const mark = db.prepare("SELECT indexed FROM journal");
  const forgetIndexed = db.prepare(
    "DELETE FROM events_by_address WHERE (address, number) IN (SELECT address, number FROM events WHERE number <= ? ORDER BY address)",
  );
  const forget = db.prepare("DELETE FROM events WHERE number <= ?");
  const takeUp = db.prepare(
    "INSERT OR IGNORE INTO events_by_address SELECT address, number FROM events WHERE number > ? AND number <= ? AND address NOT NULL ORDER BY address, number",
  );
  const setMark = db.prepare("UPDATE journal SET indexed = ?");

  /** From lease time to the wall clock; undefined: not read yet. */
  let ahead: number | undefined;
  /** Up to which number events may be forgotten. */
  let through = 0;
  let first = 0;
  let last = 0;
  /** Up to which number they are in the index; undefined: there is none. */
  let indexed: number | undefined;
  let resting = 0;
  look();

  /** Where the journal begins and ends. */
  function look(): void {
    const found = ends.get();
    first = Number(found?.first ?? 0);
    last = Number(found?.last ?? 0);
    const marked = mark.get();
    indexed = marked === undefined ? undefined : Math.max(Number(marked.indexed), first - 1);
  }

  const unforgotten = (): number => (first === 0 ? 0 : Math.min(through, last - 1) - first + 1);
  const unindexed = (): number => (indexed === undefined ? 0 : last - indexed);

  function inTransaction(work: () => void): void {
    db.exec("BEGIN IMMEDIATE");
    work();
    db.exec("COMMIT");
  }

  return {
    event(id, code, flags, time) {
      ahead ??= readClock(db)?.offset ?? 0;
      const space = Math.floor(id / ROWS_OF_A_SPACE);
      const { changes, lastInsertRowid } = insert.run(Date.now(), time, code, flags, space, ahead, ahead, id);
      if (changes === 0) return;
      last = Number(lastInsertRowid);
      if (first === 0) first = last;
    },
    prune(asked) {
      through = Math.max(through, asked);
    },
    index(wanted) {
      if (wanted) db.exec("INSERT OR IGNORE INTO journal VALUES (1, 0)");
      else if (indexed !== undefined) db.exec("DELETE FROM journal; DELETE FROM events_by_address");
      look();
    },
    clockIs(offset) {
      ahead = offset;
    },
    rolledBack() {
      ahead = undefined;
      try {
        look();
      } catch {
        // The database can't be read: the next commit tells.
      }
    },
    get isUntidy() {
      return (unforgotten() > 0 || unindexed() >= SLICE) && Date.now() >= resting;
    },
    get isOverdue() {
      return Math.max(unforgotten(), unindexed()) >= OVERDUE && Date.now() >= resting;
    },
    tidy() {
      look();
      if (unforgotten() > 0) {
        const to = Math.min(through, last - 1, first + SLICE - 1);
        inTransaction(() => {
          if (indexed !== undefined) forgetIndexed.run(to);
          forget.run(to);
        });
      } else if (indexed !== undefined && indexed < last) {
        const from = indexed;
        const to = Math.min(last, from + SLICE);
        inTransaction(() => {
          takeUp.run(from, to);
          setMark.run(to);
        });
      }
      look();
    },
    putOff() {
      resting = Date.now() + PUT_OFF;
    },
  };
}
