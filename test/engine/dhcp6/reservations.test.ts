import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ReservationMatch } from "../../../src/config/model/dhcp6.ts";
import { text } from "../support/dhcp6/config.ts";
import { ALICE, BOB, CAROL, duid, type MessageSpec, message, option } from "../support/dhcp6/messages.ts";
import { home, homeAndAway, START, type Way } from "../support/dhcp6/server.ts";

const MAC = Uint8Array.of(2, 0, 0, 0, 0, 10);
const UUID = Uint8Array.of(0, 4, ...new Uint8Array(16).fill(7));
const RESERVED = "2001:db8:1::7";
const ias = (...addresses: readonly string[]) => ({ "na 1": `1250/2000: ${addresses.map((at) => `${at} 2500/4000`).join(", ")}` });
const DYNAMIC = ias("2001:db8:1::100");

suite("whose reservation it is", () => {
  const chaddr: ReservationMatch = { kind: "chaddr", chaddr: MAC };
  const relay = (...options: readonly { code: number; data: Uint8Array }[]) => ({
    relays: [{ link: "2001:db8:1::9", peer: "fe80::1234", options }],
  });
  for (const [what, match, spec, way, isFound] of [
    ["DUID", [{ kind: "duid", value: duid(ALICE) }], {}, {}, true],
    ["another DUID", [{ kind: "duid", value: duid(BOB) }], {}, {}, false],
    ["the hardware address in the DUID", [chaddr], {}, {}, true],
    ["another hardware address in the DUID", [chaddr], { client: BOB }, {}, false],
    ["option 79", [chaddr], { duid: UUID, ...relay(option(79, 0, 1, ...MAC)) }, {}, true],
    ["option 79 goes before the DUID", [chaddr], relay(option(79, 0, 1, 2, 0, 0, 0, 0, 99)), {}, false],
    ["an EUI-64 link-local address, where nothing else tells", [chaddr], { duid: UUID }, { source: "fe80::ff:fe00:a" }, true],
    ["the DUID goes before the link-local address", [chaddr], { client: BOB }, { source: "fe80::ff:fe00:a" }, false],
    ["a global address of the same form", [chaddr], { duid: UUID }, { source: "2001:db8:1::ff:fe00:a" }, false],
    ["Interface-Id", [{ kind: "interfaceId", value: text("p") }], relay({ code: 18, data: text("p") }), {}, true],
    ["another Interface-Id", [{ kind: "interfaceId", value: text("p") }], relay({ code: 18, data: text("q") }), {}, false],
    ["Remote-Id without its enterprise number", [{ kind: "remoteId", value: text("r") }], relay(option(37, 0, 0, 0, 9, 114)), {}, true],
    ["Remote-Id with it", [{ kind: "remoteId", value: Uint8Array.of(0, 0, 0, 9, 114) }], relay(option(37, 0, 0, 0, 9, 114)), {}, true],
    ["an option of the client", [{ kind: "option", code: 16, value: text("x") }], { more: [{ code: 16, data: text("x") }] }, {}, true],
    ["another value of it", [{ kind: "option", code: 16, value: text("x") }], { more: [{ code: 16, data: text("y") }] }, {}, false],
    ["all that is named must match", [chaddr, { kind: "interfaceId", value: text("p") }], {}, {}, false],
  ] satisfies readonly (readonly [string, readonly ReservationMatch[], MessageSpec, Way, boolean])[]) {
    test(what, () => {
      const server = home({ reservations: [{ match, addresses: [RESERVED] }] });
      assert.deepEqual(server.receive(message("SOLICIT", { na: { 1: [] }, ...spec }), way).ias, isFound ? ias(RESERVED) : DYNAMIC);
    });
  }

  test("by DUID goes before by hardware address, by Interface-Id, by Remote-Id", () => {
    const matches: readonly ReservationMatch[] = [
      { kind: "remoteId", value: text("r") },
      { kind: "interfaceId", value: text("p") },
      { kind: "chaddr", chaddr: MAC },
      { kind: "duid", value: duid(ALICE) },
    ];
    for (let left = matches.length; left > 0; left--) {
      const reservations = matches.slice(0, left).map((match, i) => ({ match: [match], addresses: [`2001:db8:1::${i + 1}0`] }));
      const spec = { na: { 1: [] }, ...relay({ code: 18, data: text("p") }, option(37, 0, 0, 0, 9, 114)) };
      assert.deepEqual(home({ reservations }).receive(message("SOLICIT", spec)).ias, ias(`2001:db8:1::${left}0`));
    }
  });
});

