import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answerBulkLeasequery, type BulkContext } from "../../../src/engine/dhcp6/bulk-leasequery.ts";
import { createDecider } from "../../../src/engine/dhcp6/decider.ts";
import { Association } from "../../../src/leases/dhcp6/client-key.ts";
import { createLeaseTable, type LeaseTable } from "../../../src/leases/dhcp6/table.ts";
import { writeLeaseName } from "../../../src/leases/lease-name.ts";
import type { Message } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { address, dhcp6Config, prefix } from "../../support/dhcp6-config.ts";
import {
  describeAnswer,
  type Lessee,
  lease,
  leasequery,
  type QuerySpec,
  REQUESTER_DUID,
  SERVER_DUID,
} from "../../support/dhcp6-leasequery.ts";

/** What is on record of a client whose name was decided on. */
const withName = (flags: number, name: string) => ({ hostname: new TextEncoder().encode("other"), name: writeLeaseName({ name, flags }) });

const REQUESTER = "2001:db8:9::1";
const REMOTE = Uint8Array.of(0, 0, 1, 55, 7);
const HOME = "2001:db8:1::1";
const AWAY = "2001:db8:2::1";

const config = () => {
  const made = dhcp6Config(
    [
      {
        prefix: "2001:db8:1::/64",
        ranges: [{ range: "2001:db8:1:: 2001:db8:1::ffff" }],
        prefixPools: [{ prefix: "2001:db8:ff00::/40", delegatedLength: 56 }],
      },
      { prefix: "2001:db8:2::/64", ranges: [{ range: "2001:db8:2:: 2001:db8:2::ffff" }] },
    ],
    { leasequery: { requesters: [prefix("2001:db8:9::/64")] } },
  );
  // A relay that is known by an address outside of its link.
  return { ...made, links: made.links.map((link, i) => (i === 1 ? { ...link, relays: [address("2001:db8:8::8")] } : link)) };
};

interface Bulk {
  readonly table: LeaseTable;
  now: number;
  present: () => BulkContext | undefined;
  begin(spec: QuerySpec, source?: string): ReturnType<typeof answerBulkLeasequery>;
  ask(spec: QuerySpec, source?: string): readonly (readonly string[])[];
}

/** A server with these leases, or with some that most tests have a use for. */
function bulk(leases: readonly (readonly [at: string, lessee: Lessee])[] = LEASES): Bulk {
  const decider = createDecider(config());
  const table = createLeaseTable(config());
  for (const [at, lessee] of leases) lease(table, at, lessee);
  return {
    table,
    now: 1000,
    present() {
      return { decider, leases: table, now: this.now, random: () => 0, serverIdentifier: SERVER_DUID };
    },
    begin(spec, source = REQUESTER) {
      return answerBulkLeasequery(() => this.present(), { message: leasequery(spec), source: address(source) }, SERVER_DUID);
    },
    ask(spec, source) {
      return given(this.begin(spec, source));
    },
  };
}

function given(answers: Iterable<Message | undefined>): readonly (readonly string[])[] {
  return [...answers].filter((one) => one !== undefined).map(describeAnswer);
}

const LEASES: readonly (readonly [at: string, lessee: Lessee])[] = [
  ["2001:db8:1::a", { client: 1, relayIds: ["outer", "relay-1"], remoteId: REMOTE }],
  ["2001:db8:ff00:100::/56", { client: 1, start: 950, expiry: 4950, relayIds: ["relay-1"] }],
  ["2001:db8:1::b", { client: 2, iaid: 1, start: 990 }],
  ["2001:db8:2::b", { client: 2, iaid: 2, relayIds: ["relay-1"] }],
  ["2001:db8:1::c", { client: 3, expiry: 999, relayIds: ["relay-1"] }],
  ["2001:db8:1::d", { client: 3, state: "released", relayIds: ["relay-1"] }],
  ["2001:db8:1::e", { client: 3, state: "declined" }],
  ["2001:db8:1::f", { client: 3, association: Association.registered }],
  ["2001:db8:7::1", { client: 4, relayIds: ["relay-1"] }],
];

const ONE_HOME = "client 1; 2001:db8:1::a for 2900 3900; 2001:db8:ff00:100::/56 for 2950 3950; heard 50 s ago";
const TWO_HOME = "client 2; 2001:db8:1::b for 2990 3900; heard 10 s ago";
const TWO_AWAY = "client 2; 2001:db8:2::b for 2900 3900; heard 100 s ago";

/** All answers of a query that finds these clients. */
function answersWith(...clients: readonly string[]): readonly (readonly string[])[] {
  const [first, ...others] = clients;
  if (first === undefined) return [["LEASEQUERY-REPLY", "server", "requester"]];
  return [["LEASEQUERY-REPLY", "server", "requester", first], ...others.map((one) => ["LEASEQUERY-DATA", one]), ["LEASEQUERY-DONE"]];
}

