import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  INFINITY,
  iaAddressOption,
  iaOption,
  iaPrefixOption,
  readIaAddress,
  readIaNa,
  readIaPd,
  readIaPrefix,
  readIaTa,
  statusOf,
  statusOption,
} from "../../../src/wire/dhcp6/identity-association.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { readOptions } from "../../../src/wire/dhcp6/options.ts";
import { StatusCode } from "../../../src/wire/dhcp6/status-code.ts";
import { address, anyOption, anyPrefix, hex, option, prefix } from "./arbitrary.ts";

const ADDRESS = "20010db8000000000000000000000001";
const STATUS = option(13, "0002 6e6f6e65");

describe("what is written (RFC 8415 sections 21.4, 21.6, 21.13, 21.21, 21.22)", () => {
  const cases: readonly [name: string, written: ReturnType<typeof option>, code: number, bytes: string][] = [
    ["an IA_NA without addresses", iaOption(3, 7, 0, 0, []), 3, "00000007 00000000 00000000"],
    [
      "an IA_NA with an address",
      iaOption(OptionCode.iaNa, 0xfffffffe, 1800, 2880, [iaAddressOption(address("2001:db8::1"), 3000, INFINITY)]),
      3,
      `fffffffe 00000708 00000b40 0005 0018 ${ADDRESS} 00000bb8 ffffffff`,
    ],
    ["an address in a prefix of 128 bits", iaAddressOption(prefix("2001:db8::1/128"), 1, 2), 5, `${ADDRESS} 00000001 00000002`],
    [
      "an address with a status",
      iaAddressOption(address("2001:db8::1"), 0, 0, [statusOption(StatusCode.NoAddrsAvail, "none")]),
      5,
      `${ADDRESS} 00000000 00000000 000d 0006 0002 6e6f6e65`,
    ],
    [
      "an IA_PD with a prefix",
      iaOption(OptionCode.iaPd, 1, 2, 3, [iaPrefixOption(prefix("2001:db8:1::/48"), 4, 5, [option(67, "3000")])]),
      25,
      "00000001 00000002 00000003 001a 001f 00000004 00000005 30 20010db8000100000000000000000000 0043 0002 3000",
    ],
    ["a status without a text", statusOption(StatusCode.Success), 13, "0000"],
  ];
  for (const [name, written, code, bytes] of cases) test(name, () => assert.deepEqual(written, { code, data: hex(bytes) }));
});

describe("what is read", () => {
  test("an association, its times and options", () => {
    const data = hex("00000007 00000708 ffffffff 000d 0006 0002 6e6f6e65");
    assert.deepEqual(readIaNa(data), { iaid: 7, t1: 1800, t2: INFINITY, options: [STATUS] });
    assert.deepEqual(readIaPd(data), readIaNa(data));
    assert.deepEqual(readIaTa(hex("ffffffff 000d 0006 0002 6e6f6e65")), { iaid: 0xffffffff, options: [STATUS] });
  });

  test("an address", () => {
    assert.deepEqual(readIaAddress(hex(`${ADDRESS} 00000001 80000000 000d 0006 0002 6e6f6e65`)), {
      address: address("2001:db8::1"),
      preferredLifetime: 1,
      validLifetime: 0x80000000,
      options: [STATUS],
    });
  });

  const prefixes: readonly [name: string, bytes: string, expected: string | undefined][] = [
    ["as it should be", "30 20010db8000100000000000000000000", "2001:db8:1::/48"],
    ["with bits behind its length", "2c 20010db8000fffffffffffffffffffff", "2001:db8::/44"],
    ["that is only a length: a hint (RFC 8168)", "38 00000000000000000000000000000000", "::/56"],
    ["of no bits", "00 ffffffffffffffffffffffffffffffff", "::/0"],
    ["of 128 bits", `80 ${ADDRESS}`, "2001:db8::1/128"],
    ["of more bits than there are", `81 ${ADDRESS}`, undefined],
  ];
  for (const [name, bytes, expected] of prefixes) {
    test(`a prefix ${name}`, () => {
      const read = readIaPrefix(hex(`00000001 00000002 ${bytes} 000d 0006 0002 6e6f6e65`));
      const value = expected && { prefix: prefix(expected), preferredLifetime: 1, validLifetime: 2, options: [STATUS] };
      assert.deepEqual(read, value);
    });
  }

  const readers = [
    [readIaNa, 12],
    [readIaTa, 4],
    [readIaAddress, 24],
    [readIaPrefix, 25],
  ] as const;
  for (const [read, least] of readers) {
    test(`${read.name}: nothing of less than ${least} bytes`, () => {
      for (let size = 0; size < least; size++) assert.equal(read(new Uint8Array(size)), undefined);
      assert.deepEqual(read(new Uint8Array(least))?.options, []);
    });
  }

  const statuses: readonly [options: readonly ReturnType<typeof option>[], status: number][] = [
    [[], 0],
    [[option(14), STATUS], 2],
    [[option(13, "00"), STATUS], 2],
    [[statusOption(StatusCode.NotOnLink), STATUS], 4],
  ];
  for (const [options, status] of statuses)
    test(`status ${status} of ${options.length} options`, () => assert.equal(statusOf(options), status));
});

test("what is written is read again", () => {
  const u32 = fc.nat(INFINITY);
  fc.assert(
    fc.property(u32, u32, u32, anyPrefix, fc.array(anyOption, { maxLength: 3 }), (iaid, preferredLifetime, validLifetime, any, options) => {
      const leased = iaPrefixOption(any, preferredLifetime, validLifetime, options);
      const ia = readIaPd(iaOption(OptionCode.iaPd, iaid, preferredLifetime, validLifetime, [leased]).data);
      assert.deepEqual(ia, { iaid, t1: preferredLifetime, t2: validLifetime, options: [leased] });
      assert.deepEqual(readIaPrefix(leased.data), { prefix: any, preferredLifetime, validLifetime, options });
      const single = iaAddressOption(any, preferredLifetime, validLifetime, options);
      assert.deepEqual(readIaAddress(single.data), { address: any.slice(0, 16), preferredLifetime, validLifetime, options });
    }),
  );
});

test("what is written owns its bytes", () => {
  const from = address("2001:db8::1");
  const { data } = iaAddressOption(from, 1, 2);
  from.fill(0);
  assert.deepEqual(data.subarray(0, 16), address("2001:db8::1"));
  assert.deepEqual(readOptions(iaOption(3, 1, 2, 3, [STATUS]).data.subarray(12)), [STATUS]);
});
