import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { listInterfaces } from "../../../src/io/interfaces.ts";
import { openTransport } from "../../../src/io/open.ts";
import { noSendFailures } from "../../../src/io/send-failures.ts";
import type { LocalInterface, SendFailure, Transport } from "../../../src/io/transport.ts";
import type { Destination } from "../../../src/net/destination.ts";
import { IPV4_BROADCAST, type Ipv4, parseIpv4, writeIpv4 } from "../../../src/net/ipv4.ts";
import { parseIpv4Udp, writeIpv4Udp } from "../../../src/wire/frames/ipv4-udp.ts";
import { inNamespace } from "../../support/enter-namespace.ts";
import { createLab, type Lab, type Namespace } from "../../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../../support/requirement.ts";
import { openTap, type Tap } from "../../support/tap.ts";
import { openTunnel } from "../../support/tunnel.ts";
import { startInbox } from "../inbox.ts";

const SERVER_PORT = 67;
const CLIENT_PORT = 68;
const BROADCAST_MAC = new Uint8Array(6).fill(0xff);
const CLIENT_MAC = Uint8Array.of(0x02, 0, 0x5e, 1, 2, 3);
const address = (text: string): number => parseIpv4(text) as number;
const SERVER_A = address("10.61.0.1");
const SERVER_B = address("10.62.0.1");
const OFFERED = address("10.61.0.77");

/** A server with two interfaces, each with a tap at the other end of its cable. */
interface Network {
  readonly lab: Lab;
  readonly server: Namespace;
  readonly clientsA: Namespace;
  readonly interfaces: readonly LocalInterface<Ipv4>[];
  readonly a: { readonly index: number; readonly tap: Tap };
  readonly b: { readonly index: number; readonly tap: Tap };
}

async function createNetwork(t: TestContext): Promise<Network> {
  const lab = createLab(t);
  const server = lab.namespace("server");
  const [clientsA, clientsB] = [lab.namespace("a"), lab.namespace("b")];
  lab.cable(server, "eth0", clientsA, "eth0");
  lab.cable(server, "eth1", clientsB, "eth0");
  lab.exec(server, "ip", "address", "add", "10.61.0.1/24", "dev", "eth0");
  lab.exec(server, "ip", "address", "add", "10.62.0.1/24", "dev", "eth1");
  const interfaces = await inNamespace(server, listInterfaces);
  const side = async (name: string, clients: Namespace) => {
    const tap = await openTap(lab, clients, "eth0");
    t.after(() => tap.close());
    return { index: interfaces.find((candidate) => candidate.name === name)?.index as number, tap };
  };
  return { lab, server, clientsA, interfaces, a: await side("eth0", clientsA), b: await side("eth1", clientsB) };
}

async function openServer(t: TestContext, network: Network): Promise<Transport<Ipv4>> {
  const { interfaces, server } = network;
  const transport = await inNamespace(server, () => openTransport({ address: 0, port: SERVER_PORT, interfaces, kind: "linux" }));
  t.after(() => transport.close());
  return transport;
}

/**
 * An Ethernet frame with a UDP datagram, as a client without an address broadcasts it, but for
 * `changes` to the finished frame.
 */
function frame(
  text: string,
  options: { to?: Uint8Array; destination?: number; port?: number; change?: (packet: Uint8Array) => void } = {},
): Uint8Array {
  const payload = new TextEncoder().encode(text);
  const bytes = new Uint8Array(14 + 28 + payload.length);
  const packet = bytes.subarray(14);
  bytes.set(options.to ?? BROADCAST_MAC, 0);
  bytes.set(CLIENT_MAC, 6);
  bytes.set([0x08, 0x00], 12);
  packet.set(payload, 28);
  writeIpv4Udp(packet, 28, payload.length, 0, CLIENT_PORT, options.destination ?? IPV4_BROADCAST, options.port ?? SERVER_PORT);
  options.change?.(packet);
  return bytes;
}

