import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { formatAddress, formatEndpoint, parseAddress } from "../../src/net/address.ts";
import { formatIpv4, parseIpv4, readIpv4, writeIpv4 } from "../../src/net/ipv4.ts";
import { formatIpv6, isLinkLocal, isMulticast, linkLocalOf, macOfEui64, parseIpv6 } from "../../src/net/ipv6.ts";
import { formatMac, parseMac } from "../../src/net/mac.ts";
import { formatIpv4Prefix, lengthOfMask, maskOf, parseIpv4Prefix, prefixContains, prefixOf, rangeOfPrefix } from "../../src/net/prefix.ts";
import { formatAddressRange, parseAddressRange, rangeContains, rangeSize, rangesOverlap } from "../../src/net/range.ts";

const anyIpv4 = fc.integer({ min: 0, max: 0xffffffff });

test("IPv4 addresses are read from dotted decimal and from nothing else", () => {
  const cases: [string, number | undefined][] = [
    ["0.0.0.0", 0],
    ["10.0.0.1", 0x0a000001],
    ["255.255.255.255", 0xffffffff],
    ["256.0.0.1", undefined],
    ["01.2.3.4", undefined],
    ["1.2.3", undefined],
    ["1.2.3.4.5", undefined],
    ["1.2.3.", undefined],
    [" 1.2.3.4", undefined],
    ["1.2.3.4\n", undefined],
    ["0x1.2.3.4", undefined],
    ["", undefined],
  ];
  for (const [text, address] of cases) assert.equal(parseIpv4(text), address, JSON.stringify(text));
});

test("every IPv4 address survives text and bytes", () => {
  fc.assert(
    fc.property(anyIpv4, (address) => {
      assert.equal(parseIpv4(formatIpv4(address)), address);
      const bytes = new Uint8Array(6);
      writeIpv4(bytes, 1, address);
      assert.equal(readIpv4(bytes, 1), address);
      assert.deepEqual([bytes[0], bytes[5]], [0, 0]);
    }),
  );
});

test("IPv6 addresses are written as RFC 5952 recommends", () => {
  const cases: [string, string | undefined][] = [
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["::", "::"],
    ["::1", "::1"],
    ["fe80::", "fe80::"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["1:2:3:4:5:6:7:8:9", undefined],
    ["1:2:3:4:5:6:7:8::", undefined],
    ["1:2:3", undefined],
    ["1::2::3", undefined],
    ["12345::", undefined],
    ["192.0.2.1::", undefined],
    [":1::", undefined],
    ["g::", undefined],
    ["fe80::1%eth0", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of cases) {
    const address = parseIpv6(text);
    assert.equal(address && formatIpv6(address), expected, JSON.stringify(text));
  }
});

test("every IPv6 address survives its text", () => {
  const anyIpv6 = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), { minLength: 16, maxLength: 16 });
  fc.assert(fc.property(anyIpv6, (bytes) => assert.deepEqual(parseIpv6(formatIpv6(Uint8Array.from(bytes))), Uint8Array.from(bytes))));
});

test("hardware addresses are six bytes in hex, with colons, dashes, dots or nothing between", () => {
  const bytes = Uint8Array.of(0, 0x16, 0x3e, 0xba, 0xeb, 0xff);
  assert.deepEqual(parseMac("00:16:3e:ba:eb:ff"), bytes);
  assert.deepEqual(parseMac("00-16-3E-BA-EB-FF"), bytes);
  assert.equal(formatMac(bytes), "00:16:3e:ba:eb:ff");
  for (const text of ["00:16:3e:ba:eb", "00:16:3e:ba:eb:fg", "00:16-3e:ba:eb:ff", "0016:3eba:ebff", "0:16:3e:ba:eb:ff", ""])
    assert.equal(parseMac(text), undefined, text);
  assert.deepEqual(parseMac("00163ebaebff"), bytes);
  assert.deepEqual(parseMac("0016.3eba.ebff"), bytes);
});

