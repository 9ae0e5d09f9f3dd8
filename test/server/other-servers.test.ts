import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { discover, ethernetClient, release, requestSelecting } from "../../src/client/dhcp4/messages.ts";
import type { Decision } from "../../src/engine/dhcp4/decision.ts";
import { chosen, sender } from "../../src/server/dhcp4/sightings.ts";
import { chosen as chosen6, sender as sender6 } from "../../src/server/dhcp6/sightings.ts";
import { createOtherServers, type Sighting } from "../../src/server/other-servers.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { MessageType as Type4 } from "../../src/wire/dhcp4/message.ts";
import { encodeMessage as encodeMessage6 } from "../../src/wire/dhcp6/encode.ts";
import { MessageType as Type6 } from "../../src/wire/dhcp6/message.ts";
import { writeIpv4Udp } from "../../src/wire/frames/ipv4-udp.ts";

const HOUR = 3_600_000;
const MAC = Uint8Array.of(2, 0, 0, 0, 0, 9);
const OWN = 0x0a000001;
const OTHER = 0x0a000009;
const client = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1));
const transaction = { xid: 7, secs: 0 };

function createWatch() {
  const state = { now: 0 };
  const lines: { level: number; msg: string; server?: string }[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const interfaceName = (index: number) => (index === 2 ? "eth0" : undefined);
  const others = createOtherServers({ name: "DHCPv4", log, uptime: () => state.now, interfaceName });
  const said = () => lines.splice(0).map(({ msg }) => msg);
  return { state, others, said };
}

const byClient: Sighting = { server: "10.0.0.9", interfaceIndex: 2, hardwareAddress: undefined, what: "REQUEST of 02:00:00:00:00:01" };
const itself: Sighting = { server: "10.0.0.9", interfaceIndex: 2, hardwareAddress: MAC, what: "OFFER of 10.0.0.50" };

describe("another server", () => {
  test("is told of once, again when its hardware address is known, and every hour as long as it is there", () => {
    const { state, others, said } = createWatch();
    const tail = "If it should not be there, clients may get from it what does not work";
    for (let i = 0; i < 5; i++) others.noticed(byClient);
    assert.deepEqual(said(), [
      `another DHCPv4 server, 10.0.0.9, serves eth0: a client speaks to it: REQUEST of 02:00:00:00:00:01. ${tail}`,
    ]);
    const heard = `another DHCPv4 server, 10.0.0.9 (02:00:00:00:00:09), serves eth0: it sent OFFER of 10.0.0.50. ${tail}`;
    for (let i = 0; i < 5; i++) others.noticed(itself);
    others.noticed(byClient);
    assert.deepEqual(said(), [heard]);
    state.now = HOUR - 1;
    others.noticed(itself);
    assert.deepEqual(said(), []);
    state.now = HOUR;
    others.noticed(byClient);
    assert.deepEqual(said(), [heard]);
    const [{ last, ...only } = { last: "" }, ...more] = others.list();
    assert.deepEqual(
      [only, more],
      [{ server: "10.0.0.9", interface: "eth0", hardwareAddress: "02:00:00:00:00:09", what: "OFFER of 10.0.0.50", count: 13 }, []],
    );
    assert.ok(Math.abs(Date.parse(last) - Date.now()) < 60_000);
  });

  test("counts for an hour after it was noticed last, the last one first", () => {
    const { state, others } = createWatch();
    others.noticed(byClient);
    state.now = HOUR - 1;
    others.noticed({ ...itself, server: "10.0.0.8" });
    const servers = () => others.list().map(({ server }) => server);
    assert.deepEqual(servers(), ["10.0.0.8", "10.0.0.9"]);
    state.now = HOUR;
    assert.deepEqual(servers(), ["10.0.0.8"]);
  });

  test("is one of few that are remembered and told of, however many somebody makes up", () => {
    const { others, said } = createWatch();
    for (let i = 0; i < 10_000; i++) others.noticed({ ...byClient, server: `10.1.${i >> 8}.${i & 255}` });
    assert.deepEqual([others.list().length, said().length], [64, 10]);
  });
});

describe("what is noticed by DHCPv4", () => {
  /** An IP packet from port 67 to port 68. */
  function packetOf(message: Parameters<typeof encodeMessage>[0], source = OTHER): Uint8Array {
    const payload = encodeMessage(message);
    const packet = new Uint8Array(28 + payload.length);
    packet.set(payload, 28);
    writeIpv4Udp(packet, 28, payload.length, source, 67, 0xffffffff, 68);
    return packet;
  }
  const offer = (server: number | undefined) => ({
    ...discover(client, transaction),
    op: 2,
    yiaddr: 0x0a000032,
    options: [
      { code: 53, data: Uint8Array.of(Type4.OFFER) },
      ...(server === undefined ? [] : [{ code: 54, data: Uint8Array.of(server >>> 24, server >>> 16, server >>> 8, server) }]),
    ],
  });
  const hear = (packet: Uint8Array) => sender({ interfaceIndex: 2, hardwareAddress: MAC, packet }, (address) => address === OWN);

  const CASES: readonly [name: string, packet: Uint8Array, found: Sighting | undefined][] = [
    ["an OFFER of another", packetOf(offer(OTHER)), itself],
    ["one that names no server", packetOf(offer(undefined)), itself],
    ["one of this server", packetOf(offer(OWN), OWN), undefined],
    ["one that names another but was sent by this machine, as by a relay", packetOf(offer(OTHER), OWN), undefined],
    ["what a client sends", packetOf(discover(client, transaction)), undefined],
    ["half a message", packetOf(offer(OTHER)).subarray(0, 100), undefined],
    ["nothing", new Uint8Array(0), undefined],
  ];
  for (const [name, packet, found] of CASES) test(name, () => assert.deepEqual(hear(packet), found));

  const selecting = requestSelecting(client, transaction, { address: 0x0a000032, serverIdentifier: OTHER });
  const silent: Decision = { kind: "silence", reason: "another-server" };
  test("a client that takes the offer of another, whether this server made one or not", () => {
    for (const decision of [silent, { kind: "update", changes: [] } as const])
      assert.deepEqual(chosen(selecting, decision, 2), byClient, decision.kind);
  });
  test("but not a RELEASE that is noted, nor what is silent for another reason, nor BOOTP for a named server", () => {
    const given = release(client, 7, { address: 0x0a000032, serverIdentifier: OWN });
    assert.equal(chosen(given, { kind: "update", changes: [] }, 2), undefined);
    assert.equal(chosen(selecting, { kind: "silence", reason: "flood" }, 2), undefined);
    assert.equal(chosen({ ...selecting, options: [] }, silent, 2), undefined);
  });
});

describe("what is noticed by DHCPv6", () => {
  const duid = (last: number) => Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, last);
  const message = (type: number, server: number) => speaking(type, duid(server));
  const speaking = (type: number, server: Uint8Array) => ({
    type,
    transactionId: 7,
    relays: [],
    options: [
      { code: 1, data: duid(1) },
      { code: 2, data: server },
    ],
  });
  const hear = (type: number, server: number) => hearOf(message(type, server));
  const hearOf = (one: ReturnType<typeof message>) => {
    const payload = encodeMessage6(one);
    return sender6({ interfaceIndex: 2, hardwareAddress: MAC, packet: Uint8Array.of(...new Uint8Array(48), ...payload) }, duid(5));
  };

  test("what another sends, and nothing else", () => {
    const found = { server: "00030001020000000009", interfaceIndex: 2, hardwareAddress: MAC, what: "ADVERTISE" };
    assert.deepEqual(hear(Type6.ADVERTISE, 9), found);
    assert.deepEqual(hear(Type6.ADVERTISE, 5), undefined);
    assert.deepEqual(hear(Type6.RENEW, 9), undefined);
    assert.equal(sender6({ interfaceIndex: 2, hardwareAddress: MAC, packet: new Uint8Array(3) }, duid(5)), undefined);
  });

  test("not what is no DUID", () => {
    for (const length of [0, 2, 131]) {
      const server = new Uint8Array(length);
      assert.equal(hearOf(speaking(Type6.ADVERTISE, server)), undefined);
      assert.equal(chosen6(speaking(Type6.RENEW, server), { kind: "silence", reason: "another-server" }, 2), undefined);
    }
  });

  test("a client that renews with another", () => {
    assert.deepEqual(chosen6(message(Type6.RENEW, 9), { kind: "silence", reason: "another-server" }, 2), {
      server: "00030001020000000009",
      interfaceIndex: 2,
      hardwareAddress: undefined,
      what: "RENEW of 00030001020000000001",
    });
    assert.equal(chosen6(message(Type6.RENEW, 9), { kind: "silence", reason: "flood" }, 2), undefined);
  });
});
