import assert from "node:assert/strict";
import { copyFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, test } from "node:test";
import { LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { leaseOf, putOf } from "../support/leases.ts";
import { createFolder, hasCode, openStore, rowsIn, stored, until } from "./support.ts";

const { newPath } = createFolder();
const lease = (client: number) => leaseOf(0x0a000000 + client, client, LeaseState.bound, 10, 20);
const put = (client: number) => putOf(client, lease(client));
const isMoved = hasCode("moved", /deleted, moved or replaced.*put it back/);

/** The database with all that is beside it. */
function filesOf(path: string): string[] {
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(basename(path)))
    .map((name) => join(dirname(path), name));
}

describe("a database that is taken from under a running server", () => {
  const WAYS: readonly (readonly [name: string, take: (path: string) => void])[] = [
    ["deleted", (path) => rmSync(path)],
    ["deleted with all that is beside it", (path) => filesOf(path).forEach((file) => void rmSync(file))],
    ["moved", (path) => renameSync(path, `${path}.moved`)],
    ["replaced by its own copy", (path) => replace(path)],
  ];
  for (const [name, take] of WAYS) {
    test(`${name}: no commit succeeds from then on, and without one it is said all the same`, async (t) => {
      const path = newPath();
      const { store, warnings } = openStore(t, path);
      await store.commit([put(1)]);
      take(path);
      await assert.rejects(store.commit([put(2)]), isMoved);
      await assert.rejects(store.commit([]), isMoved);
      await until(() => warnings.length > 0);
      assert.match(warnings.join(), /^lease database .*: it was deleted, moved or replaced/);
      assert.equal(store.usable, false);
    });
  }

  test("before the first commit", async (t) => {
    const path = newPath();
    const { store } = openStore(t, path);
    rmSync(path);
    await assert.rejects(store.commit([put(1)]), isMoved);
  });

  test("and put back: leases are written again, and all are there", async (t) => {
    const path = newPath();
    const { store, warnings } = openStore(t, path);
    await store.commit([put(1)]);
    renameSync(path, `${path}.moved`);
    await assert.rejects(store.commit([put(2)]), isMoved);
    await until(() => warnings.length === 1);
    renameSync(`${path}.moved`, path);
    await store.commit([put(3)]);
    await until(() => warnings.length === 2);
    assert.match(warnings[1] as string, /it is back in its place/);
    await store.close();
    assert.deepEqual(
      [...rowsIn(path).values()],
      [
        [lease(1), "10.0.0.0/24"],
        [lease(3), "10.0.0.0/24"],
      ],
    );
  });
});

for (const suffix of ["-wal", "-shm"]) {
  test(`the ${suffix} file deleted under a running server: nothing is lost, before or after`, async (t) => {
    const path = newPath();
    const { store, warnings } = openStore(t, path);
    await store.commit([put(1)]);
    rmSync(`${path}${suffix}`);
    await store.commit([put(2)]);
    await until(() => warnings.length > 0);
    assert.match(warnings.join(), /the log beside .* was removed.*nothing is lost/);
    // As a crash would leave it.
    const copy = newPath();
    for (const file of filesOf(path)) copyFileSync(file, file.replace(path, copy));
    const after = openSqliteStore(copy);
    assert.deepEqual([...(await stored(after)).values()], [lease(1), lease(2)]);
    await after.close();
  });
}

function replace(path: string): void {
  copyFileSync(path, `${path}.copy`);
  renameSync(`${path}.copy`, path);
}
