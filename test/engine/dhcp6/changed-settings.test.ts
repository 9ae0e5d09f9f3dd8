import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Dhcp6Config } from "../../../src/config/model/dhcp6.ts";
import { changedSettings } from "../../../src/engine/dhcp6/changed-settings.ts";
import { createDecider } from "../../../src/engine/dhcp6/decider.ts";
import { Association, clientKeyOf } from "../../../src/leases/dhcp6/client-key.ts";
import { type Lease, LeaseState } from "../../../src/leases/dhcp6/lease.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { dhcp6Config, type NetworkSketch, prefix, reservation } from "../../support/dhcp6-config.ts";

const DUID = Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, 1);
const OTHER = Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, 2);
const FIRST: NetworkSketch = {
  prefix: "2001:db8:1::/64",
  ranges: [{ range: "2001:db8:1::100 2001:db8:1::1ff" }],
  prefixPools: [{ prefix: "2001:db8:8000::/40", delegatedLength: 56 }],
};
const SECOND: NetworkSketch = { prefix: "2001:db8:2::/64", ranges: [{ range: "2001:db8:2::100 2001:db8:2::1ff" }] };

function lease(address: string): Lease {
  const owner = {
    clientKey: clientKeyOf(Association.addresses, 1, DUID),
    preferredLifetime: 1,
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware: undefined,
    hostname: undefined,
    vendorClass: undefined,
    reconfigureKey: new Uint8Array(16),
    limitKeys: undefined,
  };
  return { address: prefix(address), state: LeaseState.bound, start: 0, expiry: 1000, owner };
}

const dns = (last: number) => {
  const option = { code: OptionCode.dnsServers, data: new Uint8Array(16).fill(last), always: false, suppressed: false };
  return { byCode: new Map([[option.code, option]]), always: [] };
};
const before = dhcp6Config([FIRST, SECOND]);
/** The second network with other options. */
const withOptions: Dhcp6Config = {
  ...before,
  networks: before.networks.map((network, i) => (i === 1 ? { ...network, options: dns(1) } : network)),
  pools: before.pools.map((pool) => (pool.network === 1 ? { ...pool, options: dns(1) } : pool)),
};

suite("whether a client has something new to learn", () => {
  for (const [what, after, address, expected] of [
    ["the same configuration", dhcp6Config([FIRST, SECOND]), "2001:db8:1::100", false],
    ["other options of its network", withOptions, "2001:db8:2::100", true],
    ["other options of another network", withOptions, "2001:db8:1::100", false],
    ["other options at the top", { ...before, options: dns(2) }, "2001:db8:1::100", true],
    [
      "a range that its address is not in",
      dhcp6Config([{ ...FIRST, ranges: [{ range: "2001:db8:1::180 2001:db8:1::1ff" }] }, SECOND]),
      "2001:db8:1::100",
      true,
    ],
    [
      "a range that its address is still in",
      dhcp6Config([{ ...FIRST, ranges: [{ range: "2001:db8:1::100 2001:db8:1::17f" }] }, SECOND]),
      "2001:db8:1::100",
      false,
    ],
    ["no pool for its prefix", dhcp6Config([{ ...FIRST, prefixPools: [] }, SECOND]), "2001:db8:8000:100::/56", true],
    ["no network for its address", dhcp6Config([FIRST]), "2001:db8:2::100", true],
    [
      "a reservation for it",
      dhcp6Config([{ ...FIRST, reservations: [reservation(DUID, { addresses: ["2001:db8:1::5"] })] }, SECOND]),
      "2001:db8:1::100",
      true,
    ],
    [
      "a reservation for another client",
      dhcp6Config([{ ...FIRST, reservations: [reservation(OTHER, { addresses: ["2001:db8:1::5"] })] }, SECOND]),
      "2001:db8:1::100",
      false,
    ],
    [
      "a reservation of its address for another client",
      dhcp6Config([{ ...FIRST, reservations: [reservation(OTHER, { addresses: ["2001:db8:1::101"] })] }, SECOND]),
      "2001:db8:1::101",
      true,
    ],
  ] as const) {
    test(`${expected ? "it has" : "it has not"}, with ${what}`, () => {
      assert.equal(changedSettings(createDecider(before), createDecider(after))(lease(address)), expected);
    });
  }
});
