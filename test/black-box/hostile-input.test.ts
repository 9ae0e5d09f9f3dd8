import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { discover, ethernetClient, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";
import { decide, type Received, type ServedInterface } from "../../src/engine/dhcp4/decide.ts";
import { createDecider } from "../../src/engine/dhcp4/decider.ts";
import type { Decision } from "../../src/engine/dhcp4/decision.ts";
import { createLeaseTable } from "../../src/leases/dhcp4/table.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import { encode, encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { type Message, MessageType } from "../../src/wire/dhcp4/message.ts";
import { messageType, optionIpv4 } from "../../src/wire/dhcp4/options.ts";
import { createDhcp4Hostile } from "../support/hostile/dhcp4/hostile.ts";
import { attack } from "../support/hostile/onslaught.ts";
import { countersOf, newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { createRandom } from "../support/random.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const PACKETS = 1_000_000;
const PACKETS_BY_SOCKET = 30_000;
const CONFIG = `
interfaces: [lo]
log: {format: json, level: info}
config: {lease_time: {default: 10m, min: 1m, max: 1h}}
probation_period: 5m
affinity: 10m
options:
  domain_name_servers: [192.0.2.53]
  domain_name: example.org
  domain_search: [example.org, a.example.org, b.example.org]
  classless_static_route: [{destination: 10.0.0.0/8, router: 10.0.0.1}]
  vendor_encapsulated_options: {value: "01:04:0a:00:00:01", type: hex}
networks:
  127.0.0.0/8:
    options: {routers: 127.0.0.1}
    ranges: [{range: 127.0.10.1-127.0.10.200}]
    reservations:
      - {ip: 127.0.20.1, match: {chaddr: "02:00:00:00:09:01"}, hostname: one}
      - {ip: 127.0.20.2, match: {chaddr: "02:00:00:00:ff:ff"}}
  10.0.0.0/24:
    options: {routers: 10.0.0.1}
    ranges: [{range: 10.0.0.10-10.0.0.250, except: [10.0.0.128/28]}]
    reservations:
      - {ip: 10.0.0.20, match: {chaddr: "02:00:00:00:09:02"}}
      - {ip: 10.0.0.130, match: {client_id: "01:02:00:00:00:09:04"}}
  10.0.1.0/24:
    options: {routers: 10.0.1.1}
    authoritative: false
    allocation: sequential
    ranges: [{range: 10.0.1.10-10.0.1.60}]
  10.0.2.0/24:
    options: {routers: 10.0.2.1}
    allocation: random
    ranges: [{range: 10.0.2.10-10.0.2.60}]
shared_networks:
  campus: [10.0.1.0/24, 10.0.2.0/24]
`;
/** Allocatable addresses and reserved ones outside the ranges. */
const POOL = 200 + 2 + (241 - 16) + 1 + 51 + 51;

const ip = (text: string): Ipv4 => parseIpv4(text) as Ipv4;
const LO: ServedInterface = { index: 1, name: "lo", address: ip("127.0.0.1"), prefixLength: 8 };
const ETH0: ServedInterface = { index: 2, name: "eth0", address: ip("10.0.0.1"), prefixLength: 24 };
const ETH1: ServedInterface = { index: 3, name: "eth1", address: ip("10.0.1.1"), prefixLength: 24 };
const ETH2: ServedInterface = { index: 4, name: "eth2", address: 0, prefixLength: 0 };

function addressesFrom(first: string, count: number): Ipv4[] {
  return Array.from({ length: count }, (_, i) => ip(first) + i);
}

const SCENERY = {
  addresses: [
    ...addressesFrom("127.0.10.0", 40),
    ...addressesFrom("10.0.0.8", 200),
    ...addressesFrom("10.0.1.5", 60),
    0,
    0xffffffff,
    ip("8.8.8.8"),
  ],
  relays: [ip("10.0.0.1"), ip("10.0.0.77"), ip("10.0.1.1"), ip("10.0.2.9"), ip("192.0.2.1"), 0xffffffff],
  serverIdentifiers: [LO.address, LO.address, ETH0.address, ETH1.address, ip("192.0.2.1")],
};

function configOf(text: string): Config {
  const loaded = loadConfig(text, "test.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

test(`${PACKETS} mutated and random packets: no exception, no hang, no growth; then a normal exchange works`, async (t) => {
  // Addresses of BOOTP clients are never free again, so with them the pools would soon be empty and
  // little of the rest tested.
  const config = configOf(`bootp_enable: false\n${CONFIG}`);
  const table = createLeaseTable(config);
  const random = createRandom(2131);
  const decider = createDecider(config);
  const hostile = createDhcp4Hostile(random, SCENERY);
  const into = new Uint8Array(2048);
  const outcomes = new Map<string, number>();
  const interfaces = [LO, ETH0, ETH0, ETH1, ETH2];
  let now = 1_700_000_000;

  const count = (outcome: string): void => {
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  };

  const decideOn = (message: Message, way: Omit<Received, "message">, number: number): Decision =>
    decide({ decider, leases: table, now, random: number }, { message, ...way });

  const randomWay = (): Omit<Received, "message"> => {
    const served = random.pick(interfaces);
    return {
      interface: served,
      source: random.pick([0, 0, random.pick(SCENERY.addresses), random.next()]),
      sourcePort: random.pick([67, 68, random.below(65536)]),
      destination: random.pick([0xffffffff, 0xffffffff, served.address, random.next()]),
      serverPort: 67,
    };
  };

  const carryOut = (decided: Decision): void => {
    const decision = decided.kind === "question" ? decided.unanswered : decided;
    count(decision.kind === "silence" ? decision.reason : decision.kind);
    if (decision.kind === "silence") return;
    for (const change of decision.changes) table.apply(change);
    if (decision.kind === "update") return;
    const limit = Math.min(decision.limit, into.length);
    const length = encode(decision.message, into, limit);
    const type = messageType(decision.message) as number;
    count(["", "", "OFFER", "", "", "ACK", "NAK"][type] ?? String(type));
    // Whatever had to be left out, the client must be able to tell what this is.
    assert.ok(length >= 300 && length <= limit && into[240] === 53 && into[242] === type, `a reply of ${length} bytes, at most ${limit}`);
  };

  const checkTable = (): void => {
    assert.ok(table.size <= POOL, `${table.size} leases of ${POOL} addresses`);
    const leases = [...table.leases()];
    assert.equal(leases.length, table.size);
    assert.equal(new Set(leases.map(({ address }) => address)).size, leases.length);
    const known = new Set([...leases, ...table.holds()].map(({ address }) => address));
    for (const range of config.ranges) {
      const isIn = (address: Ipv4) => address >= range.start && address <= range.end;
      const excluded = range.excluded.reduce((sum, { start, end }) => sum + end - start + 1, 0);
      const used = [...known].filter(
        (address) => isIn(address) && !range.excluded.some(({ start, end }) => address >= start && address <= end),
      );
      assert.equal(table.unusedIn(range) + used.length, range.end - range.start + 1 - excluded);
    }
    for (const { owner } of leases) {
      for (const value of [owner.clientIdentifier, owner.hostname, owner.vendorClass, owner.relayAgentInformation]) {
        assert.ok(value === undefined || value.length <= 255);
      }
    }
  };

  const wordsOfIt = await attack(hostile, PACKETS, {
    newWay: () => ({ way: randomWay(), number: random.next() }),
    decide(bytes, length, { way, number }) {
      const decoded = decode(bytes, length);
      if (!decoded.ok) count("undecodable");
      return decoded.ok ? decideOn(decoded.message, way, number) : undefined;
    },
    carryOut,
    pass() {
      now += random.below(30);
      table.expire(now, 2000);
    },
    check: checkTable,
  });
  const report = Object.entries(Object.fromEntries(outcomes)).map(([name, times]) => `${name} ${times}`);
  t.diagnostic(`${wordsOfIt}; ${report.join(", ")}`);
  // Otherwise the mutations only reached the front door.
  for (const outcome of ["OFFER", "ACK", "NAK", "update"]) assert.ok((outcomes.get(outcome) ?? 0) > PACKETS / 500, `${outcome}: ${report}`);
  const reasons = [
    "not-a-request",
    "not-for-a-server",
    "no-network",
    "no-server-address",
    "another-server",
    "not-the-owner",
    "identity-too-long",
  ];
  for (const reason of reasons) assert.ok(outcomes.has(reason), `${reason}: ${report}`);

  // Nothing is left behind when time has passed.
  now += 86_400;
  while (table.expire(now, 2000).length > 0 || table.size > 0 || [...table.holds()].length > 0) now += 1;
  checkTable();

  const client = ethernetClient(Uint8Array.of(2, 0, 0, 0, 10, 1));
  const transaction = { xid: 1, secs: 0 };
  const way = { interface: ETH0, source: 0, sourcePort: 68, destination: 0xffffffff, serverPort: 67 };
  const exchange = (message: Message): Message => {
    const decision = decideOn(message, way, 0);
    assert.equal(decision.kind, "reply");
    carryOut(decision);
    const decoded = decode(into.slice());
    assert.ok(decoded.ok);
    return decoded.message;
  };
  const offer = exchange(discover(client, transaction));
  const ack = exchange(requestSelecting(client, transaction, { address: offer.yiaddr, serverIdentifier: ETH0.address }));
  assert.deepEqual([messageType(offer), messageType(ack), ack.yiaddr], [MessageType.OFFER, MessageType.ACK, offer.yiaddr]);
  assert.equal(table.byAddress(offer.yiaddr)?.expiry, now + 600);
});

test(`${PACKETS_BY_SOCKET} of them over a socket: the server still answers, ends cleanly, and its counters add up`, async (t) => {
  const folder = newFolder(t);
  const files = {
    config: writeIn(folder, "leasehold.yaml", CONFIG.replace("level: info", "level: warn")),
    database: join(folder, "leases.db"),
  };
  const place = newPlace();
  const logged = { ...files, config: writeIn(folder, "logged.yaml", CONFIG) };
  const server = await startServer(t, logged, place);
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.setRecvBufferSize(4 << 20);

  const hostile = createDhcp4Hostile(createRandom(2132), SCENERY);
  let sent = 0;
  let answers = 0;
  const waiting = new Map<number, (answer: Message) => void>();
  socket.on("message", (bytes) => {
    answers++;
    const decoded = decode(bytes);
    assert.ok(decoded.ok);
    waiting.get(decoded.message.xid)?.(decoded.message);
  });
  const send = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      sent++;
      socket.send(bytes, place.port, place.address, (error) => (error === null ? resolve() : reject(error)));
    });
  /**
   * Sends a message and waits for its answer. All that was sent before has then been received too.
   */
  const ask = async (message: Message): Promise<Message> => {
    const answer = new Promise<Message>((resolve) => waiting.set(message.xid, resolve));
    await send(encodeMessage(message));
    const late = delay(20_000, undefined, { ref: false }).then(() =>
      assert.fail(`no answer after ${sent} packets:\n${server.output().slice(-2000)}`),
    );
    return Promise.race([answer, late]);
  };

  // It has a reservation, so there is always an answer for it.
  const witness = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0xff, 0xff));
  for (let i = 0; i < PACKETS_BY_SOCKET; i++) {
    hostile.next();
    await send(hostile.bytes.slice(0, hostile.length));
    if (i % 60 === 0) assert.equal(messageType(await ask(discover(witness, { xid: 0xeeee0000 + i / 60, secs: 0 }))), MessageType.OFFER);
  }

  const offer = await ask(discover(witness, { xid: 0xffff0001, secs: 0 }));
  const accepted = { address: offer.yiaddr, serverIdentifier: optionIpv4(offer, 54) as Ipv4 };
  const ack = await ask(requestSelecting(witness, { xid: 0xffff0002, secs: 0 }, accepted));
  assert.deepEqual([messageType(ack), formatIpv4(ack.yiaddr)], [MessageType.ACK, "127.0.20.2"]);
  const listed = await runLeasehold("leases", "-d", files.database, "--json");
  assert.equal(listed.status, 0, listed.stderr);
  assert.ok(listed.stdout.split("\n").length <= POOL + 1);

  assert.equal(await server.end("SIGTERM"), 0);
  const counters = countersOf(server);
  t.diagnostic(JSON.stringify(counters));
  const sum = (...prefixes: string[]): number =>
    Object.entries(counters).reduce(
      (total, [name, value]) => (prefixes.some((prefix) => name.startsWith(prefix)) ? total + value : total),
      0,
    );
  assert.equal(sum("received ", "dropped: undecodable", "silent: interface-not-served"), sent);
  assert.equal(sum("sent ", "silent: ", "noted") - sum("silent: interface-not-served"), sum("received "));
  assert.equal(sum("sent "), answers);
  assert.equal(sum("dropped: store-failed", "dropped: internal-error", "commitsFailed"), 0);
  assert.ok(sum("dropped: undecodable") > 100 && sum("sent ACK") > 100 && sum("noted") > 10);
});
