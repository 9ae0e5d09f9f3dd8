import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ALICE, BOB, flag, message } from "../support/dhcp6/messages.ts";
import { home, homeAndAway, START } from "../support/dhcp6/server.ts";

const RAPID_COMMIT = flag(14);

suite("SOLICIT", () => {
  test("an address and a prefix are advertised and held, not leased", () => {
    const server = home();
    assert.deepEqual(server.receive(message("SOLICIT", { na: { 1: [] }, pd: { 1: [] } })), {
      type: "ADVERTISE",
      to: "fe80::a:546%2",
      ias: { "na 1": "1250/2000: 2001:db8:1::100 2500/4000", "pd 1": "1250/2000: 2001:db8:8000::/56 2500/4000" },
      changes: ["2001:db8:1::100 held until 10030 na 1 of 10", "2001:db8:8000::/56 held until 10030 pd 1 of 10"],
    });
    assert.equal(server.leaseAt("2001:db8:1::100"), undefined);
  });

  test("what is held for one client is not advertised to another one, and is again to the same", () => {
    const server = home();
    const ias = (client: number) => server.receive(message("SOLICIT", { client, na: { 7: [] } })).ias;
    assert.deepEqual(ias(ALICE), { "na 7": "1250/2000: 2001:db8:1::100 2500/4000" });
    assert.deepEqual(ias(BOB), { "na 7": "1250/2000: 2001:db8:1::101 2500/4000" });
    assert.deepEqual(ias(ALICE), { "na 7": "1250/2000: 2001:db8:1::100 2500/4000" });
  });

  test("what the client has already, and for longer than it would be held, is not held", () => {
    const server = home();
    server.lease("2001:db8:1::100", { client: ALICE, expiry: START + 30 });
    server.lease("2001:db8:1::101", { client: ALICE, iaid: 2, expiry: START + 29 });
    assert.deepEqual(server.receive(message("SOLICIT", { na: { 1: [], 2: [] } })).changes, ["2001:db8:1::101 held until 10030 na 2 of 10"]);
  });

  test("other options are no associations", () => {
    const more = [{ code: 15, data: new Uint8Array(20) }];
    assert.equal(home().receive(message("SOLICIT", { more })).ias, undefined);
  });

  test("several associations get different addresses and prefixes", () => {
    assert.deepEqual(home().receive(message("SOLICIT", { na: { 1: [], 2: [] }, pd: { 1: [], 2: [] } })).ias, {
      "na 1": "1250/2000: 2001:db8:1::100 2500/4000",
      "na 2": "1250/2000: 2001:db8:1::101 2500/4000",
      "pd 1": "1250/2000: 2001:db8:8000::/56 2500/4000",
      "pd 2": "1250/2000: 2001:db8:8000:100::/56 2500/4000",
    });
  });

  test("what the link has none of is told in its association, the rest is given (section 18.3.9)", () => {
    const server = home({ prefixPools: [] });
    assert.deepEqual(server.receive(message("SOLICIT", { na: { 1: [] }, pd: { 1: ["::/56"] } })).ias, {
      "na 1": "1250/2000: 2001:db8:1::100 2500/4000",
      "pd 1": "0/0: NoPrefixAvail",
    });
    const none = home({ ranges: [] });
    const { ias, changes } = none.receive(message("SOLICIT", { na: { 1: [] } }));
    assert.deepEqual([ias, changes], [{ "na 1": "0/0: NoAddrsAvail" }, undefined]);
    // Nothing has run short where there never was anything.
    assert.deepEqual([...server.notices, ...none.notices], []);
  });

  test("the operator is told of a pool that is used up", () => {
    const server = home({ ranges: ["2001:db8:1::100 2001:db8:1::100"] });
    server.receive(message("REQUEST", { client: BOB, na: { 1: [] } }));
    assert.deepEqual(server.receive(message("SOLICIT", { na: { 1: [] } })).ias, { "na 1": "0/0: NoAddrsAvail" });
    const [range] = server.config.networks[0]?.ranges ?? [];
    assert.deepEqual(server.notices, [{ kind: "no-address-free", link: "2001:db8:1::/64", pools: [range] }]);
  });

  test("and of prefixes that are used up", () => {
    const server = home({ prefixPools: ["2001:db8:8000::/56 56"] });
    server.receive(message("REQUEST", { client: BOB, pd: { 1: [] } }));
    assert.deepEqual(server.receive(message("SOLICIT", { pd: { 1: [] } })).ias, { "pd 1": "0/0: NoPrefixAvail" });
    const pools = server.config.networks[0]?.prefixPools;
    assert.deepEqual(server.notices, [{ kind: "no-address-free", link: "2001:db8:1::/64", pools }]);
  });

  test("the IA_TA of an old client is not answered, what else it asks for is", () => {
    const { ias } = home().receive(message("SOLICIT", { na: { 1: [] }, more: [{ code: 4, data: Uint8Array.of(0, 0, 0, 9) }] }));
    assert.deepEqual(Object.keys(ias ?? {}), ["na 1"]);
    assert.equal(home().receive(message("SOLICIT", { more: [{ code: 4, data: Uint8Array.of(0, 0, 0, 9) }] })).type, "ADVERTISE");
  });

  test("of two associations with one IAID the first counts, one that is cut short is none", () => {
    const more = [
      { code: 3, data: Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0) },
      { code: 3, data: Uint8Array.of(0, 0, 0, 2) },
    ];
    assert.deepEqual(home().receive(message("SOLICIT", { na: { 1: ["2001:db8:1::150"] }, more })).ias, {
      "na 1": "1250/2000: 2001:db8:1::150 2500/4000",
    });
  });

  test("no more than so many associations of a message are looked at", () => {
    const na = Object.fromEntries(Array.from({ length: 40 }, (_, iaid) => [iaid, []]));
    assert.equal(Object.keys(home().receive(message("SOLICIT", { na })).ias ?? {}).length, 32);
  });
});

