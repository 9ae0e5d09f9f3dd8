import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RangeIndex } from "../../src/net/range-index.ts";

describe("RangeIndex", () => {
  test("finds the range of an address", () => {
    const index = new RangeIndex([
      { start: 100, end: 199 },
      { start: 10, end: 10 },
      { start: 0xfffffff0, end: 0xffffffff },
    ]);
    const table: [address: number, range: number][] = [
      [9, -1],
      [10, 1],
      [11, -1],
      [99, -1],
      [100, 0],
      [150, 0],
      [199, 0],
      [200, -1],
      [0xffffffef, -1],
      [0xfffffff0, 2],
      [0xffffffff, 2],
    ];
    for (const [address, range] of table) assert.equal(index.find(address), range, String(address));
  });
});
