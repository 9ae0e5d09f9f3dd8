import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable, type LeaseTable } from "../../src/leases/dhcp4/table.ts";
import { configOf, holdOf, leaseOf, storedOf } from "../support/leases.ts";

const NET = 0x0a000000;
const OTHER_NET = 0x0a000100;
const { bound, released, expired, declined } = LeaseState;
const NOTHING = { bound: 0, held: 0, declined: 0, remembered: 0 };

function tableOf(): LeaseTable {
  const excluded = [{ start: NET + 9, end: NET + 9 }];
  return createLeaseTable(configOf([[{ start: NET + 1, end: NET + 10, excluded }], [{ start: OTHER_NET + 1, end: OTHER_NET + 10 }]], 50));
}

/** Leases by state, counted one by one. */
function statesOf(table: LeaseTable): Record<string, number> {
  const numbers: Record<string, number> = { bound: 0, released: 0, expired: 0, declined: 0 };
  for (const { state } of table.leases()) {
    const [name = ""] = Object.entries(LeaseState).find(([, one]) => one === state) ?? [];
    numbers[name] = (numbers[name] ?? 0) + 1;
  }
  return numbers;
}

/** Those of the two pools, then those of the two networks that are in neither. */
function countsOf({ counts }: LeaseTable): unknown {
  return [counts.ofPool(0), counts.ofPool(1), counts.outsidePools(0), counts.outsidePools(1)];
}

describe("addresses by state", () => {
  const put =
    (address: number, state: LeaseState, expiry = 100) =>
    (table: LeaseTable) =>
      table.apply({ kind: "put", lease: leaseOf(address, 5, state, 0, expiry) });
  const hold =
    (address: number, client = 6) =>
    (table: LeaseTable) =>
      table.apply({ kind: "hold", hold: holdOf(address, client, 30) });
  const withdraw = (address: number) => (table: LeaseTable) => table.apply({ kind: "withdraw", address });
  const at = (now: number) => (table: LeaseTable) => table.expire(now, 100);
  const undone = (change: (table: LeaseTable) => unknown) => (table: LeaseTable) => {
    const done = change(table) as Parameters<LeaseTable["undo"]>[0];
    table.undo(done);
  };

  const cases: [name: string, steps: ((table: LeaseTable) => unknown)[], place: number, counts: Partial<typeof NOTHING>][] = [
    ["bound", [put(NET + 1, bound)], 0, { bound: 1 }],
    ["renewed", [put(NET + 1, bound), put(NET + 1, bound, 200)], 0, { bound: 1 }],
    ["in the other pool", [put(OTHER_NET + 1, bound)], 1, { bound: 1 }],
    ["offered", [hold(NET + 1)], 0, { held: 1 }],
    ["offered, then given", [hold(NET + 1), put(NET + 1, bound)], 0, { bound: 1 }],
    ["offered to another one while bound", [put(NET + 1, bound), hold(NET + 1)], 0, { bound: 1 }],
    ["offered in vain", [hold(NET + 1), at(30)], 0, {}],
    ["offered, then another one to the same client", [hold(NET + 1), hold(NET + 2)], 0, { held: 1 }],
    ["released", [put(NET + 1, bound), put(NET + 1, released)], 0, { remembered: 1 }],
    ["expired", [put(NET + 1, bound), at(101)], 0, { remembered: 1 }],
    ["expired, and offered", [put(NET + 1, expired), hold(NET + 1)], 0, { held: 1 }],
    ["expired, and offered in vain", [put(NET + 1, expired), hold(NET + 1), withdraw(NET + 1)], 0, { remembered: 1 }],
    ["forgotten", [put(NET + 1, bound), at(101), at(150)], 0, {}],
    [
      "forgotten while offered",
      [put(NET + 1, expired), hold(NET + 1), (table) => table.apply({ kind: "remove", address: NET + 1 })],
      0,
      { held: 1 },
    ],
    ["declined", [put(NET + 1, declined)], 0, { declined: 1 }],
    ["declined, and over", [put(NET + 1, declined), at(101)], 0, {}],
    ["bound, and undone", [undone(put(NET + 1, bound))], 0, {}],
    ["released, and undone", [put(NET + 1, bound), undone(put(NET + 1, released))], 0, { bound: 1 }],
    ["bound to who was offered it, and undone", [hold(NET + 1), undone(put(NET + 1, bound))], 0, {}],
    ["excluded, as reserved addresses are", [put(NET + 9, bound)], 2, { bound: 1 }],
    ["outside the pool", [put(NET + 99, bound)], 2, { bound: 1 }],
    ["outside the other pool", [hold(OTHER_NET + 99)], 3, { held: 1 }],
    ["of no network", [put(0x0b000001, bound)], 0, {}],
  ];
  for (const [name, steps, place, counts] of cases) {
    test(name, () => {
      const table = tableOf();
      for (const step of steps) step(table);
      assert.deepEqual(
        countsOf(table),
        [0, 1, 2, 3].map((other) => (other === place ? { ...NOTHING, ...counts } : NOTHING)),
      );
      assert.deepEqual(table.states(), statesOf(table));
    });
  }

  test("come back after a restart, with what ran out meanwhile", () => {
    const table = tableOf();
    [leaseOf(NET + 1, 1, bound, 0, 100), leaseOf(NET + 2, 2, bound, 0, 40), leaseOf(NET + 9, 3, declined, 0, 100)].forEach((lease, row) => {
      table.restore(storedOf(row, lease));
    });
    // Another row of the same address, given later.
    table.restore(storedOf(7, leaseOf(NET + 1, 4, released, 10, 20)));
    table.restored(50);
    assert.deepEqual(countsOf(table), [{ ...NOTHING, remembered: 2 }, NOTHING, { ...NOTHING, declined: 1 }, NOTHING]);
    assert.deepEqual(table.states(), { bound: 0, released: 1, expired: 1, declined: 1 });
  });
});
