import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Applied, type LeaseChange, LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable, type LeaseTable } from "../../src/leases/dhcp4/table.ts";
import { configOf, leaseOf, ownerOf, storedOf } from "../support/leases.ts";

const FIRST = 0x0a000001;
const ADDRESSES = 3000;
const { bound, released, declined } = LeaseState;

function tableOf(): LeaseTable {
  const config = configOf([[{ start: FIRST, end: FIRST + ADDRESSES - 1 }]], 20);
  return createLeaseTable({ ...config, leasequery: { requesters: [] } });
}

const found = (table: LeaseTable, client: number): number[] =>
  table
    .withTrait("chaddr", ownerOf(client).chaddr)
    .map(({ address }) => address)
    .sort((a, b) => a - b);

const boundOf = (table: LeaseTable, client: number): number[] =>
  [...table.leases()]
    .filter(({ state, owner }) => state === bound && owner.chaddr.join() === ownerOf(client).chaddr.join())
    .map(({ address }) => address)
    .sort((a, b) => a - b);

describe("LeaseTable: leases with a trait", () => {
  for (const [name, state] of [
    ["released leases of", released],
    ["declined addresses of", declined],
  ] as const) {
    test(`more ${name} made-up clients with the hardware address of another than are looked at do not hide its lease`, () => {
      const table = tableOf();
      table.apply({ kind: "put", lease: leaseOf(FIRST, 1, bound, 0, 100) });
      for (let i = 1; i < ADDRESSES; i++) {
        const { owner, ...rest } = leaseOf(FIRST + i, 1, state, 0, 100);
        const clientIdentifier = Uint8Array.of(i >> 8, i);
        table.apply({ kind: "put", lease: { ...rest, owner: { ...owner, clientKey: clientIdentifier, clientIdentifier } } });
      }
      assert.deepEqual(found(table, 1), [FIRST]);
    });
  }

  test("no more than are asked for, those that were given last", () => {
    const table = tableOf();
    for (let i = 0; i < 5; i++) table.apply({ kind: "put", lease: leaseOf(FIRST + i, 1, LeaseState.bound, i, 100) });
    const addresses = (most?: number) => table.withTrait("chaddr", ownerOf(1).chaddr, most).map(({ address }) => address - FIRST);
    assert.deepEqual([addresses(2), addresses(0), addresses()], [[4, 3], [], [4, 3, 2, 1, 0]]);
  });

  test("the same when the leases of these clients have run out", () => {
    const table = tableOf();
    table.apply({ kind: "put", lease: leaseOf(FIRST, 1, bound, 0, 100) });
    for (let i = 1; i < ADDRESSES; i++) table.apply({ kind: "put", lease: leaseOf(FIRST + i, 1, bound, 0, 10) });
    table.expire(11, ADDRESSES);
    assert.deepEqual(found(table, 1), [FIRST]);
  });

  test("the same after a start", () => {
    const table = tableOf();
    table.restore(storedOf(0, leaseOf(FIRST, 1, bound, 0, 100)));
    for (let i = 1; i < ADDRESSES; i++) table.restore(storedOf(i, leaseOf(FIRST + i, 1, bound, 0, 10)));
    table.restored(11);
    assert.deepEqual(found(table, 1), [FIRST]);
  });

  test("whatever happens, those are found that are bound", () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("put" as const),
        at: fc.nat(7),
        client: fc.integer({ min: 1, max: 3 }),
        state: fc.constantFrom(...Object.values(LeaseState)),
        lasts: fc.integer({ min: 1, max: 30 }),
      }),
      fc.record({ kind: fc.constant("remove" as const), at: fc.nat(7) }),
      fc.record({ kind: fc.constant("undo" as const) }),
      fc.record({ kind: fc.constant("wait" as const), seconds: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const table = tableOf();
        let done: Applied[] = [];
        let now = 0;
        for (const one of steps) {
          if (one.kind === "wait") {
            now += one.seconds;
            table.expire(now, 100);
            done = [];
          } else if (one.kind === "undo") {
            const last = done.pop();
            if (last !== undefined) table.undo(last);
          } else {
            const address = FIRST + one.at;
            const change: LeaseChange =
              one.kind === "put"
                ? { kind: "put", lease: leaseOf(address, one.client, one.state, now, now + one.lasts) }
                : { kind: "remove", address };
            const applied = table.apply(change);
            if (applied !== undefined) done.push(applied);
          }
          for (const client of [1, 2, 3]) assert.deepEqual(found(table, client), boundOf(table, client));
        }
      }),
    );
  });
});
