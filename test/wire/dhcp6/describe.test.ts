import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIpv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { describe } from "../../../src/wire/dhcp6/describe.ts";
import { iaAddressOption, iaOption, iaPrefixOption, statusOption } from "../../../src/wire/dhcp6/identity-association.ts";
import type { Message, Option } from "../../../src/wire/dhcp6/message.ts";
import { address, message, option } from "./arbitrary.ts";

const DUID = option(1, "00030001525400123456");
const PREFIX = parseIpv6Prefix("2001:db8:1::/56") as Uint8Array;

test("a message in a few words: who says it, or what is given and what is not", () => {
  const given = (validLifetime: number): Option =>
    iaOption(3, 7, 0, 0, [iaAddressOption(address("2001:db8::5"), validLifetime, validLifetime)]);
  const cases: readonly (readonly [Message, string])[] = [
    [message([DUID, given(0)], { type: 1 }), "SOLICIT of 00030001525400123456"],
    [message([], { type: 11 }), "INFORMATION-REQUEST"],
    [message([DUID, given(4000)], { type: 7 }), "REPLY of 2001:db8::5"],
    [
      message([DUID, given(4000), iaOption(25, 1, 0, 0, [iaPrefixOption(PREFIX, 3000, 4000)])], { type: 2 }),
      "ADVERTISE of 2001:db8::5, 2001:db8:1::/56",
    ],
    [
      message([DUID, given(4000), iaOption(25, 1, 0, 0, [statusOption(6, "the sender's own text")])], { type: 7 }),
      "REPLY of 2001:db8::5: NoPrefixAvail",
    ],
    [message([DUID, given(0), statusOption(99, "")], { type: 7 }), "REPLY: status 99"],
    [message([], { type: 200 }), "message of type 200"],
  ];
  for (const [one, words] of cases) assert.equal(describe(one), words);
});
