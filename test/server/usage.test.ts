import assert from "node:assert/strict";
import { test } from "node:test";
import { LeaseState } from "../../src/leases/lease.ts";
import type { PoolPosition } from "../../src/leases/space.ts";
import type { LeaseView } from "../../src/leases/view.ts";
import { usageHandler, usageSource } from "../../src/server/usage.ts";

/** Pools by index: how many are bound, held, in probation, remembered and nobody's. */
const COUNTS = [
  [3, 1, 0, 0, 6],
  [0, 0, 2, 5, 3],
  [200, 0, 0, 6, 50],
  [1, 0, 0, 0, 7],
] as const;
const of = ({ index }: PoolPosition) => COUNTS[index] as (typeof COUNTS)[number];
const TABLE = {
  capacityOf: (pool: PoolPosition) => of(pool).reduce<number>((sum, count) => sum + count, 0),
  countsIn: (pool: PoolPosition) => ({ bound: of(pool)[0], held: of(pool)[1], declined: of(pool)[2], remembered: of(pool)[3] }),
  unusedIn: (pool: PoolPosition) => of(pool)[4],
  stateOf: (address: number) => (address === 7 ? LeaseState.bound : undefined),
} as unknown as LeaseView<number, unknown>;

const handler = usageHandler(() => [
  usageSource("dhcp6", TABLE, () => [
    {
      name: "a",
      link: "lan",
      pools: [
        { index: 0, name: "a1" },
        { index: 2, name: "a2", prefixes: true },
      ],
      reserved: () => [7, 8],
    },
    {
      name: "b",
      link: "lan",
      pools: [
        { index: 1, name: "b1" },
        { index: 3, name: "b2", prefixes: true },
      ],
      reserved: () => [],
    },
    { name: "c", link: "c", pools: [{ index: 0, name: "c1" }], reserved: () => [7] },
  ]),
]);
const numbers = (capacity: number, used: number, held: number, declined: number, free: number, remembered: number) => ({
  ...{ capacity, used, held, declined, free, remembered },
});

test("addresses and prefixes of a network, and of a shared network, are counted apart", async () => {
  const [a1, a2] = [numbers(10, 3, 1, 0, 6, 0), numbers(256, 200, 0, 0, 50, 6)];
  const [b1, b2] = [numbers(10, 0, 0, 2, 3, 5), numbers(8, 1, 0, 0, 7, 0)];
  const [protocol, none] = ["dhcp6", { reserved: 0, reserved_used: 0 }];
  assert.deepEqual(await handler({ kind: "usage" }), {
    ranges: [
      { protocol, link: "lan", network: "a", range: "a1", ...a1 },
      { protocol, link: "lan", network: "a", range: "a2", ...a2, prefixes: true },
      { protocol, link: "lan", network: "b", range: "b1", ...b1 },
      { protocol, link: "lan", network: "b", range: "b2", ...b2, prefixes: true },
      { protocol, link: "c", network: "c", range: "c1", ...a1 },
    ],
    networks: [
      { protocol, link: "lan", network: "a", ...a1, prefixes: a2, reserved: 2, reserved_used: 1 },
      { protocol, link: "lan", network: "b", ...b1, prefixes: b2, ...none },
      { protocol, link: "c", network: "c", ...a1, reserved: 1, reserved_used: 1 },
    ],
    links: [
      { protocol, link: "lan", ...numbers(20, 3, 1, 2, 9, 5), prefixes: numbers(264, 201, 0, 0, 57, 6), reserved: 2, reserved_used: 1 },
      { protocol, link: "c", ...a1, reserved: 1, reserved_used: 1 },
    ],
  });
});

test("what is asked about is what is counted", async () => {
  const { networks, links } = (await handler({ kind: "usage", network: "c" })) as { networks: object[]; links: object[] };
  assert.deepEqual([networks.length, links.length], [1, 1]);
  await assert.rejects(handler({ kind: "usage", link: "wan" }) as Promise<unknown>, { message: "wan: no such network is served" });
  await assert.rejects(handler({ kind: "usage", network: 5 }) as Promise<unknown>, { message: "expected a name" });
});