describe("bulk LEASEQUERY (RFC 5460)", () => {
  describe("what is asked about (sections 5.3 and 7.2), and what is told of each client on a link (5.2)", () => {
    const cases: readonly [name: string, spec: QuerySpec, clients: readonly string[]][] = [
      ["an address", { by: "byAddress", address: "2001:db8:1::a" }, [ONE_HOME]],
      ["an address in a delegated prefix", { by: "byAddress", address: "2001:db8:ff00:1ab::1" }, [ONE_HOME]],
      ["an address without a lease", { by: "byAddress", address: "2001:db8:1::99" }, []],
      ["an address that ran out unnoticed", { by: "byAddress", address: "2001:db8:1::c" }, []],
      ["an address that was released", { by: "byAddress", address: "2001:db8:1::d" }, []],
      ["an address that was declined", { by: "byAddress", address: "2001:db8:1::e" }, []],
      ["an address that its host chose itself", { by: "byAddress", address: "2001:db8:1::f" }, []],
      ["an address on its link", { by: "byAddress", address: "2001:db8:1::a", link: HOME }, [ONE_HOME]],
      ["an address on another link", { by: "byAddress", address: "2001:db8:1::a", link: AWAY }, []],
      ["a client on one link", { by: "byClientId", client: 1 }, [ONE_HOME]],
      ["a client on two links", { by: "byClientId", client: 2 }, [TWO_HOME, TWO_AWAY]],
      ["a client, on one of its links", { by: "byClientId", client: 2, link: AWAY }, [TWO_AWAY]],
      ["a client, on a link by a relay's address outside of it", { by: "byClientId", client: 2, link: "2001:db8:8::8" }, [TWO_AWAY]],
      ["a client without anything", { by: "byClientId", client: 3 }, []],
      ["a relay, by the one nearest to the client", { by: "byRelayId", relayId: "relay-1" }, [TWO_AWAY, ONE_HOME]],
      ["a relay, on one link", { by: "byRelayId", relayId: "relay-1", link: HOME }, [ONE_HOME]],
      ["a relay that is unknown", { by: "byRelayId", relayId: "relay-2" }, []],
      ["a link", { by: "byLinkAddress", link: HOME }, [ONE_HOME, TWO_HOME]],
      ["a remote id", { by: "byRemoteId", remoteId: REMOTE }, [ONE_HOME]],
      ["a remote id, on another link", { by: "byRemoteId", remoteId: REMOTE, link: AWAY }, []],
      ["a remote id of another enterprise", { by: "byRemoteId", remoteId: Uint8Array.of(0, 0, 1, 56, 7) }, []],
    ];
    for (const [name, spec, clients] of cases) {
      test(name, () => {
        const answers = bulk().ask(spec);
        // The order of clients is nobody's business.
        const sorted = (all: readonly (readonly string[])[]): readonly string[] => all.map((lines) => lines.at(-1) as string).sort();
        assert.deepEqual(sorted(answers), sorted(answersWith(...clients)));
        assert.deepEqual(
          answers.map(([type]) => type),
          answersWith(...clients).map(([type]) => type),
        );
      });
    }

    test("only the first answer says who asks and who answers (section 5.2.1)", () => {
      assert.deepEqual(bulk().ask({ by: "byClientId", client: 2 }), answersWith(TWO_HOME, TWO_AWAY));
    });
    test("without data: one answer, and no status (section 7.2)", () => {
      assert.deepEqual(bulk().ask({ by: "byClientId", client: 3 }), answersWith());
    });
  });

  describe("a status instead (RFC 5007 section 4.4.1, RFC 5460 section 7.2)", () => {
    const cases: readonly [name: string, spec: QuerySpec, status: string][] = [
      ["a type that is unknown", { by: 6 }, "UnknownQueryType: the type of the query is unknown"],
      ["no address", { by: "byAddress" }, "MalformedQuery: the query lacks the option that its type requires"],
      ["no client", { by: "byClientId" }, "MalformedQuery: the query lacks the option that its type requires"],
      ["no relay", { by: "byRelayId" }, "MalformedQuery: the query lacks the option that its type requires"],
      ["no remote id", { by: "byRemoteId" }, "MalformedQuery: the query lacks the option that its type requires"],
      ["no link", { by: "byLinkAddress" }, "NotConfigured: the link is not configured"],
      ["an address nowhere", { by: "byAddress", address: "2001:db8:7::1" }, "NotConfigured: the address is not configured"],
      [
        "a link that is unknown",
        { by: "byRelayId", relayId: "relay-1", link: "2001:db8:7::1" },
        "NotConfigured: the link is not configured",
      ],
      [
        "a query that is cut off",
        {
          by: 1,
          options: [
            { code: OptionCode.clientIdentifier, data: REQUESTER_DUID },
            { code: OptionCode.lqQuery, data: new Uint8Array(16) },
          ],
        },
        "MalformedQuery: the query is cut off",
      ],
    ];
    for (const [name, spec, status] of cases) {
      test(name, () => assert.deepEqual(bulk().ask(spec), [["LEASEQUERY-REPLY", "server", "requester", status]]));
    }
    test("a requester that may not ask", () => {
      assert.deepEqual(bulk().ask({ by: "byClientId", client: 1 }, "2001:db8:8::1"), [
        ["LEASEQUERY-REPLY", "server", "requester", "NotAllowed: the requester is not permitted to ask"],
      ]);
    });
  });

  describe("what is told besides, where it is asked for (RFC 5007 section 4.4.2)", () => {
    const { lqRelayData, clientFqdn, vendorClass, clientLinkLayerAddress, dnsServers } = OptionCode;
    const ALL = [lqRelayData, clientFqdn, vendorClass, clientLinkLayerAddress, lqRelayData, dnsServers];
    const tell = (lessee: Partial<Lessee>): string | undefined => {
      const answers = bulk([["2001:db8:1::a", { client: 1, ...lessee }]]).ask({ by: "byClientId", client: 1, requested: ALL });
      return answers[0]?.[3]?.split("; ").slice(3).join("; ");
    };
    const relay = (hops: string, peer: string, rest: string): string => `0c${hops}${"00".repeat(16)}fe80${"00".repeat(13)}${peer}${rest}`;
    const cases: readonly [name: string, lessee: Partial<Lessee>, told: string][] = [
      ["nothing that is not known", {}, ""],
      ["a relay: what it put around the message", { relayIds: [undefined] }, `relays fe80::99 ${relay("00", "01", "")}`],
      [
        "two relays, one in the other",
        { relayIds: [undefined, "r"] },
        `relays fe80::99 ${relay("01", "01", `00090027${relay("00", "02", "0035000172")}`)}`,
      ],
      ["the name", { more: { hostname: new TextEncoder().encode("a.bc") } }, "39 04016102626300"],
      ["the name in the DNS", { more: withName(3, "a.bc") }, "39 01016102626300"],
      ["the name, whose address records the client sees to", { more: withName(2, "a.bc") }, "39 00016102626300"],
      ["none was decided on", { more: withName(16, "") }, ""],
      ["a part of a name", { more: { hostname: new TextEncoder().encode("a") } }, "39 040161"],
      [
        "vendor class and hardware address",
        { more: { vendorClass: Uint8Array.of(1, 2), hardware: Uint8Array.of(0, 1, 5) } },
        "16 0102; 79 000105",
      ],
    ];
    for (const [name, lessee, told] of cases) test(name, () => assert.equal(tell(lessee), told));
  });

  describe("times", () => {
    const cases: readonly [name: string, lessee: Partial<Lessee>, told: string][] = [
      ["what remains", { start: 900, expiry: 1900, preferred: 600 }, "for 500 900; heard 100 s ago"],
      ["preferred time is over", { start: 100, expiry: 1900, preferred: 600 }, "for 0 900; heard 900 s ago"],
      ["for ever", { start: 100, expiry: 0xffffffff, preferred: 0xffffffff }, "for 4294967295 4294967295; heard 900 s ago"],
      ["from the future", { start: 1100, expiry: 1900, preferred: 850 }, "for 900 900; heard 0 s ago"],
    ];
    for (const [name, lessee, told] of cases) {
      test(name, () => {
        const answers = bulk([["2001:db8:1::a", { client: 1, ...lessee }]]).ask({ by: "byClientId", client: 1 });
        assert.equal(answers[0]?.[3], `client 1; 2001:db8:1::a ${told}`);
      });
    }
  });

  describe("many leases", () => {
    const clientsOf = (answers: readonly (readonly string[])[]): readonly string[] =>
      answers.flatMap((lines) => lines.filter((line) => line.startsWith("client ")).map((line) => line.split(";")[0] as string));

    test("more behind a relay than an index finds: all of them, each client once", () => {
      const leases = Array.from({ length: 1500 }, (_, i): [string, Lessee] => [
        `2001:db8:1::${(i + 1).toString(16)}`,
        { client: 1 + (i % 750), iaid: i, relayIds: ["r"] },
      ]);
      const clients = clientsOf(bulk(leases).ask({ by: "byRelayId", relayId: "r" }));
      assert.deepEqual([clients.length, new Set(clients).size], [750, 750]);
    });

    test("a client with more leases than an index finds: each lease once", () => {
      const leases = Array.from({ length: 1500 }, (_, i): [string, Lessee] => [
        `2001:db8:1::${(i + 1).toString(16)}`,
        { client: 1, iaid: i },
      ]);
      const answers = bulk(leases).ask({ by: "byLinkAddress", link: HOME });
      const addresses = answers.flatMap((lines) => lines.join().match(/2001:db8:1::\S+/g) ?? []);
      assert.deepEqual([addresses.length, new Set(addresses).size], [1500, 1500]);
    });

    test("leases that are not told of are given one by one, too, and each that a client has besides", () => {
      const leases = Array.from({ length: 100 }, (_, i): [string, Lessee] => [
        `2001:db8:1::${(i + 1).toString(16)}`,
        { client: 1, iaid: i },
      ]);
      const steps = [...bulk(leases).begin({ by: "byLinkAddress", link: HOME })];
      assert.deepEqual([steps.length, steps.filter((one) => one !== undefined).length], [2 * 100 + 1 - 1, 2]);
    });
  });

  describe("while it is answered", () => {
    /** Client 1 has two leases, with those of others between them. */
    const many: readonly [string, Lessee][] = [
      ["2001:db8:1::1", { client: 1, iaid: 1 }],
      ["2001:db8:1::2", { client: 2 }],
      ["2001:db8:1::3", { client: 1, iaid: 2 }],
    ];
    const whoOf = (answers: readonly (readonly string[])[]): readonly (string | undefined)[] => answers.map((lines) => lines.at(-1));
    const cases: readonly [name: string, change: (table: LeaseTable) => void, told: readonly string[]][] = [
      [
        "a client that was told of loses a lease: nothing more is told of it",
        (table) => table.apply({ kind: "remove", address: prefix("2001:db8:1::1") }),
        ["client 2; 2001:db8:1::2 for 2900 3900; heard 100 s ago"],
      ],
      [
        "a client that was told of renews: it may be told of again",
        (table) => lease(table, "2001:db8:1::3", { client: 1, iaid: 2, start: 1000 }),
        [
          "client 2; 2001:db8:1::2 for 2900 3900; heard 100 s ago",
          "client 1; 2001:db8:1::1 for 2900 3900; 2001:db8:1::3 for 3000 3900; heard 0 s ago",
        ],
      ],
      [
        "what was told of becomes another client's: that one is told of",
        (table) => lease(table, "2001:db8:1::3", { client: 4, start: 1000 }),
        ["client 2; 2001:db8:1::2 for 2900 3900; heard 100 s ago", "client 4; 2001:db8:1::3 for 3000 3900; heard 0 s ago"],
      ],
      ["a client that is still to come loses its lease", (table) => table.apply({ kind: "remove", address: prefix("2001:db8:1::2") }), []],
      [
        "a client that is still to come is given something in front",
        (table) => {
          table.apply({ kind: "remove", address: prefix("2001:db8:1::1") });
          lease(table, "2001:db8:1::9", { client: 2, iaid: 7, start: 1000 });
        },
        ["client 2; 2001:db8:1::2 for 2900 3900; 2001:db8:1::9 for 3000 3900; heard 0 s ago"],
      ],
    ];
    for (const [name, change, told] of cases) {
      test(name, () => {
        const one = bulk(many);
        const answers = one.begin({ by: "byLinkAddress", link: HOME });
        const first = [];
        while (first.length === 0) first.push(...[answers.next().value].filter((step) => step !== undefined));
        change(one.table);
        assert.deepEqual(whoOf(given(answers)), [...told, "LEASEQUERY-DONE"]);
      });
    }

    const ends: readonly [name: string, present: () => BulkContext | undefined, status: string][] = [
      ["the server stops", () => undefined, "QueryTerminated: the server is stopping"],
      ["the configuration changes", () => bulk().present(), "QueryTerminated: the configuration of the server has changed: ask again"],
    ];
    for (const [name, present, status] of ends) {
      for (const [when, steps, before] of [
        ["before any data", 0, ["LEASEQUERY-REPLY", "server", "requester"]],
        ["in the middle", 2, ["LEASEQUERY-DONE"]],
      ] as const) {
        test(`${name} ${when}: it is terminated, with a reason`, () => {
          const one = bulk(many);
          let asked = 0;
          const presentBefore = one.present.bind(one);
          const answers = one.begin({ by: "byLinkAddress", link: HOME });
          one.present = () => (asked++ <= steps ? presentBefore() : present());
          const all: Message[] = [];
          let last = answers.next();
          for (; last.done !== true; last = answers.next()) if (last.value !== undefined) all.push(last.value);
          assert.deepEqual([describeAnswer(all.at(-1) as Message), last.value], [[...before, status], "aborted"]);
        });
      }
    }
  });
});
