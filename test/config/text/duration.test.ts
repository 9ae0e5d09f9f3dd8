import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDuration, INFINITE, parseDuration } from "../../../src/config/text/duration.ts";

test("durations are seconds, or text with one unit", () => {
  const table: readonly [number | string, number | undefined][] = [
    [0, 0],
    [3600, 3600],
    [INFINITE, INFINITE],
    [INFINITE + 1, undefined],
    [-1, undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    ["3600", 3600],
    ["90s", 90],
    ["90m", 5400],
    ["12h", 43_200],
    ["1d", 86_400],
    ["2w", 1_209_600],
    [" 5 m ", 300],
    ["infinite", INFINITE],
    ["4294967295", INFINITE],
    ["4294967296", undefined],
    ["8000w", undefined],
    ["", undefined],
    ["m", undefined],
    ["-5m", undefined],
    ["1h30m", undefined],
    ["1.5h", undefined],
    ["1y", undefined],
    ["Infinite", undefined],
  ];
  for (const [written, seconds] of table) assert.equal(parseDuration(written), seconds, JSON.stringify(written));
});

test("a formatted duration reads back as the same number of seconds", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: INFINITE }), (seconds) => parseDuration(formatDuration(seconds)) === seconds));
  assert.equal(formatDuration(5400), "90m");
  assert.equal(formatDuration(0), "0s");
  assert.equal(formatDuration(INFINITE), "infinite");
});
