import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import {
  hasOption,
  optionRequest,
  optionU8,
  optionU16,
  optionU32,
  optionValue,
  optionValues,
  readOptions,
  requestedOptions,
} from "../../../src/wire/dhcp6/options.ts";
import { hex, option } from "./arbitrary.ts";

const OPTIONS = [option(1, "aa"), option(7, "05"), option(1, "bb"), option(8, "0102"), option(32, "80000001"), option(14)];

test("of options that repeat the first counts, or all do", () => {
  assert.deepEqual(optionValue(OPTIONS, 1), hex("aa"));
  assert.deepEqual(optionValues(OPTIONS, 1), [hex("aa"), hex("bb")]);
  assert.deepEqual([optionValue(OPTIONS, 2), optionValues(OPTIONS, 2)], [undefined, []]);
  assert.deepEqual([hasOption(OPTIONS, 14), hasOption(OPTIONS, 2)], [true, false]);
});

test("numbers have their length or are not there", () => {
  assert.deepEqual([optionU8(OPTIONS, 7), optionU16(OPTIONS, 8), optionU32(OPTIONS, 32)], [5, 0x0102, 0x80000001]);
  assert.deepEqual(
    [optionU8(OPTIONS, 8), optionU16(OPTIONS, 7), optionU32(OPTIONS, 8), optionU8(OPTIONS, 99)],
    new Array(4).fill(undefined),
  );
});

describe("options in a value", () => {
  const cases: readonly [bytes: string, options: readonly ReturnType<typeof option>[]][] = [
    ["", []],
    ["000e 0000 0008 0002 0102", [option(14), option(8, "0102")]],
    ["000e 0000 0008 0003 0102", [option(14)]],
    ["000e 0000 0008 00", [option(14)]],
  ];
  for (const [bytes, options] of cases) test(bytes || "none", () => assert.deepEqual(readOptions(hex(bytes)), options));

  test("any bytes are some", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const size = readOptions(bytes).reduce((sum, { data }) => sum + 4 + data.length, 0);
        assert.ok(size <= bytes.length);
      }),
    );
  });
});

test("requested options are those of every Option Request option, without half a code", () => {
  const ask = (data: string): ReturnType<typeof option> => option(OptionCode.optionRequest, data);
  assert.deepEqual(requestedOptions([ask("0017 0018"), option(8, "0001"), ask("0052 00")]), [23, 24, 82]);
  assert.deepEqual(requestedOptions([]), []);
  assert.deepEqual(optionRequest([23, 300]), ask("0017 012c"));
});
