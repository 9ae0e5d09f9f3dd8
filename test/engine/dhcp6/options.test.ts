import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ReservationMatch } from "../../../src/config/model/dhcp6.ts";
import { configOf } from "../support/dhcp6/config.ts";
import { ALICE, BOB, duid, flag, message } from "../support/dhcp6/messages.ts";
import { home, homeAndAway, serverOf } from "../support/dhcp6/server.ts";

const one = (value: number): Uint8Array => Uint8Array.of(value);

suite("INFORMATION-REQUEST", () => {
  test("what is configured and asked for is told, in the client's order, to a client without an identifier too", () => {
    const server = home({ options: { 23: one(1), 24: one(2), 31: one(3) } });
    assert.deepEqual(server.receive(message("INFORMATION-REQUEST", { client: null, asks: [24, 99, 23, 24] })), {
      type: "REPLY",
      to: "fe80::a:546%2",
      options: ["24: 02", "23: 01"],
    });
  });

  test("its identifier is given back where it has one, and that of the server always", () => {
    const codes = (client: number | null): readonly number[] => {
      const decision = home().decide(message("INFORMATION-REQUEST", { client }));
      return decision.kind === "reply" ? decision.message.options.map(({ code }) => code) : [];
    };
    assert.deepEqual([codes(ALICE), codes(null)], [[1, 2], [2]]);
  });

  test("nothing that was not asked for, but for what is sent always", () => {
    const options = { 23: one(1), 24: { always: one(2) } };
    assert.deepEqual(home({ options }).receive(message("INFORMATION-REQUEST")).options, ["24: 02"]);
  });
});

suite("which option may stand in which message (RFC 8415 appendix B)", () => {
  const options = { 7: one(255), 23: one(1), 32: Uint8Array.of(0, 0, 2, 88), 82: Uint8Array.of(0, 0, 1, 0), 83: Uint8Array.of(0, 0, 2, 0) };
  const asks = [7, 32, 82, 83, 23, 148];
  for (const [type, spec, expected] of [
    ["SOLICIT", { na: { 1: [] } }, ["7: ff", "82: 00000100", "83: 00000200", "23: 01", "148"]],
    ["REQUEST", { na: { 1: [] } }, ["82: 00000100", "83: 00000200", "23: 01", "148"]],
    ["RENEW", { na: { 1: [] } }, ["82: 00000100", "83: 00000200", "23: 01", "148"]],
    ["INFORMATION-REQUEST", {}, ["32: 00000258", "82: 00000100", "83: 00000200", "23: 01", "148"]],
    ["RELEASE", { na: { 1: [] } }, undefined],
    ["DECLINE", { na: { 1: [] } }, undefined],
    ["CONFIRM", { na: { 1: ["2001:db8:1::5"] } }, undefined],
  ] as const) {
    test(type, () => {
      const server = home({ options }, { more: { addressRegistration: true } });
      assert.deepEqual(server.receive(message(type, { ...spec, asks })).options, expected);
    });
  }

  test("the preference is told though no client may ask for it", () => {
    assert.deepEqual(home({ options: { 7: one(9) } }).receive(message("SOLICIT")).options, ["7: 09"]);
  });

  test("what belongs to the protocol is not taken from the configuration", () => {
    const codes = [1, 2, 3, 9, 11, 12, 13, 14, 18, 20, 25, 66];
    const own = Object.fromEntries(codes.map((code) => [code, { always: one(code) }]));
    assert.equal(home({ options: own }).receive(message("INFORMATION-REQUEST", { asks: codes })).options, undefined);
  });

  test("address registration is offered only where it is allowed", () => {
    assert.equal(home().receive(message("INFORMATION-REQUEST", { asks: [148] })).options, undefined);
  });

  test("an option of several values goes into as many options", () => {
    const server = home({ options: { 17: { several: [one(1), one(2)] } } });
    assert.deepEqual(server.receive(message("INFORMATION-REQUEST", { asks: [17] })).options, ["17: 01", "17: 02"]);
  });
});

suite("the closest place wins: reservation, pool, network, top level", () => {
  const match: readonly ReservationMatch[] = [{ kind: "duid", value: duid(BOB) }];
  const server = () =>
    homeAndAway(
      {
        options: { 23: one(2), 24: one(2), 31: one(2), 41: null },
        ranges: [{ range: "2001:db8:1::100 2001:db8:1::1ff", options: { 24: one(3), 31: one(3) } }],
        prefixPools: [{ pool: "2001:db8:8000::/40 56", options: { 31: one(4) } }],
        reservations: [{ match, addresses: ["2001:db8:1::110"], options: { 31: one(5) } }],
      },
      {},
      { options: { 22: one(1), 23: one(1), 24: one(1), 31: one(1), 41: one(1) } },
    );
  const asks = [22, 23, 24, 31, 41];
  for (const [what, type, spec, expected] of [
    ["no address", "INFORMATION-REQUEST", {}, ["22: 01", "23: 02", "24: 02", "31: 02"]],
    ["an address", "SOLICIT", { na: { 1: [] }, pd: { 1: [] } }, ["22: 01", "23: 02", "24: 03", "31: 03"]],
    ["a prefix", "SOLICIT", { pd: { 1: [] } }, ["22: 01", "23: 02", "24: 02", "31: 04"]],
    ["a reserved address", "SOLICIT", { client: BOB, na: { 1: [] } }, ["22: 01", "23: 02", "24: 03", "31: 05"]],
    ["a reservation, no address", "INFORMATION-REQUEST", { client: BOB }, ["22: 01", "23: 02", "24: 02", "31: 05"]],
  ] as const) {
    test(what, () => assert.deepEqual(server().receive(message(type, { ...spec, asks })).options, expected));
  }
});

