import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { pino } from "pino";
import {
  type AssociationRequest,
  type ClientSettings,
  ethernetClient,
  release,
  renew,
  request,
  solicit,
} from "../../../src/client/dhcp6/messages.ts";
import type { Config } from "../../../src/config/model/config.ts";
import type { Dhcp6Config } from "../../../src/config/model/dhcp6.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { parseIpv4 } from "../../../src/net/ipv4.ts";
import { formatIpv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { parseIpv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { ALL_ADDRESSES, formatLeased, parseLeased } from "../../../src/server/dhcp6/operations.ts";
import {
  type Happening,
  openMemoryStore,
  openSqliteStore,
  type Server,
  type ServerOptions,
  startServer,
  summarize,
} from "../../../src/server/index.ts";
import { isSignedReconfigure, reconfigureKeyOf } from "../../../src/wire/dhcp6/authentication.ts";
import { readIaAddress, readIaNa } from "../../../src/wire/dhcp6/identity-association.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { optionValue } from "../../../src/wire/dhcp6/options.ts";
import { load } from "../../config/load.ts";
import { connectRequester, DHCP6 } from "../../support/bulk-requester.ts";
import { dhcp6Config } from "../../support/dhcp6-config.ts";
import { describeAnswer, leasequery } from "../../support/dhcp6-leasequery.ts";
import { createFakeTransport, type FakeTransport } from "../../support/dhcp6-transport.ts";
import { newFolder, newPlace } from "../../support/loopback-server.ts";

const NO_NETWORK = load("networks: {}");
const IPV4 = load("networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.1-10.0.0.9 }] } }");
const transaction = { transactionId: 7, elapsed: 0 };
const client = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 7));

/** One network on the loopback interface. */
function dhcp6(range = "2001:db8::10 2001:db8::1f", more: Partial<Dhcp6Config> = {}): Dhcp6Config {
  const config = dhcp6Config([{ prefix: "2001:db8::/64", ranges: [{ range }] }], more);
  return { ...config, links: config.links.map((link) => ({ ...link, interfaces: ["lo"] })) };
}

interface Started {
  readonly server: Server;
  readonly transport: FakeTransport;
  readonly lines: string[];
}

async function start(t: TestContext, config: Config, more: Partial<ServerOptions> = {}): Promise<Started> {
  const transport = createFakeTransport();
  const place = newPlace();
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push((JSON.parse(line) as { msg: string }).msg) });
  const server = await startServer({
    config,
    store: openMemoryStore(),
    address: parseIpv4(place.address) as number,
    port: place.port,
    dhcp6: { transport },
    log,
    ...more,
  });
  let stopped = false;
  const stop = server.stop;
  server.stop = async () => {
    if (!stopped) await stop();
    stopped = true;
  };
  t.after(() => server.stop());
  return { server, transport, lines };
}

const serverOf = ({ options }: Message): Uint8Array => optionValue(options, OptionCode.serverIdentifier) as Uint8Array;

/** What the IA_NA of a reply gives. */
function givenBy({ options }: Message): AssociationRequest {
  const association = readIaNa(optionValue(options, OptionCode.iaNa) as Uint8Array);
  const address = readIaAddress(optionValue(association?.options ?? [], OptionCode.iaAddress) as Uint8Array);
  return { kind: "IA_NA", iaid: association?.iaid as number, prefixes: [Uint8Array.of(...(address?.address ?? []), 128)] };
}

/** From SOLICIT to REPLY. */
async function obtain({ transport }: Started, of: ClientSettings = client): Promise<Message> {
  transport.receive(solicit(of, transaction));
  const advertise = await transport.next();
  assert.equal(advertise.message.type, MessageType.ADVERTISE);
  transport.receive(request(of, transaction, serverOf(advertise.message), [givenBy(advertise.message)]));
  const reply = await transport.next();
  assert.equal(reply.message.type, MessageType.REPLY);
  assert.deepEqual(givenBy(reply.message), givenBy(advertise.message));
  return reply.message;
}

