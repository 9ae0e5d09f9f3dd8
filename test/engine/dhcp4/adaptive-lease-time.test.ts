import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { load } from "../../config/load.ts";
import type { NetworkSpec } from "../support/config.ts";
import { home } from "../support/home.ts";
import { ALICE, BOB, CAROL, discover, type MessageSpec, mac, message, request } from "../support/messages.ts";
import { type Server, START, serverOf, unicastFrom } from "../support/server.ts";

/** Four addresses in two ranges; leases of 600 to 7200 seconds, 3600 by default. */
const FOUR: NetworkSpec = { ranges: [{ range: "10.0.0.100-10.0.0.101" }, { range: "10.0.0.110-10.0.0.111" }], adaptiveThreshold: 0.5 };
const RAPID = { more: [{ code: 80, data: new Uint8Array(0) }] };

/** A server where strangers have the first so many addresses. */
function withUsed(count: number, network: NetworkSpec = FOUR): Server {
  const server = home(network, { rapidCommit: true });
  const addresses = ["10.0.0.100", "10.0.0.101", "10.0.0.110"];
  for (let i = 0; i < count; i++) server.lease(addresses[i] as string, { mac: `02:00:00:00:01:0${i}` });
  return server;
}

function timeOf({ options = [] }: { readonly options?: readonly string[] }): string | undefined {
  return options.find((option) => option.startsWith("51 "));
}

const renew = (server: Server, spec: MessageSpec = {}) =>
  timeOf(server.receive(request({ ciaddr: "10.0.0.111", ...spec }), unicastFrom("10.0.0.111")));

describe("adaptive_threshold", () => {
  const cases: readonly [name: string, used: number, spec: MessageSpec, network: NetworkSpec, time: string][] = [
    ["up to the threshold", 1, {}, {}, "51 3600 s"],
    ["beyond it", 2, {}, {}, "51 600 s"],
    ["beyond it, though the client asks for more", 2, { leaseTime: 7200 }, {}, "51 600 s"],
    ["beyond it, and the client asks for less", 2, { leaseTime: 1 }, {}, "51 600 s"],
    ["0: always", 0, {}, { adaptiveThreshold: 0 }, "51 600 s"],
    ["1: never", 3, {}, { adaptiveThreshold: 1 }, "51 3600 s"],
    [
      "a reserved address",
      3,
      {},
      { reservations: [{ address: "10.0.0.50", match: [{ kind: "chaddr", chaddr: mac(ALICE) }] }] },
      "51 3600 s",
    ],
  ];
  for (const [name, used, spec, network, time] of cases) {
    test(`${name}: OFFER, ACK and rapid commit alike`, () => {
      const server = withUsed(used, { ...FOUR, ...network });
      const offer = server.consider(discover(spec));
      const yiaddr = / yiaddr ([\d.]+)/.exec(offer.header ?? "")?.[1] as string;
      assert.equal(timeOf(server.consider(discover({ ...spec, ...RAPID }))), time);
      assert.equal(timeOf(server.receive(discover(spec))), time);
      assert.equal(timeOf(server.receive(request({ ...spec, server: "10.0.0.1", requested: yiaddr }))), time);
    });
  }

  test("what was released, ran out or is excluded is not in use; what is offered or on probation is", () => {
    const server = withUsed(0, { ranges: [{ range: "10.0.0.100-10.0.0.105", except: ["10.0.0.104-10.0.0.105"] }], adaptiveThreshold: 0.5 });
    server.lease("10.0.0.101", { mac: BOB, state: "released" });
    server.lease("10.0.0.102", { mac: CAROL, state: "expired" });
    assert.equal(timeOf(server.consider(discover())), "51 3600 s");
    server.lease("10.0.0.101", { mac: BOB, state: "offered" });
    assert.equal(timeOf(server.consider(discover())), "51 3600 s");
    server.lease("10.0.0.102", { mac: CAROL, state: "declined" });
    assert.equal(timeOf(server.consider(discover())), "51 600 s");
  });

  const renewals: readonly [name: string, remaining: number, spec: MessageSpec, time: string][] = [
    ["keeps what remains", 2000, {}, "51 2000 s"],
    ["gets at least the minimum", 100, {}, "51 600 s"],
    ["gets no more than without the threshold", 9000, {}, "51 3600 s"],
    ["may ask for less than remains", 2000, { leaseTime: 900 }, "51 900 s"],
    ["and is new when its lease is over", 0, {}, "51 600 s"],
  ];
  for (const [name, remaining, spec, time] of renewals) {
    test(`a client that renews ${name}`, () => {
      const server = withUsed(3);
      server.lease("10.0.0.111", { mac: ALICE, expiry: START + remaining });
      assert.equal(renew(server, spec), time);
    });
  }

  test("a client that renews where enough is free gets its full time", () => {
    const server = withUsed(1);
    server.lease("10.0.0.111", { mac: ALICE, expiry: START + 100 });
    assert.equal(renew(server), "51 3600 s");
  });

  test("a BOOTP client keeps its address for ever", () => {
    assert.deepEqual(withUsed(3).receive(message(undefined)).changes, [`bound 10.0.0.111 ${START}..4294967295 of alice`]);
  });

  test("29 of 100 are not more than 0.29, though 0.29 * 100 is less than 29 to a computer", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.199" }], adaptiveThreshold: 0.29 });
    for (let i = 0; i < 28; i++) server.lease(`10.0.0.${150 + i}`, { mac: `02:00:00:00:01:${String(i + 10)}` });
    assert.equal(timeOf(server.receive(discover())), "51 3600 s");
    assert.equal(timeOf(server.receive(discover({ mac: BOB }))), "51 600 s");
  });

  test("ranges that are not for the client don't count", () => {
    const config = load(`
adaptive_threshold: 0.5
config: {lease_time: {default: 1h, min: 10m}}
client_classes: {v4: [{name: phone, assert: "option[60].exists"}]}
networks:
  10.0.0.0/24:
    allocation: sequential
    ranges: [{range: 10.0.0.100-10.0.0.103}, {range: 10.0.0.150-10.0.0.249, class: phone}]
`);
    const server = serverOf(config);
    server.lease("10.0.0.100", { mac: BOB });
    server.lease("10.0.0.101", { mac: CAROL });
    const phone = { more: [{ code: 60, data: Uint8Array.of(1) }] };
    assert.deepEqual([timeOf(server.consider(discover())), timeOf(server.consider(discover(phone)))], ["51 600 s", "51 3600 s"]);
    assert.ok(server.explain(discover()).includes("lease time: 3 of 4 addresses are in use: more than adaptive_threshold"));
  });
});
