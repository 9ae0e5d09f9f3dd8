import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parseIpv4 } from "../../../src/net/ipv4.ts";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { addressOfReverseName, isName, isWithin, reverseName, reverseZonesOf, wireOfName } from "../../../src/wire/dns/name.ts";
import { hex, nameHex } from "./bytes.ts";

/** 4 or 16 bytes. */
function address(text: string): Uint8Array {
  const four = parseIpv4(text);
  if (four !== undefined) return Uint8Array.of(four >>> 24, four >>> 16, four >>> 8, four);
  const sixteen = parseIpv6(text);
  assert.ok(sixteen, text);
  return sixteen;
}

const LONGEST = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(61)}`;

describe("a name on the wire (RFC 1035 section 3.1)", () => {
  const cases: readonly (readonly [name: string, bytes: string])[] = [
    ["", "00"],
    ["com", nameHex("com")],
    ["host.example.com", "04 686f7374 07 6578616d706c65 03 636f6d 00"],
    ["Host.EXAMPLE.com", nameHex("host.example.com")],
    ["a\\.b.c", "03 612e62 01 63 00"],
    ["\\000\\255", "02 00ff 00"],
    [LONGEST, nameHex(LONGEST)],
  ];
  for (const [name, bytes] of cases) {
    test(JSON.stringify(name), () => {
      assert.equal(isName(name), true);
      assert.deepEqual(wireOfName(name), hex(bytes));
    });
  }
});

describe("what is no name gives a byte that is none on the wire either", () => {
  for (const name of ["a..b", ".a", "a".repeat(64), `${LONGEST}d`, "b\u00fccher.example", "a b", "a\\"]) {
    test(JSON.stringify(name), () => {
      assert.equal(isName(name), false);
      assert.deepEqual(wireOfName(name), hex("40"));
    });
  }
});

describe("a name is in a zone", () => {
  const cases: readonly (readonly [name: string, zone: string, within: boolean])[] = [
    ["a.example.com", "example.com", true],
    ["b.a.example.com", "example.com", true],
    ["example.com", "example.com", true],
    ["example.com", "", true],
    ["", "", true],
    ["", "com", false],
    ["com", "example.com", false],
    ["aexample.com", "example.com", false],
    ["example.com.net", "example.com", false],
    ["a\\.example.com", "example.com", false],
    ["a\\\\.example.com", "example.com", true],
    ["a\\\\\\.example.com", "example.com", false],
  ];
  for (const [name, zone, within] of cases)
    test(`${name} in ${zone || "the root"}: ${within}`, () => assert.equal(isWithin(name, zone), within));
});

describe("the name that leads to that of an address", () => {
  const cases: readonly (readonly [text: string, name: string])[] = [
    ["10.0.2.52", "52.2.0.10.in-addr.arpa"],
    ["0.0.0.0", "0.0.0.0.in-addr.arpa"],
    ["255.255.255.255", "255.255.255.255.in-addr.arpa"],
    ["2001:db8::567:89ab", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"],
  ];
  for (const [text, name] of cases) {
    test(text, () => {
      assert.equal(reverseName(address(text)), name);
      assert.deepEqual(addressOfReverseName(name), address(text));
    });
  }

  test("of any address leads back to it", () => {
    const bytes = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }));
    fc.assert(fc.property(bytes, (any) => assert.deepEqual(addressOfReverseName(reverseName(any)), any)));
  });

  const OTHERS = [
    "",
    "arpa",
    "in-addr.arpa",
    "ip6.arpa",
    "2.0.10.in-addr.arpa",
    "1.52.2.0.10.in-addr.arpa",
    "256.2.0.10.in-addr.arpa",
    "052.2.0.10.in-addr.arpa",
    "1e1.2.0.10.in-addr.arpa",
    ".2.0.10.in-addr.arpa",
    "52.2.0.10.ip6.arpa",
    "52.2.0.10.in-addr.example",
    `${"0.".repeat(31)}ip6.arpa`,
    `${"0.".repeat(33)}ip6.arpa`,
    `${"g.".repeat(32)}ip6.arpa`,
    `00.${"0.".repeat(31)}ip6.arpa`,
  ];
  for (const name of OTHERS) test(`${JSON.stringify(name)} leads to none`, () => assert.equal(addressOfReverseName(name), undefined));
});

describe("reverse zones of a prefix", () => {
  const cases: readonly (readonly [text: string, length: number, zones: readonly string[]])[] = [
    ["10.0.3.0", 24, ["3.0.10.in-addr.arpa"]],
    ["10.0.3.77", 24, ["3.0.10.in-addr.arpa"]],
    ["10.0.3.0", 23, ["2.0.10.in-addr.arpa", "3.0.10.in-addr.arpa"]],
    ["10.0.8.0", 22, ["8.0.10.in-addr.arpa", "9.0.10.in-addr.arpa", "10.0.10.in-addr.arpa", "11.0.10.in-addr.arpa"]],
    ["10.0.3.128", 25, ["3.0.10.in-addr.arpa"]],
    ["10.0.3.1", 32, ["1.3.0.10.in-addr.arpa"]],
    ["172.16.0.0", 12, Array.from({ length: 16 }, (_, i) => `${16 + i}.172.in-addr.arpa`)],
    ["10.0.0.0", 8, ["10.in-addr.arpa"]],
    ["128.0.0.0", 1, Array.from({ length: 128 }, (_, i) => `${128 + i}.in-addr.arpa`)],
    ["0.0.0.0", 0, ["in-addr.arpa"]],
    ["2001:db8::", 32, ["8.b.d.0.1.0.0.2.ip6.arpa"]],
    ["2001:db8:0:17::", 64, ["7.1.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"]],
    ["2001:db8:0:17::", 63, ["6.1.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "7.1.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"]],
    ["2001:db8:0:ff::", 58, ["c", "d", "e", "f"].map((digit) => `${digit}.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa`)],
    ["2001:db8::40", 122, ["4", "5", "6", "7"].map((digit) => `${digit}.${"0.".repeat(22)}8.b.d.0.1.0.0.2.ip6.arpa`)],
    ["2001:db8::47", 127, [`4.${"0.".repeat(22)}8.b.d.0.1.0.0.2.ip6.arpa`]],
  ];
  for (const [text, length, zones] of cases)
    test(`${text}/${length}`, () => assert.deepEqual(reverseZonesOf(address(text), length), zones));

  test("of any prefix hold the addresses in it", () => {
    const any = fc.constantFrom(4, 16).chain((size) =>
      fc.record({
        prefix: fc.uint8Array({ minLength: size, maxLength: size }),
        other: fc.uint8Array({ minLength: size, maxLength: size }),
        length: fc.integer({ min: 0, max: size * 8 }),
      }),
    );
    const property = fc.property(any, ({ prefix, other, length }) => {
      // Bits of the prefix, and behind them those of any address.
      const inside = prefix.map((byte, i) => {
        const mask = (0xff00 >> Math.min(8, Math.max(0, length - 8 * i))) & 255;
        return (byte & mask) | ((other[i] as number) & ~mask);
      });
      const zones = reverseZonesOf(prefix, length);
      assert.equal(new Set(zones).size, zones.length);
      assert.equal(zones.filter((zone) => isWithin(reverseName(inside), zone)).length, 1);
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
