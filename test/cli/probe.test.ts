import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { UsageError } from "../../src/cli/endpoint.ts";
import { applyPlan, leasequery, type MessageFlags, nextClient, plainRequest, planMessages } from "../../src/cli/probe/dhcp4/request.ts";
import { findRoute } from "../../src/cli/probe/dhcp4/route.ts";
import * as client from "../../src/client/dhcp4/index.ts";
import { toHex } from "../../src/net/bytes.ts";
import { type Message, MessageType } from "../../src/wire/dhcp4/message.ts";
import { messageType, optionIpv4, optionValue } from "../../src/wire/dhcp4/options.ts";
import { createLab } from "../support/namespaces.ts";
import { requireNamespaces } from "../support/requirement.ts";
import { startResponder } from "../support/responder.ts";
import { type Ended, MAIN, runLeasehold } from "../support/run-leasehold.ts";

const FLAGS: MessageFlags = { mac: "02:00:00:00:00:01", option: [] };
const TRANSACTION = { xid: 7, secs: 0 };

/** The DISCOVER that these flags make. */
function discoverWith(flags: Partial<MessageFlags>, broadcast = false): Message {
  const plan = planMessages({ ...FLAGS, ...flags }, broadcast);
  return applyPlan(client.discover(plan.settings, TRANSACTION, plan), plan);
}

test("request: every option can be given by name or code, as JSON, YAML, text or hex", () => {
  const table: readonly [given: string, code: number, hex: string][] = [
    ["hostname=pc-7", 12, "70632d37"],
    ["12=pc-7", 12, "70632d37"],
    ["hostname=123", 12, "313233"],
    ["hostname=a: b", 12, "613a2062"],
    ["hostname=[x", 12, "5b78"],
    ["routers=10.0.0.1", 3, "0a000001"],
    ["routers=[10.0.0.1, 10.0.0.2]", 3, "0a0000010a000002"],
    ['routers=["10.0.0.1"]', 3, "0a000001"],
    ["lease_time=600", 51, "00000258"],
    ["routers=hex:01:02", 3, "0102"],
    ["relay_agent_information={circuit_id: eth0}", 82, "010465746830"],
    ["224=any text", 224, "616e792074657874"],
    ["224=hex:", 224, ""],
    ["53=8", 53, "08"],
    ["client_identifier=hex:ff01", 61, "ff01"],
  ];
  for (const [given, code, hex] of table) {
    const matching = discoverWith({ option: [given] }).options.filter((option) => option.code === code);
    assert.deepEqual(
      matching.map(({ data }) => toHex(data)),
      [hex],
      given,
    );
  }
});

test("request: an option that is given twice is sent twice, in the place of the usual one", () => {
  const { options } = discoverWith({ option: ["61=hex:01", "61=hex:02"] });
  assert.deepEqual(
    options.map(({ code, data }) => `${code}=${toHex(data)}`).filter((text) => text.startsWith("61")),
    ["61=01", "61=02"],
  );
});

test("request: header fields", () => {
  const message = discoverWith({
    htype: "6",
    hops: "3",
    secs: "0x10",
    flags: "1",
    broadcast: true,
    ciaddr: "10.0.0.1",
    yiaddr: "10.0.0.2",
    siaddr: "10.0.0.3",
    giaddr: "10.0.0.4",
    sname: "boot",
    file: "pxe",
    requestedIp: "10.0.0.5",
  });
  const { htype, hops, secs, flags, ciaddr, yiaddr, siaddr, giaddr, sname, file } = message;
  assert.deepEqual(
    [htype, hops, secs, flags, ciaddr, yiaddr, siaddr, giaddr, toHex(sname), toHex(file), optionIpv4(message, 50)],
    [6, 3, 16, 0x8001, 0x0a000001, 0x0a000002, 0x0a000003, 0x0a000004, "626f6f74", "707865", 0x0a000005],
  );
});

