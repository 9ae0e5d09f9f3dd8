import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { describe, test } from "node:test";
import { writeU16 } from "../../../src/net/bytes.ts";
import { type DnsMessage, nameOfData, readHeader, readRecords, serialOfSoa } from "../../../src/wire/dns/read.ts";
import { hex, nameHex } from "./bytes.ts";

/** Header with these counts. */
function head(questions: number, answers = 0, authorities = 0, additionals = 0): string {
  return `abcd 8583 ${[questions, answers, authorities, additionals].map((count) => count.toString(16).padStart(4, "0")).join("")}`;
}

function read(text: string): DnsMessage {
  const message = readRecords(hex(text));
  assert.equal(message.problem, undefined);
  return message as DnsMessage;
}

const COM = nameHex("com");
const HEADER = { id: 0xabcd, qr: true, opcode: 0, aa: true, tc: false, rd: true, ra: true, rcode: 3 };

describe("the header (RFC 1035 section 4.1.1)", () => {
  const none = { id: 0, qr: false, opcode: 0, aa: false, tc: false, rd: false, ra: false, rcode: 0 };
  const cases: readonly (readonly [bytes: string, header: object])[] = [
    ["0000 0000", none],
    ["ffff 0000", { ...none, id: 65535 }],
    ["0000 8000", { ...none, qr: true }],
    ["0000 7800", { ...none, opcode: 15 }],
    ["0000 2800", { ...none, opcode: 5 }],
    ["0000 0400", { ...none, aa: true }],
    ["0000 0200", { ...none, tc: true }],
    ["0000 0100", { ...none, rd: true }],
    ["0000 0080", { ...none, ra: true }],
    ["0000 0070", none],
    ["0000 0009", { ...none, rcode: 9 }],
  ];
  for (const [bytes, header] of cases) test(bytes, () => assert.deepEqual(readHeader(hex(`${bytes} ${"00".repeat(8)}`)), header));
  test("of eleven bytes is none", () => assert.equal(readHeader(new Uint8Array(11)), undefined));
});

test("a message with all sections, compressed", () => {
  const message = read(`${head(1, 2, 1, 1)}
    04 486f7374 07 6578616d706c65 03 636f6d 00 0001 0001
    c00c 0001 0001 0000003c 0004 c0000201
    c011 000c 0001 ffffffff 0005 02 4e53 c011
    c011 0006 0001 00000e10 0021 02 6e73 c011 05 41646d696e c011 00000001 00000002 00000003 00000004 00000005
    00 0029 04d0 00008000 0000`);
  const soa = `${nameHex("ns.example.com")} ${nameHex("admin.example.com")} 00000001 00000002 00000003 00000004 00000005`;
  assert.deepEqual(message, {
    header: HEADER,
    questions: [{ name: "host.example.com", type: 1, class: 1, start: 12, end: 34 }],
    answers: [
      { name: "host.example.com", type: 1, class: 1, ttl: 60, data: hex("c0000201"), start: 34, end: 50 },
      { name: "example.com", type: 12, class: 1, ttl: 0xffffffff, data: hex(nameHex("ns.example.com")), start: 50, end: 67 },
    ],
    authorities: [{ name: "example.com", type: 6, class: 1, ttl: 3600, data: hex(soa), start: 67, end: 112 }],
    additionals: [{ name: "", type: 41, class: 1232, ttl: 0x8000, data: hex(""), start: 112, end: 123 }],
  });
  assert.equal(serialOfSoa(hex(soa)), 1);
});

test("names of bytes that are no text are told apart", () => {
  const names = ["02 612e 00", "01 61 00", "03 c3bc2e 00", "01 00 00", "02 5c41 00"];
  const { questions } = read(`${head(5)} ${names.map((name) => `${name} 0001 0001`).join("")}`);
  assert.deepEqual(
    questions.map(({ name }) => name),
    ["a\\.", "a", "\\195\\188\\.", "\\000", "\\\\a"],
  );
});

