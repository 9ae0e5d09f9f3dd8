import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { IPV4 } from "../../../src/io/linux/ipv4.ts";
import { IPV6 } from "../../../src/io/linux/ipv6.ts";
import { createSendGate } from "../../../src/io/linux/send-gate.ts";
import { type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";

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
    const gate = createSendGate(IPV4, isKnown, 10);
    for (let now = 0; now < 10_000; now++) assert.equal(gate.check(1, 0, now), "send");
    assert.equal(asked(), 2);
  });

  test("to an unknown one a datagram a second is sent, and the kernel is asked less and less often", () => {
    const { isKnown, asked } = kernel();
    const gate = createSendGate(IPV4, isKnown, 10);
    const sent: number[] = [];
    for (let now = 0; now < 3500; now += 10) if (gate.check(1, 0, now) === "send") sent.push(now);
    assert.deepEqual(sent, [0, 1000, 2000, 3000]);
    assert.ok(asked() <= 10, `${asked()} questions`);
  });

  test("the kernel is asked again soon after it has asked the link again", () => {
    const { isKnown, neighbours } = kernel();
    const gate = createSendGate(IPV4, isKnown, 10);
    for (let now = 0; now < 1000; now += 10) gate.check(1, 0, now);
    neighbours.add(1);
    assert.equal(gate.check(1, 0, 1025), "send");
    assert.equal(gate.check(1, 0, 1026), "send");
  });

  test("a link-local address is another neighbour on each interface", () => {
    const address = parseIpv6("fe80::1") as Ipv6;
    const gate = createSendGate(IPV6, (_, interfaceIndex) => interfaceIndex === 2, 10);
    for (const now of [0, 1, 2]) {
      assert.equal(gate.check(address, 2, now), "send");
      assert.equal(gate.check(address.slice(), 3, now), now === 0 ? "send" : "wait");
      assert.equal(gate.check(address.slice(), 2, now), "send");
    }
  });

  test("addresses with the same hash are told apart", () => {
    const asked: number[] = [];
    const family = { hash: () => 7, equal: (a: number, b: number) => a === b };
    const gate = createSendGate(family, (address) => asked.push(address) > 0 && address !== 3, 10);
    for (const now of [0, 1]) {
      const verdicts = [1, 2, 3, 4].map((address) => gate.check(address, 0, now));
      assert.deepEqual(verdicts, ["send", "send", now === 0 ? "send" : "wait", "send"]);
    }
    assert.deepEqual(asked, [1, 2, 3, 4]);
  });

  test("one that has answered is served at once", () => {
    const { isKnown, neighbours } = kernel();
    const gate = createSendGate(IPV4, isKnown, 10);
    assert.equal(gate.check(1, 0, 0), "send");
    assert.equal(gate.check(1, 0, 5), "wait");
    neighbours.add(1);
    assert.equal(gate.check(1, 0, 25), "send");
    assert.equal(gate.check(1, 0, 26), "send");
  });

  test("however many are unknown, no more are under way than there is room for, and known ones are not concerned", () => {
    const { isKnown } = kernel(7);
    const gate = createSendGate(IPV4, isKnown, 10);
    let sent = 0;
    for (let now = 0; now < 8000; now++) {
      if (gate.check(1000 + (now % 5000), 0, now) === "send") sent++;
      assert.equal(gate.check(7, 0, now), "send");
    }
    assert.ok(sent <= 20, `${sent} in two windows`);
    assert.ok(sent >= 10);
  });
});
