import type { Fact } from "../store.ts";
import { fromSqlite } from "./errors.ts";
import { readFacts } from "./rows.ts";
import { openForReading } from "./schema.ts";

/**
 * What a lease database says of its server, while a server may be using it. Throws StoreError. One
 * that no server of this version has opened yet may have nothing.
 */
export function factsOf(path: string): readonly Fact[] {
  const db = openForReading(path);
  try {
    const hasFacts = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'server'").get() !== undefined;
    return hasFacts ? readFacts(db) : [];
  } catch (error) {
    throw fromSqlite(error, path);
  } finally {
    db.close();
  }
}
