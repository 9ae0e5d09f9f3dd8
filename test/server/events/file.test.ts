import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { openEventFile } from "../../../src/server/events/sinks/file.ts";
import { until } from "../../store/support.ts";
import { linesIn, newPath, problemsIn, setUp, sinkOf } from "./support.ts";

const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
const event = (number: number) => ({ number, after: number - 1, kind: "bound" });

describe("a file of events", () => {
  test("has a line for each of the kinds that are asked for, in order, and no gap", async (t) => {
    const setting = setUp(t);
    const [all, released] = [newPath("all.jsonl"), newPath("released.jsonl")];
    setting.start(sinkOf({ kind: "file", path: all }), sinkOf({ kind: "file", path: released }, { kinds: ["released"] }));
    for (let from = 0; from < 3000; from += 500) {
      await setting.give(from, from + 500);
      await setting.release(from, from + 250);
    }
    await until(() => linesIn(read(all)).length === 4500 && linesIn(read(released)).length === 1500);
    for (const path of [all, released]) assert.deepEqual(problemsIn(linesIn(read(path))).problems, []);
    assert.ok(linesIn(read(released)).every(({ kind, state }) => kind === "released" && state === "released"));
    assert.equal(statSync(all).mode & 0o777, 0o640);
    // Everybody has it, so it is forgotten.
    await until(() => setting.pruned.at(-1) === 4500);
  });

  test("goes on in a new file when the old one is moved away", async (t) => {
    const setting = setUp(t);
    const path = newPath("moved.jsonl");
    setting.start(sinkOf({ kind: "file", path }));
    await setting.give(0, 3);
    await until(() => linesIn(read(path)).length === 3);
    renameSync(path, `${path}.1`);
    await setting.give(3, 5);
    await until(() => linesIn(read(path)).length === 2);
    assert.deepEqual(problemsIn(linesIn(read(`${path}.1`) + read(path))).problems, []);
  });

  test("half a line that a killed server has left is ended", async () => {
    const path = newPath("half.jsonl");
    appendFileSync(path, '{"number":1');
    const file = openEventFile(path);
    await file.deliver([event(1)]);
    await file.deliver([event(2)]);
    await file.close();
    assert.equal(read(path), '{"number":1\n{"number":1,"after":0,"kind":"bound"}\n{"number":2,"after":1,"kind":"bound"}\n');
  });

  test("a pipe is refused, and a device without a disk is written to", async () => {
    const path = newPath("pipe");
    execFileSync("mkfifo", [path]);
    await assert.rejects(openEventFile(path).deliver([event(1)]), /it is a pipe/);
    const device = openEventFile("/dev/null");
    assert.equal(await device.deliver([event(1)]), 1);
    await device.close();
  });

  test("while the disk is full it waits, says so once, and counts", async (t) => {
    const setting = setUp(t);
    setting.start(sinkOf({ kind: "file", path: "/dev/full" }));
    await setting.give(0, 10);
    await until(() => (setting.status()?.sinks[0]?.retries ?? 0) >= 2);
    const status = setting.status()?.sinks[0];
    assert.deepEqual([status?.name, status?.queued, status?.delivered], ["file /dev/full", 10, 0]);
    assert.match(status?.problem ?? "", /ENOSPC/);
    assert.equal(setting.logged.filter((text) => text.includes("/dev/full can't be told")).length, 1);
  });
});
