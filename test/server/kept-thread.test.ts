import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type KeptThread, keepThread } from "../../src/server/kept-thread.ts";

type Told = { readonly kind: "fail" | "end" | "stay" };

function setUp(t: TestContext) {
  const received: unknown[] = [];
  const errors: string[] = [];
  let starts = 0;
  const thread: KeptThread<Told> = keepThread<Told>({
    module: new URL("./ending-worker", import.meta.url),
    data: () => ++starts,
    receive: (message) => void received.push(message),
    closing: { kind: "end" },
    name: "tests: the thread",
    meanwhile: "nothing is lost",
    log: { error: (...words: readonly unknown[]) => void errors.push(String(words.at(-1))) },
  });
  thread.hold(true);
  t.after(() => thread.close());
  return { thread, received, errors, begun: () => received.length };
}

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !isSo(); await delay(20)) assert.ok(Date.now() < end);
}

test("a thread that ends is started anew with what holds then, later each time", { timeout: 60_000 }, async (t) => {
  const { thread, received, errors, begun } = setUp(t);
  assert.deepEqual([thread.running, thread.say({ kind: "stay" })], [false, false]);
  thread.start();
  thread.start();
  await until(() => begun() === 1);
  thread.say({ kind: "fail" });
  await until(() => begun() === 2);
  thread.say({ kind: "fail" });
  await until(() => errors.length === 2);
  assert.deepEqual(received, ["begun with 1", "begun with 2"]);
  assert.deepEqual(errors, [
    "tests: the thread has ended (it had enough), and is started anew in 1 s; nothing is lost",
    "tests: the thread has ended (it had enough), and is started anew in 5 s; nothing is lost",
  ]);
});

test("one that has come far enough is soon there again", { timeout: 60_000 }, async (t) => {
  const { thread, errors, begun } = setUp(t);
  thread.start();
  for (const times of [1, 2]) {
    await until(() => begun() === times);
    thread.thrives();
    thread.say({ kind: "fail" });
  }
  await until(() => begun() === 3);
  assert.deepEqual(
    errors.map((text) => /in (\d+) s/.exec(text)?.[1]),
    ["1", "1"],
  );
});

test("one that was closed stays closed", { timeout: 60_000 }, async (t) => {
  const { thread, errors, begun } = setUp(t);
  thread.start();
  await until(() => begun() === 1);
  await thread.close();
  thread.start();
  assert.deepEqual([thread.running, errors], [false, []]);
});
