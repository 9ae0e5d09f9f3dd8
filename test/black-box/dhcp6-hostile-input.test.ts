import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ethernetClient, readAssociations, request, solicit } from "../../src/client/dhcp6/index.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Dhcp6Config } from "../../src/config/model/dhcp6.ts";
import { decide, type Received, type ServedInterface } from "../../src/engine/dhcp6/decide.ts";
import { createDecider } from "../../src/engine/dhcp6/decider.ts";
import type { Decision } from "../../src/engine/dhcp6/decision.ts";
import { createLeaseTable } from "../../src/leases/dhcp6/table.ts";
import { parseIpv6 } from "../../src/net/ipv6.ts";
import { formatIpv6Prefix, ipv6PrefixesOverlap, parseIpv6Prefix } from "../../src/net/ipv6-prefix.ts";
import { decode } from "../../src/wire/dhcp6/decode.ts";
import { encode, encodeMessage } from "../../src/wire/dhcp6/encode.ts";
import { type Message, MessageType } from "../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../src/wire/dhcp6/option-code.ts";
import { optionValue } from "../../src/wire/dhcp6/options.ts";
import { createDhcp6Hostile } from "../support/hostile/dhcp6/hostile.ts";
import { attack } from "../support/hostile/onslaught.ts";
import { countersOf, newFolder, newPlace, startLeasehold, writeIn } from "../support/loopback-server.ts";
import { createRandom } from "../support/random.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const PACKETS = 1_000_000;
const PACKETS_BY_SOCKET = 30_000;

const CONFIG = `
log: {format: json, level: info}
probation_period: 5m
affinity: 10m
v6:
  config: {lease_time: {default: 10m, min: 1m, max: 1h}}
  address_registration: true
  options:
    dns_servers: ["2001:db8::53"]
    domain_search: [example.org, a.example.org]
    information_refresh_time: 600
    preference: 7
  networks:
    "2001:db8:1::/64":
      ranges: [{start: "2001:db8:1::100", end: "2001:db8:1::1c7", except: ["2001:db8:1::120/123"]}]
      prefix_pools: [{prefix: "2001:db8:8000::/50", delegated_length: 56}]
      reservations:
        - {match: {duid: "00:03:00:01:02:00:00:00:09:03"}, addresses: ["2001:db8:1::110"], prefixes: ["2001:db8:8000:100::/56"]}
        - {match: {chaddr: "02:00:00:00:09:05"}, addresses: ["2001:db8:1::500"]}
        - {match: {duid: "00:03:00:01:02:00:00:00:ff:ff"}, addresses: ["2001:db8:1::501"], prefixes: ["2001:db8:8100::/56"]}
    "2001:db8:2::/64":
      rapid_commit: true
      allocation: sequential
      ranges: [{start: "2001:db8:2::10", end: "2001:db8:2::3c"}]
      prefix_pools: [{prefix: "2001:db8:9000::/56", delegated_length: 60}]
    "2001:db8:3::/64":
      authoritative: false
      allocation: hashed
      ranges: [{start: "2001:db8:3::10", end: "2001:db8:3::3c"}]
shared_networks:
  campus: ["2001:db8:2::/64", "2001:db8:3::/64"]
`;
/** Addresses of ranges, prefixes of pools, and what is reserved beside them. */
const POOL = 168 + 64 + 3 + 45 + 16 + 45;

const address = (text: string): Uint8Array => parseIpv6(text) as Uint8Array;
const prefix = (text: string): Uint8Array => parseIpv6Prefix(text) as Uint8Array;
const numbered = (start: string, from: number, to: number): Uint8Array[] =>
  Array.from({ length: to - from }, (_, i) => address(`${start}${(from + i).toString(16)}`));

const interfaceAt = (index: number, name: string, ...addresses: string[]): ServedInterface => ({
  index,
  name,
  address: address(`fe80::${index}`),
  addresses: [`fe80::${index}`, ...addresses].map(address),
});
const ETH0 = interfaceAt(2, "eth0", "2001:db8:1::1");
const ETH1 = interfaceAt(3, "eth1", "2001:db8:2::1");
/** On no network that is served. */
const ETH2 = interfaceAt(4, "eth2");

