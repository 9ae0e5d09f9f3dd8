import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { type Lease, LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable } from "../../src/leases/dhcp4/table.ts";
import { knownBy } from "../../src/server/dhcp4/known-by.ts";
import { leaseTime } from "../../src/server/lease-clock.ts";
import { restoreLeases } from "../../src/server/restore.ts";
import type { SavedClock, StoredLease, StoreWrite } from "../../src/store/store.ts";
import { configOf, leaseOf, lineOf, removeOf, storedOf } from "../support/leases.ts";

const { bound, declined } = LeaseState;
const Y2026 = Date.UTC(2026, 0) / 1000;
const ADDRESS = 0x0a000001;
const config = configOf([[{ start: ADDRESS, end: ADDRESS + 9 }]]);

/** A start at this wall clock, 100 seconds after boot "b", from rows 0, 1 and so on. */
async function start(wall: number, leases: readonly Lease[], saved?: SavedClock, fails = false) {
  const warnings: string[] = [];
  const writes: StoreWrite[] = [];
  const table = createLeaseTable(config, [1, 2]);
  const restored = await restoreLeases({
    tables: [{ table, knownBy: (record) => knownBy(config, record) }],
    store: {
      description: "test",
      usable: true,
      load(visit: (stored: StoredLease) => void) {
        for (const [row, lease] of leases.entries()) visit(storedOf(row, lease));
        return Promise.resolve(saved);
      },
      commit(batch) {
        writes.push(...batch);
        return fails ? Promise.reject(new Error("the disk is full")) : Promise.resolve();
      },
      close: () => Promise.resolve(),
    },
    log: pino({ level: "warn" }, { write: (line: string) => warnings.push((JSON.parse(line) as { msg: string }).msg) }),
    machine: { sinceBoot: () => 100, read: () => ({ wall, uptime: 100 }) },
    boot: "b",
  });
  return { ...restored, table, warnings, writes, now: leaseTime(restored.clock.bootOffset, 100) };
}

describe("reading leases back", () => {
  test("nothing was stored: lease time is the wall clock's, and is written", async () => {
    const { now, warnings, writes, table } = await start(Y2026, []);
    const clock = { boot: "b", bootOffset: Y2026 - 100, offset: 0, trusted: 0 };
    assert.deepEqual([now, warnings, writes, table.size], [Y2026, [], [{ kind: "clock", ...clock }], 0]);
  });

  test("a machine in 1970 with leases of 2026: they go on, and the operator is told", async () => {
    const lease = leaseOf(ADDRESS, 1, bound, Y2026, Y2026 + 3600);
    const { now, warnings, writes, table, wrong } = await start(50, [lease]);
    assert.deepEqual([now, wrong], [Y2026, true]);
    assert.equal(lineOf(table.byAddress(ADDRESS)), lineOf(lease));
    assert.deepEqual(warnings, [
      "the clock of this machine is wrong: a lease in the database was given at 2026-01-01T00:00:00Z, which is later than now. " +
        "Leases go on from that time, and end when what was left of them has passed",
    ]);
    assert.deepEqual(writes, [{ kind: "clock", boot: "b", bootOffset: Y2026 - 100, offset: 50 - Y2026, trusted: 0 }]);
  });

  test("the clock was set while no server ran: nothing has ended", async () => {
    const saved = { boot: "b", bootOffset: Y2026 - 90, offset: 0, trusted: 0 };
    const lease = leaseOf(ADDRESS, 1, bound, Y2026, Y2026 + 3600);
    for (const wall of [0, Y2026 - 86_400, Y2026 + 3 * 86_400, 2 ** 32 + 5]) {
      const { now, warnings, table } = await start(wall, [lease], saved);
      assert.deepEqual([now, warnings, table.byAddress(ADDRESS)?.state], [Y2026 + 10, [], bound], `${wall}`);
    }
  });

  test("a start that is damaged moves no time, nor does a row that nobody can read", async () => {
    const lease = leaseOf(ADDRESS, 1, bound, Y2026, Y2026 + 3600);
    const damaged = leaseOf(ADDRESS + 1, 2, bound, NEVER - 5, Y2026 + 3600);
    const unreadable = leaseOf(ADDRESS + 2, 3, declined, 0, NEVER);
    const { now, warnings, table } = await start(Y2026 + 60, [lease, damaged, unreadable]);
    assert.deepEqual([now, warnings, table.byAddress(ADDRESS)?.state], [Y2026 + 60, [], bound]);
  });

  test("a start that never comes does not move the clock to the end of its time, and ends no other lease", async () => {
    const lease = leaseOf(ADDRESS, 1, bound, Y2026, Y2026 + 3600);
    const { warnings, now, table } = await start(Y2026 + 60, [lease, leaseOf(ADDRESS + 1, 2, bound, NEVER, NEVER)]);
    assert.deepEqual([warnings, now], [[], Y2026 + 60]);
    assert.equal(lineOf(table.byAddress(ADDRESS)), lineOf(lease));
  });

  test("an address in two rows: the later one stays, and the other goes", async () => {
    const lease = leaseOf(ADDRESS, 1, bound, Y2026 + 5, Y2026 + 3600);
    const { warnings, writes, table } = await start(Y2026 + 60, [leaseOf(ADDRESS, 2, bound, Y2026, Y2026 + 3600), lease]);
    assert.equal(lineOf(table.byAddress(ADDRESS)), lineOf(lease));
    assert.deepEqual(writes.slice(1), [removeOf(0, ADDRESS)]);
    assert.deepEqual(warnings, ["addresses stood in the lease database twice; the later entries are kept"]);
  });

  test("a disk that takes nothing does not keep the server from starting", async () => {
    const { now } = await start(Y2026, [], undefined, true);
    assert.equal(now, Y2026);
  });
});
