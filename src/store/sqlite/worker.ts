import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { workerData } from "node:worker_threads";
import type { Lease, LeaseState } from "../../leases/lease.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import type { StoreError } from "../store.ts";
import { type BatchVisitor, readBatch } from "./batch.ts";
import { fromSqlite } from "./errors.ts";
import { CLOSE, COMMITTED, FAILED, LENGTH, STATE, SUBMITTED, type WorkerData } from "./handover.ts";
import { openLeaseDatabase } from "./schema.ts";

/** The thread that owns the database: one transaction per batch. */

/**
 * Pages in the log from which a checkpoint is taken (8 MiB). The log's size is estimated: a few pages for each transaction, and one for
 * each 512 bytes of the batch.
 */
const CHECKPOINT_PAGES = 2048;
const PAGE_SIZE = 4096;

const { path, control: sharedControl, data } = workerData as WorkerData;
const control = new Int32Array(sharedControl);
const networks: string[] = [];
const db = openLeaseDatabase(path);
reserveLog(db);
const begin = db.prepare("BEGIN IMMEDIATE");
const commit = db.prepare("COMMIT");
const writer = createWriter(db);
let pagesInLog = 0;

for (;;) {
  const state = Atomics.load(control, STATE);
  if (state === CLOSE) break;
  if (state !== SUBMITTED) {
    Atomics.wait(control, STATE, state);
    continue;
  }
  const batch = new Uint8Array(data, 0, control[LENGTH]);
  const error = carryOut(batch);
  if (error === undefined) answer(COMMITTED);
  else answerFailed(error);
  pagesInLog += 3 + batch.length / 512;
  // Only now: at the commit it would hold up replies.
  if (pagesInLog >= CHECKPOINT_PAGES) checkpoint();
}
checkpoint();
db.close();

/**
 * Makes the log as long as it gets between two checkpoints. A log that grows with each commit costs a write of the file's metadata besides
 * that of its data, which nearly doubles the time until a commit is on disk. Where room is scarce it is not taken.
 */
function reserveLog(database: DatabaseSync): void {
  try {
    database.exec("DROP TABLE IF EXISTS reserved");
    const { bavail, bsize } = statfsSync(dirname(path));
    const size = CHECKPOINT_PAGES * PAGE_SIZE;
    if (bavail * bsize < 16 * size) return;
    database.exec(`
      CREATE TABLE reserved (space BLOB);
      INSERT INTO reserved VALUES (zeroblob(${size}));
      DROP TABLE reserved;
      PRAGMA wal_checkpoint(RESTART);`);
  } catch {
    // Commits take a little longer; a disk that takes nothing at all shows at the first of them.
  }
}

function answer(state: number): void {
  Atomics.store(control, STATE, state);
  Atomics.notify(control, STATE);
}

function answerFailed({ code, message }: StoreError): void {
  const text = new TextEncoder().encode(JSON.stringify({ code, message }));
  if (data.byteLength < text.length) data.grow(text.length);
  new Uint8Array(data).set(text);
  control[LENGTH] = text.length;
  answer(FAILED);
}

/** One transaction. */
function carryOut(batch: Uint8Array): StoreError | undefined {
  try {
    begin.run();
    readBatch(batch, networks, writer);
    commit.run();
    return undefined;
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    return fromSqlite(error, path);
  }
}

function createWriter(database: DatabaseSync): BatchVisitor {
  const put = database.prepare("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const times = database.prepare("UPDATE leases SET state = ?, start = ?, expiry = ? WHERE row = ?");
  const remove = database.prepare("DELETE FROM leases WHERE row = ?");
  const clock = database.prepare("INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?, ?)");
  return {
    put(row: number, { address, state, start, expiry, owner }: Lease, network: string): void {
      const relay = owner.relayAgentInformation;
      put.run(
        row,
        address,
        state,
        start,
        expiry,
        owner.htype,
        owner.chaddr,
        owner.clientIdentifier ?? null,
        owner.hostname ?? null,
        owner.vendorClass ?? null,
        relay ?? null,
        relay === undefined ? null : (subOption(relay, RelaySubOption.circuitId) ?? null),
        relay === undefined ? null : (subOption(relay, RelaySubOption.remoteId) ?? null),
        network,
        owner.limitKeys ?? null,
      );
    },
    times(row: number, state: LeaseState, start: number, expiry: number): void {
      times.run(state, start, expiry, row);
    },
    remove(row: number): void {
      remove.run(row);
    },
    clock({ offset, trusted, boot, bootOffset }): void {
      clock.run(offset, trusted, boot, bootOffset);
    },
  };
}

/** Copies the log into the database. */
function checkpoint(): void {
  pagesInLog = 0;
  try {
    db.exec("PRAGMA wal_checkpoint(PASSIVE)");
  } catch {
    // A full disk, say: the log stays as it is, and the next commit tells.
  }
}
