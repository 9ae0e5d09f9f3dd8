import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp4/encode.ts";
import { messageType } from "../../../src/wire/dhcp4/options.ts";
import { peekMessageType } from "../../../src/wire/dhcp4/peek.ts";
import { anyMessage } from "./arbitrary.ts";

function withOptions(...options: number[]): Uint8Array {
  const bytes = new Uint8Array(240 + options.length);
  bytes.set([99, 130, 83, 99], 236);
  bytes.set(options, 240);
  return bytes;
}

describe("the message type without decoding", () => {
  for (const [name, bytes, expected] of [
    ["first", withOptions(53, 1, 3, 255), 3],
    ["behind padding and another option", withOptions(0, 0, 12, 2, 53, 1, 53, 1, 1, 255), 1],
    ["none", withOptions(12, 1, 65, 255), undefined],
    ["behind the end", withOptions(255, 53, 1, 1), undefined],
    ["of the wrong length", withOptions(53, 2, 1, 1, 255), undefined],
    ["cut off", withOptions(53, 1), undefined],
    ["behind an option that is longer than the message", withOptions(12, 200, 53, 1, 1), undefined],
    ["too far in", withOptions(...new Array(400).fill(0), 53, 1, 1), undefined],
    ["in no message at all", new Uint8Array(7), undefined],
  ] as const) {
    test(name, () => assert.equal(peekMessageType(bytes, bytes.length), expected));
  }

  test("is what decoding says, or nothing", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        fc.pre(message.options.filter(({ code }) => code === 53).length < 2);
        const bytes = encodeMessage(message);
        const decoded = decode(bytes, bytes.length);
        const peeked = peekMessageType(bytes, bytes.length);
        assert.ok(peeked === undefined || (decoded.ok && messageType(decoded.message) === peeked));
      }),
    );
  });

  test("is found in any bytes without an exception", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
        const type = peekMessageType(bytes, bytes.length);
        assert.ok(type === undefined || (type >= 0 && type <= 255));
      }),
    );
  });
});
