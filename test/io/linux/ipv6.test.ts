import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { listIpv6Interfaces } from "../../../src/io/interfaces.ts";
import { openIpv6Transport } from "../../../src/io/open.ts";
import { noSendFailures } from "../../../src/io/send-failures.ts";
import { type LocalInterface, type Transport, TransportError } from "../../../src/io/transport.ts";
import type { Destination } from "../../../src/net/destination.ts";
import { IPV6_UNSPECIFIED, type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { inNamespace } from "../../support/enter-namespace.ts";
import { createLab, type Namespace } from "../../support/namespaces.ts";
import { missing, requireNamespaces } from "../../support/requirement.ts";
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

test("addresses of received datagrams are values, not places that the next batch is written to", async (t) => {
  const loopback = await loopbackOf(t);
  if (loopback === undefined) return;
  const [a, b] = [await open(t, LOOPBACK, [loopback]), await open(t, LOOPBACK, [loopback])];
  const sources: Ipv6[] = [];
  b.start((batch, count) => {
    for (const { source } of batch.slice(0, count)) sources.push(source);
  });
  put(a, ["one"], to(LOOPBACK, b.port));
  for (const end = Date.now() + 5000; sources.length < 1 && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(sources, [LOOPBACK]);
  put(a, ["two"], to(LOOPBACK, b.port));
  for (const end = Date.now() + 5000; sources.length < 2 && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.notEqual(sources[0]?.buffer, sources[1]?.buffer);
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
  return { server, client, onServer: await linkOf(server), onClient: await linkOf(client) };
}

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

test("an interface that can't join a group is a limitation, and the rest is served", async (t) => {
  const loopback = await loopbackOf(t);
  if (loopback === undefined) return;
  const absent = { ...loopback, index: 99_999, name: "eth9" };
  const transport = await open(t, LOOPBACK, [absent], { groups: [address("ff02::1:2")] });
  assert.deepEqual(transport.limitations, ["Messages to ff02::1:2 are not heard on eth9 (ENODEV)."]);
});
