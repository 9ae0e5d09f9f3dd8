import assert from "node:assert/strict";
import { test } from "node:test";
import { decline, discover, ethernetClient, release, requestExtension, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import { createBench } from "../support/pump.ts";

const CONFIG = `
networks:
  10.0.0.0/24:
    allocation: sequential
    config: { lease_time: 100 }
    ranges: [{ range: 10.0.0.10-10.0.0.12 }]
`;
const FIRST = 0x0a00000a;
const lease = { address: FIRST, serverIdentifier: 0x0a000001 };
const one = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1));
const two = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 2));
const transaction = { xid: 7, secs: 0 };

function setUp(wanted = true) {
  const noted: string[] = [];
  const told: (readonly string[])[] = [];
  const feed = {
    wanted,
    note: (space: number, row: number) => void noted.push(`${space}:${row}`),
    tell: () => void told.push(noted.splice(0)),
  };
  const bench = createBench(CONFIG, undefined, "error", undefined, undefined, undefined, feed);
  return { bench, feed, told: () => told.splice(0) };
}

test("a row is named when its change is on disk, whatever has become of its lease", async () => {
  const { bench, told } = setUp();
  const done = async (...expected: readonly string[]): Promise<void> => {
    assert.deepEqual(told(), []);
    await bench.store.succeed();
    assert.deepEqual(told(), [expected]);
  };
  bench.receive(discover(one, transaction), requestSelecting(one, transaction, lease));
  await done("0:0");
  bench.receive(release(one, 7, lease));
  await done("0:0");
  // Nothing but its times is written of a lease that is given again.
  bench.receive(requestSelecting(one, transaction, lease));
  await done("0:0");
  bench.receive(decline(one, 7, lease));
  await done("0:0");
  bench.receive(requestSelecting(two, transaction, { ...lease, address: FIRST + 1 }));
  await done("0:1");
  bench.setTime(1101);
  bench.pump.expire();
  await done("0:1");
  void bench.pump.change([{ kind: "remove", address: FIRST + 1 }]);
  await bench.store.succeed();
  assert.deepEqual(told(), [["0:1"]]);
});

test("a lease that is renewed is named: it ends at another time", async () => {
  const { bench, told } = setUp();
  bench.receive(requestSelecting(one, transaction, lease));
  await bench.store.succeed();
  told();
  bench.setTime(1050);
  bench.receive(requestExtension(one, transaction, FIRST));
  await bench.store.succeed();
  assert.deepEqual(told(), [["0:0"]]);
});

test("what was undone is not named", async () => {
  const { bench, told } = setUp();
  bench.receive(requestSelecting(one, transaction, lease));
  await bench.store.fail();
  assert.deepEqual(told(), []);
});

test("where nobody wants to know nothing is named, and nothing is written of an end", async () => {
  const { bench, feed, told } = setUp(false);
  bench.receive(requestSelecting(one, transaction, lease));
  await bench.store.succeed();
  bench.setTime(1100);
  bench.pump.expire();
  assert.deepEqual([told(), bench.store.waiting], [[], []]);
  // From the next batch on.
  feed.wanted = true;
  bench.receive(requestSelecting(two, transaction, { ...lease, address: FIRST + 1 }));
  await bench.store.succeed();
  assert.deepEqual(told(), [["0:1"]]);
});
