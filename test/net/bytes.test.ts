import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BytesMap, equalBytes, fromHex, hashBytes, readU16, readU32, toHex, writeBytes, writeU16, writeU32 } from "../../src/net/bytes.ts";

const anyBytes = fc.uint8Array({ maxLength: 40 });

test("hex is read with and without separators, and every byte string survives it", () => {
  const cases: [string, number[] | undefined][] = [
    ["", []],
    ["0aFF", [10, 255]],
    ["0x0aff", [10, 255]],
    ["0a:ff", [10, 255]],
    ["0a-ff", [10, 255]],
    ["0a ff", [10, 255]],
    ["0af", undefined],
    ["zz", undefined],
  ];
  for (const [text, bytes] of cases) assert.deepEqual(fromHex(text), bytes && Uint8Array.from(bytes), text);
  fc.assert(fc.property(anyBytes, (bytes) => assert.deepEqual(fromHex(toHex(bytes)), bytes)));
});

test("the hash of a byte string never changes, for addresses are placed by it", () => {
  assert.deepEqual(
    [[], [0], [1, 2, 3, 4, 5, 6]].map((bytes) => hashBytes(Uint8Array.from(bytes))),
    [2872998923, 91794203, 159984536],
  );
});

test("equal byte strings are equal by content", () => {
  fc.assert(
    fc.property(anyBytes, anyBytes, (a, b) => {
      assert.equal(equalBytes(a, b), toHex(a) === toHex(b));
      assert.ok(equalBytes(a, a.slice()));
    }),
  );
});

test("a map of byte strings behaves as a map of their hex text, and keeps its own copies of the keys", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.uint8Array({ maxLength: 2 }), fc.integer())), (entries) => {
      const map = new BytesMap<number>();
      const model = new Map<string, number>();
      for (const [key, value] of entries) {
        const shared = key.slice();
        map.set(shared, value);
        shared.fill(77);
        model.set(toHex(key), value);
      }
      assert.equal(map.size, model.size);
      for (const [key, value] of model) assert.equal(map.get(fromHex(key) as Uint8Array), value);
      assert.equal(map.get(new Uint8Array(9)), undefined);
    }),
  );
});

test("numbers are unsigned and in network order, and what is written stays in its place", () => {
  const bytes = new Uint8Array(10).fill(0xee);
  writeU16(bytes, 1, 0x8001);
  writeU32(bytes, 4, 0xfedcba98);
  assert.equal(toHex(bytes), "ee8001eefedcba98eeee");
  assert.deepEqual([readU16(bytes, 1), readU32(bytes, 4)], [0x8001, 0xfedcba98]);
});

test("bytes are copied, few or many, to their place", () => {
  for (const length of [0, 1, 32, 33, 100]) {
    const from = Uint8Array.from({ length }, (_, i) => i + 1);
    const bytes = new Uint8Array(length + 3).fill(0xee);
    writeBytes(bytes, 2, from);
    assert.deepEqual(bytes, Uint8Array.of(0xee, 0xee, ...from, 0xee));
  }
});