describe("a server of DHCPv6", () => {
  test("gives an address, tells so, counts and logs it, and shows it", async (t) => {
    const told: Happening[] = [];
    const started = await start(t, { ...NO_NETWORK, dhcp6: dhcp6() }, { onHappening: (happening) => told.push(happening) });
    const { server, transport, lines } = started;
    const reply = await obtain(started);
    const [address] = givenBy(reply).prefixes as [Uint8Array];
    assert.deepEqual(
      told.map(({ protocol, kind, address: of, before }) => [protocol, kind, of, before]),
      [["dhcp6", "bound", address, undefined]],
    );
    assert.equal(server.dhcp6?.table.byAddress(address)?.state, 1);
    assert.ok(lines.includes(`${formatLeased(address)} leased to ${toHex(client.duid)} on lo for 4000s`), lines.join("\n"));

    transport.receive(release(client, transaction, serverOf(reply), [givenBy(reply)]));
    assert.equal((await transport.next()).message.type, MessageType.REPLY);
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ["bound", "released"],
    );
    const { commits, ...counters } = summarize((server.dhcp6 as NonNullable<Server["dhcp6"]>).counters);
    assert.deepEqual(counters, {
      "received SOLICIT": 1,
      "received REQUEST": 1,
      "received RELEASE": 1,
      "sent ADVERTISE": 1,
      "sent REPLY": 2,
      bound: 1,
      released: 1,
    });
  });

  test("is silent where the relay's headers leave no room, and gives and sends nothing", async (t) => {
    const { server, transport, lines } = await start(t, { ...NO_NETWORK, dhcp6: dhcp6() });
    const interfaceId = { code: OptionCode.interfaceId, data: new Uint8Array(60_000).fill(7) };
    const relay = { hopCount: 0, linkAddress: parseIpv6("2001:db8::9") as Uint8Array, peerAddress: parseIpv6("fe80::7") as Uint8Array };
    const big = { ...solicit({ ...client, rapidCommit: true }, transaction), relays: [{ ...relay, options: [interfaceId] }] };
    transport.receive(big as Message);
    const { counters, table } = server.dhcp6 as NonNullable<Server["dhcp6"]>;
    const { commits, ...counted } = summarize(counters);
    assert.deepEqual([counted, table.size], [{ "received SOLICIT": 1, "silent: reply-too-large": 1 }, 0]);
    const told = lines.filter((line) => line.includes("not answered"));
    assert.equal(told.length, 1);
    assert.match(told[0] as string, /port (07:){63}07… not answered: what relays have to have back/);
  });

  test("alone serves no DHCPv4, and there is nothing of that in it", async (t) => {
    const { server } = await start(t, { ...NO_NETWORK, dhcp6: dhcp6() });
    assert.equal(server.dhcp4, undefined);
    assert.deepEqual([server.port, server.table.size, server.interfaces, server.healthy], [0, 0, [], true]);
    assert.deepEqual(summarize(server.counters, server.transportCounters()), {});
  });

  test("does not serve DHCPv6 without a section `v6`", async (t) => {
    const { server } = await start(t, IPV4);
    assert.equal(server.dhcp6, undefined);
    assert.notEqual(server.dhcp4, undefined);
  });

  test("is known by the same DUID after a restart, and knows the lease, beside what DHCPv4 keeps in the same database", async (t) => {
    const path = join(newFolder(t), "leases.db");
    const config = { ...IPV4, dhcp6: dhcp6() };
    const first = await start(t, config, { store: openSqliteStore(path) });
    const reply = await obtain(first);
    await first.server.stop();
    const second = await start(t, config, { store: openSqliteStore(path) });
    assert.deepEqual([second.server.table.size, second.server.dhcp6?.table.size], [0, 1]);
    const again = await obtain(second);
    assert.equal(toHex(serverOf(again)), toHex(serverOf(reply)));
    assert.deepEqual(givenBy(again), givenBy(reply));
    await second.server.stop();
    // Served by DHCPv4 alone, the database keeps what is not its own.
    const without = await start(t, IPV4, { store: openSqliteStore(path) });
    assert.equal(without.server.table.size, 0);
    await without.server.stop();
    const third = await start(t, config, { store: openSqliteStore(path) });
    assert.equal(third.server.dhcp6?.table.size, 1);
  });

  test("does what an operator wants of addresses in a prefix", async (t) => {
    const started = await start(t, { ...NO_NETWORK, dhcp6: dhcp6() });
    await obtain(started);
    const served = started.server.dhcp6 as NonNullable<Server["dhcp6"]>;
    const addresses = { start: parseLeased("2001:db8::/64") as Uint8Array, end: parseLeased("2001:db8::ffff") as Uint8Array };
    assert.equal(await served.operate({ kind: "delete", addresses, state: undefined }), 1);
    assert.equal(served.table.size, 0);
    assert.ok(started.lines.includes("an operator's delete of 2001:db8::/64-2001:db8::ffff: 1 done"), started.lines.join("\n"));
  });

  test("serves by another configuration after a reload; protocols are begun and given up at the next start", async (t) => {
    const started = await start(t, { ...NO_NETWORK, dhcp6: dhcp6() });
    const { server } = started;
    assert.deepEqual(await server.reload({ ...NO_NETWORK, dhcp6: dhcp6("2001:db8::20 2001:db8::20") }), []);
    assert.deepEqual((givenBy(await obtain(started)).prefixes[0] as Uint8Array)[15], 0x20);
    const other = dhcp6(undefined, { serverId: { ...dhcp6().serverId, type: "LL" } });
    assert.deepEqual(await server.reload({ ...IPV4, dhcp6: other }), [
      "there are IPv4 networks now: they are served when the server is restarted",
      "`server_id` of `v6` has changed: the server is known by another DUID when it is restarted",
    ]);
    assert.deepEqual(await server.reload(NO_NETWORK), ["`v6` is gone: DHCPv6 is served as before until the server is restarted"]);
    const dhcp4 = await start(t, IPV4);
    assert.deepEqual(await dhcp4.server.reload({ ...IPV4, dhcp6: dhcp6() }), [
      "`v6` is new: DHCPv6 is served when the server is restarted",
    ]);
  });

  for (const served of [true, false]) {
    test(`closes what it was given exactly once, ${served ? "when it stops" : "though DHCPv6 is not served"}`, async (t) => {
      const closed = { transport: 0, prober: 0 };
      const transport = { ...createFakeTransport(), close: () => void closed.transport++ };
      const prober = { limitations: [], start() {}, ask: () => false, close: () => void closed.prober++ };
      const config = served ? { ...NO_NETWORK, dhcp6: dhcp6() } : IPV4;
      const { server } = await start(t, config, { dhcp6: { transport, prober } });
      assert.deepEqual(closed, { transport: 0, prober: 0 });
      await server.stop();
      assert.deepEqual(closed, { transport: 1, prober: 1 });
    });
  }

  test("takes no address of another kind", async () => {
    for (const [options, says, name = "RangeError"] of [
      [{ address: "::1" as unknown as Uint8Array }, /dhcp6\.address: "::1" is no IPv6 address of 16 bytes/, "TypeError"],
      [{ address: new Uint8Array(4) }, /is no IPv6 address of 16 bytes/],
      [{ port: 65536 }, /port: 65536 is no number/],
    ] as const) {
      const log = pino({ level: "silent" });
      const all = { config: IPV4, store: openMemoryStore(), address: 0x7f000001, port: 6767, log, dhcp6: options };
      await assert.rejects(startServer(all), { name, message: says });
    }
  });

  test("tells of leases who asks, by LEASEQUERY and over TCP", async (t) => {
    const { port } = newPlace();
    const leases = {
      requesters: ["fe80::/10", "::1/128"].map((text) => parseIpv6Prefix(text) as Uint8Array),
      bulk: { listen: [{ address: parseIpv6("::1") as Uint8Array, port }] },
    };
    const started = await start(t, { ...NO_NETWORK, dhcp6: dhcp6(undefined, { leasequery: leases }) });
    const { server, transport } = started;
    const [address] = givenBy(await obtain(started)).prefixes as [Uint8Array];
    const query = leasequery({ by: "byAddress", address: formatIpv6(address.subarray(0, 16)) });
    transport.receive(query);
    const { message, to } = await transport.next();
    const requester = await connectRequester(t, DHCP6, { host: "::1", port });
    requester.send(query);
    const [reply, done] = await requester.read(2);
    assert.deepEqual([message.type, formatIpv6(to.address), message.options], [MessageType["LEASEQUERY-REPLY"], "fe80::7", reply?.options]);
    assert.equal(done?.type, MessageType["LEASEQUERY-DONE"]);
    const counters = summarize((server.dhcp6 as NonNullable<Server["dhcp6"]>).counters);
    const kinds = ["received LEASEQUERY", "sent LEASEQUERY-REPLY", "sent LEASEQUERY-DONE"];
    assert.deepEqual(
      kinds.map((kind) => counters[kind]),
      [2, 2, 1],
    );
    assert.deepEqual(await server.reload({ ...NO_NETWORK, dhcp6: dhcp6() }), [
      "`leasequery.bulk` has changed: where the server listens for it changes when it is restarted",
    ]);
    requester.send(query);
    assert.deepEqual(describeAnswer((await requester.read(1))[0] as Message).at(-1), "NotAllowed: the requester is not permitted to ask");
    await server.stop();
    await requester.over;
  });

  test("asks a client to renew when an operator says so, and after a reload with something new, until it does", async (t) => {
    const started = await start(t, { ...NO_NETWORK, dhcp6: dhcp6() });
    const { server, transport } = started;
    const accepting = { ...client, acceptReconfigure: true };
    const reply = await obtain(started, accepting);
    const key = reconfigureKeyOf(reply.options)?.slice();
    assert.equal(key?.length, 16);
    const served = server.dhcp6 as NonNullable<Server["dhcp6"]>;

    const nextReconfigure = async (): Promise<Message> => {
      const { message, to } = await transport.next();
      assert.equal(message.type, MessageType.RECONFIGURE);
      assert.ok(isSignedReconfigure(message, key as Uint8Array));
      assert.deepEqual([formatIpv6(to.address), to.port], ["fe80::7", 546]);
      return message;
    };
    const asked = await served.operate({ kind: "reconfigure", addresses: ALL_ADDRESSES, state: undefined });
    assert.equal(asked, 1);
    const { options } = await nextReconfigure();
    assert.deepEqual(optionValue(options, OptionCode.clientIdentifier), client.duid);
    assert.deepEqual(optionValue(options, OptionCode.reconfigureMessage), Uint8Array.of(MessageType.RENEW));
    // It did not hear it.
    await nextReconfigure();
    transport.receive(renew(accepting, transaction, serverOf(reply), [givenBy(reply)]));
    assert.equal((await transport.next()).message.type, MessageType.REPLY);

    await server.reload({ ...NO_NETWORK, dhcp6: dhcp6() });
    await server.reload({ ...NO_NETWORK, dhcp6: dhcp6("2001:db8::100 2001:db8::1ff") });
    await nextReconfigure();
    transport.receive(renew(accepting, transaction, serverOf(reply), [givenBy(reply)]));
    assert.equal((await transport.next()).message.type, MessageType.REPLY);
    assert.equal(summarize(served.counters)["sent RECONFIGURE"], 3);
  });

  test("asks nobody who did not accept that", async (t) => {
    const started = await start(t, { ...NO_NETWORK, dhcp6: dhcp6() });
    const reply = await obtain(started, { ...client, acceptReconfigure: false });
    assert.equal(reconfigureKeyOf(reply.options), undefined);
    const served = started.server.dhcp6 as NonNullable<Server["dhcp6"]>;
    assert.equal(await served.operate({ kind: "reconfigure", addresses: ALL_ADDRESSES, state: undefined }), 0);
  });
});
