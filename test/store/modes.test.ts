import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { leaseOf, putOf } from "../support/leases.ts";
import { newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { requireRoot } from "../support/requirement.ts";
import { createFolder, openStore, until } from "./support.ts";

const { newPath } = createFolder();
const put = putOf(0, leaseOf(0x0a000001, 1, LeaseState.bound, 0, 1));

/** The modes of the database and of what is beside it, by what follows its name. */
function modesOf(path: string): Record<string, string> {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
  return Object.fromEntries(
    names.map((name) => [name.slice(basename(path).length), (statSync(join(dirname(path), name)).mode & 0o777).toString(8)]),
  );
}

test("files are for their own user, and for its group to read, whatever the umask", async (t) => {
  const mask = process.umask(0);
  try {
    const path = newPath();
    const { store } = openStore(t, path);
    await store.commit([put]);
    assert.deepEqual(modesOf(path), { "": "640", "-lock": "640", "-shm": "640", "-wal": "640" });
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
  assert.deepEqual(modesOf(path), { "": "640", "-lock": "640", "-shm": "640", "-wal": "640" });
});

test("what root makes belongs to whom the folder belongs to, as a server that is to use it", async (t) => {
  if (!requireRoot(t)) return;
  const path = newPath();
  chownSync(dirname(path), 65534, 65533);
  await openSqliteStore(path).close();
  assert.deepEqual(
    [path, `${path}-lock`].map((one) => [statSync(one).uid, statSync(one).gid]),
    [
      [65534, 65533],
      [65534, 65533],
    ],
  );
});

test("so are the folder, where the server makes it, and the socket for operators", async (t) => {
  const folder = newFolder(t);
  const path = join(folder, "var", "leasehold", "leases.db");
  const config = writeIn(folder, "c.yaml", "log: {format: json}\nnetworks: {10.77.0.0/24: {ranges: [{range: 10.77.0.100-10.77.0.199}]}}\n");
  const mask = process.umask(0);
  try {
    const server = await startServer(t, { config, database: path }, newPlace());
    const folders = [join(folder, "var"), dirname(path)].map((one) => (statSync(one).mode & 0o777).toString(8));
    assert.deepEqual(folders, ["750", "750"]);
    // The thread that writes makes them when it has started.
    await until(() => existsSync(`${path}-shm`) && existsSync(`${path}-wal`));
    assert.deepEqual(modesOf(path), { "": "640", "-control": "600", "-lock": "640", "-shm": "640", "-wal": "640" });
    assert.equal(await server.end(), 0);
  } finally {
    process.umask(mask);
  }
});
