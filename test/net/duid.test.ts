import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "../../src/net/bytes.ts";
import {
  DuidType,
  duidEn,
  duidLl,
  duidLlt,
  duidTime,
  duidType,
  duidUuid,
  formatDuid,
  hardwareOfDuid,
  isDuid,
  parseDuid,
  timeOfDuid,
} from "../../src/net/duid.ts";

const hex = (text: string): Uint8Array => fromHex(text) ?? assert.fail(text);
const ETHERNET = { type: 1, address: hex("020000000010") };
/** 2024-01-01 00:00 UTC. */
const NEW_YEAR = 1704067200;

describe("DUIDs of each type (RFC 8415 section 11)", () => {
  const made: readonly [name: string, duid: Uint8Array, bytes: string, type: number][] = [
    ["LLT, its time since 2000", duidLlt(ETHERNET, duidTime(NEW_YEAR)), "0001 0001 2d24bd00 020000000010", DuidType.LLT],
    ["EN", duidEn(9, hex("0cc084d3030009")), "0002 00000009 0cc084d3030009", DuidType.EN],
    ["LL", duidLl({ type: 32, address: hex("00112233445566778899") }), "0003 0020 00112233445566778899", DuidType.LL],
    ["UUID", duidUuid(hex("00112233445566778899aabbccddeeff")), "0004 00112233445566778899aabbccddeeff", DuidType.UUID],
  ];
  for (const [name, duid, bytes, type] of made) {
    test(name, () => {
      assert.equal(toHex(duid), toHex(hex(bytes)));
      assert.equal(duidType(duid), type);
      assert.deepEqual(parseDuid(formatDuid(duid)), duid);
    });
  }

  test("the time counts from 2000 and wraps after 2^32 seconds", () => {
    assert.deepEqual([duidTime(946684800), duidTime(946684801), duidTime(946684800 + 2 ** 32)], [0, 1, 0]);
    assert.equal(timeOfDuid(duidLlt(ETHERNET, duidTime(NEW_YEAR))), NEW_YEAR);
    assert.deepEqual([timeOfDuid(duidLl(ETHERNET)), timeOfDuid(hex("00010001000000"))], [undefined, undefined]);
  });
});

describe("the hardware address in a DUID", () => {
  const cases: readonly [duid: string, type: number | undefined, address?: string][] = [
    ["0001 0001 2d24bd00 020000000010", 1, "020000000010"],
    ["0003 0020 00112233445566778899", 32, "00112233445566778899"],
    ["0003 0001", undefined],
    ["0003 00", undefined],
    ["0001 0001 2d24bd00", undefined],
    ["0002 00000009 020000000010", undefined],
    ["0004 00112233445566778899aabbccddeeff", undefined],
    ["00", undefined],
    ["", undefined],
  ];
  for (const [duid, type, address] of cases) {
    test(`${duid || "nothing"}: ${address ?? "none"}`, () => {
      const found = hardwareOfDuid(hex(duid));
      assert.deepEqual(found, type === undefined ? undefined : { type, address: hex(address as string) });
    });
  }

  test("any bytes have one or none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 140 }), (bytes) => {
        const found = hardwareOfDuid(bytes);
        assert.ok(found === undefined || found.address.length > 0);
        assert.equal(typeof duidType(bytes), "number");
      }),
    );
  });
});

test("a DUID has 3 to 130 bytes", () => {
  const sizes = [0, 2, 3, 4, 130, 131];
  assert.deepEqual(
    sizes.filter((size) => isDuid(new Uint8Array(size))),
    [3, 4, 130],
  );
  assert.deepEqual([parseDuid("0003"), parseDuid("00".repeat(131)), parseDuid("00:03:0"), parseDuid("DUID")], new Array(4).fill(undefined));
  assert.deepEqual(parseDuid("00-03-00-01-02"), hex("0003000102"));
  assert.equal(formatDuid(hex("0003000a")), "00:03:00:0a");
});
