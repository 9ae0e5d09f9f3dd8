import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { nameSuffix, wholeName } from "../../src/wire/client-name.ts";

const SUFFIX = "home.lan";
const LONG = "x".repeat(63);
/** 253 characters. */
const LONGEST = `${LONG}.${LONG}.${LONG}.${"x".repeat(61)}`;

describe("a client's name by rule", () => {
  const cases: readonly [said: string | Uint8Array, expected: string | undefined][] = [
    // As it should be.
    ["pc", "pc.home.lan"],
    ["pc-7", "pc-7.home.lan"],
    ["7", "7.home.lan"],
    ["a--b", "a--b.home.lan"],
    ["xn--mnchen-3ya", "xn--mnchen-3ya.home.lan"],
    // Small letters.
    ["PC", "pc.home.lan"],
    ["DESKTOP-AB12CD3", "desktop-ab12cd3.home.lan"],
    ["XN--MNCHEN-3YA", "xn--mnchen-3ya.home.lan"],
    ["PC.Example.ORG", "pc.example.org"],
    // Whole, or not.
    ["pc.example.org", "pc.example.org"],
    ["pc.example.org.", "pc.example.org"],
    ["pc.lab", "pc.lab"],
    ["10.0.0.1", "10.0.0.1.home.lan"],
    ["pc.2", "pc.2.home.lan"],
    ["pc.2a", "pc.2a"],
    ["host.", "host.home.lan"],
    ["Host.", "host.home.lan"],
    ["pc.home.lan", "pc.home.lan"],
    // Labels that are none.
    ["a..b", "a.b"],
    [".a.b", "a.b"],
    ["..pc..", "pc.home.lan"],
    ["a.-.b", "a.b"],
    ["pc._", "pc.home.lan"],
    // What can't stand in a label.
    ["John's iPhone", "johns-iphone.home.lan"],
    ["John\u2019s iPad", "johns-ipad.home.lan"],
    ["John`s\u00b4 Mac", "johns-mac.home.lan"],
    ["MY_PC ", "my-pc.home.lan"],
    ["my pc   (2)", "my-pc-2.home.lan"],
    ["a_-_b", "a-b.home.lan"],
    ["a&b", "a-b.home.lan"],
    ["a@b.example.org", "a-b.example.org"],
    ["tab\there", "tab-here.home.lan"],
    ["back\\slash", "back-slash.home.lan"],
    ["my pc.my lab", "my-pc.my-lab"],
    // Dashes at the ends.
    ["-pc-", "pc.home.lan"],
    ["--pc--", "pc.home.lan"],
    ["_pc_", "pc.home.lan"],
    ["-a.-b-", "a.b"],
    // Nothing left.
    ["", undefined],
    ["-", undefined],
    [".", undefined],
    ["...", undefined],
    [" ", undefined],
    ["_", undefined],
    ["''", undefined],
    ["\u{1f600}", undefined],
    ["\u6771\u4eac", undefined],
    // Other letters.
    ["\u{1f600}pc", "pc.home.lan"],
    ["Caf\u00e9", "cafe.home.lan"],
    ["M\u00fcnchen", "munchen.home.lan"],
    ["\u0130stanbul", "istanbul.home.lan"],
    ["\u212aelvin", "kelvin.home.lan"],
    ["\uff30\uff23", "pc.home.lan"],
    ["\uff2a\uff07s", "js.home.lan"],
    ["\u6771\u4eacpc1", "pc1.home.lan"],
    ["stra\u00dfe", "stra-e.home.lan"],
    ["\u00bd", "1-2.home.lan"],
    // NULs.
    ["pc\0", "pc.home.lan"],
    ["pc\0\0\0", "pc.home.lan"],
    ["pc.\0", "pc.home.lan"],
    ["p\0c", "p-c.home.lan"],
    ["caf\u00e9\0", "cafe.home.lan"],
    ["\0", undefined],
    // Bytes that are no UTF-8.
    [Uint8Array.of(0x70, 0xff, 0xfe, 0x63), "p-c.home.lan"],
    [Uint8Array.of(0xff), undefined],
    [Uint8Array.of(0x4d, 0xfc, 0x6c), "m-l.home.lan"],
    // Lengths.
    [LONG, `${LONG}.home.lan`],
    ["x".repeat(64), `${LONG}.home.lan`],
    [`${"x".repeat(62)}-y`, `${"x".repeat(62)}.home.lan`],
    [`${"-".repeat(70)}y`, "y.home.lan"],
    [`${"_".repeat(70)}y`, "y.home.lan"],
    ["x".repeat(300), `${LONG}.home.lan`],
    [LONGEST, LONGEST],
    [`${LONGEST}x`, undefined],
    [`${LONGEST}.`, LONGEST],
    [`a.${LONGEST}`, undefined],
    ["a.".repeat(150), undefined],
  ];
  for (const [said, expected] of cases) {
    const shown = JSON.stringify(typeof said === "string" ? said.slice(0, 40) : [...said]);
    test(`${shown} is ${expected?.slice(0, 40)}`, () => {
      assert.equal(wholeName(said, SUFFIX), expected);
      // As text and as bytes.
      if (typeof said === "string") assert.equal(wholeName(new TextEncoder().encode(said), SUFFIX), expected);
    });
  }

  describe("without a suffix a single label is no name", () => {
    for (const [said, expected] of [
      ["pc", undefined],
      ["PC.", undefined],
      ["pc.lab", "pc.lab"],
      ["Pc.Lab.", "pc.lab"],
    ] as const) {
      test(said, () => {
        assert.equal(wholeName(said, undefined), expected);
        assert.equal(wholeName(said, ""), expected);
      });
    }
  });

  describe("a partial name gets the suffix, whatever dots it has, but not twice", () => {
    for (const [said, suffix, expected] of [
      ["pc", SUFFIX, "pc.home.lan"],
      ["pc.lab", SUFFIX, "pc.lab.home.lan"],
      ["PC.Home.Lan", SUFFIX, "pc.home.lan"],
      ["pc.ahome.lan", SUFFIX, "pc.ahome.lan.home.lan"],
      ["pc.lab", undefined, "pc.lab"],
      [`${LONG}.${LONG}.${LONG}.${"x".repeat(52)}`, SUFFIX, `${LONG}.${LONG}.${LONG}.${"x".repeat(52)}.home.lan`],
      [`${LONG}.${LONG}.${LONG}.${"x".repeat(53)}`, SUFFIX, undefined],
    ] as const) {
      test(`${said.slice(0, 20)} ${suffix}`, () => assert.equal(wholeName(said, suffix, true), expected));
    }
  });

  test("whatever the bytes, it is a name of the DNS or none, and stays what it is", () => {
    const text = fc.oneof(fc.uint8Array({ maxLength: 320 }), fc.string({ unit: "binary", maxLength: 300 }), fc.string({ maxLength: 80 }));
    fc.assert(
      fc.property(text, fc.boolean(), fc.constantFrom(SUFFIX, undefined), (said, isPartial, suffix) => {
        const name = wholeName(said, suffix, isPartial);
        if (name === undefined) return;
        assert.match(name, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/);
        assert.ok(name.length <= 253);
        assert.equal(wholeName(name, suffix), name);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the domain behind names", () => {
  for (const [domain, expected] of [
    ["home.lan", "home.lan"],
    ["Home.LAN.", "home.lan"],
    ["lan", "lan"],
    ["my_home.lan", "my_home.lan"],
    ["", undefined],
    [".", undefined],
    ["a..b", undefined],
    ["a b", undefined],
    ["m\u00fcnchen.de", undefined],
    ["x".repeat(64), undefined],
    [LONGEST, LONGEST],
    [`${LONGEST}x`, undefined],
  ] as const) {
    test(`${domain.slice(0, 40)} is ${expected?.slice(0, 40)}`, () => {
      assert.equal(nameSuffix(domain), expected);
      assert.equal(nameSuffix(new TextEncoder().encode(domain)), expected);
    });
  }
});
