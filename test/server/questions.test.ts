import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { discover, ethernetClient, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import type { AnswerHandler, Prober } from "../../src/io/prober.ts";
import { formatAddress } from "../../src/net/address.ts";
import { formatIpv4, type Ipv4 } from "../../src/net/ipv4.ts";
import { summarize } from "../../src/server/counters.ts";
import type { Message } from "../../src/wire/dhcp4/message.ts";
import { lineOf, lineOfHold } from "../support/leases.ts";
import { type Bench, createBench } from "../support/pump.ts";

const SERVER = 0x0a000001;
const FIRST = 0x0a00000a;
const STRANGER = Uint8Array.of(2, 9, 9, 9, 9, 9);
const clientOf = (number: number) => ethernetClient(Uint8Array.of(2, 0, 0, 0, number >>> 8, number));
const ask = (client: number, xid = 7): Message => discover(clientOf(client), { xid, secs: 0 });

const CONFIG = (last: string) => `
probation_period: 15m
ping_check: true
ping_timeout_ms: 500
networks:
  10.0.0.0/23:
    allocation: sequential
    options: { routers: 10.0.0.1 }
    config: { lease_time: 3600 }
    ranges: [{ range: 10.0.0.10-${last} }]
`;

/** A prober that asks nobody: the test answers. */
interface FakeProber extends Prober<Ipv4> {
  /** "address on interface", in order. */
  readonly asked: string[];
  /** What `ask` returns. */
  able: boolean;
  answer(address: Ipv4, hardwareAddress?: Uint8Array): void;
}

function fakeProber(): FakeProber {
  let handler: AnswerHandler<Ipv4> | undefined;
  return {
    limitations: [],
    asked: [],
    able: true,
    start(newHandler) {
      handler = newHandler;
    },
    ask(address, interfaceIndex) {
      this.asked.push(`${formatIpv4(address)} on ${interfaceIndex}`);
      return this.able;
    },
    answer: (address, hardwareAddress) => handler?.(address, hardwareAddress),
    close() {},
  };
}

interface Setting {
  readonly bench: Bench;
  readonly prober: FakeProber;
  /** Lets the milliseconds pass that probes wait. */
  wait(milliseconds: number): void;
  /** The addresses offered so far, with xid. */
  offers(): string[];
}

function setUp(t: TestContext, last = "10.0.0.19"): Setting {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 5000;
  t.mock.method(performance, "now", () => now);
  const prober = fakeProber();
  const bench = createBench(CONFIG(last), prober);
  return {
    bench,
    prober,
    wait(milliseconds) {
      now += milliseconds;
      t.mock.timers.tick(milliseconds);
    },
    offers: () => bench.sent.map(({ message }) => `${formatIpv4(message.yiaddr)} xid ${message.xid}`),
  };
}

describe("probes before an OFFER", () => {
  test("the OFFER waits until nobody has answered; the address is held meanwhile, and others are served", (t) => {
    const { bench, prober, wait, offers } = setUp(t);
    bench.receive(ask(1));
    assert.deepEqual(prober.asked, ["10.0.0.10 on 2"]);
    assert.deepEqual(offers(), []);
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "10.0.0.10 held for client 1 until 1030");
    bench.receive(ask(2, 8));
    assert.deepEqual(prober.asked, ["10.0.0.10 on 2", "10.0.0.11 on 2"]);
    wait(499);
    assert.deepEqual(offers(), []);
    wait(1);
    assert.deepEqual(offers(), ["10.0.0.10 xid 7", "10.0.0.11 xid 8"]);
    const [first] = bench.sent;
    assert.deepEqual(first?.to.hardwareAddress, clientOf(1).chaddr);
    assert.deepEqual(summarize(bench.counters), { "received DISCOVER": 2, "sent OFFER": 2, probes: 2 });
  });

  test("an answer puts the address on probation, durably, and the message is decided again: another address is probed and offered", async (t) => {
    const { bench, prober, wait, offers } = setUp(t);
    bench.receive(ask(1));
    bench.setTime(1001);
    prober.answer(FIRST, STRANGER);
    assert.equal(lineOf(bench.table.byAddress(FIRST)), "10.0.0.10 declined client 1 1001..1901");
    assert.equal(lineOfHold(bench.table.holdOn(FIRST + 1)), "10.0.0.11 held for client 1 until 1031");
    assert.deepEqual(
      bench.store.waiting.map((writes) => writes.map((write) => write.kind === "put" && formatAddress(write.address))),
      [["10.0.0.10"]],
    );
    assert.deepEqual(prober.asked, ["10.0.0.10 on 2", "10.0.0.11 on 2"]);
    await bench.store.succeed();
    wait(500);
    assert.deepEqual(offers(), ["10.0.0.11 xid 7"]);
    assert.deepEqual(summarize(bench.counters), {
      "received DISCOVER": 1,
      "sent OFFER": 1,
      declined: 1,
      probes: 2,
      conflicts: 1,
      commits: 1,
    });
    assert.match(
      bench.log.join(""),
      /"level":"warn",.*"address":"10.0.0.10","network":"10.0.0.0\/23","hardware_address":"02:09:09:09:09:09","msg":"10.0.0.10 is in use by 02:09:09:09:09:09, .* it is not given out for 15m"/,
    );
  });

  test("a late answer, one for another address, and one of the client itself change nothing", (t) => {
    const { bench, prober, wait, offers } = setUp(t);
    bench.receive(ask(1));
    prober.answer(FIRST + 5, STRANGER);
    prober.answer(FIRST, clientOf(1).chaddr);
    wait(500);
    prober.answer(FIRST, STRANGER);
    assert.deepEqual(offers(), ["10.0.0.10 xid 7"]);
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "10.0.0.10 held for client 1 until 1030");
    assert.equal(bench.counters.conflicts, 0);
  });

  test("a client that repeats itself starts no second probe, and its last message is answered, once", (t) => {
    const { bench, prober, wait, offers } = setUp(t);
    bench.receive(ask(1, 7), ask(1, 8));
    wait(300);
    bench.receive(ask(1, 9));
    wait(200);
    assert.deepEqual(offers(), ["10.0.0.10 xid 9"]);
    assert.deepEqual(prober.asked, ["10.0.0.10 on 2"]);
    assert.deepEqual(summarize(bench.counters), { "received DISCOVER": 3, "sent OFFER": 1, "silent: being-probed": 2, probes: 1 });
    assert.equal(bench.log.filter((line) => line.includes('"reason":"being-probed"')).length, 2);
  });

  test("an address that nobody answered for is not probed again for a minute, whoever gets it", (t) => {
    const { bench, prober, wait, offers } = setUp(t, "10.0.0.10");
    bench.receive(ask(1));
    wait(500);
    const lapse = (now: number) => {
      bench.setTime(now);
      bench.pump.expire();
    };
    lapse(1031);
    wait(59_999);
    bench.receive(ask(2, 8));
    assert.deepEqual(offers(), ["10.0.0.10 xid 7", "10.0.0.10 xid 8"]);
    lapse(1062);
    wait(1);
    bench.receive(ask(3, 9));
    assert.equal(prober.asked.length, 2);
    assert.equal(offers().length, 2);
  });

  test("where it is impossible to ask, and beyond 256 probes at one time, addresses are offered at once", (t) => {
    const { bench, prober, wait, offers } = setUp(t, "10.0.1.250");
    for (let client = 1; client <= 260; client++) bench.receive(ask(client));
    assert.equal(prober.asked.length, 256);
    assert.deepEqual(offers(), ["10.0.1.10 xid 7", "10.0.1.11 xid 7", "10.0.1.12 xid 7", "10.0.1.13 xid 7"]);
    wait(500);
    assert.equal(offers().length, 260);
    prober.able = false;
    bench.receive(ask(300));
    assert.equal(offers().length, 261);
    assert.deepEqual([bench.counters.probes, bench.counters.probesSkipped], [256, 5]);
  });

  test("a host that answers for every address costs four of them a message, not the pool", async (t) => {
    const { bench, prober, wait, offers } = setUp(t);
    bench.receive(ask(1));
    for (let i = 0; i < 10; i++) prober.answer(FIRST + i, STRANGER);
    wait(500);
    assert.deepEqual(offers(), []);
    for (let i = 0; i < 4; i++) await bench.store.succeed();
    assert.deepEqual(summarize(bench.counters), {
      "received DISCOVER": 1,
      "silent: conflicts-found": 1,
      declined: 4,
      probes: 4,
      conflicts: 4,
      commits: 4,
    });
  });

  test("an address that its client obtained while it was probed stays the client's", async (t) => {
    const { bench, prober } = setUp(t);
    bench.receive(ask(1));
    bench.receive(requestSelecting(clientOf(1), { xid: 7, secs: 0 }, { address: FIRST, serverIdentifier: SERVER }));
    await bench.store.succeed();
    prober.answer(FIRST, STRANGER);
    assert.equal(lineOf(bench.table.byAddress(FIRST)), "10.0.0.10 bound client 1 1000..4600");
    assert.match(bench.log.join(""), /10.0.0.10 is in use by 02:09:09:09:09:09.*it is no longer on offer/);
  });

  test("when the probation can't be made durable it is undone, and the address is probed again before it is offered", async (t) => {
    const { bench, prober, wait } = setUp(t, "10.0.0.10");
    bench.receive(ask(1));
    prober.answer(FIRST, STRANGER);
    await bench.store.fail();
    assert.equal(lineOf(bench.table.byAddress(FIRST)), "none");
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "none");
    bench.receive(ask(2));
    assert.deepEqual(prober.asked, ["10.0.0.10 on 2", "10.0.0.10 on 2"]);
    wait(500);
    assert.equal(bench.sent.length, 1);
  });

  test("stopping ends the probes: what waited for them is not answered any more, and counted", async (t) => {
    const { bench, prober, wait, offers } = setUp(t);
    bench.receive(ask(1), ask(2));
    await bench.pump.stop();
    wait(500);
    prober.answer(FIRST, STRANGER);
    assert.deepEqual(offers(), []);
    assert.deepEqual(summarize(bench.counters), { "received DISCOVER": 2, "dropped: stopped": 2, probes: 2 });
  });
});
