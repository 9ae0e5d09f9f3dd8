import assert from "node:assert/strict";
import { test } from "node:test";
import { describe } from "../../../src/wire/dhcp4/describe.ts";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { message, option } from "./arbitrary.ts";

const CHADDR = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);

test("a message in a few words: who says it, or what is given", () => {
  const cases: readonly (readonly [Message, string])[] = [
    [message([option(53, 1)], { op: 1, chaddr: CHADDR }), "DISCOVER of 52:54:00:12:34:56"],
    // What a client asks for is not given.
    [message([option(53, 3), option(50, 10, 0, 0, 5)], { op: 1, chaddr: CHADDR, yiaddr: 0x0a000005 }), "REQUEST of 52:54:00:12:34:56"],
    [message([option(53, 8)], { op: 1, chaddr: new Uint8Array(0) }), "INFORM"],
    [message([option(53, 5)], { op: 2, chaddr: CHADDR, yiaddr: 0x0a000005 }), "ACK of 10.0.0.5"],
    [message([option(53, 6), option(56, 110, 111)], { op: 2, chaddr: CHADDR, yiaddr: 0 }), "NAK"],
    [message([], { op: 2, chaddr: CHADDR, yiaddr: 0x0a000005 }), "BOOTP message of 10.0.0.5"],
    [message([option(53, 200)], { op: 1, chaddr: CHADDR }), "BOOTP message of 52:54:00:12:34:56"],
  ];
  for (const [given, words] of cases) assert.equal(describe(given), words);
});
