import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ALICE, BOB, message } from "../support/dhcp6/messages.ts";
import { home, homeAndAway, START } from "../support/dhcp6/server.ts";

const A100 = "2001:db8:1::100";
const A101 = "2001:db8:1::101";
const P = "2001:db8:8000::/56";

suite("RELEASE", () => {
  test("what is the client's own is released, and remembered for it", () => {
    const server = home();
    server.receive(message("REQUEST", { na: { 1: [] }, pd: { 1: [] } }));
    server.now += 10;
    assert.deepEqual(server.receive(message("RELEASE", { na: { 1: [A100] }, pd: { 1: [P] } })), {
      type: "REPLY",
      to: "fe80::a:546%2",
      status: "Success",
      changes: [`${A100} released 10000-10010 na 1 of 10`, `${P} released 10000-10010 pd 1 of 10`],
    });
  });

  for (const [what, spec] of [
    ["another client's address", { na: { 1: [A101] } }],
    ["an address of another association of the client", { na: { 2: [A100] } }],
    ["an address that nobody has", { na: { 5: ["2001:db8:1::177"] } }],
    ["an address of no network", { na: { 5: ["2001:db8:77::1"] } }],
  ] as const) {
    test(`${what} stays as it is, and its association is unknown (NoBinding)`, () => {
      const server = home();
      server.lease(A100, { client: ALICE, iaid: 3 });
      server.lease(A101, { client: BOB });
      const [iaid] = Object.keys(spec.na);
      assert.deepEqual(server.receive(message("RELEASE", spec)), {
        type: "REPLY",
        to: "fe80::a:546%2",
        status: "Success",
        ias: { [`na ${iaid}`]: "0/0: NoBinding" },
      });
    });
  }

  test("an address that is not its own is ignored in an association that has a binding", () => {
    const server = home();
    server.lease(A100, { client: ALICE });
    assert.deepEqual(server.receive(message("RELEASE", { na: { 1: ["2001:db8:1::177"] } })), {
      type: "REPLY",
      to: "fe80::a:546%2",
      status: "Success",
    });
  });

  test("what was only advertised is held no longer", () => {
    const server = home();
    server.receive(message("SOLICIT", { na: { 1: [] } }));
    const { status, changes } = server.receive(message("RELEASE", { na: { 1: [A100] } }));
    assert.deepEqual([status, changes], ["Success", [`withdraw ${A100}`]]);
  });

  test("a lease of a link that the client has left is released too", () => {
    const server = homeAndAway();
    server.lease("2001:db8:2::100", { client: ALICE });
    assert.deepEqual(server.receive(message("RELEASE", { na: { 1: ["2001:db8:2::100"] } })).changes, [
      "2001:db8:2::100 released 10000-10000 na 1 of 10",
    ]);
  });

  test("its answer waits for what was decided about leases before", () => {
    const decision = home().decide(message("RELEASE", { na: { 1: [A100] } }));
    assert.equal(decision.kind === "reply" && decision.rests, true);
  });
});

suite("DECLINE", () => {
  test("the address is in probation, and the client gets another one", () => {
    const server = home();
    server.receive(message("REQUEST", { na: { 1: [] } }));
    assert.deepEqual(server.receive(message("DECLINE", { na: { 1: [A100] } })), {
      type: "REPLY",
      to: "fe80::a:546%2",
      status: "Success",
      changes: [`${A100} declined 10000-10900 na 1 of 10`],
    });
    for (const client of [ALICE, BOB])
      assert.doesNotMatch(server.consider(message("SOLICIT", { client, na: { 1: [A100] } })).ias?.["na 1"] ?? "", /::100 /);
    server.now += 901;
    server.table.expire(server.now, 100);
    assert.match(server.consider(message("SOLICIT", { client: BOB, na: { 1: [A100] } })).ias?.["na 1"] ?? "", /::100 /);
  });

  test("an address that is held for the client can be declined, another one can't", () => {
    const server = home();
    server.lease(A100, { client: ALICE, state: "offered", expiry: START + 20 });
    server.lease(A101, { client: BOB });
    assert.deepEqual(server.receive(message("DECLINE", { na: { 1: [A100, A101, "2001:db8:1::177"] } })).changes, [
      `${A100} declined 10000-10900 na 1 of 10`,
    ]);
    assert.deepEqual(server.receive(message("DECLINE", { na: { 2: [A101] } })).ias, { "na 2": "0/0: NoBinding" });
  });

  test("prefixes are not declined", () => {
    const server = home();
    server.lease(P, { client: ALICE });
    assert.deepEqual(server.receive(message("DECLINE", { pd: { 1: [P] } })), { type: "REPLY", to: "fe80::a:546%2", status: "Success" });
  });
});

suite("CONFIRM (RFC 8415 section 18.3.3)", () => {
  const here = { na: { 1: [A100], 2: ["2001:db8:1::9999"] } };
  const mixed = { na: { 1: [A100, "2001:db8:2::100"] } };
  for (const [what, spec, authoritative, expected] of [
    ["all addresses are of the link, whoever gave them", here, false, "Success"],
    ["one is not", mixed, true, "NotOnLink"],
    ["one is not, where this server does not know all of the link", mixed, false, "not-authoritative"],
    ["no addresses", { na: { 1: [] } }, true, "malformed-request"],
    ["prefixes only", { pd: { 1: [P] } }, true, "malformed-request"],
  ] as const) {
    test(`${what}: ${expected}`, () => {
      const { status, silence, ias, changes } = homeAndAway({ authoritative }).receive(message("CONFIRM", spec));
      assert.deepEqual([status ?? silence, ias, changes], [expected, undefined, undefined]);
    });
  }

  test("the addresses in an old client's IA_TA count, too", () => {
    const iaTa = { code: 4, data: Uint8Array.of(0, 0, 0, 1, 0, 5, 0, 24, ...new Uint8Array(24).fill(0x20)) };
    assert.equal(home().receive(message("CONFIRM", { na: { 1: [A100] }, more: [iaTa] })).status, "NotOnLink");
  });

  test("on a link without a network nothing is said", () => {
    const relays = [{ link: "2001:db8:77::1" }];
    assert.equal(home().receive(message("CONFIRM", { ...here, relays })).silence, "no-network");
  });

  test("on a shared link the addresses of all its networks are right", () => {
    const server = homeAndAway({}, {}, { shared: [["2001:db8:1::/64", "2001:db8:2::/64"]] });
    assert.equal(server.receive(message("CONFIRM", mixed)).status, "Success");
  });
});
