import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { discover, ethernetClient, release, requestExtension, requestSelecting } from "../../../src/client/dhcp4/messages.ts";
import type { Prober } from "../../../src/io/prober.ts";
import { LeaseState } from "../../../src/leases/lease.ts";
import { fromHex, NO_BYTES } from "../../../src/net/bytes.ts";
import type { Ipv4 } from "../../../src/net/ipv4.ts";
import { summarize } from "../../../src/server/counters.ts";
import type { HookAnswer } from "../../../src/server/hooks/messages.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp4/message.ts";
import { messageType, optionValue } from "../../../src/wire/dhcp4/options.ts";
import { type HeldHooks, holdHooks } from "../../support/hooks.ts";
import { lineOf, lineOfHold } from "../../support/leases.ts";
import { type Bench, createBench } from "../../support/pump.ts";

/* What the pump makes of hooks, with a thread that answers when the test says so. */

const SERVER = 0x0a000001;
const FIRST = 0x0a00000a;
const CONFIG = `
client_classes:
  v4:
    - {name: lab, options: {domain_name: {value: lab, always: true}}}
    - {name: inside, assert: "member('lab')", options: {tftp_server_name: {value: t, always: true}}}
    - {name: DROP}
networks:
  10.0.0.0/24:
    allocation: sequential
    options: { routers: {value: 10.0.0.1, always: true} }
    config: { lease_time: 3600 }
    ranges: [{ range: 10.0.0.10-10.0.0.12 }]
`;
const clients = [1, 2, 3].map((last) => ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, last)));
const [one, two] = clients as [(typeof clients)[0], (typeof clients)[0]];
const transaction = { xid: 7, secs: 0 };
const NOTHING: HookAnswer = { kind: "nothing" };
const request = (client = one, address = FIRST): Message => requestSelecting(client, transaction, { address, serverIdentifier: SERVER });

function benchWith(hooks: HeldHooks, prober?: Prober<Ipv4>, config = CONFIG): Bench {
  return createBench(config, prober, "debug", undefined, undefined, hooks);
}

function types({ sent }: Bench): string[] {
  const names = new Map(Object.entries(MessageType).map(([name, type]): [number | undefined, string] => [type, name]));
  return sent.map(({ message }) => names.get(messageType(message)) ?? "?");
}

function textIn(bench: Bench, code: number): string | undefined {
  const message = bench.sent.at(-1)?.message;
  const data = message && optionValue(message, code);
  return data && new TextDecoder().decode(data);
}

/** A promise's turn: the next message of a line begins in one of its own. */
const turn = () => Promise.resolve();

