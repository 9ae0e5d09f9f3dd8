/** Where the server's replies go and what is in them, seen from the cable: RFC 2131 section 4.1, and what followed it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  type ClientSettings,
  decline,
  discover,
  ethernetClient,
  inform,
  release,
  requestExtension,
  requestInitReboot,
  requestSelecting,
} from "../../src/client/dhcp4/index.ts";
import { fromHex, NO_BYTES, toHex } from "../../src/net/bytes.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { formatMac, parseMac } from "../../src/net/mac.ts";
import { BROADCAST_FLAG, type Message } from "../../src/wire/dhcp4/index.ts";
import { type LeaseholdProcess, type StartOptions, startLeasehold } from "../support/leasehold-process.ts";
import type { Lab, Namespace } from "../support/namespaces.ts";
import { type Answer, type Envelope, openRawClient, type RawClient } from "../support/raw-client.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { assertReply, type ExpectedReply } from "./expected-reply.ts";
import { createClientPlace, createPair } from "./labs.ts";

const address = (text: string): Ipv4 => parseIpv4(text) as Ipv4;
const SERVER = address("10.77.0.1");
const SERVER_MAC = parseMac("02:00:5e:50:00:01") as Uint8Array;
const RELAY_MAC = parseMac("02:00:5e:50:00:02") as Uint8Array;
const GIADDR = address("10.78.0.1");
const BROADCAST_MAC = "ff:ff:ff:ff:ff:ff";
const WHOLE_LEASE = ["51 0000012c", "58 00000096", "59 00000106"];
/** Mask and router of the networks here, as the clients ask for them. */
const SETTINGS_77 = ["1 ffffff00", "3 0a4d0001"];
const SETTINGS_78 = ["1 ffffff00", "3 0a4e0001"];

const CONFIG = `
  config: { lease_time: 300 }
  networks:
    10.77.0.0/24:
      options: { routers: 10.77.0.1 }
      ranges: [{ range: 10.77.0.100-10.77.0.199 }]
      allocation: sequential
    10.78.0.0/24:
      options: { routers: 10.78.0.1 }
      ranges: [{ range: 10.78.0.100-10.78.0.199 }]
      allocation: sequential
`;

/** What may differ in a reply here; it comes from the server's interface unless said otherwise. */
type Expected = Omit<ExpectedReply, "from"> & { readonly from?: Uint8Array };

interface Bench {
  readonly lab: Lab;
  readonly server: Namespace;
  readonly leasehold: LeaseholdProcess;
  readonly raw: RawClient;
  /** Sends a message, which must have exactly this answer. */
  expectAnswer(message: Message, envelope: Envelope, expected: Expected): Promise<Answer>;
  /** Sends a message, which must have no answer: the next one is that of another client's message. */
  expectSilence(message: Message, envelope?: Envelope): Promise<void>;
}

async function createBench(t: TestContext, options?: StartOptions): Promise<Bench> {
  const { lab, server, client } = createPair(t, "02:00:5e:50:00:03");
  lab.exec(server, "ip", "link", "set", "eth0", "address", formatMac(SERVER_MAC));
  lab.exec(server, "ip", "route", "add", "10.78.0.0/24", "dev", "eth0");
  const raw = await openRawClient(t, lab, client);
  const leasehold = await startLeasehold(t, lab, server, CONFIG, options);
  const clock = clientOf(99);
  return {
    lab,
    server,
    leasehold,
    raw,
    async expectAnswer(message, envelope, expected) {
      raw.send(message, envelope);
      const [answer, ...more] = await raw.answers(1);
      assert.ok(answer !== undefined, "there is no answer");
      assert.deepEqual(more, []);
      assertAnswer(message, answer, expected);
      return answer;
    },
    async expectSilence(message, envelope) {
      raw.send(message, envelope);
      const other = discover(clock, transaction());
      raw.send(other);
      const answers = await raw.answers(1);
      assert.deepEqual(
        answers.map((answer) => answer.message.xid),
        [other.xid],
      );
    },
  };
}

const assertAnswer = (request: Message, answer: Answer, expected: Expected): void =>
  assertReply(request, answer, { from: SERVER_MAC, ...expected });

