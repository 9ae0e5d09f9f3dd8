import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { pino } from "pino";
import type { Prober } from "../../src/io/prober.ts";
import { noSendFailures } from "../../src/io/send-failures.ts";
import type { Datagram, Outbox, Transport } from "../../src/io/transport.ts";
import { LeaseState } from "../../src/leases/lease.ts";
import { toHex } from "../../src/net/bytes.ts";
import { createCounters, summarize } from "../../src/server/counters.ts";
import { createEventLog } from "../../src/server/event-log.ts";
import { createListeners, type Happening } from "../../src/server/happenings.ts";
import { operate } from "../../src/server/operations.ts";
import { startPump } from "../../src/server/pump.ts";
import { createHeldStore } from "../support/store.ts";
import { addressOf, createToy, createToyTable, encode, Kind, type Toy, type ToyOwner } from "./toy.ts";

const NAMES = Object.keys(Kind);
const hex = (last: number) => toHex(addressOf(last));

/**
 * The pump serves the toy, with sockets, a store, a prober and a clock that the test holds in its
 * hands.
 */
function setUp(t: TestContext, options: { probes?: boolean; allowed?: number; listens?: boolean } = {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 1000;
  let waited = 0;
  const table = createToyTable();
  const held = createHeldStore();
  const log: string[] = [];
  const sent: string[] = [];
  const told: Happening<Uint8Array, ToyOwner>[] = [];
  let receive: (batch: readonly Datagram<Uint8Array>[], count: number) => void = () => {};
  let conflict: (address: Uint8Array, hardwareAddress: Uint8Array | undefined) => void = () => {};
  const transport: Transport<Uint8Array> = {
    start(handler) {
      receive = handler;
    },
    pause() {},
    resume() {},
    createOutbox: (_, counts) => outboxTo(sent, counts as Uint32Array),
    limitations: [],
    port: 1,
    serve: () => [],
    counters: () => ({ received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 }),
    close() {},
  };
  const prober: Prober<Uint8Array> = {
    start(handler) {
      conflict = handler;
    },
    ask: () => true,
    limitations: [],
    close() {},
  };
  const protocol = createToy({ table, probes: options.probes ?? false, allowed: options.allowed ?? 1000 });
  const counters = createCounters(protocol.kinds);
  const uptime = () => now * 1000;
  const events = createEventLog<Toy, Uint8Array, ToyOwner>({
    log: pino({ level: "debug" }, { write: (line: string) => log.push(line) }),
    uptime,
    protocol,
    secret: [1, 2],
    stateOf: (address) => table.stateOf(address),
    networkName: (address) => table.space.networkName(address),
    interfaceName: (index) => `toy${index}`,
    describeInterface: (index) => `toy${index}`,
  });
  const fail = (error: unknown) => {
    throw error;
  };
  const listeners = options.listens ? createListeners([(one) => told.push(one)], protocol.copyLease, fail) : undefined;
  const pump = startPump({ protocol, table, store: held, transport, prober, counters, events, listeners, clock: () => now, uptime });
  const [source, destination] = [addressOf(0xaa), addressOf(1)];
  return {
    pump,
    table,
    held,
    log,
    sent,
    told,
    counters,
    setTime(time: number) {
      now = time;
    },
    setWaited(milliseconds: number) {
      waited = milliseconds;
    },
    conflict: (last: number) => conflict(addressOf(last), undefined),
    wait: (milliseconds: number) => t.mock.timers.tick(milliseconds),
    receive(...messages: readonly (Uint8Array | readonly [kind: number, client: number, last?: number])[]) {
      const batch = messages.map((message) => {
        const bytes =
          message instanceof Uint8Array ? message : encode({ kind: message[0], client: message[1], address: addressOf(message[2] ?? 0) });
        return { bytes, length: bytes.length, source, sourcePort: 1, destination, interfaceIndex: 1, waited };
      });
      receive(batch, batch.length);
      // The transport uses its buffers again.
      for (const { bytes } of batch) bytes.fill(0xee);
    },
    receiveOn: (interfaceIndex: number, bytes: Uint8Array) =>
      receive([{ bytes, length: bytes.length, source, sourcePort: 1, destination, interfaceIndex, waited }], 1),
  };
}

/** Replies that leave, as "NAME client address". */
function outboxTo(sent: string[], counts: Uint32Array): Outbox<Uint8Array> {
  const buffers = Array.from({ length: 8 }, () => new Uint8Array(100));
  let kinds: number[] = [];
  return {
    get length() {
      return kinds.length;
    },
    get full() {
      return kinds.length === buffers.length;
    },
    next: () => buffers[kinds.length] as Uint8Array,
    add: (_, _to, kind) => void kinds.push(kind as number),
    send() {
      for (const [i, kind] of kinds.entries()) {
        counts[kind] = (counts[kind] as number) + 1;
        const bytes = buffers[i] as Uint8Array;
        sent.push(`${NAMES[kind - 1]} ${bytes[1]} ${bytes[17]}`);
      }
      kinds = [];
    },
    clear() {
      kinds = [];
    },
  };
}

describe("the pump serves another protocol, with addresses of another size", () => {
  test("an offer leaves at once, an acknowledgement when it is on disk, and each is counted and told by its name", async (t) => {
    const { receive, sent, held, table, counters, log } = setUp(t);
    receive([Kind.ASK, 7]);
    assert.deepEqual(sent, ["OFFER 7 2"]);
    assert.deepEqual(
      [...table.holds()].map(({ address }) => toHex(address)),
      [hex(2)],
    );
    receive([Kind.BIND, 7, 2]);
    assert.equal([...table.holds()].length, 0);
    assert.equal(counters.bound, 0);
    assert.deepEqual(sent, ["OFFER 7 2"]);
    await held.succeed();
    assert.deepEqual(sent, ["OFFER 7 2", "ACK 7 2"]);
    receive([Kind.FREE, 7, 2]);
    await held.succeed();
    assert.deepEqual(summarize(counters), {
      "received ASK": 1,
      "received BIND": 1,
      "received FREE": 1,
      "sent OFFER": 1,
      "sent ACK": 1,
      noted: 1,
      bound: 1,
      released: 1,
      commits: 2,
    });
    assert.deepEqual(
      log.map((line) => {
        const { msg, client, address } = JSON.parse(line);
        return [msg, client, address];
      }),
      [
        [`ASK of client 7 on toy1 answered with OFFER of ${hex(2)} for 100s, sent to [${hex(0xff)}]:2`, 7, hex(2)],
        [`${hex(2)} leased to client 7 on toy1 for 100s`, 7, hex(2)],
        [`${hex(2)} released by client 7 on toy1`, 7, hex(2)],
      ],
    );
  });

  test("when a commit fails everything is as it was, and nothing leaves", async (t) => {
    const { receive, sent, held, table, counters, pump } = setUp(t);
    receive([Kind.BIND, 7, 2]);
    await held.succeed();
    receive([Kind.FREE, 7, 2], [Kind.BIND, 8, 3]);
    await held.fail();
    assert.equal(pump.healthy, false);
    assert.deepEqual(sent, ["ACK 7 2"]);
    assert.deepEqual(
      [...table.leases()].map(({ address, state, owner }) => [toHex(address), state, ...owner.clientKey]),
      [[hex(2), LeaseState.bound, 7]],
    );
    assert.equal(counters.dropped["store-failed"], 2);
  });

  test("a message waits for the answer to a question: a conflict gives another address, and silence is remembered", async (t) => {
    const { receive, sent, held, table, conflict, wait, counters } = setUp(t, { probes: true });
    receive([Kind.ASK, 7]);
    conflict(9);
    conflict(2);
    assert.equal(table.byAddress(addressOf(2))?.state, LeaseState.declined);
    await held.succeed();
    wait(499);
    assert.deepEqual(sent, []);
    wait(1);
    assert.deepEqual(sent, ["OFFER 7 3"]);
    receive([Kind.ASK, 7]);
    assert.deepEqual(sent, ["OFFER 7 3", "OFFER 7 3"]);
    assert.deepEqual(summarize(counters), { "received ASK": 2, "sent OFFER": 2, declined: 1, probes: 2, conflicts: 1, commits: 1 });
  });

  test("listeners are told what has come true, with bytes of its own", async (t) => {
    const { receive, held, told, setTime, pump } = setUp(t, { listens: true });
    receive([Kind.BIND, 7, 2]);
    assert.equal(told.length, 0);
    await held.succeed();
    setTime(1010);
    receive([Kind.BIND, 7, 2]);
    await held.succeed();
    setTime(1011);
    receive([Kind.BIND, 8, 3]);
    await held.succeed();
    setTime(1112);
    pump.expire();
    assert.deepEqual(
      told.map(({ kind, address, before, after }) => [kind, address[15], before?.expiry, after?.expiry, after?.owner.clientKey[0]]),
      [
        ["bound", 2, undefined, 1100, 7],
        ["renewed", 2, 1100, 1110, 7],
        ["bound", 3, undefined, 1111, 8],
        ["expired", 2, 1110, 1110, 7],
        ["expired", 3, 1111, 1111, 8],
      ],
    );
  });

  test("what can't be read, what came in elsewhere, and who sends too much is counted and not served", (t) => {
    const { receive, receiveOn, sent, counters, log } = setUp(t, { allowed: 1 });
    receive(new Uint8Array(3), [Kind.ASK, 7], [Kind.ASK, 7]);
    receiveOn(2, encode({ kind: Kind.ASK, client: 8, address: addressOf(0) }));
    assert.deepEqual(sent, ["OFFER 7 2"]);
    assert.deepEqual(summarize(counters), {
      "received ASK": 2,
      "sent OFFER": 1,
      "silent: interface-not-served": 1,
      "silent: flood": 1,
      "dropped: undecodable": 1,
    });
    assert.match(log[0] as string, new RegExp(`"from":"\\[${hex(0xaa)}\\]:1","kind":"wrong-length"`));
  });

  test("an operator releases the leases of a range", async (t) => {
    const { receive, held, pump, table } = setUp(t);
    receive(...[2, 3, 4, 5].map((last) => [Kind.BIND, last, last] as const));
    await held.succeed();
    const leases = {
      byAddress: (address: Uint8Array) => table.byAddress(address),
      leases: () => table.leases(),
      compare: (a: Uint8Array, b: Uint8Array) => (toHex(a) < toHex(b) ? -1 : Number(toHex(a) !== toHex(b))),
      change: pump.change,
    };
    const release = async (start: number, end: number) => {
      const done = operate(
        leases,
        { kind: "release", addresses: { start: addressOf(start), end: addressOf(end) }, state: undefined },
        () => 1001,
      );
      while (held.waiting.length < 2) await new Promise((resolve) => setImmediate(resolve));
      await held.succeed();
      await held.succeed();
      return done;
    };
    assert.equal(await release(3, 4), 2);
    assert.equal(await release(5, 5), 1);
    assert.deepEqual(
      [...table.leases()].map(({ state }) => state),
      [LeaseState.bound, LeaseState.released, LeaseState.released, LeaseState.released],
    );
  });

  test("under overload what begins an exchange is shed, and what nobody repeats never is", (t) => {
    const { receive, setTime, setWaited, counters } = setUp(t);
    setWaited(100);
    for (let now = 1000; now < 1003; now += 0.25) {
      setTime(now);
      receive([Kind.FREE, 7, 2]);
    }
    receive([Kind.ASK, 8], [Kind.BIND, 8, 3], [Kind.FREE, 8, 3]);
    setWaited(2000);
    receive([Kind.BIND, 9, 4], [Kind.FREE, 9, 4]);
    assert.deepEqual([counters.dropped.overload, counters.dropped["waited-too-long"]], [1, 1]);
    assert.equal(counters.received[Kind.FREE], 14);
  });
});
