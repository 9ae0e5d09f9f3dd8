/** What an offer does to the record of its address, in memory and on disk: nothing. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { type Lease, LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable } from "../../src/leases/dhcp4/table.ts";
import { formatIpv4 } from "../../src/net/ipv4.ts";
import { type Message, MessageType } from "../../src/wire/dhcp4/message.ts";
import { messageType } from "../../src/wire/dhcp4/options.ts";
import { decline, discover, release, request } from "../engine/support/messages.ts";
import { Disk } from "../model/disk.ts";
import { lineOf, lineOfHold, storedOf } from "../support/leases.ts";
import { type Bench, createBench } from "../support/pump.ts";

const OWNER = "02:00:00:00:00:0a";
const STRANGER = "02:00:00:00:00:66";
const OURS = "10.0.0.1";
const FIRST = 0x0a00000a;

const macOf = (last: number): string => `02:00:00:00:01:${last.toString(16).padStart(2, "0")}`;

interface Setup extends Bench {
  readonly disk: Disk;
  /** All that waits is on disk. */
  settle(): Promise<void>;
  /** Type and address of the last answer; undefined: none since the last time. */
  answer(): string | undefined;
}

/** The pump over a disk as the contract of a store says. */
function setUp(text: string): Setup {
  const bench = createBench(text);
  const disk = new Disk();
  Object.assign(bench.store, { commit: disk.commit });
  let heard = 0;
  return {
    ...bench,
    disk,
    async settle() {
      while (disk.waiting > 0) await disk.succeed();
    },
    answer() {
      const last = bench.sent.slice(heard).at(-1)?.message;
      heard = bench.sent.length;
      return last && `${nameOf(last)} ${formatIpv4(last.yiaddr)}`;
    },
  };
}

function nameOf(message: Message): string | undefined {
  return Object.entries(MessageType).find(([, type]) => type === messageType(message))?.[0];
}

function linesOf(leases: Iterable<Lease>): readonly string[] {
  return [...leases].map(lineOf).sort();
}

const SEQUENTIAL = `
networks:
  10.0.0.0/24:
    allocation: sequential
    config: { lease_time: 3600 }
    ranges: [{ range: 10.0.0.10-10.0.0.50 }]
`;

describe("an offer that is not taken", () => {
  /** The owner's lease of the first address has run out, and is remembered. */
  async function remembered(): Promise<Setup> {
    const bench = setUp(SEQUENTIAL);
    bench.receive(request({ mac: OWNER, requested: "10.0.0.10", server: OURS }));
    await bench.settle();
    bench.setTime(5000);
    bench.pump.expire();
    assert.deepEqual(linesOf(bench.table.leases()), ["10.0.0.10 expired client 10 1000..4600"]);
    bench.answer();
    return bench;
  }

  const onDisk = ["10.0.0.10 bound client 10 1000..4600"];

  test("a stranger that asks for an address does not make the table forget who had it last", async () => {
    const bench = await remembered();
    bench.receive(discover({ mac: STRANGER, requested: "10.0.0.10" }));
    assert.equal(bench.answer(), "OFFER 10.0.0.10");
    assert.deepEqual(linesOf(bench.table.leases()), ["10.0.0.10 expired client 10 1000..4600"]);
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "10.0.0.10 held for client 102 until 5030");
    // Meanwhile it is the stranger's.
    bench.receive(discover({ mac: OWNER }));
    assert.equal(bench.answer(), "OFFER 10.0.0.11");
    bench.receive(release({ mac: OWNER, ciaddr: "10.0.0.11", server: OURS }));
    bench.setTime(5030);
    bench.receive(discover({ mac: OWNER }));
    assert.equal(bench.answer(), "OFFER 10.0.0.10");
    assert.equal(bench.disk.waiting, 0);
    assert.deepEqual(linesOf(bench.disk.rows.values()), onDisk);
  });

  test("a stranger that asks for one address after another writes nothing, and waits for no commit", async () => {
    const bench = await remembered();
    bench.receive(discover({ mac: STRANGER, requested: "10.0.0.10" }));
    assert.equal(bench.answer(), "OFFER 10.0.0.10");
    bench.receive(discover({ mac: STRANGER, requested: "10.0.0.20" }));
    // What was offered stays so.
    assert.equal(bench.answer(), "OFFER 10.0.0.10");
    assert.equal(bench.disk.waiting, 0);
    assert.equal([...bench.table.holds()].length, 1);
  });

  for (const [name, message] of [
    ["selects another server", request({ mac: STRANGER, requested: "10.0.0.10", server: "10.0.0.99" })],
    ["releases what it was offered", release({ mac: STRANGER, ciaddr: "10.0.0.10", server: OURS })],
  ] as const) {
    test(`a stranger that ${name} gives up the offer, and the record of the address stays`, async () => {
      const bench = await remembered();
      bench.receive(discover({ mac: STRANGER, requested: "10.0.0.10" }));
      bench.receive(message);
      assert.equal(bench.disk.waiting, 0);
      assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "none");
      assert.deepEqual(linesOf(bench.table.leases()), ["10.0.0.10 expired client 10 1000..4600"]);
      assert.deepEqual(linesOf(bench.disk.rows.values()), onDisk);
      bench.receive(discover({ mac: OWNER }));
      assert.equal(bench.answer(), "OFFER 10.0.0.10");
    });
  }

  test("one that declines what it was offered puts it on probation, durably", async () => {
    const bench = await remembered();
    bench.receive(discover({ mac: STRANGER, requested: "10.0.0.10", hostname: "stranger" }));
    bench.receive(decline({ mac: STRANGER, requested: "10.0.0.10", server: OURS }));
    await bench.settle();
    const line = "10.0.0.10 declined client 102 5000..91400";
    assert.deepEqual(linesOf(bench.table.leases()), [line]);
    assert.deepEqual(linesOf(bench.disk.rows.values()), [line]);
    assert.equal(new TextDecoder().decode(bench.table.byAddress(FIRST)?.owner.hostname), "stranger");
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "none");
  });

  test("a lease that is about to end stays bound when its client sends a DISCOVER, and is kept for it beyond its end", async () => {
    const bench = setUp(SEQUENTIAL.replace("3600", "60"));
    bench.receive(request({ mac: OWNER, requested: "10.0.0.10", server: OURS }));
    await bench.settle();
    bench.setTime(1050);
    bench.receive(discover({ mac: OWNER }));
    assert.deepEqual(linesOf(bench.table.leases()), ["10.0.0.10 bound client 10 1000..1060"]);
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "10.0.0.10 held for client 10 until 1080");
    assert.equal(bench.disk.waiting, 0);
    for (const time of [1059, 1079]) {
      bench.setTime(time);
      bench.pump.expire();
      bench.receive(request({ mac: STRANGER, requested: "10.0.0.10", server: OURS }));
      assert.equal(bench.answer(), "NAK 0.0.0.0");
    }
    bench.receive(request({ mac: OWNER, requested: "10.0.0.10", server: OURS }));
    await bench.settle();
    assert.equal(bench.answer(), "ACK 10.0.0.10");
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "none");
  });
});

