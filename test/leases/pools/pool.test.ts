import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createPool } from "../../../src/leases/pools/pool.ts";
import type { Pool, PoolAddresses } from "../../../src/leases/space.ts";
import type { AddressRange } from "../../../src/net/range.ts";

const START = 0x0a000000;

function poolOf({ start, end }: AddressRange, excluded: readonly AddressRange[]): Pool<number> {
  const addresses: PoolAddresses<number> = {
    size: end - start + 1,
    ordinalOf: (address) => address - start,
    addressAt: (ordinal) => start + ordinal,
  };
  return createPool(
    addresses,
    excluded.map((range) => ({ first: range.start - start, last: range.end - start })),
  );
}

/** The seed that picks the place of an address. */
function seedOf(address: number, size: number): number {
  return Math.ceil(((address - START) / size) * 0x100000000);
}

describe("a small pool", () => {
  test("a pool whose first address is excluded still gives out the others", () => {
    const pool = poolOf({ start: START, end: START + 2 }, [{ start: START, end: START }]);
    assert.equal(pool.first(0), START + 1);
  });

  test("an address released in the middle is given out again, though the last of the range is taken", () => {
    const pool = poolOf({ start: START, end: START + 99 }, []);
    for (let i = 0; i < 100; i++) pool.use(START + i);
    assert.equal(pool.first(7), undefined);
    pool.release(START + 50);
    assert.equal(pool.first(0xffffffff), START + 50);
  });

  test("the highest seed and the last address stay inside the range", () => {
    for (const size of [1, 2, 31, 32, 33, 1023, 1024, 1025, 32769]) {
      const pool = poolOf({ start: START, end: START + size - 1 }, []);
      assert.equal(pool.first(0xffffffff), START + size - 1);
      pool.use(START + size - 1);
      assert.equal(pool.first(0xffffffff), size === 1 ? undefined : START);
    }
  });

  test("excluded addresses are passed over, going round, however many there are", () => {
    const pool = poolOf({ start: START, end: START + 99 }, []);
    for (let i = 50; i < 60; i++) pool.use(START + i);
    const unless = (first: number, last: number) => ({ excludes: (one: number) => one >= START + first && one <= START + last });
    assert.equal(pool.first(0, unless(0, 0)), START + 1);
    assert.equal(pool.first(0, unless(0, 70)), START + 71);
    assert.equal(pool.first(0, unless(0, 98)), START + 99);
    assert.equal(pool.first(0, unless(0, 99)), undefined);
    assert.equal(pool.first(0x80000000, unless(5, 99)), START);
    // The place that the seed picks is looked at once.
    assert.equal(pool.first(0xffffffff, unless(1, 99)), START);
  });

  test("a range up to 255.255.255.255 works", () => {
    const pool = poolOf({ start: 0xffffff00, end: 0xffffffff }, []);
    assert.equal(pool.first(0xffffffff), 0xffffffff);
  });

  test("agrees with a plain set whatever is used and released", () => {
    const action = fc.record({ use: fc.boolean(), at: fc.nat(2999) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.array(action, { maxLength: 200 }), fc.nat(0xffffffff), (size, actions, seed) => {
        const pool = poolOf({ start: START, end: START + size - 1 }, []);
        const used = new Set<number>();
        for (const { use, at } of actions) {
          const address = START + (at % size);
          if (use) used.add(address);
          else used.delete(address);
          if (use) pool.use(address);
          else pool.release(address);
        }
        assert.equal(pool.unused, size - used.size);
        const from = Math.floor((seed / 0x100000000) * size);
        let expected: number | undefined;
        for (let i = 0; i < size && expected === undefined; i++) {
          const address = START + ((from + i) % size);
          if (!used.has(address)) expected = address;
        }
        assert.equal(pool.first(seed), expected);
      }),
    );
  });

  test("finds the one address left of sixteen million", () => {
    const size = 1 << 24;
    const pool = poolOf({ start: START, end: START + size - 1 }, []);
    for (let i = 0; i < size; i++) if (i !== 9_999_999) pool.use(START + i);
    assert.equal(pool.first(seedOf(START + 10_000_000, size)), START + 9_999_999);
    assert.equal(pool.unused, 1);
  });
});
