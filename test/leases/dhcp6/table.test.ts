import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Association, associationOf, clientKeyOf, duidOf, iaidOf } from "../../../src/leases/dhcp6/client-key.ts";
import { type LeaseOwner, LeaseState } from "../../../src/leases/dhcp6/lease.ts";
import { OWNER_RECORD } from "../../../src/leases/dhcp6/record.ts";
import { createLeaseTable } from "../../../src/leases/dhcp6/table.ts";
import { address, dhcp6Config, prefix } from "../../support/dhcp6-config.ts";

const DUID = Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, 1);
const NOTHING_ELSE = {
  peerAddress: undefined,
  relays: undefined,
  interfaceName: undefined,
  hardware: undefined,
  hostname: undefined,
  vendorClass: undefined,
  reconfigureKey: undefined,
  limitKeys: undefined,
};
const owner = (clientKey: Uint8Array, more: Partial<LeaseOwner> = {}): LeaseOwner => ({
  clientKey,
  preferredLifetime: 3000,
  ...NOTHING_ELSE,
  ...more,
});

suite("what a client of DHCPv6 is known by", () => {
  for (const iaid of [0, 1, 0x80000000, 0xffffffff]) {
    test(`IAID ${iaid} and the DUID can be read again`, () => {
      const key = clientKeyOf(Association.prefixes, iaid, DUID);
      assert.deepEqual([associationOf(key), iaidOf(key), duidOf(key)], [Association.prefixes, iaid, DUID]);
    });
  }
});

suite("the record of a DHCPv6 client", () => {
  const key = clientKeyOf(Association.addresses, 7, DUID);
  for (const [what, one] of [
    ["nothing but what is needed", owner(key)],
    ["a lifetime without end", owner(key, { preferredLifetime: 0xffffffff })],
    [
      "everything",
      owner(key, {
        peerAddress: address("fe80::1"),
        relays: new Uint8Array(300).fill(7),
        interfaceName: Uint8Array.of(101),
        hardware: Uint8Array.of(0, 1, 2, 0, 0, 0, 0, 1),
        hostname: Uint8Array.of(104),
        vendorClass: Uint8Array.of(0, 0, 1, 55),
        reconfigureKey: new Uint8Array(16).fill(9),
        limitKeys: Uint8Array.of(1, 5),
      }),
    ],
  ] as const) {
    test(`${what} survives`, () => {
      const bytes = new Uint8Array(OWNER_RECORD.size(one) + 3);
      const end = OWNER_RECORD.write(one, bytes, 3);
      assert.equal(end, bytes.length);
      assert.deepEqual(OWNER_RECORD.copy(OWNER_RECORD.read(bytes, 3)), one);
    });
  }
});

suite("the table of IPv6 leases", () => {
  const config = dhcp6Config([
    {
      prefix: "2001:db8:1::/64",
      ranges: [{ range: "2001:db8:1::100 2001:db8:1::103" }],
      prefixPools: [{ prefix: "2001:db8:8000::/40", delegatedLength: 42 }],
    },
  ]);

  test("an identity association has its own leases, an address and a prefix are found by their bytes", () => {
    const table = createLeaseTable(config);
    const addresses = clientKeyOf(Association.addresses, 1, DUID);
    const prefixes = clientKeyOf(Association.prefixes, 1, DUID);
    const lease = (text: string, key: Uint8Array) => ({
      address: prefix(text),
      state: LeaseState.bound,
      start: 10,
      expiry: 100,
      owner: owner(key),
    });
    for (const one of [lease("2001:db8:1::101", addresses), lease("2001:db8:8000::/42", prefixes)])
      table.apply({ kind: "put", lease: one });
    assert.deepEqual(
      [addresses, prefixes].map((key) => table.allOfClient(key, 0).map((one) => one.address)),
      [[prefix("2001:db8:1::101")], [prefix("2001:db8:8000::/42")]],
    );
    assert.equal(table.unusedIn({ index: 0 }), 3);
    assert.equal(table.unusedIn({ index: 1 }), 3);
    assert.deepEqual(table.unusedAddress({ index: 1 }, 0), prefix("2001:db8:8040::/42"));
    assert.equal(table.byAddress(prefix("2001:db8:8000::/41")), undefined);
  });

  test("a stored lease comes back, and one whose address has another length does not", () => {
    const table = createLeaseTable(config);
    const key = clientKeyOf(Association.addresses, 1, DUID);
    const applied = table.apply({
      kind: "put",
      lease: { address: prefix("2001:db8:1::102"), state: LeaseState.bound, start: 10, expiry: 100, owner: owner(key) },
    });
    assert.ok(applied?.write.kind === "put");
    assert.deepEqual(
      [applied.write.space, applied.write.network, applied.write.address],
      [1, "2001:db8:1::/64", prefix("2001:db8:1::102")],
    );
    const again = createLeaseTable(config);
    again.restore(applied.write);
    assert.deepEqual(again.ofClient(key, 0)?.address, prefix("2001:db8:1::102"));
    again.restore({ ...applied.write, row: 5, address: address("2001:db8:1::103") });
    assert.equal(again.size, 1);
  });
});
