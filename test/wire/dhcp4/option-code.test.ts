import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionCode } from "../../../src/wire/dhcp4/option-code.ts";
import { optionByCode } from "../../../src/wire/dhcp4/option-table.ts";

test("every name that the programs use stands for an option of the table, and no two for the same", () => {
  const codes = Object.values(OptionCode);
  assert.equal(new Set(codes).size, codes.length);
  for (const code of codes) assert.notEqual(optionByCode(code), undefined);
  assert.deepEqual(
    [OptionCode.subnetMask, OptionCode.requestedIpAddress, OptionCode.dhcpMessageType, OptionCode.relayAgentInformation],
    [1, 50, 53, 82],
  );
});
