import assert from "node:assert/strict";
import { test } from "node:test";
import { formatIpv6 } from "../../../../src/net/ipv6.ts";
import { type Message, MessageType } from "../../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../../src/wire/dhcp6/option-code.ts";
import { StatusCode } from "../../../../src/wire/dhcp6/status-code.ts";
import { refusing, startResponder, type Twist } from "../../../support/dhcp6-responder.ts";
import { type Ended, runLeasehold } from "../../../support/run-leasehold.ts";

function probe(port: number, ...args: string[]): Promise<Ended> {
  return runLeasehold("probe", "-6", "--server", `[::1]:${port}`, "--relay", "2001:db8::1", ...args);
}

/** Types in the order in which the responder received them. */
function typesOf(messages: readonly Message[]): string {
  return messages.map(({ type }) => Object.entries(MessageType).find(([, value]) => value === type)?.[0]).join(" ");
}

/** Not all at once: each starts a process. */
async function inThrees<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += 3) await Promise.all(items.slice(i, i + 3).map(run));
}

function lastLine(ended: Ended): string {
  return ended.stdout.trimEnd().split("\n").at(-1) ?? "";
}

test("probe -6: obtains an address and a prefix through two relays, and shows the exchange", async () => {
  await using responder = await startResponder();
  const server = `\\[::1\\]:${responder.port}`;
  const { status, stdout, stderr } = await probe(
    responder.port,
    "--relay",
    "2001:db8:6::1",
    "--pd",
    "--xid",
    "0x1234",
    "--relay-option",
    "interface_id=p7",
  );
  assert.deepEqual([status, stderr], [0, ""]);
  const shape = [
    new RegExp(`^> SOLICIT.* to ${server}$`),
    /^ {2}relay at hop 1, link-address 2001:db8:6::1, peer-address 2001:db8::1$/,
    /^ {2}relay at hop 0, link-address 2001:db8::1, peer-address fe80::ff:fe00:1$/,
    /^ {4}option 18 interface_id: /,
    new RegExp(`^< ADVERTISE.* from ${server} after [\\d.]+ ms$`),
    new RegExp(`^> REQUEST.* to ${server}$`),
    new RegExp(`^< REPLY.* from ${server} after [\\d.]+ ms$`),
    /^leased 2001:db8::1 for 3600 s, 2001:db8:0:100::\/56 for 3600 s from ::1 in [\d.]+ ms$/,
  ];
  let rest = stdout.split("\n");
  for (const pattern of shape) {
    const at = rest.findIndex((line) => pattern.test(line));
    assert.notEqual(at, -1, `${pattern} in\n${stdout}`);
    rest = rest.slice(at + 1);
  }
  const seen = responder.received.map(({ type, transactionId, relays }) => [type, transactionId, relays.map(({ hopCount }) => hopCount)]);
  assert.deepEqual(seen, [
    [MessageType.SOLICIT, 0x1234, [1, 0]],
    [MessageType.REQUEST, 0x1234, [1, 0]],
  ]);
});

const DUID = "00:03:00:01:02:00:00:00:09:01";

test("probe -6: each type sends what its name says, leases first where they are needed", async () => {
  const table: readonly [args: string[], status: number, sent: string, last: RegExp][] = [
    [["solicit"], 0, "SOLICIT", /^advertised 2001:db8::1 for 3600 s by ::1 in /],
    [["sarr", "--rapid-commit"], 0, "SOLICIT", /^leased 2001:db8::1 for 3600 s from ::1 in /],
    [["sarr", "--no-na", "--prefix", "::/56"], 0, "SOLICIT REQUEST", /^leased 2001:db8:0:100::\/56 for 3600 s from ::1 in /],
    [["request", "--server-id", DUID], 0, "REQUEST", /^leased 2001:db8::1/],
    [["renew"], 0, "SOLICIT REQUEST RENEW", /^renewed 2001:db8::1/],
    [["renew", "--requested-ip", "2001:db8::1", "--server-id", DUID], 0, "RENEW", /^renewed 2001:db8::1/],
    [["rebind", "--requested-ip", "2001:db8::1"], 0, "REBIND", /^renewed 2001:db8::1/],
    [["confirm", "--pd"], 0, "SOLICIT REQUEST CONFIRM", /^confirmed 2001:db8::1, by ::1/],
    [["release", "--pd"], 0, "SOLICIT REQUEST RELEASE", /^released 2001:db8::1, 2001:db8:0:100::\/56, by ::1/],
    [["decline"], 0, "SOLICIT REQUEST DECLINE", /^declined 2001:db8::1, by ::1/],
    [["information-request"], 0, "INFORMATION-REQUEST", /^::1 answered with REPLY and 3 options in /],
    [
      ["leasequery", "--timeout", "0.2"],
      1,
      "LEASEQUERY",
      /^no answer to the LEASEQUERY from \[::1\]:\d+ within 0\.2 s: has the server a network .*2001:db8::1\?/,
    ],
  ];
  await inThrees(table, async ([args, status, sent, last]) => {
    await using responder = await startResponder();
    const ended = await probe(responder.port, "--type", ...args);
    assert.deepEqual([ended.status, typesOf(responder.received)], [status, sent], args.join(" "));
    assert.match(lastLine(ended), last);
  });
});