test("request: identity, parameter list and broadcast bit, and their defaults", () => {
  const table: readonly [
    flags: Partial<MessageFlags>,
    broadcast: boolean,
    id: string | undefined,
    parameters: string | undefined,
    bits: number,
  ][] = [
    [{}, false, "01020000000001", toHex(Uint8Array.from(client.DEFAULT_PARAMETERS)), 0],
    [{ clientId: "ff:01", requestOptions: "1,routers, 6" }, true, "ff01", "010306", 0x8000],
    [{ clientId: "door", requestOptions: "none" }, false, "646f6f72", undefined, 0],
    [{ clientId: "none", broadcast: false }, true, undefined, toHex(Uint8Array.from(client.DEFAULT_PARAMETERS)), 0],
  ];
  const hex = (data: Uint8Array | undefined) => (data === undefined ? undefined : toHex(data));
  for (const [flags, broadcast, id, parameters, bits] of table) {
    const message = discoverWith(flags, broadcast);
    assert.deepEqual([hex(optionValue(message, 61)), hex(optionValue(message, 55)), message.flags], [id, parameters, bits]);
  }
});

test("request: what --type request means follows from the addresses given", () => {
  const table: readonly [flags: Partial<MessageFlags>, requested: number | undefined, server: number | undefined, ciaddr: number][] = [
    [{ requestedIp: "10.0.0.5", serverId: "10.0.0.1" }, 0x0a000005, 0x0a000001, 0],
    [{ requestedIp: "10.0.0.5" }, 0x0a000005, undefined, 0],
    [{ ciaddr: "10.0.0.5" }, undefined, undefined, 0x0a000005],
  ];
  for (const [flags, requested, server, ciaddr] of table) {
    const plan = planMessages({ ...FLAGS, ...flags }, false);
    const message = applyPlan(plainRequest(plan, TRANSACTION), plan);
    assert.deepEqual([optionIpv4(message, 50), optionIpv4(message, 54), message.ciaddr], [requested, server, ciaddr]);
  }
  assert.throws(() => plainRequest(planMessages(FLAGS, false), TRANSACTION), UsageError);
});

test("request: a LEASEQUERY asks about exactly one thing", () => {
  const ask = (flags: Partial<MessageFlags>): string => {
    const plan = planMessages({ ...FLAGS, giaddr: "10.0.5.1", requestOptions: "51", ...flags }, true);
    const message = applyPlan(leasequery(plan, TRANSACTION), plan);
    const options = message.options.map(({ code, data }) => `${code}=${toHex(data)}`).join(" ");
    return `${message.htype} ${message.hlen} ${toHex(message.chaddr)} ${message.flags} ${message.ciaddr} ${options}`;
  };
  const table: readonly [flags: Partial<MessageFlags>, expected: string][] = [
    [{ ciaddr: "10.0.0.9" }, "0 0  0 167772169 53=0a 55=33"],
    [{ ciaddr: "10.0.0.9", requestOptions: "none" }, "0 0  0 167772169 53=0a"],
    [{ clientId: "pc" }, "0 0  0 0 53=0a 61=7063 55=33"],
    [{ option: ["82={remote_id: home}"] }, "0 0  0 0 53=0a 55=33 82=0204686f6d65"],
    [{}, "1 6 020000000001 0 0 53=0a 55=33"],
    [{ clientId: "none" }, "1 6 020000000001 0 0 53=0a 55=33"],
  ];
  for (const [flags, expected] of table) assert.equal(ask(flags), expected);
  assert.throws(() => leasequery(planMessages(FLAGS, false), TRANSACTION), UsageError);
});

test("request: the next client has the next hardware address, with carry, and its identifier", () => {
  const plan = planMessages({ ...FLAGS, mac: "02:00:00:00:ff:fe" }, false);
  const next = nextClient(plan, 3, true).settings;
  assert.deepEqual([toHex(next.chaddr), toHex(next.clientIdentifier ?? new Uint8Array(0))], ["020000010001", "01020000010001"]);
  assert.deepEqual(nextClient(plan, 3, false).settings.clientIdentifier, plan.settings.clientIdentifier);
});