/** The frame with four bytes of padding options in its IPv4 header, whose checksum is left out. */
function withIpOptions(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + 4);
  longer.set(bytes.subarray(0, 34), 0);
  longer.fill(1, 34, 38);
  longer.set(bytes.subarray(34), 38);
  longer[14] = 0x46;
  longer[17] = (bytes[17] as number) + 4;
  longer.set([0, 0], 24);
  return longer;
}

/**
 * The frame's IPv4 packet in two: the first with so many bytes behind the IPv4 header, a multiple
 * of 8.
 */
function fragmentsOf(bytes: Uint8Array, size: number): [Uint8Array, Uint8Array] {
  const make = (from: number, to: number, flags: number): Uint8Array => {
    const fragment = new Uint8Array(34 + to - from);
    fragment.set(bytes.subarray(0, 34));
    fragment.set(bytes.subarray(34 + from, 34 + to), 34);
    const view = new DataView(fragment.buffer, 14);
    view.setUint16(2, 20 + to - from);
    view.setUint16(4, 0x1234);
    view.setUint16(6, flags | (from / 8));
    view.setUint16(10, 0);
    let sum = 0;
    for (let at = 0; at < 20; at += 2) sum += view.getUint16(at);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(10, ~sum);
    return fragment;
  };
  return [make(0, size, 0x2000), make(size, bytes.length - 34, 0)];
}

function put(transport: Transport<Ipv4>, text: string, to: Destination<Ipv4>): void {
  const outbox = transport.createOutbox(1);
  outbox.add(new TextEncoder().encodeInto(text, outbox.next()).written, to);
  outbox.send();
}

const isUdp = (bytes: Uint8Array): boolean => bytes[12] === 0x08 && bytes[13] === 0x00 && bytes[23] === 17;

/** What a frame with a UDP datagram says, all checksums verified. */
function describeFrame(bytes: Uint8Array) {
  const packet = parseIpv4Udp(bytes.subarray(14), bytes.length - 14, { verifyUdpChecksum: true });
  assert.ok(packet.ok, JSON.stringify(packet));
  const { source, sourcePort, destination, destinationPort, payloadOffset, payloadLength } = packet;
  const text = new TextDecoder().decode(bytes.subarray(14 + payloadOffset, 14 + payloadOffset + payloadLength));
  return { to: bytes.slice(0, 6), from: bytes.slice(6, 12), source, sourcePort, destination, destinationPort, text };
}

const hardwareAddressOf = (network: Network, name: string) => network.interfaces.find((i) => i.name === name)?.hardwareAddress;

function texts(datagrams: readonly { bytes: Uint8Array }[]): string[] {
  return datagrams.map(({ bytes }) => new TextDecoder().decode(bytes));
}

test("a broadcast from a client without an address is delivered once, with its interface", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const transport = await openServer(t, network);
  assert.deepEqual(transport.limitations, []);
  const inbox = startInbox(transport);
  network.a.tap.send(frame("discover a"));
  await inbox.settle(1);
  network.b.tap.send(frame("discover b"));
  const common = { source: 0, sourcePort: CLIENT_PORT, destination: IPV4_BROADCAST, length: 10 };
  assert.deepEqual(await inbox.settle(2), [
    { ...common, bytes: new TextEncoder().encode("discover a"), interfaceIndex: network.a.index },
    { ...common, bytes: new TextEncoder().encode("discover b"), interfaceIndex: network.b.index },
  ]);
});

test("a broadcast tells how long it waited", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const transport = await openServer(t, network);
  const inbox = startInbox(transport);
  // The kernel begins to note times a moment after the first socket of the machine has asked for
  // them.
  await delay(1000);
  transport.pause();
  network.a.tap.send(frame("discover"));
  await delay(300);
  transport.resume();
  await inbox.settle(1);
  const [waited] = inbox.waits as [number];
  assert.ok(waited > 250 && waited < 5000, `${waited} ms`);
});

