import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { pino } from "pino";
import { discover, ethernetClient } from "../../src/client/dhcp4/index.ts";
import type { Config } from "../../src/config/model/config.ts";
import type { Prober } from "../../src/io/prober.ts";
import { noSendFailures } from "../../src/io/send-failures.ts";
import { type BatchHandler, type Transport, TransportError } from "../../src/io/transport.ts";
import { LeaseState } from "../../src/leases/dhcp4/lease.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import { parseIpv4 } from "../../src/net/ipv4.ts";
import { ALL_ADDRESSES } from "../../src/server/dhcp4/operations.ts";
import {
  type Happening,
  openMemoryStore,
  openSqliteStore,
  type ReloadNews,
  type Server,
  type ServerOptions,
  startServer,
} from "../../src/server/index.ts";
import { type LeaseStore, StoreError } from "../../src/store/store.ts";
import { type Message, MessageType } from "../../src/wire/dhcp4/message.ts";
import { OptionCode } from "../../src/wire/dhcp4/option-code.ts";
import { load } from "../config/load.ts";
import { connectRequester, DHCP4 } from "../support/bulk-requester.ts";
import { newFolder, newPlace, type Place } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const config = load("networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.1-10.0.0.9 }] } }");
const probing = load("ping_check: true\nnetworks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.1-10.0.0.9 }] } }");
const log = pino({ level: "silent" });

/** A server for relayed clients, and how its clients reach it. */
async function start(t: TestContext, more: Partial<ServerOptions>): Promise<{ server: Server; probe(...args: string[]): Promise<number> }> {
  const place = newPlace();
  const address = parseIpv4(place.address) as number;
  const server = await startServer({ config, store: openMemoryStore(), address, port: place.port, log, ...more });
  t.after(() => server.stop());
  const to = ["--server", `${place.address}:${place.port}`, "--giaddr", "10.0.0.200", "--mac", "02:00:00:00:00:07"];
  return { server, probe: async (...args) => (await runLeasehold("probe", ...to, ...args)).status };
}

/** Sockets and a prober that hear and ask nobody, and a store; how often each was closed. */
function counted(more: Partial<LeaseStore & Transport<Ipv4>> = {}) {
  const closed = { store: 0, transport: 0, prober: 0 };
  const outbox = { length: 0, full: false, next: () => new Uint8Array(0), add() {}, send() {}, clear() {} };
  const transport: Transport<Ipv4> = {
    limitations: [],
    port: 67,
    serve: () => [],
    start() {},
    pause() {},
    resume() {},
    createOutbox: () => outbox,
    counters: () => ({ received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 }),
    close: () => void closed.transport++,
    ...more,
  };
  const prober: Prober<Ipv4> = { limitations: ["it can't ask"], start() {}, ask: () => false, close: () => void closed.prober++ };
  const store: LeaseStore = { ...openMemoryStore(), close: () => Promise.resolve(void closed.store++), ...more };
  return { closed, options: { config, store, transport, prober, log, address: 0x7f000001, port: 67 } };
}

const ONCE = { store: 1, transport: 1, prober: 1 };

describe("what a server was given is closed exactly once", () => {
  for (const pings of [false, true]) {
    test(`when it stops, ${pings ? "and addresses are probed" : "though no address is probed"}`, async () => {
      const { closed, options } = counted();
      const server = await startServer({ ...options, config: pings ? probing : config });
      assert.deepEqual(closed, { store: 0, transport: 0, prober: 0 });
      // What an idle prober can't do is nobody's concern.
      assert.deepEqual(server.limitations, pings ? ["it can't ask"] : []);
      await server.stop();
      assert.deepEqual(closed, ONCE);
    });
  }

  const failures: readonly (readonly [string, Partial<LeaseStore & Transport<Ipv4>>])[] = [
    ["the leases can't be read", { load: () => Promise.reject(new StoreError("io", "no leases")) }],
    [
      "the transport does not start",
      {
        start() {
          throw new TransportError("EIO", "no start");
        },
      },
    ],
  ];
  for (const [name, more] of failures) {
    test(`when ${name}`, async () => {
      const { closed, options } = counted(more);
      await assert.rejects(startServer(options), /no leases|no start/);
      assert.deepEqual(closed, ONCE);
    });
  }

  test("when the address is none", async () => {
    const { closed, options } = counted();
    await assert.rejects(startServer({ ...options, port: -1 }), RangeError);
    assert.deepEqual(closed, ONCE);
  });

  test("also where one of them can't be closed", async () => {
    const { closed, options } = counted();
    const transport: Transport<Ipv4> = {
      ...options.transport,
      close() {
        closed.transport++;
        throw new TransportError("EIO", "no end");
      },
    };
    const server = await startServer({ ...options, transport });
    await assert.rejects(server.stop(), /no end/);
    assert.deepEqual(closed, ONCE);
  });
});

