import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { Lease } from "../../src/leases/dhcp4/lease.ts";
import { readLeases } from "../../src/store/sqlite/rows.ts";
import { openForReading } from "../../src/store/sqlite/schema.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { type LeaseStore, StoreError, type StoreErrorCode } from "../../src/store/store.ts";
import { leaseIn } from "../support/leases.ts";

/** Paths in a folder of this test file, which is removed at its end. */
export function createFolder(): { readonly path: string; newPath(): string } {
  const path = mkdtempSync(join(tmpdir(), "leasehold-store-"));
  after(() => rmSync(path, { recursive: true, force: true }));
  let files = 0;
  return { path, newPath: () => join(path, `${files++}.db`) };
}

/** What is loaded, by row. */
export async function stored(store: LeaseStore): Promise<Map<number, Lease>> {
  const leases = new Map<number, Lease>();
  await store.load((lease) => leases.set(lease.row, leaseIn(lease)));
  return leases;
}

/** What anybody reads in the database, by row, with the name of the network. */
export function rowsIn(path: string): Map<number, readonly [lease: Lease, network: string]> {
  const db = openForReading(path);
  try {
    return new Map(
      [
        ...readLeases(db, (text) => {
          throw new Error(text);
        }),
      ].map((lease) => [lease.row, [leaseIn(lease), lease.network]]),
    );
  } finally {
    db.close();
  }
}

export function exec(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}

export function hasCode(code: StoreErrorCode, says: RegExp) {
  return (error: unknown) => error instanceof StoreError && error.code === code && says.test(error.message);
}

/** A store that is closed with the test, and what it tells. */
export function openStore(t: TestContext, path: string) {
  const warnings: string[] = [];
  const lost: StoreError[] = [];
  const store = openSqliteStore(path, { warning: (text) => warnings.push(text), lost: (error) => lost.push(error) });
  t.after(() => store.close());
  return { store, warnings, lost };
}

/** Waits until it is so, 30 seconds at most. */
export async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !condition(); await delay(20)) {
    if (Date.now() > end) throw new Error(`not within 30 seconds: ${condition}`);
  }
}

const STORE = new URL("../../src/store/sqlite/store.ts", import.meta.url).href;

/** What another process says that opens the database: `open`, or the code of the error and its message. */
export async function openedByAnother(path: string): Promise<string> {
  const script = `
    const { openSqliteStore } = await import(${JSON.stringify(STORE)});
    try {
      const store = openSqliteStore(${JSON.stringify(path)});
      process.stdout.write("open");
      await store.close();
    } catch (error) {
      process.stdout.write(error.code + ": " + error.message);
    }`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module-typescript", "-e", script]);
  return stdout;
}