test("what is held for one client is not given to another that asks for it", () => {
  const server = home();
  server.receive(message("SOLICIT", { client: ALICE, na: { 1: [] } }));
  const given = server.receive(message("REQUEST", { client: BOB, na: { 1: ["2001:db8:1::100"] } })).ias;
  assert.deepEqual(given, { "na 1": "1250/2000: 2001:db8:1::101 2500/4000" });
});

test("no more than so many addresses of an association are looked at", () => {
  const server = home();
  // What is looked at is taken: the first that is free, though it is not the first of the range.
  const taken = Array.from({ length: 40 }, (_, i) => `2001:db8:1::${(0x110 + i).toString(16)}`);
  for (const [i, at] of taken.slice(0, 31).entries()) server.lease(at, { client: 100 + i });
  const asked = (addresses: readonly string[]) => server.consider(message("SOLICIT", { na: { 1: addresses } })).ias;
  assert.deepEqual(asked(taken), { "na 1": "1250/2000: 2001:db8:1::12f 2500/4000" });
  server.lease(taken[31] as string, { client: 99 });
  assert.deepEqual(asked(taken), { "na 1": "1250/2000: 2001:db8:1::100 2500/4000" });
});

suite("rapid commit", () => {
  for (const [allowed, wanted, type] of [
    [true, true, "REPLY"],
    [true, false, "ADVERTISE"],
    [false, true, "ADVERTISE"],
  ] as const) {
    test(`${allowed ? "allowed" : "not allowed"}, ${wanted ? "wanted" : "not wanted"}: ${type}`, () => {
      const spec = { na: { 1: [] }, more: wanted ? [RAPID_COMMIT] : [] };
      const outcome = home({ rapidCommit: allowed }).receive(message("SOLICIT", spec));
      assert.deepEqual([outcome.type, outcome.options], [type, type === "REPLY" ? ["14"] : undefined]);
      assert.deepEqual(outcome.changes, [
        type === "REPLY" ? "2001:db8:1::100 bound 10000-14000 na 1 of 10" : "2001:db8:1::100 held until 10030 na 1 of 10",
      ]);
    });
  }

  test("where there is nothing to give it is an ADVERTISE that says so", () => {
    const outcome = home({ rapidCommit: true, ranges: [] }).receive(message("SOLICIT", { na: { 1: [] }, more: [RAPID_COMMIT] }));
    assert.deepEqual([outcome.type, outcome.ias], ["ADVERTISE", { "na 1": "0/0: NoAddrsAvail" }]);
  });
});

