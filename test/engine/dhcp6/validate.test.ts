import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { MessageType } from "../../../src/wire/dhcp6/message.ts";
import { type MessageSpec, message, option } from "../support/dhcp6/messages.ts";
import { home, type Way } from "../support/dhcp6/server.ts";

type Type = keyof typeof MessageType;

/**
 * RFC 8415 section 16: for each type, what is discarded for the lack of, or for having, an
 * identifier.
 */
const IDENTIFIERS: readonly (readonly [Type, MessageSpec, string | undefined])[] = [
  ["SOLICIT", {}, undefined],
  ["SOLICIT", { client: null }, "no-client-identity"],
  ["SOLICIT", { server: "this" }, "unexpected-option"],
  ["SOLICIT", { server: "other" }, "unexpected-option"],
  ["REQUEST", {}, undefined],
  ["REQUEST", { client: null }, "no-client-identity"],
  ["REQUEST", { server: "none" }, "malformed-request"],
  ["REQUEST", { server: "other" }, "another-server"],
  ["CONFIRM", { na: { 1: ["2001:db8:1::5"] } }, undefined],
  ["CONFIRM", { client: null, na: { 1: ["2001:db8:1::5"] } }, "no-client-identity"],
  ["CONFIRM", { server: "this", na: { 1: ["2001:db8:1::5"] } }, "unexpected-option"],
  ["RENEW", {}, undefined],
  ["RENEW", { client: null }, "no-client-identity"],
  ["RENEW", { server: "none" }, "malformed-request"],
  ["RENEW", { server: "other" }, "another-server"],
  ["REBIND", { na: { 1: [] } }, undefined],
  ["REBIND", { client: null, na: { 1: [] } }, "no-client-identity"],
  ["REBIND", { server: "this", na: { 1: [] } }, "unexpected-option"],
  ["DECLINE", {}, undefined],
  ["DECLINE", { client: null }, "no-client-identity"],
  ["DECLINE", { server: "none" }, "malformed-request"],
  ["DECLINE", { server: "other" }, "another-server"],
  ["RELEASE", {}, undefined],
  ["RELEASE", { client: null }, "no-client-identity"],
  ["RELEASE", { server: "none" }, "malformed-request"],
  ["RELEASE", { server: "other" }, "another-server"],
  ["INFORMATION-REQUEST", {}, undefined],
  ["INFORMATION-REQUEST", { client: null }, undefined],
  ["INFORMATION-REQUEST", { server: "this" }, undefined],
  ["INFORMATION-REQUEST", { server: "other" }, "another-server"],
  ["INFORMATION-REQUEST", { na: { 1: [] } }, "unexpected-option"],
  ["INFORMATION-REQUEST", { pd: { 1: [] } }, "unexpected-option"],
  ["INFORMATION-REQUEST", { more: [option(4, 0, 0, 0, 1)] }, "unexpected-option"],
  // Sections 16.3, 16.10, 16.11, 16.14 and what else servers send.
  ["ADVERTISE", {}, "not-for-a-server"],
  ["REPLY", {}, "not-for-a-server"],
  ["RECONFIGURE", {}, "not-for-a-server"],
  ["ADDR-REG-REPLY", {}, "not-for-a-server"],
  ["DHCPV4-QUERY", {}, "unsupported-message-type"],
  // Section 11.1: two bytes of type and up to 128 more.
  ["SOLICIT", { duid: new Uint8Array(2) }, "no-client-identity"],
  ["SOLICIT", { duid: new Uint8Array(3) }, undefined],
  ["SOLICIT", { duid: new Uint8Array(130) }, undefined],
  ["SOLICIT", { duid: new Uint8Array(131) }, "identity-too-long"],
];

suite("what is discarded for its identifiers", () => {
  for (const [type, spec, silence] of IDENTIFIERS) {
    test(`${type} ${JSON.stringify(spec)}: ${silence ?? "answered"}`, () => {
      assert.equal(home().receive(message(type, spec)).silence, silence);
    });
  }

  test("a message of an unknown type", () => {
    assert.equal(home().receive({ ...message("SOLICIT"), type: 200 }).silence, "unsupported-message-type");
  });
});

const UNICAST: Way = { destination: "fe80::1" };
const CLIENTS: readonly Type[] = ["SOLICIT", "REQUEST", "CONFIRM", "RENEW", "REBIND", "RELEASE", "DECLINE", "INFORMATION-REQUEST"];

suite("what a client sends to a unicast address is dropped (RFC 9915)", () => {
  for (const type of CLIENTS) {
    test(`${type}`, () => {
      const spec: MessageSpec = type === "INFORMATION-REQUEST" ? {} : { na: { 1: ["2001:db8:1::100"] } };
      const server = home();
      assert.equal(server.consider(message(type, spec), UNICAST).silence, "sent-to-unicast");
      assert.equal(server.consider(message(type, spec), { destination: "ff05::1:3" }).silence, undefined);
      const relays = [{ link: "2001:db8:1::9" }];
      assert.equal(server.consider(message(type, { ...spec, relays }), { destination: "2001:db8:1::1" }).silence, undefined);
    });
  }

  test("where the transport can't tell the destination nothing is dropped for it", () => {
    assert.equal(home().receive(message("SOLICIT"), { destination: "::" }).type, "ADVERTISE");
  });
});
