import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { optionByCode } from "../../../src/wire/dhcp6/option-table.ts";

test("every name that the programs use stands for an option of the table, and no two for the same", () => {
  const codes = Object.values(OptionCode);
  assert.equal(new Set(codes).size, codes.length);
  for (const code of codes) assert.notEqual(optionByCode(code), undefined);
  assert.deepEqual(
    [OptionCode.clientIdentifier, OptionCode.iaNa, OptionCode.iaAddress, OptionCode.relayMessage, OptionCode.iaPd, OptionCode.iaPrefix],
    [1, 3, 5, 9, 25, 26],
  );
});
