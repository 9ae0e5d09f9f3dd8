import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseDomainName, readDomainName, readDomainNames, writeDomainName } from "../../../src/wire/values/domain-name.ts";

function wire(names: readonly string[], compress: boolean): Uint8Array {
  const out: number[] = [];
  const compression = compress ? new Map<string, number>() : undefined;
  for (const name of names) {
    const labels = parseDomainName(name);
    assert.ok(typeof labels !== "string", labels as string);
    writeDomainName(labels, out, compression);
  }
  return Uint8Array.from(out);
}

test("names that can't be written are refused with a reason", () => {
  const cases: [string, RegExp][] = [
    ["a..b", /empty label/],
    [".a", /empty label/],
    ["..", /empty label/],
    ["a".repeat(64), /more than 63/],
    [`${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(62)}`, /longer than 255/],
    ["bücher.example", /xn--/],
    ["a b", /printable ASCII/],
    ["a\\", /backslash/],
    ["a\\256", /backslash/],
  ];
  for (const [name, problem] of cases) {
    const result = parseDomainName(name);
    assert.ok(typeof result === "string", name);
    assert.match(result, problem, name);
  }
});

test("the longest name and the longest label fit", () => {
  const longest = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(61)}`;
  const bytes = wire([longest], false);
  assert.equal(bytes.length, 255);
  assert.deepEqual(readDomainNames(bytes), [longest]);
});

test("names are compressed within a list, by their longest known ending (RFC 1035 section 4.1.4)", () => {
  const names = ["eng.apple.com", "marketing.apple.com", "apple.com", "com", "eng.apple.com", ""];
  const bytes = wire(names, true);
  assert.equal(bytes.length, 15 + 12 + 2 + 2 + 2 + 1);
  assert.deepEqual(readDomainNames(bytes), names);
});

test("an ending beyond the reach of a pointer is written in full", () => {
  const filler = Array.from(
    { length: 90 },
    (_, i) => `${String(i).padStart(3, "0")}${"x".repeat(60)}.${"y".repeat(63)}.${String(i)}${"z".repeat(59)}.f${i}`,
  );
  const names = [...filler, "late.example", "late.example"];
  const bytes = wire(names, true);
  assert.ok(bytes.length > 0x4000);
  assert.deepEqual(readDomainNames(bytes), names);
});

test("lists of names survive, compressed or not", () => {
  const name = fc
    .array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 3 })
    .map((labels) =>
      labels
        .map((label) =>
          [...label]
            .map((byte) =>
              byte > 32 && byte < 127 && byte !== 46 && byte !== 92
                ? String.fromCharCode(byte)
                : byte === 46 || byte === 92
                  ? `\\${String.fromCharCode(byte)}`
                  : `\\${String(byte).padStart(3, "0")}`,
            )
            .join(""),
        )
        .join("."),
    );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 8 }), fc.boolean(), (names, compress) => {
      assert.deepEqual(readDomainNames(wire(names, compress)), names);
    }),
  );
});

test("pointers that loop, point forwards or at themselves end the reading", () => {
  for (const bytes of [
    [0xc0, 0],
    [1, 97, 0xc0, 0],
    [0xc0, 2, 0xc0, 0],
    [1, 97, 0, 0xc0, 3],
    [1, 97, 0xc0, 2],
    [0xc0, 5, 0, 0, 0, 0],
  ]) {
    const result = readDomainNames(Uint8Array.from(bytes));
    assert.ok(typeof result === "string", JSON.stringify(bytes));
    assert.match(result, /backwards/);
  }
});

test("a chain of pointers backwards is followed", () => {
  assert.deepEqual(readDomainNames(Uint8Array.of(1, 97, 0, 1, 98, 0xc0, 0, 1, 99, 0xc0, 3, 0xc0, 7)), ["a", "b.a", "c.b.a", "c.b.a"]);
});

test("a name that ends with the data is told from one that ends with the root", () => {
  assert.deepEqual(readDomainName(Uint8Array.of(1, 97), 0, 2), { name: "a", terminated: false, next: 2, length: 3 });
  assert.deepEqual(readDomainName(Uint8Array.of(1, 97, 0, 9), 0, 4), { name: "a", terminated: true, next: 3, length: 3 });
});

test("many pointers to one long name neither take long nor grow without bound", () => {
  const bytes = new Uint8Array(65535);
  bytes.set(wire([`${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}`], false));
  for (let at = 194; at + 1 < bytes.length; at += 2) bytes.set([0xc0, 0], at);
  const start = performance.now();
  const result = readDomainNames(bytes);
  assert.ok(typeof result === "string");
  assert.match(result, /65535/);
  assert.ok(performance.now() - start < 1000);
});

test("any bytes give names or a reason", () => {
  const byte = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(0xc0), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 60 }), (bytes) => {
      const result = readDomainNames(Uint8Array.from(bytes));
      assert.ok(typeof result === "string" ? result.length > 0 : result.length <= bytes.length);
    }),
    { numRuns: 5000 },
  );
});
