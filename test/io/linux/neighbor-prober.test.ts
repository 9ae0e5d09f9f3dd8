import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { openIpv6Prober } from "../../../src/io/open.ts";
import type { Prober } from "../../../src/io/prober.ts";
import { NO_BYTES } from "../../../src/net/bytes.ts";
import { formatIpv6, IPV6_UNSPECIFIED, type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { type Ipv6Prefix, ipv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { formatMac } from "../../../src/net/mac.ts";
import { ETHERNET_HEADER_LENGTH, EtherType, writeEthernet } from "../../../src/wire/frames/ethernet.ts";
import {
  multicastHardwareAddress,
  type NeighborPacket,
  NeighborType,
  parseNeighbor,
  solicitedNode,
  writeNeighbor,
} from "../../../src/wire/frames/nd.ts";
import { inNamespace } from "../../support/enter-namespace.ts";
import { createLab, type Lab, type Namespace } from "../../support/namespaces.ts";
import { requireNamespaces } from "../../support/requirement.ts";
import { openTap, type Tap } from "../../support/tap.ts";
import { openTunnel } from "../../support/tunnel.ts";

const address = (text: string): Ipv6 => parseIpv6(text) as Ipv6;
const USED = address("2001:db8::1:2:3456");
const FREE = address("2001:db8::1:2:3457");
const GROUP = address("ff02::1:ff02:3456");
const ALL_NODES = address("ff02::1");
const NEIGHBOR = address("fe80::9");
const MAC = Uint8Array.of(2, 0, 0x5e, 1, 2, 3);
const OTHER_MAC = Uint8Array.of(2, 0, 0x5e, 9, 9, 9);

interface Network {
  readonly lab: Lab;
  readonly server: Namespace;
  readonly clients: Namespace;
  readonly interfaceIndex: number;
  /** Of the server's interface. */
  readonly own: Uint8Array;
  readonly tap: Tap;
  readonly prober: Prober<Ipv6 | Ipv6Prefix>;
  /** Sockets are opened where one asks. */
  ask(address: Ipv6 | Ipv6Prefix, interfaceIndex?: number): Promise<boolean>;
  /**
   * Whose addresses were told of since the last call: once there are `count` of them, and then a
   * while for more.
   */
  heard(count: number): Promise<string[]>;
}

/** Interfaces get no address of the link, for which the kernel would look for duplicates. */
function quietPlace(lab: Lab, label: string): Namespace {
  const place = lab.namespace(label);
  lab.exec(place, "sysctl", "-qw", "net.ipv6.conf.default.addr_gen_mode=1");
  return place;
}

async function createNetwork(t: TestContext): Promise<Network> {
  const lab = createLab(t);
  const [server, clients] = [quietPlace(lab, "server"), quietPlace(lab, "clients")];
  lab.cable(server, "eth0", clients, "eth0");
  const prober = await inNamespace(server, openIpv6Prober);
  t.after(() => prober.close());
  assert.deepEqual(prober.limitations, []);
  const answers: string[] = [];
  prober.start((used, hardwareAddress) => {
    assert.equal(used.length, 16);
    answers.push(`${formatIpv6(used)} ${hardwareAddress && formatMac(hardwareAddress)}`);
  });
  const tap = await openTap(lab, clients, "eth0");
  t.after(() => tap.close());
  const [link] = JSON.parse(lab.exec(server, "ip", "-j", "link", "show", "eth0")) as [{ ifindex: number; address: string }];
  return {
    lab,
    server,
    clients,
    interfaceIndex: link.ifindex,
    own: Uint8Array.from(link.address.split(":"), (pair) => Number.parseInt(pair, 16)),
    tap,
    prober,
    ask: (asked, interfaceIndex = link.ifindex) => inNamespace(server, () => prober.ask(asked, interfaceIndex)),
    async heard(count) {
      for (const end = Date.now() + 2000; answers.length < count && Date.now() < end; ) await delay(5);
      await delay(50);
      return answers.splice(0);
    },
  };
}

/** A frame with such a packet, as a host on the link sends it. */
function frame(
  packet: NeighborPacket,
  options: { to?: Uint8Array; from?: Uint8Array; change?: (bytes: Uint8Array) => void } = {},
): Uint8Array {
  const bytes = new Uint8Array(ETHERNET_HEADER_LENGTH + 80);
  writeEthernet(bytes, options.to ?? multicastHardwareAddress(packet.destination), options.from ?? MAC, EtherType.ipv6);
  const length = ETHERNET_HEADER_LENGTH + writeNeighbor(bytes, ETHERNET_HEADER_LENGTH, packet);
  options.change?.(bytes);
  return bytes.subarray(0, length);
}

const ADVERTISEMENT: NeighborPacket = {
  type: NeighborType.advertisement,
  source: NEIGHBOR,
  destination: ALL_NODES,
  target: USED,
  solicited: false,
  linkLayerAddress: OTHER_MAC,
};
/** As of one who is about to use the address. */
const DETECTION: NeighborPacket = {
  type: NeighborType.solicitation,
  source: IPV6_UNSPECIFIED,
  destination: GROUP,
  target: USED,
  solicited: false,
  linkLayerAddress: NO_BYTES,
};

test("who has an address answers, whose tables the question leaves alone; nobody answers for another", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, clients, own, tap, ask, heard } = await createNetwork(t);
  lab.exec(clients, "ip", "address", "add", `${formatIpv6(USED)}/64`, "dev", "eth0", "nodad");
  const used = `${formatIpv6(USED)} ${formatMac(tap.hardwareAddress)}`;
  assert.equal(await ask(USED), true);
  assert.deepEqual(await heard(1), [used]);
  // As it stands in a lease.
  assert.equal(await ask(ipv6Prefix(USED)), true);
  assert.deepEqual(await heard(1), [used]);
  assert.equal(await ask(FREE), true);
  assert.deepEqual(await heard(0), []);
  assert.ok(!lab.exec(clients, "ip", "-6", "neighbor", "show", "nud", "all").includes(formatMac(own)));
});

