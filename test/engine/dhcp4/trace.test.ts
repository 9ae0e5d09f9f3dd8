import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decide } from "../../../src/engine/dhcp4/decide.ts";
import { createDecider } from "../../../src/engine/dhcp4/decider.ts";
import type { TraceEvent } from "../../../src/engine/dhcp4/trace.ts";
import { createLeaseTable } from "../../../src/leases/dhcp4/table.ts";
import { address, configOf } from "../support/config.ts";
import { HOME, home } from "../support/home.ts";
import { ALICE, BOB, discover, mac, request } from "../support/messages.ts";
import { ETH0, received, START } from "../support/server.ts";

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

  test("as facts: addresses as numbers, bytes as bytes", () => {
    const config = configOf({ networks: { "10.0.0.0/24": HOME } });
    const context = { decider: createDecider(config), leases: createLeaseTable(config), now: START, random: 0 };
    const events: TraceEvent[] = [];
    decide(context, received(discover()), (event) => events.push(event));
    assert.deepEqual(events, [
      { rule: "client", clientKey: Uint8Array.of(1, ...mac(ALICE)) },
      { rule: "subnet", by: "interface", name: ETH0.name, address: ETH0.address },
      { rule: "network", name: "10.0.0.0/24" },
      { rule: "address", candidate: "never-used", address: address("10.0.0.100") },
      { rule: "reply", type: "OFFER", address: address("10.0.0.100"), duration: 3600 },
    ]);
  });
});
