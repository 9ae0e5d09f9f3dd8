import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LeaseOwner, LeaseTrait } from "../../../src/leases/dhcp4/lease.ts";
import { DHCP4_LEASES } from "../../../src/leases/dhcp4/table.ts";
import { equalBytes } from "../../../src/net/bytes.ts";

const { traitOf } = DHCP4_LEASES;
const owner = (value: number | undefined): LeaseOwner => ({
  clientKey: Uint8Array.of(1),
  clientIdentifier: value === undefined ? undefined : Uint8Array.of(value >> 8, value),
  htype: 1,
  chaddr: Uint8Array.of(2),
  hostname: undefined,
  vendorClass: undefined,
  relayAgentInformation: undefined,
  limitKeys: undefined,
});

describe("what leases of DHCPv4 are found by", () => {
  test("what the traits are", () => {
    const whole: LeaseOwner = { ...owner(258), relayAgentInformation: Uint8Array.of(1, 1, 9, 2, 2, 8, 7) };
    const cases: readonly [LeaseTrait, LeaseOwner, Uint8Array | undefined][] = [
      ["chaddr", whole, Uint8Array.of(2)],
      ["chaddr", { ...whole, chaddr: new Uint8Array(0) }, undefined],
      ["clientIdentifier", whole, Uint8Array.of(1, 2)],
      ["clientIdentifier", owner(undefined), undefined],
      ["remoteId", whole, Uint8Array.of(8, 7)],
      ["remoteId", owner(1), undefined],
      ["remoteId", { ...whole, relayAgentInformation: Uint8Array.of(1, 1, 9) }, undefined],
    ];
    for (const [trait, one, expected] of cases) {
      const value = traitOf(one, trait);
      assert.ok(value === expected || (value !== undefined && expected !== undefined && equalBytes(value, expected)), trait);
    }
  });
});