describe("the hook message", () => {
  test("is asked with the message as it came in, which waits", () => {
    const hooks = holdHooks({ message: true });
    const bench = benchWith(hooks);
    bench.receive(discover(one, transaction));
    assert.deepEqual(types(bench), []);
    const [call] = hooks.calls;
    assert.deepEqual([call?.hook, call?.protocol, call?.interfaceName, call?.source], ["message", "dhcp4", "eth0", 0]);
    // A copy: the transport has used its buffer again.
    assert.equal(call?.bytes[0], 1);
    hooks.answer(NOTHING);
    assert.deepEqual(types(bench), ["OFFER"]);
    assert.deepEqual(summarize(bench.counters), { "received DISCOVER": 1, "sent OFFER": 1, hookCalls: 1 });
  });

  test("puts the client into classes without an expression, and into no others", () => {
    const hooks = holdHooks({ message: true });
    const bench = benchWith(hooks);
    bench.receive(discover(one, transaction));
    hooks.answer({ kind: "classes", names: ["lab"] });
    assert.deepEqual([textIn(bench, 15), textIn(bench, 66)], ["lab", "t"]);
    bench.receive(discover(one, transaction));
    hooks.answer({ kind: "classes", names: ["inside", "nobody", "ALL"] });
    assert.deepEqual([textIn(bench, 15), textIn(bench, 66)], [undefined, undefined]);
    assert.equal(bench.counters.hookUnknownClasses, 3);
    assert.match(bench.log.join(""), /into the class \\"nobody\\": there is none without assert/);
    bench.receive(discover(one, transaction));
    hooks.answer({ kind: "classes", names: ["DROP"] });
    assert.equal(bench.counters.silent["dropped-by-class"], 1);
  });

  test("drops the message", () => {
    const hooks = holdHooks({ message: true });
    const bench = benchWith(hooks);
    bench.receive(discover(one, transaction));
    hooks.answer({ kind: "drop", reason: "because" });
    assert.deepEqual(types(bench), []);
    assert.equal(bench.counters.silent["dropped-by-hook"], 1);
    assert.match(bench.log.join(""), /because/);
  });

  for (const onFailure of ["serve", "drop"] as const) {
    test(`that fails, is late or can't be asked: ${onFailure}`, (t) => {
      t.mock.timers.enable({ apis: ["setTimeout"] });
      const hooks = holdHooks({ message: true, onFailure });
      const bench = benchWith(hooks);
      bench.receive(discover(one, transaction));
      hooks.answer({ kind: "failed", problem: "threw Error: no" });
      bench.receive(discover(two, transaction));
      t.mock.timers.tick(49);
      assert.equal(types(bench).length, onFailure === "serve" ? 1 : 0);
      t.mock.timers.tick(1);
      // An answer that comes later is nobody's any more.
      hooks.answer({ kind: "drop", reason: undefined });
      hooks.free = false;
      bench.receive(discover(two, transaction));
      const served = onFailure === "serve";
      assert.deepEqual(types(bench), served ? ["OFFER", "OFFER", "OFFER"] : []);
      assert.deepEqual(summarize(bench.counters), {
        "received DISCOVER": 3,
        ...(served ? { "sent OFFER": 3 } : { "silent: hook-failed": 3 }),
        hookCalls: 2,
        hookFailures: 1,
        hookTimeouts: 1,
        hooksSkipped: 1,
      });
      assert.match(bench.log.join(""), /the hook message of \/x\.ts failed: threw Error: no/);
      assert.match(bench.log.join(""), /took longer than its budget of 50 ms/);
    });
  }

  test("messages of one client keep their order, and nobody else waits for them", async () => {
    const hooks = holdHooks({ message: true });
    const bench = benchWith(hooks);
    const address = FIRST + 1;
    bench.receive(request(one, address), requestExtension(one, transaction, address), discover(two, transaction));
    assert.equal(hooks.calls.length, 2);
    hooks.answer(NOTHING, 1);
    assert.deepEqual(types(bench), ["OFFER"]);
    hooks.answer(NOTHING);
    await turn();
    hooks.answer(NOTHING);
    await bench.store.succeed();
    await bench.store.succeed();
    assert.deepEqual(types(bench), ["OFFER", "ACK", "ACK"]);
    assert.deepEqual([bench.counters.bound, bench.counters.renewed], [1, 1]);
  });

  test("nobody overtakes messages of its own client, and no line is endless", () => {
    const hooks = holdHooks({ message: true });
    const bench = benchWith(hooks);
    bench.receive(...Array.from({ length: 10 }, () => discover(one, transaction)));
    assert.equal(bench.counters.dropped["behind-hook"], 2);
    hooks.free = false;
    bench.receive(discover(one, transaction), discover(two, transaction));
    assert.equal(bench.counters.dropped["behind-hook"], 3);
    assert.deepEqual(types(bench), ["OFFER"]);
  });

  test("what waits when the server is stopped is counted, and an answer does no harm", async () => {
    const hooks = holdHooks({ message: true });
    const bench = benchWith(hooks);
    bench.receive(discover(one, transaction), discover(one, transaction), discover(two, transaction));
    await bench.pump.stop();
    assert.equal(bench.counters.dropped.stopped, 3);
    hooks.answer(NOTHING);
    assert.deepEqual([types(bench), hooks.askers.size], [[], 0]);
  });

  test("what was said holds when the address has been probed", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const hooks = holdHooks({ message: true, reply: true });
    const prober: Prober<Ipv4> = { limitations: [], start() {}, ask: () => true, close() {} };
    const bench = benchWith(hooks, prober, CONFIG.replace("allocation:", "ping_check: true\n    allocation:"));
    bench.receive(discover(one, transaction));
    hooks.answer({ kind: "classes", names: ["lab"] });
    assert.equal(hooks.calls.length, 0);
    t.mock.timers.tick(1000);
    assert.deepEqual(
      hooks.calls.map(({ hook }) => hook),
      ["reply"],
    );
    hooks.answer(NOTHING);
    assert.deepEqual([types(bench), textIn(bench, 15)], [["OFFER"], "lab"]);
  });
});