const SERVER_DUID = Uint8Array.of(0, 2, 0, 0, 0x12, 0x34, 7);
const LINKS = ["2001:db8:1::1", "2001:db8:1::77", "2001:db8:2::9", "2001:db8:3::1", "2001:db8:f::1", "::", "fe80::1", "ff02::1"].map(
  address,
);
const SOURCES = ["fe80::a", "fe80::ff:fe00:905", "2001:db8:1::77", "2001:db8:2::9"].map(address);
/** One in eight is wrong. */
const DESTINATIONS = [...Array<string>(6).fill("ff02::1:2"), "::", "fe80::2"].map(address);
const scenery = (serverIdentifier: Uint8Array) => ({
  addresses: [
    ...numbered("2001:db8:1::", 0xfe, 0x1ca),
    ...numbered("2001:db8:2::", 0xe, 0x3f),
    ...numbered("2001:db8:3::", 0xe, 0x3f),
    ...["2001:db8:1::500", "::", "::1", "fe80::a", "ff02::1:2", "2001:db8:77::1"].map(address),
  ],
  prefixes: [
    ...["::/0", "::/56", "::/60", "::/64", "::/128", "2001:db8:8000::/48", "2001:db8:8000:100::/57", "2001:db8:8100::/56"],
    ...Array.from({ length: 16 }, (_, i) => `2001:db8:8000:${i.toString(16)}00::/56`),
    ...Array.from({ length: 16 }, (_, i) => `2001:db8:9000:${i.toString(16)}0::/60`),
  ].map(prefix),
  links: LINKS,
  serverIdentifiers: [serverIdentifier, serverIdentifier, serverIdentifier, Uint8Array.of(0, 2, 0, 0, 0x12, 0x34, 8)],
});

function configOf(text: string): Dhcp6Config {
  const loaded = loadConfig(text, "test.yaml");
  assert.ok(loaded.ok && loaded.config.dhcp6 !== undefined, JSON.stringify(loaded));
  return loaded.config.dhcp6;
}

/**
 * A client that has a reservation of an address and of a prefix, so there is always an answer for
 * it.
 */
const usual = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0xff, 0xff));
const WITNESS = { ...usual, associations: [...usual.associations, { kind: "IA_PD", iaid: 1, prefixes: [] }] as const };
const RELAYED = [{ hopCount: 0, linkAddress: address("2001:db8:1::1"), peerAddress: address("fe80::a"), options: [] }];

function grantedIn(message: Message): string[] {
  return readAssociations(message).flatMap(({ leases }) => leases.map(({ prefix: given }) => formatIpv6Prefix(given)));
}

test(`${PACKETS} mutated and random packets: no exception, no hang, no growth; then a normal exchange works`, async (t) => {
  const config = configOf(CONFIG);
  const table = createLeaseTable(config);
  const random = createRandom(8415);
  const decider = createDecider(config);
  const into = new Uint8Array(65_536);
  const outcomes = new Map<string, number>();
  const names = new Map(Object.entries(MessageType).map(([name, type]) => [type as number, name]));
  let now = 1_700_000_000;
  let replies = 0;

  const count = (outcome: string): void => {
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  };

  const decideOn = (message: Message, way: Omit<Received, "message">, seed: number): Decision => {
    const { next } = createRandom(seed);
    return decide({ decider, leases: table, now, random: next, serverIdentifier: SERVER_DUID }, { message, ...way });
  };

  const carryOut = (decided: Decision): void => {
    const decision = decided.kind === "question" ? decided.unanswered : decided;
    count(decision.kind === "silence" ? decision.reason : decision.kind);
    if (decision.kind === "silence") return;
    for (const change of decision.changes) table.apply(change);
    if (decision.kind === "update") return;
    const { message, limit } = decision;
    const length = encode(message, into, limit);
    count(names.get(message.type) ?? "");
    // Whatever had to be left out, the client must be able to tell what this is.
    assert.ok(length > 0 && length <= limit, `a reply of ${length} bytes`);
    if (message.relays.length > 8) count("deep");
    // Not every one, for the time that it takes.
    if (++replies % 10 > 0 && length < 1000) return;
    const decoded = decode(into, length);
    assert.ok(decoded.ok && decoded.problems.length === 0);
    assert.equal(decoded.message.type, message.type);
    assert.deepEqual(decoded.message.relays, message.relays);
  };

  const checkTable = (): void => {
    const leases = [...table.leases()];
    assert.equal(leases.length, table.size);
    // Registered addresses are no pool's, and are bounded by themselves.
    const given = leases.filter(({ owner }) => owner.clientKey[0] !== 3).map((lease) => lease.address);
    assert.ok(given.length <= POOL, `${given.length} leases of ${POOL} addresses and prefixes`);
    const overlaps = given.filter((one, i) => given.some((other, j) => j > i && ipv6PrefixesOverlap(one, other)));
    assert.deepEqual(overlaps.map(formatIpv6Prefix), []);
    assert.ok([...table.holds()].length <= POOL);
  };

  const words = await attack(createDhcp6Hostile(random, scenery(SERVER_DUID)), PACKETS, {
    newWay() {
      const served = random.pick([ETH0, ETH0, ETH1, ETH1, ETH2]);
      return {
        interface: served,
        source: random.pick(SOURCES),
        sourcePort: random.pick([546, 547, random.below(65_536)]),
        destination: random.pick(DESTINATIONS),
        serverPort: 547,
        seed: random.next(),
      };
    },
    decide(bytes, length, { seed, ...way }) {
      const decoded = decode(bytes, length);
      if (!decoded.ok) count("undecodable");
      return decoded.ok ? decideOn(decoded.message, { ...way, length }, seed) : undefined;
    },
    carryOut,
    pass() {
      now += random.below(30);
      table.expire(now, 2000);
    },
    check: checkTable,
  });
  const report = [...outcomes].map(([name, times]) => `${name} ${times}`).join(", ");
  t.diagnostic(`${words}; ${report}`);
  // Otherwise the mutations only reached the front door.
  for (const outcome of ["ADVERTISE", "REPLY", "ADDR-REG-REPLY", "deep"])
    assert.ok((outcomes.get(outcome) ?? 0) > PACKETS / 2000, `${outcome}: ${report}`);
  for (const reason of [
    "not-for-a-server",
    "unsupported-message-type",
    "no-network",
    "another-server",
    "sent-to-unicast",
    "no-client-identity",
    "identity-too-long",
    "malformed-request",
    "unexpected-option",
    "undecodable",
  ])
    assert.ok(outcomes.has(reason), `${reason}: ${report}`);

  // Nothing is left behind when time has passed.
  now += 86_400;
  while (table.expire(now, 2000).length > 0 || table.size > 0 || [...table.holds()].length > 0) now += 1;

  const transaction = { transactionId: 1, elapsed: 0 };
  const way = {
    interface: ETH0,
    source: address("fe80::a"),
    sourcePort: 546,
    destination: address("ff02::1:2"),
    serverPort: 547,
  };
  const exchange = (message: Message): Message => {
    const decision = decideOn(message, way, 0);
    assert.equal(decision.kind, "reply");
    carryOut(decision);
    return (decision as Extract<Decision, { kind: "reply" }>).message;
  };
  const advertised = exchange(solicit(WITNESS, transaction));
  const given = exchange(request(WITNESS, transaction, SERVER_DUID, WITNESS.associations));
  assert.deepEqual([advertised.type, given.type], [MessageType.ADVERTISE, MessageType.REPLY]);
  assert.deepEqual([grantedIn(advertised), grantedIn(given)], Array(2).fill(["2001:db8:1::501/128", "2001:db8:8100::/56"]));
  assert.equal(table.byAddress(prefix("2001:db8:8100::/56"))?.expiry, now + 600);
});