test("a broadcast is heard although the firewall drops it", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "nft")) return;
  const network = await createNetwork(t);
  network.lab.exec(network.server, "nft", "add table ip t; add chain ip t in { type filter hook input priority 0; policy drop; }");
  const inbox = startInbox(await openServer(t, network));
  network.a.tap.send(frame("discover"));
  assert.deepEqual(texts(await inbox.settle(1)), ["discover"]);
});

test("only whole, sound broadcasts to the server's port are taken", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const transport = await openServer(t, network);
  const inbox = startInbox(transport);
  const { tap } = network.a;
  tap.send(frame("other port", { port: 69 }));
  tap.send(frame("other host", { to: CLIENT_MAC }));
  // A header checksum of zero passes for "not filled in", so that only what is said is wrong.
  tap.send(frame("fragment", { change: (packet) => packet.set([0x20, 0, packet[8] as number, 17, 0, 0], 6) }));
  tap.send(frame("wrong checksum", { change: (packet) => packet.set([0x21], 30) }));
  tap.send(frame("no checksum", { change: (packet) => packet.set([0, 0], 26) }));
  tap.send(withIpOptions(frame("IP options")));
  tap.send(frame("sound"));
  assert.deepEqual(texts(await inbox.settle(3)), ["no checksum", "IP options", "sound"]);
  // The same memory is used again.
  for (let i = 0; i < 64; i++) tap.send(frame(`sound ${i}`));
  assert.deepEqual(
    texts((await inbox.settle(67)).slice(3)),
    Array.from({ length: 64 }, (_, i) => `sound ${i}`),
  );
});

test("a broadcast in two fragments is delivered once, whole, and costs the next one nothing", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const inbox = startInbox(await openServer(t, network));
  const whole = frame("a request that comes in two pieces, as behind a tunnel");
  const [first, second] = fragmentsOf(whole, 24);
  network.a.tap.send(frame("before"));
  network.a.tap.send(first);
  network.a.tap.send(frame("between"));
  network.a.tap.send(second);
  network.a.tap.send(frame("after"));
  const datagrams = await inbox.settle(4);
  assert.deepEqual(texts(datagrams).toSorted(), ["a request that comes in two pieces, as behind a tunnel", "after", "before", "between"]);
  for (const { interfaceIndex, source, sourcePort } of datagrams) {
    assert.deepEqual({ interfaceIndex, source, sourcePort }, { interfaceIndex: network.a.index, source: 0, sourcePort: CLIENT_PORT });
  }
});

test("what was sent is counted by its kind when the system has taken it, at once or later, and what was not is told by its mark", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const transport = await openServer(t, network);
  const kinds = new Uint32Array(256);
  const notSent: (readonly [mark: number, why: SendFailure])[] = [];
  const outbox = transport.createOutbox(8, kinds, (mark, why) => notSent.push([mark, why]));
  const toldOf = (failure: SendFailure) => notSent.flatMap(([mark, why]) => (why === failure ? mark : []));
  const add = (host: number, kind: number, mark: number): void => {
    outbox.add(
      new TextEncoder().encodeInto("x", outbox.next()).written,
      { address: host, port: 68, hardwareAddress: undefined, interfaceIndex: 0, source: 0 },
      kind,
      mark,
    );
  };
  const late = address("10.61.0.98");
  add(late, 5, 10);
  add(late, 6, 11);
  add(address("198.51.100.1"), 5, 12);
  const nobody = address("10.61.0.97");
  add(nobody, 7, 13);
  add(nobody, 7, 14);
  add(nobody, 7, 15);
  outbox.add(1, { address: OFFERED, port: 68, hardwareAddress: CLIENT_MAC, interfaceIndex: network.a.index, source: SERVER_A }, 2);
  outbox.send();
  assert.deepEqual([kinds[2], kinds[5], kinds[6]], [1, 1, 0]);
  network.lab.exec(
    network.server,
    "ip",
    "neigh",
    "replace",
    "10.61.0.98",
    "lladdr",
    "02:00:5e:01:02:03",
    "dev",
    "eth0",
    "nud",
    "permanent",
  );
  for (const end = Date.now() + 5000; kinds[6] === 0 && Date.now() < end; ) await delay(10);
  assert.deepEqual([kinds[2], kinds[5], kinds[6]], [1, 1, 1]);
  assert.equal(transport.counters().notSent["no-route"], 1);
  // The system takes one a second, asks the link for the address, and tells nobody that no one has it. How many it
  // takes before the others are given up depends on how busy this machine is.
  const blocked = () => toldOf("would-block");
  for (const end = Date.now() + 10_000; (kinds[7] as number) + blocked().length < 3 && Date.now() < end; ) await delay(10);
  assert.equal((kinds[7] as number) + blocked().length, 3);
  assert.deepEqual(
    blocked(),
    [14, 15].filter((mark) => blocked().includes(mark)),
  );
  assert.deepEqual(toldOf("no-route"), [12]);
  assert.equal(notSent.length, 1 + blocked().length);
});

