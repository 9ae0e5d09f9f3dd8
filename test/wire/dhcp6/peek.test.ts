import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import { peekMessageType } from "../../../src/wire/dhcp6/peek.ts";
import { anyMessage, hex, message, option, relay } from "./arbitrary.ts";

const relayed = (count: number): Uint8Array =>
  encodeMessage(
    message([], { type: 5, relays: Array.from({ length: count }, (_, i) => relay(i, [option(18, "61"), option(37, "00000009")])) }),
  );

describe("the message type without decoding", () => {
  const cases: readonly [name: string, bytes: Uint8Array, length: number | undefined, type: number | undefined][] = [
    ["of a client's own message", hex("01abcdef"), undefined, 1],
    ["of one that is cut off", hex("03"), undefined, 3],
    ["of nothing", hex(""), undefined, undefined],
    ["of what lies behind the length", hex("01abcdef"), 0, undefined],
    ["through a relay", relayed(1), undefined, 5],
    ["through 32 relays", relayed(32), undefined, 5],
    ["through 33 relays", relayed(33), undefined, undefined],
    ["through a relay without its message", relayed(1), 51, undefined],
    ["through a relay that is cut off", relayed(1), 20, undefined],
    [
      "behind many options of a relay",
      encodeMessage(
        message([], {
          relays: [
            relay(
              0,
              Array.from({ length: 16 }, () => option(14)),
            ),
          ],
        }),
      ),
      undefined,
      undefined,
    ],
  ];
  for (const [name, bytes, length, type] of cases) test(name, () => assert.equal(peekMessageType(bytes, length ?? bytes.length), type));

  test("is what decoding says", () => {
    fc.assert(
      fc.property(anyMessage, (any) => {
        const bytes = encodeMessage(any);
        assert.equal(peekMessageType(bytes, bytes.length), any.type);
      }),
    );
  });

  test("is found in any bytes without an exception, and not another one than decoding finds", () => {
    const head = fc.uint8Array({ minLength: 33, maxLength: 33 });
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 60 }), (start, rest) => {
        const bytes = Uint8Array.of(12, ...start, ...rest);
        const type = peekMessageType(bytes, bytes.length);
        const result = decode(bytes);
        if (result.ok) assert.ok(type === undefined || type === result.message.type);
      }),
    );
  });
});