let transactions = 0;
const transaction = () => ({ xid: 0x1ea5e000 + transactions++, secs: 3 });

/** A client with a hardware address of its own, which asks for mask and router. */
function clientOf(number: number, changes: Partial<ClientSettings> = {}): ClientSettings {
  const chaddr = Uint8Array.of(2, 0, 0x5e, 0x51, 0, number);
  return { ...ethernetClient(chaddr), parameterRequestList: [1, 3], ...changes };
}

const macOf = (client: ClientSettings): string => formatMac(client.chaddr);
const identifierOf = (client: ClientSettings): string => `61 ${toHex(client.clientIdentifier ?? NO_BYTES)}`;

/** What a client that has this address sends to the server alone, or broadcasts. */
const unicast = (source: Ipv4): Envelope => ({ to: SERVER_MAC, source, destination: SERVER });
const fromRelay: Envelope = { to: SERVER_MAC, source: address("10.77.0.2"), sourcePort: 67, destination: SERVER };

/** As a relay with GIADDR passes it on. */
function relayed(message: Message, relayAgentInformation?: string): Message {
  const options = relayAgentInformation === undefined ? [] : [{ code: 82, data: fromHex(relayAgentInformation) as Uint8Array }];
  return { ...message, hops: 1, giaddr: GIADDR, options: [...message.options, ...options] };
}

/** Tells the server's machine who has an address, so that it need not ask. */
function isAt(bench: Bench, who: Ipv4, mac: Uint8Array): void {
  bench.lab.exec(bench.server, "ip", "neigh", "replace", formatIpv4(who), "lladdr", formatMac(mac), "dev", "eth0", "nud", "permanent");
}

/** A client with a lease of this address, and its hardware address known to the server's machine. */
async function bindClient(bench: Bench, number: number, wanted: string): Promise<ClientSettings> {
  const client = clientOf(number);
  bench.raw.send(requestInitReboot(client, transaction(), address(wanted)));
  const [answer] = await bench.raw.answers(1);
  assert.equal(answer?.message.yiaddr, address(wanted));
  isAt(bench, address(wanted), client.chaddr);
  return client;
}

const owners = async ({ leasehold }: Bench): Promise<string[]> =>
  (await leasehold.leases()).map((lease) => `${lease.address} ${lease.state} ${lease.hardware_address}`).toSorted();

test("a client without an address is answered at its hardware address, or by broadcast when it asks for that", async (t) => {
  if (!requireNamespaces(t)) return;
  const bench = await createBench(t);
  const { raw, leasehold, expectAnswer } = bench;
  const variants = [
    { client: clientOf(1), yiaddr: address("10.77.0.100") },
    { client: clientOf(2, { broadcast: true }), yiaddr: address("10.77.0.101") },
    { client: clientOf(3, { clientIdentifier: undefined }), yiaddr: address("10.77.0.102") },
    { client: clientOf(4, { broadcast: true, clientIdentifier: undefined }), yiaddr: address("10.77.0.103") },
  ];
  for (const { client, yiaddr } of variants) {
    const to = client.broadcast ? BROADCAST_MAC : macOf(client);
    const packet = `10.77.0.1:67 > ${client.broadcast ? "255.255.255.255" : formatIpv4(yiaddr)}:68`;
    const flags = client.broadcast ? BROADCAST_FLAG : 0;
    const echo = client.clientIdentifier === undefined ? [] : [identifierOf(client)];
    const options = (type: string) => [`53 ${type}`, "54 0a4d0001", ...WHOLE_LEASE, ...SETTINGS_77, ...echo];
    const expected = { to, packet, flags, yiaddr };
    const answers = [
      await expectAnswer(discover(client, transaction()), {}, { ...expected, options: options("02") }),
      await expectAnswer(
        requestSelecting(client, transaction(), { address: yiaddr, serverIdentifier: SERVER }),
        {},
        { ...expected, options: options("05") },
      ),
      await expectAnswer(requestInitReboot(client, transaction(), yiaddr), {}, { ...expected, options: options("05") }),
    ];
    // The server makes packets to hardware addresses itself, checksum included.
    if (!client.broadcast) assert.ok(answers.every(({ checksum }) => checksum));
  }
  // Such a client could not say that it has the address.
  assert.equal(raw.arps, 0);
  assert.deepEqual(
    await owners(bench),
    variants.map(({ client, yiaddr }) => `${formatIpv4(yiaddr)} bound ${macOf(client)}`),
  );
  const { commits, ...counters } = await leasehold.stop();
  assert.deepEqual(counters, {
    ...{ "received DISCOVER": 4, "received REQUEST": 8, "sent OFFER": 4, "sent ACK": 8 },
    ...{ bound: 4, renewed: 4 },
  });
  assert.equal(commits, 8);
});

