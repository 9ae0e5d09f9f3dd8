import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { listInterfaces } from "../../src/io/interfaces.ts";
import { openTransport } from "../../src/io/open.ts";
import { noSendFailures } from "../../src/io/send-failures.ts";
import { type LocalInterface, type OnNotSent, type Transport, TransportError, UNRECORDED } from "../../src/io/transport.ts";
import type { Destination } from "../../src/net/destination.ts";
import { type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { startInbox } from "./inbox.ts";

const LOOPBACK = parseIpv4("127.0.0.1") as number;

async function open(t: TestContext, kind: "linux" | "portable", port = 0): Promise<Transport<Ipv4>> {
  const interfaces = (await listInterfaces()).filter((candidate) => candidate.loopback);
  const transport = await openTransport({ address: LOOPBACK, port, interfaces, kind });
  t.after(() => transport.close());
  return transport;
}

/** A socket of someone else on the loopback interface, with what it received. */
async function openPeer(
  t: TestContext,
): Promise<{ socket: Socket; port: number; received: { text: string; port: number; address: string }[] }> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
  const received: { text: string; port: number; address: string }[] = [];
  socket.on("message", (bytes, from) => received.push({ text: bytes.toString(), port: from.port, address: from.address }));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  t.after(() => socket.close());
  return { socket, port: socket.address().port, received };
}

function to(port: number, changes: Partial<Destination<Ipv4>> = {}): Destination<Ipv4> {
  return { address: LOOPBACK, port, hardwareAddress: undefined, interfaceIndex: 0, source: 0, ...changes };
}

function put(
  transport: Transport<Ipv4>,
  texts: readonly string[],
  destinations: readonly Destination<Ipv4>[],
  onNotSent?: OnNotSent,
): void {
  const outbox = transport.createOutbox(texts.length, undefined, onNotSent);
  texts.forEach((text, i) => {
    outbox.add(new TextEncoder().encodeInto(text, outbox.next()).written, destinations[i] as Destination<Ipv4>, 0, i);
  });
  outbox.send();
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !condition() && Date.now() < end; ) await delay(5);
}

const kinds = process.platform === "linux" ? (["linux", "portable"] as const) : (["portable"] as const);

