import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { text } from "../support/config.ts";
import { home } from "../support/home.ts";
import { ALICE, BOB, discover, type MessageSpec, mac, relayInfo, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { type Server, START, unicastFrom } from "../support/server.ts";

const WAY = unicastFrom("10.0.0.100");
const OURS = "10.0.0.1";

/** A client with a lease of an hour on 10.0.0.100, some seconds later. */
function bound(cacheThreshold: number, seconds: number, network: Parameters<typeof home>[0] = {}): Server {
  const server = home(network, { cacheThreshold });
  server.receive(request({ server: OURS, requested: "10.0.0.100" }));
  server.now += seconds;
  return server;
}

describe("cache_threshold", () => {
  test("an early renewal gets the time that remains, and the stored lease stays true", () => {
    const server = bound(25, 900);
    assert.deepEqual(server.receive(request({ ciaddr: "10.0.0.100" }), WAY), {
      to: "10.0.0.100:68 02:00:00:00:00:0a on 2 from 10.0.0.1",
      header: "op 2 htype 1 02:00:00:00:00:0a ciaddr 10.0.0.100 yiaddr 10.0.0.100",
      options: [
        "53 ACK",
        "54 10.0.0.1",
        "51 2700 s",
        "58 1350 s",
        "59 2362 s",
        "1 255.255.255.0",
        "3 10.0.0.1",
        "6 10.0.0.53",
        "15 example.org",
      ],
      limit: 548,
      changes: [],
    });
    assert.equal(server.leaseAt("10.0.0.100"), "bound 10.0.0.100 1000..4600 of alice");
  });

  const RENEW = { ciaddr: "10.0.0.100" };
  const cases: readonly [name: string, threshold: number, seconds: number, spec: MessageSpec, lease: string, expiry: number | undefined][] =
    [
      ["at the end of the share", 25, 900, RENEW, "51 2700 s", undefined],
      ["a second after it", 25, 901, RENEW, "51 3600 s", 5501],
      ["not configured", 0, 0, RENEW, "51 3600 s", 4600],
      ["the whole lease", 100, 3599, RENEW, "51 1 s", undefined],
      ["after the lease", 100, 3600, RENEW, "51 3600 s", 8200],
      ["a client that reboots", 25, 60, { requested: "10.0.0.100" }, "51 3540 s", undefined],
      ["a client that asks for less than remains", 25, 60, { ...RENEW, leaseTime: 600 }, "51 600 s", 1660],
      ["a client that asks for more than remains", 25, 60, { ...RENEW, leaseTime: 7200 }, "51 3540 s", undefined],
      ["a client that selects what was offered for the full time", 25, 60, { server: OURS, requested: "10.0.0.100" }, "51 3600 s", 4660],
      ["a client with a new name", 25, 60, { ...RENEW, hostname: "alice" }, "51 3600 s", 4660],
      ["a client at a new place", 25, 60, { ...RENEW, giaddr: "10.0.0.2", relay: relayInfo({ 1: text("b") }) }, "51 3600 s", 4660],
    ];
  for (const [name, threshold, seconds, spec, lease, expiry] of cases) {
    test(name, () => {
      const server = bound(threshold, seconds);
      const outcome = server.receive(request(spec), spec.giaddr === undefined ? WAY : unicastFrom(spec.giaddr));
      assert.equal(outcome.options?.[2], lease);
      assert.deepEqual(outcome.changes, expiry === undefined ? [] : [`bound 10.0.0.100 ${START + seconds}..${expiry} of alice`]);
    });
  }

  test("a client that reboots early keeps an address whose stored lease ends at once", () => {
    const server = bound(50, 60);
    assert.equal(briefly(server.receive(discover())), "OFFER 10.0.0.100");
    assert.equal(briefly(server.receive(request({ requested: "10.0.0.100" }))), "ACK 10.0.0.100");
    server.now += 120;
    server.table.expire(server.now, 100);
    assert.equal(server.leaseAt("10.0.0.100"), "bound 10.0.0.100 1000..4600 of alice");
    assert.equal(briefly(server.receive(discover({ mac: BOB, requested: "10.0.0.100" }))), "OFFER 10.0.0.101");
  });

  test("a client that has a second lease on the link loses it, whichever of the two it renews", () => {
    for (const [renewed, other] of [
      ["10.0.0.100", "10.0.0.101"],
      ["10.0.0.101", "10.0.0.100"],
    ] as const) {
      const server = home({}, { cacheThreshold: 50 });
      for (const at of [renewed, other]) server.lease(at, { mac: ALICE });
      server.now += 60;
      assert.deepEqual(server.receive(request({ ciaddr: renewed }), unicastFrom(renewed)).changes, [
        `released ${other} 1000..1060 of alice`,
        `bound ${renewed} 1060..4660 of alice`,
      ]);
    }
  });

  test("any address is acknowledged from the cache", () => {
    const server = bound(50, 60);
    server.lease("10.0.0.150", { mac: BOB });
    assert.equal(
      briefly(server.receive(request({ ciaddr: "10.0.0.150" }), unicastFrom("10.0.0.150"))),
      "NAK the address is in use by another client",
    );
    assert.equal(
      briefly(server.receive(request({ ciaddr: "10.0.0.151" }), unicastFrom("10.0.0.151"))),
      "NAK another address is leased to this client",
    );
  });

  test("a client for whom another address is reserved now has to move", () => {
    const server = home(
      { reservations: [{ address: "10.0.0.50", match: [{ kind: "chaddr", chaddr: mac(ALICE) }] }] },
      { cacheThreshold: 50 },
    );
    server.lease("10.0.0.100", { mac: ALICE });
    assert.equal(briefly(server.receive(request({ ciaddr: "10.0.0.100" }), WAY)), "NAK another address is reserved for this client");
  });

  test("an infinite lease, as of a machine that was served by BOOTP, is not spared", () => {
    const server = home({}, { cacheThreshold: 50 });
    server.lease("10.0.0.100", { mac: ALICE, expiry: 0xffffffff });
    assert.deepEqual(server.receive(request({ ciaddr: "10.0.0.100" }), WAY).changes, ["bound 10.0.0.100 1000..4600 of alice"]);
  });
});