test("without the privilege for a packet socket, a client without an address is answered by broadcast", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "setpriv")) return;
  const bench = await createBench(t, { through: ["setpriv", "--bounding-set=-net_raw"] });
  const { leasehold, expectAnswer } = bench;
  const client = clientOf(1);
  const yiaddr = address("10.77.0.100");
  const options = (type: string) => [`53 ${type}`, "54 0a4d0001", ...WHOLE_LEASE, ...SETTINGS_77, identifierOf(client)];
  const expected = { to: BROADCAST_MAC, packet: "10.77.0.1:67 > 255.255.255.255:68", yiaddr };
  await expectAnswer(discover(client, transaction()), {}, { ...expected, options: options("02") });
  const request = requestSelecting(client, transaction(), { address: yiaddr, serverIdentifier: SERVER });
  await expectAnswer(request, {}, { ...expected, options: options("05") });
  assert.match(leasehold.output(), /"level":"warn",[^\n]*Replies to clients that have no address yet are broadcast/);
  assert.deepEqual(await owners(bench), [`10.77.0.100 bound ${macOf(client)}`]);
  assert.deepEqual(await leasehold.stop(), {
    ...{ "received DISCOVER": 1, "received REQUEST": 1, "sent OFFER": 1, "sent ACK": 1 },
    ...{ bound: 1, commits: 1 },
  });
});

test("an address that a client lost counts for nothing, wherever it puts it: NetworkManager before 1.58 and others do", async (t) => {
  if (!requireNamespaces(t)) return;
  const bench = await createBench(t);
  const { raw, leasehold } = bench;
  const lost = address("10.77.0.150");
  const selected = { address: lost, serverIdentifier: SERVER };
  const cases: readonly [name: string, make: (client: ClientSettings) => Message][] = [
    ["DISCOVER", (client) => ({ ...discover(client, transaction(), { requestedAddress: lost }), ciaddr: lost })],
    [
      "DISCOVER from another network",
      (client) => ({ ...discover(client, transaction(), { requestedAddress: lost }), ciaddr: address("192.168.10.4") }),
    ],
    ["SELECTING", (client) => ({ ...requestSelecting(client, transaction(), selected), ciaddr: lost })],
    ["INIT-REBOOT", (client) => ({ ...requestInitReboot(client, transaction(), lost), ciaddr: lost })],
  ];
  for (const [name, make] of cases) {
    for (const flags of [0, BROADCAST_FLAG]) {
      const client = clientOf(1);
      raw.send({ ...make(client), flags });
      const [answer] = await raw.answers(1);
      assert.deepEqual(
        { name, frame: answer?.frame, packet: answer?.packet, yiaddr: answer?.message.yiaddr },
        {
          name,
          frame: `${formatMac(SERVER_MAC)} > ${flags === 0 ? macOf(client) : BROADCAST_MAC}`,
          packet: `10.77.0.1:67 > ${flags === 0 ? "10.77.0.150" : "255.255.255.255"}:68`,
          yiaddr: lost,
        },
      );
    }
  }
  assert.equal(raw.arps, 0);
  assert.deepEqual(await owners(bench), [`10.77.0.150 bound ${macOf(clientOf(1))}`]);
  const counters = await leasehold.stop();
  assert.deepEqual([counters["sent OFFER"], counters["sent ACK"]], [4, 4]);
});