const match: readonly ReservationMatch[] = [{ kind: "duid", value: duid(ALICE) }];

suite("what is reserved", () => {
  const several = { match, addresses: [RESERVED, "2001:db8:1::8"], prefixes: ["2001:db8:8000:500::/56", "2001:db8:7777::/48"] };

  test("all addresses and prefixes go into one association each, of any length, held together", () => {
    const server = home({ reservations: [several] });
    assert.deepEqual(server.receive(message("SOLICIT", { na: { 1: [] }, pd: { 1: [] } })), {
      type: "ADVERTISE",
      to: "fe80::a:546%2",
      ias: {
        ...ias(RESERVED, "2001:db8:1::8"),
        "pd 1": "1250/2000: 2001:db8:8000:500::/56 2500/4000, 2001:db8:7777::/48 2500/4000",
      },
      changes: [
        `${RESERVED} held until 10030 na 1 of 10`,
        "also 2001:db8:1::8 held until 10030 na 1 of 10",
        "2001:db8:8000:500::/56 held until 10030 pd 1 of 10",
        "also 2001:db8:7777::/48 held until 10030 pd 1 of 10",
      ],
    });
    assert.equal(server.receive(message("REQUEST", { na: { 1: [] }, pd: { 1: [] } })).changes?.length, 4);
    assert.equal(server.receive(message("RENEW", { na: { 1: [] }, pd: { 1: [] } })).changes?.length, 4);
  });

  test("another association of the same host gets others, and takes nothing away", () => {
    const server = home({ reservations: [{ match, addresses: [RESERVED] }] });
    const both = server.receive(message("REQUEST", { na: { 1: [], 2: [] } })).ias;
    assert.deepEqual(both, { ...ias(RESERVED), "na 2": "1250/2000: 2001:db8:1::100 2500/4000" });
    assert.deepEqual(server.receive(message("REQUEST", { na: { 3: [] } })).ias, { "na 3": "1250/2000: 2001:db8:1::101 2500/4000" });
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: [RESERVED] } })).ias, ias(RESERVED));
  });

  test("nor does another interface of the host that is known by a hardware address", () => {
    const server = home({ reservations: [{ match: [{ kind: "chaddr", chaddr: MAC }], addresses: [RESERVED] }] });
    server.receive(message("REQUEST", { na: { 1: [] } }));
    assert.deepEqual(server.receive(message("REQUEST", { na: { 3: [] } })).ias, { "na 3": "1250/2000: 2001:db8:1::100 2500/4000" });
  });

  test("nobody else is given it, whatever is asked for", () => {
    const server = home({
      ranges: [`${RESERVED} ${RESERVED}`, "2001:db8:1::8 2001:db8:1::8"],
      reservations: [several],
      prefixPools: ["2001:db8:8000:500::/56 56"],
    });
    for (const type of ["SOLICIT", "REQUEST", "RENEW"] as const) {
      const spec = { client: BOB, na: { 1: [RESERVED] }, pd: { 1: ["2001:db8:8000:500::/56", "2001:db8:7777::/48"] } };
      assert.doesNotMatch(JSON.stringify(server.receive(message(type, spec)).ias), /\d{4}\/\d{4}/);
    }
  });

  test("a part of a reserved prefix is not delegated either", () => {
    const server = home({ reservations: [{ match, prefixes: ["2001:db8:8000::/60"] }] });
    assert.deepEqual(server.receive(message("SOLICIT", { client: BOB, pd: { 1: ["2001:db8:8000::/56"] } })).ias, {
      "pd 1": "1250/2000: 2001:db8:8000:100::/56 2500/4000",
    });
  });

  test("another client that has it keeps it; the host gets another address, and the operator is told", () => {
    const server = home({ reservations: [{ match, addresses: [RESERVED], hostname: "alice" }] });
    server.lease(RESERVED, { client: BOB });
    assert.deepEqual(server.receive(message("REQUEST", { na: { 1: [] } })).ias, DYNAMIC);
    assert.equal(server.notices[0]?.kind, "reserved-in-use");
    assert.deepEqual(server.receive(message("RENEW", { client: BOB, na: { 1: [RESERVED] } })).ias, {
      "na 1": `1250/2000: 2001:db8:1::101 2500/4000, ${RESERVED} 0/0`,
    });
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: ["2001:db8:1::100"] } })).ias, {
      "na 1": `1250/2000: ${RESERVED} 2500/4000, 2001:db8:1::100 0/0`,
    });
  });

  test("the same machine under another DUID takes over what is reserved for its hardware address", () => {
    const server = home({ reservations: [{ match: [{ kind: "chaddr", chaddr: MAC }], addresses: [RESERVED] }] });
    server.receive(message("REQUEST", { na: { 1: [] } }));
    const other = { duid: Uint8Array.of(0, 1, 0, 1, 0, 0, 0, 0, ...MAC), na: { 9: [] } };
    assert.deepEqual(server.receive(message("REQUEST", other)).ias, { "na 9": `1250/2000: ${RESERVED} 2500/4000` });
  });

  test("settings of a reservation without addresses go with a dynamic one", () => {
    const reservations = [{ match, leaseTime: { default: 800, min: 800 }, options: { 23: Uint8Array.of(1) } }];
    const outcome = home({ reservations }).receive(message("REQUEST", { na: { 1: [] }, asks: [23] }));
    assert.deepEqual([outcome.ias, outcome.options], [{ "na 1": "250/400: 2001:db8:1::100 500/800" }, ["23: 01"]]);
  });

  test("only those of the client's link count", () => {
    const server = homeAndAway({ reservations: [{ match, addresses: [RESERVED] }] });
    const relays = [{ link: "2001:db8:2::9" }];
    assert.deepEqual(server.receive(message("SOLICIT", { na: { 1: [] }, relays })).ias, { "na 1": "1250/2000: 2001:db8:2::100 2500/4000" });
  });

  test("on a shared link one with a prefix goes before one with settings only", () => {
    const shared = [["2001:db8:1::/64", "2001:db8:2::/64"]];
    const server = homeAndAway(
      { reservations: [{ match, hostname: "settings" }] },
      { reservations: [{ match, prefixes: ["2001:db8:7777::/48"] }] },
      { shared },
    );
    assert.deepEqual(server.receive(message("SOLICIT", { pd: { 1: [] } })).ias, { "pd 1": "1250/2000: 2001:db8:7777::/48 2500/4000" });
  });

  test("reservations_only: others get nothing, not even what they ask for or have", () => {
    const server = home({ reservationsOnly: true });
    server.lease("2001:db8:1::105", { client: ALICE });
    for (const asked of ["2001:db8:1::105", "2001:db8:1::106"])
      assert.deepEqual(server.consider(message("REQUEST", { na: { 1: [asked] } })).ias, { "na 1": "0/0: NoAddrsAvail" });
  });

  test("reservations_only: others get nothing, a host gets what is reserved, or a dynamic one for what is not", () => {
    const server = home({ reservationsOnly: true, reservations: [{ match, addresses: [RESERVED] }] });
    assert.deepEqual(server.receive(message("SOLICIT", { client: CAROL, na: { 1: [] } })).ias, { "na 1": "0/0: NoAddrsAvail" });
    assert.deepEqual(server.receive(message("SOLICIT", { na: { 1: [] }, pd: { 1: [] } })).ias, {
      ...ias(RESERVED),
      "pd 1": "1250/2000: 2001:db8:8000::/56 2500/4000",
    });
  });

  test("one in probation is passed over until that is over", () => {
    const server = home({ reservations: [several] });
    server.lease(RESERVED, { client: ALICE, state: "declined", expiry: START + 900 });
    assert.deepEqual(server.receive(message("SOLICIT", { na: { 1: [] } })).ias, ias("2001:db8:1::8"));
  });
});
