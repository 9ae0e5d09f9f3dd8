import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { openNamesDatabase, openNamesFile } from "../../src/dns/names-file.ts";
import { createPublished } from "../../src/dns/updates/published.ts";
import { newFolder } from "../support/loopback-server.ts";

const noWarning = (text: string): void => assert.fail(text);

test("who came first is known after a restart, and so are serial numbers", (t) => {
  const path = join(newFolder(t), "names");
  const first = openNamesFile(path, noWarning);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const orders = [first.orderOf("10.0.0.1", "a"), first.orderOf("10.0.0.2", "a"), first.orderOf("10.0.0.1", "a")];
  assert.deepEqual(orders, [1, 2, 1]);
  first.serials.set("lan", 5);
  first.save();
  // What was not saved is not known.
  first.orderOf("10.0.0.3", "a");
  first.close();
  const second = openNamesFile(path, noWarning);
  assert.deepEqual([second.orderOf("10.0.0.2", "a"), second.orderOf("10.0.0.1", "a"), second.orderOf("10.0.0.9", "a")], [2, 1, 3]);
  assert.deepEqual([second.serials.get("lan"), second.serials.get("other")], [5, undefined]);
  second.close();
});

test("who takes another name, or is forgotten, comes last from then on", (t) => {
  const path = join(newFolder(t), "names");
  const file = openNamesFile(path, noWarning);
  file.orderOf("10.0.0.1", "a");
  file.orderOf("10.0.0.2", "a");
  assert.equal(file.orderOf("10.0.0.1", "b"), 3);
  assert.equal(file.orderOf("10.0.0.1", "a"), 4);
  file.forget("10.0.0.2");
  assert.equal(file.orderOf("10.0.0.2", "a"), 5);
  file.keepOnly((address) => address === "10.0.0.1");
  file.save();
  file.close();
  const again = openNamesFile(path, noWarning);
  assert.deepEqual([again.orderOf("10.0.0.1", "a"), again.orderOf("10.0.0.2", "a")], [4, 5]);
  again.close();
});

test("a file that can't be read is put aside, with a word", (t) => {
  const path = join(newFolder(t), "names");
  writeFileSync(path, "no database, whatever it says here, and long enough to be told from one");
  const warnings: string[] = [];
  const file = openNamesFile(path, (text) => warnings.push(text));
  assert.equal(file.orderOf("10.0.0.1", "a"), 1);
  file.save();
  file.close();
  assert.match(warnings.join("\n"), /^.*names says who had which name first.* can't be read \(.*\): it is put aside and begun anew$/);
  assert.ok(existsSync(path) && readFileSync(`${path}.damaged`, "utf8").startsWith("no database"));
});

describe("a file of which only a part can't be read", () => {
  for (const table of ["claims", "published_forward"]) {
    test(`is put aside whole: ${table}`, async (t) => {
      const path = join(newFolder(t), "names");
      await fill(path);
      const db = new DatabaseSync(path);
      const { page } = db.prepare("SELECT max(pageno) AS page FROM dbstat WHERE name = ? AND pagetype = 'leaf'").get(table) as {
        page: number;
      };
      db.close();
      const bytes = readFileSync(path);
      bytes.fill(0xff, (page - 1) * 4096, (page - 1) * 4096 + 200);
      writeFileSync(path, bytes);

      const warnings: string[] = [];
      const file = openNamesFile(path, (text) => warnings.push(text));
      assert.equal(file.orderOf("10.0.0.5", "n5"), 1);
      file.close();
      assert.match(warnings.join("\n"), /^.* can't be read \(.*\): it is put aside and begun anew$/);
      assert.deepEqual(readFileSync(`${path}.damaged`), bytes);
      assert.deepEqual(publishedIn(path), []);
    });
  }

  test("and so is one with tables of another form, with its log", async (t) => {
    const path = join(newFolder(t), "names");
    const db = openNamesDatabase(path);
    db.exec("CREATE TABLE claims (somethingElse)");
    const warnings: string[] = [];
    const file = openNamesFile(path, (text) => warnings.push(text));
    assert.equal(file.orderOf("10.0.0.5", "n5"), 1);
    db.close();
    file.save();
    file.close();
    assert.equal(warnings.length, 1);
    assert.equal(openNamesFile(path, noWarning).orderOf("10.0.0.5", "n5"), 1);
  });
});

describe("a file that is well, and can't be read for now, stays where it is", () => {
  test("another process has it locked", async (t) => {
    const path = join(newFolder(t), "names");
    await fill(path);
    const other = new DatabaseSync(path);
    other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    assert.throws(() => openNamesFile(path, noWarning), /locked/);
    other.close();
    const file = openNamesFile(path, noWarning);
    assert.equal(file.orderOf("10.0.0.5", "n5"), 6);
    file.close();
    assert.equal(publishedIn(path).length, 3000);
  });

  test("there is no room beside it", async (t) => {
    const path = join(newFolder(t), "names");
    await fill(path);
    // As where the disk is full: what SQLite needs beside a database can't be made.
    mkdirSync(`${path}-wal`);
    assert.throws(() => openNamesFile(path, noWarning));
    rmdirSync(`${path}-wal`);
    const file = openNamesFile(path, noWarning);
    assert.equal(file.orderOf("10.0.0.5", "n5"), 6);
    file.close();
  });
});

/** Many names in order, all of them published. */
async function fill(path: string): Promise<void> {
  const file = openNamesFile(path, noWarning);
  for (let i = 0; i < 3000; i++) file.orderOf(`10.0.${i >>> 8}.${i & 0xff}`, `n${i}`);
  file.save();
  file.close();
  const db = openNamesDatabase(path);
  const published = createPublished(db);
  for (let i = 0; i < 3000; i++) {
    published.setForward(`n${i}.lan`, [{ address: Uint8Array.of(10, 0, i >>> 8, i & 0xff), dhcid: new Uint8Array(35), confirmed: true }]);
  }
  await published.written();
  db.close();
}

function publishedIn(path: string): readonly string[] {
  const db = openNamesDatabase(path);
  const published = createPublished(db);
  const names = published.namesAfter("", 10_000);
  published.close();
  db.close();
  return names;
}

test("what another connection of the thread is writing is not waited for within a turn", async (t) => {
  const path = join(newFolder(t), "names");
  const file = openNamesFile(path, noWarning);
  const other = openNamesDatabase(path);
  other.exec("BEGIN IMMEDIATE");
  file.orderOf("10.0.0.1", "a");
  const start = performance.now();
  file.save();
  file.orderOf("10.0.0.2", "a");
  file.save();
  assert.ok(performance.now() - start < 1000);
  assert.equal(other.prepare("SELECT count(*) AS count FROM claims").get()?.count, 0);
  other.exec("COMMIT");
  for (let turns = 0; turns < 3; turns++) await setImmediate();
  assert.equal(other.prepare("SELECT count(*) AS count FROM claims").get()?.count, 2);

  // One that never ends is told.
  other.exec("BEGIN IMMEDIATE");
  file.forget("10.0.0.1");
  await assert.rejects(async () => {
    for (;;) {
      file.save();
      await setImmediate();
    }
  }, /locked/);
  other.exec("COMMIT");
  file.save();
  assert.equal(other.prepare("SELECT count(*) AS count FROM claims").get()?.count, 1);
  other.close();
  file.close();
});
