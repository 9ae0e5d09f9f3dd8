import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "../../src/net/bytes.ts";
import { container, define, optionDictionary } from "../../src/wire/option-dictionary.ts";
import { decodeValue, encodeValue, type JsonValue, type ValueType } from "../../src/wire/values/values.ts";

/*
 * A protocol that is made up, with codes of 16 bits and options in options: a lease holds addresses, an address holds a status.
 */

const U32: ValueType = { kind: "u32" };

const STATUS = define(
  13,
  "status",
  {
    kind: "record",
    fields: [
      { name: "code", type: { kind: "u16" } },
      { name: "message", type: { kind: "text", min: 0 } },
    ],
  },
  "made up",
);
const ADDRESS = define(
  5,
  "address",
  {
    kind: "record",
    fields: [
      { name: "address", type: { kind: "ipv6" } },
      { name: "lifetime", type: U32 },
      { name: "options", type: container([STATUS], 2) },
    ],
  },
  "made up",
  { repeats: true },
);
const VENDOR_OPTIONS = container([{ code: 300, name: "speed", type: U32 }], 2);

const DICTIONARY = optionDictionary(
  [
    define(
      3,
      "lease",
      {
        kind: "record",
        fields: [
          { name: "id", type: U32 },
          { name: "options", type: container([ADDRESS, STATUS], 2) },
        ],
      },
      "made up",
      { repeats: true },
    ),
    ADDRESS,
    define(8, "elapsed", { kind: "u16" }, "made up", { aliases: ["elapsed_time"] }),
    STATUS,
    define(17, "vendor", { kind: "enterprises", size: 0, of: container([], 2), types: { 4491: VENDOR_OPTIONS } }, "made up", {
      repeats: true,
    }),
    define(60_000, "name", { kind: "domain" }, "made up", { protocol: true }),
  ],
  2,
);

const MESSAGE = container(DICTIONARY.options, DICTIONARY.codeSize);

function bytes(text: string): Uint8Array {
  const value = fromHex(text);
  assert.ok(value);
  return value;
}

function encoded(value: JsonValue): string {
  const result = encodeValue(MESSAGE, value);
  assert.ok(result.ok, JSON.stringify(result));
  return toHex(result.data);
}