test("no reply to a relay behind a router is lost while the kernel looks for the router, even when its first question is", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const { lab, server } = network;
  lab.exec(server, "ip", "route", "add", "192.0.2.0/24", "via", "10.61.0.98");
  const transport = await openServer(t, network);
  const to = { address: address("192.0.2.67"), port: 67, hardwareAddress: undefined, interfaceIndex: 0, source: 0 };
  // In a second; no more than the tap holds, for they come at once in the end.
  const total = 200;
  const start = performance.now();
  for (let sent = 0; sent < total; await delay(5)) {
    for (const due = Math.min(total, (performance.now() - start) / 5); sent < due; sent++) put(transport, `offer ${sent}`, to);
  }
  const neighbour = ["10.61.0.98", "lladdr", "02:00:5e:01:02:03", "dev", "eth0", "nud", "permanent"];
  lab.exec(server, "ip", "neigh", "replace", ...neighbour);
  const frames = await network.a.tap.frames(total, isUdp);
  const arrived = frames.map((bytes) => new TextDecoder().decode(bytes.subarray(42)));
  assert.deepEqual(arrived.toSorted(), Array.from({ length: total }, (_, i) => `offer ${i}`).toSorted());
  assert.deepEqual(transport.counters(), { received: 0, sent: total, notSent: noSendFailures(), receiveDropped: 0 });
});

test("a link without ARP, such as a tunnel, has no neighbours to wait for", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const tunnel = await openTunnel(t, network.lab, network.server, "tun0");
  network.lab.exec(network.server, "ip", "address", "add", "10.63.0.1", "peer", "10.63.0.2", "dev", "tun0");
  const transport = await openServer(t, network);
  const to = { address: address("10.63.0.2"), port: 67, hardwareAddress: undefined, interfaceIndex: 0, source: 0 };
  for (let i = 0; i < 100; i++) put(transport, `offer ${i}`, to);
  // Of one that has not been sent to yet the kernel knows nothing.
  await delay(200);
  assert.deepEqual(transport.counters(), { received: 0, sent: 100, notSent: noSendFailures(), receiveDropped: 0 });
  assert.equal(tunnel.packets().filter((packet) => packet[0] === 0x45 && packet[9] === 17).length, 100);
});

test("a router that is known by its IPv6 address only is a neighbour like others (RFC 5549)", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const { lab, server } = network;
  lab.exec(server, "ip", "neigh", "add", "fe80::98", "lladdr", "02:00:5e:01:02:03", "dev", "eth0", "nud", "permanent");
  lab.exec(server, "ip", "route", "add", "192.0.2.0/24", "via", "inet6", "fe80::98", "dev", "eth0");
  const transport = await openServer(t, network);
  const to = { address: address("192.0.2.67"), port: 67, hardwareAddress: undefined, interfaceIndex: 0, source: 0 };
  for (let i = 0; i < 10; i++) put(transport, `offer ${i}`, to);
  assert.equal(transport.counters().sent, 10);
});

