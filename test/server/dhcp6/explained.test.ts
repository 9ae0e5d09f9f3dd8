import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { ipv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { EXPLAINED } from "../../../src/server/dhcp6/explained.ts";
import { WORDS } from "../../../src/server/dhcp6/words.ts";
import { iaAddressOption, iaOption } from "../../../src/wire/dhcp6/identity-association.ts";
import { MessageType } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";

test("explain and the log name the same address of a reply, and none that it withdraws", () => {
  const { size, read, writeGiven } = EXPLAINED.addresses;
  const [withdrawn, given] = ["2001:db8:99::1", "2001:db8:1::100"].map((text) => parseIpv6(text) as Uint8Array) as [Uint8Array, Uint8Array];
  const inNa = (...lifetimes: readonly [address: Uint8Array, lifetime: number][]) =>
    iaOption(
      OptionCode.iaNa,
      1,
      0,
      0,
      lifetimes.map(([address, lifetime]) => iaAddressOption(address, lifetime, lifetime)),
    );
  for (const [options, expected] of [
    [[inNa([withdrawn, 0], [given, 60])], ipv6Prefix(given)],
    [[inNa([withdrawn, 0])], undefined],
  ] as const) {
    const reply = { type: MessageType.REPLY, transactionId: 1, options, relays: [] };
    const into = new Uint8Array(size);
    const explained = writeGiven(reply, into, 0) ? read(into, 0) : undefined;
    assert.deepEqual([explained, WORDS.givenBy(reply)], [expected, expected]);
  }
});
