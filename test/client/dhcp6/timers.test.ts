import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { firstSolicitTimeout, firstTimeout, maxRt, nextTimeout, refreshAfter } from "../../../src/client/dhcp6/timers.ts";

/** Nearly 1. */
const MOST = 1 - 2 ** -30;

test("15: RT is IRT, and a tenth of it more or less", () => {
  const found = [0, 0.25, 0.5, MOST].map((random) => Math.round(firstTimeout(10_000, random)));
  assert.deepEqual(found, [9_000, 9_500, 10_000, 11_000]);
});

test("18.2.1: the first RT of a SOLICIT is strictly greater than IRT", () => {
  assert.deepEqual([firstSolicitTimeout(1000, 0), firstSolicitTimeout(1000, 0.5)], [1100, 1050]);
  assert.ok(firstSolicitTimeout(1000, MOST) > 1000);
});

test("15: the next RT is twice the one before, and a tenth of that one more or less, up to MRT and a tenth", () => {
  const table: readonly [previous: number, mrt: number, random: number, next: number][] = [
    [1000, 30_000, 0, 1900],
    [1000, 30_000, 0.5, 2000],
    [1000, 30_000, MOST, 2100],
    [16_000, 30_000, 0, 27_000],
    [16_000, 30_000, 0.5, 30_000],
    [16_000, 30_000, MOST, 33_000],
    [14_500, 30_000, MOST, 33_000],
    [15_000, 30_000, 0.5, 30_000],
    [1_000_000, 0, 0.5, 2_000_000],
  ];
  for (const [previous, mrt, random, next] of table) assert.equal(Math.round(nextTimeout(previous, mrt, random)), next, `${previous}`);
});

test("15: whatever is drawn, RT stays within its bounds", () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.array(random, { minLength: 1, maxLength: 40 }), random, (draws, first) => {
      let timeout = firstTimeout(1000, first);
      assert.ok(timeout >= 900 && timeout <= 1100);
      for (const draw of draws) {
        const next = nextTimeout(timeout, 30_000, draw);
        assert.ok(next <= 33_000 && next >= Math.min(1.9 * timeout, 27_000) - 1e-6, `${next} after ${timeout}`);
        timeout = next;
      }
    }),
  );
});

test("21.24: what SOL_MAX_RT may be", () => {
  assert.deepEqual([undefined, 0, 59, 60, 86_400, 86_401].map(maxRt), [undefined, undefined, undefined, 60_000, 86_400_000, undefined]);
});

test("21.23: the refresh time", () => {
  const found = [undefined, 0, 599, 600, 601, 0xfffffffe, 0xffffffff].map((seconds) => refreshAfter(seconds) / 1000);
  assert.deepEqual(found, [86_400, 600, 600, 600, 601, 0xfffffffe, Infinity]);
});
