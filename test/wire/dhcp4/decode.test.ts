import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decode, PROBLEM_TEXT, type Problem } from "../../../src/wire/dhcp4/decode.ts";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { optionValue } from "../../../src/wire/dhcp4/options.ts";
import { annotated, rawMessage } from "./arbitrary.ts";

function decoded(bytes: Uint8Array, length?: number): { message: Message; problems: readonly Problem[] } {
  const result = decode(bytes, length);
  assert.ok(result.ok);
  return result;
}

/** Options as `[code, ...data]`, which reads well in a table. */
function optionsOf(message: Message): number[][] {
  return message.options.map((option) => [option.code, ...option.data]);
}

const text = (value: string): number[] => [...new TextEncoder().encode(value)];

test("every field of a message is where RFC 2131 figure 1 puts it", () => {
  const bytes = Uint8Array.from([
    ...annotated(`
      2                       // op: BOOTREPLY
      6                       // htype: IEEE 802
      6                       // hlen
      3                       // hops
      0x12 0x34 0x56 0x78     // xid
      0x01 0x02               // secs
      0x80 0x01               // flags: broadcast, and one that must be zero
      10 0 0 1                // ciaddr
      10 0 0 2                // yiaddr
      10 0 0 3                // siaddr
      255 255 255 255         // giaddr
      2 0 0 0 0 0x10          // chaddr
      9 9 9 9 9 9 9 9 9 9     // and what stands behind it
    `),
    ...text("server").concat(new Array(58).fill(0)), // sname
    ...text("boot").concat([0], text("garbage"), new Array(116).fill(0)), // file ends at its first NUL
    ...annotated(`
      99 130 83 99            // magic cookie
      53 1 5                  // DHCPACK
      0                       // Pad
      200 0                   // an option without data
      255                     // End
      1 2 3                   // behind the end
    `),
  ]);
  assert.deepEqual(decoded(bytes), {
    ok: true,
    problems: [],
    message: {
      op: 2,
      htype: 6,
      hlen: 6,
      hops: 3,
      xid: 0x12345678,
      secs: 0x0102,
      flags: 0x8001,
      ciaddr: 0x0a000001,
      yiaddr: 0x0a000002,
      siaddr: 0x0a000003,
      giaddr: 0xffffffff,
      chaddr: Uint8Array.of(2, 0, 0, 0, 0, 0x10),
      sname: Uint8Array.from(text("server")),
      file: Uint8Array.from(text("boot")),
      cookie: true,
      options: [
        { code: 53, data: Uint8Array.of(5) },
        { code: 200, data: new Uint8Array(0) },
      ],
    },
  });
});

/** Framing rules: options field, then what is decoded from it and what is noted. */
const framing: {
  name: string;
  options: string;
  expected: number[][];
  problems?: Omit<Problem, "option">[];
  option?: number | undefined;
}[] = [
  { name: "no options at all", options: "255", expected: [] },
  {
    name: "Pad between options has no length byte (RFC 2132 section 3.1)",
    options: "0 0 53 1 1 0 12 1 65 0 255",
    expected: [
      [53, 1],
      [12, 65],
    ],
  },
  {
    name: "order and duplicates are kept",
    options: "6 1 1 3 1 2 6 1 3 3 1 2 255",
    expected: [
      [6, 1],
      [3, 2],
      [6, 3],
      [3, 2],
    ],
  },
  { name: "unknown options are kept", options: "53 1 1 223 2 7 8 254 0 255", expected: [[53, 1], [223, 7, 8], [254]] },
  {
    name: "a missing End is noted and tolerated",
    options: "53 1 1",
    expected: [[53, 1]],
    problems: [{ kind: "missing-end", offset: 243 }],
  },
  {
    name: "an option that runs over the end is left out",
    options: "53 1 1 12 5 65 66",
    expected: [[53, 1]],
    problems: [{ kind: "truncated-option", offset: 243 }],
    option: 12,
  },
  {
    name: "an option code as the last byte",
    options: "53 1 1 12",
    expected: [[53, 1]],
    problems: [{ kind: "missing-length", offset: 243 }],
    option: 12,
  },
  {
    name: "an option of 255 bytes that are not there",
    options: "12 255",
    expected: [],
    problems: [{ kind: "truncated-option", offset: 240 }],
    option: 12,
  },
  {
    name: "an overload of no known value is ignored",
    options: "52 1 4 53 1 1 255",
    expected: [[53, 1]],
    problems: [{ kind: "invalid-overload", offset: 240 }],
    option: 52,
  },
  {
    name: "an overload of two bytes is ignored",
    options: "52 2 1 1 53 1 1 255",
    expected: [[53, 1]],
    problems: [{ kind: "invalid-overload", offset: 240 }],
    option: 52,
  },
  {
    name: "an overload without data is ignored",
    options: "52 0 53 1 1 255",
    expected: [[53, 1]],
    problems: [{ kind: "invalid-overload", offset: 240 }],
    option: 52,
  },
];

