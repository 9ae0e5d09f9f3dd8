import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { home } from "../support/home.ts";
import { ALICE, BOB, discover, mac, request } from "../support/messages.ts";

describe("the trace tells each rule that was applied", () => {
  test("a DISCOVER", () => {
    const server = home({ reservations: [{ address: "10.0.0.50", hostname: "printer", match: [{ kind: "chaddr", chaddr: mac(ALICE) }] }] });
    server.lease("10.0.0.50", { mac: BOB });
    assert.deepEqual(server.explain(discover({ requested: "10.9.9.9" })), [
      "client: 0102000000000a",
      "subnet: received on interface eth0 with address 10.0.0.1",
      "network: 10.0.0.0/24",
      "reservation: printer in 10.0.0.0/24",
      "address: 10.0.0.50 (reserved): in-use by 02:00:00:00:00:0b",
      "address: 10.9.9.9 (requested): wrong-network",
      "address: 10.0.0.100 was never used",
      "reply: OFFER of 10.0.0.100 for 3600 s",
    ]);
  });

  test("a NAK", () => {
    assert.deepEqual(home().explain(request({ requested: "10.9.9.9" })), [
      "client: 0102000000000a",
      "subnet: received on interface eth0 with address 10.0.0.1",
      "network: 10.0.0.0/24",
      "state: INIT-REBOOT with 10.9.9.9",
      "nak: the address is not on this network",
    ]);
  });

  test("a silence", () => {
    const lines = home({ ranges: [] }).explain(discover());
    assert.deepEqual(lines.slice(3), ["address: no address is free", "silence: every address that this client could get is in use"]);
  });
});