test("a client whose own address is refused is held one other address, however often it asks", async () => {
  const bench = setUp(`
client_classes: { v4: [{ name: phones, assert: "option[60].text == 'phone'" }] }
networks:
  10.0.0.0/24:
    allocation: sequential
    ranges:
      - { range: 10.0.0.10-10.0.0.11, class: phones }
      - { range: 10.0.0.100-10.0.0.104, deny_class: phones }
`);
  const phone = [{ code: 60, data: new TextEncoder().encode("phone") }];
  bench.receive(request({ mac: OWNER, requested: "10.0.0.10", server: OURS, more: phone }));
  await bench.settle();
  for (let i = 0; i < 6; i++) {
    bench.receive(discover({ mac: OWNER }));
    assert.equal(bench.answer(), "OFFER 10.0.0.100");
  }
  assert.deepEqual([...bench.table.holds()].map(lineOfHold), ["10.0.0.100 held for client 10 until 1030"]);
  bench.receive(discover({ mac: STRANGER }));
  assert.equal(bench.answer(), "OFFER 10.0.0.101");
});

describe("the server's own address is in the range by mistake", () => {
  const text = (start: number): string =>
    SEQUENTIAL.replace("10.0.0.10-10.0.0.50", `10.0.0.${start}-10.0.0.100`).replace("config:", "server_id: 10.0.0.3\n    config:");

  test("sequential allocation begins with the first address that can be given", () => {
    const bench = setUp(text(1));
    for (const [client, expected] of [
      [201, "10.0.0.2"],
      [202, "10.0.0.4"],
    ] as const) {
      bench.receive(discover({ mac: macOf(client) }));
      assert.equal(bench.answer(), `OFFER ${expected}`);
    }
  });

  test("the last free address is found, wherever it is, when it was never used and when it ran out", async () => {
    const bench = setUp(text(1));
    for (let i = 2; i <= 100; i++) {
      if (i !== 6 && i !== 3) bench.receive(request({ mac: macOf(i), requested: `10.0.0.${i}`, server: OURS }));
    }
    await bench.settle();
    bench.receive(discover({ mac: macOf(201) }));
    assert.equal(bench.answer(), "OFFER 10.0.0.6");
    bench.receive(request({ mac: macOf(201), requested: "10.0.0.6", server: OURS }));
    await bench.settle();
    bench.setTime(1100);
    bench.receive(release({ mac: macOf(50), ciaddr: "10.0.0.50", server: OURS }));
    bench.answer();
    bench.receive(discover({ mac: macOf(202) }));
    assert.equal(bench.answer(), "OFFER 10.0.0.50");
  });

  test("an address that became the server's after it was leased is passed over in the queue of those that ran out", async () => {
    const before = SEQUENTIAL.replace("10.0.0.50", "10.0.0.11");
    const bench = setUp(before);
    bench.receive(request({ mac: macOf(10), requested: "10.0.0.10", server: OURS }));
    await bench.settle();
    bench.setTime(1001);
    bench.receive(request({ mac: macOf(11), requested: "10.0.0.11", server: OURS }));
    await bench.settle();
    const after = setUp(before.replace("config:", "server_id: 10.0.0.10\n    config:"));
    after.setTime(9000);
    for (const [row, lease] of bench.disk.rows) after.table.restore(storedOf(row, lease));
    after.table.restored(9000);
    after.receive(discover({ mac: STRANGER }));
    assert.equal(after.answer(), "OFFER 10.0.0.11");
    after.receive(request({ mac: STRANGER, requested: "10.0.0.10", server: OURS }));
    assert.equal(after.answer(), "NAK 0.0.0.0");
  });
});

