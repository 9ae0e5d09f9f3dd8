import { existsSync } from "node:fs";
import { readClock, readLeases } from "../../store/sqlite/rows.ts";
import { openForReading } from "../../store/sqlite/schema.ts";
import type { LeaseStore } from "../../store/store.ts";

/** A lease database to read from, which what is committed does not change; it need not exist. */
export function openUnchanged(path: string): LeaseStore {
  return {
    description: path,
    usable: true,
    async load(visit) {
      if (!existsSync(path)) return undefined;
      const db = openForReading(path);
      try {
        for (const row of readLeases(db, () => {})) visit(row);
        return readClock(db);
      } finally {
        db.close();
      }
    },
    commit: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
