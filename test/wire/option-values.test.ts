import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toHex } from "../../src/net/bytes.ts";
import { encodeOption } from "../../src/wire/option-values.ts";
import type { ValueType } from "../../src/wire/values/values.ts";

const U16: ValueType = { kind: "u16" };
const LIST: ValueType = { kind: "list", of: U16 };
const ONE_ENTERPRISE: ValueType = { kind: "enterprises", size: 0, of: LIST };
const ENTERPRISES: ValueType = { kind: "enterprises", of: LIST };

describe("the options that a value takes", () => {
  const cases: readonly [name: string, type: ValueType, repeats: boolean, value: unknown, values: readonly string[]][] = [
    ["one", U16, false, 1, ["0001"]],
    ["a list in one", LIST, false, [1, 2], ["00010002"]],
    ["a list of options that repeat", U16, true, [1, 2], ["0001", "0002"]],
    ["one that could repeat", U16, true, 1, ["0001"]],
    ["lists of options that repeat", LIST, true, [[1, 2], 3], ["00010002", "0003"]],
    ["an enterprise", ONE_ENTERPRISE, true, { 9: 1 }, ["000000090001"]],
    ["several enterprises, one in each", ONE_ENTERPRISE, true, { 9: 1, 4491: [2, 3] }, ["000000090001", "0000118b00020003"]],
    ["maps of one enterprise each", ONE_ENTERPRISE, true, [{ 9: 1 }, { 9: 2 }], ["000000090001", "000000090002"]],
    ["several enterprises in one", ENTERPRISES, false, { 9: 1, 4491: 2 }, ["00000009020001 0000118b020002"]],
  ];
  for (const [name, type, repeats, value, values] of cases) {
    test(name, () => {
      const result = encodeOption({ type, repeats }, value);
      assert.deepEqual(
        result.ok && result.values.map(toHex),
        values.map((one) => one.replaceAll(" ", "")),
      );
    });
  }

  const problems: readonly [name: string, type: ValueType, repeats: boolean, value: unknown, path: readonly unknown[], problem: RegExp][] =
    [
      ["a list where there can be one", U16, false, [1, 2], [], /whole number/],
      ["an empty list", U16, true, [], [], /must not be an empty list/],
      ["in one of a list", U16, true, [1, "x"], [1], /whole number/],
      ["in one of several enterprises", ONE_ENTERPRISE, true, { 9: 1, 10: [2, "x"] }, ["10", 1], /whole number/],
      ["a key that is no enterprise", ONE_ENTERPRISE, true, { 9: 1, x: 2 }, ["x"], /enterprise number/],
      ["no enterprise", ONE_ENTERPRISE, true, {}, [], /one enterprise/],
      ["null", ONE_ENTERPRISE, true, null, [], /map/],
    ];
  for (const [name, type, repeats, value, path, problem] of problems) {
    test(`a problem and its place: ${name}`, () => {
      const result = encodeOption({ type, repeats }, value);
      assert.ok(!result.ok);
      assert.deepEqual(result.path, path);
      assert.match(result.problem, problem);
    });
  }
});
