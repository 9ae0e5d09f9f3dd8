import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../../../src/cli/endpoint.ts";
import { applyPlan, type MessageFlags, messageOfType, nextClient, planMessages } from "../../../../src/cli/probe/dhcp6/request.ts";
import { findRoute } from "../../../../src/cli/probe/dhcp6/route.ts";
import * as client from "../../../../src/client/dhcp6/index.ts";
import { toHex } from "../../../../src/net/bytes.ts";
import { formatDuid } from "../../../../src/net/duid.ts";
import { formatIpv6 } from "../../../../src/net/ipv6.ts";
import { formatIpv6Prefix } from "../../../../src/net/ipv6-prefix.ts";
import type { Message } from "../../../../src/wire/dhcp6/message.ts";
import { requestedOptions } from "../../../../src/wire/dhcp6/options.ts";

const FLAGS: MessageFlags = { mac: "02:00:00:00:00:01", option: [] };
const TRANSACTION = { transactionId: 7, elapsed: 0 };

/** The SOLICIT that these flags make. */
function solicitWith(flags: Partial<MessageFlags>): Message {
  const plan = planMessages({ ...FLAGS, ...flags });
  return applyPlan(client.solicit(plan.settings, TRANSACTION), plan);
}

test("options are given by name or code, as JSON, YAML, text or hex, in the place of the usual ones", () => {
  const table: readonly [given: string, code: number, hex: string][] = [
    ["dns_servers=[2001:db8::1]", 23, "20010db8000000000000000000000001"],
    ["23=2001:db8::1", 23, "20010db8000000000000000000000001"],
    ["elapsed_time=65535", 8, "ffff"],
    ["8=hex:00:01", 8, "0001"],
    ["client_identifier=hex:000300010203", 1, "000300010203"],
    ["1000=any text", 1000, "616e792074657874"],
  ];
  for (const [given, code, hex] of table) {
    const matching = solicitWith({ option: [given] }).options.filter((option) => option.code === code);
    assert.deepEqual(
      matching.map(({ data }) => toHex(data)),
      [hex],
      given,
    );
  }
});

test("who the client is, and what it wants", () => {
  const describe = (flags: Partial<MessageFlags>): string => {
    const { settings } = planMessages({ ...FLAGS, ...flags });
    const wanted = settings.associations.map(({ kind, iaid, prefixes }) => `${kind} ${iaid} [${prefixes.map(formatIpv6Prefix).join()}]`);
    return [formatDuid(settings.duid), ...wanted].join(" ");
  };
  const duid = "00:03:00:01:02:00:00:00:00:01";
  const table: readonly [flags: Partial<MessageFlags>, expected: string][] = [
    [{}, `${duid} IA_NA 1 []`],
    [{ pd: true, iaid: "0xffffffff" }, `${duid} IA_NA 4294967295 [] IA_PD 4294967295 []`],
    [{ prefix: "::/56" }, `${duid} IA_NA 1 [] IA_PD 1 [::/56]`],
    [{ na: false, prefix: "2001:db8:5::/56" }, `${duid} IA_PD 1 [2001:db8:5::/56]`],
    [{ requestedIp: "2001:db8::5", duid: "00:02:00:00:00:09:01" }, "00:02:00:00:00:09:01 IA_NA 1 [2001:db8::5/128]"],
    [{ na: false }, duid],
  ];
  for (const [flags, expected] of table) assert.equal(describe(flags), expected);
});

test("flags of the message: rapid commit, Reconfigure Accept, options asked for", () => {
  const codes = (flags: Partial<MessageFlags>): readonly number[] => solicitWith(flags).options.map(({ code }) => code);
  assert.deepEqual(codes({}), [1, 8, 6, 3]);
  assert.deepEqual(codes({ rapidCommit: true, reconfigureAccept: true }), [1, 14, 20, 8, 6, 3]);
  assert.deepEqual(requestedOptions(solicitWith({}).options), [...client.DEFAULT_OPTION_REQUEST, 82]);
  assert.deepEqual(requestedOptions(solicitWith({ requestOptions: "dns_servers, 24" }).options), [23, 24, 82]);
  assert.deepEqual(requestedOptions(solicitWith({ requestOptions: "none" }).options), [82]);
});

test("relays: the one nearest to the client first on the command line, last in the message; each has the one before it as its peer", () => {
  const describe = (flags: Partial<MessageFlags>): readonly string[] =>
    solicitWith(flags).relays.map(
      ({ hopCount, linkAddress, peerAddress, options }) =>
        `${hopCount} ${formatIpv6(linkAddress)} ${formatIpv6(peerAddress)} ${options.map(({ code, data }) => `${code}=${toHex(data)}`).join()}`,
    );
  assert.deepEqual(describe({}), []);
  assert.deepEqual(describe({ relay: ["2001:db8:5::1"], relayOption: ["interface_id='p7'", "37=hex:00000009ff"] }), [
    "0 2001:db8:5::1 fe80::ff:fe00:1 18=7037,37=00000009ff",
  ]);
  assert.deepEqual(describe({ relay: ["2001:db8:5::1", "::", "2001:db8:6::1"], relayOption: ["18=hex:07"] }), [
    "2 2001:db8:6::1 2001:db8:5::1 ",
    "1 :: 2001:db8:5::1 ",
    "0 2001:db8:5::1 fe80::ff:fe00:1 18=07",
  ]);
});