suite("REQUEST", () => {
  test("what was advertised is leased, and held no longer", () => {
    const server = home();
    server.receive(message("SOLICIT", { na: { 1: [] }, pd: { 5: [] } }));
    const spec = { na: { 1: ["2001:db8:1::100"] }, pd: { 5: ["2001:db8:8000::/56"] } };
    assert.deepEqual(server.receive(message("REQUEST", spec)), {
      type: "REPLY",
      to: "fe80::a:546%2",
      ias: { "na 1": "1250/2000: 2001:db8:1::100 2500/4000", "pd 5": "1250/2000: 2001:db8:8000::/56 2500/4000" },
      changes: ["2001:db8:1::100 bound 10000-14000 na 1 of 10", "2001:db8:8000::/56 bound 10000-14000 pd 5 of 10"],
    });
    assert.equal(server.holdOn("2001:db8:1::100"), undefined);
  });

  test("a repeated one gives the same lease for its whole time again", () => {
    const server = home();
    const request = message("REQUEST", { na: { 1: [] } });
    server.receive(request);
    server.now += 5;
    assert.deepEqual(server.receive(request).changes, ["2001:db8:1::100 bound 10005-14005 na 1 of 10"]);
  });

  test("an address of another link is refused, association by association (NotOnLink)", () => {
    const server = homeAndAway();
    const spec = { na: { 1: ["2001:db8:2::100"], 2: ["2001:db8:1::150"] }, pd: { 1: ["2001:db8:7777::/56"] } };
    assert.deepEqual(server.receive(message("REQUEST", spec)).ias, {
      "na 1": "0/0: NotOnLink",
      "na 2": "1250/2000: 2001:db8:1::150 2500/4000",
      "pd 1": "1250/2000: 2001:db8:8000::/56 2500/4000",
    });
  });

  test("what the association has is left alone when it is only told why it gets nothing", () => {
    const server = homeAndAway({ ranges: [] });
    server.lease("2001:db8:1::100", { client: ALICE });
    for (const na of [{ 1: ["2001:db8:2::100"] }, { 1: [] }]) assert.equal(server.receive(message("REQUEST", { na })).changes, undefined);
  });

  test("an address that somebody else has meanwhile gives way to another one", () => {
    const server = home();
    server.lease("2001:db8:1::100", { client: BOB });
    assert.deepEqual(server.receive(message("REQUEST", { na: { 1: ["2001:db8:1::100"] } })).ias, {
      "na 1": "1250/2000: 2001:db8:1::101 2500/4000",
    });
  });

  test("what the association had before on the link, and is not given, is taken back", () => {
    const server = home({ ranges: ["2001:db8:1::100 2001:db8:1::1ff"] });
    server.lease("2001:db8:1::500", { client: ALICE, expiry: START + 100 });
    assert.deepEqual(server.receive(message("REQUEST", { na: { 1: ["2001:db8:1::180"] } })).changes, [
      "2001:db8:1::500 released 10000-10000 na 1 of 10",
      "2001:db8:1::180 bound 10000-14000 na 1 of 10",
    ]);
  });

  test("the same IAID with another DUID, and another IAID, are others", () => {
    const server = home();
    server.receive(message("REQUEST", { na: { 1: [] } }));
    assert.match(server.receive(message("REQUEST", { client: BOB, na: { 1: [] } })).ias?.["na 1"] ?? "", /::101 /);
    assert.match(server.receive(message("REQUEST", { na: { 2: [] } })).ias?.["na 2"] ?? "", /::102 /);
  });

  test("the lease tells what is known of the client", () => {
    const server = home();
    const fqdn = { code: 39, data: Uint8Array.of(0, 5, 97, 108, 105, 99, 101, 0) };
    const vendorClass = { code: 16, data: Uint8Array.of(0, 0, 1, 55, 0, 1, 120) };
    server.receive(message("REQUEST", { na: { 1: [] }, more: [fqdn, vendorClass] }));
    const owner = [...server.table.leases()][0]?.owner;
    assert.deepEqual(
      [
        owner?.preferredLifetime,
        owner?.peerAddress,
        owner?.relays,
        owner?.interfaceName,
        owner?.hardware,
        owner?.hostname,
        owner?.vendorClass,
      ],
      [
        2500,
        Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10),
        undefined,
        new TextEncoder().encode("eth0"),
        Uint8Array.of(0, 1, 2, 0, 0, 0, 0, 10),
        new TextEncoder().encode("alice"),
        vendorClass.data,
      ],
    );
  });
});
