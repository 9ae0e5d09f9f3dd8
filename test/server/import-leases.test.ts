import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Lease, LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable, DHCP4_LEASES } from "../../src/leases/dhcp4/table.ts";
import type { LeaseWrite } from "../../src/leases/lease.ts";
import { formatIpv4 } from "../../src/net/ipv4.ts";
import { importLeases } from "../../src/server/import-leases.ts";
import { load } from "../config/load.ts";
import { leaseOf } from "../support/leases.ts";

const { bound, released, expired, declined } = LeaseState;
/** The wall clock is a thousand seconds ahead of lease time. */
const OFFSET = 1000;
const NOW = 50_000;
const WALL = NOW + OFFSET;
const CONFIG = load("networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.1-10.0.0.9 }] } }");

type Written = readonly [state: LeaseState, start: number, expiry: number];

interface Outcome {
  readonly leases: readonly string[];
  readonly imported: object;
  readonly writes: readonly LeaseWrite[];
}

async function run(brought: readonly Lease[], known: readonly Lease[] = []): Promise<Outcome> {
  const files = createLeaseTable(load("networks: {}"));
  for (const lease of brought) files.apply({ kind: "put", lease });
  const table = createLeaseTable(CONFIG);
  for (const lease of known) table.apply({ kind: "put", lease });
  const writes: LeaseWrite[] = [];
  const store = { commit: async (batch: readonly LeaseWrite[]) => void writes.push(...batch) };
  const imported = await importLeases({
    family: DHCP4_LEASES,
    brought: files,
    table,
    store,
    offset: OFFSET,
    now: NOW,
    knowsNetworks: true,
  });
  const leases = [...table.leases()].map(
    ({ address, state, start, expiry, owner }) => `${formatIpv4(address)} ${state} ${start}-${expiry} ${owner.chaddr.at(-1)}`,
  );
  return { leases, imported, writes };
}

const A = 0x0a000001;

/** A lease as a file has it, by the wall clock, and what is written of it, in lease time. */
const TIMES: readonly (readonly [what: string, lease: Written, written: Written | undefined])[] = [
  ["a bound lease ends when the file says", [bound, WALL - 100, WALL + 100], [bound, NOW - 100, NOW + 100]],
  ["one that never ends", [bound, WALL - 100, NEVER], [bound, NOW - 100, NEVER]],
  ["and is its client's in its last second", [bound, WALL - 100, WALL], [bound, NOW - 100, NOW]],
  ["one that is over has expired when it ended", [bound, WALL - 100, WALL - 1], [expired, NOW - 100, NOW - 1]],
  ["an unknown start stays unknown", [bound, 0, WALL + 100], [bound, 0, NOW + 100]],
  ["nothing began later than now", [bound, WALL + 5000, WALL + 9000], [bound, NOW, NOW + 9000]],
  ["nothing began later than it ended", [released, WALL - 5, WALL - 10], [released, NOW - 10, NOW - 10]],
  ["what has ended ended no later than now", [expired, WALL - 5, WALL + 10], [expired, NOW - 5, NOW]],
  ["a probation goes on", [declined, WALL - 5, WALL + 10], [declined, NOW - 5, NOW + 10]],
  ["also in its last second", [declined, WALL - 5, WALL], [declined, NOW - 5, NOW]],
  ["or is over", [declined, WALL - 5, WALL - 1], undefined],
  ["times before the beginning of lease time", [expired, 900, 999], [expired, 0, 0]],
];

describe("import of leases", () => {
  for (const [what, [state, start, expiry], written] of TIMES) {
    test(what, async () => {
      const { leases, writes, imported } = await run([leaseOf(A, 1, state, start, expiry)]);
      assert.deepEqual(leases, written === undefined ? [] : [`10.0.0.1 ${written[0]} ${written[1]}-${written[2]} 1`]);
      assert.deepEqual(
        writes.map((write) => write.kind === "put" && [write.space, write.row, write.network, write.state, write.start, write.expiry]),
        written === undefined ? [] : [[0, 0, "10.0.0.0/24", ...written]],
      );
      const states = written === undefined ? [] : [[written[0], 1]];
      assert.deepEqual(imported, {
        states: new Map(states as []),
        kept: 0,
        over: written === undefined ? 1 : 0,
        outside: { count: 0, first: [] },
      });
    });
  }

  test("the last word about an address counts; what the database has that is newer is kept", async () => {
    const brought = [
      leaseOf(A, 1, bound, WALL - 300, WALL + 100),
      leaseOf(A + 1, 2, bound, WALL - 300, WALL + 100),
      // A file says twice what became of an address, and the last word is the older one.
      leaseOf(A, 7, released, WALL - 400, WALL - 350),
      leaseOf(A + 2, 3, bound, WALL - 300, WALL + 100),
      leaseOf(A + 3, 4, bound, 0, WALL + 100),
      leaseOf(A + 4, 5, bound, 0, WALL + 100),
      leaseOf(0x0a000101, 6, bound, 0, WALL + 100),
    ];
    const known = [
      leaseOf(A + 1, 9, bound, NOW - 299, NOW + 50),
      leaseOf(A + 2, 9, bound, NOW - 301, NOW + 500),
      leaseOf(A + 3, 9, bound, 0, NOW + 101),
      leaseOf(A + 4, 9, bound, 0, NOW + 99),
    ];
    const { leases, imported, writes } = await run(brought, known);
    assert.deepEqual(leases, [
      `10.0.0.2 1 ${NOW - 299}-${NOW + 50} 9`,
      `10.0.0.3 1 ${NOW - 300}-${NOW + 100} 3`,
      `10.0.0.4 1 0-${NOW + 101} 9`,
      `10.0.0.5 1 0-${NOW + 100} 5`,
      `10.0.0.1 2 ${NOW - 400}-${NOW - 350} 7`,
      `10.0.1.1 1 0-${NOW + 100} 6`,
    ]);
    assert.deepEqual(
      writes.map(({ kind, row }) => [kind, row]),
      [
        ["put", 4],
        ["put", 1],
        ["put", 3],
        ["put", 5],
      ],
    );
    assert.deepEqual(imported, {
      states: new Map([
        [released, 1],
        [bound, 3],
      ]),
      kept: 2,
      over: 0,
      outside: { count: 1, first: [0x0a000101] },
    });
  });

  test("a batch that can't be written is an error", async () => {
    const table = createLeaseTable(CONFIG);
    const brought = createLeaseTable(CONFIG);
    brought.apply({ kind: "put", lease: leaseOf(A, 1, bound, 0, WALL + 100) });
    const store = { commit: () => Promise.reject(new Error("full")) };
    await assert.rejects(importLeases({ family: DHCP4_LEASES, brought, table, store, offset: 0, now: NOW, knowsNetworks: false }), /full/);
  });
});