test("records without data, as an UPDATE has them, and unknown ones are as they were", () => {
  const { answers } = read(`${head(0, 4)} ${COM} 0006 00ff 00000000 0000  ${COM} 000c 00fe 00000000 0000
    ${COM} 0100 0001 00000000 0002 c00c  ${COM} 000f 0001 00000000 0004 0001 c00c`);
  assert.deepEqual(
    answers.map(({ type, class: klass, data }) => [type, klass, data]),
    [
      [6, 255, hex("")],
      [12, 254, hex("")],
      [256, 1, hex("c00c")],
      [15, 1, hex("0001 c00c")],
    ],
  );
});

const LONG_LABEL = `3f ${"61".repeat(63)}`;

describe("what is no message", () => {
  const cases: readonly (readonly [what: string, bytes: string, problem: string])[] = [
    ["nothing", "", "has no whole header"],
    ["half a header", "abcd 8583 0000", "has no whole header"],
    ["more questions than there is room for", `${head(65535)} ${COM} 0001 0001`, "is shorter than its numbers of records say"],
    ["more records than there is room for", `${head(0, 65535, 65535, 65535)}`, "is shorter than its numbers of records say"],
    ["bytes behind all", `${head(1)} ${COM} 0001 0001 00`, "has bytes behind its last record"],
    ["a name without end", `${head(1)} 03 636f6d 03 636f`, "a label is longer than the data"],
    ["a name cut off between labels", `${head(1)} 03 636f6d`, "is shorter than its numbers of records say"],
    ["a name cut off behind a label", `${head(1)} 04 61616161`, "a name is cut off"],
    ["a question cut off", `${head(1)} 02 6161 00 0001`, "a question is cut off"],
    ["a record cut off", `${head(0, 1)} ${COM} 0001 0001 000000`, "a record is cut off"],
    ["data cut off", `${head(0, 1)} ${COM} 0001 0001 00000000 0004 c00002`, "the data of a record is cut off"],
    ["a pointer to itself", `${head(1)} c00c 0001 0001 00`, "a compression pointer does not point backwards"],
    ["a pointer forwards", `${head(1)} c00e 00 0001 0001`, "a compression pointer does not point backwards"],
    ["a pointer cut off", `${head(1)} 03 636f6d c0`, "a compression pointer is cut off"],
    ["a label of type 01", `${head(1)} 40 00 0001 0001`, "a label has an unknown type"],
    ["a label of type 10", `${head(1)} 80 00 0001 0001`, "a label has an unknown type"],
    ["a pointer to the beginning of its own name", `${head(1)} 01 61 c00c 0001 0001`, "a compression pointer does not point backwards"],
    ["a pointer into its own name", `${head(1)} 03 026162 c00d 0001 0001`, "a compression pointer does not point backwards"],
    ["a pointer into the header", `${head(1)} c00b 0001 0001 00`, "a compression pointer leads into the header"],
    ["pointers that lead round", `${head(0, 2)} 00 0010 0001 00000000 0004 01 61 c017 c017 0001 0001 00000000 0000`, "a name has no end"],
    ["a name of 256 bytes", `${head(1)} ${LONG_LABEL.repeat(3)} 3e ${"61".repeat(62)} 00 0001 0001`, "a name is longer than 255 bytes"],
    [
      "a name of 256 bytes, by a pointer",
      `${head(2)} ${LONG_LABEL.repeat(3)} 00 0001 0001 3e ${"61".repeat(62)} c00c 0001 0001`,
      "a name is longer than 255 bytes",
    ],
    [
      "a name that ends before its record",
      `${head(0, 1)} ${COM} 000c 0001 00000000 0006 ${COM} 00`,
      "a name is not as long as the record that it is in",
    ],
    [
      "a name that ends behind its record",
      `${head(0, 1)} ${COM} 000c 0001 00000000 0004 ${COM}`,
      "a name is not as long as the record that it is in",
    ],
    ["half an SOA", `${head(0, 1)} ${COM} 0006 0001 00000000 0005 ${COM}`, "a name is cut off"],
    [
      "an SOA that is too short",
      `${head(0, 1)} ${COM} 0006 0001 00000000 0007 00 00 00000001 00`,
      "an SOA record is not as long as what it is made of",
    ],
  ];
  for (const [what, bytes, problem] of cases) test(what, () => assert.deepEqual(readRecords(hex(bytes)), { problem }));
});