test("the question is that of duplicate address detection", async (t) => {
  if (!requireNamespaces(t)) return;
  const { own, tap, ask } = await createNetwork(t);
  for (const asked of [USED, ipv6Prefix(USED)]) {
    assert.equal(await ask(asked), true);
    const isQuestion = (bytes: Uint8Array) =>
      parseNeighbor(bytes, ETHERNET_HEADER_LENGTH)?.target.every((byte, i) => byte === USED[i]) === true;
    const [question, ...more] = await tap.frames(1, isQuestion);
    assert.deepEqual(more, []);
    assert.deepEqual(question, frame(DETECTION, { from: own }));
  }
});

test("the user of an address is known by what it sends", async (t) => {
  if (!requireNamespaces(t)) return;
  const { own, tap, ask, heard } = await createNetwork(t);
  assert.equal(await ask(FREE), true);
  const used = formatIpv6(USED);
  const byOption = [`${used} ${formatMac(OTHER_MAC)}`];
  const bySource = [`${used} ${formatMac(MAC)}`];
  const toUs = { ...ADVERTISEMENT, destination: address("fe80::1"), solicited: true };
  const asksFromUsed = { ...DETECTION, source: USED, target: FREE, destination: solicitedNode(FREE) };
  const at = (offset: number, value: number) => (bytes: Uint8Array) => bytes.set([value], ETHERNET_HEADER_LENGTH + offset);
  const cases: [name: string, frame: Uint8Array, heard: readonly string[]][] = [
    ["an advertisement to all", frame(ADVERTISEMENT), byOption],
    ["one without the address of its link layer", frame({ ...ADVERTISEMENT, linkLayerAddress: NO_BYTES }), bySource],
    ["an advertisement to this machine", frame(toUs, { to: own }), byOption],
    ["an advertisement to another", frame(toUs, { to: OTHER_MAC }), []],
    ["one who looks for duplicates", frame(DETECTION), bySource],
    ["the same, sent by this machine and brought back", frame(DETECTION, { from: own }), []],
    ["one who asks for another address", frame(asksFromUsed), bySource],
    ["the same, with its link-layer address", frame({ ...asksFromUsed, linkLayerAddress: OTHER_MAC }), byOption],
    ["a wrong checksum", frame(ADVERTISEMENT, { change: at(47, 1) }), []],
    ["what a router has forwarded", frame(ADVERTISEMENT, { change: at(7, 254) }), []],
    ["a router solicitation", frame(ADVERTISEMENT, { change: at(40, 133) }), []],
    ["half a packet", frame(ADVERTISEMENT).subarray(0, 60), []],
  ];
  for (const [name, bytes, expected] of cases) {
    tap.send(bytes);
    assert.deepEqual(await heard(expected.length), expected, name);
  }
});

test("nobody is asked behind a router, nor on a link without Ethernet's addresses, nor on one that is gone", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, interfaceIndex, ask, heard } = await createNetwork(t);
  const tunnel = await openTunnel(t, lab, server, "tun0");
  const indexOf = (name: string) => (JSON.parse(lab.exec(server, "ip", "-j", "link", "show", name)) as [{ ifindex: number }])[0].ifindex;
  tunnel.packets();
  for (const index of [0, indexOf("lo"), indexOf("tun0"), 4000]) assert.equal(await ask(USED, index), false, `${index}`);
  assert.deepEqual(tunnel.packets(), []);
  assert.equal(await ask(USED), true);

  // A link that is down comes back; one that is gone does not.
  const clients = quietPlace(lab, "more");
  lab.exec(server, "ip", "link", "set", "eth0", "down");
  assert.equal(await ask(USED), false);
  lab.exec(server, "ip", "link", "set", "eth0", "up");
  for (const end = Date.now() + 2000; !(await ask(USED)) && Date.now() < end; ) await delay(10);
  assert.equal(await ask(USED), true);
  lab.exec(server, "ip", "link", "delete", "eth0");
  assert.equal(await ask(USED, interfaceIndex), false);
  assert.equal(await ask(USED, interfaceIndex), false);

  // Another one is asked on, whatever became of the first.
  lab.cable(server, "eth0", clients, "eth0");
  lab.exec(clients, "ip", "address", "add", `${formatIpv6(USED)}/64`, "dev", "eth0", "nodad");
  const told: string[] = [];
  for (const end = Date.now() + 5000; !told.some((line) => line.startsWith(`${formatIpv6(USED)} `)) && Date.now() < end; ) {
    // Its other end may not be up at once.
    await ask(USED, indexOf("eth0"));
    told.push(...(await heard(0)));
  }
  assert.ok(told.some((line) => line.startsWith(`${formatIpv6(USED)} `)));
});

test("the card lets through what is sent to the groups of the last questions", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, prober, ask } = await createNetwork(t);
  const groups = (): readonly string[] => lab.exec(server, "ip", "maddress", "show", "dev", "eth0").match(/33:33:ff:ab:\S+/g) ?? [];
  const nth = (n: number): Ipv6 => address(`2001:db8::ab:${n.toString(16)}`);
  for (let n = 0; n < 66; n++) assert.equal(await ask(nth(n)), true);
  assert.equal(groups().length, 64);
  assert.deepEqual([groups().includes("33:33:ff:ab:00:01"), groups().includes("33:33:ff:ab:00:02")], [false, true]);
  prober.close();
  assert.deepEqual(groups(), []);
});