test("what waits for a neighbour that does not answer costs others nothing, and is counted", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const transport = await openServer(t, network);
  const client = address("10.61.0.99");
  network.lab.exec(
    network.server,
    "ip",
    "neigh",
    "replace",
    "10.61.0.99",
    "lladdr",
    "02:00:5e:01:02:03",
    "dev",
    "eth0",
    "nud",
    "permanent",
  );
  const to = (one: number): Destination<Ipv4> => ({ address: one, port: 67, hardwareAddress: undefined, interfaceIndex: 0, source: 0 });
  for (let round = 0; round < 40; round++) for (let host = 100; host < 200; host++) put(transport, "dead", to(SERVER_A - 1 + host));
  put(transport, "alive", to(client));
  const [alive] = await network.a.tap.frames(1, isUdp);
  // The kernel leaves the checksum to the network card.
  assert.equal(new TextDecoder().decode((alive as Uint8Array).subarray(42)), "alive");
  const { sent, notSent } = transport.counters();
  // One each is with the kernel, which asks for them; of the others some are still kept.
  assert.equal(sent, 101);
  assert.equal(notSent["would-block"], 40 * 100 - 100 - 512);
  transport.close();
  assert.equal(transport.counters().notSent["would-block"], 40 * 100 - 100);
});

test("a broadcast that this machine sends by UDP is delivered once too", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const inbox = startInbox(await openServer(t, network));
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  await inNamespace(network.server, async () => {
    socket.bind(0, "10.61.0.1");
    await once(socket, "listening");
  });
  network.lab.exec(network.server, "ip", "route", "add", "255.255.255.255", "dev", "eth0");
  socket.setBroadcast(true);
  socket.send("from here", SERVER_PORT, "255.255.255.255");
  const datagrams = await inbox.settle(1);
  assert.deepEqual(texts(datagrams), ["from here"]);
  assert.equal(datagrams[0]?.source, SERVER_A);
});

test("a broadcast whose checksum is left to the network card is taken", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const inbox = startInbox(await openServer(t, network));
  const { lab, clientsA } = network;
  lab.exec(clientsA, "ip", "address", "add", "10.61.0.9/24", "dev", "eth0");
  lab.exec(clientsA, "ip", "route", "add", "255.255.255.255", "dev", "eth0");
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  await inNamespace(clientsA, async () => {
    socket.bind(CLIENT_PORT);
    await once(socket, "listening");
  });
  socket.setBroadcast(true);
  socket.send("rebind", SERVER_PORT, "255.255.255.255");
  const [datagram, ...more] = await inbox.settle(1);
  assert.deepEqual(more, []);
  assert.deepEqual(datagram, {
    bytes: new TextEncoder().encode("rebind"),
    length: 6,
    source: address("10.61.0.9"),
    sourcePort: CLIENT_PORT,
    destination: IPV4_BROADCAST,
    interfaceIndex: network.a.index,
  });
});

test("a unicast to an address of the server arrives through whatever interface it was routed to", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const inbox = startInbox(await openServer(t, network));
  const serverMac = hardwareAddressOf(network, "eth0") as Uint8Array;
  const relay = (packet: Uint8Array): void => {
    writeIpv4(packet, 12, address("10.61.0.9"));
    const rewritten = packet.length - 28;
    writeIpv4Udp(packet, 28, rewritten, address("10.61.0.9"), SERVER_PORT, SERVER_B, SERVER_PORT);
  };
  network.a.tap.send(frame("relayed", { to: serverMac, change: relay }));
  const [datagram, ...more] = await inbox.settle(1);
  assert.deepEqual(more, []);
  assert.deepEqual(datagram, {
    bytes: new TextEncoder().encode("relayed"),
    length: 7,
    source: address("10.61.0.9"),
    sourcePort: SERVER_PORT,
    destination: SERVER_B,
    interfaceIndex: network.a.index,
  });
});

