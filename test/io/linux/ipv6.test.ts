import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { listIpv6Interfaces } from "../../../src/io/interfaces.ts";
import { openIpv6Transport } from "../../../src/io/open.ts";
import { noSendFailures } from "../../../src/io/send-failures.ts";
import { type LocalInterface, type Transport, TransportError } from "../../../src/io/transport.ts";
import type { Destination } from "../../../src/net/destination.ts";
import { formatIpv6, IPV6_UNSPECIFIED, type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { inNamespace } from "../../support/enter-namespace.ts";
import { createLab, type Namespace } from "../../support/namespaces.ts";
import { missing, requireNamespaces } from "../../support/requirement.ts";
import { openTunnel } from "../../support/tunnel.ts";
import { startInbox } from "../inbox.ts";

const address = (text: string): Ipv6 => parseIpv6(text) as Ipv6;
const LOOPBACK = address("::1");

async function loopbackOf(t: TestContext): Promise<LocalInterface<Ipv6> | undefined> {
  if (process.platform !== "linux") return void missing(t, "only the sockets of Linux are for IPv6");
  const found = (await listIpv6Interfaces()).find(({ loopback }) => loopback);
  if (found?.addresses.some((one) => Buffer.from(one.address).equals(LOOPBACK)) === true) return found;
  return void missing(t, "needs ::1 on the loopback interface");
}

async function open(t: TestContext, listen: Ipv6, interfaces: readonly LocalInterface<Ipv6>[], more = {}): Promise<Transport<Ipv6>> {
  const transport = await openIpv6Transport({ address: listen, port: 0, interfaces, ...more });
  t.after(() => transport.close());
  return transport;
}

function to(destination: Ipv6, port: number, changes: Partial<Destination<Ipv6>> = {}): Destination<Ipv6> {
  return { address: destination, port, hardwareAddress: undefined, interfaceIndex: 0, source: IPV6_UNSPECIFIED, ...changes };
}

function put(transport: Transport<Ipv6>, texts: readonly string[], destination: Destination<Ipv6>): void {
  const outbox = transport.createOutbox(texts.length);
  for (const text of texts) outbox.add(new TextEncoder().encodeInto(text, outbox.next()).written, destination);
  outbox.send();
}

const textOf = ({ bytes }: { bytes: Uint8Array }): string => new TextDecoder().decode(bytes);

test("two sockets on ::1 exchange batches, with who sent them, to whom, and on what interface", async (t) => {
  const loopback = await loopbackOf(t);
  if (loopback === undefined) return;
  const [a, b] = [await open(t, LOOPBACK, [loopback]), await open(t, LOOPBACK, [loopback])];
  const [inboxOfA, inboxOfB] = [startInbox(a), startInbox(b)];
  const texts = Array.from({ length: 150 }, (_, i) => `from a ${i}`);
  put(a, texts, to(LOOPBACK, b.port, { source: LOOPBACK, interfaceIndex: loopback.index }));
  put(b, ["from b"], to(LOOPBACK, a.port));
  const received = await inboxOfB.settle(150);
  assert.deepEqual(received.map(textOf), texts);
  const { bytes, ...first } = received[0] as (typeof received)[number];
  assert.deepEqual(first, {
    length: bytes.length,
    source: LOOPBACK,
    sourcePort: a.port,
    destination: LOOPBACK,
    interfaceIndex: loopback.index,
  });
  assert.ok(Math.max(...inboxOfB.batches) <= 64);
  assert.deepEqual((await inboxOfA.settle(1)).map(textOf), ["from b"]);
  assert.deepEqual(a.counters(), { received: 1, sent: 150, notSent: noSendFailures(), receiveDropped: 0 });
});

test("what is wrong with an address or a port is said with the address", async (t) => {
  const loopback = await loopbackOf(t);
  if (loopback === undefined) return;
  const transport = await open(t, LOOPBACK, [loopback]);
  await assert.rejects(openIpv6Transport({ address: LOOPBACK, port: transport.port, interfaces: [] }), (error) => {
    assert.ok(error instanceof TransportError);
    assert.equal(error.code, "EADDRINUSE");
    assert.match(error.message, new RegExp(`\\[::1\\]:${transport.port} is taken by another program`));
    return true;
  });
  await assert.rejects(
    openIpv6Transport({ address: address("2001:db8::7"), port: 0, interfaces: [] }),
    /2001:db8::7 is not an address of this machine/,
  );
});

const SERVER = "fe80::5e";
const CLIENT = "fe80::c1";

/** Two machines with a cable, which have nothing but their link-local addresses. */
async function createNetwork(t: TestContext) {
  const lab = createLab(t);
  const [server, client] = [lab.namespace("server"), lab.namespace("client")];
  lab.cable(server, "eth0", client, "eth0");
  // Beside the one that the kernel makes, which can't be used before it has looked for duplicates.
  lab.exec(server, "ip", "address", "add", `${SERVER}/64`, "dev", "eth0", "nodad");
  lab.exec(client, "ip", "address", "add", `${CLIENT}/64`, "dev", "eth0", "nodad");
  const linkOf = async (where: Namespace): Promise<LocalInterface<Ipv6>> => {
    const found = (await inNamespace(where, listIpv6Interfaces)).find(({ name }) => name === "eth0");
    return found as LocalInterface<Ipv6>;
  };
  return { lab, server, client, linkOf, onServer: await linkOf(server), onClient: await linkOf(client) };
}

test("addresses of received datagrams are values, not places that the next batch is written to", async (t) => {
  if (!requireNamespaces(t) || (await loopbackOf(t)) === undefined) return;
  const { lab, server, client, onServer, onClient } = await createNetwork(t);
  const sources = Array.from({ length: 3 }, (_, i) => address(`fe80::c${i + 1}`));
  for (const one of sources.slice(1)) lab.exec(client, "ip", "address", "add", `${formatIpv6(one)}/64`, "dev", "eth0", "nodad");
  const serving = await inNamespace(server, () => open(t, IPV6_UNSPECIFIED, [onServer]));
  const asking = await inNamespace(client, () => open(t, IPV6_UNSPECIFIED, [onClient]));
  const received: { source: Ipv6; destination: Ipv6 }[] = [];
  serving.start((batch, count) => {
    for (const { source, destination } of batch.slice(0, count)) received.push({ source, destination });
  });
  const expected: { source: Ipv6; destination: Ipv6 }[] = [];
  for (const destination of [address(SERVER), address("ff02::1")]) {
    for (const source of [...sources, ...sources]) {
      expected.push({ source, destination });
      put(asking, ["x"], to(destination, serving.port, { interfaceIndex: onClient.index, source }));
      for (const end = Date.now() + 3000; received.length < expected.length && Date.now() < end; ) await delay(2);
    }
  }
  assert.deepEqual(received, expected);
});

test("a server hears its multicast group, and answers to a link-local address on the receiving interface", async (t) => {
  if (!requireNamespaces(t) || (await loopbackOf(t)) === undefined) return;
  const { server, client, onServer, onClient } = await createNetwork(t);
  const group = address("ff02::1:2");
  const serving = await inNamespace(server, () => open(t, IPV6_UNSPECIFIED, [onServer], { groups: [group] }));
  const asking = await inNamespace(client, () => open(t, IPV6_UNSPECIFIED, [onClient]));
  const [requests, answers] = [startInbox(serving), startInbox(asking)];
  const [own, theirs] = [address(CLIENT), address(SERVER)];
  assert.ok(onServer.addresses.some((one) => Buffer.from(one.address).equals(theirs) && one.prefixLength === 64));

  put(asking, ["solicit"], to(group, serving.port, { interfaceIndex: onClient.index, source: own }));
  const [request, ...more] = await requests.settle(1);
  assert.deepEqual(more, []);
  assert.deepEqual([request?.source, request?.destination, request?.interfaceIndex], [own, group, onServer.index]);
  put(serving, ["advertise"], to(own, asking.port, { interfaceIndex: onServer.index, source: theirs }));
  const [answer] = await answers.settle(1);
  assert.deepEqual([answer?.source, answer?.destination, answer?.interfaceIndex], [theirs, own, onClient.index]);
});

/**
 * Whether a server hears the groups. What is asked is repeated, for the end of a cable whose other
 * end was down is in use again only when its kernel has noticed.
 */
async function areHeard(
  serving: Transport<Ipv6>,
  asking: Transport<Ipv6>,
  interfaceIndex: number,
  groups: readonly Ipv6[],
): Promise<boolean> {
  const inbox = startInbox(serving);
  const isHeard = (group: Ipv6): boolean => inbox.datagrams.some(({ destination }) => Buffer.from(destination).equals(group));
  for (const end = Date.now() + 4000; !groups.every(isHeard) && Date.now() < end; await delay(100)) {
    for (const group of groups) put(asking, ["solicit"], to(group, serving.port, { interfaceIndex, source: address(CLIENT) }));
  }
  return groups.every(isHeard);
}

const GROUPS = [address("ff02::1:2"), address("ff05::1:3")];

/**
 * What happens to an interface while a server listens on it, and the commands of `ip` or of a shell
 * that do it.
 */
const COMEBACKS: readonly (readonly [what: string, ...commands: string[]])[] = [
  ["was down", "ip link set eth0 down", "ip link set eth0 up"],
  ["had IPv6 switched off", "sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1", "sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0"],
  ["had an MTU too small for IPv6", "ip link set eth0 mtu 1000", "ip link set eth0 mtu 1500"],
];

for (const [what, ...commands] of COMEBACKS) {
  test(`groups are heard on an interface that ${what}`, async (t) => {
    if (!requireNamespaces(t) || (await loopbackOf(t)) === undefined) return;
    const { lab, server, client, onServer, onClient } = await createNetwork(t);
    const serving = await inNamespace(server, () => open(t, IPV6_UNSPECIFIED, [onServer], { groups: GROUPS }));
    const asking = await inNamespace(client, () => open(t, IPV6_UNSPECIFIED, [onClient]));
    for (const command of commands) lab.exec(server, "sh", "-c", command);
    assert.deepEqual(await inNamespace(server, async () => serving.serve([onServer])), []);
    assert.equal(await areHeard(serving, asking, onClient.index, GROUPS), true);
  });
}

test("groups are heard on an interface that comes, and no more on one that is not served", async (t) => {
  if (!requireNamespaces(t) || (await loopbackOf(t)) === undefined) return;
  const { lab, server, client, linkOf, onServer, onClient } = await createNetwork(t);
  const serving = await inNamespace(server, () => open(t, IPV6_UNSPECIFIED, [], { groups: GROUPS }));
  const asking = await inNamespace(client, () => open(t, IPV6_UNSPECIFIED, [onClient]));
  const memberships = () =>
    (JSON.parse(lab.exec(server, "ip", "-j", "-6", "maddress", "show", "dev", "eth0")) as { maddr: { address: string }[] }[])
      .flatMap(({ maddr }) => maddr.map((one) => one.address))
      .filter((one) => /:1:[23]$/.test(one))
      .toSorted();
  const serve = (...interfaces: LocalInterface<Ipv6>[]) => inNamespace(server, async () => serving.serve(interfaces));
  assert.deepEqual(memberships(), []);
  assert.deepEqual(await serve(onServer), []);
  assert.deepEqual(memberships(), GROUPS.map(formatIpv6));
  assert.deepEqual(await serve(), []);
  assert.deepEqual(memberships(), []);

  // Another one under the index of one that was served, as a tunnel that is made anew may be.
  assert.deepEqual(await serve(onServer), []);
  lab.exec(server, "ip", "link", "delete", "eth0");
  lab.exec(server, "ip", "link", "add", "eth0", "index", `${onServer.index}`, "type", "veth", "peer", "eth0", "netns", client.name);
  lab.exec(server, "ip", "link", "set", "eth0", "up");
  lab.exec(client, "ip", "link", "set", "eth0", "up");
  lab.exec(client, "ip", "address", "add", `${CLIENT}/64`, "dev", "eth0", "nodad");
  assert.deepEqual(await serve(onServer), []);
  assert.deepEqual(memberships(), GROUPS.map(formatIpv6));
  assert.equal(await areHeard(serving, asking, (await linkOf(client)).index, GROUPS), true);
});

test("an address that the kernel still looks for duplicates of is not listed, and is when that is done", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, client, linkOf } = await createNetwork(t);
  lab.exec(client, "ip", "address", "add", "2001:db8::2/64", "dev", "eth0", "nodad");
  lab.exec(server, "ip", "address", "add", "2001:db8::1/64", "dev", "eth0");
  lab.exec(server, "ip", "address", "add", "2001:db8::2/64", "dev", "eth0");
  const listed = async () =>
    (await linkOf(server)).addresses.map((one) => formatIpv6(one.address)).filter((text) => text.startsWith("2001"));
  assert.deepEqual(await listed(), []);
  for (const end = Date.now() + 5000; (await listed()).length === 0 && Date.now() < end; ) await delay(50);
  assert.deepEqual(await listed(), ["2001:db8::1"]);
});

