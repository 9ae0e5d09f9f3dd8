import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encode, encodeMessage } from "../../../src/wire/dhcp4/encode.ts";
import type { Message, Option } from "../../../src/wire/dhcp4/message.ts";
import { optionValue } from "../../../src/wire/dhcp4/options.ts";
import { annotated, anyMessage, filled, message, option, rawMessage } from "./arbitrary.ts";

/** Encodes into a buffer full of rubbish, so that whatever is not written shows. */
function encoded(value: Message, maxMessageSize = 1472): Uint8Array {
  const into = new Uint8Array(Math.max(maxMessageSize, 300) + 16).fill(0xaa);
  const length = encode(value, into, maxMessageSize);
  assert.ok(length >= 300 && length <= Math.max(maxMessageSize, 300), `length ${length}`);
  assert.deepEqual(into.subarray(-16), new Uint8Array(16).fill(0xaa), "writes behind the limit");
  return into.subarray(0, length);
}

function roundTrip(value: Message, maxMessageSize?: number): Message {
  const result = decode(encoded(value, maxMessageSize));
  assert.ok(result.ok);
  assert.deepEqual(result.problems, []);
  return result.message;
}

function codes(value: Message): number[] {
  return value.options.map(({ code }) => code);
}

const withoutOptions = (value: Message): Message => ({ ...value, options: [] });

test("every field is where RFC 2131 figure 1 puts it, and the rest is zero", () => {
  const value = message([option(53, 5), option(200)], {
    op: 2,
    hops: 3,
    secs: 0x0102,
    flags: 0x8001,
    ciaddr: 0x0a000001,
    yiaddr: 0x0a000002,
    siaddr: 0x0a000003,
    giaddr: 0xfffffffe,
    sname: Uint8Array.of(115),
    file: Uint8Array.of(102, 105),
  });
  const expected = rawMessage([...annotated("53 1 5 200 0 255"), ...new Array(54).fill(0)], {
    0: annotated(`
      2 1 6 3                 // op, htype, hlen, hops
      0xde 0xad 0xbe 0xef     // xid
      1 2 0x80 1              // secs, flags
      10 0 0 1                // ciaddr
      10 0 0 2                // yiaddr
      10 0 0 3                // siaddr
      255 255 255 254         // giaddr
    `),
    44: [115],
    108: [102, 105],
  });
  assert.deepEqual(encoded(value), expected);
});

test("a message has at least 300 bytes, for BOOTP clients and relays drop shorter ones", () => {
  assert.equal(encoded(message([])).length, 300);
  assert.equal(encoded(message([filled(43, 57)])).length, 300);
  assert.equal(encoded(message([filled(43, 58)])).length, 301);
  assert.equal(encoded(message([], { cookie: false }), 0).length, 300);
});

test("BOOTP without cookie has 64 zero bytes in the vendor field", () => {
  const bytes = encoded(message([option(53, 1)], { cookie: false }));
  assert.deepEqual(bytes.subarray(236), new Uint8Array(64));
});

test("option 82 goes last (RFC 3046 section 2.1), the others keep their order, and framing codes in the list are not written", () => {
  const value = message([
    option(82, 1, 1, 1),
    option(53, 5),
    option(0),
    option(6, 1),
    option(255),
    option(3, 2),
    option(52, 1),
    option(6, 3),
  ]);
  assert.deepEqual(roundTrip(value).options, [option(53, 5), option(6, 1), option(3, 2), option(6, 3), option(82, 1, 1, 1)]);
});

/** RFC 3396 section 6: more than 255 bytes are split, pieces follow each other. */
for (const [length, pieces] of [
  [254, [254]],
  [255, [255]],
  [256, [255, 1]],
  [510, [255, 255]],
  [511, [255, 255, 1]],
  [1000, [255, 255, 255, 235]],
] as const) {
  test(`an option of ${length} bytes is written as ${pieces.join(" + ")} and read as one`, () => {
    const result = roundTrip(message([filled(43, length), option(12, 65)]));
    assert.deepEqual(
      result.options.map(({ code, data }) => [code, data.length]),
      [...pieces.map((size) => [43, size]), [12, 1]],
    );
    assert.deepEqual(optionValue(result, 43), filled(43, length).data);
  });
}

test("names of exactly the size of their fields need no NUL, longer ones are cut off, and nothing throws", () => {
  const result = roundTrip(message([], { sname: new Uint8Array(64).fill(97), file: new Uint8Array(128).fill(98) }));
  assert.deepEqual([result.sname.length, result.file.length], [64, 128]);
  const cut = roundTrip(
    message([option(53, 1)], {
      sname: new Uint8Array(65).fill(97),
      file: new Uint8Array(500).fill(98),
      chaddr: new Uint8Array(20).fill(9),
    }),
  );
  assert.deepEqual([cut.sname.length, cut.file.length, cut.options], [64, 128, [option(53, 1)]]);
});

