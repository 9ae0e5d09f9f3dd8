import assert from "node:assert/strict";
import { test } from "node:test";
import { ownerOf } from "../../../src/dns/responder/tcp.ts";

const TABLE: readonly (readonly [a: string, b: string, isSame: boolean])[] = [
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
  ["2001:db8::1", "2001:db8::2", true],
  ["2001:db8::1", "2001:db8:0:0:ffff::", true],
  ["2001:db8::1", "2001:db8:0:1::1", false],
  ["fe80::1", "fe80::2", true],
];

for (const [a, b, isSame] of TABLE)
  test(`connections of ${a} and ${b} count ${isSame ? "together" : "apart"}`, () => assert.equal(ownerOf(a) === ownerOf(b), isSame));
