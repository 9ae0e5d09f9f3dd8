import assert from "node:assert/strict";
import { test } from "node:test";
import { isOver, NEVER } from "../../src/leases/lease.ts";

test("a lease lasts through the second in which it ends", () => {
  for (const [expiry, now, over] of [
    [100, 99, false],
    [100, 100, false],
    [100, 101, true],
    [NEVER, NEVER, false],
    [NEVER, NEVER + 1, false],
  ] as const)
    assert.equal(isOver(expiry, now), over, `${expiry} at ${now}`);
});
