import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { createBlock, readBlock, writeBlock } from "../../../src/server/metrics/block.ts";
import { layoutOf } from "../../../src/server/metrics/layout.ts";

const DESCRIPTION = { version: "1", configuration: "", names: false, protocols: [] };

test("what is read is of one writing, whatever is written meanwhile", { timeout: 20_000 }, async () => {
  // Large, so that a copy takes as long as a writer leaves it in peace.
  const networks = Array.from({ length: 20_000 }, (_, i) => String(i));
  const block = createBlock({ ...DESCRIPTION, protocols: [{ protocol: "", kinds: [], networks, pools: [] }] });
  const source = new URL("../../../src/server/metrics/block.ts", import.meta.url).href;
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     import(${JSON.stringify(source)}).then(({ writeBlock }) => {
       const end = performance.now() + 400;
       const idle = new Int32Array(new SharedArrayBuffer(4));
       for (let i = 1; performance.now() < end; i++) {
         writeBlock(workerData, (numbers) => numbers.fill(i));
         Atomics.wait(idle, 0, 0, 0.1);
       }
       parentPort.postMessage("done");
     });`,
    { eval: true, workerData: block },
  );
  let done = false;
  worker.once("message", () => {
    done = true;
  });
  const seen = new Set<number>();
  while (!done) {
    const numbers = readBlock(block);
    assert.ok(numbers !== undefined);
    assert.ok(numbers.every((one) => one === numbers[0]));
    seen.add(numbers[0] as number);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(seen.size > 2);
  await worker.terminate();
});

test("a copy is the reader's own, and a writer that fails leaves the block readable", () => {
  const block = createBlock(DESCRIPTION);
  writeBlock(block, (numbers) => numbers.fill(1));
  const copy = readBlock(block);
  assert.throws(() =>
    writeBlock(block, (numbers) => {
      numbers.fill(2);
      throw new Error("no");
    }),
  );
  assert.deepEqual([copy?.[0], readBlock(block)?.[0], copy?.length], [1, 2, layoutOf(DESCRIPTION).length]);
});
