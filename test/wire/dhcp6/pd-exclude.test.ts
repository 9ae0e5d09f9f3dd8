import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ipv6Prefix, prefixLength } from "../../../src/net/ipv6-prefix.ts";
import { canExclude, pdExcludeOption, readPdExclude } from "../../../src/wire/dhcp6/pd-exclude.ts";
import { anyPrefix, hex, prefix } from "./arbitrary.ts";

const cases: readonly [delegated: string, excluded: string, bytes: string][] = [
  ["2001:db8:dead:bee0::/59", "2001:db8:dead:beef::/64", "40 78"],
  ["2001:db8::/48", "2001:db8:0:ff00::/56", "38 ff"],
  ["2001:db8::/48", "2001:db8:0:1::/64", "40 0001"],
  ["2001:db8::/56", "2001:db8::/64", "40 00"],
  ["2001:db8::/60", "2001:db8::8000:0:0:0/65", "41 08"],
  ["::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", `80 ${"ff".repeat(16)}`],
  ["2001:db8::fe/127", "2001:db8::ff/128", "80 80"],
];

describe("the excluded prefix (RFC 6603 section 4.2)", () => {
  for (const [delegated, excluded, bytes] of cases) {
    test(`${excluded} of ${delegated}`, () => {
      assert.deepEqual(pdExcludeOption(prefix(delegated), prefix(excluded)), { code: 67, data: hex(bytes) });
      assert.deepEqual(readPdExclude(hex(bytes), prefix(delegated)), prefix(excluded));
    });
  }

  const malformed: readonly [name: string, bytes: string][] = [
    ["nothing", ""],
    ["as long as the delegated one", "38"],
    ["as long as the delegated one, with a byte", "38 00"],
    ["shorter than the delegated one", "30 00"],
    ["longer than 128 bits", "81 00"],
    ["without its bits", "40"],
    ["with too few bytes", "41 00"],
    ["with too many bytes", "40 0000"],
  ];
  for (const [name, bytes] of malformed)
    test(`undefined: ${name}`, () => assert.equal(readPdExclude(hex(bytes), prefix("2001:db8::/56")), undefined));

  test("bits behind its length are ignored", () => {
    assert.deepEqual(readPdExclude(hex("3c ff"), prefix("2001:db8::/56")), prefix("2001:db8:0:f0::/60"));
  });

  test("has to be longer than the delegated one and in it", () => {
    const delegated = prefix("2001:db8::/56");
    const inside = ["2001:db8:0:1::/64", "2001:db8::/56", "2001:db8::/48", "2001:db8:1::/64"];
    assert.deepEqual(
      inside.map((one) => canExclude(delegated, prefix(one))),
      [true, false, false, false],
    );
  });

  test("any that can be comes back", () => {
    fc.assert(
      fc.property(anyPrefix, fc.nat(127), (excluded, length) => {
        fc.pre(length < prefixLength(excluded));
        const delegated = ipv6Prefix(excluded, length);
        assert.deepEqual(readPdExclude(pdExcludeOption(delegated, excluded).data, delegated), excluded);
      }),
    );
  });
});
