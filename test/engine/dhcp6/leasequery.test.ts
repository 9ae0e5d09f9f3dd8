import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { OptionSet } from "../../../src/config/model/common.ts";
import { type Context, decide, type Received } from "../../../src/engine/dhcp6/decide.ts";
import { createDecider } from "../../../src/engine/dhcp6/decider.ts";
import { describe as describeEvent } from "../../../src/engine/dhcp6/trace.ts";
import { createLeaseTable } from "../../../src/leases/dhcp6/table.ts";
import { formatIpv6 } from "../../../src/net/ipv6.ts";
import { lqQueryOption, QueryType } from "../../../src/wire/dhcp6/leasequery.ts";
import type { Message, Relay } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { load } from "../../config/load.ts";
import { address, dhcp6Config, prefix, reservation } from "../../support/dhcp6-config.ts";
import {
  describeAnswer,
  duidOf,
  type Lessee,
  lease,
  leasequery,
  type QuerySpec,
  REQUESTER_DUID,
  SERVER_DUID,
} from "../../support/dhcp6-leasequery.ts";

const REQUESTER = "2001:db8:9::1";
const SERVER = "2001:db8::547";
const HOME = "2001:db8:1::1";
const AWAY = "2001:db8:2::";

const optionSet = (options: Readonly<Record<number, readonly number[]>>): OptionSet => ({
  byCode: new Map(
    Object.entries(options).map(([code, data]) => [
      Number(code),
      { code: Number(code), data: Uint8Array.from(data), always: false, suppressed: false },
    ]),
  ),
  always: [],
});

const LEASES: readonly (readonly [at: string, lessee: Lessee])[] = [
  ["2001:db8:1::a", { client: 1, relayIds: ["relay-1"] }],
  ["2001:db8:ff00:100::/56", { client: 1, start: 950, expiry: 4950, relayIds: ["relay-1"] }],
  ["2001:db8:1::b", { client: 2, relayIds: ["relay-2"] }],
  ["2001:db8:2::b", { client: 2, iaid: 2 }],
  ["2001:db8:2::c", { client: 3, relayIds: ["relay-2"] }],
  ["2001:db8:2::d", { client: 4, expiry: 999, relayIds: ["relay-1"] }],
];

/** How a query comes in; what is left out: from `REQUESTER`, unicast to the server. */
type Way = Partial<Omit<Received, "message">>;

function asked(message: Message, way: Way = {}, requesters: readonly string[] | null = ["2001:db8:9::/64", "fe80::/10"]) {
  const made = dhcp6Config(
    [
      {
        prefix: "2001:db8:1::/64",
        ranges: [{ range: "2001:db8:1:: 2001:db8:1::ffff" }],
        prefixPools: [{ prefix: "2001:db8:ff00::/40", delegatedLength: 56 }],
        reservations: [
          { ...reservation(duidOf(2), { addresses: ["2001:db8:1::b"] }), hostname: "desk", ownOptions: optionSet({ 23: [2] }) },
        ],
      },
      { prefix: "2001:db8:2::/64", ranges: [{ range: "2001:db8:2:: 2001:db8:2::ffff" }] },
    ],
    {
      options: optionSet({ 23: [1], 24: [5], 31: [7] }),
      leasequery: requesters === null ? undefined : { requesters: requesters.map(prefix) },
    },
  );
  const table = createLeaseTable(made);
  for (const [at, lessee] of LEASES) lease(table, at, lessee);
  const context: Context = { decider: createDecider(made), leases: table, now: 1000, random: () => 0, serverIdentifier: SERVER_DUID };
  const lines: string[] = [];
  const decision = decide(context, receivedFrom(message, way), (event) => lines.push(`${event.rule}: ${describeEvent(event)}`));
  return { decision, lines };
}

function receivedFrom(message: Message, way: Way = {}): Received {
  return {
    message,
    interface: { index: 2, name: "eth0", address: address("fe80::547"), addresses: [address("fe80::547"), address(SERVER)] },
    source: address(REQUESTER),
    sourcePort: 5007,
    destination: address(SERVER),
    serverPort: 547,
    ...way,
  };
}

