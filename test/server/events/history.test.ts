import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { EventKind } from "../../../src/config/model/events.ts";
import { LeaseState, NEVER } from "../../../src/leases/dhcp4/lease.ts";
import { addressesIn, type HistoryQuery, type Tenure, tenures } from "../../../src/server/events/history.ts";
import { isProblem, type LeaseQuery, leaseSearch } from "../../../src/server/leases/query.ts";
import { EventCode } from "../../../src/store/event.ts";
import { createJournalReader } from "../../../src/store/sqlite/journal-reader.ts";
import { openForReading } from "../../../src/store/sqlite/schema.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import type { StoreWrite } from "../../../src/store/store.ts";
import { exec } from "../../store/support.ts";
import { leaseOf, putOf } from "../../support/leases.ts";
import { newPath } from "./support.ts";

/** Of what a client did with address 10.0.0.N: at which minute by lease time, and by the wall clock where that is another. */
type Step = readonly [kind: EventKind, n: number, client: number, minute: number, wall?: number, expiry?: number];

/** Lease time is 0 at this moment, and the wall clock with it. */
const MIDNIGHT = Date.UTC(2026, 0, 1) / 1000;
const STATES: Readonly<Record<EventKind, LeaseState>> = {
  bound: LeaseState.bound,
  renewed: LeaseState.bound,
  removed: LeaseState.bound,
  released: LeaseState.released,
  expired: LeaseState.expired,
  declined: LeaseState.declined,
  conflict: LeaseState.declined,
};

/** A database in which this has happened. */
async function past(t: TestContext, index: boolean, ...steps: readonly Step[]): Promise<string> {
  const path = newPath();
  const store = openSqliteStore(path);
  t.after(() => store.close());
  await store.commit([{ kind: "index", wanted: index }]);
  for (const [kind, n, client, minute, wall = minute, expiry = minute + 60] of steps) {
    const time = minute * 60;
    const until = expiry === NEVER ? NEVER : expiry * 60;
    const write: StoreWrite = putOf(n, leaseOf(0x0a000000 + n, client, STATES[kind], time, until), "10.0.0.0/24");
    await store.commit([
      { kind: "clock", offset: MIDNIGHT + (wall - minute) * 60, trusted: 0, boot: "b", bootOffset: 0 },
      write,
      { kind: "event", code: EventCode[kind], flags: 0, space: 0, row: n, time },
    ]);
  }
  // They are written at the time of the test.
  steps.forEach(([, , , minute, wall = minute], i) => {
    exec(path, `UPDATE events SET time = ${(MIDNIGHT + wall * 60) * 1000} WHERE number = ${i + 1}`);
  });
  return path;
}

function found(path: string, query: LeaseQuery = {}, times: Partial<Pick<HistoryQuery, "since" | "until">> = {}): readonly Tenure[] {
  const search = leaseSearch(query);
  assert.ok(!isProblem(search));
  const db = openForReading(path);
  try {
    const asked = {
      search,
      addresses: addressesIn(query.address),
      since: Number.NEGATIVE_INFINITY,
      until: Number.POSITIVE_INFINITY,
      ...times,
    };
    return [...tenures(createJournalReader(db), asked)].flat();
  } finally {
    db.close();
  }
}

const line = ({ address, hardware_address, from, to, ended, began_before, clock_set }: Tenure): string =>
  `${address.replace("10.0.0.", "")} ${hardware_address.replace("02:00:00:00:00:", "")} ${short(from)}-${to === null ? "" : short(to)} ${ended ?? ""}` +
  `${began_before ? " before" : ""}${clock_set ? " clock" : ""}`;
const short = (time: string): string => time.slice(11, 16);
const lines = (path: string, query?: LeaseQuery, times?: Partial<Pick<HistoryQuery, "since" | "until">>) =>
  found(path, query, times).map(line);
const at = (minute: number) => ({ since: (MIDNIGHT + minute * 60) * 1000, until: (MIDNIGHT + minute * 60) * 1000 });

