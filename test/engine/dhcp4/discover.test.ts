import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { home } from "../support/home.ts";
import { ALICE, BOB, CAROL, discover, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { type Server, START } from "../support/server.ts";

const MINE = { mac: ALICE };
const THEIRS = { mac: BOB };

describe("DISCOVER (RFC 2131 section 4.3.1)", () => {
  test("an OFFER carries address, times and settings, and holds the address", () => {
    assert.deepEqual(home().receive(discover()), {
      to: "10.0.0.100:68 02:00:00:00:00:0a on 2 from 10.0.0.1",
      header: "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.0.100",
      options: [
        "53 OFFER",
        "54 10.0.0.1",
        "51 3600 s",
        "58 1800 s",
        "59 3150 s",
        "1 255.255.255.0",
        "3 10.0.0.1",
        "6 10.0.0.53",
        "15 example.org",
      ],
      limit: 548,
      changes: ["hold 10.0.0.100 until 1030 for alice"],
    });
  });

  describe("which address", () => {
    const cases: readonly [name: string, prepare: (server: Server) => void, requested: string | undefined, offer: string][] = [
      ["of its binding", (s) => s.lease("10.0.0.150", MINE), undefined, "10.0.0.150"],
      ["of its binding, although it asks for another", (s) => s.lease("10.0.0.150", MINE), "10.0.0.160", "10.0.0.150"],
      ["of its offer", (s) => s.lease("10.0.0.150", { ...MINE, state: "offered" }), "10.0.0.160", "10.0.0.150"],
      ["of its expired binding", (s) => s.lease("10.0.0.150", { ...MINE, state: "expired", expiry: 900 }), "10.0.0.160", "10.0.0.150"],
      ["of its binding that ran out unnoticed", (s) => s.lease("10.0.0.150", { ...MINE, expiry: START }), "10.0.0.160", "10.0.0.150"],
      ["of its released binding", (s) => s.lease("10.0.0.150", { ...MINE, state: "released", expiry: 900 }), undefined, "10.0.0.150"],
      ["not the one that it declined", (s) => s.lease("10.0.0.150", { ...MINE, state: "declined" }), "10.0.0.150", "10.0.0.100"],
      ["not its own when that is excluded now", (s) => s.lease("10.0.0.170", MINE), undefined, "10.0.0.100"],
      ["not its own when that is outside the ranges now", (s) => s.lease("10.0.0.50", MINE), undefined, "10.0.0.100"],
      ["requested and never used", () => {}, "10.0.0.160", "10.0.0.160"],
      [
        "requested and expired of another",
        (s) => s.lease("10.0.0.160", { ...THEIRS, state: "expired", expiry: 900 }),
        "10.0.0.160",
        "10.0.0.160",
      ],
      [
        "requested and out of probation",
        (s) => s.lease("10.0.0.160", { ...THEIRS, state: "declined", expiry: START - 1 }),
        "10.0.0.160",
        "10.0.0.160",
      ],
      ["not requested: in probation", (s) => s.lease("10.0.0.160", { ...THEIRS, state: "declined" }), "10.0.0.160", "10.0.0.100"],
      ["not requested: bound to another", (s) => s.lease("10.0.0.160", THEIRS), "10.0.0.160", "10.0.0.100"],
      [
        "not requested: bound to another, in its last second",
        (s) => s.lease("10.0.0.160", { ...THEIRS, expiry: START }),
        "10.0.0.160",
        "10.0.0.100",
      ],
      ["requested, and run out", (s) => s.lease("10.0.0.160", { ...THEIRS, expiry: START - 1 }), "10.0.0.160", "10.0.0.160"],
      ["not requested: offered to another", (s) => s.lease("10.0.0.160", { ...THEIRS, state: "offered" }), "10.0.0.160", "10.0.0.100"],
      ["not requested: excluded", () => {}, "10.0.0.170", "10.0.0.100"],
      ["not requested: outside the ranges", () => {}, "10.0.0.50", "10.0.0.100"],
      ["not requested: in another network", () => {}, "10.9.9.9", "10.0.0.100"],
      ["not requested: the server's own", () => {}, "10.0.0.1", "10.0.0.100"],
      [
        "never used before one that was",
        (s) => s.lease("10.0.0.100", { ...THEIRS, state: "expired", expiry: 900 }),
        undefined,
        "10.0.0.101",
      ],
    ];
    for (const [name, prepare, requested, offer] of cases) {
      test(name, () => {
        const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.199", except: ["10.0.0.170"] }] });
        prepare(server);
        assert.equal(briefly(server.receive(discover(requested === undefined ? {} : { requested }))), `OFFER ${offer}`);
      });
    }
  });

  describe("what changes", () => {
    const cases: readonly [name: string, prepare: (server: Server) => void, changes: readonly string[]][] = [
      ["nothing for a bound client", (s) => s.lease("10.0.0.150", MINE), []],
      [
        "a hold for a bound client whose lease ends before the offer would",
        (s) => s.lease("10.0.0.150", { ...MINE, expiry: START + 10 }),
        ["hold 10.0.0.150 until 1030 for alice"],
      ],
      [
        "an offer is held anew",
        (s) => s.lease("10.0.0.150", { ...MINE, state: "offered", expiry: 1010 }),
        ["hold 10.0.0.150 until 1030 for alice"],
      ],
      ["a lease that ran out is held", (s) => s.lease("10.0.0.150", { ...MINE, expiry: START }), ["hold 10.0.0.150 until 1030 for alice"]],
      [
        "an offer gives way to the client's own lease, when that is offered",
        (s) => {
          s.lease("10.0.0.150", MINE);
          s.lease("10.0.0.160", { ...MINE, state: "offered" });
        },
        ["withdraw 10.0.0.160"],
      ],
      [
        "an offer that may not be taken any more is withdrawn",
        (s) => s.lease("10.0.0.50", { ...MINE, state: "offered" }),
        ["hold 10.0.0.100 until 1030 for alice"],
      ],
    ];
    for (const [name, prepare, changes] of cases) {
      test(name, () => {
        const server = home();
        prepare(server);
        assert.deepEqual(server.receive(discover()).changes, changes);
      });
    }
  });

  test("a full pool gives the address that has been unused for longest, over all ranges", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.101" }, { range: "10.0.0.110-10.0.0.111" }] });
    server.lease("10.0.0.100", { ...THEIRS, state: "expired", expiry: 900 });
    server.lease("10.0.0.101", THEIRS);
    server.lease("10.0.0.110", { ...THEIRS, state: "released", expiry: 800 });
    server.lease("10.0.0.111", { ...THEIRS, state: "declined" });
    assert.equal(briefly(server.receive(discover())), "OFFER 10.0.0.110");
    assert.equal(briefly(server.receive(discover({ mac: CAROL }))), "OFFER 10.0.0.100");
    assert.deepEqual(server.receive(discover({ mac: "02:00:00:00:00:0d" })), { silence: "no-address-free" });
  });

  test("ranges are filled in order", () => {
    const server = home({ ranges: [{ range: "10.0.0.120-10.0.0.120" }, { range: "10.0.0.110-10.0.0.111" }] });
    const offers = [ALICE, BOB, CAROL].map((mac) => briefly(server.receive(discover({ mac }))));
    assert.deepEqual(offers, ["OFFER 10.0.0.120", "OFFER 10.0.0.110", "OFFER 10.0.0.111"]);
  });

  describe("allocation", () => {
    test("hashed: the same client gets the same address from an empty table, another one another", () => {
      const offer = (mac: string): string => briefly(home({ allocation: "hashed" }).receive(discover({ mac })));
      assert.equal(offer(ALICE), offer(ALICE));
      assert.notEqual(offer(ALICE), offer(BOB));
    });

    test("random: the random number decides", () => {
      const server = home({ allocation: "random" });
      server.random = 0x80000000;
      assert.equal(briefly(server.receive(discover())), "OFFER 10.0.0.150");
    });

    test("the server's address and the relay's are never given out, though a range includes them", () => {
      const server = home({ ranges: [{ range: "10.0.0.1-10.0.0.3" }] });
      const clients = [ALICE, BOB, CAROL].map((mac) => briefly(server.receive(discover({ mac }))));
      assert.deepEqual(clients.sort(), ["OFFER 10.0.0.2", "OFFER 10.0.0.3", "no-address-free"]);
      assert.equal(
        briefly(server.receive(request({ server: "10.0.0.1", requested: "10.0.0.1" }))),
        "NAK the address is not available to this client",
      );
    });
  });

  test("the OFFER of a bound lease announces a full new lease time", () => {
    const server = home();
    server.lease("10.0.0.150", { ...MINE, expiry: START + 60 });
    assert.equal(server.receive(discover()).options?.[2], "51 3600 s");
  });

  test("an offer that nobody takes is free again after the hold", () => {
    const server = home({ ranges: [{ range: "10.0.0.100-10.0.0.100" }] });
    assert.equal(briefly(server.receive(discover())), "OFFER 10.0.0.100");
    assert.equal(briefly(server.receive(discover({ mac: BOB }))), "no-address-free");
    server.now += 30;
    server.table.expire(server.now, 10);
    assert.equal(briefly(server.receive(discover({ mac: BOB }))), "OFFER 10.0.0.100");
  });
});
