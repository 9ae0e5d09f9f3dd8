import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decode, MAX_RELAYS, type Problem, type ProblemKind } from "../../../src/wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp6/message.ts";
import { address, anyMessage, hex, message, option, relay } from "./arbitrary.ts";

const LINK = "20010db8000000000000000000000001";
const PEER = "fe800000000000000000000000000002";

const decoded: readonly [name: string, bytes: string, message: Message, problems: readonly Problem[]][] = [
  ["nothing but its header", "01 abcdef", message([]), []],
  ["an option without data", "01 abcdef 000e 0000", message([option(14)]), []],
  [
    "options in their order, unknown and repeated ones too",
    "01 abcdef 0001 0003 00046a fffe 0001 07 0001 0000 fffe 0002 0809",
    message([option(1, "00046a"), option(0xfffe, "07"), option(1), option(0xfffe, "0809")]),
    [],
  ],
  ["a type that is not known", "ff 000001", message([], { type: 255, transactionId: 1 }), []],
  ["a half option code at the end", "01 abcdef 0008 0002 0000 00", message([option(8, "0000")]), [at("missing-length", 10)]],
  ["an option code at the end", "01 abcdef 0008 0002 0000 0001 00", message([option(8, "0000")]), [at("missing-length", 10, 1)]],
  [
    "an option that is longer than the rest hides none before it",
    "01 abcdef 0008 0002 0000 0001 0004 000100",
    message([option(8, "0000")]),
    [at("truncated-option", 10, 1)],
  ],
  [
    "one relay: what it put around the message, in any order",
    `0c 00 ${LINK} ${PEER} 0012 0002 6130 0009 0004 01abcdef 0025 0005 0000000961`,
    message([], { relays: [relay(0, [option(18, "6130"), option(37, "0000000961")])] }),
    [],
  ],
  [
    "relays: the one nearest to the server first",
    `0c 01 ${LINK} ${PEER} 0009 002a 0c 00 ${PEER} ${LINK} 0009 0004 01abcdef`,
    message([], { relays: [relay(1), relay(0, [], { linkAddress: address("fe80::2"), peerAddress: address("2001:db8::1") })] }),
    [],
  ],
  [
    "what goes to a client, through a relay",
    `0d 00 ${LINK} ${PEER} 0009 0004 07abcdef`,
    message([], { type: MessageType.REPLY, relays: [relay(0)] }),
    [],
  ],
  ["a hop count as old relays make it", `0c 20 ${LINK} ${PEER} 0009 0004 01abcdef`, message([], { relays: [relay(32)] }), []],
  [
    "a second Relay Message option is left out",
    `0c 00 ${LINK} ${PEER} 0009 0004 01abcdef 0009 0004 03abcdef`,
    message([], { relays: [relay(0)] }),
    [at("repeated-relay-message", 42, 9)],
  ],
  [
    "an option of a relay that is cut off behind the message",
    `0c 00 ${LINK} ${PEER} 0009 0004 01abcdef 0012 0009 61`,
    message([], { relays: [relay(0)] }),
    [at("truncated-option", 42, 18)],
  ],
  [
    "options inside end with their Relay Message option",
    `0c 00 ${LINK} ${PEER} 0009 0009 01abcdef 0001 0004 00 0012 0001 61`,
    message([], { relays: [relay(0, [option(18, "61")])] }),
    [at("truncated-option", 42, 1)],
  ],
];

const failed: readonly [name: string, bytes: string, kind: ProblemKind, offset: number][] = [
  ["no bytes", "", "too-short", 0],
  ["a header that is cut off", "01 abcd", "too-short", 0],
  ["a relay that is cut off", `0c 00 ${LINK} ${PEER.slice(2)}`, "relay-too-short", 0],
  ["a relay without a message", `0c 00 ${LINK} ${PEER} 0012 0001 61`, "missing-relay-message", 0],
  ["a relayed message that is cut off", `0c 00 ${LINK} ${PEER} 0009 0005 01abcdef`, "missing-relay-message", 0],
  ["a relayed message behind an option that is cut off", `0c 00 ${LINK} ${PEER} 0012 0009 0009 0004 01abcdef`, "missing-relay-message", 0],
  ["nothing that is relayed", `0c 00 ${LINK} ${PEER} 0009 0000`, "too-short", 38],
  ["a client's message to a client", `0d 00 ${LINK} ${PEER} 0009 0004 01abcdef`, "mixed-relays", 38],
  ["a server's message to a server", `0c 00 ${LINK} ${PEER} 0009 0004 07abcdef`, "mixed-relays", 38],
  ["relays of both directions", `0d 01 ${LINK} ${PEER} 0009 002a 0c 00 ${LINK} ${PEER} 0009 0004 07abcdef`, "mixed-relays", 38],
];

function at(kind: ProblemKind, offset: number, option?: number): Problem {
  return { kind, offset, option };
}

describe("decoding", () => {
  for (const [name, bytes, expected, problems] of decoded) {
    test(name, () => assert.deepEqual(decode(hex(bytes)), { ok: true, message: expected, problems }));
  }
  for (const [name, bytes, kind, offset] of failed) {
    test(`no message: ${name}`, () => assert.deepEqual(decode(hex(bytes)), { ok: false, problem: at(kind, offset) }));
  }

  test("32 relays are looked through, and no more", () => {
    const relays = Array.from({ length: MAX_RELAYS + 1 }, (_, i) => relay(i));
    const most = message([option(8, "0000")], { relays: relays.slice(1) });
    assert.deepEqual(decode(encodeMessage(most)), { ok: true, message: most, problems: [] });
    const result = decode(encodeMessage({ ...most, relays }));
    assert.deepEqual(result, { ok: false, problem: at("too-many-relays", 38 * MAX_RELAYS) });
  });

  test("bytes behind the length of the datagram are not there", () => {
    const bytes = hex("01 abcdef 0008 0002 0000");
    assert.deepEqual(decode(bytes, 4), { ok: true, message: message([]), problems: [] });
    assert.deepEqual(decode(bytes, 1000), { ok: true, message: message([option(8, "0000")]), problems: [] });
  });

  test("values are views of the datagram", () => {
    const bytes = encodeMessage(message([option(8, "0000")], { relays: [relay(0, [option(18, "61")])] }));
    const result = decode(bytes);
    assert.ok(result.ok);
    const [first] = result.message.relays;
    const views = [result.message.options[0]?.data, first?.options[0]?.data, first?.linkAddress, first?.peerAddress];
    for (const view of views) assert.equal(view?.buffer, bytes.buffer);
  });
});

test("any message comes back from its bytes, through any relays", () => {
  fc.assert(
    fc.property(anyMessage, (any) => {
      assert.deepEqual(decode(encodeMessage(any)), { ok: true, message: any, problems: [] });
    }),
  );
});

test("any bytes give a message or a problem, and what was read is written as it was read", () => {
  const relayHead = fc.uint8Array({ minLength: 33, maxLength: 33 }).map((rest) => [12, ...rest, 0, 9, 0, 40]);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc
      .tuple(fc.array(relayHead, { maxLength: 4 }), fc.uint8Array({ maxLength: 80 }))
      .map(([heads, rest]) => Uint8Array.of(...heads.flat(), ...rest)),
  );
  fc.assert(
    fc.property(bytes, (any) => {
      const result = decode(any);
      if (!result.ok) return;
      const again = encodeMessage(result.message);
      assert.deepEqual(decode(again), { ok: true, message: result.message, problems: [] });
      if (result.problems.length === 0 && result.message.relays.length === 0) assert.deepEqual(again, any);
    }),
    { numRuns: 5000 },
  );
});
