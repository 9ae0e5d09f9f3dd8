import assert from "node:assert/strict";
import { test } from "node:test";
import * as wire from "../../src/wire/index.ts";

test("the public surface of leasehold/wire is what is documented", () => {
  assert.deepEqual(Object.keys(wire).sort(), ["RAW_TYPES", "decodeValue", "dhcp4", "encodeRaw", "encodeValue", "frames", "isRawType"]);
  assert.deepEqual(Object.keys(wire.dhcp4).sort(), [
    "BROADCAST_FLAG",
    "DEFAULT_MAX_MESSAGE_SIZE",
    "LARGEST_MESSAGE_SIZE",
    "MIN_MESSAGE_SIZE",
    "MessageType",
    "OPTIONS",
    "Op",
    "PROBLEM_TEXT",
    "RelaySubOption",
    "decode",
    "encode",
    "encodeMessage",
    "formatMessage",
    "messageType",
    "optionByCode",
    "optionByName",
    "optionIpv4",
    "optionU16",
    "optionU32",
    "optionU8",
    "optionValue",
    "subOption",
  ]);
});
