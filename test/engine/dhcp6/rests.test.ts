import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { iaAddressOption } from "../../../src/wire/dhcp6/identity-association.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp6/message.ts";
import { address } from "../support/dhcp6/config.ts";
import { flag, message } from "../support/dhcp6/messages.ts";
import { home, type Way } from "../support/dhcp6/server.ts";

/*
 * An answer that tells of a lease must not leave before the lease is on disk, also when it changes nothing
 * because what it tells was decided before and may still be under way: a repeated REQUEST, a RENEW that is
 * told the time that is left, a RELEASE that came twice.
 */

const A = "2001:db8:1::100";
const P = "2001:db8:8000::/56";
const BOTH = { na: { 1: [A] }, pd: { 1: [P] } };
const REGISTRATION = message("ADDR-REG-INFORM", { more: [iaAddressOption(address("2001:db8:1::abcd"), 20, 40)] });

const ANSWERS: readonly (readonly [string, Message, boolean, Way?])[] = [
  ["a REQUEST", message("REQUEST", BOTH), true],
  ["a SOLICIT with rapid commit", message("SOLICIT", { ...BOTH, more: [flag(14)] }), true],
  ["a RENEW", message("RENEW", BOTH), true],
  ["a REBIND", message("REBIND", BOTH), true],
  ["a RELEASE", message("RELEASE", BOTH), true],
  ["a DECLINE", message("DECLINE", { na: { 1: [A] } }), true],
  ["an ADDR-REG-INFORM", REGISTRATION, true, { source: "2001:db8:1::abcd" }],
  // An ADVERTISE is a promise in memory; a CONFIRM and an INFORMATION-REQUEST ask nothing of leases.
  ["a SOLICIT", message("SOLICIT", BOTH), false],
  ["a CONFIRM", message("CONFIRM", { na: { 1: [A] } }), false],
  ["an INFORMATION-REQUEST", message("INFORMATION-REQUEST"), false],
];

suite("what waits for what is under way to the disk", () => {
  for (const [name, sent, rests, way] of ANSWERS) {
    test(`the answer to ${name} ${rests ? "does" : "does not"}, the first time and when it is repeated`, () => {
      const server = home({ rapidCommit: true }, { more: { cacheThreshold: 50, addressRegistration: true } });
      if (sent.type === MessageType.RENEW || sent.type === MessageType.REBIND) server.receive(message("REQUEST", BOTH));
      for (let time = 0; time < 2; time++) {
        const decision = server.decide(sent, way);
        assert.ok(decision.kind === "reply", name);
        assert.equal(decision.rests, rests);
      }
    });
  }
});