function decoded(hex: string): JsonValue {
  const result = decodeValue(MESSAGE, bytes(hex));
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

describe("a dictionary of 16-bit codes", () => {
  test("finds an option by code, name and alias", () => {
    for (const definition of DICTIONARY.options) {
      assert.equal(DICTIONARY.byCode(definition.code), definition);
      for (const name of [definition.name, ...definition.aliases]) assert.equal(DICTIONARY.byName(name), definition);
    }
    assert.deepEqual([DICTIONARY.byCode(4), DICTIONARY.byName("address_")], [undefined, undefined]);
    assert.deepEqual([DICTIONARY.codeOf("name"), DICTIONARY.codeOf("lease")], [60_000, 3]);
  });

  test("knows the options of fixed length; what holds options has none", () => {
    assert.deepEqual([8, 3, 5, 17, 4].map(DICTIONARY.fixedLength), [2, -1, -1, -1, -1]);
  });
});

describe("options in options", () => {
  const lease = "0003 002c 00000007 0005 001e 20010db8000000000000000000000001 00000e10 000d 0006 0000 6e696365 000d 0002 0002".replaceAll(
    " ",
    "",
  );

  test("are written and read to any depth of the table", () => {
    const value = {
      lease: [
        {
          id: 7,
          options: {
            address: [{ address: "2001:db8::1", lifetime: 3600, options: { status: { code: 0, message: "nice" } } }],
            status: { code: 2, message: "" },
          },
        },
      ],
    };
    assert.equal(encoded(value), lease);
    assert.deepEqual(decoded(lease), value);
  });

  test("may repeat where their definition says so; a single one needs no list", () => {
    assert.equal(encoded({ vendor: { 1: {} } }), "0011000400000001");
    assert.deepEqual(decoded("0011000400000001 0008000201f4 0011000400000002".replaceAll(" ", "")), {
      vendor: [{ 1: {} }, { 2: {} }],
      elapsed: 500,
    });
    assert.deepEqual(decodeValue(MESSAGE, bytes("00080002000100080002000 1".replaceAll(" ", ""))), {
      ok: false,
      problem: "sub-option 8 occurs twice",
    });
  });

  test("of an enterprise take the rest of its option, which has no length of its own", () => {
    const value = { vendor: [{ 4491: { speed: 1 } }] };
    assert.equal(encoded(value), "0011000c0000118b012c000400000001");
    assert.deepEqual(decoded("0011000c0000118b012c000400000001"), value);
    const two = encodeValue(MESSAGE, { vendor: { 1: {}, 2: {} } });
    assert.deepEqual(two, { ok: false, problem: "must have one enterprise", path: ["vendor"] });
  });

  test("without a definition, or not as it prescribes, are bytes and hide no other", () => {
    const value = { 65535: { type: "hex", value: "00" }, elapsed: { type: "hex", value: "01" }, name: "a.b" };
    assert.deepEqual(decoded(encoded(value)), value);
    assert.deepEqual(decoded("0003000100"), { lease: [{ type: "hex", value: "00" }] });
  });

  test("a problem is told with its place", () => {
    const wrong = encodeValue(MESSAGE, {
      lease: [
        { id: 1, options: {} },
        { id: 2, options: { address: [{ address: "x" }] } },
      ],
    });
    assert.deepEqual(wrong, {
      ok: false,
      problem: "must be an IPv6 address such as 2001:db8::1",
      path: ["lease", 1, "options", "address", 0, "address"],
    });
    assert.equal(encodeValue(MESSAGE, { 65536: { type: "hex", value: "" } }).ok, false);
    const long = encodeValue(MESSAGE, { 9: { type: "hex", value: "00".repeat(65536) } });
    assert.deepEqual(long, { ok: false, problem: "has 65536 bytes; a sub-option holds at most 65535", path: ["9"] });
  });

  test("a header or a value that is cut off is a problem, wherever the end is", () => {
    const whole = bytes(lease);
    for (let end = 1; end < whole.length; end++) assert.equal(decodeValue(MESSAGE, whole.subarray(0, end)).ok, false, String(end));
    assert.deepEqual(decoded("00110003000000"), { vendor: [{ type: "hex", value: "000000" }] });
  });

  test("any values come back from their bytes", () => {
    const u32 = fc.nat(0xffffffff);
    const status = fc.record({ code: fc.nat(65535), message: fc.stringMatching(/^[a-z ]{0,300}$/) });
    const optional: { requiredKeys: [] } = { requiredKeys: [] };
    const address = fc.record({
      address: fc.constantFrom("2001:db8::1", "::", "fe80::2"),
      lifetime: u32,
      options: fc.record({ status }, optional),
    });
    const lease = fc.record({
      id: u32,
      options: fc.record({ address: fc.array(address, { minLength: 1, maxLength: 4 }), status }, optional),
    });
    const vendor = fc.oneof(fc.record({ 4491: fc.record({ speed: u32 }) }), fc.constant({ 9: {} }));
    const message = fc.record(
      {
        lease: fc.array(lease, { minLength: 1, maxLength: 3 }),
        elapsed: fc.nat(65535),
        vendor: fc.array(vendor, { minLength: 1, maxLength: 3 }),
        name: fc.constant("host.example.org"),
      },
      optional,
    );
    fc.assert(fc.property(message, (value) => assert.deepEqual(decoded(encoded(value as JsonValue)), structuredClone(value))));
  });

  test("any bytes are read or refused, and what was read gives the same bytes again", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(3, 5, 8, 13, 17, 9, 60_000), fc.uint8Array({ maxLength: 40 }))), (list) => {
        const data = list.flatMap(([code, value]) => [code >>> 8, code & 255, 0, value.length, ...value]);
        const first = decodeValue(MESSAGE, Uint8Array.from(data));
        if (!first.ok) return;
        assert.deepEqual(decoded(encoded(first.value)), first.value);
      }),
    );
  });
});
