import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSendGate } from "../../../src/io/linux/send-gate.ts";

/** A kernel that knows these neighbours, and says how often it was asked. */
function kernel(...known: readonly number[]) {
  const neighbours = new Set(known);
  let asked = 0;
  const isKnown = (address: number): boolean => {
    asked++;
    return neighbours.has(address);
  };
  return { neighbours, isKnown, asked: () => asked };
}

describe("what waits for ARP is bounded", () => {
  test("to a known neighbour everything is sent, and the kernel is asked every five seconds", () => {
    const { isKnown, asked } = kernel(1);
    const gate = createSendGate(isKnown, 10);
    for (let now = 0; now < 10_000; now++) assert.equal(gate.check(1, now), "send");
    assert.equal(asked(), 2);
  });

  test("to an unknown one a datagram a second is sent, and the kernel is asked less and less often", () => {
    const { isKnown, asked } = kernel();
    const gate = createSendGate(isKnown, 10);
    const sent: number[] = [];
    for (let now = 0; now < 3500; now += 10) if (gate.check(1, now) === "send") sent.push(now);
    assert.deepEqual(sent, [0, 1000, 2000, 3000]);
    assert.ok(asked() <= 10, `${asked()} questions`);
  });

  test("one that has answered is served at once", () => {
    const { isKnown, neighbours } = kernel();
    const gate = createSendGate(isKnown, 10);
    assert.equal(gate.check(1, 0), "send");
    assert.equal(gate.check(1, 5), "wait");
    neighbours.add(1);
    assert.equal(gate.check(1, 25), "send");
    assert.equal(gate.check(1, 26), "send");
  });

  test("however many are unknown, no more are under way than there is room for, and known ones are not concerned", () => {
    const { isKnown } = kernel(7);
    const gate = createSendGate(isKnown, 10);
    let sent = 0;
    for (let now = 0; now < 8000; now++) {
      if (gate.check(1000 + (now % 5000), now) === "send") sent++;
      assert.equal(gate.check(7, now), "send");
    }
    assert.ok(sent <= 20, `${sent} in two windows`);
    assert.ok(sent >= 10);
  });
});
