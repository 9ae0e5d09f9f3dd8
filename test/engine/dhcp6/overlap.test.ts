import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { NetworkSpec } from "../support/dhcp6/config.ts";
import { ALICE, BOB, CAROL, duid, message } from "../support/dhcp6/messages.ts";
import { home, START } from "../support/dhcp6/server.ts";

/** As after a reload: leases that the configuration of now would not give. */
suite("prefixes of different lengths never overlap", () => {
  const ended = { state: "released", expiry: START - 10 } as const;
  const P60: NetworkSpec = { prefixPools: ["2001:db8:8000::/48 60"] };

  test("the pool has shorter prefixes now: those inside another client's are passed over, also when asked for", () => {
    const server = home(P60);
    server.lease("2001:db8:8000::/56", { client: BOB });
    for (const asked of [[], ["2001:db8:8000:20::/60"]])
      assert.deepEqual(server.consider(message("SOLICIT", { pd: { 1: asked } })).ias, {
        "pd 1": "1250/2000: 2001:db8:8000:100::/60 2500/4000",
      });
  });

  test("the pool has longer prefixes now: those around another client's are passed over", () => {
    const server = home({ prefixPools: ["2001:db8:8000::/48 52"] });
    server.lease("2001:db8:8000:1234::/64", { client: BOB });
    server.lease("2001:db8:8000:34::/64", { client: CAROL, state: "offered", expiry: START + 20 });
    for (const asked of [[], ["2001:db8:8000::/52"]])
      assert.deepEqual(server.consider(message("SOLICIT", { pd: { 1: asked } })).ias, {
        "pd 1": "1250/2000: 2001:db8:8000:2000::/52 2500/4000",
      });
  });

  test("a client whose prefix has the wrong length now gets another one, and may get a part of its own later", () => {
    const server = home(P60);
    server.lease("2001:db8:8000::/56", { client: ALICE });
    assert.deepEqual(server.receive(message("RENEW", { pd: { 1: ["2001:db8:8000::/56"] } })).ias, {
      "pd 1": "1250/2000: 2001:db8:8000::/60 2500/4000, 2001:db8:8000::/56 0/0",
    });
    assert.deepEqual(server.consider(message("SOLICIT", { client: BOB, pd: { 1: [] } })).ias, {
      "pd 1": "1250/2000: 2001:db8:8000:100::/60 2500/4000",
    });
  });

  test("what is reserved is not given while others have a part of it", () => {
    const match = [{ kind: "duid", value: duid(ALICE) }] as const;
    const server = home({ reservations: [{ match, prefixes: ["2001:db8:8000::/48"] }], prefixPools: ["2001:db8:8000::/40 56"] });
    server.lease("2001:db8:8000:300::/56", { client: BOB });
    assert.deepEqual(server.receive(message("SOLICIT", { pd: { 1: [] } })).ias, { "pd 1": "1250/2000: 2001:db8:8001::/56 2500/4000" });
    assert.deepEqual(server.receive(message("RENEW", { client: BOB, pd: { 1: ["2001:db8:8000:300::/56"] } })).ias, {
      "pd 1": "1250/2000: 2001:db8:8001:100::/56 2500/4000, 2001:db8:8000:300::/56 0/0",
    });
    server.table.apply({ kind: "remove", address: [...server.table.leases()][0]?.address ?? new Uint8Array(17) });
    assert.deepEqual(server.receive(message("REQUEST", { pd: { 1: [] } })).ias, { "pd 1": "1250/2000: 2001:db8:8000::/48 2500/4000" });
  });

  test("its own part of what is reserved for it gives way", () => {
    const match = [{ kind: "duid", value: duid(ALICE) }] as const;
    const server = home({ reservations: [{ match, prefixes: ["2001:db8:8000::/48"] }], prefixPools: ["2001:db8:8000::/40 56"] });
    server.lease("2001:db8:8000:300::/56", { client: ALICE });
    assert.deepEqual(server.receive(message("RENEW", { pd: { 1: ["2001:db8:8000:300::/56"] } })).ias, {
      "pd 1": "1250/2000: 2001:db8:8000::/48 2500/4000, 2001:db8:8000:300::/56 0/0",
    });
    assert.match(
      server.receive(message("RENEW", { pd: { 1: ["2001:db8:8000::/48"] } })).ias?.["pd 1"] ?? "",
      /2001:db8:8000::\/48 2500\/4000$/,
    );
  });

  test("what is remembered of others counts until it is forgotten", () => {
    const server = home(P60);
    server.lease("2001:db8:8000::/56", { client: BOB, ...ended });
    assert.match(server.consider(message("SOLICIT", { pd: { 1: [] } })).ias?.["pd 1"] ?? "", /2001:db8:8000:100::\/60/);
    server.now += 90_000;
    server.table.expire(server.now, 100);
    assert.match(server.consider(message("SOLICIT", { pd: { 1: [] } })).ias?.["pd 1"] ?? "", /2001:db8:8000::\/60/);
  });
});
