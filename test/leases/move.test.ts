import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Config } from "../../src/config/model/config.ts";
import { type LeaseChange, LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { createSpace } from "../../src/leases/dhcp4/space.ts";
import { createLeaseTable, type LeaseTable } from "../../src/leases/dhcp4/table.ts";
import { countedOneByOne } from "../support/address-counts.ts";
import { configOf, holdOf, leaseOf, lineOf, ownerOf } from "../support/leases.ts";

const NET = 0x0a000000;
const SIZE = 12;
const LEASEQUERY = { requesters: [] };

/** Other ranges, another order of networks and so other links, exclusions, and traits or none. */
const CONFIGS: readonly Config[] = [
  configOf([[{ start: NET + 1, end: NET + 8 }], [{ start: NET + 0x101, end: NET + 0x104 }]], 50),
  { ...configOf([[{ start: NET + 0x101, end: NET + 0x103 }], [{ start: NET + 3, end: NET + SIZE }]], 500), leasequery: LEASEQUERY },
  configOf(
    [
      [
        { start: NET + 1, end: NET + 4, excluded: [{ start: NET + 2, end: NET + 2 }] },
        { start: NET + 6, end: NET + SIZE },
      ],
    ],
    5,
  ),
  configOf([[{ start: 0x0b000001, end: 0x0b000009 }]], 50),
];

const address = fc.oneof(fc.integer({ min: NET + 1, max: NET + SIZE }), fc.integer({ min: NET + 0x101, max: NET + 0x105 }));
const client = fc.integer({ min: 1, max: 6 });
const change: fc.Arbitrary<LeaseChange> = fc.oneof(
  fc
    .tuple(address, client, fc.constantFrom(...Object.values(LeaseState)), fc.integer({ min: 1, max: 100 }))
    .map(([at, who, state, expiry]) => ({ kind: "put", lease: leaseOf(at, who, state, 0, expiry) }) as const),
  address.map((at) => ({ kind: "remove", address: at }) as const),
  fc
    .tuple(address, client, fc.integer({ min: 1, max: 100 }))
    .map(([at, who, until]) => ({ kind: "hold", hold: holdOf(at, who, until) }) as const),
  address.map((at) => ({ kind: "withdraw", address: at }) as const),
);
const step = fc.oneof(
  { weight: 6, arbitrary: change.map((one) => ({ do: "change", change: one }) as const) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }).map((now) => ({ do: "expire", now }) as const) },
  { weight: 1, arbitrary: fc.constant({ do: "undo" } as const) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }).map((rows) => ({ do: "step", rows }) as const) },
);

/** What follows from the space, whatever way the table came to it. */
function follows(table: LeaseTable, config: Config): unknown {
  return {
    ranges: config.ranges.map((range) => ({
      capacity: table.capacityOf(range),
      unused: table.unusedIn(range),
      inUse: table.inUse(range),
      first: [0, 0x80000000, 0xffffffff].map((seed) => table.unusedAddress(range, seed)),
      ended: table.longestExpired(range)?.expiry,
    })),
    clients: [1, 2, 3, 4, 5, 6].map((who) =>
      config.links.map(({ index }) => [
        lineOf(table.ofClient(ownerOf(who).clientKey, index)),
        table.withTrait("chaddr", ownerOf(who).chaddr).map(lineOf).sort(),
      ]),
    ),
  };
}

/** A table that was in this space from the beginning, with the same leases and holds. */
function freshTable(table: LeaseTable, config: Config): LeaseTable {
  const fresh = createLeaseTable(config);
  for (const lease of table.leases()) fresh.apply({ kind: "put", lease });
  for (const hold of table.holds()) fresh.apply({ kind: "hold", hold, beside: true });
  return fresh;
}

describe("a table that moves to another space", () => {
  test("knows in the end what one knows that was always there, whatever changes meanwhile", () => {
    const pair = fc.tuple(fc.nat(CONFIGS.length - 1), fc.nat(CONFIGS.length - 1));
    fc.assert(
      fc.property(pair, fc.array(change, { maxLength: 30 }), fc.array(step, { maxLength: 60 }), ([from, to], before, during) => {
        const config = CONFIGS[to] as Config;
        const table = createLeaseTable(CONFIGS[from] as Config);
        for (const one of before) table.apply(one);
        const move = table.moveTo(createSpace(config));
        let undo: (() => void) | undefined;
        let moved = false;
        for (const one of during) {
          if (one.do === "change") {
            const done = table.apply(one.change);
            undo = done && (() => table.undo(done));
          } else if (one.do === "expire") {
            const done = table.expire(one.now, 3);
            undo = () => done.toReversed().forEach((each) => void table.undo(each));
          } else if (one.do === "undo") {
            undo?.();
            undo = undefined;
          } else moved = move.step(one.rows);
          assert.deepEqual([...table.counts.numbers], countedOneByOne(table));
          assert.deepEqual(table.space.pools.length, (moved ? config : (CONFIGS[from] as Config)).ranges.length);
        }
        while (!move.step(1));
        assert.ok(move.step(1));
        assert.deepEqual([...table.counts.numbers], countedOneByOne(table));
        assert.deepEqual(follows(table, config), follows(freshTable(table, config), config));
        // What is done from now on counts as well.
        for (const one of before) table.apply(one);
        table.expire(100, 1000);
        assert.deepEqual([...table.counts.numbers], countedOneByOne(table));
        assert.deepEqual(follows(table, config), follows(freshTable(table, config), config));
      }),
      { numRuns: 300 },
    );
  });

  test("stays where it is until the last step, and a move that is begun later takes the place of one under way", () => {
    const [first, second, third] = CONFIGS as [Config, Config, Config];
    const table = createLeaseTable(first);
    for (let i = 1; i <= 8; i++) table.apply({ kind: "put", lease: leaseOf(NET + i, i, LeaseState.bound, 0, 100) });
    const given = table.moveTo(createSpace(second));
    assert.equal(given.step(7), false);
    assert.equal(table.capacityOf({ index: 0 }), 8);
    const move = table.moveTo(createSpace(third));
    assert.equal(given.step(1000), false);
    assert.equal(move.step(8), true);
    assert.equal(given.step(1000), false);
    assert.deepEqual(
      third.ranges.map((range) => [table.capacityOf(range), table.inUse(range)]),
      [
        [3, 3],
        [7, 3],
      ],
    );
  });
});
