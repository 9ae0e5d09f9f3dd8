import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { createJournalReader } from "../../../src/store/sqlite/journal-reader.ts";
import { openForReading } from "../../../src/store/sqlite/schema.ts";
import { until } from "../../store/support.ts";
import { linesIn, newPath, problemsIn, setUp, sinkOf } from "./support.ts";

/** The number of the first event that is kept. */
const firstOf = (path: string): number => {
  const db = openForReading(path);
  const { first } = createJournalReader(db).ends();
  db.close();
  return first;
};
const read = (path: string) => linesIn(existsSync(path) ? readFileSync(path, "utf8") : "");
const fileSink = (path: string) => sinkOf({ kind: "file", path });

describe("the thread of events", () => {
  test("one that is started again goes on where the last one was", async (t) => {
    const setting = setUp(t);
    const path = newPath("again.jsonl");
    const first = setting.start(fileSink(path));
    await setting.give(0, 10);
    await until(() => read(path).length === 10);
    await first.close();
    await setting.give(10, 20);
    setting.start(fileSink(path));
    await until(() => read(path).length >= 20);
    const { problems, seen } = problemsIn(read(path));
    assert.deepEqual([problems, seen.length], [[], 20]);
    assert.equal(statSync(`${setting.path}-events`).mode & 0o777, 0o600);
  });

  test("a receiver that is new is told of what comes from then on, and one that is changed goes on", async (t) => {
    const setting = setUp(t);
    setting.prunes = false;
    const [one, two] = [newPath("one.jsonl"), newPath("two.jsonl")];
    const thread = setting.start(fileSink(one));
    await setting.give(0, 10);
    await until(() => read(one).length === 10);
    thread.configure({ sinks: [{ ...fileSink(one), queue: 5 }, fileSink(two)], keep: undefined, listening: false });
    await until(() => setting.status()?.sinks.length === 2);
    await setting.give(10, 12);
    await until(() => read(one).length === 12 && read(two).length === 2);
    assert.deepEqual(problemsIn(read(one)).problems, []);
    assert.deepEqual(
      read(two).map(({ number, after }) => [number, after]),
      [
        [11, 0],
        [12, 11],
      ],
    );
    // One that is gone for a while is new again.
    thread.configure({ sinks: [], keep: undefined, listening: false });
    await until(() => setting.status()?.sinks.length === 0);
    await setting.give(12, 13);
    thread.configure({ sinks: [fileSink(one)], keep: undefined, listening: false });
    await until(() => setting.status()?.sinks.length === 1);
    await setting.give(13, 14);
    await until(() => read(one).length === 13);
    assert.equal(read(one).at(-1)?.number, 14);
  });

  test("where nobody knows any more how far they have come, they are told again what is kept", async (t) => {
    const setting = setUp(t);
    setting.prunes = false;
    const path = newPath("damaged.jsonl");
    const first = setting.start(fileSink(path));
    await setting.give(0, 3);
    await until(() => read(path).length === 3);
    await first.close();
    writeFileSync(`${setting.path}-events`, "this is no database, and never was, however long one looks at it".repeat(50));
    setting.start(fileSink(path));
    await until(() => read(path).length === 6);
    assert.deepEqual(
      read(path).map(({ number }) => number),
      [1, 2, 3, 1, 2, 3],
    );
    assert.match(setting.logged.join("\n"), /-events says how far .* can't be read/);
  });

  test("one that has never been told anything is told after a restart what is gone", async (t) => {
    const setting = setUp(t);
    const path = newPath("never.jsonl");
    const first = setting.start(fileSink(path));
    await until(() => existsSync(`${setting.path}-events`));
    await first.close();
    await setting.give(0, 5);
    await setting.store.commit([{ kind: "prune", through: 3 }]);
    await until(() => firstOf(setting.path) === 4);
    setting.start(fileSink(path));
    await until(() => read(path).length === 3);
    assert.deepEqual(
      read(path).map(({ number, kind }) => [number, kind]),
      [
        [3, "lost"],
        [4, "bound"],
        [5, "bound"],
      ],
    );
  });

  test("where it can't be saved how far they have come, they are told all the same, and it is saved when it can", async (t) => {
    const setting = setUp(t);
    const path = newPath("locked.jsonl");
    setting.start(fileSink(path));
    await until(() => existsSync(`${setting.path}-events`));
    const other = new DatabaseSync(`${setting.path}-events`);
    t.after(() => other.close());
    const saved = () => Number(other.prepare("SELECT max(number) AS number FROM cursors").get()?.number);
    other.exec("BEGIN IMMEDIATE");
    await setting.give(0, 5);
    await until(() => read(path).length === 5);
    await until(() => setting.logged.some((text) => text.includes("can't be saved")));
    await setting.give(5, 6);
    await until(() => read(path).length === 6);
    other.exec("COMMIT");
    await until(() => saved() === 6);
  });

  test("a database that was restored has its numbers again", async (t) => {
    const setting = setUp(t);
    const path = newPath("restored.jsonl");
    await setting.give(0, 5);
    const first = setting.start(fileSink(path));
    await setting.give(5, 7);
    await until(() => read(path).length === 2);
    await first.close();
    const cursors = new DatabaseSync(`${setting.path}-events`);
    cursors.exec("UPDATE cursors SET number = 100, told = 100");
    cursors.close();
    setting.start(fileSink(path));
    await setting.give(7, 8);
    await until(() => read(path).length === 3);
    assert.deepEqual(
      read(path).map(({ number }) => number),
      [6, 7, 8],
    );
    assert.match(setting.logged.join("\n"), /has been told of event 100, and the last one of this database is 7/);
  });

  test("history keeps what everybody has been told of, for its time", async (t) => {
    const setting = setUp(t);
    const path = newPath("history.jsonl");
    const now = Math.floor(Date.now() / 1000);
    // Their lease time is 100: about now.
    await setting.store.commit([{ kind: "clock", offset: now - 130, trusted: 0, boot: "b", bootOffset: 0 }]);
    const thread = setting.startWith({ sinks: [fileSink(path)], keep: 3600, listening: false });
    await setting.give(0, 2000);
    await until(() => read(path).length === 2000 && setting.status()?.sinks[0]?.delivered === 2000);
    assert.deepEqual(setting.pruned, []);
    thread.configure({ sinks: [fileSink(path)], keep: 20, listening: false });
    await until(() => setting.pruned.at(-1) === 2000);
    await until(() => setting.status()?.kept === 1);
  });

  test("for those who listen now and then the last events are kept", async (t) => {
    const setting = setUp(t);
    setting.startWith({ sinks: [], keep: undefined, listening: true });
    await setting.give(0, 12_000);
    await until(() => setting.pruned.at(-1) === 2000);
  });
});