test("replies to a relay leave by the route to it, though its messages come in another way", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, client: placeA } = createPair(t, "02:00:5e:50:00:03");
  const placeB = createClientPlace(lab, "back", server, "eth1", "02:00:5e:50:00:04");
  lab.exec(server, "ip", "link", "set", "eth0", "address", formatMac(SERVER_MAC));
  lab.exec(server, "ip", "address", "add", "192.0.2.1/24", "dev", "eth1");
  lab.exec(server, "sh", "-c", "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 2 > $f; done");
  lab.exec(server, "ip", "route", "add", "10.78.0.0/24", "via", "192.0.2.2");
  lab.exec(server, "ip", "neigh", "replace", "192.0.2.2", "lladdr", formatMac(RELAY_MAC), "dev", "eth1", "nud", "permanent");
  const [way, back] = [await openRawClient(t, lab, placeA), await openRawClient(t, lab, placeB)];
  const leasehold = await startLeasehold(t, lab, server, CONFIG);
  const client = clientOf(1);
  const yiaddr = address("10.78.0.100");
  const messages = [
    discover(client, transaction()),
    requestSelecting(client, transaction(), { address: yiaddr, serverIdentifier: SERVER }),
    requestInitReboot(client, transaction(), address("10.99.0.1")),
    inform(client, transaction(), 0),
  ];
  for (const message of messages) {
    way.send(relayed(message), fromRelay);
    const [answer] = await back.answers(1);
    assert.deepEqual(
      { to: answer?.frame.split(" > ")[1], packet: answer?.packet, xid: answer?.message.xid },
      { to: formatMac(RELAY_MAC), packet: "10.77.0.1:67 > 10.78.0.1:67", xid: message.xid },
    );
  }
  // A client behind the router renews straight, and the answer goes the same way back.
  const renewal = requestExtension(client, transaction(), yiaddr);
  way.send(renewal, { ...fromRelay, source: yiaddr, sourcePort: 68 });
  const [answer] = await back.answers(1);
  assert.deepEqual([answer?.packet, answer?.message.xid], ["10.77.0.1:67 > 10.78.0.100:68", renewal.xid]);
  await leasehold.stop();
});

test("nothing is sent to addresses that no client or relay can have", async (t) => {
  if (!requireNamespaces(t)) return;
  const bench = await createBench(t);
  const host = clientOf(1);
  bench.lab.exec(bench.server, "ip", "route", "add", "default", "via", "10.77.0.2");
  const impossible = ["127.0.0.1", "224.0.0.1", "255.255.255.255", "10.77.0.0", "10.77.0.255", "8.8.8.8"];
  for (const ciaddr of impossible)
    await bench.expectSilence(inform(host, transaction(), address(ciaddr)), { source: address("10.77.0.20") });
  const relays = impossible.filter((one) => one !== "8.8.8.8");
  for (const giaddr of relays) await bench.expectSilence({ ...discover(host, transaction()), giaddr: address(giaddr) }, fromRelay);
  const counters = await bench.leasehold.stop();
  assert.equal(counters["silent: no-return-address"], impossible.length + relays.length);
});

test("a reply on the link is no larger than the link carries", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, client: place } = createPair(t, "02:00:5e:50:00:03");
  lab.exec(server, "ip", "link", "set", "eth0", "mtu", "700");
  const raw = await openRawClient(t, lab, place);
  const long = "x".repeat(90);
  const leasehold = await startLeasehold(
    t,
    lab,
    server,
    `${CONFIG}\n  options: { 43: { type: hex, value: ${"ab".repeat(250)} }, domain_name: ${long}, tftp_server_name: ${long}, boot_file_name: ${long} }`,
  );
  const client = clientOf(1, { parameterRequestList: [1, 3, 43, 15, 66, 67] });
  for (const flags of [0, BROADCAST_FLAG]) {
    const message = discover(client, transaction());
    raw.send({
      ...message,
      flags,
      options: [...message.options.filter(({ code }) => code !== 57), { code: 57, data: Uint8Array.of(0x05, 0xdc) }],
    });
    const [answer] = await raw.answers(1);
    assert.equal(answer?.message.xid, message.xid);
    assert.ok((answer?.size ?? 0) > 600 && (answer?.size ?? 0) <= 700 - 28, `${answer?.size} bytes`);
  }
  await leasehold.stop();
});

