import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ipv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { ADDRESS_TEXT, ALL_ADDRESSES, addressesWithin, compareLeased, parseLeased } from "../../../src/server/dhcp6/operations.ts";

const leased = (text: string) => parseLeased(text) as Uint8Array;

describe("the addresses and prefixes of an operation", () => {
  const TEXTS: readonly (readonly [text: string, read: string | undefined])[] = [
    ["2001:db8::1-2001:db8::2", "2001:db8::1-2001:db8::2"],
    ["2001:DB8:0::/56 - 2001:db8::ff", "2001:db8::/56-2001:db8::ff"],
    ["2001:db8::2-2001:db8::1", undefined],
    ["2001:db8::1", undefined],
    ["2001:db8::1-", undefined],
    ["2001:db8::1/64-2001:db8::2", undefined],
    ["10.0.0.1-10.0.0.2", undefined],
  ];
  for (const [text, read] of TEXTS) {
    test(`${text} is ${read ?? "nothing"}`, () => {
      const addresses = ADDRESS_TEXT.parse(text);
      assert.equal(addresses && ADDRESS_TEXT.format(addresses), read);
    });
  }

  const WITHIN: readonly (readonly [prefix: string, text: string, isWithin: boolean])[] = [
    ["2001:db8::/56", "2001:db8::/56", true],
    ["2001:db8::/56", "2001:db8::/64", true],
    ["2001:db8::/56", "2001:db8:0:ff::/64", true],
    ["2001:db8::/56", "2001:db8:0:ff:ffff:ffff:ffff:ffff", true],
    ["2001:db8::/56", "2001:db8::/48", false],
    ["2001:db8::/56", "2001:db8:0:100::", false],
    ["2001:db8::5", "2001:db8::5", true],
    ["2001:db8::5", "2001:db8::6", false],
  ];
  for (const [prefix, text, isWithin] of WITHIN) {
    test(`${text} ${isWithin ? "lies" : "does not lie"} in ${prefix}`, () => {
      const { start, end } = addressesWithin(leased(prefix));
      assert.equal(compareLeased(start, leased(text)) <= 0 && compareLeased(leased(text), end) <= 0, isWithin);
    });
  }

  test("all are from :: to the last address", () => {
    assert.equal(ADDRESS_TEXT.format(ALL_ADDRESSES), "::/0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    assert.deepEqual(ALL_ADDRESSES.end, ipv6Prefix(new Uint8Array(16).fill(255)));
  });
});