test(`${PACKETS_BY_SOCKET} of them over a socket: the server still answers, ends cleanly, and its counters add up`, async (t) => {
  const folder = newFolder(t);
  const files = { config: writeIn(folder, "leasehold.yaml", CONFIG), database: join(folder, "leases.db") };
  const { port6 } = newPlace();
  const server = startLeasehold(t, "serve", "--no-api", "-c", files.config, "-d", files.database, "--v6-addr", `[::1]:${port6}`);
  await server.line(/listening on ::1, port/, 60_000);
  const socket = createSocket("udp6");
  t.after(() => socket.close());
  socket.bind(0, "::1");
  await once(socket, "listening");
  socket.setRecvBufferSize(4 << 20);

  let sent = 0;
  let answers = 0;
  const waiting = new Map<number, (answer: Message) => void>();
  socket.on("message", (bytes) => {
    answers++;
    const decoded = decode(bytes);
    assert.ok(decoded.ok);
    waiting.get(decoded.message.transactionId)?.(decoded.message);
  });
  const send = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      sent++;
      socket.send(bytes, port6, "::1", (error) => (error === null ? resolve() : reject(error)));
    });
  /**
   * Sends a message and waits for its answer. All that was sent before has then been received too.
   */
  const ask = async (message: Message): Promise<Message> => {
    const answer = new Promise<Message>((resolve) => waiting.set(message.transactionId, resolve));
    await send(encodeMessage({ ...message, relays: RELAYED }));
    const late = delay(20_000, undefined, { ref: false }).then(() =>
      assert.fail(`no answer after ${sent} packets:\n${server.output().slice(-2000)}`),
    );
    return Promise.race([answer, late]);
  };

  const first = await ask(solicit(WITNESS, { transactionId: 0xeeffff, elapsed: 0 }));
  const serverIdentifier = optionValue(first.options, OptionCode.serverIdentifier) as Uint8Array;
  const hostile = createDhcp6Hostile(createRandom(8416), scenery(serverIdentifier.slice()));
  for (let i = 0; i < PACKETS_BY_SOCKET; i++) {
    hostile.next();
    // What a system's buffer for one datagram has no room for is not sent.
    await send(hostile.bytes.slice(0, Math.min(hostile.length, 60_000)));
    if (i % 60 !== 0) continue;
    const advertised = await ask(solicit(WITNESS, { transactionId: 0xee0000 + i / 60, elapsed: 0 }));
    assert.equal(advertised.type, MessageType.ADVERTISE);
  }

  const given = await ask(request(WITNESS, { transactionId: 0xffff02, elapsed: 0 }, serverIdentifier, WITNESS.associations));
  assert.deepEqual([given.type, grantedIn(given)], [MessageType.REPLY, ["2001:db8:1::501/128", "2001:db8:8100::/56"]]);
  const listed = await runLeasehold("leases", "-d", files.database, "--json");
  assert.equal(listed.status, 0, listed.stderr);
  assert.ok(listed.stdout.includes("2001:db8:8100::/56"));

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
  assert.ok(sum("dropped: undecodable") > 100 && sum("sent REPLY") > 100);
});