test("a log that `onReload` gives another level is written to by it from the next message on", async (t) => {
  const written: string[] = [];
  const own = pino({ level: "info" }, { write: (line) => void written.push(line) });
  let receive: BatchHandler<Ipv4> | undefined;
  const { options } = counted({
    start(handler: BatchHandler<Ipv4>) {
      receive = handler;
    },
  });
  const onReload = ({ config: next }: ReloadNews): void => {
    own.level = next.log.level;
  };
  const server = await startServer({ ...options, log: own, onReload });
  t.after(() => server.stop());
  const garbage = {
    bytes: Uint8Array.of(1),
    length: 1,
    source: 0x0a000007,
    sourcePort: 68,
    destination: 0x0a000001,
    interfaceIndex: 1,
    waited: 0,
  };
  const said = (): number => {
    written.length = 0;
    receive?.([garbage], 1);
    return written.filter((line) => line.includes("not a DHCP message")).length;
  };
  assert.equal(said(), 0);
  for (const [level, count] of [
    ["debug", 1],
    ["info", 0],
  ] as const) {
    await server.reload({ ...config, log: { ...config.log, level } });
    assert.equal(said(), count, level);
  }
});

describe("startServer", () => {
  test("refuses options that a program without types may get wrong, and closes the store", async () => {
    const noAddress = "is no IPv4 address as a number: use parseIpv4 of leasehold/net";
    const noConfig = "give what loadConfig of leasehold/config makes of it, its `config`";
    const noStore = 'use openSqliteStore("leases.db") or openMemoryStore()';
    const cases: readonly (readonly [options: object, name: string, message: string])[] = [
      // The socket would take it for 0.0.0.0.
      [{ address: "127.0.0.1" }, "TypeError", `address: "127.0.0.1" ${noAddress}`],
      [{ address: undefined }, "TypeError", `address: undefined ${noAddress}`],
      [{ address: -1 }, "RangeError", `address: -1 ${noAddress}`],
      [{ port: 65536 }, "RangeError", "port: 65536 is no number from 0 to 65535"],
      [{ port: "67" }, "TypeError", 'port: "67" is no number from 0 to 65535'],
      [{ dhcp6: { port: "547" } }, "TypeError", 'dhcp6.port: "547" is no number from 0 to 65535'],
      [{ dhcp6: { address: "::1" } }, "TypeError", 'dhcp6.address: "::1" is no IPv6 address of 16 bytes: use parseIpv6 of leasehold/net'],
      [{ dhcp6: true }, "TypeError", "dhcp6: this is no map of options but a boolean"],
      [{ config: "networks: {}" }, "TypeError", `config: this is no configuration but a text: ${noConfig}`],
      [{ config: undefined }, "TypeError", `config: this is no configuration but undefined: ${noConfig}`],
      [
        { config: { networks: {} } },
        "TypeError",
        "config: this is no checked configuration but another object: give what buildConfig of leasehold/config makes of it, its `config`",
      ],
      [{ log: "info" }, "TypeError", 'log: this is no logger but a text: use consoleLog("info"), or NO_LOG for none'],
      [{ log: "warn" }, "TypeError", 'log: this is no logger but a text: use consoleLog("warn"), or NO_LOG for none'],
      [{ onHappening: "bound" }, "TypeError", "onHappening: this is no function but a text"],
      [{ onReload: {} }, "TypeError", "onReload: this is no function but another object"],
      [{ onHapening() {} }, "TypeError", "onHapening: there is no such option: did you mean onHappening?"],
      [{ onhappening() {} }, "TypeError", "onhappening: there is no such option: did you mean onHappening?"],
      [{ dhcp6: { prot: 547 } }, "TypeError", "dhcp6.prot: there is no such option: did you mean dhcp6.port?"],
      [{ nothingLikeIt: 1 }, "TypeError", "nothingLikeIt: there is no such option"],
      [{ config: { ok: true, config } }, "TypeError", "config: this is the result of loading: look at its `ok`, and give its `config`"],
    ];
    for (const [changes, name, message] of cases) {
      let closed = 0;
      const store = { ...openMemoryStore(), close: () => Promise.resolve(void closed++) };
      const options = { config, store, log, address: 0x7f000001, port: 6767, ...changes } as ServerOptions;
      await assert.rejects(startServer(options), { name, message });
      assert.equal(closed, 1, message);
    }
    for (const store of [undefined, "leases.db"]) {
      const options = { config, store, log, address: 0x7f000001, port: 6767 } as unknown as ServerOptions;
      const message = `store: this is no store but ${store === undefined ? "undefined" : "a text"}: ${noStore}`;
      await assert.rejects(startServer(options), { name: "TypeError", message });
    }
  });

  test("refuses to start without options", async () => {
    const start = startServer as (options?: ServerOptions) => Promise<Server>;
    const message = "options: this is no map of options but undefined: give { config, store, address, port }";
    await assert.rejects(start(), { name: "TypeError", message });
  });

  test("refuses the store of a server that runs, and leaves that as it is; a stopped one gives it back closed", async (t) => {
    const store = openMemoryStore();
    const { server, probe } = await start(t, { store });
    const options = { config, store, log, address: 0x7f000001, port: 6768 };
    const message = "store: a server that runs has this one, and two would lease the same addresses: open another";
    await assert.rejects(startServer(options), { name: "TypeError", message });
    assert.equal(await probe(), 0);
    await server.stop();
    await assert.rejects(startServer(options), { name: "StoreError", message: "the store has been closed" });
  });

  test("refuses a store that was closed", async (t) => {
    const path = join(newFolder(t), "leases.db");
    for (const [store, message] of [
      [openMemoryStore(), "the store has been closed"],
      [openSqliteStore(path), `lease database ${path}: it can't be read or written (it has been closed)`],
    ] as const) {
      await store.close();
      await assert.rejects(startServer({ config, store, log, address: 0x7f000001, port: 6767 }), { name: "StoreError", message });
    }
  });

  test("tells a listener what has come true of leases; one that throws does no harm", async (t) => {
    const told: Happening[] = [];
    const { server, probe } = await start(t, {
      onHappening(happening) {
        told.push(happening);
        throw new Error("a listener's defect");
      },
    });
    assert.equal(await probe(), 0);
    assert.equal(await server.operate({ kind: "release", addresses: ALL_ADDRESSES, state: undefined }), 1);
    assert.equal(await server.operate({ kind: "delete", addresses: ALL_ADDRESSES, state: LeaseState.released }), 1);
    assert.equal(await probe(), 0);
    assert.deepEqual(
      told.map(({ kind, before, after }) => [kind, before?.state, after?.state]),
      [
        ["bound", undefined, LeaseState.bound],
        ["released", LeaseState.bound, LeaseState.released],
        ["removed", LeaseState.released, undefined],
        ["bound", undefined, LeaseState.bound],
      ],
    );
    for (const { protocol, after } of told) {
      assert.equal(protocol, "dhcp4");
      if (after !== undefined && "chaddr" in after.owner) assert.deepEqual([...after.owner.chaddr], [2, 0, 0, 0, 0, 7]);
    }
  });
});

