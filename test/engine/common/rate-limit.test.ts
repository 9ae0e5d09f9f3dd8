import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createRateLimit, type RateLimit } from "../../../src/engine/common/rate-limit.ts";

const SECRET = [0x12345678, 0x9abcdef0] as const;

function limitOf(burst: number, seconds: number, entries?: number): RateLimit {
  return createRateLimit({ burst, seconds, secret: SECRET, ...(entries === undefined ? {} : { entries }) });
}

function keyOf(n: number): Uint8Array {
  return Uint8Array.of(1, 2, 0, n >>> 24, n >>> 16, n >>> 8, n);
}

function take(limit: RateLimit, n: number, now: number): boolean {
  return limit.take(keyOf(n), 7, now);
}

describe("the rate limit", () => {
  for (const [name, burst, seconds, times, expected] of [
    ["a burst, and no more", 3, 9, [0, 0, 0, 0, 0], "yyynn"],
    ["one more for each share of the time", 2, 5, [0, 0, 2499, 2500, 2501, 5000], "yynyny"],
    ["all of it again after the whole time", 2, 5, [0, 0, 5000, 5000, 5000], "yyyyn"],
    ["no more than the burst after a longer one", 2, 5, [0, 0, 90_000, 90_000, 90_000], "yyyyn"],
    ["one at a time", 1, 1, [0, 999, 1000, 1999, 2000], "ynyny"],
    ["a long time", 1, 0xfffffffe, [0, 1e12], "yn"],
    ["what was refused costs nothing", 1, 1, [0, 100, 200, 300, 1000], "ynnny"],
    ["from a clock far from zero", 3, 1, [5e9, 5e9, 5e9, 5e9, 5e9 + 334], "yyyny"],
  ] as const) {
    test(`allows ${name}`, () => {
      const limit = limitOf(burst, seconds);
      assert.equal(times.map((now) => (take(limit, 1, now) ? "y" : "n")).join(""), expected);
    });
  }

  test("never allows more than the burst and what time has given since, nor less than that", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 30 }), steps, (burst, seconds, waits) => {
        const limit = limitOf(burst, seconds, 8);
        // The same as a bucket that fills steadily.
        let [tokens, before] = [burst, 0];
        for (const wait of waits) {
          const now = before + wait;
          tokens = Math.min(burst, tokens + ((now - before) / 1000) * (burst / seconds));
          before = now;
          const allowed = take(limit, 1, now);
          if (Math.abs(tokens - 1) > 1e-4) assert.equal(allowed, tokens > 1);
          if (allowed) tokens--;
        }
      }),
    );
  });

  test("keeps the keys apart", () => {
    const limit = limitOf(2, 60);
    for (let n = 0; n < 100_000; n++) assert.deepEqual([take(limit, n, 0), take(limit, n, 0)], [true, true], `key ${n}`);
    let refused = 0;
    for (let n = 0; n < 100_000; n++) if (!take(limit, n, 0)) refused++;
    // A set that is full lets keys begin anew: a few of so many.
    assert.ok(refused > 95_000, `${refused} refused`);
  });

  test("is about the bytes within the length alone", () => {
    const limit = limitOf(1, 60);
    assert.equal(limit.take(Uint8Array.of(1, 2, 3, 4), 3, 0), true);
    assert.equal(limit.take(Uint8Array.of(1, 2, 3, 5), 3, 0), false);
    assert.equal(limit.take(Uint8Array.of(1, 2, 3, 5), 4, 0), true);
  });

  test("refuses nobody for what others do, however many names they use", () => {
    const limit = limitOf(2, 60, 1024);
    for (let n = 0; n < 50_000; n++) {
      // Every name that comes for the first time is served.
      assert.equal(take(limit, n, n), true);
      assert.equal(take(limit, n, n), true);
    }
  });

  test("keeps nothing of new keys but in its table", () => {
    const limit = limitOf(10, 60);
    const flood = (from: number) => {
      for (let n = from; n < from + 500_000; n++) take(limit, n, n / 100);
    };
    flood(0);
    const before = process.memoryUsage();
    flood(500_000);
    const after = process.memoryUsage();
    assert.equal(after.arrayBuffers <= before.arrayBuffers, true);
  });
});