test("a reply reaches the hardware address of a client that cannot answer ARP", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const transport = await openServer(t, network);
  const to = { address: OFFERED, port: CLIENT_PORT, hardwareAddress: CLIENT_MAC, interfaceIndex: network.a.index };
  put(transport, "offer", { ...to, source: SERVER_A });
  put(transport, "offer without a source", { ...to, source: 0 });
  const frames = await network.a.tap.frames(2, isUdp);
  const expected = {
    to: CLIENT_MAC,
    from: hardwareAddressOf(network, "eth0"),
    source: SERVER_A,
    sourcePort: SERVER_PORT,
    destination: OFFERED,
    destinationPort: CLIENT_PORT,
  };
  assert.deepEqual(frames.map(describeFrame), [
    { ...expected, text: "offer" },
    { ...expected, text: "offer without a source" },
  ]);
  assert.deepEqual(transport.counters(), { received: 0, sent: 2, notSent: noSendFailures(), receiveDropped: 0 });
});

test("a reply too large for a frame is broadcast instead", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const transport = await openServer(t, network);
  const { index, tap } = network.a;
  put(transport, "x".repeat(1473), {
    address: OFFERED,
    port: CLIENT_PORT,
    hardwareAddress: CLIENT_MAC,
    interfaceIndex: index,
    source: SERVER_A,
  });
  const [first] = await tap.frames(2, isUdp);
  assert.deepEqual(first?.slice(0, 6), BROADCAST_MAC);
  assert.deepEqual(first?.slice(30, 34), Uint8Array.of(255, 255, 255, 255));
});

test("a broadcast leaves by the interface that it is for, from the server's address and port", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  // A route that would be wrong for the other interface.
  network.lab.exec(network.server, "ip", "route", "add", "default", "dev", "eth0");
  const transport = await openServer(t, network);
  const to = { address: IPV4_BROADCAST, port: CLIENT_PORT, hardwareAddress: undefined };
  put(transport, "nak b", { ...to, interfaceIndex: network.b.index, source: SERVER_B });
  put(transport, "nak a", { ...to, interfaceIndex: network.a.index, source: 0 });
  // The kernel leaves the checksum to the network card, which a cable between namespaces has not:
  // it is not verified here.
  const seen = async (tap: Tap) =>
    (await tap.frames(1, isUdp)).map((bytes) => {
      const packet = parseIpv4Udp(bytes.subarray(14), bytes.length - 14, { verifyUdpChecksum: false });
      assert.ok(packet.ok);
      const text = new TextDecoder().decode(bytes.subarray(14 + packet.payloadOffset, 14 + packet.payloadOffset + packet.payloadLength));
      return { to: bytes.slice(0, 6), source: packet.source, sourcePort: packet.sourcePort, destination: packet.destination, text };
    });
  const common = { to: BROADCAST_MAC, sourcePort: SERVER_PORT, destination: IPV4_BROADCAST };
  assert.deepEqual(await seen(network.b.tap), [{ ...common, source: SERVER_B, text: "nak b" }]);
  assert.deepEqual(await seen(network.a.tap), [{ ...common, source: SERVER_A, text: "nak a" }]);
});

test("a mixed batch goes out through both sockets", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const transport = await openServer(t, network);
  const outbox = transport.createOutbox(64);
  for (let i = 0; i < 64; i++) {
    const length = new TextEncoder().encodeInto(`reply ${i}`, outbox.next()).written;
    const hardwareAddress = i % 2 === 0 ? CLIENT_MAC : undefined;
    const destination = i % 2 === 0 ? OFFERED : IPV4_BROADCAST;
    outbox.add(length, { address: destination, port: CLIENT_PORT, hardwareAddress, interfaceIndex: network.a.index, source: SERVER_A });
  }
  outbox.send();
  const frames = await network.a.tap.frames(64, isUdp);
  const sent = (packetSocket: boolean) =>
    frames.filter((bytes) => (bytes[0] === 2) === packetSocket).map((bytes) => new TextDecoder().decode(bytes.subarray(42)));
  const expected = Array.from({ length: 64 }, (_, i) => `reply ${i}`);
  assert.deepEqual(
    sent(true),
    expected.filter((_, i) => i % 2 === 0),
  );
  assert.deepEqual(
    sent(false),
    expected.filter((_, i) => i % 2 === 1),
  );
});