test("a refusal is broadcast on the link of the client, whatever address it says it has", async (t) => {
  if (!requireNamespaces(t)) return;
  const bench = await createBench(t);
  const { leasehold, expectAnswer } = bench;
  const owner = await bindClient(bench, 1, "10.77.0.150");
  const client = clientOf(2);
  const taken = address("10.77.0.150");
  const foreign = address("10.99.0.5");
  const hex = (text: string) => Buffer.from(text).toString("hex");
  const refused = (why: string): Expected => ({
    to: BROADCAST_MAC,
    packet: "10.77.0.1:67 > 255.255.255.255:68",
    options: ["53 06", "54 0a4d0001", `56 ${hex(why)}`, identifierOf(client)],
  });
  const inUse = refused("the address is in use by another client");
  const wrongNetwork = refused("the address is not on this network");
  await expectAnswer(requestInitReboot(client, transaction(), foreign), {}, wrongNetwork);
  await expectAnswer(requestInitReboot({ ...client, broadcast: true }, transaction(), foreign), {}, wrongNetwork);
  await expectAnswer(requestSelecting(client, transaction(), { address: taken, serverIdentifier: SERVER }), {}, inUse);
  // REBINDING and RENEWING: ciaddr is set, but the client must not use it any more.
  await expectAnswer(requestExtension(client, transaction(), foreign), { source: foreign }, wrongNetwork);
  await expectAnswer(requestExtension(client, transaction(), taken), { source: taken }, inUse);
  await expectAnswer(requestExtension(client, transaction(), taken), unicast(taken), inUse);
  assert.deepEqual(await owners(bench), [`10.77.0.150 bound ${macOf(owner)}`]);
  assert.deepEqual(await leasehold.stop(), { "received REQUEST": 7, "sent ACK": 1, "sent NAK": 6, bound: 1, commits: 1 });
});

test("a client that has an address is answered there", async (t) => {
  if (!requireNamespaces(t)) return;
  const bench = await createBench(t);
  const { leasehold, expectAnswer, expectSilence } = bench;
  const yiaddr = address("10.77.0.150");
  const client = await bindClient(bench, 1, "10.77.0.150");
  const at = (host: ClientSettings, packet: string) => ({ to: macOf(host), packet });
  const extended: Expected = {
    ...at(client, "10.77.0.1:67 > 10.77.0.150:68"),
    ciaddr: yiaddr,
    yiaddr,
    options: ["53 05", "54 0a4d0001", ...WHOLE_LEASE, ...SETTINGS_77, identifierOf(client)],
  };
  const extension = () => requestExtension(client, transaction(), yiaddr);
  await expectAnswer(extension(), unicast(yiaddr), extended);
  await expectAnswer(extension(), { source: yiaddr }, extended);
  // The broadcast bit is for clients that have no address.
  await expectAnswer({ ...extension(), flags: BROADCAST_FLAG }, unicast(yiaddr), extended);
  await expectAnswer({ ...extension(), flags: BROADCAST_FLAG }, { source: yiaddr }, extended);

  // A host that was configured by hand asks for settings only, and gets no lease.
  const host = clientOf(2);
  const own = address("10.77.0.20");
  isAt(bench, own, host.chaddr);
  const informed: Expected = {
    ...at(host, "10.77.0.1:67 > 10.77.0.20:68"),
    ciaddr: own,
    options: ["53 05", "54 0a4d0001", ...SETTINGS_77, identifierOf(host)],
  };
  await expectAnswer(inform(host, transaction(), own), { source: own }, informed);
  await expectAnswer(inform(host, transaction(), own), unicast(own), informed);
  await expectAnswer({ ...inform(host, transaction(), own), flags: BROADCAST_FLAG }, { source: own }, informed);
  await expectAnswer(inform(host, transaction(), 0), { source: own }, { ...informed, ciaddr: 0 });
  await expectSilence(inform(host, transaction(), 0));
  assert.deepEqual(await owners(bench), [`10.77.0.150 bound ${macOf(client)}`]);
  assert.deepEqual(await leasehold.stop(), {
    ...{ "received DISCOVER": 1, "received REQUEST": 5, "received INFORM": 5, "sent OFFER": 1, "sent ACK": 9 },
    ...{ "silent: no-return-address": 1, bound: 1, renewed: 4, commits: 5 },
  });
});

