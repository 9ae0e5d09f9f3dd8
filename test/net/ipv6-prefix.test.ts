import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { formatIpv6, parseIpv6 } from "../../src/net/ipv6.ts";
import {
  firstAddress,
  formatIpv6Prefix,
  ipv6Prefix,
  ipv6PrefixContains,
  ipv6PrefixesOverlap,
  lastAddress,
  parseIpv6Prefix,
} from "../../src/net/ipv6-prefix.ts";
import { Ipv6RangeIndex } from "../../src/net/ipv6-range-index.ts";

const address = (text: string): Uint8Array => parseIpv6(text) as Uint8Array;
const prefix = (text: string): Uint8Array => parseIpv6Prefix(text) as Uint8Array;

suite("IPv6 prefixes", () => {
  for (const [text, first, last] of [
    ["::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:db8:0:10::/60", "2001:db8:0:10::", "2001:db8:0:1f:ffff:ffff:ffff:ffff"],
    ["2001:db8::8/125", "2001:db8::8", "2001:db8::f"],
    ["2001:db8::1/128", "2001:db8::1", "2001:db8::1"],
  ] as const) {
    test(`${text} goes from ${first} to ${last}`, () => {
      const read = prefix(text);
      assert.equal(formatIpv6Prefix(read), text);
      assert.equal(formatIpv6(firstAddress(read)), first);
      assert.equal(formatIpv6(lastAddress(read)), last);
      assert.ok(ipv6PrefixContains(read, address(first)) && ipv6PrefixContains(read, address(last)));
    });
  }

  for (const text of ["2001:db8::1/64", "2001:db8::/129", "2001:db8::/", "2001:db8::", "/64", "2001:db8::/064", "fe80::%eth0/64"]) {
    test(`${text} is no prefix`, () => assert.equal(parseIpv6Prefix(text), undefined));
  }

  test("a prefix contains longer ones, and no shorter ones", () => {
    assert.ok(ipv6PrefixContains(prefix("2001:db8::/32"), prefix("2001:db8:1::/48")));
    assert.ok(!ipv6PrefixContains(prefix("2001:db8:1::/48"), prefix("2001:db8::/32")));
    assert.ok(!ipv6PrefixContains(prefix("2001:db8:0:10::/60"), address("2001:db8:0:20::")));
    assert.ok(ipv6PrefixesOverlap(prefix("2001:db8:1::/48"), prefix("2001:db8::/32")));
    assert.ok(!ipv6PrefixesOverlap(prefix("2001:db8:1::/48"), prefix("2001:db8:2::/48")));
  });

  test("what holds an address is found among many ranges", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1000), { minLength: 2, maxLength: 40 }), fc.nat(1000), (numbers, wanted) => {
        const ends = [...numbers].sort((a, b) => a - b).slice(0, numbers.length & ~1);
        const at = (number: number): Uint8Array =>
          ipv6Prefix(Uint8Array.of(...new Array(14).fill(7), number >> 8, number & 255)).slice(0, 16);
        const ranges = Array.from({ length: ends.length / 2 }, (_, i) => ({
          start: ends[2 * i] as number,
          end: ends[2 * i + 1] as number,
        }));
        ranges.reverse();
        const index = new Ipv6RangeIndex(ranges.map(({ start, end }) => ({ start: at(start), end: at(end) })));
        assert.equal(
          index.find(at(wanted)),
          ranges.findIndex(({ start, end }) => start <= wanted && wanted <= end),
        );
      }),
    );
  });
});
