import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { home } from "../support/home.ts";
import { ALICE, BOB, decline, mac, release } from "../support/messages.ts";
import type { Outcome } from "../support/outcome.ts";
import { type Lessee, unicastFrom } from "../support/server.ts";

const MINE: Lessee = { mac: ALICE };
const OURS = "10.0.0.1";
const RELEASED: Outcome = { changes: ["released 10.0.0.150 1000..1010 of alice"] };
const DECLINED: Outcome = { changes: ["declined 10.0.0.150 1010..1910 of alice"] };
const NOT_OWNER: Outcome = { silence: "not-the-owner" };

type Case = readonly [name: string, lease: Lessee | undefined, message: Message, outcome: Outcome];

function check(cases: readonly Case[]): void {
  for (const [name, lease, message, outcome] of cases) {
    test(name, () => {
      const server = home();
      if (lease !== undefined) server.lease("10.0.0.150", lease);
      const before = server.leaseAt("10.0.0.150");
      server.now += 10;
      assert.deepEqual(server.receive(message, unicastFrom("10.0.0.150")), outcome);
      const [change] = outcome.changes ?? [];
      assert.equal(server.leaseAt("10.0.0.150"), change?.startsWith("withdraw") ? undefined : (change ?? before));
      if (change !== undefined) assert.equal(server.holdOn("10.0.0.150"), undefined);
    });
  }
}

describe("RELEASE (RFC 2131 section 4.3.4)", () => {
  check([
    ["of its lease", MINE, release({ server: OURS, ciaddr: "10.0.0.150" }), RELEASED],
    ["without server identifier", MINE, release({ ciaddr: "10.0.0.150" }), RELEASED],
    ["by somebody else", MINE, release({ mac: BOB, server: OURS, ciaddr: "10.0.0.150" }), NOT_OWNER],
    ["by the same hardware under another identifier", MINE, release({ id: "other", server: OURS, ciaddr: "10.0.0.150" }), NOT_OWNER],
    [
      "of its offer: it is withdrawn, and nothing is remembered",
      { ...MINE, state: "offered" },
      release({ server: OURS, ciaddr: "10.0.0.150" }),
      { changes: ["withdraw 10.0.0.150"] },
    ],
    ["twice", { ...MINE, state: "released", expiry: 900 }, release({ server: OURS, ciaddr: "10.0.0.150" }), NOT_OWNER],
    ["after the lease ran out", { ...MINE, expiry: 1009 }, release({ server: OURS, ciaddr: "10.0.0.150" }), NOT_OWNER],
    ["of an unknown address", undefined, release({ server: OURS, ciaddr: "10.0.0.150" }), NOT_OWNER],
    ["to another server", MINE, release({ server: "10.0.0.9", ciaddr: "10.0.0.150" }), { silence: "another-server" }],
    ["without ciaddr", MINE, release({ server: OURS, requested: "10.0.0.150" }), { silence: "malformed-request" }],
  ]);
});

describe("DECLINE (RFC 2131 section 4.3.3)", () => {
  check([
    ["of its lease", MINE, decline({ server: OURS, requested: "10.0.0.150" }), DECLINED],
    ["of its offer", { ...MINE, state: "offered" }, decline({ server: OURS, requested: "10.0.0.150" }), DECLINED],
    ["with the address in ciaddr", MINE, decline({ server: OURS, ciaddr: "10.0.0.150" }), DECLINED],
    ["without server identifier", MINE, decline({ requested: "10.0.0.150" }), DECLINED],
    ["by somebody else", MINE, decline({ mac: BOB, server: OURS, requested: "10.0.0.150" }), NOT_OWNER],
    ["twice", { ...MINE, state: "declined" }, decline({ server: OURS, requested: "10.0.0.150" }), NOT_OWNER],
    ["after the lease ran out", { ...MINE, expiry: 1009 }, decline({ server: OURS, requested: "10.0.0.150" }), NOT_OWNER],
    ["of a released address", { ...MINE, state: "released", expiry: 900 }, decline({ server: OURS, requested: "10.0.0.150" }), NOT_OWNER],
    ["of an unknown address", undefined, decline({ server: OURS, requested: "10.0.0.150" }), NOT_OWNER],
    ["to another server", MINE, decline({ server: "10.0.0.9", requested: "10.0.0.150" }), { silence: "another-server" }],
    ["without address", MINE, decline({ server: OURS }), { silence: "malformed-request" }],
  ]);
});

describe("reserved clients", () => {
  const reservations = [{ address: "10.0.0.150", match: [{ kind: "chaddr", chaddr: mac(ALICE) } as const] }];
  test("release", () => {
    const server = home({ reservations });
    server.lease("10.0.0.150", MINE);
    assert.deepEqual(server.receive(release({ server: OURS, ciaddr: "10.0.0.150" })).changes, ["released 10.0.0.150 1000..1000 of alice"]);
  });
  test("decline", () => {
    const server = home({ reservations, probationPeriod: 60 });
    server.lease("10.0.0.150", MINE);
    assert.deepEqual(server.receive(decline({ server: OURS, requested: "10.0.0.150" })).changes, [
      "declined 10.0.0.150 1000..1060 of alice",
    ]);
  });
});
