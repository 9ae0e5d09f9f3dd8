import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_BYTES } from "../../../src/net/bytes.ts";
import type { ConfigSpec, NetworkSpec } from "../support/config.ts";
import { HOME, home } from "../support/home.ts";
import { ALICE, BOB, discover, type MessageSpec, mac, request, u32 } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { unicastFrom } from "../support/server.ts";

const HALF_AN_HOUR = { 108: u32(1800) };
const ASKS: MessageSpec = { prl: [108, 3] };
const NO_AUTO = { 116: Uint8Array.of(0) };
const AUTO = { 116: Uint8Array.of(1) };
const SENDS_116 = { more: [{ code: 116, data: Uint8Array.of(1) }] };
const FULL: NetworkSpec = { ranges: [{ range: "10.0.0.1-10.0.0.1" }] };
const NOTHING = "op 2 htype 1 02:00:00:00:00:0a";

describe("IPv6-only preferred (RFC 8925)", () => {
  const byMac = { match: [{ kind: "chaddr", chaddr: mac(ALICE) } as const] };
  const places: readonly [name: string, network: NetworkSpec, rest: Omit<ConfigSpec, "networks">][] = [
    ["the top level", {}, { options: HALF_AN_HOUR }],
    ["the network", { options: { ...HOME.options, ...HALF_AN_HOUR } }, {}],
    ["the range", { ranges: [{ range: "10.0.0.100-10.0.0.199", options: HALF_AN_HOUR }] }, {}],
    ["a reservation with an address", { reservations: [{ ...byMac, address: "10.0.0.50", options: HALF_AN_HOUR }] }, {}],
    ["a reservation without an address", { reservations: [{ ...byMac, options: HALF_AN_HOUR }] }, {}],
    ["the network, whose addresses are all in use", { ...FULL, options: { ...HOME.options, ...HALF_AN_HOUR } }, {}],
    ["the range, whose addresses are all in use", { ranges: [{ range: "10.0.0.1-10.0.0.1", options: HALF_AN_HOUR }] }, {}],
  ];
  for (const [name, network, rest] of places) {
    test(`configured in ${name}: no address is offered, and none is held`, () => {
      const server = home(network, rest);
      assert.deepEqual(server.receive(discover(ASKS)), {
        to: "255.255.255.255:68 on 2 from 10.0.0.1",
        header: NOTHING,
        options: ["53 OFFER", "54 10.0.0.1", "51 3600 s", "58 1800 s", "59 3150 s", "1 255.255.255.0", "108 00000708", "3 10.0.0.1"],
        limit: 548,
        changes: [],
      });
      assert.equal(server.table.size, 0);
    });
  }

  const ignored: readonly [name: string, network: NetworkSpec, spec: MessageSpec][] = [
    ["the client does not ask for it", { options: { ...HOME.options, ...HALF_AN_HOUR } }, { prl: [3] }],
    ["it is sent always, but the client does not ask for it", { options: { 108: { always: u32(1800) } } }, { prl: [3] }],
    ["it is not configured", {}, ASKS],
    ["a reservation takes it back", { options: HALF_AN_HOUR, reservations: [{ ...byMac, options: { 108: null } }] }, ASKS],
  ];
  for (const [name, network, spec] of ignored) {
    test(`${name}: an address is offered`, () => {
      const outcome = home(network).receive(discover(spec));
      assert.equal(briefly(outcome), "OFFER 10.0.0.100");
      assert.equal(
        outcome.options?.some((option) => option.startsWith("108 ")),
        false,
      );
    });
  }

  const v6Only = { options: { ...HOME.options, ...HALF_AN_HOUR } };

  test("through a relay the offer goes to the relay", () => {
    const outcome = home(v6Only).receive(discover({ ...ASKS, giaddr: "10.0.0.2" }), unicastFrom("10.0.0.2"));
    assert.equal(outcome.to, "10.0.0.2:67 on 0 from 10.0.0.1");
    assert.equal(outcome.header, `${NOTHING} giaddr 10.0.0.2`);
  });

  test("rapid commit gives way", () => {
    const rapid = { ...ASKS, more: [{ code: 80, data: NO_BYTES }] };
    const outcome = home(v6Only, { rapidCommit: true }).receive(discover(rapid));
    assert.equal(briefly(outcome), "OFFER");
    assert.deepEqual(outcome.changes, []);
  });

  test("a REQUEST is served as usual, and told the same", () => {
    const outcome = home(v6Only).receive(request({ ...ASKS, server: "10.0.0.1", requested: "10.0.0.100" }));
    assert.equal(briefly(outcome), "ACK 10.0.0.100");
    assert.deepEqual(outcome.options?.at(-2), "108 00000708");
  });

  test("a lease that the client has is left as it is", () => {
    const server = home(v6Only);
    server.lease("10.0.0.100", { mac: ALICE });
    assert.deepEqual(server.receive(discover(ASKS)).changes, []);
    assert.equal(server.leaseAt("10.0.0.100"), "bound 10.0.0.100 1000..4600 of alice");
  });

  test("and no link-local address either, for a client that asks for both (section 3.3.1)", () => {
    const server = home({ options: { ...HALF_AN_HOUR, ...NO_AUTO } });
    const outcome = server.receive(discover({ ...ASKS, ...SENDS_116 }));
    assert.deepEqual(outcome.options?.slice(5), ["116 00", "1 255.255.255.0", "108 00000708"]);
    assert.equal(server.receive(discover(ASKS)).options?.includes("116 00"), false);
  });
});

describe("auto-configure (RFC 2563)", () => {
  test("a client that gets no address is told not to choose one", () => {
    const server = home({ ...FULL, options: NO_AUTO });
    assert.deepEqual(server.receive(discover({ ...SENDS_116, prl: [3, 116] })), {
      to: "255.255.255.255:68 on 2 from 10.0.0.1",
      header: NOTHING,
      options: ["53 OFFER", "54 10.0.0.1", "51 3600 s", "58 1800 s", "59 3150 s", "116 00", "1 255.255.255.0"],
      limit: 548,
      changes: [],
    });
  });

  const silent: readonly [name: string, options: NetworkSpec["options"], spec: MessageSpec][] = [
    ["it did not send the option", NO_AUTO, {}],
    ["it only asks for the option", NO_AUTO, { prl: [116] }],
    ["it may choose one", AUTO, SENDS_116],
    ["nothing is configured", {}, SENDS_116],
  ];
  for (const [name, options, spec] of silent) {
    test(`a client that gets no address is not answered: ${name}`, () => {
      assert.deepEqual(home({ ...FULL, options: options ?? {} }).receive(discover(spec)), { silence: "no-address-free" });
    });
  }

  test("a client that gets an address gets it", () => {
    assert.equal(briefly(home({ options: NO_AUTO }).receive(discover({ ...SENDS_116, mac: BOB }))), "OFFER 10.0.0.100");
  });
});
