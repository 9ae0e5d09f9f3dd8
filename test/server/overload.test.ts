import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decline, discover, ethernetClient, release, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import type { Datagram } from "../../src/io/transport.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import { shedding as sheddingOf } from "../../src/server/dhcp4/protocol.ts";
import { createOverload, type Overload } from "../../src/server/overload.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";

const client = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1));
const transaction = { xid: 7, secs: 0 };
const DISCOVER = encodeMessage(discover(client, transaction));
const LEASE = { address: 0x0a00000a, serverIdentifier: 0x0a000001 };
const RELEASE = encodeMessage(release(client, 7, LEASE));
const DECLINE = encodeMessage(decline(client, 7, LEASE));
const REQUEST = encodeMessage(requestSelecting(client, transaction, { address: 0x0a00000a, serverIdentifier: 0x0a000001 }));

function datagram(bytes: Uint8Array, waited: number): Datagram<Ipv4> {
  return { bytes, length: bytes.length, source: 0, sourcePort: 68, destination: 0xffffffff, interfaceIndex: 2, waited };
}

/** A message each 10 ms from `from` to `to`, the n-th of which waited so long; where it ended. */
function run(overload: Overload, from: number, to: number, waited: (n: number) => number): void {
  for (let now = from, n = 0; now < to; now += 10, n++) overload.check(datagram(DISCOVER, waited(n)), now);
}

describe("overload", () => {
  for (const [name, waits, shedding] of [
    ["a queue that stands for a second", () => 100, true],
    ["a burst, over in half a second", (n: number) => (n < 45 ? 200 - n * 4 : 0), false],
    ["messages that wait for 50 ms, as many outstanding ones at once do", () => 50, false],
    ["one message in three late", (n: number) => (n % 3 === 0 ? 100 : 0), false],
    ["two of three messages late", (n: number) => (n % 3 === 0 ? 0 : 100), true],
  ] as const) {
    test(`${name}: ${shedding ? "sheds" : "serves all"}`, () => {
      const overload = createOverload(sheddingOf);
      run(overload, 5000, 6000, waits);
      assert.equal(overload.shedding, shedding);
      assert.equal(overload.check(datagram(DISCOVER, 51), 6000), shedding ? "overload" : undefined);
    });
  }

  test("single stalls with silence between them are no standing queue", () => {
    const overload = createOverload(sheddingOf);
    for (let now = 0; now < 100_000; now += 5000) {
      for (let i = 0; i < 10; i++) assert.equal(overload.check(datagram(DISCOVER, 300), now + i), undefined);
    }
  });

  test("while it sheds, a DISCOVER that has not waited and all other messages are served", () => {
    const overload = createOverload(sheddingOf);
    run(overload, 0, 1000, () => 100);
    const outcomes = [
      [DISCOVER, 20],
      [DISCOVER, 21],
      [REQUEST, 21],
      [REQUEST, 1000],
      [REQUEST, 1001],
      [DISCOVER, 1001],
      [RELEASE, 5000],
      [DECLINE, 5000],
      [DISCOVER.subarray(0, 100), 100],
      [new Uint8Array(0), 100],
    ] as const;
    assert.deepEqual(
      outcomes.map(([bytes, waited]) => overload.check(datagram(bytes, waited), 1000)),
      [undefined, "overload", undefined, undefined, "waited-too-long", "waited-too-long", undefined, undefined, undefined, undefined],
    );
  });

  test("it sheds as long as more comes than can be served, and ends soon after", () => {
    const overload = createOverload(sheddingOf);
    run(overload, 0, 1000, () => 100);
    run(overload, 1000, 3000, (n) => (n % 10 === 0 ? 30 : 19));
    assert.equal(overload.shedding, true);
    run(overload, 3000, 3500, () => 1);
    assert.equal(overload.shedding, false);
  });

  test("a message that waited for long while the machine was paused is served, and so is what waited with it", () => {
    const overload = createOverload(sheddingOf);
    for (const waited of [1001, 2000, 60_000]) assert.equal(overload.check(datagram(REQUEST, waited), 0), undefined);
    for (let i = 0; i < 5000; i++) assert.equal(overload.check(datagram(DISCOVER, 5000 - i), 100), undefined);
  });
});