const PAST: readonly Step[] = [
  ["bound", 1, 1, 10],
  ["bound", 2, 2, 20],
  ["released", 1, 1, 30],
  ["bound", 1, 3, 40],
  ["expired", 2, 2, 90, 90, 80],
  ["bound", 2, 1, 100],
  ["renewed", 1, 3, 110],
  ["declined", 2, 1, 115],
  ["conflict", 2, 1, 116],
  ["bound", 3, 4, 120, 120, NEVER],
  ["removed", 1, 3, 130],
];

for (const index of [false, true]) {
  describe(`history ${index ? "with" : "without"} an index`, () => {
    test("tells who had which address when, and what ended it", async (t) => {
      const path = await past(t, index, ...PAST);
      assert.deepEqual(lines(path), [
        "1 01 00:10-00:30 released",
        // Its time was over before that was noticed.
        "2 02 00:20-01:20 expired",
        "2 01 01:40-01:55 declined",
        "1 03 00:40-02:10 removed",
        "3 04 02:00- ",
      ]);
      assert.deepEqual(lines(path, { address: "10.0.0.2" }), ["2 02 00:20-01:20 expired", "2 01 01:40-01:55 declined"]);
      assert.deepEqual(lines(path, { address: "10.0.0.2/31" }), ["2 02 00:20-01:20 expired", "2 01 01:40-01:55 declined", "3 04 02:00- "]);
      assert.deepEqual(lines(path, { hardware_address: "02:00:00:00:00:01" }), ["1 01 00:10-00:30 released", "2 01 01:40-01:55 declined"]);
      assert.deepEqual(lines(path, { protocol: "dhcp6" }), []);
    });

    const MOMENTS: readonly [minute: number, who: readonly string[]][] = [
      [9, []],
      [10, ["1 01"]],
      [29, ["1 01", "2 02"]],
      [30, ["2 02"]],
      [79, ["2 02", "1 03"]],
      [80, ["1 03"]],
      [1000, ["3 04"]],
    ];
    test("tells who it was at a moment", async (t) => {
      const path = await past(t, index, ...PAST);
      const told = MOMENTS.map(([minute]) => [minute, lines(path, {}, at(minute)).map((text) => text.slice(0, 4))]);
      assert.deepEqual(told, MOMENTS);
    });

    test("what began before history did is known from its end", async (t) => {
      const path = await past(
        t,
        index,
        ["expired", 1, 1, 90, 90, 80],
        ["renewed", 2, 2, 100],
        ["released", 2, 2, 105],
        ["removed", 3, 3, 5],
      );
      exec(path, `UPDATE events SET start = ${MIDNIGHT + 20 * 60} WHERE number = 1; UPDATE events SET state = 3 WHERE number = 4`);
      assert.deepEqual(lines(path), ["1 01 00:20-01:20 expired before", "2 02 01:40-01:45 released before"]);
    });

    test("an address that passes from one client to another without an end has one all the same", async (t) => {
      const path = await past(t, index, ["bound", 1, 1, 10], ["renewed", 1, 2, 20], ["bound", 1, 3, 30]);
      assert.deepEqual(lines(path), ["1 01 00:10-00:20 given", "1 02 00:20-00:30 given", "1 03 00:30- "]);
    });

    test("where the clock was set, nobody is left out", async (t) => {
      // It was an hour ahead when the address was given, and right when it was given back 10 minutes later.
      const path = await past(t, index, ["bound", 1, 1, 10, 70], ["released", 1, 1, 20, 20]);
      assert.deepEqual(lines(path), ["1 01 01:10-00:20 released clock"]);
      for (const minute of [10, 15, 19, 70, 75, 79]) assert.equal(lines(path, {}, at(minute)).length, 1, `at ${minute}`);
      for (const minute of [9, 80]) assert.deepEqual(lines(path, {}, at(minute)), [], `at ${minute}`);
    });
  });
}
