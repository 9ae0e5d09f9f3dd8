import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { toHex } from "../../../src/net/bytes.ts";
import { encodeQuery } from "../../../src/wire/dns/query.ts";
import { sign, type Verified, verify } from "../../../src/wire/dns/tsig.ts";
import { TSIG_ALGORITHMS, type TsigKey } from "../../../src/wire/dns/tsig-key.ts";
import { createStreamVerifier } from "../../../src/wire/dns/tsig-stream.ts";
import { RecordType } from "../../../src/wire/dns/type-code.ts";
import { hex, nameHex } from "./bytes.ts";

const KEY: TsigKey = { name: "a.key", algorithm: "hmac-sha256", secret: hex("000102030405060708090a0b0c0d0e0f") };
/** More than 32 bits: the field has 48. */
const NOW = 0x1_2345_6789;
const REQUEST = encodeQuery({ id: 0xbeef, name: "example.com", type: RecordType.SOA });
const SIGNED = sign(REQUEST, KEY, NOW);

/** As RFC 8945 section 4.3 says, with the HMAC of Node.js. */
function macOf(key: TsigKey, ...parts: readonly string[]): string {
  return createHmac(key.algorithm.slice("hmac-".length), key.secret)
    .update(hex(parts.join("")))
    .digest("hex");
}

/** A number as hex digits. */
function digits(value: number, bytes: number): string {
  return value.toString(16).padStart(2 * bytes, "0");
}

const QUESTION = `${nameHex("example.com")}00060001`;

/** An answer without records, as hex digits. */
function body(additionals: number, id = "beef"): string {
  return `${id}8000000100000000${digits(additionals, 2)}${QUESTION}`;
}

interface Fields {
  readonly keyName?: string;
  readonly algorithm?: string;
  /** Hex digits; the right one by default. */
  readonly mac?: (right: string) => string;
  readonly time?: number;
  /** The message has it in its header, who signed it had another. */
  readonly id?: string;
  readonly error?: number;
  readonly other?: string;
  /** What is digested in front; that of an answer by default. */
  readonly before?: string;
  /** Of the variables only the timers are digested. */
  readonly timersOnly?: boolean;
}

const REQUEST_MAC = `${digits(SIGNED.mac.length, 2)}${toHex(SIGNED.mac)}`;

/** An answer with a TSIG record of these fields. */
function answer(fields: Fields = {}, key = KEY): Uint8Array {
  const { keyName = key.name, algorithm = key.algorithm, time = NOW, error = 0, other = "", before = REQUEST_MAC } = fields;
  const timers = `${digits(time, 6)}012c`;
  const end = `${digits(error, 2)}${digits(other.length / 2, 2)}${other}`;
  const variables = `${nameHex(keyName.toLowerCase())}00ff00000000${nameHex(algorithm.toLowerCase())}${timers}${end}`;
  const right = macOf(key, before, body(0), fields.timersOnly === true ? timers : variables);
  const mac = fields.mac?.(right) ?? right;
  const data = `${nameHex(algorithm)}${timers}${digits(mac.length / 2, 2)}${mac}beef${end}`;
  return hex(`${body(1, fields.id)}${nameHex(keyName)}00fa00ff00000000${digits(data.length / 2, 2)}${data}`);
}

describe("a message is signed (RFC 8945 section 5.1)", () => {
  for (const algorithm of TSIG_ALGORITHMS) {
    test(`with ${algorithm}`, () => {
      const key = { ...KEY, algorithm };
      const { bytes, mac } = sign(REQUEST, key, NOW, { fudge: 10 });
      const timers = `${digits(NOW, 6)}000a`;
      const expected = macOf(key, toHex(REQUEST), nameHex("a.key"), "00ff00000000", nameHex(algorithm), timers, "00000000");
      assert.equal(toHex(mac), expected);
      const data = `${nameHex(algorithm)}${timers}${digits(mac.length, 2)}${expected}beef00000000`;
      const head = `${toHex(REQUEST.subarray(0, 10))}0001${toHex(REQUEST.subarray(12))}`;
      assert.equal(toHex(bytes), `${head}${nameHex("a.key")}00fa00ff00000000${digits(data.length / 2, 2)}${data}`);
    });
  }

  test("with the MAC of its request, if it is an answer", () => {
    const { bytes, mac } = sign(hex(body(0)), KEY, NOW, { requestMac: SIGNED.mac });
    assert.deepEqual(bytes, answer());
    assert.deepEqual(verify(bytes, KEY, SIGNED.mac, NOW), { kind: "verified", mac });
  });
});

/** The same with one bit changed. */
function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = (changed[at] as number) ^ 1;
  return changed;
}

/** A record that is not the TSIG record, behind it. */
function withRecordBehind(message: Uint8Array): Uint8Array {
  return hex(`${toHex(message.subarray(0, 10))}0002${toHex(message.subarray(12))}00000100010000000000 04c0000201`);
}

const RIGHT = answer();
const WITHOUT_MAC = (): string => "";
const SERVER_TIME = digits(NOW + 4000, 6);

