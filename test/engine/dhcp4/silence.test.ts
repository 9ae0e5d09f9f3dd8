import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType } from "../../../src/wire/dhcp4/message.ts";
import { home } from "../support/home.ts";
import { discover, type MessageSpec, message } from "../support/messages.ts";
import { ETH0 } from "../support/server.ts";

describe("every silence has a reason", () => {
  const cases: readonly [name: string, type: number | undefined, spec: MessageSpec, reason: string][] = [
    ["a reply", MessageType.DISCOVER, { op: 2 }, "not-a-request"],
    ["op 0", MessageType.DISCOVER, { op: 0 }, "not-a-request"],
    ["a message type of no byte", undefined, { more: [{ code: 53, data: new Uint8Array(0) }] }, "unsupported-message-type"],
    ["a message type of two bytes", undefined, { more: [{ code: 53, data: Uint8Array.of(1, 0) }] }, "unsupported-message-type"],
    ["OFFER", MessageType.OFFER, {}, "not-for-a-server"],
    ["ACK", MessageType.ACK, {}, "not-for-a-server"],
    ["NAK", MessageType.NAK, {}, "not-for-a-server"],
    ["FORCERENEW", MessageType.FORCERENEW, {}, "not-for-a-server"],
    ["LEASEUNASSIGNED", MessageType.LEASEUNASSIGNED, {}, "not-for-a-server"],
    ["LEASEUNKNOWN", MessageType.LEASEUNKNOWN, {}, "not-for-a-server"],
    ["LEASEACTIVE", MessageType.LEASEACTIVE, {}, "not-for-a-server"],
    ["LEASEQUERY", MessageType.LEASEQUERY, {}, "leasequery-not-enabled"],
    ["BULKLEASEQUERY", MessageType.BULKLEASEQUERY, {}, "unsupported-message-type"],
    ["type 0", 0, {}, "unsupported-message-type"],
    ["type 255", 255, {}, "unsupported-message-type"],
    ["neither hardware address nor identifier", MessageType.DISCOVER, { mac: "" }, "no-client-identity"],
    ["a hardware address of zeros", MessageType.DISCOVER, { mac: "00:00:00:00:00:00" }, "no-client-identity"],
    ["an empty identifier and no hardware address", MessageType.DISCOVER, { mac: "", id: "" }, "no-client-identity"],
    ["an identifier longer than an option", MessageType.DISCOVER, { id: "a".repeat(256) }, "identity-too-long"],
    ["an option 82 of several pieces", MessageType.DISCOVER, { relay: new Uint8Array(256) }, "identity-too-long"],
    ["an unknown relay", MessageType.DISCOVER, { giaddr: "192.0.2.1" }, "no-network"],
  ];
  for (const [name, type, spec, reason] of cases) {
    test(name, () => assert.deepEqual(home().receive(message(type, spec)), { silence: reason }));
  }

  test("an interface without address cannot be named in option 54, unless server_id says how", () => {
    const way = { interface: { ...ETH0, address: 0 } };
    const spec = { giaddr: "10.0.0.2" };
    assert.deepEqual(home().receive(discover(spec), way), { silence: "no-server-address" });
    assert.equal(home({ serverId: "192.0.2.1" }).receive(discover(spec), way).options?.[1], "54 192.0.2.1");
  });

  test("with chaddr_only an identifier alone is no identity", () => {
    const server = home({}, { chaddrOnly: true });
    assert.deepEqual(server.receive(discover({ mac: "", id: "alice" })), { silence: "no-client-identity" });
    assert.deepEqual(server.receive(discover({ id: "alice" })).changes, ["hold 10.0.0.100 until 1030 for alice"]);
  });

  test("an empty identifier is none", () => {
    assert.deepEqual(home().receive(discover({ id: "" })).changes, ["hold 10.0.0.100 until 1030 for alice"]);
  });
});