test("RELEASE and DECLINE are not answered", async (t) => {
  if (!requireNamespaces(t)) return;
  const bench = await createBench(t);
  const { leasehold, expectSilence } = bench;
  const [first, second] = [await bindClient(bench, 1, "10.77.0.150"), await bindClient(bench, 2, "10.77.0.151")];
  const lease = { address: address("10.77.0.150"), serverIdentifier: SERVER };
  await expectSilence(release(second, 1, lease), unicast(address("10.77.0.151")));
  await expectSilence(release(first, 2, lease), unicast(lease.address));
  await expectSilence(release(first, 3, lease), unicast(lease.address));
  await expectSilence(decline(second, 4, { address: address("10.77.0.151"), serverIdentifier: SERVER }));
  assert.deepEqual(await owners(bench), [`10.77.0.150 released ${macOf(first)}`, `10.77.0.151 declined ${macOf(second)}`]);
  assert.deepEqual(await leasehold.stop(), {
    ...{ "received DISCOVER": 4, "received REQUEST": 2, "received RELEASE": 3, "received DECLINE": 1, "sent OFFER": 4, "sent ACK": 2 },
    ...{ "silent: not-the-owner": 2, bound: 2, noted: 2, released: 1, declined: 1, commits: 4 },
  });
});

test("a relayed message is answered to the relay, with option 82 as it came", async (t) => {
  if (!requireNamespaces(t)) return;
  const bench = await createBench(t);
  const { leasehold, expectAnswer } = bench;
  isAt(bench, GIADDR, RELAY_MAC);
  const client = clientOf(1);
  const yiaddr = address("10.78.0.100");
  const toRelay = { to: formatMac(RELAY_MAC), packet: "10.77.0.1:67 > 10.78.0.1:67" };
  const options = (type: string, settings: string[], circuit: string) => [
    ...[`53 ${type}`, "54 0a4d0001", ...WHOLE_LEASE, ...settings],
    ...[identifierOf(client), `82 ${circuit}`],
  ];
  const circuit = "0104706f72740203abcdef";
  for (const flags of [0, BROADCAST_FLAG]) {
    const message = (made: Message) => relayed({ ...made, flags }, circuit);
    await expectAnswer(message(discover(client, transaction())), fromRelay, {
      ...{ ...toRelay, yiaddr },
      options: options("02", SETTINGS_78, circuit),
    });
    await expectAnswer(message(requestSelecting(client, transaction(), { address: yiaddr, serverIdentifier: SERVER })), fromRelay, {
      ...{ ...toRelay, yiaddr },
      options: options("05", SETTINGS_78, circuit),
    });
    // The relay is to broadcast a refusal, whether or not the client asked for broadcasts.
    const refused = Buffer.from("the address is not on this network").toString("hex");
    await expectAnswer(message(requestInitReboot(client, transaction(), address("10.77.0.150"))), fromRelay, {
      ...{ ...toRelay, flags: BROADCAST_FLAG },
      options: ["53 06", "54 0a4d0001", `56 ${refused}`, identifierOf(client), `82 ${circuit}`],
    });
  }
  // RFC 8357: a relay that sends from a port of its own gets its answers there.
  const ownPort = `${circuit}1300`;
  const fromOwnPort = { ...fromRelay, sourcePort: 5067 };
  await expectAnswer(relayed(discover(client, transaction()), ownPort), fromOwnPort, {
    ...{ to: formatMac(RELAY_MAC), packet: "10.77.0.1:67 > 10.78.0.1:5067", yiaddr },
    options: options("02", SETTINGS_78, ownPort),
  });
  await expectAnswer(relayed(discover(client, transaction()), circuit), fromOwnPort, {
    ...{ ...toRelay, yiaddr },
    options: options("02", SETTINGS_78, circuit),
  });
  // RFC 3527: the client is on the link that sub-option 5 names; the relay is reached at giaddr all the same.
  const link = "05040a4d0000";
  await expectAnswer(relayed(discover(client, transaction()), link), fromRelay, {
    ...{ ...toRelay, yiaddr: address("10.77.0.100") },
    options: options("02", SETTINGS_77, link),
  });
  assert.deepEqual(await owners(bench), [`10.78.0.100 bound ${macOf(client)}`]);
  assert.deepEqual(await leasehold.stop(), {
    ...{ "received DISCOVER": 5, "received REQUEST": 4, "sent OFFER": 5, "sent ACK": 2, "sent NAK": 2 },
    ...{ bound: 1, renewed: 1, commits: 2 },
  });
});

