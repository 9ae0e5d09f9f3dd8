import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSpace, IPV6_SPACE } from "../../../src/leases/dhcp6/space.ts";
import { formatAddress } from "../../../src/net/address.ts";
import { dhcp6Config, prefix, reservation } from "../../support/dhcp6-config.ts";

const DUID = Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, 1);

const config = dhcp6Config([
  {
    prefix: "2001:db8:1::/64",
    ranges: [
      { range: "2001:db8:1::100 2001:db8:1::1ff", excluded: ["2001:db8:1::180 2001:db8:1::1ff"] },
      { range: "2001:db8:1:0:1:: 2001:db8:1:0:1:ffff:ffff:ffff" },
    ],
    prefixPools: [{ prefix: "2001:db8:8000::/36", delegatedLength: 56, excluded: ["2001:db8:8000::/64", "2001:db8:8000:1::/64"] }],
    reservations: [reservation(DUID, { prefixes: ["2001:db8:ff00::/48"] })],
  },
  { prefix: "2001:db8:2::/64", prefixPools: [{ prefix: "2001:db8:2::/64", delegatedLength: 80, excluded: ["2001:db8:2::/66"] }] },
]);

suite("the space of IPv6 addresses and prefixes", () => {
  const space = createSpace(config);

  test("is told apart from others on disk, and has no traits that nobody asks for", () => {
    assert.equal(space.id, IPV6_SPACE);
    assert.deepEqual(space.traits, []);
    assert.deepEqual(createSpace({ ...config, leasequery: { requesters: [] } }).traits, ["duid", "relayId"]);
  });

  for (const [what, text, pool, link, network] of [
    ["an address of a range", "2001:db8:1::100", 0, 0, "2001:db8:1::/64"],
    ["an excluded address", "2001:db8:1::180", -1, 0, "2001:db8:1::/64"],
    ["an address of the second range", "2001:db8:1:0:1:2:3:4", 1, 0, "2001:db8:1::/64"],
    ["an address of the network beside its ranges", "2001:db8:1::1", -1, 0, "2001:db8:1::/64"],
    ["an address of no network", "2001:db8:3::1", -1, -1, ""],
    ["an address inside a delegated prefix", "2001:db8:8000:100::1", -1, -1, ""],
    ["a prefix of a pool", "2001:db8:8000:100::/56", 2, 0, "2001:db8:1::/64"],
    ["a prefix of another length", "2001:db8:8000:100::/60", -1, 0, "2001:db8:1::/64"],
    ["a prefix of which a part is excluded", "2001:db8:8000::/56", -1, 0, "2001:db8:1::/64"],
    ["a reserved prefix outside of the pools", "2001:db8:ff00::/48", -1, 0, "2001:db8:1::/64"],
    ["a prefix inside one that is excluded", "2001:db8:2::/80", -1, 1, "2001:db8:2::/64"],
    ["a prefix of the pool inside the network", "2001:db8:2:0:8000::/80", 3, 1, "2001:db8:2::/64"],
  ] as const) {
    test(`${what} is in pool ${pool}, on link ${link}`, () => {
      assert.deepEqual([space.poolOf(prefix(text)), space.linkOf(prefix(text)), space.networkName(prefix(text))], [pool, link, network]);
      // Each network is a link of its own here.
      assert.equal(space.networkOf(prefix(text)), link);
    });
  }

  for (const [index, capacity, lowest] of [
    [0, 128, "2001:db8:1::100/128"],
    [1, 2 ** 48, "2001:db8:1:0:1::/128"],
    [2, 2 ** 20 - 1, "2001:db8:8000:100::/56"],
    [3, 2 ** 16 - 2 ** 14, "2001:db8:2:0:4000::/80"],
  ] as const) {
    test(`pool ${index} has ${capacity}, and begins with ${lowest}`, () => {
      const pool = createSpace(config).pools[index];
      assert.equal(pool?.capacity, capacity);
      assert.equal(pool?.unused, capacity);
      assert.equal(formatAddress(pool?.first(0) as Uint8Array), lowest);
    });
  }

  test("what stands behind the point of a seed tells addresses apart", () => {
    const pool = createSpace(config).pools[1];
    const first = formatAddress(pool?.first(12345.25) as Uint8Array);
    const second = formatAddress(pool?.first(12345.75) as Uint8Array);
    assert.notEqual(first, second);
  });
});
