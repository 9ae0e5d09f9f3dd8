import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decline, discover, ethernetClient, release, requestExtension, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import type { Prober } from "../../src/io/prober.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import { isWanted, WANTED } from "../../src/server/journal.ts";
import { EventCode } from "../../src/store/event.ts";
import type { StoreWrite } from "../../src/store/store.ts";
import { createBench } from "../support/pump.ts";

const CONFIG = `
networks:
  10.0.0.0/24:
    allocation: sequential
    config: { lease_time: 100 }
    ranges: [{ range: 10.0.0.10-10.0.0.12 }]
    reservations: [{ ip: 10.0.0.11, match: { chaddr: "02:00:00:00:00:02" } }]
`;
const FIRST = 0x0a00000a;
const lease = { address: FIRST, serverIdentifier: 0x0a000001 };
const one = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1));
const two = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 2));
const transaction = { xid: 7, secs: 0 };
const ALL = Object.values(WANTED).reduce((sum, bit) => sum | bit, 0);

function setUp(wanted = ALL, config = CONFIG, prober?: Prober<Ipv4>) {
  const journal = { wanted, count: 0, written: () => void journal.count++ };
  const bench = createBench(config, prober, "error", undefined, journal);
  /** What waits to be written, with the kind of each event. */
  const writes = () => bench.store.waiting.map((batch) => batch.map(text));
  return { bench, journal, writes };
}

function text(write: StoreWrite): string {
  if (write.kind !== "event") return write.kind;
  const [kind] = Object.entries(EventCode).find(([, code]) => code === write.code) ?? [];
  return `${kind} ${write.space}:${write.row} at ${write.time}${write.flags === 0 ? "" : " reserved"}`;
}

describe("what becomes of leases is written beside them", () => {
  test("in the batch of the change, behind it, and announced when it is on disk", async () => {
    const { bench, journal, writes } = setUp();
    bench.receive(discover(one, transaction), requestSelecting(one, transaction, lease));
    assert.deepEqual(writes(), [["put", "bound 0:0 at 1000"]]);
    assert.equal(journal.count, 0);
    await bench.store.succeed();
    assert.equal(journal.count, 1);
    bench.setTime(1050);
    bench.receive(requestExtension(one, transaction, FIRST), release(one, 7, lease));
    assert.deepEqual(writes(), [["times", "renewed 0:0 at 1050", "times", "released 0:0 at 1050"]]);
    await bench.store.succeed();
    bench.receive(requestSelecting(one, transaction, lease), decline(one, 7, lease));
    assert.deepEqual(writes(), [["times", "bound 0:0 at 1050", "times", "declined 0:0 at 1050"]]);
    await bench.store.succeed();
  });

  test("a reserved address that is given out says so", async () => {
    const { bench, writes } = setUp();
    bench.receive(requestSelecting(two, transaction, { ...lease, address: FIRST + 1 }));
    assert.deepEqual(writes(), [["put", "bound 0:0 at 1000 reserved"]]);
    await bench.store.succeed();
  });

  test("a lease that an operator has forgotten is told of before it is", async () => {
    const { bench, writes } = setUp();
    bench.receive(requestSelecting(one, transaction, lease));
    await bench.store.succeed();
    void bench.pump.change([{ kind: "remove", address: FIRST }]);
    assert.deepEqual(writes()[0], ["removed 0:0 at 1000", "remove"]);
    await bench.store.succeed();
    await bench.store.succeed();
  });

  test("a lease that runs out is written, and that again when it could not be", async () => {
    const { bench, writes } = setUp();
    bench.receive(requestSelecting(one, transaction, lease));
    await bench.store.succeed();
    bench.setTime(1101);
    bench.pump.expire();
    assert.deepEqual(writes(), [["times", "expired 0:0 at 1101"]]);
    await bench.store.fail();
    bench.pump.expire();
    assert.deepEqual(writes(), [["times", "expired 0:0 at 1101"]]);
    await bench.store.succeed();
    bench.pump.expire();
    assert.deepEqual(writes(), []);
    assert.equal(bench.store.disk.get(0)?.state, 3);
  });

  test("of an address that is given away the end is told before the new beginning", async () => {
    const { bench, writes } = setUp(ALL, CONFIG.replace("10.0.0.10-10.0.0.12", "10.0.0.10-10.0.0.10").replace(/ {4}reservations.*\n/, ""));
    bench.receive(requestSelecting(one, transaction, lease));
    await bench.store.succeed();
    bench.setTime(1101);
    bench.pump.expire();
    await bench.store.succeed();
    bench.receive(requestSelecting(two, transaction, lease));
    assert.deepEqual(writes(), [["put", "bound 0:0 at 1101"]]);
    await bench.store.succeed();
  });

  test("an address that a probe finds in use is a conflict", async () => {
    let answer: (address: number, hardwareAddress: Uint8Array | undefined) => void = () => {};
    const prober: Prober<Ipv4> = {
      limitations: [],
      start(handler) {
        answer = handler;
      },
      ask: () => true,
      close() {},
    };
    const { bench, writes } = setUp(ALL, CONFIG.replace("allocation:", "ping_check: true\n    allocation:"), prober);
    bench.receive(discover(one, transaction));
    answer(FIRST, undefined);
    assert.deepEqual(writes(), [["put", "conflict 0:0 at 1000"]]);
    await bench.store.succeed();
  });

  test("only what somebody wants to know, and an end is no write where nobody does", async () => {
    const { bench, journal, writes } = setUp(WANTED.bound | WANTED.changed);
    bench.receive(requestSelecting(one, transaction, lease), requestExtension(one, transaction, FIRST), release(one, 7, lease));
    assert.deepEqual(writes(), [["put", "bound 0:0 at 1000", "times", "times"]]);
    await bench.store.succeed();
    bench.receive(requestSelecting(one, transaction, lease));
    await bench.store.succeed();
    assert.equal(journal.count, 2);
    bench.setTime(2000);
    bench.pump.expire();
    assert.deepEqual(writes(), []);
    journal.wanted = 0;
    bench.receive(requestSelecting(one, transaction, lease));
    assert.deepEqual(writes(), [["times"]]);
    await bench.store.succeed();
    assert.equal(journal.count, 2);
  });

  test("a renewal in which the client says other things of itself is wanted by who wants no other", () => {
    assert.deepEqual(
      [isWanted(WANTED.changed, "renewed", true), isWanted(WANTED.changed, "renewed", false), isWanted(WANTED.renewed, "renewed", false)],
      [true, false, true],
    );
    assert.equal(isWanted(WANTED.changed, "bound", true), false);
  });
});
