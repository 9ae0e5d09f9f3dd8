import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createLeaseTable } from "../../../src/leases/dhcp4/table.ts";
import { formatIpv4 } from "../../../src/net/ipv4.ts";
import { startBulkLeasequery } from "../../../src/server/bulk-leasequery.ts";
import { createCounters, summarize } from "../../../src/server/counters.ts";
import { createDhcp4 } from "../../../src/server/dhcp4/protocol.ts";
import { NO_LOG } from "../../../src/server/log.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp4/message.ts";
import { address, addresses, configOf, text } from "../../engine/support/config.ts";
import { ALICE, type MessageSpec, message, relayInfo } from "../../engine/support/messages.ts";
import { describeMessage } from "../../engine/support/outcome.ts";
import { connectRequester, DHCP4, framed } from "../../support/bulk-requester.ts";
import { ownerOf } from "../../support/leases.ts";

/** A server with so many leases of one relay from 10.0.0.1 upwards. */
async function start(t: TestContext, { leases = 0, requester = "127.0.0.1/32" } = {}) {
  const config = configOf({
    networks: { "10.0.0.0/16": { ranges: [{ range: "10.0.0.1-10.0.255.254" }], options: { 3: addresses("10.0.0.1") } } },
    leasequery: [requester],
  });
  const table = createLeaseTable(config);
  const relayAgentInformation = relayInfo({ 12: text("relay") });
  for (let i = 1; i <= leases; i++) {
    const lease = {
      address: address("10.0.0.0") + i,
      state: 1,
      start: 1000,
      expiry: 4600,
      owner: ownerOf(i, { relayAgentInformation }),
    } as const;
    table.apply({ kind: "put", lease });
  }
  const protocol = createDhcp4({
    config,
    leases: table,
    interfaceAt: () => undefined,
    ownAddresses: () => new Set(),
    port: 67,
    log: NO_LOG,
    uptime: () => 0,
    secret: [0, 0],
    random: () => 0,
  });
  const counters = createCounters(protocol.kinds);
  const server = await startBulkLeasequery({
    protocol: protocol.bulkLeasequery,
    listen: [{ address: "127.0.0.1", port: 0 }],
    counters,
    log: NO_LOG,
    clock: () => 2000,
    wallOffset: () => 500,
  });
  t.after(() => server.close());
  return { config, protocol, counters, port: server.ports[0] as number };
}

/** What comes back until the connection is closed. */
async function exchange(t: TestContext, port: number, bytes: Uint8Array): Promise<readonly Message[]> {
  const one = await connectRequester(t, DHCP4, { port });
  one.socket.end(bytes);
  return one.read();
}

const query = (spec: MessageSpec = {}): Message => message(MessageType.BULKLEASEQUERY, { mac: "", htype: 0, prl: [51, 152, 153], ...spec });

test("a query over TCP (RFC 6926): what is answered, and what is counted", async (t) => {
  const { port, counters } = await start(t, { leases: 1 });
  const answers = await exchange(t, port, framed(DHCP4, query({ relay: relayInfo({ 12: text("relay") }) }), query({ ciaddr: "10.0.0.1" })));
  assert.deepEqual(answers.map(describeMessage), [
    {
      header: "op 2 htype 1 02:00:00:00:00:01 ciaddr 10.0.0.1",
      options: ["53 LEASEACTIVE", "54 127.0.0.1", "51 2600 s", "152 2500 s", "153 1000 s"],
    },
    { header: "op 2 htype 0 ", options: ["53 LEASEQUERYDONE"] },
    {
      header: "op 2 htype 0 ",
      options: ["53 LEASEQUERYDONE", "54 127.0.0.1", "151 3 ciaddr, yiaddr and siaddr have to be zero"],
    },
  ]);
  assert.deepEqual(summarize(counters), { "received BULKLEASEQUERY": 2, "sent LEASEACTIVE": 1, "sent LEASEQUERYDONE": 2 });
});

test("all addresses of a range, with and without leases, each once", async (t) => {
  const { port } = await start(t, { leases: 3000 });
  const answers = await exchange(t, port, framed(DHCP4, query()));
  const types = answers.map(({ options }) => options[0]?.data[0]);
  const of = (type: number): number => types.filter((one) => one === type).length;
  assert.deepEqual([of(MessageType.LEASEACTIVE), of(MessageType.LEASEUNASSIGNED), of(MessageType.LEASEQUERYDONE)], [3000, 65534 - 3000, 1]);
  assert.equal(new Set(answers.map(({ ciaddr }) => formatIpv4(ciaddr))).size, 65535);
});

test("another configuration ends what is being answered, with a reason, and the connection", async (t) => {
  const { port, protocol, config } = await start(t);
  const one = await connectRequester(t, DHCP4, { port });
  one.send(query(), query());
  await one.read(1);
  protocol.configure({ ...config });
  const rest = await one.read();
  assert.ok(rest.length < 60_000);
  assert.deepEqual(describeMessage(rest.at(-1) as Message).options, [
    "53 LEASEQUERYDONE",
    "151 2 the configuration of the server has changed: ask again",
  ]);
});

test("who is no requester is not answered", async (t) => {
  const { port } = await start(t, { requester: "10.9.0.0/24" });
  assert.deepEqual(await exchange(t, port, framed(DHCP4, query())), []);
});

test("what is no bulk leasequery ends the connection", async (t) => {
  const { port, counters } = await start(t, { leases: 1 });
  const answer = { ...query(), op: 2 };
  const others = [message(MessageType.DISCOVER, { mac: ALICE }), message(MessageType.LEASEQUERY, { ciaddr: "10.0.0.1" }), answer];
  for (const other of others) assert.deepEqual(await exchange(t, port, framed(DHCP4, other, query())), []);
  assert.deepEqual(await exchange(t, port, Uint8Array.of(0, 3, 1, 1, 6)), []);
  assert.deepEqual(summarize(counters), {
    "received DISCOVER": 1,
    "received LEASEQUERY": 1,
    "received BULKLEASEQUERY": 1,
    "silent: unsupported-message-type": 3,
    "dropped: undecodable": 1,
  });
});

test("bytes of any kind do no harm", async (t) => {
  const { port } = await start(t, { leases: 2 });
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed % below;
  };
  for (let i = 0; i < 300; i++) {
    const bytes = framed(DHCP4, query({ mac: ALICE, htype: 1 }), query({ relay: relayInfo({ 12: text("relay") }) })).slice();
    for (let changes = random(8); changes >= 0; changes--) bytes[random(bytes.length)] = random(256);
    await exchange(t, port, bytes.subarray(0, i % 2 === 0 ? bytes.length : random(bytes.length)));
  }
  const answers = await exchange(t, port, framed(DHCP4, query({ relay: relayInfo({ 12: text("relay") }) })));
  assert.equal(answers.length, 3);
});
