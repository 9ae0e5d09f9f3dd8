import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp4/encode.ts";
import { messageType, optionIpv4, optionU8, optionU16, optionU32, optionValue } from "../../../src/wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../../src/wire/dhcp4/relay-agent-information.ts";
import { filled, message, option } from "./arbitrary.ts";

test("the value of an option is its data, not a copy; of an absent one it is undefined", () => {
  const name = option(12, 65, 66);
  assert.equal(optionValue(message([option(53, 1), name]), 12), name.data);
  assert.equal(optionValue(message([option(53, 1)]), 12), undefined);
  assert.deepEqual(optionValue(message([option(12)]), 12), new Uint8Array(0));
});

test("pieces of an option are joined in their order, adjacent or not (RFC 3396 section 7)", () => {
  assert.deepEqual(
    optionValue(message([option(6, 1, 2), option(12, 9), option(6, 3), option(6), option(6, 4)]), 6),
    Uint8Array.of(1, 2, 3, 4),
  );
  assert.deepEqual(
    optionValue(message([option(223, 1), option(53, 1), option(223, 2)]), 223),
    Uint8Array.of(1, 2),
    "also of unknown options",
  );
});

test("a repeated option of fixed length counts once, and one that was split is joined", () => {
  assert.equal(optionIpv4(message([option(54, 10, 0, 0, 1), option(54, 10, 0, 0, 2)]), 54), 0x0a000001);
  assert.equal(optionIpv4(message([option(54, 10, 0), option(54, 0, 2)]), 54), 0x0a000002);
  assert.equal(messageType(message([option(53, 3), option(53, 3)])), 3);
});

test("a decoded message of very many options gives the same values as one that is searched option by option", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(12, 43, 54, 61, 224), fc.uint8Array({ maxLength: 6 })), { minLength: 33, maxLength: 80 }),
      (list) => {
        const options = list.map(([code, data]) => ({ code, data }));
        const decoded = decode(encodeMessage(message(options)));
        assert.ok(decoded.ok && decoded.message.index !== undefined);
        for (const code of [12, 43, 54, 61, 224, 225])
          assert.deepEqual(optionValue(decoded.message, code), optionValue(message(options), code));
        const other = { ...decoded.message, options: [option(12, 65)] };
        assert.deepEqual(optionValue(other, 12), Uint8Array.of(65), "the index counts for no other list");
      },
    ),
    { numRuns: 200 },
  );
});

test("numbers and addresses are undefined when absent or of another length", () => {
  const sizes = message([option(50), filled(51, 3), option(57, 2, 64), option(58, 0, 0, 14, 16), option(116, 1), option(23, 200)]);
  assert.equal(optionIpv4(sizes, 50), undefined);
  assert.equal(optionU32(sizes, 51), undefined);
  assert.equal(optionU16(sizes, 57), 576);
  assert.equal(optionU8(sizes, 57), undefined);
  assert.equal(optionU16(sizes, 58), undefined);
  assert.equal(optionU32(sizes, 58), 3600);
  assert.equal(optionU8(sizes, 23), 200);
  assert.equal(optionU8(sizes, 24), undefined);
  assert.equal(optionU32(message([option(51, 255, 255, 255, 255)]), 51), 0xffffffff, "not negative");
});

test("the message type of BOOTP and of a malformed option 53 is undefined", () => {
  assert.equal(messageType(message([option(53, 8)])), 8);
  assert.equal(messageType(message([option(53, 200)])), 200);
  for (const options of [[], [option(53)], [option(53, 1, 2)]]) assert.equal(messageType(message(options)), undefined);
});

/** Option 82 as bytes, and what a look for the circuit (1) and the link (5) finds. */
const relayed: [name: string, data: number[], circuit: number[] | undefined, link: number[] | undefined][] = [
  ["two sub-options", [1, 2, 65, 66, 5, 4, 10, 0, 0, 0], [65, 66], [10, 0, 0, 0]],
  ["nothing", [], undefined, undefined],
  ["a sub-option without data", [1, 0, 5, 1, 7], [], [7]],
  ["the first of two", [1, 1, 65, 1, 1, 66], [65], undefined],
  ["0 and 255 are ordinary codes here", [0, 1, 9, 255, 0, 1, 1, 65], [65], undefined],
  ["what stands before a cut-off sub-option", [1, 1, 65, 5, 4, 10, 0], [65], undefined],
  ["a code without length", [1, 1, 65, 5], [65], undefined],
];

for (const [name, data, circuit, link] of relayed) {
  test(`relay agent information: ${name}`, () => {
    const bytes = Uint8Array.from(data);
    assert.deepEqual(subOption(bytes, RelaySubOption.circuitId), circuit && Uint8Array.from(circuit));
    assert.deepEqual(subOption(bytes, RelaySubOption.linkSelection), link && Uint8Array.from(link));
  });
}
