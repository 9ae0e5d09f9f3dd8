import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Arena } from "../../../src/leases/columns/arena.ts";
import { EndingLists } from "../../../src/leases/columns/ending-lists.ts";
import { createKeyHash } from "../../../src/leases/columns/key-hash.ts";
import { RowIndex } from "../../../src/leases/columns/row-index.ts";
import { SecondQueue } from "../../../src/leases/columns/second-queue.ts";

describe("RowIndex", () => {
  test("finds every row by its hash, through growth, collisions and removals", () => {
    const action = fc.record({ row: fc.nat(3000), hash: fc.oneof(fc.nat(20), fc.nat(0xffffffff)) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 4000, minLength: 500 }), (actions) => {
        const hashes = new Uint32Array(3001);
        const index = new RowIndex(() => hashes);
        const present = new Map<number, number>();
        for (const { row, hash } of actions) {
          const old = present.get(row);
          if (old !== undefined) {
            index.remove(row, old);
            present.delete(row);
          } else {
            hashes[row] = hash;
            index.insert(row, hash);
            present.set(row, hash);
          }
        }
        for (const [row, hash] of present) assert.ok(rowsWith(index, hash).includes(row));
        for (let row = 0; row <= 3000; row++) {
          if (!present.has(row)) assert.ok(!rowsWith(index, hashes[row] as number).includes(row));
        }
      }),
      { numRuns: 30 },
    );
  });

  function rowsWith(index: RowIndex, hash: number): number[] {
    const rows: number[] = [];
    for (let place = index.start(hash); index.at(place) >= 0; place = index.after(place)) rows.push(index.at(place));
    return rows;
  }
});

describe("the hash of keys", () => {
  test("identifiers that collide under one secret do not under another, nor do all of a kind under any", () => {
    const one = createKeyHash([1, 2]);
    const other = createKeyHash([1, 3]);
    const first = new Map<number, Uint8Array>();
    let collisions = 0;
    for (let i = 0; i < 200_000; i++) {
      const key = Uint8Array.of(1, 2, 0, i >>> 16, i >>> 8, i);
      const known = first.get(one(key));
      if (known === undefined) first.set(one(key), key);
      else {
        collisions++;
        assert.notEqual(other(known), other(key));
      }
    }
    // Four or five are to be expected of any good hash.
    assert.ok(collisions > 0 && collisions < 20, `${collisions}`);
  });
});

describe("SecondQueue", () => {
  test("gives the seconds in order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat()), (seconds) => {
        const queue = new SecondQueue();
        for (const second of seconds) queue.push(second);
        const taken: number[] = [];
        for (let first = queue.first; first !== undefined; first = queue.first) {
          taken.push(first);
          queue.pop();
        }
        assert.deepEqual(
          taken,
          [...seconds].sort((a, b) => a - b),
        );
      }),
    );
  });
});

describe("EndingLists", () => {
  test("finds what ends, second by second, whatever was added and removed", () => {
    const action = fc.record({ row: fc.nat(40), second: fc.nat(60), now: fc.option(fc.nat(60), { freq: 20, nil: undefined }) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
        const lists = new EndingLists();
        lists.reserve(41);
        const present = new Map<number, number>();
        for (const { row, second, now } of actions) {
          const old = present.get(row);
          if (now !== undefined) {
            for (let over = lists.firstEnding(now); over !== -1; over = lists.firstEnding(now)) {
              assert.equal(present.get(over), Math.min(...present.values()));
              lists.remove(over, present.get(over) as number);
              present.delete(over);
            }
            assert.ok([...present.values()].every((end) => end > now));
          } else if (old !== undefined) {
            lists.remove(row, old);
            present.delete(row);
          } else {
            lists.add(row, second);
            present.set(row, second);
          }
        }
      }),
    );
  });

  test("a client that renews with ever new lease times fills no memory, and nothing is lost", () => {
    const lists = new EndingLists();
    lists.reserve(101);
    for (let row = 1; row <= 100; row++) lists.add(row, row * 777);
    let most = 0;
    for (let second = 1000; second < 51_000; second++) {
      lists.add(0, second);
      lists.remove(0, second);
      most = Math.max(most, lists.seconds);
    }
    assert.ok(most < 5000, `${most} seconds`);
    const ended: number[] = [];
    for (let row = lists.firstEnding(100_000); row !== -1; row = lists.firstEnding(100_000)) {
      ended.push(row);
      lists.remove(row, row * 777);
    }
    assert.deepEqual(
      ended,
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
  });
});

describe("Arena", () => {
  test("blocks never overlap, and freed ones are used again", () => {
    const arena = new Arena();
    const blocks = Array.from({ length: 5000 }, (_, i) => ({ length: 1 + ((i * 37) % 700), block: 0 }));
    const fill = (block: number, length: number, value: number) =>
      arena.chunk(block).fill(value, arena.offset(block), arena.offset(block) + length);
    blocks.forEach((entry, i) => {
      entry.block = arena.allocate(entry.length);
      fill(entry.block, entry.length, i & 255);
    });
    blocks.forEach(({ block, length }, i) => {
      const bytes = arena.chunk(block).subarray(arena.offset(block), arena.offset(block) + length);
      assert.equal(bytes.length, length);
      assert.ok(bytes.every((byte) => byte === (i & 255)));
    });
    const freed = blocks[10] as { length: number; block: number };
    arena.free(freed.block, freed.length);
    assert.equal(arena.allocate(freed.length), freed.block);
  });
});