/**
 * The options of the answer behind those that say who asks and who answers; or why there is none.
 */
function told(spec: QuerySpec, way?: Way): readonly string[] | string {
  const { decision } = asked(leasequery(spec), way);
  if (decision.kind !== "reply") return decision.kind === "silence" ? decision.reason : decision.kind;
  const [type, server, requester, ...rest] = describeAnswer(decision.message);
  assert.deepEqual([type, server, requester], ["LEASEQUERY-REPLY", "server", "requester"]);
  assert.deepEqual(decision.changes, []);
  return rest;
}

const ONE = "client 1; 2001:db8:1::a for 2900 3900; 2001:db8:ff00:100::/56 for 2950 3950; heard 50 s ago";
const TWO_HOME = "client 2; 2001:db8:1::b for 2900 3900; heard 100 s ago";
const TWO_AWAY = "client 2; 2001:db8:2::b for 2900 3900; heard 100 s ago";

describe("LEASEQUERY (RFC 5007)", () => {
  describe("what is asked about, and what is told (section 4.4)", () => {
    const overTcp = "NotAllowed: this may be about many clients: ask over TCP (RFC 5460)";
    const cases: readonly [name: string, spec: QuerySpec, told: readonly string[]][] = [
      ["an address: all that its client has on the link", { by: "byAddress", address: "2001:db8:1::a" }, [ONE]],
      ["an address in a delegated prefix", { by: "byAddress", address: "2001:db8:ff00:1ff:ffff::" }, [ONE]],
      ["an address behind a delegated prefix", { by: "byAddress", address: "2001:db8:ff00:200::" }, []],
      ["an address without a lease", { by: "byAddress", address: "2001:db8:1::99" }, []],
      ["an address whose lease is over", { by: "byAddress", address: "2001:db8:2::d" }, []],
      ["an address, and its link", { by: "byAddress", address: "2001:db8:1::a", link: HOME }, [ONE]],
      ["an address, and another link", { by: "byAddress", address: "2001:db8:1::a", link: AWAY }, []],
      ["an address nowhere", { by: "byAddress", address: "2001:db8:7::1" }, ["NotConfigured: the address is not configured"]],
      [
        "an address, and a link nowhere",
        { by: "byAddress", address: "2001:db8:1::a", link: "2001:db8:7::" },
        ["NotConfigured: the link is not configured"],
      ],
      ["a client on one link", { by: "byClientId", client: 1 }, [ONE]],
      [
        "a client on two links: which these are, and nothing else (section 4.1.2.5)",
        { by: "byClientId", client: 2 },
        ["links 2001:db8:1:: 2001:db8:2::"],
      ],
      ["the same, by one of these links", { by: "byClientId", client: 2, link: AWAY }, [TWO_AWAY]],
      ["a client, on a link where it has nothing", { by: "byClientId", client: 1, link: AWAY }, []],
      ["a client, on a link nowhere", { by: "byClientId", client: 1, link: "2001:db8:7::" }, ["NotConfigured: the link is not configured"]],
      ["a client that is unknown", { by: "byClientId", client: 9 }, []],
      ["a relay with one client", { by: "byRelayId", relayId: "relay-1" }, [ONE]],
      ["a relay with two clients", { by: "byRelayId", relayId: "relay-2" }, [overTcp]],
      ["a relay with one client on the link", { by: "byRelayId", relayId: "relay-2", link: HOME }, [TWO_HOME]],
      ["a relay that is unknown", { by: "byRelayId", relayId: "relay-9" }, []],
      ["a link", { by: "byLinkAddress", link: HOME }, [overTcp]],
      ["a remote id", { by: "byRemoteId", remoteId: Uint8Array.of(0, 0, 0, 1, 1) }, [overTcp]],
      ["a type that is unknown", { by: 6 }, ["UnknownQueryType: the type of the query is unknown"]],
      ["by address, without one", { by: "byAddress", client: 1 }, ["MalformedQuery: the query lacks the option that its type requires"]],
      [
        "by client, without one",
        { by: "byClientId", address: "2001:db8:1::a" },
        ["MalformedQuery: the query lacks the option that its type requires"],
      ],
    ];
    for (const [name, spec, expected] of cases) test(name, () => assert.deepEqual(told(spec), expected));
  });

  describe("what is told besides: what the client is given, where it is asked for (section 4.4.2)", () => {
    const requested = [
      OptionCode.dnsServers,
      OptionCode.clientFqdn,
      OptionCode.domainSearch,
      OptionCode.clientIdentifier,
      OptionCode.serverIdentifier,
    ];
    const cases: readonly [name: string, spec: QuerySpec, more: string][] = [
      ["of its network", { by: "byClientId", client: 1, requested }, `${ONE}; 23 01; 24 05`],
      ["of its reservation", { by: "byClientId", client: 2, link: HOME, requested }, `${TWO_HOME}; 23 02; 39 04046465736b; 24 05`],
      ["nothing that is not asked for", { by: "byClientId", client: 1, requested: [] }, ONE],
    ];
    for (const [name, spec, more] of cases) test(name, () => assert.deepEqual(told(spec), [more]));
  });

  describe("what is discarded (section 4.2.1), and who may not ask", () => {
    const query = lqQueryOption({ type: QueryType.byLinkAddress, linkAddress: address("::"), options: [] });
    const client = { code: OptionCode.clientIdentifier, data: REQUESTER_DUID };
    const server = (data: Uint8Array) => ({ code: OptionCode.serverIdentifier, data });
    const relayed = (peer: string): Relay => ({ hopCount: 0, linkAddress: address("::"), peerAddress: address(peer), options: [] });
    const throughRelay = (peer: string): Message => ({ ...leasequery({ by: "byClientId", client: 1 }), relays: [relayed(peer)] });
    const cases: readonly [name: string, message: Message, way: Way, reason: string | undefined][] = [
      ["no client identifier", leasequery({ by: 1, options: [query] }), {}, "no-client-identity"],
      ["another server's identifier", leasequery({ by: 1, options: [client, server(REQUESTER_DUID), query] }), {}, "another-server"],
      ["no query", leasequery({ by: 1, options: [client] }), {}, "malformed-request"],
      ["with this server's identifier", leasequery({ by: 1, options: [client, server(SERVER_DUID), query] }), {}, undefined],
      ["multicast", leasequery({ by: "byClientId", client: 1 }), { destination: address("ff05::1:3") }, undefined],
      [
        "a source that is no requester",
        leasequery({ by: "byClientId", client: 1 }),
        { source: address("2001:db8:8::1") },
        "requester-not-permitted",
      ],
      ["through a relay, both requesters", throughRelay("fe80::5"), {}, undefined],
      ["through a relay, of somebody else", throughRelay("2001:db8:8::1"), {}, "requester-not-permitted"],
      ["through a relay that is no requester", throughRelay("fe80::5"), { source: address("2001:db8:8::1") }, "requester-not-permitted"],
    ];
    for (const [name, message, way, reason] of cases) {
      test(name, () => {
        const { decision } = asked(message, way);
        assert.deepEqual(decision.kind === "silence" ? decision.reason : undefined, reason);
      });
    }
    test("anybody, where it is not configured", () => {
      const { decision } = asked(leasequery({ by: "byClientId", client: 1 }), {}, null);
      assert.deepEqual(decision, { kind: "silence", reason: "leasequery-not-enabled" });
    });
  });

  describe("where the answer goes (section 4.4.3): to who asks, on its port", () => {
    const relay: Relay = {
      hopCount: 0,
      linkAddress: address("::"),
      peerAddress: address("fe80::5"),
      options: [{ code: 18, data: Uint8Array.of(1) }],
    };
    const cases: readonly [name: string, way: Way, relays: readonly Relay[], to: string][] = [
      ["routed", {}, [], `${REQUESTER} 5007 on 0 from ${SERVER}`],
      ["routed, asked by multicast", { destination: address("ff05::1:3") }, [], `${REQUESTER} 5007 on 0 from ::`],
      ["routed, asked at its link-local address", { destination: address("fe80::547") }, [], `${REQUESTER} 5007 on 2 from fe80::547`],
      ["on the link", { source: address("fe80::9"), destination: address("ff02::1:2") }, [], "fe80::9 5007 on 2 from fe80::547"],
      ["through a relay", {}, [relay], `${REQUESTER} 547 on 0 from ${SERVER}`],
    ];
    for (const [name, way, relays, to] of cases) {
      test(name, () => {
        const { decision } = asked({ ...leasequery({ by: "byClientId", client: 1 }), relays }, way);
        assert.ok(decision.kind === "reply");
        const { address: target, port, interfaceIndex, source } = decision.to;
        assert.equal(`${formatIpv6(target)} ${port} on ${interfaceIndex} from ${formatIpv6(source)}`, to);
        assert.deepEqual([decision.message.relays, decision.rests], [relays, true]);
      });
    }
  });

  test("what its classes are given, as they follow from what is kept of the client", () => {
    const { dhcp6 } = load(`
leasequery: { requesters: [2001:db8:9::/64] }
client_classes: { v6: [{ name: phones, assert: "option[16].hex == 0x0102", options: { dns_servers: 2001:db8::1 } }] }
v6: { networks: { 2001:db8:1::/64: { options: { domain_search: example.org } } } }
`);
    assert.ok(dhcp6 !== undefined);
    const table = createLeaseTable(dhcp6);
    lease(table, "2001:db8:1::a", { client: 1, more: { vendorClass: Uint8Array.of(1, 2) } });
    lease(table, "2001:db8:1::b", { client: 2, more: { vendorClass: Uint8Array.of(1, 3) } });
    const context: Context = { decider: createDecider(dhcp6), leases: table, now: 1000, random: () => 0, serverIdentifier: SERVER_DUID };
    const dns = (client: number): readonly string[] | undefined => {
      const decision = decide(context, receivedFrom(leasequery({ by: "byClientId", client, requested: [OptionCode.dnsServers] })));
      return decision.kind === "reply" ? describeAnswer(decision.message)[3]?.split("; ").slice(3) : undefined;
    };
    assert.deepEqual([dns(1), dns(2)], [["23 20010db8000000000000000000000001"], []]);
  });

  test("a relay with more leases than are looked at, though of one client on the link: ask over TCP", () => {
    const made = dhcp6Config([{ prefix: "2001:db8:1::/64", ranges: [{ range: "2001:db8:1:: 2001:db8:1::ffff" }] }], {
      leasequery: { requesters: [prefix("2001:db8:9::/64")] },
    });
    const table = createLeaseTable(made);
    const context: Context = { decider: createDecider(made), leases: table, now: 1000, random: () => 0, serverIdentifier: SERVER_DUID };
    const statusWith = (iaids: number): string | undefined => {
      for (let i = 1; i <= iaids; i++) lease(table, `2001:db8:1::${i.toString(16)}`, { client: 1, iaid: i, relayIds: ["relay"] });
      const decision = decide(context, receivedFrom(leasequery({ by: "byRelayId", relayId: "relay" })));
      return decision.kind === "reply" ? describeAnswer(decision.message)[3]?.split(/[;:]/)[0] : undefined;
    };
    assert.deepEqual([statusWith(99), statusWith(100)], ["client 1", "NotAllowed"]);
  });

  test("explained in words", () => {
    assert.deepEqual(asked(leasequery({ by: "byAddress", address: "2001:db8:1::a" })).lines, [
      "leasequery: by address 2001:db8:1::a",
      "answer to leasequery: LEASEQUERY-REPLY",
    ]);
    assert.deepEqual(asked(leasequery({ by: "byRelayId", relayId: "relay-2" })).lines, [
      "leasequery: by Relay-ID 72656c61792d32",
      "answer to leasequery: LEASEQUERY-REPLY with status 10",
    ]);
  });
});
