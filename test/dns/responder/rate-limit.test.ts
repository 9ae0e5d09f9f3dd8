import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRateLimit, type RateLimit } from "../../../src/dns/responder/rate-limit.ts";

const parts = { rate: 10, burst: 3, networks: 2 };

function judged(limit: RateLimit, address: string, now: number, times: number): string {
  return Array.from({ length: times }, () => limit.judge(address, now)).join(" ");
}

describe("the limit of answers", () => {
  test("lets through so many at once, then so many a second; of the rest every second is told to ask by TCP", () => {
    const limit = createRateLimit(parts);
    assert.equal(judged(limit, "10.0.0.1", 0, 7), "answer answer answer drop truncate drop truncate");
    assert.equal(judged(limit, "10.0.0.1", 100, 2), "answer drop");
    assert.equal(judged(limit, "10.0.0.1", 150, 1), "truncate");
    assert.equal(judged(limit, "10.0.0.1", 250, 2), "answer drop");
    assert.equal(judged(limit, "10.0.0.1", 100_000, 4), "answer answer answer truncate");
  });

  const SAME: readonly [a: string, b: string, isSame: boolean][] = [
    ["10.0.0.1", "10.0.0.255", true],
    ["10.0.0.1", "10.0.1.1", false],
    ["2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true],
    ["2001:db8:0:1::1", "2001:db8:0:2::1", false],
    ["2001:db8::1", "2001:db8:0:0:1:2:3:4", true],
    ["::1", "::2", true],
    ["::1", "1::", false],
    ["fe80::1%eth0", "fe80::2%eth0", true],
    ["1:2:3::4:5:6:7", "1:2:3:0:9:9:9:9", true],
  ];
  for (const [a, b, isSame] of SAME) {
    test(`${a} and ${b} are ${isSame ? "one network" : "two networks"}`, () => {
      const limit = createRateLimit(parts);
      judged(limit, a, 0, 3);
      assert.equal(limit.judge(b, 0), isSame ? "drop" : "answer");
      assert.equal(limit.size, isSame ? 1 : 2);
    });
  }

  test("forgets the network that it has known longest when there are too many", () => {
    const limit = createRateLimit(parts);
    judged(limit, "10.0.0.1", 0, 3);
    judged(limit, "10.0.1.1", 0, 3);
    assert.equal(limit.judge("10.0.2.1", 0), "answer");
    assert.equal(limit.size, 2);
    assert.equal(limit.judge("10.0.1.1", 0), "drop");
    assert.equal(limit.judge("10.0.0.1", 0), "answer");
  });
});