test("the next client has the next hardware address, with carry, and its DUID", () => {
  const plan = planMessages({ ...FLAGS, mac: "02:00:00:00:ff:fe" });
  const next = nextClient(plan, 3, true);
  assert.deepEqual([toHex(next.hardwareAddress), formatDuid(next.settings.duid)], ["020000010001", "00:03:00:01:02:00:00:01:00:01"]);
  assert.equal(nextClient(plan, 3, false).settings.duid, plan.settings.duid);
});

test("a message of any type has what a SOLICIT has", () => {
  const plan = planMessages(FLAGS);
  assert.deepEqual([messageOfType("leasequery", plan, TRANSACTION).type, messageOfType("200", plan, TRANSACTION).type], [14, 200]);
  assert.deepEqual(messageOfType("3", plan, TRANSACTION).options, client.solicit(plan.settings, TRANSACTION).options);
  for (const type of ["hello", "256", "-1", "relay-forw", "13"])
    assert.throws(() => messageOfType(type, plan, TRANSACTION), UsageError, type);
});

test("a wrong value names the flag, and what it should be", () => {
  const table: readonly [flags: Partial<MessageFlags>, said: RegExp][] = [
    [{ mac: "02:0" }, /--mac 02:0: six hex pairs/],
    [{ xid: "16777216" }, /--xid 16777216: a whole number from 0 to 16777215/],
    [{ iaid: "-1" }, /--iaid -1/],
    [{ duid: "00:01" }, /--duid 00:01: 3 to 130 hex pairs/],
    [{ serverId: "x" }, /--server-id x: 3 to 130 hex pairs/],
    [{ requestedIp: "10.0.0.1" }, /--requested-ip 10\.0\.0\.1: not an IPv6 address, such as 2001:db8::1/],
    [{ requestedIp: "2001:db8::5", na: false }, /--requested-ip and --no-na/],
    [{ prefix: "2001:db8::1/56" }, /--prefix 2001:db8::1\/56: not a prefix/],
    [{ relay: ["here"] }, /--relay here: not an IPv6 address/],
    [{ relayOption: ["18=hex:01"] }, /--relay-option: needs --relay/],
    [{ relay: ["::"], relayOption: ["interface_id"] }, /--relay-option interface_id: write NAME=VALUE/],
    [{ option: ["dns_server=::1"] }, /--option dns_server: no option has this name; did you mean "dns_servers"\?/],
    [{ option: ["65536=x"] }, /from 1 to 65535/],
  ];
  for (const [flags, said] of table) {
    assert.throws(
      () => solicitWith(flags),
      (error: unknown) => error instanceof UsageError && said.test(error.message),
      String(said),
    );
  }
});

test("a relay speaks from the port of servers, but to a server on another port", async () => {
  const table: readonly [server: string | undefined, listen: number, to: string][] = [
    [undefined, 0, "::1 6547"],
    ["::1", 547, "::1 547"],
    ["[::1]:547", 547, "::1 547"],
    ["[::1]:1547", 0, "::1 1547"],
  ];
  for (const [server, listen, to] of table) {
    const route = await findRoute({ relay: ["2001:db8::1"], ...(server === undefined ? {} : { server }) });
    assert.deepEqual([route.listen.port, formatIpv6(route.listen.address)], [listen, "::1"]);
    assert.equal(`${formatIpv6(route.destination.address)} ${route.destination.port}`, to);
  }
});

test("on a link a client speaks to all servers and relays, a relay to all servers", async () => {
  const table: readonly [flags: Parameters<typeof findRoute>[0], listen: number, to: string][] = [
    [{ interface: "lo" }, 546, "ff02::1:2"],
    [{ interface: "lo", relay: ["2001:db8::1"] }, 547, "ff05::1:3"],
    [{ interface: "lo", server: "fe80::1" }, 546, "fe80::1"],
  ];
  for (const [flags, listen, to] of table) {
    const { listen: at, destination, interfaces } = await findRoute(flags);
    assert.deepEqual([at.port, formatIpv6(at.address), formatIpv6(destination.address), destination.port], [listen, "::", to, 547]);
    assert.equal(destination.interfaceIndex, interfaces[0]?.index);
  }
});

test("a server is an address and perhaps a port, and a client without a link has no way", async () => {
  const table: readonly [flags: Parameters<typeof findRoute>[0], said: RegExp][] = [
    [{ relay: ["::"], server: "[::1" }, /--server \[::1: write an IPv6 address and perhaps a port, such as \[::1\]:6547/],
    [{ relay: ["::"], server: "[::1]:" }, /--server/],
    [{ relay: ["::"], server: "[::1]:65536" }, /--server/],
    [{ relay: ["::"], server: "10.0.0.1" }, /--server/],
    [{ server: "::1" }, /add --interface NAME/],
    [{ relay: [] }, /add --interface NAME/],
  ];
  for (const [flags, said] of table)
    await assert.rejects(findRoute(flags), (error: Error) => error instanceof UsageError && said.test(error.message));
});