test("what waits for neighbours that do not answer costs others nothing, and is counted", async (t) => {
  if (!requireNamespaces(t) || (await loopbackOf(t)) === undefined) return;
  const { lab, server, client, onServer, onClient } = await createNetwork(t);
  const serving = await inNamespace(server, () => open(t, IPV6_UNSPECIFIED, [onServer]));
  const asking = await inNamespace(client, () => open(t, IPV6_UNSPECIFIED, [onClient]));
  const inbox = startInbox(asking);
  const onLink = { interfaceIndex: onServer.index, source: address(SERVER) };
  const alive = to(address(CLIENT), asking.port, onLink);
  put(serving, ["alive"], alive);
  await inbox.settle(1);
  const start = performance.now();
  for (let round = 0; round < 40; round++) {
    for (let host = 0; host < 100; host++) put(serving, ["dead"], to(address(`fe80::dead:${host}`), asking.port, onLink));
  }
  put(serving, ["alive"], alive);
  assert.deepEqual((await inbox.settle(2)).map(textOf), ["alive", "alive"]);
  // One each in a second is with the kernel, which asks for them; of the others some are still
  // kept.
  const { sent, notSent } = serving.counters();
  const seconds = 1 + Math.floor((performance.now() - start) / 1000);
  assert.ok(sent >= 102 && sent <= 2 + seconds * 100, `${sent} sent in ${seconds} s`);
  assert.ok(notSent["would-block"] >= 4000 - (sent - 2) - 512, `${notSent["would-block"]} dropped`);
  // One of them comes to life, under an address that has others on other links.
  lab.exec(client, "ip", "address", "add", "fe80::dead:7/64", "dev", "eth0", "nodad");
  await inbox.settle(3);
  serving.close();
  assert.equal(serving.counters().notSent["would-block"], 4000 - (serving.counters().sent - 2));
  const late = inbox.datagrams.slice(2);
  assert.ok(late.length > 0 && late.every(({ destination }) => formatIpv6(destination) === "fe80::dead:7"), `${late.length} late`);
});

