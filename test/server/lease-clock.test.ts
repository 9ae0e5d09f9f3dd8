import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { leaseTime, type Reading, type StartedClock, startLeaseClock, wallOffset } from "../../src/server/lease-clock.ts";
import type { SavedClock } from "../../src/store/store.ts";

const DAY = 86_400;
const year = (number: number): number => Date.UTC(number, 0) / 1000;
const Y2026 = year(2026);

interface Case {
  readonly title: string;
  readonly wall: number;
  readonly uptime: number;
  /** Default: this boot is "b". */
  readonly boot?: string;
  readonly saved?: SavedClock;
  readonly newest?: number;
  /** Lease time at the start, where the wall clock stands to it, and whether the wall clock is known to be wrong. */
  readonly time: number;
  readonly offset: number;
  /** Default: `offset`. */
  readonly trusted?: number;
  readonly wrong?: number;
}

/** What a server wrote that started at noon of 2026-01-01, 1000 seconds after boot "b". */
const SAVED: SavedClock = { offset: 0, trusted: 0, boot: "b", bootOffset: Y2026 - 1000 };

const CASES: readonly Case[] = [
  { title: "fresh: the wall clock's time", wall: Y2026, uptime: 1000, time: Y2026, offset: 0 },
  { title: "fresh, within a second of the clock", wall: Y2026 + 0.2, uptime: 1000.9, time: Y2026 - 1, offset: 0 },
  { title: "fresh, in 1970", wall: 100, uptime: 50, time: 100, offset: 0 },
  { title: "fresh, in 2039", wall: year(2039), uptime: 50, time: year(2039), offset: 0 },
  {
    title: "fresh, in 2106, when 32 bits are full: it begins in 2090",
    wall: 2 ** 32 - 1800,
    uptime: 50,
    time: year(2090),
    offset: 2 ** 32 - 1800 - year(2090),
  },
  { title: "fresh, in 2110", wall: year(2110), uptime: 50, time: year(2090), offset: year(2110) - year(2090) },
  { title: "fresh, before 1970", wall: -5 * DAY, uptime: 50, time: 0, offset: -5 * DAY },
  {
    title: "no lease: an old clock counts for nothing",
    wall: Y2026,
    uptime: 50,
    saved: { ...SAVED, offset: 77, boot: "a" },
    time: Y2026,
    offset: 0,
  },

  { title: "the same boot", wall: Y2026 + 60, uptime: 1060, saved: SAVED, newest: Y2026 + 10, time: Y2026 + 60, offset: 0 },
  {
    title: "the same boot, clock 3 days ahead meanwhile",
    wall: Y2026 + 60 + 3 * DAY,
    uptime: 1060,
    saved: SAVED,
    newest: Y2026 + 10,
    time: Y2026 + 60,
    trusted: 0,
    offset: 3 * DAY,
  },
  {
    title: "the same boot, clock in 1970 meanwhile",
    wall: 100,
    uptime: 1060,
    saved: SAVED,
    newest: Y2026 + 10,
    time: Y2026 + 60,
    trusted: 0,
    offset: 100 - Y2026 - 60,
  },
  {
    title: "the same boot, but a machine put back to an earlier state",
    wall: Y2026 + 60,
    uptime: 1060,
    saved: SAVED,
    newest: Y2026 + 70,
    time: Y2026 + 70,
    trusted: 0,
    offset: -10,
    wrong: Y2026 + 70,
  },
  {
    title: "a boot that nobody names is never the same",
    wall: Y2026 + 60,
    uptime: 9,
    boot: "",
    saved: { ...SAVED, boot: "" },
    newest: Y2026 + 10,
    time: Y2026 + 60,
    offset: 0,
  },

  {
    title: "another boot: as long as the wall clock says",
    wall: Y2026 + DAY,
    uptime: 50,
    boot: "c",
    saved: SAVED,
    newest: Y2026 + 10,
    time: Y2026 + DAY,
    offset: 0,
  },
  {
    title: "another boot, by a clock that lease time does not follow",
    wall: Y2026 + DAY,
    uptime: 50,
    boot: "c",
    saved: { ...SAVED, offset: Y2026 },
    newest: 4000,
    time: DAY,
    offset: Y2026,
  },
  {
    title: "another boot, clock behind: leases go on from the newest start",
    wall: 100,
    uptime: 50.9,
    boot: "c",
    saved: SAVED,
    newest: Y2026 + 10,
    time: Y2026 + 10,
    trusted: 0,
    offset: 100 - Y2026 - 11,
    wrong: Y2026 + 10,
  },
  {
    title: "another boot, clock behind by less than a step",
    wall: Y2026 + 9,
    uptime: 50,
    boot: "c",
    saved: SAVED,
    newest: Y2026 + 10,
    time: Y2026 + 10,
    offset: -1,
  },
  {
    title: "another boot, wrong by the offset: the time is told by the wall clock",
    wall: 50,
    uptime: 50,
    boot: "c",
    saved: { ...SAVED, offset: DAY },
    newest: 4000,
    time: 4000,
    offset: 50 - 4000,
    trusted: DAY,
    wrong: 4000 + DAY,
  },
  {
    title: "another boot, in 2110, with leases of 2026",
    wall: year(2110),
    uptime: 50,
    boot: "c",
    saved: SAVED,
    newest: Y2026,
    time: year(2090),
    offset: year(2110) - year(2090),
  },
  {
    title: "a database without a clock, from the version before",
    wall: Y2026 + DAY,
    uptime: 50,
    newest: Y2026,
    time: Y2026 + DAY,
    offset: 0,
  },
  {
    title: "a database without a clock, in 1970",
    wall: 3,
    uptime: 50,
    newest: Y2026,
    time: Y2026,
    trusted: 0,
    offset: 3 - Y2026,
    wrong: Y2026,
  },
];

