import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Answers } from "../../../src/engine/decision.ts";
import { inProbation } from "../../../src/engine/dhcp4/conflict-check.ts";
import { createDecider } from "../../../src/engine/dhcp4/decider.ts";
import type { Ipv4 } from "../../../src/net/ipv4.ts";
import { address, configOf } from "../support/config.ts";
import { HOME, home } from "../support/home.ts";
import { ALICE, BOB, discover, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { ETH1, type Server, START, serverOf, type Way } from "../support/server.ts";

const MINE = { mac: ALICE };
const THEIRS = { mac: BOB };
const PROBING = { pingTimeout: 500 };

/** Probes that found `free` to be free and have not heard of `underWay` yet. */
function probes(free: readonly string[], underWay: readonly string[] = []): Answers<Ipv4> {
  return {
    stateOf: (at) => (free.map(address).includes(at) ? "free" : underWay.map(address).includes(at) ? "under way" : undefined),
  };
}

describe("probing an address before its OFFER (RFC 2131 section 3.1 step 2)", () => {
  test("the decision names the address and the link, and has the offer that is sent without a probe", () => {
    const { probe, ...offer } = home(PROBING).consider(discover());
    assert.equal(probe, "10.0.0.100 on 2 for 500 ms");
    assert.deepEqual(offer, home().consider(discover()));
  });

  describe("who waits", () => {
    const PROBE = "probe 10.0.0.100 on 2 for 500 ms";
    const cases: readonly [name: string, prepare: (server: Server) => void, outcome: string][] = [
      ["a client that never had the address", () => {}, PROBE],
      ["not a client with a lease", (s) => s.lease("10.0.0.100", MINE), "OFFER 10.0.0.100"],
      ["not a client whose lease expired", (s) => s.lease("10.0.0.100", { ...MINE, state: "expired", expiry: 900 }), "OFFER 10.0.0.100"],
      ["not a client that released it", (s) => s.lease("10.0.0.100", { ...MINE, state: "released", expiry: 900 }), "OFFER 10.0.0.100"],
      ["not a client that has the offer already", (s) => s.lease("10.0.0.100", { ...MINE, state: "offered" }), "OFFER 10.0.0.100"],
      [
        "a client that gets what another had",
        (s) => {
          s.lease("10.0.0.100", { ...THEIRS, state: "expired", expiry: 900 });
        },
        PROBE,
      ],
      [
        "a client whose own probation of the address is over",
        (s) => s.lease("10.0.0.100", { ...MINE, state: "declined", expiry: START - 1 }),
        PROBE,
      ],
      [
        "nobody for an address that was found free just now",
        (s) => {
          s.answers = probes(["10.0.0.100"]);
        },
        "OFFER 10.0.0.100",
      ],
      [
        "a client that asks again while the probe is under way",
        (s) => {
          s.receive(discover());
          s.answers = probes([], ["10.0.0.100"]);
        },
        PROBE,
      ],
      [
        "nobody once the probe of its offer is over",
        (s) => {
          s.receive(discover());
        },
        "OFFER 10.0.0.100",
      ],
    ];
    for (const [name, prepare, outcome] of cases) {
      test(name, () => {
        const server = home({ ...PROBING, ranges: [{ range: "10.0.0.100-10.0.0.100" }] });
        prepare(server);
        assert.equal(briefly(server.consider(discover({ requested: "10.0.0.100" }))), outcome);
      });
    }
  });

  describe("where to ask", () => {
    const config = configOf({
      networks: {
        "10.0.0.0/24": { ...HOME, ...PROBING },
        "10.0.1.0/24": { ranges: [{ range: "10.0.1.100-10.0.1.199" }], pingTimeout: 20 },
      },
      interfaces: { eth7: "10.0.1.0/24" },
    });
    const eth7: Way = { interface: { index: 7, name: "eth7", address: address("192.0.2.1"), prefixLength: 24 } };
    const cases: readonly [name: string, giaddr: string, way: Way, outcome: string][] = [
      ["on the link of the interface", "0.0.0.0", {}, "probe 10.0.0.100 on 2 for 500 ms"],
      ["on the link of another interface", "0.0.0.0", { interface: ETH1 }, "probe 10.0.1.100 on 3 for 20 ms"],
      ["on a link where the server's address is in another network", "0.0.0.0", eth7, "probe 10.0.1.100 on 7 for 20 ms"],
      ["behind a relay", "10.0.1.9", {}, "probe 10.0.1.100 on 0 for 20 ms"],
      ["behind a relay, on the server's own link all the same", "10.0.0.9", {}, "probe 10.0.0.100 on 2 for 500 ms"],
    ];
    for (const [name, giaddr, way, outcome] of cases) {
      test(name, () => assert.equal(briefly(serverOf(config).consider(discover({ giaddr }), way)), outcome));
    }
  });

  test("while the probe is under way nobody else is offered the address, however short offers are held", () => {
    const server = home({ pingTimeout: 3500 }, { offerHold: 1 });
    assert.deepEqual(server.receive(discover()).changes, ["hold 10.0.0.100 until 1005 for alice"]);
    assert.equal(briefly(server.receive(discover(THEIRS))), "probe 10.0.0.101 on 2 for 3500 ms");
  });

  test("a reserved address is probed too, and gives way to another while it is in probation", () => {
    const reservations = [{ address: "10.0.0.20", match: [{ kind: "chaddr" as const, chaddr: Uint8Array.of(2, 0, 0, 0, 0, 10) }] }];
    const server = home({ ...PROBING, reservations });
    assert.equal(briefly(server.consider(discover())), "probe 10.0.0.20 on 2 for 500 ms");
    server.lease("10.0.0.20", { ...MINE, state: "declined" });
    assert.equal(briefly(server.consider(discover())), "probe 10.0.0.100 on 2 for 500 ms");
  });

  test("only offers are probed for", () => {
    assert.equal(briefly(home(PROBING).consider(request({ requested: "10.0.0.100", server: "10.0.0.1" }))), "ACK 10.0.0.100");
  });

  test("explained in words", () => {
    assert.deepEqual(home(PROBING).explain(discover()).at(-1), "probe: 10.0.0.100 is probed by ARP for 500 ms before the OFFER");
  });
});

describe("an address that was found in use", () => {
  const config = configOf({ networks: { "10.0.0.0/24": { ...HOME, probationPeriod: 900 } } });
  const cases: readonly [name: string, prepare: (server: Server) => void, lease: string | undefined][] = [
    [
      "is in probation, on record for the client that was to get it",
      (s) => s.lease("10.0.0.100", { ...MINE, state: "offered" }),
      "declined 10.0.0.100 1000..1900 of alice",
    ],
    ["stays with a client that has obtained it meanwhile", (s) => s.lease("10.0.0.100", MINE), "bound 10.0.0.100 1000..4600 of alice"],
    ["is left alone when its offer is gone", () => {}, undefined],
  ];
  for (const [name, prepare, lease] of cases) {
    test(name, () => {
      const server = serverOf(config);
      prepare(server);
      const changed = inProbation({ decider: createDecider(config), leases: server.table, now: START }, address("10.0.0.100"));
      if (changed !== undefined) server.table.apply({ kind: "put", lease: changed });
      assert.equal(server.table.byAddress(address("10.0.0.100"))?.owner.foundByProbe, changed && true);
      assert.equal(server.leaseAt("10.0.0.100"), lease);
    });
  }
});