describe("the hook reply", () => {
  test("changes, adds and takes out options", () => {
    const hooks = holdHooks({ reply: true });
    const bench = benchWith(hooks);
    bench.receive(discover(one, transaction));
    const [call] = hooks.calls;
    assert.equal(call?.hook, "reply");
    assert.equal(call?.draft?.[0], 2);
    const changes = [
      { code: 3, values: [] },
      { code: 1, values: [fromHex("ffff0000") ?? NO_BYTES] },
      { code: 15, values: [new TextEncoder().encode("own")] },
    ];
    hooks.answer({ kind: "options", changes });
    const options = bench.sent[0]?.message.options.map(({ code, data }) => [code, Buffer.from(data).toString("hex")]);
    assert.deepEqual(
      options?.filter(([code]) => code === 1 || code === 3 || code === 15),
      [
        [1, "ffff0000"],
        [15, "6f776e"],
      ],
    );
  });

  test("refuses an offer: its address is free for others at once", () => {
    const hooks = holdHooks({ reply: true });
    const bench = benchWith(hooks);
    bench.receive(discover(one, transaction));
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "10.0.0.10 held for client 1 until 1030");
    hooks.answer({ kind: "refuse", reason: "because" });
    assert.equal(lineOfHold(bench.table.holdOn(FIRST)), "none");
    assert.deepEqual(summarize(bench.counters), { "received DISCOVER": 1, "silent: refused-by-hook": 1, hookCalls: 1 });
  });

  test("refuses a lease: nothing is committed", () => {
    const hooks = holdHooks({ reply: true });
    const bench = benchWith(hooks);
    bench.receive(request());
    assert.equal(bench.store.waiting.length, 0);
    hooks.answer({ kind: "refuse", reason: undefined });
    assert.equal(bench.store.waiting.length, 0);
    assert.equal(lineOf(bench.table.byAddress(FIRST)), "none");
    assert.equal(bench.counters.silent["refused-by-hook"], 1);
  });

  test("offers to several clients at once don't disturb each other", () => {
    const hooks = holdHooks({ reply: true });
    const bench = benchWith(hooks);
    bench.receive(...clients.map((client) => discover(client, transaction)));
    for (let i = 0; i < 3; i++) hooks.answer(NOTHING);
    assert.deepEqual(
      bench.sent.map(({ message }) => message.yiaddr),
      [FIRST, FIRST + 1, FIRST + 2],
    );
    assert.equal(bench.counters.hookCalls, 3);
  });

  test("what it said of an answer holds for no other one: it is asked again", async () => {
    const hooks = holdHooks({ reply: true });
    const bench = benchWith(hooks);
    bench.receive(request());
    const owner = { clientKey: Uint8Array.of(9), clientIdentifier: undefined, htype: 1, chaddr: Uint8Array.of(9) };
    const more = { hostname: undefined, vendorClass: undefined, relayAgentInformation: undefined, limitKeys: undefined };
    const changed = bench.pump.change([
      { kind: "put", lease: { address: FIRST, state: LeaseState.bound, start: 1000, expiry: 9000, owner: { ...owner, ...more } } },
    ]);
    hooks.answer({ kind: "options", changes: [{ code: 15, values: [Uint8Array.of(65)] }] });
    assert.deepEqual(types(bench), []);
    hooks.answer(NOTHING);
    assert.deepEqual([types(bench), textIn(bench, 15)], [["NAK"], undefined]);
    while (bench.store.waiting.length > 0) await bench.store.succeed();
    await changed;
  });

  test("that has no answer: the answer goes as it is, or not at all", () => {
    for (const onFailure of ["serve", "drop"] as const) {
      const hooks = holdHooks({ reply: true, onFailure });
      const bench = benchWith(hooks);
      bench.receive(discover(one, transaction));
      hooks.answer({ kind: "failed", problem: "threw" });
      assert.deepEqual(types(bench), onFailure === "serve" ? ["OFFER"] : []);
      assert.equal(bench.counters.silent["hook-failed"], onFailure === "serve" ? 0 : 1);
    }
  });
});

test("the hook event is told what is on disk, and only while there is one", async () => {
  const hooks = holdHooks({ event: true });
  const bench = benchWith(hooks);
  bench.receive(request());
  assert.deepEqual(hooks.happenings, []);
  await bench.store.succeed();
  assert.deepEqual(
    hooks.happenings.map(({ protocol, kind, address }) => [protocol, kind, address]),
    [["dhcp4", "bound", FIRST]],
  );
  hooks.free = false;
  bench.receive(requestExtension(one, transaction, FIRST));
  await bench.store.succeed();
  assert.equal(bench.counters.hookEventsLost, 1);
  hooks.current = undefined;
  bench.receive(release(one, 7, { address: FIRST, serverIdentifier: SERVER }));
  await bench.store.succeed();
  assert.deepEqual([hooks.happenings.length, bench.counters.released], [1, 1]);
});

test("with hooks that return nothing the answers and leases are the same as without", async () => {
  const step = fc.record({ client: fc.nat(2), kind: fc.constantFrom("discover", "request", "renew", "release"), address: fc.nat(3) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const seen: unknown[] = [];
      for (const hooks of [undefined, holdHooks({ message: true, reply: true, event: true })]) {
        const bench = createBench(CONFIG, undefined, "error", undefined, undefined, hooks);
        for (const [i, { client, kind, address }] of steps.entries()) {
          const who = clients[client] as typeof one;
          const where = { address: FIRST + address, serverIdentifier: SERVER };
          const xid = { xid: i + 1, secs: 0 };
          bench.setTime(1000 + 20 * i);
          if (kind === "discover") bench.receive(discover(who, xid));
          else if (kind === "request") bench.receive(requestSelecting(who, xid, where));
          else if (kind === "renew") bench.receive(requestExtension(who, xid, where.address));
          else bench.receive(release(who, i + 1, where));
          while ((hooks?.calls.length ?? 0) > 0) hooks?.answer(NOTHING);
          while (bench.store.waiting.length > 0) await bench.store.succeed();
        }
        const leases = [0, 1, 2].map((i) => [lineOf(bench.table.byAddress(FIRST + i)), lineOfHold(bench.table.holdOn(FIRST + i))]);
        const { hookCalls, ...counted } = summarize(bench.counters);
        seen.push({ sent: bench.sent, leases, counted });
      }
      assert.deepEqual(seen[1], seen[0]);
    }),
    { numRuns: 60 },
  );
});
