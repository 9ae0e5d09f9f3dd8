import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { LeaseState } from "../../src/leases/dhcp4/lease.ts";
import type { LeaseStore } from "../../src/store/store.ts";
import { leaseOf, putOf } from "../support/leases.ts";
import { createFolder, openStore, until } from "./support.ts";

const { newPath } = createFolder();
const MIB = 1 << 20;

test("a reader that does not finish is told of, and the log that it made grow becomes small again", async (t) => {
  const path = newPath();
  const { store, warnings } = openStore(t, path);
  await write(store, 1);
  const size = () => statSync(`${path}-wal`).size;

  const reader = new DatabaseSync(path, { readOnly: true });
  reader.exec("BEGIN; SELECT count(*) FROM leases");
  for (let round = 0; warnings.length === 0 && round < 200; round++) await write(store, round);
  assert.match(warnings.join(), /^somebody has been reading the lease database .* \d+ MiB of changes wait in .*-wal/);
  assert.ok(size() > 60 * MIB, `${size()}`);
  await write(store, 0);
  assert.equal(warnings.length, 1);

  reader.close();
  for (let round = 0; size() > 20 * MIB && round < 40; round++) await write(store, round);
  assert.ok(size() <= 20 * MIB, `${size() / MIB} MiB`);
});

test("without readers the log stays within its bounds", async (t) => {
  const path = newPath();
  const { store, warnings } = openStore(t, path);
  await until(() => statSync(`${path}-wal`, { throwIfNoEntry: false }) !== undefined);
  for (let round = 0; round < 60; round++) {
    await write(store, round);
    assert.ok(statSync(`${path}-wal`).size <= 20 * MIB);
  }
  assert.deepEqual(warnings, []);
});

/** A batch that dirties some hundred pages. */
function write(store: LeaseStore, round: number): Promise<void> {
  const start = (round % 4) * 10_000;
  const hostname = new Uint8Array(250);
  return store.commit(
    Array.from({ length: 5000 }, (_, i) => {
      const lease = leaseOf(0x0a000000 + start + i, i, LeaseState.bound, round, round + 1);
      return putOf(start + i, { ...lease, owner: { ...lease.owner, hostname } });
    }),
  );
}
