import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createLeaseTable } from "../../../src/leases/dhcp6/table.ts";
import { startBulkLeasequery } from "../../../src/server/bulk-leasequery.ts";
import { createCounters, summarize } from "../../../src/server/counters.ts";
import { createDhcp6 } from "../../../src/server/dhcp6/protocol.ts";
import { NO_LOG } from "../../../src/server/log.ts";
import type { Message } from "../../../src/wire/dhcp6/message.ts";
import { connectRequester, DHCP6, framed } from "../../support/bulk-requester.ts";
import { address, dhcp6Config, prefix } from "../../support/dhcp6-config.ts";
import { describeAnswer, lease, leasequery, SERVER_DUID } from "../../support/dhcp6-leasequery.ts";

const LINK = "2001:db8:1::";

/** A server with an address for each of so many clients, and a prefix for every third. */
async function start(t: TestContext, { clients = 0, requester = "::1/128" } = {}) {
  const config = dhcp6Config(
    [
      {
        prefix: "2001:db8:1::/64",
        ranges: [{ range: "2001:db8:1:: 2001:db8:1::ffff:ffff" }],
        prefixPools: [{ prefix: "2001:db8:ff00::/40", delegatedLength: 56 }],
      },
    ],
    { leasequery: { requesters: [prefix(requester)] } },
  );
  const table = createLeaseTable(config);
  for (let i = 1; i <= clients; i++) {
    lease(table, `2001:db8:1::${i.toString(16)}`, { client: i, relayIds: ["relay"] });
    if (i % 3 === 0) lease(table, `2001:db8:ff${(i >>> 8).toString(16).padStart(2, "0")}:${(i & 255).toString(16)}00::/56`, { client: i });
  }
  const protocol = createDhcp6({
    config,
    leases: table,
    interfaceAt: () => undefined,
    ownAddresses: () => [],
    serverIdentifier: SERVER_DUID,
    port: 547,
    createOutbox: () => assert.fail("nothing is sent"),
    interfaceNamed: () => undefined,
    log: NO_LOG,
    clock: () => 0,
    uptime: () => 0,
    secret: [0, 0],
    random: () => 0,
  });
  const counters = createCounters(protocol.kinds);
  const bulk = protocol.bulkLeasequery;
  assert.ok(bulk !== undefined);
  const server = await startBulkLeasequery({
    protocol: bulk,
    listen: [{ address: "::1", port: 0 }],
    counters,
    log: NO_LOG,
    clock: () => 1000,
    wallOffset: () => 0,
  });
  t.after(() => server.close());
  return { bulk, config, protocol, counters, to: { host: "::1", port: server.ports[0] as number } };
}

/** What comes back until the connection is closed. */
async function exchange(
  t: TestContext,
  to: { readonly host: string; readonly port: number },
  bytes: Uint8Array,
): Promise<readonly Message[]> {
  const one = await connectRequester(t, DHCP6, to);
  one.socket.end(bytes);
  return one.read();
}

test("a query over TCP (RFC 5460): what is answered, and what is counted", async (t) => {
  const { to, counters } = await start(t, { clients: 3 });
  const queries = [leasequery({ by: "byLinkAddress", link: LINK }), leasequery({ by: "byClientId", client: 9 }), leasequery({ by: 9 })];
  const answers = await exchange(t, to, framed(DHCP6, ...queries));
  assert.deepEqual(answers.map(describeAnswer), [
    ["LEASEQUERY-REPLY", "server", "requester", "client 1; 2001:db8:1::1 for 2900 3900; heard 100 s ago"],
    ["LEASEQUERY-DATA", "client 2; 2001:db8:1::2 for 2900 3900; heard 100 s ago"],
    ["LEASEQUERY-DATA", "client 3; 2001:db8:1::3 for 2900 3900; 2001:db8:ff00:300::/56 for 2900 3900; heard 100 s ago"],
    ["LEASEQUERY-DONE"],
    ["LEASEQUERY-REPLY", "server", "requester"],
    ["LEASEQUERY-REPLY", "server", "requester", "UnknownQueryType: the type of the query is unknown"],
  ]);
  assert.deepEqual(summarize(counters), {
    "received LEASEQUERY": 3,
    "sent LEASEQUERY-REPLY": 3,
    "sent LEASEQUERY-DATA": 2,
    "sent LEASEQUERY-DONE": 1,
  });
});

test("all clients of a relay, each once", async (t) => {
  const { to } = await start(t, { clients: 3000 });
  const answers = await exchange(t, to, framed(DHCP6, leasequery({ by: "byRelayId", relayId: "relay" })));
  const clients = answers.map((answer) => describeAnswer(answer).at(-1)?.split(";")[0]);
  assert.deepEqual([clients.length, new Set(clients).size, clients.at(-1)], [3001, 3001, "LEASEQUERY-DONE"]);
});

test("another configuration ends what is being answered, with a reason, and the connection", async (t) => {
  const { to, protocol, config } = await start(t, { clients: 20_000 });
  const one = await connectRequester(t, DHCP6, to);
  const query = leasequery({ by: "byLinkAddress", link: LINK });
  one.send(query, query);
  await one.read(1);
  protocol.configure({ ...config });
  const rest = await one.read();
  assert.ok(rest.length < 19_000);
  assert.deepEqual(describeAnswer(rest.at(-1) as Message), [
    "LEASEQUERY-DONE",
    "QueryTerminated: the configuration of the server has changed: ask again",
  ]);
});

test("who is no requester is not answered; a link-local one is known without its interface", async (t) => {
  const { to } = await start(t, { requester: "2001:db8:9::/64" });
  assert.deepEqual(await exchange(t, to, framed(DHCP6, leasequery({ by: "byLinkAddress", link: LINK }))), []);
  const { bulk } = await start(t, { requester: "fe80::/64" });
  assert.deepEqual(["fe80::5%eth0", "fe80:0:0:1::5%eth0", "10.0.0.1", ""].map(bulk.permits), [true, false, false, false]);
});

test("what is no valid LEASEQUERY ends the connection (RFC 5007 section 4.2.1)", async (t) => {
  const { to, counters } = await start(t, { clients: 1 });
  const query = leasequery({ by: "byClientId", client: 1 });
  const relay = { hopCount: 0, linkAddress: address("::"), peerAddress: address("::1"), options: [] };
  const others = [
    { ...query, type: 1 },
    { ...query, relays: [relay] },
    { ...query, options: query.options.slice(1) },
    { ...query, options: [] },
  ];
  for (const other of others) assert.deepEqual(await exchange(t, to, framed(DHCP6, other, query)), []);
  assert.deepEqual(await exchange(t, to, Uint8Array.of(0, 3, 14, 1, 6)), []);
  assert.deepEqual(summarize(counters), {
    "received SOLICIT": 1,
    "received LEASEQUERY": 3,
    "silent: unsupported-message-type": 4,
    "dropped: undecodable": 1,
  });
});

test("bytes of any kind do no harm", async (t) => {
  const { to } = await start(t, { clients: 5 });
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed % below;
  };
  const query = leasequery({ by: "byRelayId", relayId: "relay", requested: [23, 47] });
  for (let i = 0; i < 300; i++) {
    const bytes = framed(DHCP6, query, leasequery({ by: "byAddress", address: "2001:db8:1::1" }));
    for (let changes = random(8); changes >= 0; changes--) bytes[random(bytes.length)] = random(256);
    await exchange(t, to, bytes.subarray(0, i % 2 === 0 ? bytes.length : random(bytes.length)));
  }
  assert.equal((await exchange(t, to, framed(DHCP6, query))).length, 6);
});