test("a prefix has no bits behind its length", () => {
  const cases: [string, { address: number; length: number } | undefined][] = [
    ["192.168.5.0/24", { address: 0xc0a80500, length: 24 }],
    ["0.0.0.0/0", { address: 0, length: 0 }],
    ["10.0.0.1/32", { address: 0x0a000001, length: 32 }],
    ["192.168.5.1/24", undefined],
    ["192.168.5.0/33", undefined],
    ["192.168.5.0/024", undefined],
    ["192.168.5.0", undefined],
    ["192.168.5.0/", undefined],
  ];
  for (const [text, prefix] of cases) assert.deepEqual(parseIpv4Prefix(text), prefix, text);
});

test("masks, prefixes and ranges agree with each other", () => {
  fc.assert(
    fc.property(anyIpv4, fc.integer({ min: 0, max: 32 }), (address, length) => {
      assert.equal(lengthOfMask(maskOf(length)), length);
      const prefix = prefixOf(address, length);
      assert.deepEqual(parseIpv4Prefix(formatIpv4Prefix(prefix)), prefix);
      assert.ok(prefixContains(prefix, address));
      const range = rangeOfPrefix(prefix);
      assert.ok(rangeContains(range, address));
      assert.equal(rangeSize(range), 2 ** (32 - length));
      assert.deepEqual(parseAddressRange(formatAddressRange(range)), range);
      if (range.end < 0xffffffff) assert.equal(prefixContains(prefix, range.end + 1), false);
      if (range.start > 0) assert.equal(prefixContains(prefix, range.start - 1), false);
    }),
  );
  assert.equal(lengthOfMask(0xff00ff00), undefined);
});

test("ranges include both ends, and overlap when they share an address", () => {
  assert.deepEqual(parseAddressRange("10.0.0.1 - 10.0.0.9"), { start: 0x0a000001, end: 0x0a000009 });
  for (const text of ["10.0.0.9-10.0.0.1", "10.0.0.1", "a-b", "10.0.0.1-"]) assert.equal(parseAddressRange(text), undefined, text);
  const range = { start: 10, end: 20 };
  assert.ok(rangesOverlap(range, { start: 20, end: 30 }));
  assert.ok(rangesOverlap(range, { start: 1, end: 10 }));
  assert.ok(rangesOverlap(range, { start: 12, end: 13 }));
  assert.equal(rangesOverlap(range, { start: 21, end: 30 }), false);
});

describe("IPv6 addresses of a link", () => {
  const ipv6 = (text: string) => parseIpv6(text) as Uint8Array;
  for (const [text, linkLocal, multicast] of [
    ["fe80::1", true, false],
    ["febf:ffff::1", true, false],
    ["fec0::1", false, false],
    ["ff02::1:2", false, true],
    ["2001:db8::1", false, false],
  ] as const) {
    test(text, () => assert.deepEqual([isLinkLocal(ipv6(text)), isMulticast(ipv6(text))], [linkLocal, multicast]));
  }

  test("a MAC makes one, which shows the MAC (RFC 4291 appendix A)", () => {
    const mac = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
    assert.equal(formatIpv6(linkLocalOf(mac)), "fe80::5054:ff:fe12:3456");
    assert.deepEqual(macOfEui64(linkLocalOf(mac)), mac);
    for (const other of ["fe80::5054:ff:ee12:3456", "fe80::5054:fe:fe12:3456"]) {
      assert.equal(macOfEui64(ipv6(other)), undefined);
    }
  });
});

test("an address of either kind, and a port beside it, is read and written as text", () => {
  const endpoints = ["192.0.2.1", "2001:db8::1"].map((text) => {
    const bytes = parseAddress(text) ?? assert.fail();
    assert.equal(formatAddress(bytes), text);
    return `${bytes.length} ${formatEndpoint({ address: text, port: 53 })}`;
  });
  assert.deepEqual(endpoints, ["4 192.0.2.1:53", "16 [2001:db8::1]:53"]);
  for (const text of ["", "192.0.2", "192.0.2.1:53", "host", ":"]) assert.equal(parseAddress(text), undefined);
});
