import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import type { LargeReport } from "./large.ts";

const DAY = 86_400_000;
const WEEK = { clients: 5000, duration: 7 * DAY };

test("ten thousand clients of both protocols, for a week of losses and restarts: each has what it can have, and nobody shares it", async (t) => {
  const before = process.cpuUsage();
  const worker = new Worker(new URL("./large-thread.ts", import.meta.url), { workerData: { seed: 1, size: WEEK } });
  const [{ violations, counts }] = (await once(worker, "message")) as [LargeReport];
  const { user, system } = process.cpuUsage(before);
  t.diagnostic(`${JSON.stringify(counts)} in ${((user + system) / 1e6).toFixed(1)} s of CPU time`);
  assert.deepEqual(violations, []);
  for (const what of ["dhcp4 bound", "dhcp6 bound", "dhcp4 extended", "dhcp6 extended", "restarts"]) {
    assert.ok((counts[what] ?? 0) > WEEK.clients, what);
  }
  assert.ok((counts.kills ?? 0) > 10);
});
