import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../../src/net/bytes.ts";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { encode, encodeMessage, LARGEST_MESSAGE_SIZE, optionsSize, writeOptions } from "../../../src/wire/dhcp6/encode.ts";
import { isFromServer, type Message, MessageType } from "../../../src/wire/dhcp6/message.ts";
import { anyMessage, hex, message, option, relay } from "./arbitrary.ts";

const LINK = "20010db8000000000000000000000001";
const PEER = "fe800000000000000000000000000002";

const encoded: readonly [name: string, message: Message, bytes: string][] = [
  ["a message without options", message([]), "01 abcdef"],
  ["options in their order", message([option(14), option(1, "00046a"), option(14)]), "01 abcdef 000e 0000 0001 0003 00046a 000e 0000"],
  [
    "a client's message: RELAY-FORW, the relayed message last",
    message([option(14)], { relays: [relay(1, [option(18, "61")]), relay(0)] }),
    `0c 01 ${LINK} ${PEER} 0012 0001 61 0009 002e 0c 00 ${LINK} ${PEER} 0009 0008 01abcdef 000e0000`,
  ],
  [
    "a server's message: RELAY-REPL",
    message([], { type: MessageType.REPLY, relays: [relay(3)] }),
    `0d 03 ${LINK} ${PEER} 0009 0004 07abcdef`,
  ],
];

describe("encoding", () => {
  for (const [name, any, bytes] of encoded) test(name, () => assert.equal(toHex(encodeMessage(any)), toHex(hex(bytes))));

  const directions: Readonly<Record<number, readonly (keyof typeof MessageType)[]>> = {
    12: [
      ...["SOLICIT", "REQUEST", "CONFIRM", "RENEW", "REBIND", "RELEASE", "DECLINE", "INFORMATION-REQUEST"],
      ...["LEASEQUERY", "RECONFIGURE-REQUEST", "DHCPV4-QUERY", "ACTIVELEASEQUERY", "ADDR-REG-INFORM"],
    ] as (keyof typeof MessageType)[],
    13: ["ADVERTISE", "REPLY", "RECONFIGURE", "LEASEQUERY-REPLY", "RECONFIGURE-REPLY", "DHCPV4-RESPONSE", "ADDR-REG-REPLY"],
  };
  for (const [type, names] of Object.entries(directions)) {
    test(`relays pass on in a message of type ${type}: ${names.join(", ")}`, () => {
      const outer = names.map((name) => encodeMessage(message([], { type: MessageType[name], relays: [relay(0)] }))[0]);
      assert.deepEqual(new Set(outer), new Set([Number(type)]));
    });
  }

  test("it writes at the start of a buffer that had something else, and no further", () => {
    const into = new Uint8Array(20).fill(0xee);
    assert.equal(encode(message([option(8, "0001")]), into, 20), 10);
    assert.equal(toHex(into), "01abcdef000800020001eeeeeeeeeeeeeeeeeeee");
  });
});

describe("where the limit is too small", () => {
  const options = [option(1, "000102"), option(2, "00".repeat(20)), option(14)];
  const relays = [relay(0, [option(18, "6162")])];

  const limits: readonly [limit: number, relays: typeof relays, length: number, left: readonly number[]][] = [
    [39, [], 39, [1, 2, 14]],
    [38, [], 35, [1, 2]],
    [34, [], 15, [1, 14]],
    [14, [], 11, [1]],
    [10, [], 8, [14]],
    [3, [], 4, []],
    [0, [], 4, []],
    [44 + 39, relays, 44 + 39, [1, 2, 14]],
    [44 + 34, relays, 44 + 15, [1, 14]],
    [10, relays, 44 + 4, []],
  ];
  for (const [limit, through, length, left] of limits) {
    test(`${limit} bytes, ${through.length} relays: options ${left.join(", ") || "none"}`, () => {
      const into = new Uint8Array(100).fill(0xee);
      const any = message(options, { relays: through });
      assert.equal(encode(any, into, limit), length);
      const expected = { ...any, options: options.filter(({ code }) => left.includes(code)) };
      assert.deepEqual(decode(into, length), { ok: true, message: expected, problems: [] });
      assert.ok(into.subarray(length).every((byte) => byte === 0xee));
    });
  }

  test("nothing is written into a buffer that has no room for the relays", () => {
    const into = new Uint8Array(47).fill(0xee);
    assert.equal(encode(message([], { relays }), into, 47), 0);
    assert.ok(into.every((byte) => byte === 0xee));
    assert.equal(encode(message([]), new Uint8Array(3), 3), 0);
  });

  test("no message is longer than a datagram holds", () => {
    const filling = { code: 17, data: new Uint8Array(LARGEST_MESSAGE_SIZE - 8) };
    assert.equal(encodeMessage(message([filling])).length, LARGEST_MESSAGE_SIZE);
    assert.equal(
      toHex(encodeMessage(message([{ code: 17, data: new Uint8Array(LARGEST_MESSAGE_SIZE - 7) }, option(14)]))),
      "01abcdef000e0000",
    );
  });

  test("nor into a buffer that has more room", () => {
    const most = message([
      { code: 17, data: new Uint8Array(60_000) },
      { code: 17, data: new Uint8Array(LARGEST_MESSAGE_SIZE - 60_012) },
      option(14),
    ]);
    assert.equal(encode(most, new Uint8Array(80_000), 80_000), LARGEST_MESSAGE_SIZE);
  });

  test("an option whose length has no place in 16 bits is left out of another one", () => {
    const inner = [option(14), { code: 17, data: new Uint8Array(0x10000) }, option(8, "0001")];
    const data = new Uint8Array(optionsSize(inner));
    assert.equal(writeOptions(inner, data, 0), data.length);
    assert.equal(toHex(data), "000e0000000800020001");
  });

  test("what is left is always a message of whole options, and as many as the limit allows", () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(600), (any, limit) => {
        const into = new Uint8Array(4096);
        const length = encode(any, into, limit);
        const result = decode(into, length);
        assert.ok(result.ok);
        assert.deepEqual(result.problems, []);
        assert.deepEqual(result.message.relays, any.relays);
        const bare = encodeMessage({ ...any, options: [] }).length;
        assert.ok(length <= Math.max(limit, bare));
        const first = any.options[0];
        if (first !== undefined && bare + 4 + first.data.length <= limit) assert.deepEqual(result.message.options[0], first);
      }),
    );
  });
});

test("no type is both ways", () => {
  assert.equal(Object.values(MessageType).filter(isFromServer).length, 9);
});
