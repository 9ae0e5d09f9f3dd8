import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { AddressPool } from "../../src/leases/address-pool.ts";

const START = 0x0a000000;

/** The seed that picks the place of an address. */
function seedOf(address: number, size: number): number {
  return Math.ceil(((address - START) / size) * 0x100000000);
}

describe("AddressPool", () => {
  test("a pool whose first address is excluded still gives out the others", () => {
    const pool = new AddressPool({ start: START, end: START + 2 }, [{ start: START, end: START }]);
    assert.equal(pool.firstUnused(0), START + 1);
  });

  test("an address released in the middle is given out again, though the last of the range is taken", () => {
    const pool = new AddressPool({ start: START, end: START + 99 }, []);
    for (let i = 0; i < 100; i++) pool.use(START + i);
    assert.equal(pool.firstUnused(7), undefined);
    pool.release(START + 50);
    assert.equal(pool.firstUnused(0xffffffff), START + 50);
  });

  test("the highest seed and the last address stay inside the range", () => {
    for (const size of [1, 2, 31, 32, 33, 1023, 1024, 1025, 32769]) {
      const pool = new AddressPool({ start: START, end: START + size - 1 }, []);
      assert.equal(pool.firstUnused(0xffffffff), START + size - 1);
      pool.use(START + size - 1);
      assert.equal(pool.firstUnused(0xffffffff), size === 1 ? undefined : START);
    }
  });

  test("excluded addresses are passed over, going round, however many there are", () => {
    const pool = new AddressPool({ start: START, end: START + 99 }, []);
    for (let i = 50; i < 60; i++) pool.use(START + i);
    const unless = (first: number, last: number) => ({ excludes: (one: number) => one >= START + first && one <= START + last });
    assert.equal(pool.firstUnused(0, unless(0, 0)), START + 1);
    assert.equal(pool.firstUnused(0, unless(0, 70)), START + 71);
    assert.equal(pool.firstUnused(0, unless(0, 98)), START + 99);
    assert.equal(pool.firstUnused(0, unless(0, 99)), undefined);
    assert.equal(pool.firstUnused(0x80000000, unless(5, 99)), START);
    // The place that the seed picks is looked at once.
    assert.equal(pool.firstUnused(0xffffffff, unless(1, 99)), START);
  });

  test("a range up to 255.255.255.255 works", () => {
    const pool = new AddressPool({ start: 0xffffff00, end: 0xffffffff }, []);
    assert.equal(pool.firstUnused(0xffffffff), 0xffffffff);
  });

  test("agrees with a plain set whatever is used and released", () => {
    const action = fc.record({ use: fc.boolean(), at: fc.nat(2999) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.array(action, { maxLength: 200 }), fc.nat(0xffffffff), (size, actions, seed) => {
        const pool = new AddressPool({ start: START, end: START + size - 1 }, []);
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
        assert.equal(pool.firstUnused(seed), expected);
      }),
    );
  });

  test("finds the one address left of sixteen million", () => {
    const size = 1 << 24;
    const pool = new AddressPool({ start: START, end: START + size - 1 }, []);
    for (let i = 0; i < size; i++) if (i !== 9_999_999) pool.use(START + i);
    assert.equal(pool.firstUnused(seedOf(START + 10_000_000, size)), START + 9_999_999);
    assert.equal(pool.unused, 1);
  });
});
