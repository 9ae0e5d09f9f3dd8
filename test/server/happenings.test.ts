import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decline, discover, ethernetClient, release, requestExtension, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import type { Prober } from "../../src/io/prober.ts";
import type { Lease, LeaseOwner } from "../../src/leases/dhcp4/lease.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import type { Happening } from "../../src/server/happenings.ts";
import { lineOf } from "../support/leases.ts";
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

function setUp(config = CONFIG, prober?: Prober<Ipv4>) {
  const told: Happening<Ipv4, LeaseOwner>[] = [];
  const bench = createBench(config, prober, "error", (happening) => told.push(happening));
  const line = (one: Lease | undefined) => lineOf(one).replace("10.0.0.10 ", "");
  return { bench, told: () => told.splice(0).map(({ kind, before, after }) => `${kind}: ${line(before)} -> ${line(after)}`), all: told };
}

describe("happenings", () => {
  test("are told when they are on disk, and never of an offer or of what failed", async () => {
    const { bench, told } = setUp();
    bench.receive(discover(one, transaction), requestSelecting(one, transaction, lease));
    assert.deepEqual(told(), []);
    await bench.store.fail();
    assert.deepEqual(told(), []);
    bench.receive(requestSelecting(one, transaction, lease));
    await bench.store.succeed();
    assert.deepEqual(told(), ["bound: none -> bound client 1 1000..1100"]);
    bench.setTime(1050);
    bench.receive(requestExtension(one, transaction, FIRST), release(one, 7, lease));
    await bench.store.succeed();
    assert.deepEqual(told(), [
      "renewed: bound client 1 1000..1100 -> bound client 1 1050..1150",
      "released: bound client 1 1050..1150 -> released client 1 1050..1050",
    ]);
    bench.receive(requestSelecting(two, transaction, lease), decline(two, 7, lease));
    await bench.store.succeed();
    assert.deepEqual(told(), [
      "bound: released client 1 1050..1050 -> bound client 2 1050..1150",
      "declined: bound client 2 1050..1150 -> declined client 2 1050..87450",
    ]);
  });

  test("a lease that runs out is told of when the server notices", async () => {
    const { bench, told } = setUp();
    bench.receive(requestSelecting(one, transaction, lease));
    await bench.store.succeed();
    told();
    bench.setTime(1100);
    bench.pump.expire();
    assert.deepEqual(told(), []);
    bench.setTime(1101);
    bench.pump.expire();
    bench.pump.expire();
    assert.deepEqual(told(), ["expired: bound client 1 1000..1100 -> expired client 1 1000..1100"]);
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
    const { bench, told } = setUp(
      CONFIG.replace("    allocation", "    ping_check: true\n    probation_period: 900\n    allocation"),
      prober,
    );
    bench.receive(discover(one, transaction));
    answer(FIRST, Uint8Array.of(2, 9, 9, 9, 9, 9));
    await bench.store.succeed();
    assert.deepEqual(told(), ["conflict: none -> declined client 1 1000..1900"]);
    await bench.pump.stop();
  });

  test("own their bytes", async () => {
    const { bench, all } = setUp();
    bench.receive(requestSelecting(one, transaction, lease));
    await bench.store.succeed();
    const kept = lineOf(all[0]?.after);
    for (let i = 0; i < 3; i++) {
      bench.receive(release(one, 7, lease), requestSelecting(two, transaction, lease), release(two, 7, lease));
      bench.receive(requestSelecting(one, transaction, lease));
      await bench.store.succeed();
      await bench.store.succeed();
    }
    assert.equal(lineOf(all[0]?.after), kept);
  });
});
