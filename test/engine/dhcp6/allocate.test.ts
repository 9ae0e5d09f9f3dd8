import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { NetworkSpec } from "../support/dhcp6/config.ts";
import { ALICE, BOB, CAROL, message } from "../support/dhcp6/messages.ts";
import { home, homeAndAway, type Server, START } from "../support/dhcp6/server.ts";

/** The first address or prefix that an association is advertised. */
function offered(server: Server, spec: Parameters<typeof message>[1]): string {
  const [ia = ""] = Object.values(server.consider(message("SOLICIT", spec)).ias ?? {});
  return ia.split(" ")[1] ?? "";
}

suite("the order in which addresses come into question", () => {
  const few: NetworkSpec = { ranges: ["2001:db8:1::100 2001:db8:1::103"] };
  const ended = (server: Server) => {
    server.lease("2001:db8:1::102", { client: ALICE, state: "expired", expiry: START - 50 });
    return server;
  };

  test("its own lease, before one that it asks for", () => {
    const server = home(few);
    server.lease("2001:db8:1::103", { client: ALICE });
    assert.equal(offered(server, { na: { 1: ["2001:db8:1::101"] } }), "2001:db8:1::103");
  });

  test("what is held for it, before its own that has ended", () => {
    const server = ended(home(few));
    server.lease("2001:db8:1::101", { client: ALICE, state: "offered", expiry: START + 30 });
    assert.equal(offered(server, { na: { 1: ["2001:db8:1::103"] } }), "2001:db8:1::101");
  });

  test("its own that has ended, before one that it asks for", () => {
    assert.equal(offered(ended(home(few)), { na: { 1: ["2001:db8:1::103"] } }), "2001:db8:1::102");
  });

  test("the first that it asks for and may have, before one that was never used", () => {
    const server = home(few);
    server.lease("2001:db8:1::102", { client: BOB });
    const na = { 1: ["2001:db8:2::1", "2001:db8:1::102", "2001:db8:1::104", "2001:db8:1::103", "2001:db8:1::101"] };
    assert.equal(offered(server, { na }), "2001:db8:1::103");
  });

  test("one that was never used, before one that somebody had", () => {
    const server = home(few);
    server.lease("2001:db8:1::100", { client: BOB, state: "released", expiry: START - 999 });
    assert.equal(offered(server, { na: { 1: [] } }), "2001:db8:1::101");
  });

  test("the one that has been unused for longest, over all ranges", () => {
    const server = home({ ranges: ["2001:db8:1::100 2001:db8:1::101", "2001:db8:1::200 2001:db8:1::200"] });
    server.lease("2001:db8:1::100", { client: BOB, state: "released", expiry: START - 10 });
    server.lease("2001:db8:1::101", { client: CAROL });
    server.lease("2001:db8:1::200", { client: CAROL, iaid: 2, state: "expired", expiry: START - 20 });
    assert.equal(offered(server, { na: { 1: [] } }), "2001:db8:1::200");
  });
});

suite("what nobody is given", () => {
  const all = { ranges: ["2001:db8:1:: 2001:db8:1::3"] };
  test("the subnet-router anycast address, addresses of the server, of relays", () => {
    const server = home(all);
    server.ownAddresses = ["2001:db8:1::2"];
    const relays = [{ link: "2001:db8:1::3" }];
    for (const asked of ["2001:db8:1::", "2001:db8:1::1", "2001:db8:1::2", "2001:db8:1::3"])
      assert.deepEqual(server.consider(message("SOLICIT", { na: { 1: [asked] }, relays })).ias, { "na 1": "0/0: NoAddrsAvail" }, asked);
    assert.equal(offered(server, { na: { 1: [] } }), "2001:db8:1::3");
  });

  test("the source of a relay's datagram", () => {
    const spec = { na: { 1: [] }, relays: [{ link: "2001:db8:1::9" }] };
    const server = home({ ranges: ["2001:db8:1::77 2001:db8:1::77"] });
    assert.deepEqual(server.consider(message("SOLICIT", spec), { source: "2001:db8:1::77" }).ias, { "na 1": "0/0: NoAddrsAvail" });
  });

  test("a prefix in which the server is", () => {
    const server = home({ prefixPools: ["2001:db8:1::/48 56"] });
    assert.equal(offered(server, { pd: { 1: ["2001:db8:1::/56"] } }), "2001:db8:1:100::/56");
  });
});

