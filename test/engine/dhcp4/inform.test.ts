import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addresses, text } from "../support/config.ts";
import { HOME, home } from "../support/home.ts";
import { ALICE, inform, mac, relayInfo } from "../support/messages.ts";
import { unicastFrom } from "../support/server.ts";

const SETTINGS = ["53 ACK", "54 10.0.0.1", "1 255.255.255.0", "3 10.0.0.1", "6 10.0.0.53", "15 example.org"];

describe("INFORM (RFC 2131 section 4.3.5)", () => {
  test("settings without address and times, and no lease", () => {
    const server = home();
    assert.deepEqual(server.receive(inform({ ciaddr: "10.0.0.50", hostname: "static" }), unicastFrom("10.0.0.50")), {
      to: "10.0.0.50:68 02:00:00:00:00:0a on 2 from 10.0.0.1",
      header: "op 2 htype 1 02:00:00:00:00:0a ciaddr 10.0.0.50",
      options: SETTINGS,
      limit: 548,
      changes: [],
    });
    assert.equal(server.table.size, 0);
  });

  test("option 61 is echoed; option 82 only through the relay", () => {
    const spec = { id: "alice", prl: [], giaddr: "10.0.0.2", relay: relayInfo({ 1: text("port") }) };
    const head = ["53 ACK", "54 10.0.0.1", "1 255.255.255.0", "3 10.0.0.1", "61 alice"];
    assert.deepEqual(home().receive(inform(spec)).options, [...head, "82 0104706f7274"]);
    assert.deepEqual(home().receive(inform({ ...spec, ciaddr: "10.0.0.50" })).options, head);
  });

  test("the settings are those of the place that its address is in", () => {
    const network = {
      ranges: [{ range: "10.0.0.100-10.0.0.199", options: { 15: text("range") } }],
      reservations: [
        { match: [{ kind: "chaddr", chaddr: mac(ALICE) } as const], address: "10.0.0.50", options: { 6: addresses("10.0.0.6") } },
      ],
    };
    const settings = (ciaddr: string): readonly string[] =>
      home(network)
        .receive(inform({ ciaddr, prl: [6, 15] }))
        .options?.slice(3) ?? [];
    assert.deepEqual(settings("10.0.0.150"), ["6 10.0.0.6", "15 range", "3 10.0.0.1"]);
    assert.deepEqual(settings("10.0.0.50"), ["6 10.0.0.6", "15 example.org", "3 10.0.0.1"]);
    assert.deepEqual(settings("10.0.0.60"), ["6 10.0.0.6", "15 example.org", "3 10.0.0.1"]);
  });

  test("a server that is not authoritative only answers its own clients", () => {
    const server = home({ ...HOME, authoritative: false });
    assert.deepEqual(server.receive(inform({ ciaddr: "10.0.0.150" })), { silence: "not-authoritative" });
    server.lease("10.0.0.150", { mac: ALICE });
    assert.deepEqual(server.receive(inform({ ciaddr: "10.0.0.150" })).options, SETTINGS);
  });
});
