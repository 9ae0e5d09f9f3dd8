import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Config } from "../../src/config/model/config.ts";
import { KeyCounts } from "../../src/leases/columns/key-counts.ts";
import { type Applied, type Hold, type Lease, type LeaseChange, LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable, type LeaseTable } from "../../src/leases/dhcp4/table.ts";
import { joinKeys, splitKeys } from "../../src/leases/limit-keys.ts";
import { equalBytes, hashBytes, NO_BYTES } from "../../src/net/bytes.ts";
import { configOf, leaseOf, ownerOf, storedOf } from "../support/leases.ts";

const NET = 0x0a000000;
const SIZE = 6;
const KEYS = [Uint8Array.of(1), Uint8Array.of(1, 0), Uint8Array.of(2, 2, 2), new Uint8Array(300)];
const { bound } = LeaseState;

describe("limit keys", () => {
  test("come back as they were joined, and what is cut off is left out", () => {
    const keys = fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(keys, fc.nat(), (list, cut) => {
        const joined = joinKeys(list) ?? NO_BYTES;
        assert.deepEqual(splitKeys(joined), list);
        const some = splitKeys(joined.subarray(0, cut % joined.length));
        assert.deepEqual(some, list.slice(0, some.length));
      }),
    );
    assert.equal(joinKeys([]), undefined);
  });

  test("are counted as a map would count them", () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(40), fc.nat(300)), { maxLength: 300 });
    fc.assert(
      fc.property(steps, (list) => {
        const counts = new KeyCounts(hashBytes);
        const model = new Map<string, number>();
        for (const [more, number, length] of list) {
          const key = Uint8Array.of(...new Uint8Array(length % 20), number);
          const name = key.join();
          const before = model.get(name) ?? 0;
          if (more) counts.add(key);
          else counts.remove(key);
          model.set(name, more ? before + 1 : Math.max(0, before - 1));
          assert.equal(counts.of(key), model.get(name));
        }
        for (const [name, count] of model) assert.equal(counts.of(Uint8Array.from(name.split(",").map(Number))), count);
      }),
    );
  });
});

/** With a limit, whatever it says: the table counts keys without knowing what they mean. */
function limited(): Config {
  const limit = { identity: NO_BYTES, key: "", value: { kind: "bytes", at: 0, value: NO_BYTES } as const, max: 1, class: undefined };
  return { ...configOf([[{ start: NET + 1, end: NET + SIZE - 1 }]], 100), limits: [limit] };
}

/** What the table has to say of each key: how many addresses are bound or held with it. */
function naive(table: LeaseTable): readonly number[] {
  const leased = [...table.leases()].filter(({ state }) => state === bound);
  const taken = [...leased, ...table.holds()];
  const has = ({ owner }: Lease | Hold, key: Uint8Array): boolean =>
    splitKeys(owner.limitKeys ?? NO_BYTES).some((own) => equalBytes(own, key));
  return KEYS.map((key) => new Set(taken.filter((one) => has(one, key)).map(({ address }) => address)).size);
}

const countsOf = (table: LeaseTable): readonly number[] => KEYS.map((key) => table.countOf(key));

describe("LeaseTable: leases counted for limits", () => {
  const lease = fc
    .record({
      address: fc.integer({ min: 1, max: SIZE }),
      client: fc.nat(3),
      state: fc.constantFrom(...Object.values(LeaseState)),
      expiry: fc.oneof(fc.nat(300), fc.constant(NEVER)),
      keys: fc.uniqueArray(fc.nat(KEYS.length - 1), { maxLength: 3 }),
    })
    .map(({ address, client, state, expiry, keys }): Lease => {
      const limitKeys = joinKeys(keys.map((index) => KEYS[index] as Uint8Array));
      return { ...leaseOf(NET + address, client, state, 0, expiry), owner: ownerOf(client, { limitKeys }) };
    });
  const change: fc.Arbitrary<LeaseChange> = fc.oneof(
    { weight: 6, arbitrary: lease.map((one): LeaseChange => ({ kind: "put", lease: one })) },
    {
      weight: 4,
      arbitrary: lease.map(({ address, expiry, owner }): LeaseChange => ({ kind: "hold", hold: { address, until: expiry, owner } })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.integer({ min: 1, max: SIZE }), fc.constantFrom("remove" as const, "withdraw" as const))
        .map(([i, kind]): LeaseChange => ({ kind, address: NET + i })),
    },
  );

  test("are those of addresses that are bound or held, each once, whatever is applied, undone, runs out or is restored", () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: change },
      { weight: 2, arbitrary: fc.constantFrom("undo" as const, "keep" as const) },
      { weight: 1, arbitrary: fc.constantFrom("time" as const, "restart" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let table = createLeaseTable(limited());
        let applied: Applied[] = [];
        let now = 0;
        for (const one of steps) {
          if (one === "keep") applied = [];
          else if (one === "undo") for (const last of applied.splice(0).reverse()) table.undo(last);
          else if (one === "time") {
            now += 40;
            applied.push(...table.expire(now, 3));
          } else if (one === "restart") {
            const again = createLeaseTable(limited());
            for (const [row, old] of [...table.leases()].entries()) again.restore(storedOf(row, old));
            again.restored(now);
            table = again;
            applied = [];
          } else applied.push(...[table.apply(one) ?? []].flat());
          assert.deepEqual(countsOf(table), naive(table));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("are counted whatever the configuration says: a reload may bring limits", () => {
    const table = createLeaseTable(configOf([[{ start: NET + 1, end: NET + SIZE }]]));
    const limitKeys = joinKeys([KEYS[0] as Uint8Array]);
    table.apply({ kind: "put", lease: { ...leaseOf(NET + 1, 1, bound, 0, 100), owner: ownerOf(1, { limitKeys }) } });
    assert.deepEqual(countsOf(table), [1, 0, 0, 0]);
    assert.deepEqual(table.byAddress(NET + 1)?.owner.limitKeys, limitKeys);
  });
});
