import assert from "node:assert/strict";
import { test } from "node:test";
import { healthOf } from "../../src/api/health.ts";
import { createHeartbeat, STUCK_AFTER } from "../../src/server/heartbeat.ts";

const degraded = { state: "degraded", reasons: ["no address is free on 10.0.0.0/24"] } as const;

test("the health of the server is what it says, while it moves", async () => {
  const { memory } = createHeartbeat();
  const ask = () => Promise.resolve({ status: { health: degraded } });
  assert.equal(await healthOf(ask, memory), degraded);
  assert.equal(await healthOf(ask, undefined), degraded);
});

test("one that does not move is not asked, and has failed", async () => {
  const { memory } = createHeartbeat();
  const slot = new BigInt64Array(memory);
  slot[0] = (slot[0] as bigint) - BigInt(STUCK_AFTER + 4000);
  const { state, reasons } = await healthOf(() => assert.fail("it was asked"), memory);
  assert.equal(state, "failed");
  assert.match(reasons[0] ?? "", /^the thread that serves packets has not moved for 9 s$/);
});

test("one that does not answer, or refuses, has failed", async () => {
  const { memory } = createHeartbeat();
  assert.deepEqual(await healthOf(() => new Promise(() => {}), memory, 10), {
    state: "failed",
    reasons: ["the thread that serves packets does not say how it is"],
  });
  assert.deepEqual(await healthOf(() => Promise.reject(new Error("the server did not answer in time")), memory), {
    state: "failed",
    reasons: ["the server did not answer in time"],
  });
});