describe("the clock of leases at start", () => {
  for (const { title, wall, uptime, boot = "b", saved, newest, time, offset, trusted = offset, wrong } of CASES) {
    test(title, () => {
      const expected: StartedClock = {
        clock: { boot, bootOffset: time - Math.floor(uptime), offset, trusted },
        wrong: wrong === undefined ? undefined : { newest: wrong },
      };
      assert.deepEqual(startLeaseClock({ wall, uptime }, boot, saved, newest), expected);
      assert.equal(leaseTime(expected.clock.bootOffset, uptime), time);
    });
  }

  test("a restart within a boot never goes back, nor does one after a boot before what was given", () => {
    for (let tenths = 0; tenths < 200; tenths++) {
      const uptime = 10 + tenths / 10;
      const first = startLeaseClock({ wall: Y2026 + 0.7, uptime: 10 }, "b", undefined, undefined).clock;
      const given = leaseTime(first.bootOffset, uptime);
      const reading: Reading = { wall: tenths % 3 === 0 ? 0 : Y2026 + 0.7 + tenths / 10, uptime };
      for (const boot of ["b", "c"]) {
        const again = startLeaseClock(reading, boot, first, given).clock;
        assert.ok(leaseTime(again.bootOffset, uptime) >= given, `${boot} after ${tenths} tenths`);
      }
    }
  });
});

describe("lease time", () => {
  test("moves with the time since boot alone, to the last second that a lease can have", () => {
    assert.deepEqual(
      [0, 0.9, 1, 3600.5].map((seconds) => leaseTime(Y2026 - 5, 5 + seconds)),
      [Y2026, Y2026, Y2026 + 1, Y2026 + 3600],
    );
    assert.equal(leaseTime(0xffff_fff0, 14), 0xffff_fffe);
    assert.equal(leaseTime(0xffff_fff0, 16), 0xffff_fffe);
  });

  test("the wall clock is compared to the whole second", () => {
    assert.equal(wallOffset(100, { wall: 150.4, uptime: 50 }), 0);
    assert.equal(wallOffset(100, { wall: 50.4, uptime: 50 }), -100);
  });
});