test("what does not fit goes into file, then into sname, and the message keeps its size", () => {
  const value = message([option(53, 2), filled(43, 200), filled(15, 100), filled(12, 50), option(82, 1, 1, 7)]);
  // 548 bytes hold 308 of options: 3 + 202 + 5 + 3 (overload) + 1 (End) leave 94.
  const result = roundTrip(value, 548);
  assert.deepEqual(codes(result), [53, 43, 12, 82, 15]);
  for (const { code, data } of value.options) assert.deepEqual(optionValue(result, code), data, `option ${code}`);
  assert.deepEqual(encoded(value, 548).subarray(44, 108), new Uint8Array(64), "sname is not needed");

  const both = message([option(53, 2), filled(43, 200), filled(17, 90), filled(15, 120), filled(12, 60), option(82, 1, 1, 7)]);
  const overloaded = roundTrip(both, 548);
  assert.deepEqual(codes(overloaded), [53, 43, 17, 82, 15, 12]);
  for (const { code, data } of both.options) assert.deepEqual(optionValue(overloaded, code), data, `option ${code}`);
});

test("fields that carry a name are not overloaded", () => {
  const name = Uint8Array.of(97, 98);
  const options = [option(53, 2), filled(43, 250), filled(12, 50), filled(15, 40)];
  const fileTaken = roundTrip(message(options, { file: name }), 548);
  assert.deepEqual([codes(fileTaken), fileTaken.file], [[53, 43, 15, 12], name]);
  const snameTaken = roundTrip(message(options, { sname: name }), 548);
  assert.deepEqual([codes(snameTaken), snameTaken.sname], [[53, 43, 15, 12], name]);
  const bothTaken = roundTrip(message(options, { sname: name, file: name }), 548);
  assert.deepEqual([codes(bothTaken), bothTaken.sname, bothTaken.file], [[53, 43, 12], name, name]);
});

test("what fits nowhere is left out whole, the last of the list first; 53, 54, 51 and 82 never", () => {
  const options = [
    filled(43, 255),
    filled(17, 200),
    filled(15, 100),
    filled(12, 60),
    option(53, 2),
    option(54, 1, 2, 3, 4),
    option(51, 0, 0, 0, 9),
    filled(82, 40),
  ];
  const result = roundTrip(message(options), 548);
  assert.deepEqual(codes(result), [17, 53, 54, 51, 82, 15, 12]);
  assert.deepEqual(
    codes(result).map((code) => optionValue(result, code)),
    codes(result).map((code) => options.find((candidate) => candidate.code === code)?.data),
  );
});

test("a long option is spread over the fields when that makes it fit, and never written in part", () => {
  const long = filled(43, 400);
  const result = roundTrip(message([option(53, 2), long]), 548);
  assert.deepEqual(optionValue(result, 43), long.data);
  assert.ok(result.options.length > 3);
  const tooLong = roundTrip(message([option(53, 2), filled(43, 500), option(12, 65)]), 548);
  assert.deepEqual(tooLong.options, [option(53, 2), option(12, 65)]);
});

test("BOOTP replies are not overloaded, for a BOOTP client knows no option 52", () => {
  const result = roundTrip(message([option(1, 255, 255, 255, 0), filled(17, 100), option(3, 1, 1, 1, 1)]), 300);
  assert.deepEqual(result.options, [option(1, 255, 255, 255, 0), option(3, 1, 1, 1, 1)]);
});

test("a relay's information larger than the client's limit is still echoed, with the message type", () => {
  const value = message([option(53, 5), filled(6, 40), filled(82, 250)]);
  const into = new Uint8Array(1472);
  const result = decode(into, encode(value, into, 300));
  assert.ok(result.ok);
  assert.deepEqual(optionValue(result.message, 82), filled(82, 250).data);
  assert.deepEqual(optionValue(result.message, 53), Uint8Array.of(5));
});

test("encoding what was decoded gives the same message: order, duplicates and unknown options survive", () => {
  const normalised = (options: readonly Option[]): Option[] => {
    const pieces = options.flatMap(({ code, data }) => {
      const parts: Option[] = [];
      for (let start = 0; start === 0 || start < data.length; start += 255) parts.push({ code, data: data.subarray(start, start + 255) });
      return parts;
    });
    return [...pieces.filter(({ code }) => code !== 82), ...pieces.filter(({ code }) => code === 82)];
  };
  fc.assert(
    fc.property(anyMessage, (value) => {
      const bytes = encodeMessage(value);
      const result = decode(bytes);
      assert.ok(result.ok);
      assert.deepEqual(result.problems, []);
      assert.deepEqual(result.message, { ...value, options: normalised(value.options) });
      assert.deepEqual(encodeMessage(result.message), bytes);
    }),
    { numRuns: 1000 },
  );
});

test("with any limit: fields survive, kept options survive, every option is whole or absent, nothing is written behind the end", () => {
  fc.assert(
    fc.property(anyMessage, fc.integer({ min: 0, max: 1500 }), (value, limit) => {
      const dhcp: Message = {
        ...value,
        cookie: true,
        options: [option(53, 3), option(54, 1, 2, 3, 4), ...value.options.filter(({ code }) => ![51, 53, 54, 82].includes(code))],
      };
      const result = roundTrip(dhcp, limit);
      assert.deepEqual(withoutOptions(result), withoutOptions(dhcp));
      for (const code of new Set(codes(result))) assert.deepEqual(optionValue(result, code), optionValue(dhcp, code), `option ${code}`);
      assert.ok(codes(result).includes(53) && codes(result).includes(54));
      if (limit >= encodeMessage(dhcp).length) assert.deepEqual(new Set(codes(result)), new Set(codes(dhcp)));
    }),
    { numRuns: 1000 },
  );
});
