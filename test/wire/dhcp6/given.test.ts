import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { ipv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { FAILS, GIVES, givenIn, NAMES, writeFirstGiven } from "../../../src/wire/dhcp6/given.ts";
import { iaAddressOption, iaOption, iaPrefixOption, statusOption } from "../../../src/wire/dhcp6/identity-association.ts";
import type { Option } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";

const address = parseIpv6("2001:db8::1") as Uint8Array;
const na = (...options: Option[]) => iaOption(OptionCode.iaNa, 1, 0, 0, options);
const pd = (...options: Option[]) => iaOption(OptionCode.iaPd, 1, 0, 0, options);
const cut = ({ code, data }: Option, bytes: number) => ({ code, data: data.subarray(0, data.length - bytes) });

for (const [name, options, expected] of [
  ["nothing", [], 0],
  ["an address", [na(iaAddressOption(address, 1, 2))], GIVES | NAMES],
  ["a prefix", [pd(iaPrefixOption(ipv6Prefix(address, 56), 1, 2))], GIVES | NAMES],
  ["one that may no longer be used", [na(iaAddressOption(address, 0, 0)), pd(iaPrefixOption(ipv6Prefix(address, 56), 0, 0))], NAMES],
  ["one of two", [na(iaAddressOption(address, 0, 0), iaAddressOption(address, 1, 2))], GIVES | NAMES],
  ["a failure beside it", [na(iaAddressOption(address, 1, 2)), pd(statusOption(6))], GIVES | NAMES | FAILS],
  ["a failure of the message", [statusOption(1)], FAILS],
  ["success", [statusOption(0), na(statusOption(0))], 0],
  ["the first status counts", [na(statusOption(0), statusOption(2))], 0],
  ["what is cut off does not", [cut(na(iaAddressOption(address, 1, 2)), 1), cut(pd(statusOption(6)), 2)], 0],
  ["an association that is too short", [{ code: OptionCode.iaNa, data: new Uint8Array(3) }], 0],
  ["an address elsewhere", [iaAddressOption(address, 1, 2)], 0],
] as const) {
  test(`what an answer has: ${name}`, () => assert.equal(givenIn({ options }), expected));
}

const other = parseIpv6("2001:db8::2") as Uint8Array;
const delegated = ipv6Prefix(address, 56);

for (const [name, options, expected] of [
  ["nothing", [], undefined],
  ["an address", [na(iaAddressOption(address, 1, 2), iaAddressOption(other, 1, 2))], ipv6Prefix(address)],
  ["a prefix", [na(), pd(iaPrefixOption(delegated, 1, 2)), na(iaAddressOption(address, 1, 2))], delegated],
  ["none that may no longer be used", [na(iaAddressOption(address, 0, 0)), pd(iaPrefixOption(delegated, 0, 0))], undefined],
  [
    "that behind one",
    [pd(iaPrefixOption(delegated, 0, 0)), na(iaAddressOption(address, 0, 0), iaAddressOption(other, 1, 2))],
    ipv6Prefix(other),
  ],
  ["none that is cut off", [cut(na(iaAddressOption(address, 1, 2)), 1), cut(pd(iaPrefixOption(delegated, 1, 2)), 1)], undefined],
  ["none of another option", [iaAddressOption(address, 1, 2), statusOption(0)], undefined],
] as const) {
  test(`the first that an answer gives: ${name}`, () => {
    const into = new Uint8Array(20);
    assert.equal(writeFirstGiven({ options }, into, 2), expected !== undefined);
    assert.deepEqual(into, Uint8Array.of(0, 0, ...(expected ?? new Uint8Array(17)), 0));
  });
}