test("request: a wrong value names the flag, and what it should be", () => {
  const table: readonly [flags: Partial<MessageFlags>, said: RegExp][] = [
    [{ mac: "02:0" }, /--mac 02:0: hex pairs/],
    [{ xid: "-1" }, /--xid -1: a whole number from 0 to 4294967295/],
    [{ secs: "65536" }, /--secs 65536/],
    [{ ciaddr: "10.0.0" }, /--ciaddr 10\.0\.0: not an IPv4 address/],
    [{ clientId: "" }, /--client-id/],
    [{ file: "x".repeat(129) }, /--file .*holds 128 bytes, this has 129/],
    [{ option: ["routers"] }, /--option routers: write NAME=VALUE/],
    [{ option: ["router_list=1.2.3.4"] }, /no option has this name/],
    [{ option: ["roters=1.2.3.4"] }, /no option has this name; did you mean "routers"\?/],
    [{ option: ["255=x"] }, /from 1 to 254/],
    [{ option: ["routers=hex:0"] }, /hex pairs follow/],
    [{ option: ["routers=[10.0.0.1, nowhere]"] }, /--option routers=\[10\.0\.0\.1, nowhere\]: .*\(at 1\)/],
    [{ requestOptions: "1,nothing" }, /--request-options nothing/],
  ];
  for (const [flags, said] of table) {
    assert.throws(
      () => discoverWith(flags),
      (error: unknown) => error instanceof UsageError && said.test(error.message),
      String(said),
    );
  }
});

/** Types in the order in which the responder received them. */
function typesOf(messages: readonly Message[]): (number | undefined)[] {
  return messages.map((message) => messageType(message));
}

function lastLine(ended: Ended): string | undefined {
  return ended.stdout.trimEnd().split("\n").at(-1);
}

test("probe: obtains a lease and shows the exchange", async () => {
  await using responder = await startResponder();
  const server = `127.0.0.1:${responder.port}`;
  const { status, stdout, stderr } = await runLeasehold("probe", "--server", server, "--xid", "0x1234");
  assert.deepEqual([status, stderr], [0, ""]);
  const shape = [
    new RegExp(`^> DHCPDISCOVER request, xid 0x00001234 to ${server}$`),
    new RegExp(`^< DHCPOFFER reply, xid 0x00001234 from ${server} after [\\d.]+ ms$`),
    /^ {2}yiaddr 10\.0\.0\.1$/,
    new RegExp(`^> DHCPREQUEST request, xid 0x00001234 to ${server}$`),
    new RegExp(`^< DHCPACK reply, xid 0x00001234 from ${server} after [\\d.]+ ms$`),
    /^leased 10\.0\.0\.1 for 3600 s from 127\.0\.0\.1 in [\d.]+ ms$/,
  ];
  let rest = stdout.split("\n");
  for (const pattern of shape) {
    const at = rest.findIndex((line) => pattern.test(line));
    assert.notEqual(at, -1, `${pattern} in\n${stdout}`);
    rest = rest.slice(at + 1);
  }
  assert.deepEqual(typesOf(responder.received), [1, 3]);
});

