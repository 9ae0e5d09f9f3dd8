import assert from "node:assert/strict";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { LeaseState } from "../../src/leases/lease.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { leaseOf, putOf } from "../support/leases.ts";
import { createFolder, openStore } from "./support.ts";

const { newPath } = createFolder();
const put = putOf(0, leaseOf(0x0a000001, 1, LeaseState.bound, 0, 1));

/** The modes of the database and of what is beside it, by what follows its name. */
function modesOf(path: string): Record<string, string> {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
  return Object.fromEntries(
    names.map((name) => [name.slice(basename(path).length), (statSync(join(dirname(path), name)).mode & 0o777).toString(8)]),
  );
}

test("files are for their own user alone, whatever the umask", async (t) => {
  const mask = process.umask(0);
  try {
    const path = newPath();
    const { store } = openStore(t, path);
    await store.commit([put]);
    assert.deepEqual(modesOf(path), { "": "600", "-lock": "600", "-shm": "600", "-wal": "600" });
  } finally {
    process.umask(mask);
  }
});

test("files of an older version, which left that to the umask, are no longer for others", async (t) => {
  const path = newPath();
  await openSqliteStore(path).close();
  chmodSync(path, 0o644);
  chmodSync(`${path}-lock`, 0o666);
  const { store } = openStore(t, path);
  await store.commit([put]);
  assert.deepEqual(modesOf(path), { "": "600", "-lock": "600", "-shm": "600", "-wal": "600" });
});
