import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadConfigurationInThread } from "../../src/server/load-configuration.ts";
import { inTurn, oneAtATime } from "../../src/server/reload.ts";
import { newFolder, writeIn } from "../support/loopback-server.ts";

/** Work that ends when the test says so. */
function held() {
  const begun: ((value: number) => void)[] = [];
  return { begun, work: () => new Promise<number>((resolve) => void begun.push(resolve)) };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("while work is under way all who ask get what comes of the next one", async () => {
  const { begun, work } = held();
  const ask = oneAtATime(work);
  const [first, second, third] = [ask(), ask(), ask()];
  await settled();
  assert.equal(begun.length, 1);
  begun[0]?.(1);
  assert.equal(await first, 1);
  await settled();
  assert.equal(begun.length, 2);
  const fourth = ask();
  begun[1]?.(2);
  assert.deepEqual(await Promise.all([second, third]), [2, 2]);
  await settled();
  begun[2]?.(3);
  assert.equal(await fourth, 3);
  const fails = oneAtATime(() => Promise.reject(new Error("no")));
  await assert.rejects(fails(), /no/);
  await assert.rejects(fails(), /no/);
});

test("work in turn is done one after the other, also after one that fails", async () => {
  const done: number[] = [];
  const work = inTurn(async (n: number) => {
    await settled();
    if (n === 1) throw new Error("no");
    done.push(n);
    return n;
  });
  const [one, two, three] = [work(1), work(2), work(3)];
  await assert.rejects(one, /no/);
  assert.deepEqual(await Promise.all([two, three]), [2, 3]);
  assert.deepEqual(done, [2, 3]);
});

describe("a configuration that is read in a thread", () => {
  test("a pipe is refused, a module that ends itself, fails late or comes to no end is told as such, and what is printed is left out", async (t) => {
    const folder = newFolder(t);
    const pipe = join(folder, "pipe.yaml");
    execFileSync("mkfifo", [pipe]);
    assert.deepEqual(await loadConfigurationInThread({ path: pipe }), { ok: false, problems: [`${pipe} is no regular file`] });
    const endless = writeIn(folder, "endless.ts", "while (true) {}\n");
    await assert.rejects(
      loadConfigurationInThread({ path: endless }, 3000),
      /endless\.ts was not read within 3 s: the module never finished loading$/,
    );
    const ends = writeIn(folder, "ends.ts", "process.exit(0);\n");
    await assert.rejects(loadConfigurationInThread({ path: ends }), /ends\.ts can't be read: the module ended the program$/);
    const late = writeIn(folder, "late.ts", "setTimeout(() => { throw new Error('late') }); await new Promise(() => {});\n");
    await assert.rejects(loadConfigurationInThread({ path: late }), /late\.ts can't be read: the module has failed: late$/);
    const loud = writeIn(
      folder,
      "loud.ts",
      'console.log("loud"); setInterval(() => {}, 10);\nexport default { networks: { "10.0.0.0/24": { options: { routers: "10.0.0.1" }, ranges: [{ range: "10.0.0.2-10.0.0.9" }] } } };\n',
    );
    const loaded = await loadConfigurationInThread({ path: loud });
    assert.equal(loaded.ok && loaded.config.networks.length, 1);
    assert.equal((await loadConfigurationInThread({ path: join(folder, "missing.yaml") })).ok, false);
  });
});
