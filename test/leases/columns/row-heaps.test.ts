import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { RowHeaps } from "../../../src/leases/columns/row-heaps.ts";

const ROWS = 60;

describe("RowHeaps", () => {
  test("the row that ended first and is not excluded is found, whatever comes and goes", () => {
    const action = fc.record({ row: fc.nat(ROWS - 1), expiry: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), fc.uniqueArray(fc.nat(ROWS - 1)), (actions, excluded) => {
        const expiry = new Uint32Array(ROWS);
        const queues = new RowHeaps(2, () => expiry);
        queues.reserve(ROWS);
        const present = new Map<number, number>();
        const excludes = (one: number) => excluded.includes(one);
        for (const { row, expiry: second } of actions) {
          const queue = row & 1;
          // Told twice it comes to the same.
          if (present.delete(row)) for (let i = 0; i < 2; i++) queues.remove(queue, row);
          else {
            expiry[row] = second;
            for (let i = 0; i < 2; i++) queues.add(queue, row);
            present.set(row, second);
          }
          const inOrder = [...present]
            .filter(([one]) => (one & 1) === queue)
            .sort(([a, x], [b, y]) => x - y || a - b)
            .map(([one]) => one);
          assert.equal(queues.length(queue), inOrder.length);
          assert.equal(queues.head(queue), inOrder[0] ?? -1);
          assert.equal(queues.first(queue, excludes), inOrder.find((one) => !excluded.includes(one)) ?? -1);
        }
      }),
    );
  });

  test("looks at few rows, though thousands come and go at its head", () => {
    const many = 100_000;
    const expiry = Uint32Array.from({ length: many }, (_, row) => row);
    const queues = new RowHeaps(1, () => expiry);
    queues.reserve(many);
    for (let row = 0; row < many; row++) queues.add(0, row);
    for (let row = 0; row < many / 2; row++) queues.remove(0, row);
    assert.equal(queues.head(0), many / 2);
    let looked = 0;
    const excludes = (one: number) => {
      looked++;
      return one < many / 2 + 3;
    };
    assert.equal(queues.first(0, excludes), many / 2 + 3);
    assert.ok(looked <= 7, `${looked}`);
    for (let row = many / 2 - 1; row >= 0; row--) queues.add(0, row);
    for (let row = 0; row < 1000; row++) {
      assert.equal(queues.head(0), row);
      queues.remove(0, row);
    }
  });
});
