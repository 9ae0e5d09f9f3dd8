import assert from "node:assert/strict";
import { test } from "node:test";
import { type LeaseChange, LeaseState } from "../../src/leases/lease.ts";
import { bindsAnew, puts } from "../../src/server/sentences.ts";

const owner = { clientKey: new Uint8Array(0) };
const put = (address: number, state: LeaseState): LeaseChange<number, typeof owner> => ({
  kind: "put",
  lease: { address, state, start: 0, expiry: 1, owner },
});
const { bound, released, declined } = LeaseState;
/** 1 is bound, 2 released; of others nothing is known. */
const stateOf = (address: number) => (address === 1 ? bound : address === 2 ? released : undefined);

for (const [name, changes, isNew] of [
  ["none", [], false],
  ["a renewal", [put(1, bound)], false],
  ["what was released", [put(2, bound)], true],
  ["what was never leased", [put(3, bound)], true],
  ["one of several, the first", [put(3, bound), put(1, bound)], true],
  ["one of several, the last", [put(1, bound), put(3, bound)], true],
  ["a renewal, and what ends", [put(1, bound), put(3, released)], false],
] as const) {
  test(`whether an answer binds anew: ${name}`, () => assert.equal(bindsAnew(changes, stateOf), isNew));
}

test("which states leases are put into", () => {
  const changes = [put(1, bound), put(2, declined)];
  assert.deepEqual(
    [bound, declined, released, undefined].map((state) => puts(changes, state)),
    [true, true, false, true],
  );
  assert.equal(puts([], undefined), false);
});