test("probe -6: what does not fit is not taken, and a refusal is said", async () => {
  const other = (reply: Message): Message => ({
    ...reply,
    options: reply.options.map((option) =>
      option.code === OptionCode.clientIdentifier ? { ...option, data: Uint8Array.of(0, 3, 0, 1, 9) } : option,
    ),
  });
  const table: readonly [twist: Twist, last: RegExp][] = [
    [(reply) => refusing(reply, StatusCode.NoAddrsAvail, "full"), /^refused by ::1 \(IA_NA 1: NoAddrsAvail "full"\)$/],
    [other, /^no answer to the SOLICIT .* within 0\.3 s \(1 answer to others was ignored\): /],
    [(reply) => ({ ...reply, relays: [] }), /\(1 answer to others was ignored\)/],
    [(reply) => ({ ...reply, transactionId: reply.transactionId ^ 1 }), /\(1 answer to others was ignored\)/],
    [
      (reply, { type }) => (type === MessageType.SOLICIT ? reply : undefined),
      /^no answer to the REQUEST .*: is 00:03:00:01:02:00:00:00:09:01 the server's own DUID\?/,
    ],
  ];
  await inThrees(table, async ([twist, last]) => {
    await using responder = await startResponder(twist);
    const ended = await probe(responder.port, "--timeout", "0.3");
    assert.equal(ended.status, 1);
    assert.match(lastLine(ended), last);
  });
});

test("probe -6 --count --json: one line for each client", async () => {
  await using responder = await startResponder();
  const { status, stdout } = await probe(responder.port, "--count", "2", "--json", "--type", "solicit");
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map(
      (line) =>
        JSON.parse(line) as {
          ok: boolean;
          exchanges: { request: { type: string; relays: { linkAddress: string }[] }; reply: { type: string } }[];
        },
    );
  assert.equal(status, 0);
  assert.deepEqual(
    lines.map(({ ok, exchanges }) => [
      ok,
      exchanges.map(({ request, reply }) => `${request.type} ${reply.type} ${request.relays[0]?.linkAddress}`),
    ]),
    [
      [true, ["SOLICIT ADVERTISE 2001:db8::1"]],
      [true, ["SOLICIT ADVERTISE 2001:db8::1"]],
    ],
  );
  const peers = responder.received.map(({ relays }) => formatIpv6(relays[0]?.peerAddress as Uint8Array));
  assert.deepEqual(peers, ["fe80::ff:fe00:1", "fe80::ff:fe00:2"]);
});

test("probe -6: says when nothing listens", async () => {
  const { port } = await startResponder().then(async (responder) => {
    await responder[Symbol.asyncDispose]();
    return responder;
  });
  const ended = await probe(port);
  assert.deepEqual(
    [ended.status, lastLine(ended)],
    [1, `nothing listens on [::1]:${port}: start the server there, or name another one with --server`],
  );
});

test("probe -6: a wrong command line ends with status 2, and nothing is sent", async () => {
  const table: readonly [args: string[], said: RegExp][] = [
    [["-6"], /a DHCPv6 server answers clients on their own link: add --interface NAME .*--relay LINK-ADDRESS/],
    [["-6", "--relay", "::", "--ciaddr", "10.0.0.1"], /--ciaddr: DHCPv6 has no such thing/],
    [["-6", "--relay", "::", "--no-broadcast"], /--(no-)?broadcast: DHCPv6 has no such thing/],
    [["-6", "--relay", "::", "--type", "request"], /--type request: say with --server-id/],
    [["-6", "--relay", "::", "--type", "decline", "--no-na", "--prefix", "2001:db8::/56"], /--type decline: is about addresses only/],
    [
      ["-6", "--relay", "::", "--type", "release", "--requested-ip", "2001:db8::5"],
      /--type release: say with --server-id whose leases they are/,
    ],
    [["--pd"], /--pd: is for DHCPv6: add -6/],
    [["--no-na"], /--no-na: is for DHCPv6: add -6/],
    [["--relay", "10.0.0.1", "--relay", "10.0.0.2"], /--relay: a DHCPv4 message names one relay/],
  ];
  await inThrees(table, async ([args, said]) => {
    const { status, stdout, stderr } = await runLeasehold("probe", ...args);
    assert.deepEqual([status, stdout], [2, ""], args.join(" "));
    assert.match(stderr, said);
  });
});
