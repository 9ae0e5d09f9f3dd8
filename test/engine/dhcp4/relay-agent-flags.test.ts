import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addresses, text } from "../support/config.ts";
import { homeAndAway } from "../support/home.ts";
import { discover, type MessageSpec, relayInfo, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { unicastFrom } from "../support/server.ts";

const UNICAST = Uint8Array.of(0x80);
const BROADCAST = Uint8Array.of(0);
const RELAY = "10.0.0.2";
const relayed = (flags: Uint8Array | undefined, more: Readonly<Record<number, Uint8Array>> = {}): MessageSpec => ({
  giaddr: RELAY,
  relay: relayInfo({ 1: text("port"), ...(flags === undefined ? {} : { 10: flags }), ...more }),
});

describe("a relay says whether the client sent its message to one server (RFC 5010)", () => {
  const states: readonly [name: string, spec: MessageSpec, state: string][] = [
    ["unicast", relayed(UNICAST), "RENEWING"],
    ["broadcast", relayed(BROADCAST), "REBINDING"],
    ["nothing said", relayed(undefined), "REBINDING"],
    ["the other bits do not count", relayed(Uint8Array.of(0x7f)), "REBINDING"],
    ["of a value that is too long the first byte counts", relayed(Uint8Array.of(0x80, 0)), "RENEWING"],
    ["an empty value says nothing", relayed(Uint8Array.of()), "REBINDING"],
  ];
  for (const [name, spec, state] of states) {
    test(name, () => {
      const lines = homeAndAway().explain(request({ ...spec, ciaddr: "10.0.0.150" }), unicastFrom(RELAY));
      assert.ok(lines.includes(`state: ${state} 10.0.0.150`), lines.join("\n"));
    });
  }

  test("without a relay the way of the message decides, whatever option 82 says", () => {
    const spec = { relay: relayInfo({ 10: UNICAST }), ciaddr: "10.0.0.150" };
    assert.ok(homeAndAway().explain(request(spec)).includes("state: REBINDING 10.0.0.150"));
  });

  describe("a client with an address of another network", () => {
    const cases: readonly [name: string, spec: MessageSpec, outcome: string][] = [
      ["keeps it while it renews", relayed(UNICAST), "ACK 10.0.1.150"],
      ["is sent away when it broadcasts there", relayed(BROADCAST), "NAK the address is not on this network"],
      [
        "is sent away when the relay names the link (RFC 3527)",
        relayed(UNICAST, { 5: addresses("10.0.0.0") }),
        "NAK the address is not on this network",
      ],
      [
        "is sent away when option 118 names the link",
        { ...relayed(UNICAST), subnet: "10.0.0.0" },
        "NAK the address is not on this network",
      ],
    ];
    for (const [name, spec, outcome] of cases) {
      test(name, () => {
        const server = homeAndAway();
        server.lease("10.0.1.150", { mac: "02:00:00:00:00:0a" });
        assert.equal(briefly(server.receive(request({ ...spec, ciaddr: "10.0.1.150" }), unicastFrom(RELAY))), outcome);
      });
    }
  });

  test("without an address of the client, or with one of no network, the relay's address decides", () => {
    for (const ciaddr of ["0.0.0.0", "192.0.2.5"]) {
      const lines = homeAndAway().explain(discover({ ...relayed(UNICAST), ciaddr }), unicastFrom(RELAY));
      assert.ok(lines.includes("network: 10.0.0.0/24"), lines.join("\n"));
    }
  });

  test("a server that is not authoritative refuses a client that renews another address than its own, as if no relay were there", () => {
    for (const [flags, outcome] of [
      [UNICAST, "NAK another address is leased to this client"],
      [BROADCAST, "not-authoritative"],
    ] as const) {
      const server = homeAndAway({ authoritative: false });
      server.lease("10.0.0.150", { mac: "02:00:00:00:00:0a" });
      assert.equal(briefly(server.receive(request({ ...relayed(flags), ciaddr: "10.0.0.160" }), unicastFrom(RELAY))), outcome);
    }
  });
});
