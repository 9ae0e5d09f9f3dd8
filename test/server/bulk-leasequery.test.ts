import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as delay, setImmediate as immediate } from "node:timers/promises";
import { TransportError } from "../../src/io/transport.ts";
import {
  type Answers,
  type BulkLeasequery,
  type BulkLeasequeryParts,
  type BulkProtocol,
  MOST_CONNECTIONS,
  type Moment,
  startBulkLeasequery,
} from "../../src/server/bulk-leasequery.ts";
import { type Counters, createCounters, summarize } from "../../src/server/counters.ts";
import { NO_LOG } from "../../src/server/log.ts";
import { connectRequester, framed, type Requester, TEXT } from "../support/bulk-requester.ts";

/*
 * A protocol whose messages are text: `name size count`. The query `data 10 3` has three answers of
 * ten bytes, which look at as many things in vain, and `done`.
 */

interface ToyMessage {
  readonly kind: number;
  readonly text: string;
}

const KINDS = ["other", "data", "none", "fail", "abort", "done"];

function* answersTo(text: string, present: () => Moment | undefined): Generator<ToyMessage | undefined, "aborted" | undefined> {
  const [name, size = "0", count = "0"] = text.split(" ");
  if (name === "fail") throw new Error("a defect");
  for (let i = 0; i < Number(count); i++) {
    yield undefined;
    const moment = present();
    if (moment === undefined) {
      yield { kind: 4, text: "the server stops" };
      return "aborted";
    }
    if (name === "data") yield { kind: 1, text: `${moment.now}`.padEnd(Number(size)) };
  }
  yield { kind: 5, text: "done" };
  return name === "abort" ? "aborted" : undefined;
}

const PROTOCOL: BulkProtocol<ToyMessage> = {
  permits: (peer) => peer !== "127.0.0.9",
  read(bytes) {
    const text = new TextDecoder().decode(bytes);
    const kind = KINDS.indexOf(text.split(" ")[0] as string);
    return kind < 0 ? { ok: false, problem: { text } } : { ok: true, message: { kind, text } };
  },
  kindOf: ({ kind }) => kind,
  answer: ({ kind, text }, _connection, present): Answers<ToyMessage> | undefined => (kind === 0 ? undefined : answersTo(text, present)),
  write: ({ text }, into) => new TextEncoder().encodeInto(text, into).written,
};

interface Started extends BulkLeasequery {
  readonly counters: Counters;
  connect(from?: string): Promise<Requester<string>>;
}

async function start(t: TestContext, more: Partial<BulkLeasequeryParts<ToyMessage>> = {}): Promise<Started> {
  const counters = createCounters(new Map(KINDS.map((name, kind) => [kind, name])));
  let now = 0;
  const server = await startBulkLeasequery({
    protocol: PROTOCOL,
    listen: [{ address: "127.0.0.1", port: 0 }],
    counters,
    log: NO_LOG,
    clock: () => ++now,
    wallOffset: () => 0,
    ...more,
  });
  t.after(() => server.close());
  return { ...server, counters, connect: (from) => connectRequester(t, TEXT, { port: server.ports[0] as number }, from) };
}

/** Asks for gigabytes and reads nothing; how many answers were made until nothing moved. */
async function getStuck(server: Started): Promise<number> {
  const stuck = await server.connect();
  stuck.socket.pause();
  stuck.send("data 60000 65535");
  let sent = 0;
  await until(() => {
    const before = sent;
    sent = server.counters.sent[1] as number;
    return sent > 0 && before === sent;
  });
  return sent;
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    assert.ok(i < 500, "this takes too long");
    await delay(10);
  }
}

