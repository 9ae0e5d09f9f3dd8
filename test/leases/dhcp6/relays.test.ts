import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Association, clientKeyOf } from "../../../src/leases/dhcp6/client-key.ts";
import { relayRecord, relaysOf } from "../../../src/leases/dhcp6/relays.ts";
import { DHCP6_LEASES } from "../../../src/leases/dhcp6/table.ts";
import type { Relay } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { address } from "../../support/dhcp6-config.ts";

const relay = (hopCount: number, linkAddress: string, relayId?: number): Relay => ({
  hopCount,
  linkAddress: address(linkAddress),
  peerAddress: address("fe80::1"),
  options: [
    { code: OptionCode.interfaceId, data: Uint8Array.of(101, hopCount) },
    ...(relayId === undefined ? [] : [{ code: OptionCode.relayId, data: Uint8Array.of(0, 3, 0, 1, relayId) }]),
  ],
});
const owner = (relays: Uint8Array | undefined) => ({
  clientKey: clientKeyOf(Association.addresses, 1, Uint8Array.of(0, 3, 0, 1, 7)),
  preferredLifetime: 1,
  peerAddress: undefined,
  relays,
  interfaceName: undefined,
  hardware: undefined,
  hostname: undefined,
  vendorClass: undefined,
  reconfigureKey: undefined,
  limitKeys: undefined,
});

suite("the relays that a lease keeps", () => {
  test("are those of the message, with their options", () => {
    const relays = [relay(1, "::"), relay(0, "2001:db8::1")];
    assert.deepEqual(relaysOf(relayRecord(relays)), relays);
  });

  test("are none for a client on a link of the server, and for a damaged record", () => {
    assert.equal(relayRecord([]), undefined);
    assert.deepEqual(relaysOf(undefined), []);
    assert.deepEqual(relaysOf(Uint8Array.of(12, 0, 1)), []);
  });

  for (const [what, relays, expected] of [
    ["the relay nearest to the client that has one", [relay(1, "::", 8), relay(0, "::", 9)], Uint8Array.of(0, 3, 0, 1, 9)],
    ["another one, where that has none", [relay(1, "::", 8), relay(0, "::")], Uint8Array.of(0, 3, 0, 1, 8)],
    ["no relay", [], undefined],
  ] as const) {
    test(`the Relay-ID of a lease is that of ${what}`, () => {
      assert.deepEqual(DHCP6_LEASES.traitOf(owner(relayRecord(relays)), "relayId"), expected);
    });
  }

  test("a lease is found by the DUID of its client", () => {
    assert.deepEqual(DHCP6_LEASES.traitOf(owner(undefined), "duid"), Uint8Array.of(0, 3, 0, 1, 7));
  });
});