describe("probation without end", () => {
  test("is that in memory, on disk and after a restart", async () => {
    const text = SEQUENTIAL.replace("config:", "probation_period: infinite\n    config:");
    const bench = setUp(text);
    bench.receive(request({ mac: OWNER, requested: "10.0.0.10", server: OURS }));
    bench.receive(decline({ mac: OWNER, requested: "10.0.0.10", server: OURS }));
    await bench.settle();
    const line = "10.0.0.10 declined client 10 1000..4294967295";
    assert.deepEqual(linesOf(bench.table.leases()), [line]);
    assert.deepEqual(linesOf(bench.disk.rows.values()), [line]);
    const loaded = loadConfig(text, "test.yaml");
    assert.ok(loaded.ok);
    const again = createLeaseTable(loaded.config);
    bench.disk.restore(again, 4_000_000_000);
    again.expire(4_000_000_000, 100);
    assert.deepEqual(linesOf(again.leases()), [line]);
  });
});

test("a limit is not passed by an offer whose room was made by a RELEASE that failed", async () => {
  const bench = setUp(`limits: [{ key: "'all'", max: 1 }]\n${SEQUENTIAL}`);
  bench.receive(request({ mac: OWNER, requested: "10.0.0.10", server: OURS }));
  await bench.settle();
  bench.receive(release({ mac: OWNER, ciaddr: "10.0.0.10", server: OURS }));
  bench.receive(discover({ mac: STRANGER }));
  assert.equal(bench.answer(), "OFFER 10.0.0.11");
  await bench.disk.fail();
  bench.receive(request({ mac: STRANGER, requested: "10.0.0.11", server: OURS }));
  assert.equal(bench.answer(), "NAK 0.0.0.0");
  bench.receive(request({ mac: OWNER, ciaddr: "10.0.0.10" }));
  await bench.settle();
  assert.equal(bench.answer(), "ACK 10.0.0.10");
});

describe("what is forgotten while a commit is under way", () => {
  const SHORT = `affinity: 10\n${SEQUENTIAL.replace("10.0.0.50", "10.0.0.11")}`;

  for (const [name, gone, message] of [
    ["RELEASE", 1010, release({ mac: OWNER, ciaddr: "10.0.0.10", server: OURS })],
    ["DECLINE", 87_401, decline({ mac: OWNER, requested: "10.0.0.10", server: OURS })],
  ] as const) {
    test(`a ${name} whose commit fails gives the lease back whole, though the address has been forgotten by then`, async () => {
      const bench = setUp(SHORT);
      bench.receive(request({ mac: OWNER, requested: "10.0.0.10", server: OURS, hostname: "alice" }));
      await bench.settle();
      bench.receive(message);
      bench.setTime(gone);
      bench.pump.expire();
      assert.equal(bench.table.size, 0);
      await bench.disk.fail();
      assert.deepEqual(linesOf(bench.table.leases()), ["10.0.0.10 bound client 10 1000..4600"]);
      assert.equal(new TextDecoder().decode(bench.table.byAddress(FIRST)?.owner.hostname), "alice");
      assert.deepEqual(linesOf(bench.disk.rows.values()), linesOf(bench.table.leases()));
    });
  }

  test("when it can't be removed from disk the address keeps its row, and is forgotten later", async () => {
    const bench = setUp(SHORT);
    for (const [client, at] of [
      [OWNER, "10.0.0.10"],
      [macOf(11), "10.0.0.11"],
    ] as const)
      bench.receive(request({ mac: client, requested: at, server: OURS }));
    await bench.settle();
    bench.setTime(4700);
    bench.pump.expire();
    assert.equal(bench.table.size, 0);
    await bench.disk.fail();
    assert.equal(bench.table.size, 2);
    assert.ok([...bench.table.leases()].every(({ state }) => state === LeaseState.expired));
    bench.receive(request({ mac: STRANGER, requested: "10.0.0.11", server: OURS }));
    await bench.settle();
    assert.deepEqual(linesOf(bench.disk.rows.values()), ["10.0.0.10 bound client 10 1000..4600", "10.0.0.11 bound client 102 4700..8300"]);
    bench.pump.expire();
    await bench.settle();
    assert.deepEqual(linesOf(bench.disk.rows.values()), ["10.0.0.11 bound client 102 4700..8300"]);
  });
});