describe("an answer is judged (RFC 8945 section 5.4)", () => {
  const verified: Verified = {
    kind: "verified",
    mac: hex(macOf(KEY, REQUEST_MAC, body(0), nameHex("a.key"), "00ff00000000", nameHex("hmac-sha256"), digits(NOW, 6), "012c00000000")),
  };
  const wrong = (error: "FORMERR" | "BADSIG" | "BADKEY" | "BADTIME" | "BADTRUNC"): Verified => ({ kind: "wrong", error });
  const cases: readonly (readonly [what: string, answer: Uint8Array, judged: Verified, now?: number])[] = [
    ["a right one", RIGHT, verified],
    ["a right one with capitals in its key and algorithm", answer({ keyName: "A.Key", algorithm: "HMAC-sha256" }), verified],
    ["a right one that somebody forwarded under another id", answer({ id: "0bad" }), verified],
    ["a right one at the end of the fudge", RIGHT, verified, NOW + 300],
    ["a right one at its beginning", RIGHT, verified, NOW - 300],
    ["an old one", RIGHT, wrong("BADTIME"), NOW + 301],
    ["one from the future", RIGHT, wrong("BADTIME"), NOW - 301],
    ["one without a signature", hex(body(0)), { kind: "unsigned" }],
    ["one with another MAC", answer({ mac: (right) => toHex(flipped(hex(right), 31)) }), wrong("BADSIG")],
    ["one with a changed flag", flipped(RIGHT, 2), wrong("BADSIG")],
    ["one with a changed question", flipped(RIGHT, 14), wrong("BADSIG")],
    ["the answer to another request", answer({ before: `0020${"00".repeat(32)}` }), wrong("BADSIG")],
    ["one that was made with another secret", answer({}, { ...KEY, secret: hex("00") }), wrong("BADSIG")],
    ["one with another key", answer({}, { ...KEY, name: "b.key" }), wrong("BADKEY")],
    ["one with another algorithm", answer({}, { ...KEY, algorithm: "hmac-sha512" }), wrong("BADKEY")],
    ["one with half of the MAC", answer({ mac: (right) => right.slice(0, 32) }), wrong("BADTRUNC")],
    ["one with one byte of the MAC", answer({ mac: (right) => right.slice(0, 2) }), wrong("BADTRUNC")],
    ["one with no MAC", answer({ mac: WITHOUT_MAC }), wrong("BADTRUNC")],
    ["one with a longer MAC", answer({ mac: (right) => `${right}00` }), wrong("FORMERR")],
    ["one with a record behind its TSIG record", withRecordBehind(RIGHT), wrong("FORMERR")],
    ["one that is cut off", RIGHT.subarray(0, -1), wrong("FORMERR")],
    ["one with a byte behind all", hex(`${toHex(RIGHT)}00`), wrong("FORMERR")],
    ["one with two TSIG records", hex(`${body(2)}${toHex(RIGHT).slice(body(1).length).repeat(2)}`), wrong("FORMERR")],
    ["nothing", hex(""), wrong("FORMERR")],
    ["BADSIG", answer({ error: 16, mac: WITHOUT_MAC }), { kind: "refused", error: "BADSIG", signed: false, serverTime: undefined }],
    ["BADKEY", answer({ error: 17, mac: WITHOUT_MAC }), { kind: "refused", error: "BADKEY", signed: false, serverTime: undefined }],
    [
      "an unsigned BADTIME",
      answer({ error: 18, mac: WITHOUT_MAC, other: SERVER_TIME }),
      { kind: "refused", error: "BADTIME", signed: false, serverTime: NOW + 4000 },
    ],
    ["BADTIME", answer({ error: 18, other: SERVER_TIME }), { kind: "refused", error: "BADTIME", signed: true, serverTime: NOW + 4000 }],
    [
      "BADTIME, whose time is that of the request",
      answer({ error: 18, other: SERVER_TIME }),
      { kind: "refused", error: "BADTIME", signed: true, serverTime: NOW + 4000 },
      NOW + 4000,
    ],
    ["BADTIME without a time", answer({ error: 18 }), { kind: "refused", error: "BADTIME", signed: true, serverTime: undefined }],
    ["a forged BADTIME", answer({ error: 18, other: SERVER_TIME, mac: () => "00".repeat(32) }), wrong("BADSIG")],
    ["BADTRUNC", answer({ error: 22 }), { kind: "refused", error: "BADTRUNC", signed: true, serverTime: undefined }],
    ["an unknown error", answer({ error: 99 }), { kind: "refused", error: "RCODE99", signed: true, serverTime: undefined }],
  ];
  for (const [what, message, judged, now = NOW] of cases) test(what, () => assert.deepEqual(verify(message, KEY, SIGNED.mac, now), judged));

  test("any bit that is changed is seen", () => {
    for (let bit = 0; bit < RIGHT.length * 8; bit++) {
      const changed = RIGHT.slice();
      changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7));
      const { kind } = verify(changed, KEY, SIGNED.mac, NOW);
      // The header's id is that of the request, and is replaced; letters may be capitals.
      const isFree = bit < 16 || (kind === "verified" && isCapital(changed[bit >>> 3] as number, RIGHT[bit >>> 3] as number));
      assert.equal(kind === "verified", isFree, `bit ${bit}: ${kind}`);
    }
  });
});