for (const { name, options, expected, problems = [], option } of framing) {
  test(`framing: ${name}`, () => {
    const result = decoded(rawMessage(annotated(options)));
    assert.deepEqual(optionsOf(result.message), expected);
    assert.deepEqual(
      result.problems,
      problems.map((problem) => ({ ...problem, option })),
    );
  });
}

/** What one bad or odd option must not do to the others: the decoder looks at no value. */
const odd: [string, string][] = [
  ["a Latin-1 host name", "12 6 0x6d 0xfc 0x6c 0x6c 0x65 0x72"],
  ["a list of addresses with an odd length", "6 5 10 0 0 1 10"],
  ["an empty host name", "12 0"],
  ["an empty option 82", "82 0"],
  ["a bool of 2", "19 1 2"],
  ["an FQDN with an empty name", "81 3 0 0 0"],
  ["a message type of two bytes", "53 2 1 1"],
  ["a client identifier of one byte", "61 1 0"],
  ["a mask of three bytes", "1 3 255 255 255"],
];

for (const [name, options] of odd) {
  test(`${name} hides no other option`, () => {
    const bytes = annotated(options);
    const result = decoded(rawMessage([...annotated("55 2 1 3"), ...bytes, ...annotated("61 3 1 2 3 82 3 1 1 7 255")]));
    assert.deepEqual(result.problems, []);
    assert.deepEqual(optionsOf(result.message), [
      [55, 1, 3],
      [bytes[0], ...bytes.slice(2)],
      [61, 1, 2, 3],
      [82, 1, 1, 7],
    ]);
  });
}

const FILE = 108;
const SNAME = 44;

test("overload 1: options in file follow those of the options field", () => {
  const { message, problems } = decoded(
    rawMessage(annotated("52 1 1 53 1 2 255"), { [FILE]: annotated("3 4 10 0 0 1 255 66"), [SNAME]: text("srv") }),
  );
  assert.deepEqual(optionsOf(message), [
    [53, 2],
    [3, 10, 0, 0, 1],
  ]);
  assert.deepEqual([message.file, message.sname, problems], [new Uint8Array(0), Uint8Array.from(text("srv")), []]);
});

test("overload 2: options in sname, file stays a name", () => {
  const { message, problems } = decoded(
    rawMessage(annotated("53 1 2 52 1 2 255"), { [SNAME]: annotated("15 1 65 255"), [FILE]: text("boot") }),
  );
  assert.deepEqual(optionsOf(message), [
    [53, 2],
    [15, 65],
  ]);
  assert.deepEqual([message.file, message.sname, problems], [Uint8Array.from(text("boot")), new Uint8Array(0), []]);
});

test("overload 3: the order is options, file, sname, and the pieces of a long option are joined over all three (RFC 3396 section 5)", () => {
  const { message, problems } = decoded(
    rawMessage(annotated("52 1 3 119 2 1 2 255"), { [FILE]: annotated("119 2 3 4 255"), [SNAME]: annotated("119 1 5 255") }),
  );
  assert.deepEqual(optionsOf(message), [
    [119, 1, 2],
    [119, 3, 4],
    [119, 5],
  ]);
  assert.deepEqual(optionValue(message, 119), Uint8Array.of(1, 2, 3, 4, 5));
  assert.deepEqual(problems, []);
});

test("overload works for the smallest message that can have it, and for a long one", () => {
  const options = [...annotated("52 1 1"), 43, 255, ...new Array(255).fill(1), 43, 255, ...new Array(255).fill(2), 255];
  for (const bytes of [
    rawMessage(annotated("52 1 1 255"), { [FILE]: [12, 1, 65, 255] }),
    rawMessage(options, { [FILE]: [12, 1, 65, 255] }),
  ]) {
    const { message, problems } = decoded(bytes);
    assert.deepEqual(optionValue(message, 12), Uint8Array.of(65));
    assert.deepEqual(problems, []);
  }
});

test("an option does not run from an overloaded field into the next one", () => {
  const file = [...new Array(120).fill(0), 12, 10, 65, 66, 67, 68, 69, 70];
  const { message, problems } = decoded(rawMessage(annotated("52 1 1 53 1 2 255"), { [FILE]: file }));
  assert.deepEqual(optionsOf(message), [[53, 2]]);
  assert.deepEqual(problems, [{ kind: "truncated-option", offset: FILE + 120, option: 12 }]);
});

test("an overloaded field without End is noted", () => {
  const { message, problems } = decoded(rawMessage(annotated("52 1 2 255"), { [SNAME]: [12, 62, ...new Array(62).fill(65)] }));
  assert.deepEqual(optionsOf(message), [[12, ...new Array(62).fill(65)]]);
  assert.deepEqual(problems, [{ kind: "missing-end", offset: FILE, option: undefined }]);
});

test("an overload inside an overloaded field opens no further field", () => {
  const { message, problems } = decoded(
    rawMessage(annotated("52 1 1 255"), { [FILE]: annotated("52 1 2 12 1 65 255"), [SNAME]: text("srv") }),
  );
  assert.deepEqual(optionsOf(message), [[12, 65]]);
  assert.deepEqual(message.sname, Uint8Array.from(text("srv")));
  assert.deepEqual(problems, [{ kind: "nested-overload", offset: FILE, option: 52 }]);
});