test("a relay is answered at once through the router to it, and through a link that has no neighbours", async (t) => {
  if (!requireNamespaces(t) || (await loopbackOf(t)) === undefined) return;
  const { lab, server, client, onServer, onClient } = await createNetwork(t);
  lab.exec(client, "ip", "address", "add", "2001:db8:1::1/128", "dev", "lo");
  lab.exec(server, "ip", "address", "add", "2001:db8::1/128", "dev", "lo");
  lab.exec(server, "ip", "route", "add", "2001:db8:1::/48", "via", CLIENT, "dev", "eth0");
  const tunnel = await openTunnel(t, lab, server, "tun0");
  lab.exec(server, "ip", "route", "add", "2001:db8:2::/48", "dev", "tun0");
  const serving = await inNamespace(server, () => open(t, IPV6_UNSPECIFIED, [onServer]));
  const relay = await inNamespace(client, () => open(t, IPV6_UNSPECIFIED, [onClient]));
  const inbox = startInbox(relay);
  const texts = Array.from({ length: 100 }, (_, i) => `advertise ${i}`);
  for (const text of texts) put(serving, [text], to(address("2001:db8:1::1"), relay.port));
  assert.deepEqual((await inbox.settle(100)).map(textOf).toSorted(), texts.toSorted());

  for (const text of texts) put(serving, [text], to(address("2001:db8:2::1"), 547));
  put(serving, ["nobody's"], to(address("2001:db8:3::1"), 547));
  await delay(100);
  assert.deepEqual(serving.counters(), { received: 0, sent: 200, notSent: { ...noSendFailures(), "no-route": 1 }, receiveDropped: 0 });
  assert.equal(tunnel.packets().filter((packet) => packet[0] === 0x60 && packet[6] === 17).length, 100);
});

