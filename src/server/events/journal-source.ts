import type { DatabaseSync } from "node:sqlite";
import { createJournalReader, type JournalEnds, type JournalReader } from "../../store/sqlite/journal-reader.ts";
import { readClock } from "../../store/sqlite/rows.ts";
import { openForReading } from "../../store/sqlite/schema.ts";
import type { EventSource } from "./follow.ts";

/** At the latest after so many milliseconds the journal is looked at again. */
const LOOK_EVERY = 1000;

/** The journal of a database that a server uses, from outside of its thread. */
export interface JournalSource extends EventSource {
  ends(): JournalEnds;
  /** The last event that is older than so many seconds; 0: none is. */
  olderThan(age: number): number;
  close(): void;
}

/**
 * Opens the journal. `changes`: a number in shared memory that the server changes, and wakes those
 * who wait for it. Throws StoreError.
 */
export function openJournalSource(path: string, changes: Int32Array): JournalSource {
  let db: DatabaseSync | undefined;
  let reader: JournalReader | undefined;

  /** What a connection once failed at, it may not do again: the next question has a new one. */
  function asked<T>(question: (reader: JournalReader, db: DatabaseSync) => T): T {
    try {
      db ??= openForReading(path);
      reader ??= createJournalReader(db);
      return question(reader, db);
    } catch (error) {
      close();
      throw error;
    }
  }

  function close(): void {
    const open = db;
    db = undefined;
    reader = undefined;
    open?.close();
  }

  asked((known) => known.ends());
  return {
    after: (after, limit) => asked((known) => known.after(after, limit)),
    ends: () => asked((known) => known.ends()),
    olderThan: (age) => asked((known, open) => known.before(Math.floor(Date.now() / 1000) - (readClock(open)?.offset ?? 0) - age)),
    seen: () => Atomics.load(changes, 0),
    async changed(seen) {
      await Atomics.waitAsync(changes, 0, seen, LOOK_EVERY).value;
    },
    close,
  };
}