suite("allocation", () => {
  test("sequential: the lowest", () => {
    assert.equal(offered(home({ allocation: "sequential" }), { na: { 1: [] } }), "2001:db8:1::100");
  });

  test("hashed: the same for a client whatever else happens, another one for another", () => {
    const at = (client: number) => offered(home({ allocation: "hashed" }), { client, na: { 1: [] } });
    assert.equal(at(ALICE), at(ALICE));
    assert.notEqual(at(ALICE), at(BOB));
  });

  test("random: where the number says, drawn anew for each association", () => {
    const server = home({ allocation: "random" });
    const drawn = [0x80000000, 0xc0000000, 0x40000000];
    server.random = () => drawn.shift() ?? 0;
    assert.deepEqual(server.consider(message("SOLICIT", { na: { 1: [], 2: [] }, pd: { 1: [] } })).ias, {
      "na 1": "1250/2000: 2001:db8:1::180 2500/4000",
      "na 2": "1250/2000: 2001:db8:1::1c0 2500/4000",
      "pd 1": "1250/2000: 2001:db8:8040::/56 2500/4000",
    });
  });

  test("a range of a whole /64 is no list", () => {
    const server = home({ allocation: "random", ranges: ["2001:db8:1:: 2001:db8:1:0:ffff:ffff:ffff:ffff"] });
    server.random = () => 0x12345678 + 0.9;
    const first = server.receive(message("REQUEST", { na: { 1: [] } })).ias?.["na 1"];
    const second = server.receive(message("REQUEST", { client: BOB, na: { 1: [] } })).ias?.["na 1"];
    assert.notEqual(first, second);
  });

  test("networks of a shared link are used in their order", () => {
    const shared = [["2001:db8:1::/64", "2001:db8:2::/64"]];
    const server = homeAndAway({ ranges: ["2001:db8:1::100 2001:db8:1::100"] }, {}, { shared });
    server.receive(message("REQUEST", { client: BOB, na: { 1: [] } }));
    assert.equal(offered(server, { na: { 1: [] } }), "2001:db8:2::100");
  });
});

suite("hints for a prefix (RFC 8168)", () => {
  const pools = { prefixPools: ["2001:db8:8000::/40 56", "2001:db8:9000::/40 60", "2001:db8:a000::/40 48", "2001:db8:b000::/40 64"] };
  for (const [asked, expected] of [
    [[], "2001:db8:8000::/56"],
    [["::/60"], "2001:db8:9000::/60"],
    [["::/48"], "2001:db8:a000::/48"],
    // Not there: the next shorter one, and where there is none the next longer one.
    [["::/59"], "2001:db8:8000::/56"],
    [["::/62"], "2001:db8:9000::/60"],
    [["::/44"], "2001:db8:a000::/48"],
    [["::/0"], "2001:db8:8000::/56"],
    // A prefix that it may have, and one that it may not: then its length counts.
    [["2001:db8:b000:7::/64"], "2001:db8:b000:7::/64"],
    [["2001:db8:7777::/64"], "2001:db8:b000::/64"],
    [["2001:db8:8000::/60"], "2001:db8:9000::/60"],
  ] as const) {
    test(`${asked[0] ?? "none"}: ${expected}`, () => assert.equal(offered(home(pools), { pd: { 1: asked } }), expected));
  }

  test("a pool that is used up gives way to the next one", () => {
    const server = home({ prefixPools: ["2001:db8:8000::/60 60", "2001:db8:9000::/56 56"] });
    server.receive(message("REQUEST", { client: BOB, pd: { 1: ["::/60"] } }));
    assert.equal(offered(server, { pd: { 1: ["::/60"] } }), "2001:db8:9000::/56");
  });
});

suite("an excluded prefix (RFC 6603)", () => {
  const network = { prefixPools: [{ pool: "2001:db8:8000::/40 56", excluded: "2001:db8:8000:5::/64" }] };
  for (const [asks, expected] of [
    [[67], "1250/2000: 2001:db8:8000::/56 2500/4000 without 4005"],
    [[23], "1250/2000: 2001:db8:8000::/56 2500/4000"],
  ] as const) {
    test(`asked for ${asks[0]}`, () => {
      assert.deepEqual(home(network).receive(message("REQUEST", { pd: { 1: [] }, asks })).ias, { "pd 1": expected });
    });
  }
});