describe("bulk leasequery over TCP", () => {
  test("each answer behind its length; one query after the other on a connection, which stays", async (t) => {
    const server = await start(t);
    const one = await server.connect();
    one.send("data 5 2");
    assert.deepEqual(await one.read(3), ["1    ", "1    ", "done"]);
    one.send("none", "data 3 1");
    assert.deepEqual(await one.read(3), ["done", "3  ", "done"]);
    assert.deepEqual(summarize(server.counters), {
      "received data": 2,
      "received none": 1,
      "sent data": 3,
      "sent done": 3,
    });
  });

  test("a query in pieces, and several in one piece", async (t) => {
    const one = await (await start(t)).connect();
    for (const byte of framed(TEXT, "none")) {
      one.socket.write(Uint8Array.of(byte));
      await immediate();
    }
    assert.deepEqual(await one.read(1), ["done"]);
    one.send(...Array.from({ length: 200 }, () => "none"));
    assert.deepEqual(
      await one.read(200),
      Array.from({ length: 200 }, () => "done"),
    );
  });

  test("who has asked may close its end, and is answered to the end; then the server closes its own", async (t) => {
    const one = await (await start(t)).connect();
    one.send("data 1000 500");
    one.socket.end();
    assert.equal((await one.read()).length, 501);
    await one.over;
  });

  test("the largest answers, and many", async (t) => {
    const one = await (await start(t)).connect();
    one.send("data 65535 100");
    const answers = await one.read(101);
    assert.deepEqual([answers.length, new Set(answers.slice(0, 100).map(({ length }) => length))], [101, new Set([65535])]);
  });

  test("the event loop turns between a few answers and the next, however many connections there are", async (t) => {
    const server = await start(t);
    const all = await Promise.all(Array.from({ length: 4 }, () => server.connect()));
    let largest = 0;
    let before = 0;
    let over = false;
    const watch = async (): Promise<void> => {
      while (!over) {
        await immediate();
        const sent = server.counters.sent[1] as number;
        largest = Math.max(largest, sent - before);
        before = sent;
      }
    };
    const watched = watch();
    for (const one of all) one.send("data 10 2000");
    for (const one of all) assert.equal((await one.read(2001)).length, 2001);
    over = true;
    await watched;
    assert.ok(largest <= 64, `${largest} answers in one turn`);
  });

  test("a query that looks at much and finds nothing lets the event loop turn, too", async (t) => {
    let looked = 0;
    const protocol = {
      ...PROTOCOL,
      answer: (): Answers<ToyMessage> => ({
        next: () => (++looked <= 100_000 ? { done: false, value: undefined } : { done: true, value: undefined }),
      }),
    };
    const one = await (await start(t, { protocol })).connect();
    one.send("none");
    let turns = 0;
    for (; looked < 100_000; turns++) await immediate();
    assert.ok(turns >= 90, `${turns} turns`);
  });

  test("who does not read holds up nobody, takes no memory, and is closed after a while", async (t) => {
    const server = await start(t, { dataTimeout: 1000 });
    const sent = await getStuck(server);
    // What the kernel holds for a connection is at most some megabytes.
    assert.ok(sent < 500, `${sent} answers of 60 kB were made for nobody`);
    const other = await server.connect();
    other.send("data 10 100");
    assert.equal((await other.read(101)).length, 101);
    other.socket.destroy();
    await delay(1200);
    const again = await Promise.all(Array.from({ length: MOST_CONNECTIONS }, () => server.connect()));
    for (const one of again) one.send("none");
    for (const one of again) assert.deepEqual(await one.read(1), ["done"]);
    assert.equal(server.counters.sent[1], sent + 100);
  });

  const idle: readonly [name: string, bytes: readonly number[]][] = [
    ["that asks nothing", []],
    ["that stops in the middle of a length", [0]],
    ["that stops in the middle of a query", [0, 4, 110]],
  ];
  for (const [name, bytes] of idle) {
    test(`a connection ${name} is closed after a while`, async (t) => {
      const one = await (await start(t, { dataTimeout: 100 })).connect();
      one.socket.write(Uint8Array.from(bytes));
      await one.over;
    });
  }

  test("bytes that drip in do not keep a connection", async (t) => {
    const one = await (await start(t, { dataTimeout: 300 })).connect();
    const drip = setInterval(() => one.socket.write("\0"), 50);
    t.after(() => clearInterval(drip));
    one.socket.write(Uint8Array.of(15, 0));
    await one.over;
  });

  describe("what ends a connection at once", () => {
    const cases: readonly [name: string, bytes: Buffer, counted: Readonly<Record<string, number>>][] = [
      ["no message", framed(TEXT, "nonsense"), { "dropped: undecodable": 1 }],
      ["an empty one", framed(TEXT, ""), { "dropped: undecodable": 1 }],
      ["a message that is no query", framed(TEXT, "other"), { "received other": 1, "silent: unsupported-message-type": 1 }],
      ["a longer one than any query", Buffer.concat([Buffer.of(0x10, 0x01), Buffer.alloc(5000)]), {}],
      ["a defect", framed(TEXT, "fail"), { "received fail": 1, "dropped: internal-error": 1 }],
      ["a query that could not be answered to the end", framed(TEXT, "abort"), { "received abort": 1, "sent done": 1 }],
    ];
    for (const [name, bytes, counted] of cases) {
      test(name, async (t) => {
        const server = await start(t);
        const one = await server.connect();
        one.socket.write(Buffer.concat([bytes, framed(TEXT, "none")]));
        await one.read();
        await one.over;
        assert.deepEqual(summarize(server.counters), counted);
        // And no other one.
        const other = await server.connect();
        other.send("none");
        assert.deepEqual(await other.read(1), ["done"]);
      });
    }
  });

  test("who is no requester is refused, and counted", async (t) => {
    const server = await start(t);
    const one = await server.connect("127.0.0.9");
    one.send("none");
    assert.deepEqual(await one.read(), []);
    await one.over;
    assert.deepEqual(summarize(server.counters), { "silent: requester-not-permitted": 1 });
  });

  test("no more than ten connections; when one ends there is room for another", async (t) => {
    const server = await start(t);
    const all = await Promise.all(Array.from({ length: MOST_CONNECTIONS }, () => server.connect()));
    for (const one of all) one.send("none");
    for (const one of all) assert.deepEqual(await one.read(1), ["done"]);
    const more = await server.connect();
    await more.over;
    assert.equal(server.counters.dropped["too-many-connections"], 1);
    all[0]?.socket.end();
    await all[0]?.over;
    const again = await server.connect();
    again.send("none");
    assert.deepEqual(await again.read(1), ["done"]);
  });

  test("a connection that is broken off costs nothing but itself", async (t) => {
    const server = await start(t);
    const one = await server.connect();
    one.send("data 60000 65535");
    await one.read(1);
    one.socket.resetAndDestroy();
    const other = await server.connect();
    other.send("none");
    assert.deepEqual(await other.read(1), ["done"]);
  });

  test("what was sent last arrives, whatever comes in behind the query", async (t) => {
    const one = await (await start(t)).connect();
    one.send("abort", "x".repeat(4000), ...Array.from({ length: 100 }, () => "none"));
    assert.deepEqual(await one.read(), ["done"]);
  });

  test("a server that stops says so to those that it answers, and closes the others", async (t) => {
    const server = await start(t);
    const [asking, idling] = [await server.connect(), await server.connect()];
    idling.send("none");
    await idling.read(1);
    asking.send("data 10 65535");
    await asking.read(1);
    const closed = server.close();
    const rest = await asking.read();
    assert.equal(rest.at(-1), "the server stops");
    assert.deepEqual(await idling.read(), []);
    await Promise.all([closed, asking.over, idling.over]);
    await assert.rejects(server.connect(), { code: "ECONNREFUSED" });
  });

  test("a server that stops does not wait for those who do not read", async (t) => {
    const server = await start(t);
    await getStuck(server);
    const began = performance.now();
    await server.close();
    assert.ok(performance.now() - began < 5000);
  });

  test("a port that is taken", async (t) => {
    const server = await start(t);
    const port = server.ports[0] as number;
    await assert.rejects(
      start(t, {
        listen: [
          { address: "127.0.0.1", port: 0 },
          { address: "127.0.0.1", port },
        ],
      }),
      (error) => error instanceof TransportError && error.message.startsWith(`TCP port 127.0.0.1:${port} is taken by another program`),
    );
  });
});
