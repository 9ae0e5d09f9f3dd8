import assert from "node:assert/strict";
import { once } from "node:events";
import { getPriority } from "node:os";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

test("a thread yields to packets, and the one that serves them stays as it was", async (t) => {
  if (process.platform !== "linux") return t.skip("elsewhere the priority is that of the whole process");
  const before = getPriority();
  const script = `
    import { getPriority } from "node:os";
    import { parentPort } from "node:worker_threads";
    import { yieldToPackets } from ${JSON.stringify(new URL("../../src/io/priority.ts", import.meta.url).href)};
    yieldToPackets("lowest");
    parentPort.postMessage(getPriority());`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
  const [priority] = await once(worker, "message");
  await worker.terminate();
  assert.deepEqual([priority, getPriority()], [Math.max(before, 12), before]);
});