function isCapital(a: number, b: number): boolean {
  return String.fromCharCode(a).toLowerCase() === String.fromCharCode(b);
}

describe("the record itself", () => {
  const tsig = toHex(RIGHT).slice(body(1).length);
  const owner = nameHex("a.key").length;
  const edited = (at: number, text: string): Uint8Array =>
    hex(`${body(1)}${tsig.slice(0, owner + at)}${text}${tsig.slice(owner + at + text.length)}`);
  const algorithm = nameHex("hmac-sha256").length;
  const data = 20;
  const cases: readonly (readonly [what: string, message: Uint8Array])[] = [
    ["of the class IN", edited(4, "0001")],
    ["with a TTL", edited(8, "00000001")],
    ["with an algorithm that has no end", edited(data + algorithm - 2, "3f")],
    ["with a compressed algorithm", edited(data, "c00c")],
    ["with a MAC that is longer than the record", edited(data + algorithm + 16, "ffff")],
    ["with a MAC that is shorter than it", edited(data + algorithm + 16, "001f")],
    ["with other data that are not there", edited(tsig.length - owner - 4, "0001")],
    ["without anything", hex(`${body(1)}${nameHex("a.key")}00fa00ff000000000000`)],
  ];
  for (const [what, message] of cases) {
    test(`${what} is malformed`, () => assert.deepEqual(verify(message, KEY, SIGNED.mac, NOW), { kind: "wrong", error: "FORMERR" }));
  }
});

describe("an answer of several messages (RFC 8945 section 5.3.1)", () => {
  const UNSIGNED = hex(body(0));
  const first = answer();
  const macIn = (message: Uint8Array): string => {
    const judged = macText(message);
    return `${digits(judged.length / 2, 2)}${judged}`;
  };
  const second = answer({ before: macIn(first), timersOnly: true });
  /** Signs for itself and so many messages without a signature. */
  const behind = (message: Uint8Array, unsigned: number): Uint8Array =>
    answer({ before: `${macIn(message)}${body(0).repeat(unsigned)}`, timersOnly: true });

  /** Feeds them; the kinds of what came out, and whether the answer was whole. */
  const judge = (messages: readonly Uint8Array[]): readonly (string | boolean)[] => {
    const verifier = createStreamVerifier(KEY, SIGNED.mac);
    const kinds = messages.map((message) => {
      const judged = verifier.next(message, NOW);
      return judged.kind === "wrong" ? judged.error : judged.kind;
    });
    return [...kinds, verifier.isWhole()];
  };
  const pending = (count: number): string[] => Array.from({ length: count }, () => "pending");
  const unsigned = (count: number): Uint8Array[] => Array.from({ length: count }, () => UNSIGNED);

  const cases: readonly (readonly [what: string, messages: readonly Uint8Array[], outcome: readonly (string | boolean)[]])[] = [
    ["nothing", [], [false]],
    ["one", [first], ["verified", true]],
    ["two", [first, second], ["verified", "verified", true]],
    ["three", [first, second, behind(second, 0)], ["verified", "verified", "verified", true]],
    ["the last one without a signature", [first, UNSIGNED], ["verified", "pending", false]],
    ["99 without one", [first, ...unsigned(99), behind(first, 99)], ["verified", ...pending(99), "verified", true]],
    ["100 without one", [first, ...unsigned(100), behind(first, 100)], ["verified", ...pending(99), "unsigned", "unsigned", false]],
    ["the first one without a signature", [UNSIGNED, first], ["unsigned", "unsigned", false]],
    ["one left out", [first, behind(second, 0)], ["verified", "BADSIG", false]],
    ["one without a signature left out", [first, UNSIGNED, behind(first, 2)], ["verified", "pending", "BADSIG", false]],
    ["one twice", [first, first], ["verified", "BADSIG", false]],
    ["one changed", [first, flipped(UNSIGNED, 14), behind(first, 1)], ["verified", "pending", "BADSIG", false]],
    ["a right one behind a wrong one", [first, flipped(second, 14), second], ["verified", "BADSIG", "BADSIG", false]],
    ["one cut off", [first, second.subarray(0, 40)], ["verified", "FORMERR", false]],
    ["one that says BADKEY", [answer({ error: 17, mac: WITHOUT_MAC })], ["refused", false]],
  ];
  for (const [what, messages, outcome] of cases) test(what, () => assert.deepEqual(judge(messages), outcome));

  test("each is of the time that it is judged at", () => {
    const verifier = createStreamVerifier(KEY, SIGNED.mac);
    assert.equal(verifier.next(first, NOW + 300).kind, "verified");
    assert.deepEqual(verifier.next(second, NOW + 301), { kind: "wrong", error: "BADTIME" });
  });
});

/** The MAC in a message, whose TSIG record has no other data: the 32 bytes before its last six. */
function macText(message: Uint8Array): string {
  return toHex(message.subarray(-38, -6));
}
