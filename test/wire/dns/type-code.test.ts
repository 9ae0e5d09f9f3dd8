import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfRcode, nameOfType, Rcode, RecordType } from "../../../src/wire/dns/type-code.ts";

test("types and results have names, and others their number", () => {
  assert.deepEqual([RecordType.A, RecordType.TSIG, RecordType.ANY, 65].map(nameOfType), ["A", "TSIG", "ANY", "TYPE65"]);
  assert.deepEqual([0, Rcode.NOTAUTH, 11, 16, Rcode.BADTRUNC, 4095].map(nameOfRcode), [
    "NOERROR",
    "NOTAUTH",
    "RCODE11",
    "BADSIG",
    "BADTRUNC",
    "RCODE4095",
  ]);
});
