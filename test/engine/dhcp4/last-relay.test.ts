import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { load } from "../../config/load.ts";
import { text } from "../support/config.ts";
import { ALICE, BOB, discover, type MessageSpec, relayInfo, release, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { ETH1, type Server, serverOf, unicastFrom, type Way } from "../support/server.ts";

/** The relay is 192.0.2.9, outside the networks. Port a has the first addresses, port b the next, and others the rest. */
const CONFIG = load(`
options: {routers: 10.0.0.1}
client_classes:
  v4:
    - {name: a, assert: "relay4[1].hex == 'a'", options: {domain_name: a.example}}
    - {name: b, assert: "relay4[1].hex == 'b'"}
    - {name: blocked, assert: "relay4[1].hex == 'blocked'"}
    - {name: DROP, assert: "member('blocked')"}
networks:
  10.0.0.0/24:
    relays: [192.0.2.9]
    allocation: sequential
    ranges: [{range: 10.0.0.100-10.0.0.109, class: a}, {range: 10.0.0.110-10.0.0.119, class: b}]
  10.0.1.0/24:
    allocation: sequential
    ranges: [{range: 10.0.1.100-10.0.1.109, class: a}, {range: 10.0.1.110-10.0.1.119, deny_class: a}]
`);
const RELAY = { source: "192.0.2.9", sourcePort: 67, destination: "10.0.0.1" };
const at = (port: string): MessageSpec => ({ giaddr: "192.0.2.9", relay: relayInfo({ 1: text(port) }) });

/** A server from which Alice, on port a, has 10.0.0.100. */
function withAlice(): Server {
  const server = serverOf(CONFIG);
  assert.equal(briefly(server.receive(discover(at("a")), RELAY)), "OFFER 10.0.0.100");
  assert.equal(briefly(server.receive(request({ ...at("a"), server: "10.0.0.1", requested: "10.0.0.100" }), RELAY)), "ACK 10.0.0.100");
  return server;
}

const circuitOf = (server: Server): string =>
  new TextDecoder().decode(server.table.byAddress(0x0a000064)?.owner.relayAgentInformation?.subarray(2));
const NOT_FOR_CLASS = "NAK the address is not for clients of this kind";

describe("what the relay last said of a client holds for what it sends without one", () => {
  const renewals: readonly [name: string, spec: MessageSpec, way: Way, expected: string][] = [
    ["a unicast renewal", {}, unicastFrom("10.0.0.100"), "ACK 10.0.0.100"],
    ["a renewal that is broadcast on the server's own link", {}, {}, "ACK 10.0.0.100"],
    ["a renewal through the relay", at("a"), RELAY, "ACK 10.0.0.100"],
    ["a renewal through the relay, which says something else now", at("b"), RELAY, NOT_FOR_CLASS],
    ["a renewal through a relay that says nothing now", { giaddr: "192.0.2.9" }, RELAY, NOT_FOR_CLASS],
    ["a renewal that says itself where it comes from", { relay: relayInfo({ 1: text("b") }) }, unicastFrom("10.0.0.100"), NOT_FOR_CLASS],
    ["another client that says it has the address", { mac: BOB }, unicastFrom("10.0.0.100"), NOT_FOR_CLASS],
    ["a client that moved to another link", {}, { interface: ETH1 }, "NAK the address is not on this network"],
  ];
  for (const [name, spec, way, expected] of renewals) {
    test(name, () => assert.equal(briefly(withAlice().receive(request({ ciaddr: "10.0.0.100", ...spec }), way)), expected));
  }

  test("its classes give their options, and the relay's option is not echoed", () => {
    const server = withAlice();
    const { options = [] } = server.receive(request({ ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"));
    assert.ok(options.includes("15 a.example"));
    assert.ok(!options.some((option) => option.startsWith("82 ")));
  });

  test("it is kept with the lease from renewal to renewal, until a relay says something else", () => {
    const server = withAlice();
    for (let i = 0; i < 2; i++) server.receive(request({ ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"));
    assert.equal(circuitOf(server), "a");
    server.receive(release({ ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"));
    assert.equal(circuitOf(server), "a");
    assert.equal(briefly(server.receive(discover(at("b")), RELAY)), "OFFER 10.0.0.110");
  });

  test("a client in the class DROP stays there when it renews", () => {
    const server = withAlice();
    server.lease("10.0.0.105", { mac: BOB, relay: relayInfo({ 1: text("blocked") }) });
    assert.equal(briefly(server.receive(request({ mac: BOB, ciaddr: "10.0.0.105" }), unicastFrom("10.0.0.105"))), "dropped-by-class");
    assert.equal(briefly(server.receive(request({ mac: ALICE, ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"))), "ACK 10.0.0.100");
  });
});
