import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { addresses, text } from "../support/config.ts";
import { home } from "../support/home.ts";
import { decline, discover, inform, type MessageSpec, relayInfo, release, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { ETH0, unicastFrom } from "../support/server.ts";

const RELAY = "10.0.0.2";
const override = (value: Uint8Array): MessageSpec => ({ giaddr: RELAY, relay: relayInfo({ 1: text("port"), 11: value }) });
const RELAYED = override(addresses(RELAY));
const way = unicastFrom(RELAY);

describe("the relay stands in for the server (RFC 5107)", () => {
  test("an OFFER names the server although the relay wants to be named, so that renewals bypass the relay", () => {
    const server = home();
    const offer = server.receive(discover(RELAYED), way);
    assert.equal(offer.options?.[1], `54 ${RELAY}`);
    assert.equal(offer.to, `${RELAY}:67 on 0 from 10.0.0.1`);
    const ack = server.receive(request({ ...RELAYED, server: RELAY, requested: "10.0.0.100" }), way);
    assert.equal(briefly(ack), "ACK 10.0.0.100");
    assert.deepEqual(ack.options?.slice(1, 2).concat(ack.options.slice(-1)), [`54 ${RELAY}`, "82 0104706f72740b040a000002"]);
  });

  const messages: readonly [name: string, message: Message, answer: string][] = [
    ["a NAK", request({ ...RELAYED, requested: "192.168.1.5" }), `54 ${RELAY}`],
    ["the ACK of an INFORM", inform(RELAYED), `54 ${RELAY}`],
    ["not one of another length", discover(override(Uint8Array.of(10, 0, 2))), "54 10.0.0.1"],
    ["not one of zeros", discover(override(addresses("0.0.0.0"))), "54 10.0.0.1"],
  ];
  for (const [name, message, answer] of messages) {
    test(`${name} names the relay`, () => assert.equal(home().receive(message, way).options?.[1], answer));
  }

  const named: readonly [name: string, server: string, spec: MessageSpec, outcome: string][] = [
    ["the relay", RELAY, RELAYED, "ACK 10.0.0.100"],
    ["the server itself, as before the relay was set up so", "10.0.0.1", RELAYED, "ACK 10.0.0.100"],
    ["the relay, which says nothing of it", RELAY, { giaddr: RELAY }, "update"],
    ["another server", "10.0.0.3", RELAYED, "update"],
  ];
  for (const [name, named54, spec, outcome] of named) {
    test(`a REQUEST that names ${name}`, () => {
      const server = home();
      server.receive(discover(RELAYED), way);
      assert.equal(briefly(server.receive(request({ ...spec, server: named54, requested: "10.0.0.100" }), way)), outcome);
    });
  }

  test("RELEASE and DECLINE may name the relay", () => {
    for (const [message, state] of [
      [release({ ...RELAYED, server: RELAY, ciaddr: "10.0.0.100" }), "released 10.0.0.100 1000..1000 of alice"],
      [decline({ ...RELAYED, server: RELAY, requested: "10.0.0.100" }), "declined 10.0.0.100 1000..1900 of alice"],
    ] as const) {
      const server = home();
      server.lease("10.0.0.100", { mac: "02:00:00:00:00:0a" });
      assert.deepEqual(server.receive(message, way), { changes: [state] });
    }
  });

  test("what the relay said is kept for messages that come without it, until it says otherwise", () => {
    const server = home();
    server.receive(discover(RELAYED), way);
    server.receive(request({ ...RELAYED, server: RELAY, requested: "10.0.0.100" }), way);
    const renew = (): string | undefined => server.receive(request({ ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100")).options?.[1];
    assert.equal(renew(), `54 ${RELAY}`);
    assert.equal(renew(), `54 ${RELAY}`);
    server.receive(request({ ciaddr: "10.0.0.100", giaddr: RELAY, relay: relayInfo({ 1: text("port") }) }), way);
    assert.equal(renew(), "54 10.0.0.1");
  });

  test("an interface without address serves a relay that stands in", () => {
    const outcome = home().receive(discover(RELAYED), { ...way, interface: { ...ETH0, address: 0 } });
    assert.equal(outcome.options?.[1], `54 ${RELAY}`);
  });

  test("the address that the relay is known by is never given out", () => {
    const server = home({ ranges: [{ range: "10.0.0.3-10.0.0.3" }] });
    assert.deepEqual(server.receive(discover(override(addresses("10.0.0.3"))), way), { silence: "no-address-free" });
  });

  test("every address that a message wants to be named is kept for ever", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const server = home();
    const used = (): number => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    server.receive(discover(RELAYED), way);
    const before = used();
    for (let i = 0; i < 50_000; i++) server.receive(discover(override(Uint8Array.of(11, i >>> 16, i >>> 8, i))), way);
    assert.ok(used() - before < 2_000_000, `${used() - before} bytes more`);
  });
});