test("what is sent always further out is not, where a closer place has another value that is not", () => {
  const server = home({ options: { 23: one(2) } }, { options: { 23: { always: one(1) }, 24: { always: one(1) } } });
  assert.deepEqual(server.receive(message("INFORMATION-REQUEST")).options, ["24: 01"]);
  assert.deepEqual(server.receive(message("INFORMATION-REQUEST", { asks: [23] })).options, ["24: 01", "23: 02"]);
});

test("lists that are kept are those that would be made", () => {
  const server = home({ options: { 23: one(1), 24: one(2) } });
  const options = (asks: readonly number[]) => server.receive(message("INFORMATION-REQUEST", { asks })).options;
  for (let times = 0; times < 4; times++) {
    assert.deepEqual(options([23, 24]), ["23: 01", "24: 02"]);
    assert.deepEqual(options([24]), ["24: 02"]);
  }
});

suite("the FQDN of a client (RFC 4704)", () => {
  const alice = Uint8Array.of(1, 5, 97, 108, 105, 99, 101, 0);
  for (const [what, asks, data, expected] of [
    ["asked for: this server updates nothing, and did not do as it was asked", [39], alice, ["39: 0605616c69636500"]],
    ["nothing was wanted of the server", [39], Uint8Array.of(0, 1, 97), ["39: 040161"]],
    ["not asked for", [23], alice, undefined],
    ["malformed", [39], Uint8Array.of(1, 9, 97), undefined],
  ] as const) {
    test(what, () => {
      assert.deepEqual(home().receive(message("REQUEST", { asks, more: [{ code: 39, data }] })).options, expected);
    });
  }

  test("the name of a reservation goes before the client's own", () => {
    const reservations = [{ match: [{ kind: "duid", value: duid(ALICE) }], hostname: "a.b" }] as const;
    const outcome = home({ reservations }).receive(message("REQUEST", { asks: [39], more: [{ code: 39, data: alice }] }));
    assert.deepEqual(outcome.options, ["39: 060161016200"]);
  });
});

suite("Reconfigure", () => {
  const ACCEPT = flag(20);
  const keyOf = (options: readonly { readonly code: number; readonly data: Uint8Array }[]) => options.find(({ code }) => code === 11)?.data;

  test("an ADVERTISE says that it is known here; the REPLY has a key, which is kept", () => {
    const server = home();
    let drawn = 0;
    server.random = () => ++drawn * 0x01010101 + 0.5;
    assert.deepEqual(server.receive(message("SOLICIT", { na: { 1: [] }, more: [ACCEPT] })).options, ["20"]);
    drawn = 0;
    const request = message("REQUEST", { na: { 1: [] }, pd: { 1: [] }, more: [ACCEPT] });
    const decision = server.decide(request);
    const key = Uint8Array.of(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4);
    const told = decision.kind === "reply" ? keyOf(decision.message.options) : undefined;
    assert.deepEqual(told, Uint8Array.of(3, 1, 0, 0, 0, 0x27, 0x10, 0, 0, 0, 0, 1, ...key));
    assert.deepEqual(
      [...server.table.leases()].map(({ owner }) => owner.reconfigureKey),
      [key, key],
    );
    // The same again to a client that asks again, and none by a renewal.
    assert.deepEqual(server.receive(request).options, ["20", "11"]);
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: [] }, pd: { 1: [] }, more: [ACCEPT] })).options, ["20"]);
    assert.deepEqual(
      [...server.table.leases()].map(({ owner }) => owner.reconfigureKey),
      [key, key],
    );
  });

  test("the key goes before what is configured, where there is no room for both: it is on record", () => {
    const server = home({ options: { 65: new Uint8Array(2500), 94: new Uint8Array(1480) } });
    const outcome = server.receive(message("REQUEST", { na: { 1: [] }, asks: [65, 94], more: [ACCEPT] }));
    assert.deepEqual(
      outcome.options?.map((text) => text.split(":")[0]),
      ["20", "11", "65", "94"],
      "what stands last is left out when the reply is written",
    );
  });

  test("a client that does not accept it any more has no key", () => {
    const server = home();
    server.receive(message("REQUEST", { na: { 1: [] }, more: [ACCEPT] }));
    assert.equal(server.receive(message("REQUEST", { na: { 1: [] } })).options, undefined);
    assert.deepEqual(
      [...server.table.leases()].map(({ owner }) => owner.reconfigureKey),
      [undefined],
    );
  });

  test("a client that gets no lease gets no key", () => {
    assert.deepEqual(home({ ranges: [] }).receive(message("REQUEST", { na: { 1: [] }, more: [ACCEPT] })).options, ["20"]);
  });
});

suite("a client of a link without a network", () => {
  const elsewhere = (options = {}) => serverOf(configOf({ networks: { "2001:db8:77::/64": {} }, options }));
  const asks = message("INFORMATION-REQUEST", { asks: [23] });

  test("is told what is configured for all, as in dora", () => {
    const outcome = elsewhere({ 23: one(1), 24: one(2) }).receive(asks);
    assert.deepEqual(outcome, { type: "REPLY", to: "fe80::a:546%2", options: ["23: 01"] });
  });

  for (const [what, server, sent] of [
    ["nothing is configured for all", elsewhere(), asks],
    ["through a relay", elsewhere({ 23: one(1) }), message("INFORMATION-REQUEST", { asks: [23], relays: [{ link: "2001:db8:78::9" }] })],
    ["that wants an address", elsewhere({ 23: one(1) }), message("SOLICIT", { na: { 1: [] } })],
  ] as const) {
    test(`${what}: silence`, () => assert.equal(server.receive(sent).silence, "no-network"));
  }
});
