import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { home, homeAndAway } from "../support/home.ts";
import { ALICE, BOB, discover, type MessageSpec, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { ETH1, type Server, unicastFrom, type Way } from "../support/server.ts";

const MINE = { mac: ALICE };
const THEIRS = { mac: BOB };
const OURS = "10.0.0.1";
const OTHER = "10.0.0.9";

const NOT_HERE = "NAK the address is not on this network";
const IN_USE = "NAK the address is in use by another client";
const NOT_YOURS = "NAK the address is not available to this client";
const OTHER_LEASE = "NAK another address is leased to this client";

type Prepare = (server: Server) => void;
const nothing: Prepare = () => {};
const bound: Prepare = (s) => s.lease("10.0.0.150", MINE);
const taken: Prepare = (s) => s.lease("10.0.0.150", THEIRS);

describe("REQUEST (RFC 2131 section 4.3.2)", () => {
  test("an ACK carries address, times and settings, and the lease is bound", () => {
    const server = home();
    server.receive(discover());
    assert.deepEqual(server.receive(request({ server: OURS, requested: "10.0.0.100", broadcast: true, secs: 7 })), {
      to: "255.255.255.255:68 on 2 from 10.0.0.1",
      header: "op 2 htype 1 02:00:00:00:00:0a flags 8000 yiaddr 10.0.0.100",
      options: [
        "53 ACK",
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
      changes: ["bound 10.0.0.100 1000..4600 of alice"],
    });
  });

  test("a NAK says why and nothing more", () => {
    const server = home({ boot: { nextServer: "10.0.0.7", serverName: "boot", fileName: "kernel" } });
    const outcome = server.receive(request({ server: OURS, requested: "10.9.9.9", ciaddr: "10.9.9.9", id: "alice", hops: 3 }));
    assert.deepEqual(outcome, {
      to: "255.255.255.255:68 on 2 from 10.0.0.1",
      header: "op 2 htype 1 02:00:00:00:00:0a",
      options: ["53 NAK", "54 10.0.0.1", "56 the address is not on this network", "61 alice"],
      limit: 548,
      changes: [],
    });
  });

  // What each state gets from an authoritative server and from one that is not.
  const states: Readonly<Record<string, { spec: (address: string) => MessageSpec; way?: Way; cases: readonly Case[] }>> = {
    SELECTING: {
      spec: (requested) => ({ server: OURS, requested }),
      cases: [
        ["offered", (s) => s.lease("10.0.0.150", { ...MINE, state: "offered" }), "10.0.0.150", "ACK 10.0.0.150"],
        ["bound already: the ACK was lost", bound, "10.0.0.150", "ACK 10.0.0.150"],
        ["offer lapsed, still free", nothing, "10.0.0.150", "ACK 10.0.0.150"],
        ["offer lapsed, offered to another", (s) => s.lease("10.0.0.150", { ...THEIRS, state: "offered" }), "10.0.0.150", IN_USE],
        ["offer lapsed, bound to another", taken, "10.0.0.150", IN_USE],
        ["expired of another", (s) => s.lease("10.0.0.150", { ...THEIRS, state: "expired", expiry: 900 }), "10.0.0.150", "ACK 10.0.0.150"],
        ["in probation", (s) => s.lease("10.0.0.150", { ...MINE, state: "declined" }), "10.0.0.150", IN_USE],
        ["outside the ranges", nothing, "10.0.0.50", NOT_YOURS],
        ["in another network", nothing, "10.9.9.9", NOT_HERE],
      ],
    },
    "INIT-REBOOT": {
      spec: (requested) => ({ requested }),
      cases: [
        ["its own", bound, "10.0.0.150", "ACK 10.0.0.150"],
        ["its own, expired", (s) => s.lease("10.0.0.150", { ...MINE, state: "expired", expiry: 900 }), "10.0.0.150", "ACK 10.0.0.150"],
        ["its own, released", (s) => s.lease("10.0.0.150", { ...MINE, state: "released", expiry: 900 }), "10.0.0.150", "ACK 10.0.0.150"],
        ["its own, not in a range any more", (s) => s.lease("10.0.0.50", MINE), "10.0.0.50", NOT_YOURS],
        ["another than its own", bound, "10.0.0.160", OTHER_LEASE],
        ["unknown here, free", nothing, "10.0.0.150", "ACK 10.0.0.150", "not-authoritative"],
        ["unknown here, bound to another", taken, "10.0.0.150", IN_USE, "not-authoritative"],
        ["unknown here, outside the ranges", nothing, "10.0.0.50", NOT_YOURS, "not-authoritative"],
        ["unknown here, in another network", nothing, "10.9.9.9", NOT_HERE, "not-authoritative"],
      ],
    },
    RENEWING: {
      spec: (ciaddr) => ({ ciaddr }),
      way: unicastFrom("10.0.0.150"),
      cases: [
        ["its own", bound, "10.0.0.150", "ACK 10.0.0.150"],
        ["its own, run out unnoticed", (s) => s.lease("10.0.0.150", { ...MINE, expiry: 1000 }), "10.0.0.150", "ACK 10.0.0.150"],
        ["its own, not in a range any more", (s) => s.lease("10.0.0.50", MINE), "10.0.0.50", NOT_YOURS],
        ["another than its own", bound, "10.0.0.160", OTHER_LEASE],
        ["unknown here, free", nothing, "10.0.0.150", "ACK 10.0.0.150", "not-authoritative"],
        ["unknown here, bound to another", taken, "10.0.0.150", IN_USE, "not-authoritative"],
        ["unknown here, in another network", nothing, "10.9.9.9", NOT_HERE, "not-authoritative"],
      ],
    },
    REBINDING: {
      spec: (ciaddr) => ({ ciaddr }),
      cases: [
        ["its own", bound, "10.0.0.150", "ACK 10.0.0.150"],
        ["its own, not in a range any more", (s) => s.lease("10.0.0.50", MINE), "10.0.0.50", NOT_YOURS],
        // Another server may have leased it: what is known here under another address does not matter to one that is not authoritative.
        ["another than its own", bound, "10.0.0.160", OTHER_LEASE, "not-authoritative"],
        ["unknown here, free", nothing, "10.0.0.150", "ACK 10.0.0.150", "not-authoritative"],
        ["unknown here, bound to another", taken, "10.0.0.150", IN_USE, "not-authoritative"],
        ["unknown here, in another network", nothing, "10.9.9.9", NOT_HERE, "not-authoritative"],
      ],
    },
  };

  for (const [state, { spec, way, cases }] of Object.entries(states)) {
    describe(state, () => {
      for (const [name, prepare, address, authoritative, otherwise] of cases) {
        test(name, () => {
          for (const isAuthoritative of [true, false]) {
            const server = home({ authoritative: isAuthoritative });
            prepare(server);
            const outcome = server.receive(request(spec(address)), way);
            assert.equal(
              briefly(outcome),
              isAuthoritative ? authoritative : (otherwise ?? authoritative),
              `authoritative ${isAuthoritative}`,
            );
            const expected = briefly(outcome).startsWith("ACK") ? [`bound ${address} 1000..4600 of alice`] : [];
            assert.deepEqual(outcome.changes ?? [], expected);
          }
        });
      }
    });
  }

  describe("which state (table 4)", () => {
    const cases: readonly [name: string, spec: MessageSpec, way: Way, state: string][] = [
      ["server and requested address", { server: OURS, requested: "10.0.0.150" }, {}, "SELECTING 10.0.0.150"],
      ["another server", { server: OTHER, requested: "10.0.0.150" }, {}, "SELECTING another server, 10.0.0.9"],
      ["requested address alone", { requested: "10.0.0.150" }, {}, "INIT-REBOOT with 10.0.0.150"],
      ["ciaddr, to this server", { ciaddr: "10.0.0.150" }, unicastFrom("10.0.0.150"), "RENEWING 10.0.0.150"],
      ["ciaddr and requested address", { ciaddr: "10.0.0.150", requested: "10.0.0.160" }, unicastFrom("10.0.0.150"), "RENEWING 10.0.0.150"],
      ["ciaddr and this server", { ciaddr: "10.0.0.150", server: OURS }, unicastFrom("10.0.0.150"), "RENEWING 10.0.0.150"],
      ["ciaddr, broadcast", { ciaddr: "10.0.0.150" }, {}, "REBINDING 10.0.0.150"],
      ["ciaddr, to the subnet's broadcast address", { ciaddr: "10.0.0.150" }, { destination: "10.0.0.255" }, "REBINDING 10.0.0.150"],
      ["ciaddr, relayed", { ciaddr: "10.0.0.150", giaddr: "10.0.0.2" }, unicastFrom("10.0.0.2"), "REBINDING 10.0.0.150"],
    ];
    for (const [name, spec, way, state] of cases) {
      test(name, () => assert.ok(home().explain(request(spec), way).includes(`state: ${state}`)));
    }
  });

  test("a client that names 0.0.0.0 as the server of its offer was not served", () => {
    const server = home();
    server.receive(discover());
    const ack = server.receive(request({ server: "0.0.0.0", requested: "10.0.0.100" }));
    assert.match(ack.header ?? "", / yiaddr 10\.0\.0\.100$/);
    assert.equal(ack.options?.[0], "53 ACK");
    assert.deepEqual(ack.changes, [`bound 10.0.0.100 1000..4600 of alice`]);
  });

  test("a client that takes an offer by naming the server alone was not served", () => {
    const server = home();
    server.receive(discover());
    server.receive(discover({ mac: BOB }));
    const ack = server.receive(request({ server: OURS, mac: BOB }));
    assert.equal(ack.options?.[0], "53 ACK");
    assert.deepEqual(ack.changes, [`bound 10.0.0.101 1000..4600 of bob`]);
    assert.deepEqual(server.receive(request({ server: OTHER })), { changes: ["withdraw 10.0.0.100"] });
    assert.deepEqual(server.receive(request({ server: OURS })), { silence: "malformed-request" });
  });

  test("neither server nor address: nothing to answer", () => {
    assert.deepEqual(home().receive(request()), { silence: "malformed-request" });
    assert.deepEqual(home().receive(request({ server: OURS })), { silence: "malformed-request" });
  });

  describe("another server was selected", () => {
    test("our offer is withdrawn", () => {
      const server = home();
      server.receive(discover());
      assert.deepEqual(server.receive(request({ server: OTHER, requested: "10.0.0.7" })), { changes: ["withdraw 10.0.0.100"] });
      assert.equal(server.holdOn("10.0.0.100"), undefined);
    });
    test("a lease stays", () => {
      const server = home();
      bound(server);
      assert.deepEqual(server.receive(request({ server: OTHER, requested: "10.0.0.7" })), { silence: "another-server" });
    });
    test("unknown client", () => assert.deepEqual(home().receive(request({ server: OTHER })), { silence: "another-server" }));
    test("0.0.0.0 is no server: without an address there is nothing to answer", () =>
      assert.deepEqual(home().receive(request({ server: "0.0.0.0" })), { silence: "malformed-request" }));
  });

  describe("which identifiers are ours", () => {
    const cases: readonly [name: string, server: string, serverId: string | undefined, way: Way, expected: string][] = [
      ["the interface's address", "10.0.0.1", undefined, {}, "ACK 10.0.0.150"],
      ["server_id", "192.0.2.1", "192.0.2.1", {}, "ACK 10.0.0.150"],
      ["the interface's address beside server_id", "10.0.0.1", "192.0.2.1", {}, "ACK 10.0.0.150"],
      ["the address it was sent to", "10.0.1.1", undefined, { source: "10.0.0.150", destination: "10.0.1.1" }, "ACK 10.0.0.150"],
      ["another address of this machine", "10.8.8.1", undefined, {}, "ACK 10.0.0.150"],
      ["not the broadcast address", "255.255.255.255", undefined, {}, "another-server"],
      ["not another", "192.0.2.1", undefined, {}, "another-server"],
    ];
    for (const [name, server, serverId, way, expected] of cases) {
      test(name, () => {
        const engine = home(serverId === undefined ? {} : { serverId });
        engine.ownAddresses = ["10.0.0.1", "10.8.8.1"];
        assert.equal(briefly(engine.receive(request({ server, requested: "10.0.0.150" }), way)), expected);
      });
    }
  });

  test("a client that selects another address gives its old one back in the same step", () => {
    const server = home();
    bound(server);
    assert.deepEqual(server.receive(request({ server: OURS, requested: "10.0.0.160" })).changes, [
      "released 10.0.0.150 1000..1000 of alice",
      "bound 10.0.0.160 1000..4600 of alice",
    ]);
  });

  test("a client that reboots with another address loses the offer it did not take", () => {
    const server = home();
    server.lease("10.0.0.150", { ...MINE, state: "offered" });
    assert.deepEqual(server.receive(request({ requested: "10.0.0.160" })).changes, [
      "withdraw 10.0.0.150",
      "bound 10.0.0.160 1000..4600 of alice",
    ]);
  });

  test("a renewal starts the lease anew, and goes to the client's address", () => {
    const server = home();
    server.lease("10.0.0.150", { ...MINE, expiry: 1500 });
    const outcome = server.receive(request({ ciaddr: "10.0.0.150" }), unicastFrom("10.0.0.150"));
    assert.equal(outcome.to, "10.0.0.150:68 02:00:00:00:00:0a on 2 from 10.0.0.1");
    assert.equal(outcome.header, "op 2 htype 1 02:00:00:00:00:0a ciaddr 10.0.0.150 yiaddr 10.0.0.150");
    assert.deepEqual(outcome.changes, ["bound 10.0.0.150 1000..4600 of alice"]);
  });

  test("a moved client that broadcasts its old address is judged by the link it is heard on", () => {
    const server = homeAndAway();
    bound(server);
    assert.equal(briefly(server.receive(request({ ciaddr: "10.0.0.150" }), { interface: ETH1 })), NOT_HERE);
  });
});

type Case = readonly [name: string, prepare: Prepare, address: string, authoritative: string, otherwise?: string];
