import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Ipv6Range, Ipv6RangeIndex } from "../../src/net/ipv6-range-index.ts";

const at = (last: number): Uint8Array => Uint8Array.of(...new Uint8Array(14), last >>> 8, last);
const range = ([first, last]: readonly [number, number]): Ipv6Range => ({ start: at(first), end: at(last) });
const index = new Ipv6RangeIndex(
  (
    [
      [300, 400],
      [10, 20],
      [500, 500],
      [21, 30],
    ] as const
  ).map(range),
);

suite("an index of IPv6 ranges", () => {
  for (const [address, position] of [
    [9, -1],
    [10, 1],
    [20, 1],
    [21, 3],
    [31, -1],
    [400, 0],
    [500, 2],
    [501, -1],
  ] as const) {
    test(`${address} is in ${position < 0 ? "none" : `that at ${position}`}`, () => assert.equal(index.find(at(address)), position));
  }

  for (const [first, last, expected] of [
    [0, 9, false],
    [0, 10, true],
    [30, 31, true],
    [31, 299, false],
    [31, 600, true],
    [350, 360, true],
    [401, 499, false],
    [499, 501, true],
    [501, 600, false],
  ] as const) {
    test(`${first} to ${last} ${expected ? "overlaps one" : "overlaps none"}`, () =>
      assert.equal(index.overlaps(range([first, last])), expected));
  }

  test("without ranges there is nothing to find", () => {
    const none = new Ipv6RangeIndex([]);
    assert.deepEqual([none.find(at(1)), none.overlaps(range([0, 9]))], [-1, false]);
  });
});
