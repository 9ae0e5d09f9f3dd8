import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ALICE, BOB, duid, message } from "../support/dhcp6/messages.ts";
import { home, START } from "../support/dhcp6/server.ts";

suite("the reasons of a decision", () => {
  test("a SOLICIT for an address and a prefix", () => {
    const server = home({ prefixPools: [] });
    assert.deepEqual(server.explain(message("SOLICIT", { na: { 1: ["2001:db8:2::1"] }, pd: { 2: [] } })), [
      "client: 0003000102000000000a",
      "link: received on interface eth0",
      "network: 2001:db8:1::/64",
      "association: IA_NA 1",
      "association: IA_PD 2",
      "address: 2001:db8:2::1 (requested): wrong-network",
      "address: 2001:db8:1::100 was never used",
      "address: nothing is free",
      "nothing free: the link has no pool for it",
      "reply: ADVERTISE with one address or prefix",
    ]);
  });

  test("a reservation whose address somebody else has", () => {
    const server = home({ reservations: [{ match: [{ kind: "duid", value: duid(ALICE) }], addresses: ["2001:db8:1::7"] }] });
    server.lease("2001:db8:1::7", { client: BOB });
    assert.deepEqual(server.explain(message("REQUEST", { na: { 1: [] }, relays: [{ link: "2001:db8:1::9" }] })).slice(1), [
      "link: link-address is 2001:db8:1::9",
      "network: 2001:db8:1::/64",
      "reservation: host in 2001:db8:1::/64",
      "association: IA_NA 1",
      "address: 2001:db8:1::7 (reserved): in-use by 00:03:00:01:02:00:00:00:00:0b",
      "address: 2001:db8:1::100 was never used",
      "reply: REPLY with one address or prefix",
    ]);
  });

  test("a CONFIRM, a RELEASE and a silence", () => {
    const server = home();
    server.lease("2001:db8:1::100", { client: ALICE, expiry: START + 50 });
    const na = { 1: ["2001:db8:1::100", "2001:db8:2::1"] };
    assert.equal(server.explain(message("CONFIRM", { na })).at(-1), "confirm: 1 of 2 addresses are of the link");
    assert.deepEqual(server.explain(message("RELEASE", { na })).slice(3), ["association: IA_NA 1", "given back: 2001:db8:1::100"]);
    assert.deepEqual(server.explain(message("REPLY")), ["silence: a message of this type is sent by servers, not to them"]);
  });
});
