import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ReservationSpec } from "../support/config.ts";
import { configOf } from "../support/config.ts";
import { HOME, home } from "../support/home.ts";
import { ALICE, BOB, CAROL, discover, type MessageSpec, mac, message, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { type Server, serverOf, unicastFrom } from "../support/server.ts";

const OURS = "10.0.0.1";
const NAK = "NAK addresses of this network are for hosts with a reservation only";

/** Alice has an address, Bob only settings, Carol nothing. */
const reservations: readonly ReservationSpec[] = [
  { address: "10.0.0.50", match: [{ kind: "chaddr", chaddr: mac(ALICE) }] },
  { match: [{ kind: "chaddr", chaddr: mac(BOB) }] },
];
const only = { reservations, reservationsOnly: true };
const RAPID = { more: [{ code: 80, data: new Uint8Array(0) }] };

describe("reservations_only", () => {
  const cases: readonly [name: string, ask: (server: Server) => unknown, expected: string][] = [
    ["DISCOVER, with an address of its own", (s) => s.receive(discover()), "OFFER 10.0.0.50"],
    ["DISCOVER, known without an address", (s) => s.receive(discover({ mac: BOB })), "OFFER 10.0.0.100"],
    ["DISCOVER, unknown", (s) => s.receive(discover({ mac: CAROL })), "no-reservation"],
    ["DISCOVER, unknown, asks for an address", (s) => s.receive(discover({ mac: CAROL, requested: "10.0.0.120" })), "no-reservation"],
    ["DISCOVER, unknown, rapid commit", (s) => s.receive(discover({ mac: CAROL, ...RAPID })), "no-reservation"],
    ["BOOTP, known", (s) => s.receive(message(undefined, { mac: ALICE })), "1 255.255.255.0"],
    ["BOOTP, unknown", (s) => s.receive(message(undefined, { mac: CAROL })), "no-reservation"],
    ["SELECTING, known", (s) => s.receive(select({ mac: BOB })), "ACK 10.0.0.120"],
    ["SELECTING, unknown", (s) => s.receive(select({ mac: CAROL })), NAK],
    ["INIT-REBOOT, unknown", (s) => s.receive(request({ mac: CAROL, requested: "10.0.0.120" })), NAK],
    ["RENEWING, known", (s) => renew(s, BOB), "ACK 10.0.0.120"],
    ["RENEWING, unknown, with a lease from before", (s) => renew(s, CAROL), NAK],
  ];
  const select = (spec: MessageSpec) => request({ ...spec, server: OURS, requested: "10.0.0.120" });
  const renew = (server: Server, who: string) => {
    server.lease("10.0.0.120", { mac: who });
    return server.receive(request({ mac: who, ciaddr: "10.0.0.120" }), unicastFrom("10.0.0.120"));
  };
  for (const [name, ask, expected] of cases) {
    test(name, () => {
      const outcome = ask(home(only, { rapidCommit: true })) as Parameters<typeof briefly>[0];
      // A BOOTREPLY has no message type: its first option is the mask.
      assert.equal(name.startsWith("BOOTP, k") ? outcome.options?.[0] : briefly(outcome), expected);
    });
  }

  test("where it is not authoritative, an unknown INIT-REBOOT is left to others", () => {
    const server = home({ ...only, authoritative: false });
    assert.equal(briefly(server.receive(request({ mac: CAROL, requested: "10.0.0.120" }))), "not-authoritative");
  });

  test("an address that was released before does not go to an unknown client either", () => {
    const server = home({ ...only, ranges: [{ range: "10.0.0.120" }] });
    server.lease("10.0.0.120", { mac: CAROL, state: "released", expiry: 900 });
    assert.equal(briefly(server.receive(discover({ mac: CAROL }))), "no-reservation");
    assert.equal(briefly(server.receive(discover({ mac: BOB }))), "OFFER 10.0.0.120");
  });

  test("on a shared link it holds for its own network", () => {
    const networks = { "10.0.0.0/24": { ...HOME, ...only }, "10.0.1.0/24": { ranges: [{ range: "10.0.1.100-10.0.1.199" }] } };
    const server = serverOf(configOf({ networks, shared: [["10.0.0.0/24", "10.0.1.0/24"]] }));
    assert.equal(briefly(server.receive(discover({ mac: CAROL, requested: "10.0.0.120" }))), "OFFER 10.0.1.100");
    assert.equal(briefly(server.receive(discover({ mac: BOB }))), "OFFER 10.0.0.100");
  });
});
