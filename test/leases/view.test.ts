/** What leaves the package owns its bytes, and harms nothing. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLeaseTable, DHCP4_LEASES, type LeaseTable as InnerTable } from "../../src/leases/dhcp4/table.ts";
import { type Hold, type Lease, LeaseState, LeaseTable } from "../../src/leases/index.ts";
import { viewOf } from "../../src/leases/view.ts";
import { configOf, holdOf, leaseOf, ownerOf } from "../support/leases.ts";

const NET = 0x0a000000;
const config = { ...configOf([[{ start: NET + 1, end: NET + 10 }]]), leasequery: { requesters: [] } };
const [range] = config.ranges as [(typeof config.ranges)[0]];
const KEY = ownerOf(5).clientKey;

/** One lease and one hold, both of client 5. */
function filled<T extends InnerTable>(table: T): T {
  table.apply({ kind: "put", lease: leaseOf(NET + 1, 5, LeaseState.bound, 0, 100) });
  table.apply({ kind: "hold", hold: holdOf(NET + 2, 5, 30) });
  return table;
}

/** Everything that client 5 had is another client's now. */
function taken(table: InnerTable): void {
  table.apply({ kind: "remove", address: NET + 1 });
  table.apply({ kind: "withdraw", address: NET + 2 });
  for (const last of [1, 2, 3]) {
    table.apply({ kind: "put", lease: leaseOf(NET + last, 600 + last, LeaseState.bound, 0, 100) });
    table.apply({ kind: "hold", hold: holdOf(NET + 4 + last, 600 + last, 30) });
  }
}

type Found = readonly [name: string, find: (table: LeaseTable) => Lease | Hold | undefined];

describe("the public lease table", () => {
  const ways: readonly Found[] = [
    ["byAddress", (table) => table.byAddress(NET + 1)],
    ["ofClient", (table) => table.ofClient(KEY, 0)],
    ["leases", (table) => [...table.leases()][0]],
    ["withTrait", (table) => table.withTrait("chaddr", ownerOf(5).chaddr)[0]],
    ["holdOn", (table) => table.holdOn(NET + 2)],
    ["heldBy", (table) => table.heldBy(KEY, 0)],
    ["holds", (table) => [...table.holds()][0]],
  ];
  for (const [name, find] of ways) {
    test(`${name}: what it gave is not another client's later`, () => {
      const table = filled(new LeaseTable(config));
      const kept = find(table);
      taken(table);
      assert.deepEqual(kept?.owner, ownerOf(5));
    });
    test(`${name}: nothing that is done to it reaches the table`, () => {
      const table = filled(new LeaseTable(config));
      for (const bytes of Object.values(find(table)?.owner ?? {})) if (bytes instanceof Uint8Array) new Uint8Array(bytes.buffer).fill(0xee);
      assert.deepEqual(find(table)?.owner, ownerOf(5));
    });
  }

  test("longestExpired as well", () => {
    const table = new LeaseTable(config);
    table.apply({ kind: "put", lease: leaseOf(NET + 1, 5, LeaseState.released, 0, 100) });
    const kept = table.longestExpired(range);
    taken(table);
    assert.deepEqual(kept?.owner, ownerOf(5));
  });

  test("keeps a client key that is neither option 61 nor htype and chaddr", () => {
    const table = new LeaseTable(config);
    const other = { ...ownerOf(5), clientKey: Uint8Array.of(9, 9, 9), limitKeys: Uint8Array.of(0, 1, 7) };
    table.apply({ kind: "put", lease: { ...leaseOf(NET + 1, 5, LeaseState.bound, 0, 100), owner: other } });
    assert.deepEqual(table.ofClient(Uint8Array.of(9, 9, 9), 0)?.owner, other);
    assert.equal(table.ofClient(KEY, 0), undefined);
  });

  test("times that 32 bits don't hold end in the last second, and are neither wrapped nor endless", () => {
    const table = new LeaseTable(config);
    table.apply({ kind: "put", lease: leaseOf(NET + 1, 5, LeaseState.bound, 2 ** 33, 2 ** 40) });
    const lease = table.byAddress(NET + 1);
    assert.deepEqual([lease?.start, lease?.expiry], [0xfffffffe, 0xfffffffe]);
    table.expire(0xffffffff, 10);
    assert.equal(table.byAddress(NET + 1)?.state, LeaseState.expired);
  });
});

describe("a view of a lease table", () => {
  test("shows what is there, to keep", () => {
    const table = filled(createLeaseTable(config));
    const view = viewOf(table, DHCP4_LEASES);
    const kept = [view.byAddress(NET + 1), view.ofClient(KEY, 0), view.holdOn(NET + 2), [...view.leases()][0], [...view.holds()][0]];
    assert.deepEqual([view.size, view.capacityOf(range), view.inUse(range), view.unusedIn(range)], [1, 10, 2, 8]);
    assert.deepEqual(view.countsIn(range), { bound: 1, held: 1, declined: 0, remembered: 0 });
    assert.deepEqual(view.countsOutside({ index: 0 }), { bound: 0, held: 0, declined: 0, remembered: 0 });
    taken(table);
    for (const one of kept) assert.deepEqual(one?.owner, ownerOf(5));
    assert.equal(view.size, 3);
  });

  test("has nothing that changes the table", () => {
    const view = viewOf(createLeaseTable(config), DHCP4_LEASES);
    assert.deepEqual(Object.keys(view).sort(), [
      "byAddress",
      "capacityOf",
      "countsIn",
      "countsOutside",
      "holdOn",
      "holds",
      "inUse",
      "leases",
      "ofClient",
      "size",
      "stateOf",
      "states",
      "storedAt",
      "storedFrom",
      "storedOf",
      "unusedIn",
    ]);
  });
});
