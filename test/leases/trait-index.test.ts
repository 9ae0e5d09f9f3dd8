import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { LeaseOwner } from "../../src/leases/lease.ts";
import type { LeaseTrait } from "../../src/leases/reader.ts";
import { TraitIndex, traitOf } from "../../src/leases/trait-index.ts";
import { equalBytes, hashBytes } from "../../src/net/bytes.ts";

const owner = (value: number | undefined): LeaseOwner => ({
  clientKey: Uint8Array.of(1),
  clientIdentifier: value === undefined ? undefined : Uint8Array.of(value >> 8, value),
  htype: 1,
  chaddr: Uint8Array.of(2),
  hostname: undefined,
  vendorClass: undefined,
  relayAgentInformation: undefined,
  limitKeys: undefined,
});

function rowsWith(index: TraitIndex, value: number): number[] {
  const rows: number[] = [];
  for (let row = index.first(hashBytes(Uint8Array.of(value >> 8, value))); row !== -1; row = index.after(row)) rows.push(row);
  return rows.sort((a, b) => a - b);
}

describe("trait index", () => {
  test("finds every row by its value, through growth, removals and values that are shared", () => {
    const step = fc.tuple(fc.nat(2999), fc.option(fc.oneof(fc.nat(3), fc.nat(5000)), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 4000, size: "max" }), (steps) => {
        const index = new TraitIndex("clientIdentifier", hashBytes);
        const model = new Map<number, number | undefined>();
        index.reserve(10);
        index.reserve(3000);
        for (const [row, value] of steps) {
          index.remove(row);
          model.delete(row);
          if (value === undefined) continue;
          index.insert(row, owner(value));
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

  test("an owner without the trait is not taken up, and can be removed", () => {
    const index = new TraitIndex("clientIdentifier", hashBytes);
    index.reserve(4);
    index.insert(1, owner(undefined));
    index.remove(1);
    index.insert(2, owner(7));
    assert.deepEqual(rowsWith(index, 7), [2]);
  });

  test("a hundred thousand rows with one value come and go as fast as any", () => {
    const index = new TraitIndex("clientIdentifier", hashBytes);
    index.reserve(100_000);
    const same = owner(7);
    const began = performance.now();
    for (let row = 0; row < 100_000; row++) index.insert(row, same);
    for (let row = 0; row < 100_000; row++) index.remove(row);
    assert.ok(performance.now() - began < 5000);
    assert.deepEqual(rowsWith(index, 7), []);
  });

  test("what the traits are", () => {
    const whole: LeaseOwner = { ...owner(258), relayAgentInformation: Uint8Array.of(1, 1, 9, 2, 2, 8, 7) };
    const cases: readonly [LeaseTrait, LeaseOwner, Uint8Array | undefined][] = [
      ["chaddr", whole, Uint8Array.of(2)],
      ["chaddr", { ...whole, chaddr: new Uint8Array(0) }, undefined],
      ["clientIdentifier", whole, Uint8Array.of(1, 2)],
      ["clientIdentifier", owner(undefined), undefined],
      ["remoteId", whole, Uint8Array.of(8, 7)],
      ["remoteId", owner(1), undefined],
      ["remoteId", { ...whole, relayAgentInformation: Uint8Array.of(1, 1, 9) }, undefined],
    ];
    for (const [trait, one, expected] of cases) {
      const value = traitOf(one, trait);
      assert.ok(value === expected || (value !== undefined && expected !== undefined && equalBytes(value, expected)), trait);
    }
  });
});
