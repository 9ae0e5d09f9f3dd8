import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { LeaseState } from "../../../src/leases/dhcp4/lease.ts";
import { splitKeys } from "../../../src/leases/limit-keys.ts";
import { fromHex, NO_BYTES, toHex } from "../../../src/net/bytes.ts";
import { load } from "../../config/load.ts";
import { storedOf } from "../../support/leases.ts";
import { text } from "../support/config.ts";
import { ALICE, BOB, CAROL, discover, type MessageSpec, message, relayInfo, release, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { type Server, serverOf, unicastFrom } from "../support/server.ts";

const RELAY = { source: "10.0.0.2", sourcePort: 67, destination: "10.0.0.1" };
const FULL = "limit-reached";
const NAK = "NAK there are as many leases for clients like this one as may be";
const RAPID = [{ code: 80, data: new Uint8Array(0) }];
const VENDOR = [{ code: 60, data: text("phone") }];

/** A client on a port of the access switch. */
const on = (port: string, mac = ALICE, more: MessageSpec = {}): MessageSpec => ({
  mac,
  giaddr: "10.0.0.2",
  relay: relayInfo({ 1: text(port) }),
  ...more,
});

/** 10.0.0.100 to 109; `limits` of the top level and of the network. */
function limited(network: string, top = "", rest = ""): Server {
  return serverOf(
    load(`
rapid_commit: true
bootp_enable: true
${top === "" ? "" : `limits: [${top}]`}
client_classes: {v4: [{name: phones, assert: "option[60].exists"}]}
options: {routers: 10.0.0.1}
networks:
  10.0.0.0/24:
    allocation: sequential
    ranges: [{range: 10.0.0.100-10.0.0.109}]
    reservations: [{ip: 10.0.0.50, match: {chaddr: "${CAROL}"}}]
    ${network === "" ? "" : `limits: [${network}]`}
  10.0.1.0/24: {ranges: [{range: 10.0.1.100-10.0.1.109}], allocation: sequential}
${rest}`),
  );
}

const ONE = '{key: "relay4[1].hex", max: 1}';
const TWO = '{key: "relay4[1].hex", max: 2}';
const send = (server: Server, spec: MessageSpec) => briefly(server.receive(discover(spec), RELAY));
const select = (server: Server, requested: string, spec: MessageSpec) =>
  briefly(server.receive(request({ ...spec, server: "10.0.0.1", requested }), RELAY));
const renew = (server: Server, ciaddr: string, spec: MessageSpec = {}) =>
  briefly(server.receive(request({ ...spec, ciaddr }), spec.giaddr === undefined ? unicastFrom(ciaddr) : RELAY));

/** DISCOVER and REQUEST; returns the address, or why there is none. */
function obtain(server: Server, spec: MessageSpec): string {
  const offer = send(server, spec);
  return offer.startsWith("OFFER ") ? select(server, offer.slice(6), spec).replace("ACK ", "") : offer;
}

describe("limits: at most so many leases for each value", () => {
  test("another value has places of its own", () => {
    const server = limited(ONE);
    assert.equal(obtain(server, on("1", ALICE)), "10.0.0.100");
    assert.equal(obtain(server, on("1", BOB)), FULL);
    assert.equal(obtain(server, on("2", BOB)), "10.0.0.101");
  });

  const discovers: readonly [name: string, limit: string, first: MessageSpec, second: MessageSpec, outcome: string][] = [
    ["a second lease for the value", ONE, on("1"), on("1", BOB), FULL],
    ["as many as may be", TWO, on("1"), on("1", BOB), "OFFER 10.0.0.101"],
    ["an empty value", ONE, on(""), on("", BOB), "OFFER 10.0.0.101"],
    ["no relay, no value", ONE, {}, { mac: BOB }, "OFFER 10.0.0.101"],
    ["with rapid commit", ONE, on("1"), on("1", BOB, { more: RAPID }), FULL],
    ["an address that is asked for", ONE, on("1"), on("1", BOB, { requested: "10.0.0.105" }), FULL],
    ["a reserved address", ONE, on("1"), on("1", CAROL), FULL],
    [
      "a class, and the client in it",
      '{key: "relay4[1].hex", max: 1, class: phones}',
      on("1", ALICE, { more: VENDOR }),
      on("1", BOB, { more: VENDOR }),
      FULL,
    ],
    [
      "a class, and the client not in it",
      '{key: "relay4[1].hex", max: 1, class: phones}',
      on("1", ALICE, { more: VENDOR }),
      on("1", BOB),
      "OFFER 10.0.0.101",
    ],
    [
      "a class, and others not in it",
      '{key: "relay4[1].hex", max: 1, class: phones}',
      on("1"),
      on("1", BOB, { more: VENDOR }),
      "OFFER 10.0.0.101",
    ],
    [
      "a constant, for all of a class together",
      "{key: \"'all'\", max: 1, class: phones}",
      on("1", ALICE, { more: VENDOR }),
      on("2", BOB, { more: VENDOR }),
      FULL,
    ],
    ["a value of any length", '{key: "option[200].hex", max: 1}', { more: long(300) }, { mac: BOB, more: long(300) }, FULL],
    ["of which the beginning counts", '{key: "option[200].hex", max: 1}', { more: long(300) }, { mac: BOB, more: long(301) }, FULL],
  ];
  function long(length: number): { code: number; data: Uint8Array }[] {
    return [{ code: 200, data: new Uint8Array(length).fill(7) }];
  }
  for (const [name, limit, first, second, outcome] of discovers) {
    test(`DISCOVER: ${name}`, () => {
      for (const server of [limited(limit), limited("", limit)]) {
        assert.equal(obtain(server, first), "10.0.0.100");
        assert.equal(send(server, second), outcome);
      }
    });
  }

  test("BOOTP obeys", () => {
    const server = limited(ONE);
    obtain(server, on("1"));
    assert.equal(briefly(server.receive(message(undefined, on("1", BOB)), RELAY)), FULL);
    assert.equal(server.receive(message(undefined, on("2", BOB)), RELAY).changes?.[0], "bound 10.0.0.101 1000..4294967295 of bob");
    assert.equal(send(server, on("2", ALICE)), FULL);
  });

  test("an offer counts until it lapses, and its client may take it", () => {
    const server = limited(ONE);
    assert.equal(send(server, on("1")), "OFFER 10.0.0.100");
    assert.equal(send(server, on("1", BOB)), FULL);
    assert.equal(select(server, "10.0.0.101", on("1", BOB)), NAK);
    assert.equal(send(server, on("1")), "OFFER 10.0.0.100");
    server.now += 31;
    server.table.expire(server.now, 10);
    assert.equal(obtain(server, on("1", BOB)), "10.0.0.100");
    assert.equal(select(server, "10.0.0.101", on("1")), NAK);
  });

  const later = (server: Server, seconds: number): number => {
    server.now += seconds;
    return server.now;
  };
  for (const [name, giveUp] of [
    ["is released", (server: Server) => server.receive(release({ ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"))],
    ["runs out", (server: Server) => server.table.expire(later(server, 86_401), 10)],
  ] as const) {
    test(`a lease that ${name} makes room, and its client has no claim any more`, () => {
      const server = limited(ONE);
      obtain(server, on("1"));
      giveUp(server);
      assert.equal(obtain(server, on("1", BOB)), "10.0.0.101");
      assert.equal(send(server, on("1")), FULL);
      assert.equal(briefly(server.receive(request({ ...on("1"), requested: "10.0.0.100" }), RELAY)), NAK);
    });
  }

  test("the client's own lease does not stand in its way", () => {
    const server = limited(ONE);
    obtain(server, on("1"));
    assert.equal(send(server, on("1")), "OFFER 10.0.0.100");
    assert.equal(briefly(server.receive(request({ ...on("1"), requested: "10.0.0.100" }), RELAY)), "ACK 10.0.0.100");
    assert.equal(renew(server, "10.0.0.100", on("1")), "ACK 10.0.0.100");
    assert.equal(select(server, "10.0.0.105", on("1")), "ACK 10.0.0.105");
    assert.equal(server.leaseAt("10.0.0.100"), "released 10.0.0.100 1000..1000 of alice");
    assert.equal(send(server, on("1", BOB)), FULL);
  });

  test("a renewal without a relay keeps its place; one from another port takes one there", () => {
    const server = limited(ONE);
    obtain(server, on("1", ALICE));
    obtain(server, on("2", BOB));
    assert.equal(renew(server, "10.0.0.100"), "ACK 10.0.0.100");
    assert.equal(send(server, on("1", CAROL)), FULL);
    assert.equal(renew(server, "10.0.0.100", on("2", ALICE)), NAK);
    assert.equal(renew(server, "10.0.0.100", on("3", ALICE)), "ACK 10.0.0.100");
    assert.equal(send(server, on("3", CAROL)), FULL);
    assert.equal(send(server, on("1", CAROL)), "OFFER 10.0.0.50");
  });

  test("a renewal without a relay does not count under another giaddr than the lease was given through", () => {
    const server = limited('{key: "pkt4.giaddr", max: 2}');
    for (const mac of [ALICE, BOB]) assert.match(obtain(server, on("1", mac)), /^10/);
    const direct = { mac: "02:00:00:00:00:0d" };
    assert.equal(obtain(server, direct), "10.0.0.102");
    assert.equal(renew(server, "10.0.0.100"), "ACK 10.0.0.100");
    assert.equal(renew(server, "10.0.0.101", { mac: BOB }), "ACK 10.0.0.101");
    assert.equal(renew(server, "10.0.0.102", direct), "ACK 10.0.0.102");
    assert.equal(send(server, on("1", CAROL)), FULL);
  });

  test("a renewal does not leave its limit by saying less", () => {
    const server = limited('{key: "option[60].hex", max: 1, class: phones}');
    obtain(server, { mac: ALICE, more: VENDOR });
    assert.equal(renew(server, "10.0.0.100"), "ACK 10.0.0.100");
    assert.equal(send(server, { mac: BOB, more: VENDOR }), FULL);
    assert.equal(send(server, { mac: BOB }), "OFFER 10.0.0.101");
  });

  test("a limit of a network counts its leases, one of the top level all of them", () => {
    const away = (mac: string) => on("1", mac, { giaddr: "10.0.1.2" });
    const apart = limited(ONE);
    assert.deepEqual([obtain(apart, on("1")), obtain(apart, away(BOB))], ["10.0.0.100", "10.0.1.100"]);
    const together = limited("", ONE);
    assert.deepEqual([obtain(together, on("1")), obtain(together, away(BOB))], ["10.0.0.100", FULL]);
  });

  test("on a shared link the next network is used when the limit of one is reached", () => {
    const server = limited(ONE, '{key: "relay4[1].hex", max: 2}', "shared_networks: {floor: [10.0.0.0/24, 10.0.1.0/24]}");
    assert.deepEqual(
      [ALICE, BOB].map((mac) => obtain(server, on("1", mac))),
      ["10.0.0.100", "10.0.1.100"],
    );
    assert.equal(obtain(server, on("1", "02:00:00:00:00:0d")), FULL);
  });

  test("where the network is not authoritative, an unknown client is left to others", () => {
    const server = limited(ONE, "", "authoritative: false");
    obtain(server, on("1"));
    assert.equal(briefly(server.receive(request({ ...on("1", BOB), requested: "10.0.0.105" }), RELAY)), "not-authoritative");
    assert.equal(select(server, "10.0.0.105", on("1", BOB)), NAK);
  });

  test("the counts are the same after a restart, and a lease keeps its place though fewer are allowed now", () => {
    const server = limited(TWO);
    obtain(server, on("1", ALICE));
    obtain(server, on("1", BOB));
    const again = limited(ONE);
    for (const [row, lease] of [...server.table.leases()].entries()) again.table.restore(storedOf(row, lease));
    again.table.restored(again.now);
    // The identity of a limit does not depend on how many it allows.
    assert.equal(send(again, on("1", CAROL)), FULL);
    assert.equal(renew(again, "10.0.0.101", { mac: BOB }), "ACK 10.0.0.101");
    again.receive(release({ ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"));
    assert.equal(send(again, on("1", CAROL)), FULL);
  });

  test("without limits nothing is kept with a lease", () => {
    const server = limited("");
    obtain(server, on("1"));
    assert.equal(server.table.byAddress(0x0a000064)?.owner.limitKeys, undefined);
  });

  test("the trace says what the limit is", () => {
    const server = limited(ONE);
    obtain(server, on("1"));
    const lines = server.explain(discover(on("1", BOB)), RELAY);
    assert.ok(lines.includes("limit: 1 leases have the value 31 of relay4[1].hex, at most 1 may"), lines.join("\n"));
  });
});

test("whatever clients send, no limit is ever exceeded by bound leases", () => {
  const step = fc.record({
    what: fc.constantFrom("discover", "rapid", "select", "reboot", "renew", "relayed renewal", "release", "bootp", "time"),
    client: fc.integer({ min: 0x0a, max: 0x0f }),
    port: fc.constantFrom("1", "2"),
    network: fc.constantFrom("10.0.0", "10.0.1"),
    address: fc.integer({ min: 99, max: 106 }),
    vendor: fc.boolean(),
  });
  const limits = '{key: "relay4[1].hex", max: 2}, {key: "option[60].hex", max: 3, class: phones}';
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, shared) => {
      const server = limited(ONE, limits, shared ? "shared_networks: {floor: [10.0.0.0/24, 10.0.1.0/24]}" : "");
      for (const { what, client, port, network, address, vendor } of steps) {
        const spec: MessageSpec = {
          ...on(port, `02:00:00:00:00:0${client.toString(16)}`, { giaddr: `${network}.2` }),
          more: [...(vendor ? VENDOR : []), ...(what === "rapid" ? RAPID : [])],
        };
        const at = `${network}.${address}`;
        const { giaddr, relay, ...direct } = spec;
        if (what === "time") server.now += address * 100;
        else if (what === "discover" || what === "rapid") server.receive(discover(spec), RELAY);
        else if (what === "select") server.receive(request({ ...spec, server: "10.0.0.1", requested: at }), RELAY);
        else if (what === "reboot") server.receive(request({ ...spec, requested: at }), RELAY);
        else if (what === "renew") server.receive(request({ ...direct, ciaddr: at }), unicastFrom(at));
        else if (what === "relayed renewal") server.receive(request({ ...spec, ciaddr: at }), RELAY);
        else if (what === "release") server.receive(release({ ...direct, ciaddr: at }), unicastFrom(at));
        else server.receive(message(undefined, spec), RELAY);
        if (what === "time" && vendor) server.table.expire(server.now, 100);
        assertWithin(server);
      }
    }),
    { numRuns: 300 },
  );
});

/** Each key that bound leases are kept with: as many as its limit allows at most, and counted so. */
function assertWithin({ table }: Server): void {
  const counts = new Map<string, number>();
  for (const { state, owner } of table.leases()) {
    if (state !== LeaseState.bound) continue;
    for (const key of splitKeys(owner.limitKeys ?? NO_BYTES)) {
      const name = toHex(key);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  for (const [name, count] of counts) {
    const text = new TextDecoder().decode(fromHex(name));
    const most = text.startsWith('["10.0.0.0/24"') ? 1 : text.includes("relay4") ? 2 : 3;
    assert.ok(count <= most, `${count} leases under ${text}`);
  }
}
