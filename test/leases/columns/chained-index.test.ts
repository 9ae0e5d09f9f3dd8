import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ChainedIndex } from "../../../src/leases/columns/chained-index.ts";
import { hashBytes } from "../../../src/net/bytes.ts";

const hashOf = (value: number): number => hashBytes(Uint8Array.of(value >> 8, value));

function rowsWith(index: ChainedIndex, value: number): number[] {
  const rows: number[] = [];
  for (let row = index.first(hashOf(value)); row !== -1; row = index.after(row)) rows.push(row);
  return rows.sort((a, b) => a - b);
}

describe("chained index", () => {
  test("finds every row by its value, through growth, removals and values that are shared", () => {
    const step = fc.tuple(fc.nat(2999), fc.option(fc.oneof(fc.nat(3), fc.nat(5000)), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 4000, size: "max" }), (steps) => {
        const index = new ChainedIndex();
        const model = new Map<number, number | undefined>();
        index.reserve(10);
        index.reserve(3000);
        for (const [row, value] of steps) {
          index.remove(row);
          model.delete(row);
          if (value === undefined) continue;
          index.insert(row, hashOf(value));
          // Told twice it comes to the same.
          index.insert(row, hashOf(value));
          model.set(row, value);
        }
        for (const value of new Set([...model.values(), 0, 1, 2, 3])) {
          const rows = [...model].filter(([, one]) => one === value).map(([row]) => row);
          assert.deepEqual(
            rowsWith(index, value as number),
            rows.sort((a, b) => a - b),
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  test("a row that is not in the index can be removed", () => {
    const index = new ChainedIndex();
    index.reserve(4);
    index.remove(1);
    index.insert(2, hashOf(7));
    assert.deepEqual(rowsWith(index, 7), [2]);
  });

  test("a hundred thousand rows with one value come and go as fast as any", () => {
    const index = new ChainedIndex();
    index.reserve(100_000);
    const same = hashOf(7);
    const began = performance.now();
    for (let row = 0; row < 100_000; row++) index.insert(row, same);
    for (let row = 0; row < 100_000; row++) index.remove(row);
    assert.ok(performance.now() - began < 5000);
    assert.deepEqual(rowsWith(index, 7), []);
  });
});