test("of two overload options the first counts", () => {
  const { message, problems } = decoded(
    rawMessage(annotated("52 1 1 52 1 3 255"), { [FILE]: annotated("12 1 65 255"), [SNAME]: text("srv") }),
  );
  assert.deepEqual(optionsOf(message), [[12, 65]]);
  assert.deepEqual(message.sname, Uint8Array.from(text("srv")));
  assert.deepEqual(problems, [{ kind: "repeated-overload", offset: 243, option: 52 }]);
});

test("hlen 17 and more is noted, and chaddr has 16 bytes", () => {
  for (const hlen of [17, 255]) {
    const { message, problems } = decoded(rawMessage(annotated("53 1 1 255"), { 2: [hlen] }));
    assert.deepEqual([message.hlen, message.chaddr.length], [hlen, 16]);
    assert.deepEqual(problems, [{ kind: "hardware-address-too-long", offset: 2, option: undefined }]);
    assert.deepEqual(optionsOf(message), [[53, 1]]);
  }
  for (const hlen of [0, 1, 16]) assert.equal(decoded(rawMessage([255], { 2: [hlen] })).message.chaddr.length, hlen);
});

test("sname and file without a NUL are valid and as long as their fields", () => {
  const { message, problems } = decoded(rawMessage([255], { [SNAME]: new Array(64).fill(97), [FILE]: new Array(128).fill(98) }));
  assert.deepEqual([message.sname, message.file], [new Uint8Array(64).fill(97), new Uint8Array(128).fill(98)]);
  assert.deepEqual(problems, []);
});

test("BOOTP: a message without cookie, with another vendor's cookie, or cut off in the cookie has no options", () => {
  const plain = rawMessage(new Array(60).fill(0), { 236: [0, 0, 0, 0], [FILE]: text("boot") });
  const vendor = rawMessage(annotated("53 1 1 255"), { 236: [67, 77, 85, 0] });
  for (const bytes of [plain, vendor, plain.subarray(0, 236), rawMessage([]).subarray(0, 239)]) {
    const { message, problems } = decoded(bytes);
    assert.deepEqual([message.cookie, message.options, problems], [false, [], []]);
    assert.equal(message.xid, 0xdeadbeef);
  }
});

test("BOOTP: a cookie without option 53 is a message with vendor extensions (RFC 1497)", () => {
  const { message } = decoded(rawMessage([...annotated("1 4 255 255 255 0 255"), ...new Array(53).fill(0)]));
  assert.deepEqual([message.cookie, optionsOf(message)], [true, [[1, 255, 255, 255, 0]]]);
});

test("a message shorter than the fixed fields is an error that says so", () => {
  for (let length = 0; length < 236; length++) {
    assert.deepEqual(decode(new Uint8Array(length)), { ok: false, problem: { kind: "too-short", offset: length, option: undefined } });
  }
});

test("only the first `length` bytes belong to the message", () => {
  const bytes = rawMessage(annotated("53 1 1 12 1 65 255"));
  const { message, problems } = decoded(bytes, 243);
  assert.deepEqual(optionsOf(message), [[53, 1]]);
  assert.deepEqual(problems, [{ kind: "missing-end", offset: 243, option: undefined }]);
  assert.equal(decode(bytes, 100).ok, false);
  assert.deepEqual(decoded(bytes, 100000), decoded(bytes));
});

test("data is not copied, and messages without a problem share one empty list", () => {
  const bytes = rawMessage(annotated("12 1 65 255"), { [SNAME]: text("a"), [FILE]: text("b") });
  const { message, problems } = decoded(bytes);
  for (const view of [message.chaddr, message.sname, message.file, message.options[0]?.data]) assert.equal(view?.buffer, bytes.buffer);
  assert.equal(problems, decoded(rawMessage([255])).problems);
});

test("every kind of problem has a text", () => {
  for (const [kind, value] of Object.entries(PROBLEM_TEXT)) assert.ok(value.length > 10, kind);
});

test("decoding any bytes gives a message or an error, and views that lie inside the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, dhcp) => {
      if (dhcp && bytes.length >= 240) bytes.set([99, 130, 83, 99], 236);
      const result = decode(bytes);
      assert.equal(result.ok, bytes.length >= 236);
      if (!result.ok) return;
      assert.ok(result.message.options.length <= bytes.length / 2);
      assert.ok(result.problems.length <= bytes.length);
      for (const { code } of result.message.options) assert.ok(code > 0 && code < 255 && code !== 52);
    }),
    { numRuns: 2000 },
  );
});

test("the largest message made of nothing but options or overloads is decoded at once", () => {
  for (const pattern of [[12, 0], [52, 1, 1], [0], [43, 255]]) {
    const bytes = rawMessage(Array.from({ length: 65267 }, (_, i) => pattern[i % pattern.length] as number));
    const start = performance.now();
    assert.ok(decode(bytes).ok);
    assert.ok(performance.now() - start < 1000, `pattern ${pattern}`);
  }
});
