import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Lifetimes } from "../../../src/config/model/dhcp6.ts";
import { BOB, duid, message } from "../support/dhcp6/messages.ts";
import { home, START } from "../support/dhcp6/server.ts";

const EVER = 0xffffffff;

suite("lifetimes, T1 and T2 (RFC 8415 sections 21.4, 21.6 and 7.7)", () => {
  for (const [what, leaseTime, asked, expected] of [
    ["preferred 5/8 of valid, T1 1/2 and T2 4/5 of preferred", {}, "", "1250/2000: 2001:db8:1::100 2500/4000"],
    // Section 21.6: the server MUST ignore any received values.
    ["whatever the client asks for", {}, " 3200", "1250/2000: 2001:db8:1::100 2500/4000"],
    ["a configured preferred lifetime", { preferred: 1000 }, "", "500/800: 2001:db8:1::100 1000/4000"],
    ["preferred no longer than valid", { default: 2000, preferred: 3000 }, "", "1000/1600: 2001:db8:1::100 2000/2000"],
    ["for ever", { default: EVER, max: EVER }, "", "ever/ever: 2001:db8:1::100 ever/ever"],
    ["for ever, preferred for a while", { default: EVER, max: EVER, preferred: 1000 }, "", "500/800: 2001:db8:1::100 1000/ever"],
    ["for ever, but asked again", { default: EVER, max: EVER, renew: 100, rebind: 200 }, "", "100/200: 2001:db8:1::100 ever/ever"],
    ["configured T1 and T2", { renew: 700, rebind: 900 }, "", "700/900: 2001:db8:1::100 2500/4000"],
    ["T2 behind the preferred lifetime", { renew: 700, rebind: 3000 }, "", "700/3000: 2001:db8:1::100 2500/4000"],
    ["configured T2 behind the valid lifetime gives way", { renew: 700, rebind: 5000 }, "", "700/3200: 2001:db8:1::100 2500/4000"],
    ["0: the client chooses", { renew: 0, rebind: 0 }, "", "0/0: 2001:db8:1::100 2500/4000"],
    ["too short for T1 and T2", { default: 3, min: 3 }, "", "0/0: 2001:db8:1::100 1/3"],
  ] satisfies readonly (readonly [string, Partial<Lifetimes>, string, string])[]) {
    test(what, () => {
      const na = { 1: [`2001:db8:1::100${asked}`] };
      assert.deepEqual(home({ leaseTime }).receive(message("REQUEST", { na })).ias, { "na 1": expected });
    });
  }

  test("a lease that never ends does not end", () => {
    const server = home({ leaseTime: { default: EVER, max: EVER } });
    assert.deepEqual(server.receive(message("REQUEST", { na: { 1: [] } })).changes, ["2001:db8:1::100 bound 10000-ever na 1 of 10"]);
  });

  test("T1 and T2 are the same in all associations with leases, 0 in those without", () => {
    const match = [{ kind: "duid", value: duid(10) }] as const;
    const server = home({
      leaseTime: { preferred: 3000 },
      prefixPools: [],
      reservations: [{ match, addresses: ["2001:db8:1::7"], leaseTime: { preferred: 100 } }],
    });
    assert.deepEqual(server.receive(message("REQUEST", { na: { 1: [], 2: [] }, pd: { 1: [] } })).ias, {
      "na 1": "50/80: 2001:db8:1::7 100/4000",
      "na 2": "50/80: 2001:db8:1::100 100/4000",
      "pd 1": "0/0: NoPrefixAvail",
    });
  });
});

suite("adaptive_threshold", () => {
  const scarce = () =>
    home({ adaptiveThreshold: 0.5, ranges: ["2001:db8:1::100 2001:db8:1::103"], prefixPools: ["2001:db8:8000::/55 56"] });
  test("when more than the share is in use, new leases are short", () => {
    const server = scarce();
    for (const iaid of [1, 2]) {
      const { ias } = server.receive(message("REQUEST", { client: BOB, na: { [iaid]: [] } }));
      assert.match(ias?.[`na ${iaid}`] ?? "", /2500\/4000$/);
    }
    assert.deepEqual(server.receive(message("REQUEST", { na: { 1: [] } })).ias, { "na 1": "312/500: 2001:db8:1::102 625/1000" });
  });

  test("prefixes run short by themselves", () => {
    const server = scarce();
    assert.match(server.receive(message("REQUEST", { pd: { 1: [] } })).ias?.["pd 1"] ?? "", /2500\/4000$/);
    assert.match(server.receive(message("REQUEST", { pd: { 2: [] } })).ias?.["pd 2"] ?? "", /625\/1000$/);
  });

  test("a client keeps the time that it was promised", () => {
    const server = home({ adaptiveThreshold: 0, ranges: ["2001:db8:1::100 2001:db8:1::103"] });
    server.lease("2001:db8:1::100", { client: 10, expiry: START + 3000 });
    assert.deepEqual(server.receive(message("RENEW", { na: { 1: [] } })).ias, { "na 1": "937/1500: 2001:db8:1::100 1875/3000" });
  });
});