test("probe: each type sends what its name says, a lease first where one is needed", async () => {
  const table: readonly [args: string[], status: number, sent: (number | undefined)[], last: RegExp][] = [
    [["discover"], 0, [1], /^offered 10\.0\.0\.1 for 3600 s by 127\.0\.0\.1 in /],
    [["request", "--requested-ip", "10.0.0.1", "--server-id", "127.0.0.1"], 0, [3], /^leased 10\.0\.0\.1 for 3600 s/],
    [["request", "--requested-ip", "10.9.9.9"], 1, [3], /^refused by 127\.0\.0\.1 \(NAK\)$/],
    [["renew"], 0, [1, 3, 3], /^renewed 10\.0\.0\.1 for 3600 s/],
    [["renew", "--ciaddr", "10.0.0.1"], 0, [3], /^renewed 10\.0\.0\.1 for 3600 s/],
    [["rebind"], 0, [1, 3, 3], /^renewed 10\.0\.0\.1 for 3600 s/],
    [["reboot", "--requested-ip", "10.0.0.1"], 0, [3], /^leased 10\.0\.0\.1 for 3600 s/],
    [["release"], 0, [1, 3, 7], /^released 10\.0\.0\.1, to 127\.0\.0\.1 \(a RELEASE is not answered\)$/],
    [["decline", "--requested-ip", "10.0.0.1"], 0, [4], /^declined 10\.0\.0\.1/],
    [["inform"], 0, [8], /^127\.0\.0\.1 answered with ACK and 3 options in /],
    [["bootp"], 0, [undefined], /^assigned 10\.0\.0\.1 from 127\.0\.0\.1 in /],
    [["forcerenew", "--timeout", "0.2"], 1, [9], /^no answer to the FORCERENEW from 127\.0\.0\.1:\d+ within 0\.2 s: /],
  ];
  await Promise.all(
    table.map(async ([args, status, sent, last]) => {
      await using responder = await startResponder();
      const ended = await runLeasehold("probe", "--server", `127.0.0.1:${responder.port}`, "--type", ...args);
      assert.deepEqual([ended.status, typesOf(responder.received)], [status, sent], args.join(" "));
      assert.match(lastLine(ended) ?? "", last);
    }),
  );
});

test("probe --relay: a message to port 67 comes from the relay's own address, whatever the way to the server is", async () => {
  const route = await findRoute({ server: "127.0.0.1:67", relay: "127.0.0.2" }, false, true);
  assert.deepEqual([route.listen, route.destination.source], [{ address: 0x7f000002, port: 67 }, 0x7f000002]);
});

test("probe --relay: giaddr and one hop", async () => {
  await using responder = await startResponder();
  const { status } = await runLeasehold("probe", "--server", `127.0.0.1:${responder.port}`, "--relay", "10.7.7.7", "--type", "discover");
  assert.deepEqual([status, responder.received.map(({ giaddr, hops }) => [giaddr, hops])], [0, [[0x0a070707, 1]]]);
});

test("probe --count --json: one line for each client", async () => {
  await using responder = await startResponder();
  const { status, stdout } = await runLeasehold("probe", "--server", `127.0.0.1:${responder.port}`, "--count", "2", "--json");
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { ok: boolean; exchanges: { request: { type: string }; reply: { yiaddr: string } }[] });
  assert.equal(status, 0);
  assert.deepEqual(
    lines.map(({ ok, exchanges }) => [ok, exchanges.map(({ request, reply }) => `${request.type} ${reply.yiaddr}`)]),
    [
      [true, ["DISCOVER 10.0.0.1", "REQUEST 10.0.0.1"]],
      [true, ["DISCOVER 10.0.0.2", "REQUEST 10.0.0.2"]],
    ],
  );
});

test("probe: answers that are not for this client are ignored and counted", async () => {
  await using responder = await startResponder((reply) => ({ ...reply, chaddr: Uint8Array.of(2, 9, 9, 9, 9, 9) }));
  const ended = await runLeasehold("probe", "--server", `127.0.0.1:${responder.port}`, "--timeout", "0.2");
  assert.equal(ended.status, 1);
  assert.match(lastLine(ended) ?? "", /^no answer to the DISCOVER .* within 0\.2 s \(1 answer to others was ignored\): /);
});

test("probe: an offer that comes after one was chosen, of a second server or through a second relay, is not taken for the answer", async () => {
  await using responder = await startResponder((reply, request) => {
    if (messageType(request) !== MessageType.REQUEST) return reply;
    const options = reply.options.map((option) => (option.code === 53 ? { code: 53, data: Uint8Array.of(MessageType.OFFER) } : option));
    return [{ ...reply, options }, reply];
  });
  const ended = await runLeasehold("probe", "--server", `127.0.0.1:${responder.port}`);
  assert.deepEqual([ended.status, typesOf(responder.received)], [0, [1, 3]]);
  assert.match(lastLine(ended) ?? "", /^leased 10\.0\.0\.1 for 3600 s from 127\.0\.0\.1 in /);
});

