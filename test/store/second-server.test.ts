import assert from "node:assert/strict";
import { linkSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { leaseOf, putOf } from "../support/leases.ts";
import { missing } from "../support/requirement.ts";
import { createFolder, hasCode, openedByAnother, openStore, rowsIn } from "./support.ts";

const folder = createFolder();
const IN_USE = /^locked: lease database .*: .*another Leasehold server uses it/;

describe("a second server is refused, by whatever name it is given the database", () => {
  const WAYS: readonly (readonly [way: string, otherName: (path: string) => string])[] = [
    ["by the same name", (path) => path],
    ["through a symbolic link", (path) => linked(path, (to) => symlinkSync("here.db", to))],
    ["through a linked folder", (path) => linkedFolder(path)],
    ["through a hard link", (path) => linked(path, (to) => linkSync(path, to))],
    ["after its -lock was deleted", (path) => without(path, "-lock")],
  ];
  for (const [way, otherName] of WAYS) {
    test(way, async (t) => {
      if (process.platform !== "linux" && !missing(t, "needs the locks of Linux")) return;
      const path = newDatabase();
      const { store } = openStore(t, path);
      const other = otherName(path);
      // In a process of its own, and in the same one.
      assert.match(await openedByAnother(other), IN_USE);
      assert.throws(() => openSqliteStore(other), hasCode("locked", /another Leasehold server uses it/));
      // What was refused has not cost the first one its lock, nor its database.
      await store.commit([putOf(0, leaseOf(0x0a000001, 1, LeaseState.bound, 0, 1))]);
      assert.match(await openedByAnother(other), IN_USE);
      assert.equal(rowsIn(path).size, 1);
      await store.close();
      if (way !== "through a hard link") assert.equal(await openedByAnother(other), "open");
    });
  }

  test("that is of an older version, and holds nothing but the lock beside the database", async () => {
    const path = newDatabase();
    const older = new DatabaseSync(`${path}-lock`, { timeout: 0 });
    older.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    assert.match(await openedByAnother(path), IN_USE);
    older.close();
    assert.equal(await openedByAnother(path), "open");
  });

  test("that is of an older version, and comes second", (t) => {
    const path = newDatabase();
    openStore(t, path);
    const older = new DatabaseSync(`${path}-lock`, { timeout: 0 });
    assert.throws(() => older.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE"), /locked/);
    older.close();
  });
});

test("a database with two names is served, and the operator is told what that can lead to", async (t) => {
  const path = newDatabase();
  await openSqliteStore(path).close();
  linkSync(path, `${path}.copy`);
  assert.match(openStore(t, path).warnings.join(), /has 2 names \(hard links\)/);
});

let databases = 0;

function newDatabase(): string {
  const place = join(folder.path, `${databases++}`, "a");
  mkdirSync(place, { recursive: true });
  return join(place, "here.db");
}

function linked(path: string, make: (to: string) => void): string {
  const to = path.replace("here.db", "there.db");
  make(to);
  return to;
}

function linkedFolder(path: string): string {
  const place = join(path, "../..", "b");
  symlinkSync("a", place);
  return join(place, "here.db");
}

function without(path: string, suffix: string): string {
  rmSync(`${path}${suffix}`);
  return path;
}
