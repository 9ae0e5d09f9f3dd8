import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { createExchange, type Exchange } from "../../../src/dns/updates/exchange.ts";
import type { Outcome } from "../../../src/dns/updates/outcome.ts";
import { encodeQuery } from "../../../src/wire/dns/query.ts";
import { readRecords } from "../../../src/wire/dns/read.ts";
import { sign } from "../../../src/wire/dns/tsig.ts";
import { readTsig } from "../../../src/wire/dns/tsig-record.ts";
import { writeMessage } from "../../../src/wire/dns/write.ts";
import { KEY } from "./support.ts";

const now = (): number => Date.now() / 1000;

/** A socket that answers as it is told, and an exchange with it. */
async function peer(t: TestContext, answer: (bytes: Uint8Array, reply: (bytes: Uint8Array) => void) => void): Promise<Exchange> {
  const socket: Socket = createSocket("udp4");
  socket.on("message", (bytes, { port, address }) => answer(bytes, (reply) => socket.send(reply, port, address)));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  t.after(() => socket.close());
  const exchange = createExchange({ address: "127.0.0.1", port: socket.address().port }, { now, patience: 1000 });
  t.after(exchange.close);
  return exchange;
}

const query = (id: number): Uint8Array => encodeQuery({ id, name: "example.com", type: 6 });
const NOTHING = { questions: [], answers: [], authorities: [], additionals: [] };

function answerTo(bytes: Uint8Array, { id = 0, flags = 0x8400 } = {}): Uint8Array {
  const request = readRecords(bytes);
  assert.ok(request.problem === undefined);
  return writeMessage(request.header.id ^ id, flags, NOTHING);
}

function signed(bytes: Uint8Array, plain: Uint8Array, key = KEY): Uint8Array {
  const tsig = readTsig(bytes);
  assert.ok(tsig !== undefined && tsig !== "malformed");
  return sign(plain, key, now(), { requestMac: tsig.mac }).bytes;
}

const short = (outcome: Outcome): string =>
  outcome.kind === "answered"
    ? `answered ${outcome.message.header.rcode}`
    : "code" in outcome
      ? `${outcome.kind} ${outcome.code}`
      : outcome.kind;

describe("an exchange", () => {
  test("hears the right answer, whatever comes before it", async (t) => {
    const exchange = await peer(t, (bytes, reply) => {
      reply(Uint8Array.of());
      reply(Uint8Array.of(bytes[0] as number, bytes[1] as number));
      reply(signed(bytes, answerTo(bytes, { id: 1 })));
      reply(bytes);
      reply(answerTo(bytes, { flags: 0x8405 }));
      reply(signed(bytes, answerTo(bytes, { flags: 0x8405 }), { ...KEY, secret: Uint8Array.of(1) }));
      reply(signed(bytes, answerTo(bytes, { flags: 0xac05 })));
      reply(signed(bytes, answerTo(bytes)));
      reply(signed(bytes, answerTo(bytes, { flags: 0x8403 })));
    });
    assert.equal(short(await exchange.ask(query, KEY)), "answered 0");
  });

  test("without a key believes what has its number", async (t) => {
    const exchange = await peer(t, (bytes, reply) => reply(answerTo(bytes, { flags: 0x8405 })));
    assert.equal(short(await exchange.ask(query, undefined)), "answered 5");
  });

  test("of many at once gives each its own answer, in whatever order they come", async (t) => {
    const held: (() => void)[] = [];
    const exchange = await peer(t, (bytes, reply) => {
      held.push(() => reply(answerTo(bytes, { flags: 0x8400 | (((bytes[16] as number) + 1) & 15) })));
      if (held.length === 40) for (const send of held.reverse()) send();
    });
    const asked = Array.from({ length: 40 }, (_, i) =>
      exchange.ask((id) => encodeQuery({ id, name: `abc${String.fromCharCode(97 + (i % 8))}.example`, type: 6 }), undefined),
    );
    const outcomes = await Promise.all(asked);
    assert.deepEqual(
      outcomes.map(short),
      Array.from({ length: 40 }, (_, i) => `answered ${(97 + (i % 8) + 1) & 15}`),
    );
  });

  test("asks once more, and tells that nothing came", async (t) => {
    let received = 0;
    const exchange = await peer(t, () => received++);
    assert.equal(short(await exchange.ask(query, KEY)), "timeout");
    assert.equal(received, 2);
  });

  test("where nobody listens is unreachable, at once", async () => {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const { port } = socket.address();
    socket.close();
    const exchange = createExchange({ address: "127.0.0.1", port }, { now });
    const long = (id: number): Uint8Array => {
      const bytes = new Uint8Array(2000);
      bytes.set(query(id));
      return bytes;
    };
    assert.deepEqual(
      (await Promise.all([exchange.ask(query, KEY), exchange.ask(query, undefined), exchange.ask(long, undefined)])).map(short),
      ["unreachable ECONNREFUSED", "unreachable ECONNREFUSED", "unreachable ECONNREFUSED"],
    );
    exchange.close();
  });

  test("by TCP has an end, however slowly something comes", async (t) => {
    const server = createServer((stream) => {
      stream.on("error", () => {});
      const timer = setInterval(() => stream.write(Uint8Array.of(0)), 100);
      stream.on("close", () => clearInterval(timer));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const exchange = createExchange({ address: "127.0.0.1", port }, { now, patience: 500 });
    const long = (id: number): Uint8Array => {
      const bytes = new Uint8Array(2000);
      bytes.set(query(id));
      return bytes;
    };
    assert.equal(short(await exchange.ask(long, undefined)), "timeout");
    exchange.close();
  });

  test("that is closed leaves nobody waiting", async (t) => {
    const exchange = await peer(t, () => {});
    const asked = [exchange.ask(query, KEY), exchange.ask(query, undefined)];
    exchange.close();
    assert.deepEqual((await Promise.all([...asked, exchange.ask(query, KEY)])).map(short), ["closed", "closed", "closed"]);
  });
});
