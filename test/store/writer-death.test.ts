import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import type { Worker } from "node:worker_threads";
import { LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { leaseOf, putOf, timesOf } from "../support/leases.ts";
import { createFolder, hasCode, openStore, rowsIn, until } from "./support.ts";

const { newPath } = createFolder();
const { bound } = LeaseState;
const lease = (client: number) => leaseOf(0x0a000000 + client, client, bound, 10, 20);
const put = (client: number) => putOf(client, lease(client));
const expected = (...clients: number[]) => new Map(clients.map((client) => [client, [lease(client), "10.0.0.0/24"] as const]));

const workers: Worker[] = [];
process.on("worker", (worker) => workers.push(worker));

describe("the death of the thread that writes", () => {
  test("while it has nothing to do is mended", async (t) => {
    const path = newPath();
    const { store, warnings, lost } = openStore(t, path);
    await store.commit([put(1)]);
    await workers.at(-1)?.terminate();
    await store.commit([put(2)]);
    await store.commit([put(3)]);
    assert.deepEqual(rowsIn(path), expected(1, 2, 3));
    assert.deepEqual(lost, []);
    assert.match(warnings.join(), /the thread that writes it has ended.*is started anew/);
  });

  test("amid commits costs none of them, nor their order", async (t) => {
    const path = newPath();
    const { store } = openStore(t, path);
    await store.commit([put(0)]);
    for (let round = 0; round < 5; round++) {
      const settled: number[] = [];
      const commits = Array.from({ length: 20 }, (_, i) => {
        const client = 1 + 20 * round + i;
        return store.commit([put(client)]).then(() => settled.push(i));
      });
      // Whether the first of them is on disk by now is left to chance.
      if (round % 2 === 0) await Promise.race(commits);
      await workers.at(-1)?.terminate();
      await Promise.all(commits);
      assert.deepEqual(
        settled,
        Array.from({ length: 20 }, (_, i) => i),
      );
    }
    assert.deepEqual(rowsIn(path), expected(...Array.from({ length: 101 }, (_, client) => client)));
  });

  test("again and again is the end: what was handed over fails, and whoever opened the store is told", { timeout: 60_000 }, async (t) => {
    const path = newPath();
    const { store, lost } = openStore(t, path);
    await store.commit([put(1)]);
    const started = workers.length;
    const kill = (worker: Worker) => void worker.terminate();
    process.on("worker", kill);
    await workers.at(-1)?.terminate();
    const results = await Promise.allSettled([store.commit([put(2)]), store.commit([timesOf(1, lease(1))])]);
    process.off("worker", kill);
    await until(() => lost.length > 0);
    const dead = hasCode("io", /the thread that writes it has ended/);
    for (const result of results) assert.ok(result.status === "rejected" && dead(result.reason));
    await assert.rejects(store.commit([]), dead);
    assert.equal(lost.length, 1);
    assert.equal(workers.length - started, 4);
    await store.close();
    assert.deepEqual(rowsIn(path), expected(1));
  });
});

test("a store that nobody closes does not keep its process alive", async () => {
  const script = `
    const { openSqliteStore } = await import(${JSON.stringify(new URL("../../src/store/sqlite/store.ts", import.meta.url).href)});
    const store = openSqliteStore(${JSON.stringify(newPath())});
    await store.commit([]);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
});