test("probe: an offer without a server identifier can't be accepted", async () => {
  await using responder = await startResponder((reply) => ({ ...reply, options: reply.options.filter(({ code }) => code !== 54) }));
  const ended = await runLeasehold("probe", "--server", `127.0.0.1:${responder.port}`);
  assert.deepEqual([ended.status, lastLine(ended)], [1, "the offer can't be accepted: no server identifier (option 54)"]);
});

test("probe: says when nothing listens", async () => {
  const { port } = await startResponder().then(async (responder) => {
    await responder[Symbol.asyncDispose]();
    return responder;
  });
  const ended = await runLeasehold("probe", "--server", `127.0.0.1:${port}`);
  assert.deepEqual(
    [ended.status, lastLine(ended)],
    [1, `nothing listens on 127.0.0.1:${port}: start the server there, or name another one with --server`],
  );
});

test("probe: a wrong command line ends with status 2, and nothing is sent", async () => {
  const table: readonly [args: string[], said: RegExp][] = [
    [["--type", "hello"], /--type hello: not a type/],
    [["--type", "request"], /--type request: needs --requested-ip/],
    [["--server", "127.0.0.1"], /on port 67 answers clients on their own link: add --interface NAME/],
    [["--timeout", "0"], /--timeout 0: a number from 0\.1 to 3600/],
    [["--interface", "lo", "--relay", "127.0.0.1"], /either as a client or as a relay/],
  ];
  await Promise.all(
    table.map(async ([args, said]) => {
      const { status, stdout, stderr } = await runLeasehold("probe", ...args);
      assert.deepEqual([status, stdout], [2, ""], args.join(" "));
      assert.match(stderr, said);
    }),
  );
});

test("probe and bench --interface: clients on a link, from 0.0.0.0, beside a real server", async (t) => {
  if (!requireNamespaces(t)) return;
  const folder = mkdtempSync(join(tmpdir(), "leasehold-probe-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, "config.yaml");
  writeFileSync(config, "bootp_enable: true\nnetworks: {10.5.0.0/16: {ranges: [{start: 10.5.1.0, end: 10.5.200.255}]}}\n");
  const lab = createLab(t);
  const server = lab.namespace("server");
  const clients = lab.namespace("clients");
  lab.cable(server, "eth0", clients, "eth0");
  lab.exec(server, "ip", "address", "add", "10.5.0.1/16", "dev", "eth0");
  const program = lab.start(server, process.execPath, MAIN, "serve", "--no-api", "-c", config, "-d", join(folder, "leases.db"));
  await program.line(/listening/);

  const probe = lab.start(clients, process.execPath, MAIN, "probe", "--interface", "eth0");
  assert.equal(await probe.ended, 0, probe.output());
  assert.match(probe.output(), /> DHCPDISCOVER request, xid 0x[0-9a-f]{8} to 255\.255\.255\.255:67\n {2}flags 0x8000 \(broadcast\)\n/);
  assert.match(probe.output(), /< DHCPACK reply, xid 0x[0-9a-f]{8} from 10\.5\.0\.1:67 after/);
  assert.match(probe.output(), /\nleased 10\.5\.\d+\.\d+ for 86400 s from 10\.5\.0\.1 in \d/);

  const bench = lab.start(clients, process.execPath, MAIN, "bench", "--interface", "eth0", "--clients", "200", "--warmup", "0");
  assert.equal(await bench.ended, 0, bench.output());
  assert.match(bench.output(), /exchanges {3}200 in .*\n {2}lost +0 of 200 /);

  lab.exec(clients, "ip", "address", "add", "10.5.0.2/16", "dev", "eth0");
  const relay = lab.start(
    clients,
    process.execPath,
    MAIN,
    "probe",
    "--server",
    "10.5.0.1",
    "--relay",
    "10.5.0.2",
    "--mac",
    "02:77:00:00:00:01",
  );
  assert.equal(await relay.ended, 0, relay.output());
  const inform = lab.start(clients, process.execPath, MAIN, "probe", "--server", "10.5.0.1", "--type", "inform");
  assert.equal(await inform.ended, 0, inform.output());
  assert.match(inform.output(), /\n10\.5\.0\.1 answered with ACK and \d+ options in /);
});