test("the portable transport hears groups and answers on the link of the message, and says what it can't do", async (t) => {
  if (!requireNamespaces(t) || (await loopbackOf(t)) === undefined) return;
  const { lab, server, client, onServer, onClient } = await createNetwork(t);
  const other = lab.namespace("other");
  lab.cable(server, "eth1", other, "eth0");
  lab.exec(server, "ip", "address", "add", `${SERVER}/64`, "dev", "eth1", "nodad");
  const interfaces = await inNamespace(server, listIpv6Interfaces);
  const options = { groups: GROUPS, kind: "portable" } as const;
  const serving = await inNamespace(server, () => open(t, IPV6_UNSPECIFIED, [], options));
  const serve = () => inNamespace(server, async () => serving.serve(interfaces));
  assert.deepEqual([await serve(), await serve()], [[], []]);
  const asking = await inNamespace(client, () => open(t, IPV6_UNSPECIFIED, [onClient]));
  const [requests, answers] = [startInbox(serving), startInbox(asking)];
  for (const group of GROUPS)
    put(asking, ["solicit"], to(group, serving.port, { interfaceIndex: onClient.index, source: address(CLIENT) }));
  // The names of links are those that this thread knows.
  const received = await inNamespace(server, () => requests.settle(2));
  const common = { bytes: new TextEncoder().encode("solicit"), length: 7, source: address(CLIENT), sourcePort: asking.port };
  const expected = { ...common, destination: GROUPS[0], interfaceIndex: onServer.index };
  assert.deepEqual(received, [expected, expected]);
  // The address of one that the outbox is given may be used again at once.
  const answered = address(CLIENT);
  const outbox = serving.createOutbox(1);
  const answer = to(answered, asking.port, { interfaceIndex: onServer.index });
  const length = new TextEncoder().encodeInto("reply", outbox.next()).written;
  await inNamespace(server, async () => outbox.add(length, answer));
  answered.fill(0);
  await inNamespace(server, async () => {
    outbox.send();
    // node:dgram sends a little later.
    await delay(50);
  });
  assert.deepEqual((await answers.settle(1)).map(textOf), ["reply"]);
  assert.match(
    serving.limitations.join("\n"),
    /^Replies leave by .*routing table chooses\.\nWhether a message was sent to a multicast group/,
  );
});

test("the portable transport on ::1 knows its own address and who sent what", async (t) => {
  const loopback = await loopbackOf(t);
  if (loopback === undefined) return;
  const [a, b] = [await open(t, LOOPBACK, [loopback], { kind: "portable" }), await open(t, LOOPBACK, [loopback], { kind: "portable" })];
  const inbox = startInbox(b);
  put(a, ["hello"], to(LOOPBACK, b.port));
  const common = { bytes: new TextEncoder().encode("hello"), length: 5, source: LOOPBACK, sourcePort: a.port };
  assert.deepEqual(await inbox.settle(1), [{ ...common, destination: LOOPBACK, interfaceIndex: loopback.index }]);
  assert.deepEqual(a.counters(), { received: 0, sent: 1, notSent: noSendFailures(), receiveDropped: 0 });
});

test("an interface that can't join a group is a limitation, and the rest is served", async (t) => {
  const loopback = await loopbackOf(t);
  if (loopback === undefined) return;
  const absent = { ...loopback, index: 99_999, name: "eth9" };
  const transport = await open(t, LOOPBACK, [absent], { groups: [address("ff02::1:2")] });
  assert.deepEqual(transport.limitations, ["Messages to ff02::1:2 are not heard on eth9 (ENODEV)."]);
});