test("what the kernel drops while nobody receives is counted", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const transport = await openServer(t, network);
  const inbox = startInbox(transport);
  transport.pause();
  const bytes = frame("x".repeat(1400));
  const total = 20_000;
  for (let i = 0; i < total; i++) network.a.tap.send(bytes);
  await delay(100);
  transport.resume();
  await inbox.settle(1);
  // Each datagram is delivered or counted. Both sockets hear broadcasts and count what they drop,
  // so the sum may be larger.
  const lost = () => total - inbox.datagrams.length;
  for (const end = Date.now() + 5000; transport.counters().receiveDropped < lost() && Date.now() < end; ) await delay(10);
  const { received, receiveDropped } = transport.counters();
  assert.equal(received, inbox.datagrams.length);
  assert.ok(received > 500 && lost() > 0 && receiveDropped >= lost(), `${received} delivered, ${lost()} lost, ${receiveDropped} dropped`);
});

test("an interface that is down, and one without an address, are listed", async (t) => {
  if (!requireNamespaces(t)) return;
  const network = await createNetwork(t);
  const { lab, server } = network;
  lab.exec(server, "ip", "address", "add", "10.61.1.1/25", "dev", "eth0", "label", "eth0:1");
  lab.exec(server, "ip", "address", "add", "10.61.0.2/24", "dev", "eth0");
  lab.exec(server, "ip", "address", "flush", "dev", "eth1");
  lab.exec(server, "ip", "link", "set", "eth1", "down");
  const listed = await inNamespace(server, listInterfaces);
  const expected = JSON.parse(lab.exec(server, "ip", "-j", "-4", "link", "show")) as { ifindex: number; ifname: string; address: string }[];
  assert.deepEqual(
    listed.map(({ index, name, hardwareAddress }) => ({ index, name, mac: Buffer.from(hardwareAddress).toString("hex") })),
    expected.map((link) => ({ index: link.ifindex, name: link.ifname, mac: link.address.replaceAll(":", "") })),
  );
  assert.deepEqual(
    listed
      .filter(({ name }) => /^(lo|eth[01])$/.test(name))
      .map(({ name, up, loopback, addresses }) => ({ name, up, loopback, addresses }))
      .toSorted((x, y) => (x.name < y.name ? -1 : 1)),
    [
      {
        name: "eth0",
        up: true,
        loopback: false,
        addresses: [
          { address: SERVER_A, prefixLength: 24 },
          { address: address("10.61.1.1"), prefixLength: 25 },
          { address: address("10.61.0.2"), prefixLength: 24 },
        ],
      },
      { name: "eth1", up: false, loopback: false, addresses: [] },
      { name: "lo", up: true, loopback: true, addresses: [{ address: address("127.0.0.1"), prefixLength: 8 }] },
    ],
  );
});

test("what the socket has no room for waits, and is told as that", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "tc")) return;
  const network = await createNetwork(t);
  const { lab, server } = network;
  const neighbour = ["10.61.0.99", "lladdr", "02:00:5e:01:02:03", "dev", "eth0", "nud", "permanent"];
  lab.exec(server, "ip", "neigh", "replace", ...neighbour);
  // A link so slow that what is sent stays in the socket's buffer.
  lab.exec(server, "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "8kbit", "burst", "2kb", "limit", "1gb");
  const transport = await openServer(t, network);
  const to = { address: address("10.61.0.99"), port: 67, hardwareAddress: undefined, interfaceIndex: 0, source: 0 };
  const total = 20_000;
  for (let i = 0; i < total; i++) put(transport, "offer", to);
  const { sent, notSent } = transport.counters();
  assert.ok(sent > 0 && sent < total - 512, `${sent} sent: the buffer was never full`);
  // Of the others as many are kept as may be.
  assert.deepEqual(notSent, { ...noSendFailures(), "would-block": total - sent - 512 });
  transport.close();
  assert.equal(transport.counters().sent + transport.counters().notSent["would-block"], total);
});