describe("bulk leasequery", () => {
  /** On the UDP port, where `port` is undefined. */
  const asked = (place: Place, port?: number): Config => ({
    ...config,
    leasequery: {
      requesters: [{ address: parseIpv4("127.0.0.0") as number, length: 8 }],
      bulk: { listen: [{ address: Uint8Array.from(place.address.split("."), Number), port }] },
    },
  });
  const query = (): Message => ({
    ...discover(ethernetClient(new Uint8Array(0)), { xid: 7, secs: 0 }),
    options: [{ code: OptionCode.dhcpMessageType, data: Uint8Array.of(MessageType.BULKLEASEQUERY) }],
  });

  test("is answered over TCP, by the server's port where no other is configured", async (t) => {
    const place = newPlace();
    const address = parseIpv4(place.address) as number;
    const server = await startServer({ config: asked(place), store: openMemoryStore(), address, port: place.port, log });
    t.after(() => server.stop());
    const to = ["--server", `${place.address}:${place.port}`, "--giaddr", "10.0.0.200", "--mac", "02:00:00:00:00:07"];
    assert.equal((await runLeasehold("probe", ...to)).status, 0);
    const requester = await connectRequester(t, DHCP4, { host: place.address, port: place.port });
    requester.send(query());
    const answers = await requester.read(10);
    assert.deepEqual(
      answers.map(({ chaddr, options }) => [options[0]?.data[0], chaddr.at(-1)]),
      answers.map(({ ciaddr }) => {
        if (ciaddr === 0) return [MessageType.LEASEQUERYDONE, undefined];
        return server.table.byAddress(ciaddr) === undefined ? [MessageType.LEASEUNASSIGNED, undefined] : [MessageType.LEASEACTIVE, 7];
      }),
    );
    assert.equal(answers.filter(({ chaddr }) => chaddr.length > 0).length, 1);
    const { received, sent } = server.counters;
    assert.deepEqual(
      [received[MessageType.BULKLEASEQUERY], sent[MessageType.LEASEUNASSIGNED], sent[MessageType.LEASEQUERYDONE]],
      [1, 8, 1],
    );
    assert.deepEqual(await server.reload(asked(place, 7777)), [
      "`leasequery.bulk` has changed: where the server listens for it changes when it is restarted",
    ]);
    await server.stop();
    await requester.over;
  });

  test("on a port that is taken: the server does not start, and everything is closed", async (t) => {
    const place = newPlace();
    const taken = createServer().listen(place.port, place.address);
    await once(taken, "listening");
    t.after(() => taken.close());
    const { closed, options } = counted();
    await assert.rejects(startServer({ ...options, config: asked(place, place.port) }), TransportError);
    assert.deepEqual(closed, ONCE);
  });
});