test("a relayed INFORM is answered to the client, or to the relay when the client names no address", async (t) => {
  if (!requireNamespaces(t)) return;
  const bench = await createBench(t);
  const { leasehold, expectAnswer } = bench;
  const host = clientOf(1);
  const own = address("10.78.0.20");
  isAt(bench, GIADDR, RELAY_MAC);
  isAt(bench, own, RELAY_MAC);
  const options = ["53 05", "54 0a4d0001", ...SETTINGS_78, identifierOf(host)];
  await expectAnswer(relayed(inform(host, transaction(), own), "0104706f7274"), fromRelay, {
    ...{ to: formatMac(RELAY_MAC), packet: "10.77.0.1:67 > 10.78.0.20:68", ciaddr: own, giaddr: 0 },
    options,
  });
  await expectAnswer(relayed(inform(host, transaction(), 0), "0104706f7274"), fromRelay, {
    ...{ to: formatMac(RELAY_MAC), packet: "10.77.0.1:67 > 10.78.0.1:67", flags: BROADCAST_FLAG },
    options: [...options, "82 0104706f7274"],
  });
  assert.deepEqual(await owners(bench), []);
  assert.deepEqual(await leasehold.stop(), { "received INFORM": 2, "sent ACK": 2 });
});

test("a reply leaves by the interface that its request came in on, from the address of that", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, client: placeA } = createPair(t, "02:00:5e:50:00:03");
  const placeB = createClientPlace(lab, "other", server, "eth1", "02:00:5e:50:00:04");
  lab.exec(server, "ip", "link", "set", "eth0", "address", formatMac(SERVER_MAC));
  const otherMac = parseMac("02:00:5e:50:00:05") as Uint8Array;
  lab.exec(server, "ip", "link", "set", "eth1", "address", formatMac(otherMac));
  lab.exec(server, "ip", "address", "add", "10.78.0.1/24", "dev", "eth1");
  // A route that would be wrong for what is broadcast on the other link.
  lab.exec(server, "ip", "route", "add", "default", "dev", "eth0");
  const [a, b] = [await openRawClient(t, lab, placeA), await openRawClient(t, lab, placeB)];
  const leasehold = await startLeasehold(t, lab, server, CONFIG);
  const optionsA = ["53 02", "54 0a4d0001", ...WHOLE_LEASE, ...SETTINGS_77];
  const optionsB = ["53 02", "54 0a4e0001", ...WHOLE_LEASE, ...SETTINGS_78];
  for (const broadcast of [false, true]) {
    const client = clientOf(broadcast ? 2 : 1, { broadcast });
    const [toA, toB] = [discover(client, transaction()), discover(client, transaction())];
    b.send(toB);
    a.send(toA);
    const [[answerA], [answerB]] = await Promise.all([a.answers(1), b.answers(1)]);
    assert.ok(answerA !== undefined && answerB !== undefined);
    const [ofA, ofB] = broadcast ? ["10.77.0.101", "10.78.0.101"] : ["10.77.0.100", "10.78.0.100"];
    const to = broadcast ? BROADCAST_MAC : macOf(client);
    const destination = (unicast: string) => (broadcast ? "255.255.255.255:68" : `${unicast}:68`);
    assertAnswer(toA, answerA, {
      ...{ to, packet: `10.77.0.1:67 > ${destination(ofA)}`, yiaddr: address(ofA) },
      options: [...optionsA, identifierOf(client)],
    });
    assertAnswer(toB, answerB, {
      ...{ from: otherMac, to, packet: `10.78.0.1:67 > ${destination(ofB)}`, yiaddr: address(ofB) },
      options: [...optionsB, identifierOf(client)],
    });
  }
  assert.deepEqual(await leasehold.leases(), []);
  assert.deepEqual(await leasehold.stop(), { "received DISCOVER": 4, "sent OFFER": 4 });
});
