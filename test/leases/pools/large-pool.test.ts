import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { addressRange, prefixesIn } from "../../../src/leases/pools/addresses-128.ts";
import { NumberSet } from "../../../src/leases/pools/number-set.ts";
import { createPool } from "../../../src/leases/pools/pool.ts";
import type { PoolAddresses } from "../../../src/leases/space.ts";
import { formatAddress } from "../../../src/net/address.ts";
import { parseIpv6 } from "../../../src/net/ipv6.ts";

const ip = (text: string): Uint8Array => parseIpv6(text) as Uint8Array;
/** Numbers as addresses. */
const numbers = (size: number): PoolAddresses<number> => ({ size, ordinalOf: (address) => address, addressAt: (ordinal) => ordinal });
const SEEDS = Array.from({ length: 1000 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 0) | 1);

describe("a pool of more addresses than a bitmap has bits for", () => {
  test("an address is unused until it is used, and again when it is released, twice or once", () => {
    const pool = createPool(numbers(2 ** 40), []);
    for (const seed of SEEDS) {
      const address = pool.first(seed) as number;
      assert.equal(pool.first(seed), address);
      pool.use(address);
      pool.use(address);
      const other = pool.first(seed);
      assert.notEqual(other, address);
      pool.release(address);
      pool.release(address);
      assert.equal(pool.first(seed), address);
    }
    assert.equal(pool.unused, 2 ** 40);
  });

  test("addresses are taken from all of it", () => {
    const size = 2 ** 53;
    const tenths = new Set(SEEDS.map((seed) => Math.floor(((createPool(numbers(size), []).first(seed) as number) / size) * 10)));
    assert.equal(tenths.size, 10);
  });

  test("who begins at the first one gets them in their order, past excluded ones, and released ones first", () => {
    const pool = createPool(numbers(2 ** 30), [
      { first: 0, last: 4 },
      { first: 7, last: 2 ** 20 },
    ]);
    const next = (): number => {
      const address = pool.first(0) as number;
      pool.use(address);
      return address;
    };
    assert.deepEqual([next(), next(), next(), next()], [5, 6, 2 ** 20 + 1, 2 ** 20 + 2]);
    pool.release(6);
    assert.deepEqual([next(), next()], [6, 2 ** 20 + 3]);
    assert.equal(pool.capacity, 2 ** 30 - 5 - (2 ** 20 - 6));
    assert.equal(pool.unused, pool.capacity - 5);
  });

  test("neither excluded addresses nor those that somebody must not have are given, whatever the seed", () => {
    const pool = createPool(numbers(2 ** 30), [{ first: 100, last: 2 ** 29 }]);
    for (const seed of SEEDS) {
      const address = pool.first(seed, { excludes: (one) => one % 2 === 0 }) as number;
      assert.ok(address % 2 === 1 && (address < 100 || address > 2 ** 29), `${address}`);
    }
  });

  test("a million addresses in their order take no time that grows with them", () => {
    const pool = createPool(numbers(2 ** 40), []);
    for (let i = 0; i < 1_000_000; i++) {
      assert.equal(pool.first(0), i);
      pool.use(i);
    }
  });
});

test("a set of numbers is a set", () => {
  const number = fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 2 ** 53 - 1 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), number), { maxLength: 400 }), (actions) => {
      const set = new NumberSet();
      const model = new Set<number>();
      for (const [add, one] of actions) {
        const changes = add ? !model.has(one) : model.has(one);
        assert.equal(add ? set.add(one) : set.delete(one), changes);
        if (add) model.add(one);
        else model.delete(one);
        assert.equal(set.size, model.size);
      }
      for (const [, one] of actions) assert.equal(set.has(one), model.has(one));
    }),
  );
});

describe("addresses of 128 bits by ordinals", () => {
  test("a range", () => {
    const range = addressRange(ip("2001:db8::ff"), ip("2001:db8::1:2"));
    assert.equal(range.size, 0x10002 - 0xff + 1);
    const table: [ordinal: number, address: string][] = [
      [0, "2001:db8::ff"],
      [1, "2001:db8::100"],
      [0xff02, "2001:db8::1:1"],
    ];
    for (const [ordinal, text] of table) {
      assert.equal(formatAddress(range.addressAt(ordinal)), text);
      assert.equal(range.ordinalOf(ip(text)), ordinal);
    }
  });

  test("of a whole /64, and of more, the first 2^53 count", () => {
    for (const end of ["2001:db8::ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]) {
      const range = addressRange(ip("2001:db8::"), ip(end));
      assert.equal(range.size, 2 ** 53);
      const last = range.addressAt(range.size - 1);
      assert.equal(formatAddress(last), "2001:db8::1f:ffff:ffff:ffff");
      assert.equal(range.ordinalOf(last), range.size - 1);
    }
  });

  test("prefixes of a prefix, of any lengths", () => {
    const prefixes = prefixesIn(ip("2001:db8::"), 32, 52);
    assert.equal(prefixes.size, 2 ** 20);
    assert.equal(formatAddress(prefixes.addressAt(0)), "2001:db8::/52");
    assert.equal(formatAddress(prefixes.addressAt(1)), "2001:db8:0:1000::/52");
    assert.equal(formatAddress(prefixes.addressAt(2 ** 20 - 1)), "2001:db8:ffff:f000::/52");
    assert.equal(prefixesIn(ip("2001::"), 16, 16).size, 1);
    assert.equal(prefixesIn(ip("2001:d00::"), 20, 64).size, 2 ** 44);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 128 }),
        fc.integer({ min: 0, max: 128 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (a, b, part) => {
          const [length, delegated] = [Math.min(a, b), Math.max(a, b)];
          const all = prefixesIn(new Uint8Array(16), length, delegated);
          const ordinal = Math.floor(part * all.size);
          const prefix = all.addressAt(ordinal);
          assert.equal(all.ordinalOf(prefix), ordinal);
          assert.equal(prefix[16], delegated);
          // Nothing behind the prefix, and nothing before the part that counts.
          const bits = [...prefix.subarray(0, 16)].flatMap((byte) => [...byte.toString(2).padStart(8, "0")]);
          assert.ok(bits.slice(delegated).every((bit) => bit === "0") && bits.slice(0, length).every((bit) => bit === "0"));
        },
      ),
    );
  });
});