for (const kind of kinds) {
  describe(`${kind} transport on the loopback interface`, () => {
    test("delivers a datagram with where it came from and how it arrived", async (t) => {
      const transport = await open(t, kind);
      const inbox = startInbox(transport);
      const peer = await openPeer(t);
      peer.socket.send("hello", transport.port, "127.0.0.1");
      const [datagram, ...more] = await inbox.settle(1);
      assert.deepEqual(more, []);
      assert.deepEqual(datagram, {
        bytes: new Uint8Array(Buffer.from("hello")),
        length: 5,
        source: LOOPBACK,
        sourcePort: peer.port,
        destination: LOOPBACK,
        interfaceIndex: (await listInterfaces()).find((candidate) => candidate.loopback)?.index,
      });
    });

    test("delivers 200 datagrams that wait, in order, in batches of at most 64", async (t) => {
      const transport = await open(t, kind);
      const inbox = startInbox(transport);
      const peer = await openPeer(t);
      const texts = Array.from({ length: 200 }, (_, i) => `datagram ${i}`);
      for (const text of texts) peer.socket.send(text, transport.port, "127.0.0.1");
      const datagrams = await inbox.settle(200);
      assert.deepEqual(
        datagrams.map(({ bytes }) => Buffer.from(bytes).toString()),
        texts,
      );
      assert.equal(Math.max(...inbox.batches) <= 64, true);
      assert.deepEqual(transport.counters(), { received: 200, sent: 0, notSent: noSendFailures(), receiveDropped: 0 });
    });

    test("receives the largest datagram whole", async (t) => {
      const transport = await open(t, kind);
      const inbox = startInbox(transport);
      const peer = await openPeer(t);
      peer.socket.send(new Uint8Array(65_507).fill(7), transport.port, "127.0.0.1");
      const [datagram] = await inbox.settle(1);
      assert.deepEqual(datagram?.bytes, new Uint8Array(65_507).fill(7));
    });

    test("sends each datagram of an outbox to its own destination, from its port", async (t) => {
      const transport = await open(t, kind);
      const peers = [await openPeer(t), await openPeer(t), await openPeer(t)];
      const texts = Array.from({ length: 100 }, (_, i) => `reply ${i}`);
      put(
        transport,
        texts,
        texts.map((_, i) => to(peers[i % 3]?.port as number, { source: LOOPBACK })),
      );
      await until(() => peers.reduce((sum, peer) => sum + peer.received.length, 0) === 100);
      for (const [n, peer] of peers.entries()) {
        const expected = texts.filter((_, i) => i % 3 === n);
        assert.deepEqual(
          peer.received,
          expected.map((text) => ({ text, port: transport.port, address: "127.0.0.1" })),
        );
      }
      assert.deepEqual(transport.counters(), { received: 0, sent: 100, notSent: noSendFailures(), receiveDropped: 0 });
    });

    test("counts what the system refuses and sends the rest", async (t) => {
      const transport = await open(t, kind);
      const peer = await openPeer(t);
      // Port 0 is nobody's.
      const notSent: unknown[] = [];
      put(transport, ["a", "b", "c", "d", "e"], [to(0), to(peer.port), to(0), to(peer.port), to(0)], (...told) => notSent.push(told));
      await until(() => peer.received.length === 2);
      assert.deepEqual(
        peer.received.map(({ text }) => text),
        ["b", "d"],
      );
      assert.deepEqual(transport.counters(), { received: 0, sent: 2, notSent: { ...noSendFailures(), other: 3 }, receiveDropped: 0 });
      assert.deepEqual(
        notSent,
        [0, 2, 4].map((mark) => [mark, "other"]),
      );
    });

    test("an outbox that is used again tells what was not sent by the marks of its last batch", async (t) => {
      const transport = await open(t, kind);
      const peer = await openPeer(t);
      const notSent: unknown[] = [];
      const outbox = transport.createOutbox(2, undefined, (...told) => notSent.push(told));
      const batch = (marks: readonly number[]): void => {
        for (const mark of marks) {
          outbox.next();
          // Port 0 is nobody's.
          outbox.add(1, to(mark % 2 === 0 ? peer.port : 0), 0, mark);
        }
      };
      batch([1, 2]);
      outbox.send();
      batch([3, 4]);
      outbox.clear();
      batch([6, 7]);
      outbox.send();
      await until(() => peer.received.length === 2);
      assert.deepEqual(
        notSent,
        [1, 7].map((mark) => [mark, "other"]),
      );
    });

    test("a datagram without a mark that is not sent is told by that of no other", async (t) => {
      const transport = await open(t, kind);
      const marks: number[] = [];
      const outbox = transport.createOutbox(1, undefined, (mark) => marks.push(mark));
      outbox.next();
      // Port 0 is nobody's.
      outbox.add(1, to(0));
      outbox.send();
      assert.deepEqual(marks, [UNRECORDED]);
    });

    test("an outbox knows its length, is full at its capacity, and is empty again when sent or cleared", async (t) => {
      const transport = await open(t, kind);
      const peer = await openPeer(t);
      const outbox = transport.createOutbox(2);
      const state = () => ({ length: outbox.length, full: outbox.full });
      assert.deepEqual(state(), { length: 0, full: false });
      outbox.add(outbox.next().length, to(peer.port));
      outbox.add(1, to(peer.port));
      assert.deepEqual(state(), { length: 2, full: true });
      assert.throws(() => outbox.next(), RangeError);
      outbox.clear();
      assert.deepEqual(state(), { length: 0, full: false });
      outbox.send();
      outbox.next()[0] = 0x41;
      outbox.add(1, to(peer.port));
      outbox.send();
      assert.deepEqual(state(), { length: 0, full: false });
      await until(() => peer.received.length > 0);
      await delay(50);
      assert.deepEqual(
        peer.received.map(({ text }) => text),
        ["A"],
      );
    });

    test("delivers nothing while paused, and all of it afterwards", async (t) => {
      const transport = await open(t, kind);
      const inbox = startInbox(transport);
      const peer = await openPeer(t);
      transport.pause();
      transport.pause();
      for (let i = 0; i < 100; i++) peer.socket.send(`${i}`, transport.port, "127.0.0.1");
      assert.equal((await inbox.settle(0)).length, 0);
      transport.resume();
      transport.resume();
      assert.equal((await inbox.settle(100)).length, 100);
    });

    test(`tells how long a datagram waited${kind === "linux" ? "" : ": 0, for the system does not say"}`, async (t) => {
      const transport = await open(t, kind);
      const inbox = startInbox(transport);
      const peer = await openPeer(t);
      transport.pause();
      peer.socket.send("x", transport.port, "127.0.0.1");
      await delay(300);
      transport.resume();
      await inbox.settle(1);
      const [waited] = inbox.waits as [number];
      if (kind === "linux") assert.ok(waited > 250 && waited < 5000, `${waited} ms`);
      else assert.equal(waited, 0);
    });

    test("stops after the batch in which it is paused", async (t) => {
      const transport = await open(t, kind);
      const peer = await openPeer(t);
      const counts: number[] = [];
      transport.start((_, count) => {
        counts.push(count);
        transport.pause();
      });
      transport.pause();
      for (let i = 0; i < 200; i++) peer.socket.send("x", transport.port, "127.0.0.1");
      await delay(100);
      transport.resume();
      await until(() => counts.length > 0);
      await delay(100);
      assert.equal(counts.length, 1);
    });

    test("a port that is taken is EADDRINUSE, with what to do", async (t) => {
      const transport = await open(t, kind);
      await assert.rejects(open(t, kind, transport.port), (error) => {
        assert.ok(error instanceof TransportError);
        assert.equal(error.code, "EADDRINUSE");
        assert.match(error.message, new RegExp(`127.0.0.1:${transport.port} is taken by another program.*ss -lunp`));
        return true;
      });
    });

    test("an address of another machine is EADDRNOTAVAIL", async () => {
      const address = parseIpv4("198.51.100.7") as number;
      await assert.rejects(openTransport({ address, port: 0, interfaces: [], kind }), { name: "TransportError", code: "EADDRNOTAVAIL" });
    });

    test("close frees the port at once, twice is once, and the counters stay", async (t) => {
      const transport = await open(t, kind);
      const inbox = startInbox(transport);
      const peer = await openPeer(t);
      peer.socket.send("x", transport.port, "127.0.0.1");
      await inbox.settle(1);
      transport.close();
      transport.close();
      transport.resume();
      assert.deepEqual(transport.counters(), { received: 1, sent: 0, notSent: noSendFailures(), receiveDropped: 0 });
      const again = await open(t, kind, transport.port);
      assert.equal(again.port, transport.port);
    });
  });
}

test("the portable transport serves relays that are on none of its subnets, whatever the number of interfaces", async (t) => {
  const network = (index: number, text: string): LocalInterface<Ipv4> => {
    const addresses = [{ address: parseIpv4(text) as number, prefixLength: 24 }];
    return { index, name: `eth${index}`, up: true, loopback: false, hardwareAddress: new Uint8Array(6), addresses };
  };
  const interfaces = [network(1, "10.0.0.1"), network(2, "10.0.1.1")];
  const transport = await openTransport({ address: 0, port: 0, interfaces, kind: "portable" });
  t.after(() => transport.close());
  const inbox = startInbox(transport);
  const peer = await openPeer(t);
  peer.socket.send("relayed", transport.port, "127.0.0.1");
  const [datagram] = await inbox.settle(1);
  assert.deepEqual([datagram?.interfaceIndex, datagram?.destination], [1, parseIpv4("10.0.0.1")]);
});