test("a name in data", () => {
  assert.equal(nameOfData(hex(nameHex("a.b"))), "a.b");
  assert.equal(nameOfData(hex(`${nameHex("a.b")}00`)), undefined);
  assert.equal(nameOfData(hex("")), undefined);
  assert.equal(serialOfSoa(new Uint8Array(21)), undefined);
});

/** A message of 64 KB, of these bytes and behind them as many records as there is room for. */
function bomb(front: Uint8Array, nameOfRecord: (i: number) => Uint8Array): Uint8Array {
  const message = new Uint8Array(65535);
  message.set(front, 12);
  let at = 12 + front.length;
  let count = 0;
  for (; ; count++) {
    const name = nameOfRecord(count);
    if (at + name.length + 10 > message.length) break;
    message.set(name, at);
    at += name.length + 10;
  }
  writeU16(message, 6, count);
  return message.subarray(0, at);
}

/** A record, its name the root, with so many bytes of data, which hold names that later ones point to. */
function hold(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(11 + data.length);
  writeU16(record, 9, data.length);
  record.set(data, 11);
  return record;
}

describe("64 KB that cost as much as can be are read in some milliseconds", () => {
  const HELD = 16_000;
  const pointerTo = (at: number): Uint8Array => Uint8Array.of(0xc0 | (at >> 8), at & 255);
  /** Names of 127 labels, one behind the other. */
  const names = new Uint8Array(HELD);
  for (let i = 0; i < HELD; i++) names[i] = i % 255 === 254 ? 0 : (i % 255) % 2 === 0 ? 1 : 97;
  /** Pointers, each to the one before it. */
  const chain = new Uint8Array(HELD);
  for (let i = 2; i + 1 < HELD; i += 2) chain.set(pointerTo(12 + 11 + i - 2), i);

  const cases: readonly (readonly [what: string, message: Uint8Array, taken: boolean])[] = [
    ["roots", bomb(new Uint8Array(0), () => Uint8Array.of(0)), true],
    ["pointers to one long name", bomb(hold(names), () => pointerTo(23)), true],
    [
      "pointers to the labels of many long names",
      bomb(hold(names), (i) => pointerTo(23 + ((2 * i) % (HELD - 255)) - ((((2 * i) % (HELD - 255)) % 255) % 2))),
      true,
    ],
    ["a long name each", bomb(hold(names), (i) => Uint8Array.of(1, 97 + (i % 26), ...pointerTo(25))), true],
    ["pointers to pointers", bomb(hold(chain), () => pointerTo(23 + HELD - 4)), false],
    ["pointers to short chains of pointers", bomb(hold(chain), (i) => pointerTo(23 + 2 * (i % 250))), true],
  ];
  for (const [what, message, taken] of cases) {
    test(what, (t) => {
      if (what.startsWith("roots")) assert.ok(message.length > 65_000);
      // The record in front is counted by hand: `bomb` knows of those behind it.
      const whole = message.slice();
      if (!what.startsWith("roots")) writeU16(whole, 6, ((whole[6] as number) << 8) + (whole[7] as number) + 1);
      readRecords(whole);
      const start = performance.now();
      for (let i = 0; i < 10; i++) assert.equal(readRecords(whole).problem === undefined, taken);
      const each = (performance.now() - start) / 10;
      t.diagnostic(`${each.toFixed(1)} ms`);
      assert.ok(each < 1000);
    });
  }
});
