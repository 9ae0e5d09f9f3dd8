import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isNewerSerial, nextSerial } from "../../../src/dns/responder/serial.ts";

describe("a serial number", () => {
  const NEXT: readonly [last: number | undefined, time: number, next: number][] = [
    [undefined, 1000.9, 1000],
    [500, 1000, 1000],
    [1000, 1000, 1001],
    [5000, 1000, 5001],
    [0xffff_ffff, 0xffff_fff0, 0],
    // The time has begun anew too.
    [0xffff_ff00, 0x1_0000_0010, 16],
  ];
  for (const [last, time, next] of NEXT) {
    test(`after ${last} at ${time} is ${next}`, () => {
      assert.equal(nextSerial(last, time), next);
      if (last !== undefined) assert.ok(isNewerSerial(next, last));
    });
  }

  test("is not newer than itself, or than one of the next half circle", () => {
    assert.ok(!isNewerSerial(7, 7));
    assert.ok(!isNewerSerial(7, 8));
    assert.ok(!isNewerSerial(0xffff_ffff, 3));
    assert.ok(isNewerSerial(3, 0xffff_ffff));
  });
});
