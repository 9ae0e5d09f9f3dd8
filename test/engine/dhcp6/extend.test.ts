import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ALICE, BOB, duid, message } from "../support/dhcp6/messages.ts";
import { home, homeAndAway, START } from "../support/dhcp6/server.ts";

const A100 = "2001:db8:1::100";

suite("RENEW", () => {
  test("all associations are extended, with one T1 and T2 of the shortest lease", () => {
    const server = home({
      prefixPools: [{ pool: "2001:db8:8000::/40 56" }],
      ranges: [{ range: `${A100} 2001:db8:1::1ff`, leaseTime: { default: 2000 } }],
    });
    server.receive(message("REQUEST", { na: { 1: [] }, pd: { 1: [] } }));
    server.now += 700;
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: [A100] }, pd: { 1: ["2001:db8:8000::/56"] } })), {
      type: "REPLY",
      to: "fe80::a:546%2",
      ias: { "na 1": `625/1000: ${A100} 1250/2000`, "pd 1": "625/1000: 2001:db8:8000::/56 2500/4000" },
      changes: [`${A100} bound 10700-12700 na 1 of 10`, "2001:db8:8000::/56 bound 10700-14700 pd 1 of 10"],
    });
  });

  test("an association that is unknown here gets what it names, if that is free", () => {
    assert.deepEqual(home().receive(message("RENEW", { na: { 1: ["2001:db8:1::155"] } })), {
      type: "REPLY",
      to: "fe80::a:546%2",
      ias: { "na 1": "1250/2000: 2001:db8:1::155 2500/4000" },
      changes: ["2001:db8:1::155 bound 10000-14000 na 1 of 10"],
    });
  });

  test("what another client has, or has no place here, comes back with lifetimes of 0 beside a new address", () => {
    const server = homeAndAway();
    server.lease("2001:db8:1::155", { client: BOB });
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: ["2001:db8:1::155", "2001:db8:2::100"] } })).ias, {
      "na 1": `1250/2000: ${A100} 2500/4000, 2001:db8:1::155 0/0, 2001:db8:2::100 0/0`,
    });
  });

  test("an association that gets nothing is told so; with something to give back only that", () => {
    const server = home({ ranges: [], prefixPools: [] });
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: [] }, pd: { 1: ["::/56"], 2: ["2001:db8:8000::/56"] } })).ias, {
      "na 1": "0/0: NoAddrsAvail",
      "pd 1": "0/0: NoPrefixAvail",
      "pd 2": "0/0: 2001:db8:8000::/56 0/0",
    });
  });

  test("an association that got nothing before gets what is free now (RFC 7550)", () => {
    const server = home();
    server.receive(message("REQUEST", { na: { 1: [] } }));
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: [A100] }, pd: { 1: [] } })).ias, {
      "na 1": `1250/2000: ${A100} 2500/4000`,
      "pd 1": "1250/2000: 2001:db8:8000::/56 2500/4000",
    });
  });

  test("a host that was given a reservation meanwhile moves to it, and is told to leave the old address", () => {
    const match = [{ kind: "duid", value: duid(ALICE) }] as const;
    const server = home({ reservations: [{ match, addresses: ["2001:db8:1::7"] }] });
    server.lease("2001:db8:1::155", { client: ALICE });
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: ["2001:db8:1::155"] } })), {
      type: "REPLY",
      to: "fe80::a:546%2",
      ias: { "na 1": "1250/2000: 2001:db8:1::7 2500/4000, 2001:db8:1::155 0/0" },
      changes: ["2001:db8:1::155 released 10000-10000 na 1 of 10", "2001:db8:1::7 bound 10000-14000 na 1 of 10"],
    });
  });
});

suite("REBIND", () => {
  const known = message("REBIND", { na: { 1: [A100] } });
  const onLink = message("REBIND", { na: { 1: ["2001:db8:1::155"] } });
  const offLink = message("REBIND", { na: { 1: ["2001:db8:7::155"] }, pd: { 1: ["2001:db8:7777::/56"] } });

  test("what is known here is extended", () => {
    const server = home({ authoritative: false });
    server.lease(A100, { client: ALICE });
    server.now += 3000;
    const outcome = server.receive(known);
    assert.deepEqual(
      [outcome.ias, outcome.changes],
      [{ "na 1": `1250/2000: ${A100} 2500/4000` }, [`${A100} bound 13000-17000 na 1 of 10`]],
    );
  });

  // RFC 8415 section 18.3.5, for an association without a binding here.
  for (const [what, network, sent, expected] of [
    ["on link, not authoritative", { authoritative: false }, onLink, undefined],
    ["on link, authoritative", {}, onLink, { "na 1": "0/0: NoBinding" }],
    ["on link, rapid commit", { authoritative: false, rapidCommit: true }, onLink, { "na 1": "1250/2000: 2001:db8:1::155 2500/4000" }],
    ["off link, not authoritative", { authoritative: false }, offLink, undefined],
    ["off link, authoritative", {}, offLink, { "na 1": "0/0: 2001:db8:7::155 0/0", "pd 1": "0/0: 2001:db8:7777::/56 0/0" }],
    ["rapid commit, nothing free", { rapidCommit: true, ranges: [] }, onLink, { "na 1": "0/0: NoAddrsAvail" }],
  ] as const) {
    test(`unknown, ${what}`, () => {
      const { ias, silence } = home(network).receive(sent);
      assert.deepEqual([ias, silence], [expected, expected === undefined ? "no-binding-here" : undefined]);
    });
  }

  test("an association that is known is answered beside one that is not", () => {
    const server = home({ authoritative: false });
    server.lease(A100, { client: ALICE });
    assert.deepEqual(server.receive(message("REBIND", { na: { 1: [A100], 2: ["2001:db8:1::155"] } })).ias, {
      "na 1": `1250/2000: ${A100} 2500/4000`,
    });
  });

  test("a lease that is over, and one that was only advertised, are no binding", () => {
    const server = home({ authoritative: false });
    server.lease(A100, { client: ALICE, state: "expired", expiry: START - 10 });
    assert.equal(server.receive(known).silence, "no-binding-here");
    server.lease("2001:db8:1::155", { client: ALICE, state: "offered", expiry: START + 20 });
    assert.equal(server.receive(onLink).silence, "no-binding-here");
  });
});

suite("cache_threshold", () => {
  const renewal = message("RENEW", { na: { 1: [A100] } });
  const cached = () => {
    const server = home({}, { more: { cacheThreshold: 25 } });
    server.receive(message("REQUEST", { na: { 1: [] } }));
    return server;
  };

  for (const [elapsed, ias, changes] of [
    [1000, `750/1200: ${A100} 1500/3000`, undefined],
    [1001, `1250/2000: ${A100} 2500/4000`, [`${A100} bound 11001-15001 na 1 of 10`]],
  ] as const) {
    test(`after ${elapsed} of 4000 s`, () => {
      const server = cached();
      server.now += elapsed;
      const outcome = server.receive(renewal);
      assert.deepEqual([outcome.ias, outcome.changes], [{ "na 1": ias }, changes]);
    });
  }

  test("what the client tells anew is written", () => {
    const server = cached();
    const more = [{ code: 39, data: Uint8Array.of(0, 1, 97, 0) }];
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: [A100] }, more })).changes, [`${A100} bound 10000-14000 na 1 of 10`]);
  });

  test("another association's early renewal leaves this one to be written", () => {
    const server = cached();
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: [A100], 2: [] } })).changes, [
      "2001:db8:1::101 bound 10000-14000 na 2 of 10",
    ]);
  });
});
