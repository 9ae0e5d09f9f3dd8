import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import { encode, encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import { formatMessage } from "../../src/wire/dhcp4/format.ts";
import { OPTIONS } from "../../src/wire/dhcp4/option-table.ts";
import { optionValue } from "../../src/wire/dhcp4/options.ts";
import { subOption } from "../../src/wire/dhcp4/relay-agent-information.ts";
import { filled, message, option } from "./dhcp4/arbitrary.ts";

/** The same numbers in every run, so that a failure can be repeated. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x100000000) * below);
  };
}

const SEEDS = [
  encodeMessage(
    message([
      option(53, 1),
      option(61, 1, 2, 0, 0, 0, 0, 0x10),
      option(55, 1, 3, 6, 15, 119, 121),
      option(57, 5, 220),
      option(12, 104, 111),
    ]),
  ),
  encodeMessage(
    message([option(53, 3), option(50, 10, 0, 0, 5), option(54, 10, 0, 0, 1), option(82, 1, 4, 101, 116, 104, 48, 5, 4, 10, 0, 0, 0)]),
  ),
  encodeMessage(
    message([
      option(53, 2),
      filled(43, 600),
      option(119, 1, 97, 0, 1, 98, 0xc0, 0),
      option(121, 8, 10, 10, 0, 0, 1),
      option(125, 0, 0, 0, 9, 3, 1, 1, 7),
    ]),
  ),
  encodeMessage(message([], { cookie: false })),
];
const overloaded = new Uint8Array(548);
encode(message([option(53, 2), filled(43, 200), filled(17, 90), filled(15, 120), filled(12, 60)]), overloaded, 548);
SEEDS.push(overloaded);

/** Bytes that mean something in some place. */
const TELLING = [0, 1, 2, 3, 4, 43, 52, 53, 82, 99, 119, 121, 125, 127, 128, 192, 254, 255];

test("100,000 mutated messages are decoded, read, shown and encoded again without an exception or a change of what was there", () => {
  const random = generator(2131);
  const buffer = new Uint8Array(2048);
  const into = new Uint8Array(4096);
  let usable = 0;
  for (let run = 0; run < 100_000; run++) {
    const seed = SEEDS[run % SEEDS.length] as Uint8Array;
    buffer.set(seed);
    let length = seed.length;
    for (let i = random(8); i >= 0; i--) {
      const at = random(4) === 0 ? random(length) : 236 + random(Math.max(length - 236, 1));
      buffer[at] = random(2) === 0 ? (TELLING[random(TELLING.length)] as number) : random(256);
    }
    if (random(8) === 0) length = random(length + 1);

    const result = decode(buffer, length);
    if (!result.ok) {
      assert.ok(length < 236);
      continue;
    }
    usable++;
    const decoded = result.message;
    // Costs more than the rest together, so not every time.
    if (run % 10 === 0) formatMessage(decoded);
    const relay = optionValue(decoded, 82);
    if (relay !== undefined) for (const code of [1, 2, 5, 11, 19, 151]) subOption(relay, code);

    const again = decode(into, encode(decoded, into, into.length));
    assert.ok(again.ok);
    assert.deepEqual(again.message.options.length, decoded.options.length, `run ${run}`);
    if (decoded.options.every(({ code }) => code !== 82)) {
      for (const [i, { code, data }] of decoded.options.entries()) {
        const copy = again.message.options[i];
        assert.ok(copy !== undefined && copy.code === code && Buffer.compare(copy.data, data) === 0, `run ${run}`);
      }
    }
    assert.ok(encode(decoded, into, 300 + random(300)) >= 300);
  }
  assert.ok(usable > 80_000);
  assert.ok(OPTIONS.length > 100);
});
