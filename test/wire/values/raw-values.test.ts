import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../../src/net/bytes.ts";
import { encodeRaw, isRawForm, isRawType, RAW_TYPES, type RawType } from "../../../src/wire/values/values.ts";

const accepted: [type: RawType, value: unknown, data: string][] = [
  ["ip", "10.0.0.1", "0a000001"],
  ["ip", ["10.0.0.1", "10.0.0.2"], "0a0000010a000002"],
  ["ip_list", ["10.0.0.1"], "0a000001"],
  ["domain", "a.b", "0161016200"],
  ["domain", ["x.example", "y.example"], "0178076578616d706c65000179c002"],
  ["domain_list", ["a"], "016100"],
  ["str", "ab", "6162"],
  ["str", ["ab", "c"], "616263"],
  ["str", "", ""],
  ["str", "ü", "c3bc"],
  ["u8", 255, "ff"],
  ["u8", [1, 2], "0102"],
  ["u16", 258, "0102"],
  ["u32", 0xffffffff, "ffffffff"],
  ["i8", -1, "ff"],
  ["i16", -2, "fffe"],
  ["i32", -18000, "ffffb9b0"],
  ["bool", [true, false], "0100"],
  ["b64", "AQID", "010203"],
  ["b64", "AQI", "0102"],
  ["b64", "AQI=", "0102"],
  ["b64", "AQ", "01"],
  ["b64", "", ""],
  ["hex", "", ""],
  ["hex", "0aff", "0aff"],
  ["hex", "0a:ff", "0aff"],
  ["sub_option", { 1: { type: "ip", value: "10.0.0.1" }, 2: { type: "str", value: "a" } }, "01040a000001020161"],
  ["sub_option", { 9: { type: "sub_option", value: { 1: { type: "u8", value: 7 } } } }, "0903010107"],
  ["sub_option", {}, ""],
];

for (const [type, value, data] of accepted) {
  test(`raw ${type}: ${JSON.stringify(value)}`, () => {
    const result = encodeRaw(type, value);
    assert.ok(result.ok, JSON.stringify(result));
    assert.equal(toHex(result.data), data);
  });
}

const refused: [type: RawType, value: unknown, path: (string | number)[]][] = [
  ["ip", "10.0.0", []],
  ["ip", ["10.0.0.1", 5], [1]],
  ["domain", "a..b", []],
  ["str", 5, []],
  ["u8", 256, []],
  ["u8", -1, []],
  ["u16", "5", []],
  ["u16", 1.5, []],
  ["i8", -129, []],
  ["bool", "true", []],
  ["bool", 1, []],
  ["b64", "A", []],
  ["b64", "A?==", []],
  ["hex", "0", []],
  ["hex", ["00"], []],
  ["sub_option", { 256: { type: "u8", value: 1 } }, ["256"]],
  ["sub_option", { 1: 5 }, ["1"]],
  ["sub_option", { 1: { type: "u8", value: [1, 300] } }, ["1", "value", 1]],
  ["sub_option", { 1: { type: "hex", value: "00".repeat(256) } }, ["1"]],
  ["sub_option", [], []],
];

for (const [type, value, path] of refused) {
  test(`raw ${type} refuses ${JSON.stringify(value).slice(0, 60)}`, () => {
    const result = encodeRaw(type, value);
    assert.ok(!result.ok);
    assert.deepEqual(result.path, path);
    assert.ok(result.problem.length > 0);
  });
}

test("base64 is read with and without padding", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      const text = Buffer.from(bytes).toString("base64");
      for (const form of [text, text.replaceAll("=", "")]) assert.deepEqual(encodeRaw("b64", form), { ok: true, data: bytes });
    }),
  );
});

test("a raw form is a map with a known type and a value, and nothing more", () => {
  assert.ok(isRawForm({ type: "u8", value: undefined }));
  for (const value of [{ type: "u8" }, { type: "u64", value: 1 }, { type: "u8", value: 1, always: true }, null, "u8", ["u8", 1]])
    assert.equal(isRawForm(value), false);
  assert.deepEqual(RAW_TYPES.filter(isRawType), RAW_TYPES);
});

test("any value of any raw type gives bytes or a reason", () => {
  fc.assert(
    fc.property(fc.constantFrom(...RAW_TYPES), fc.anything(), (type, value) => {
      const result = encodeRaw(type, value);
      if (!result.ok) assert.ok(result.problem.length > 0);
    }),
    { numRuns: 3000 },
  );
});
