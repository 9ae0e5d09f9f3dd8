import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDistance, formatSpan } from "../../src/cli/time.ts";

const SPANS: readonly (readonly [seconds: number, text: string])[] = [
  [0, "0s"],
  [59, "59s"],
  [60, "1m"],
  [185, "3m 5s"],
  [12_000, "3h 20m"],
  [86_400 * 2 + 59, "2d"],
  [86_400 * 24, "24d"],
];
for (const [seconds, text] of SPANS) {
  test(`${seconds} seconds are ${text}`, () => {
    assert.deepEqual([formatSpan(seconds), formatDistance(1000, 1000 + seconds)], [text, `${text} ago`]);
  });
}

test("what is to come is in so long", () => {
  assert.equal(formatDistance(8500, 1000), "in 2h 5m");
});

test("what is past is so long ago", () => {
  assert.equal(formatDistance(1000, 1000 + 7500), "2h 5m ago");
});
