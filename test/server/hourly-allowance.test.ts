import assert from "node:assert/strict";
import { test } from "node:test";
import { createHourlyAllowance } from "../../src/server/hourly-allowance.ts";

test("of the last 2,048 it is known for an hour that they were told of", () => {
  let now = 0;
  const { take } = createHourlyAllowance(5000, () => now);
  for (let key = 0; key < 2048; key++) assert.equal(take(key), 0);
  now = 3_599_999;
  assert.equal(take(0), undefined);
  // One more, and the oldest of them is forgotten.
  assert.equal(take(2048), 0);
  assert.deepEqual([take(1), take(2047), take(0)], [undefined, undefined, 0]);
  now = 3_600_000;
  assert.equal(take(2), 0);
});

test("who is told of again is the newest of them", () => {
  let now = 0;
  const { take } = createHourlyAllowance(5000, () => now);
  for (let key = 0; key < 2048; key++) take(key);
  now = 3_600_000;
  assert.deepEqual([take(0), take(9000), take(0)], [0, 0, undefined]);
});
