import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { createClockWatch } from "../../src/server/clock-watch.ts";
import type { SavedClock, StoreWrite } from "../../src/store/store.ts";

const DAY = 86_400;
const CLOCK: SavedClock = { boot: "b", bootOffset: 1_000_000, offset: 0, trusted: 0 };

function setUp(saved?: SavedClock, clock = CLOCK, wrong = false) {
  const machine = { wall: 1_000_010, uptime: 10 };
  const warnings: string[] = [];
  const writes: StoreWrite[] = [];
  let fails = false;
  const watch = createClockWatch({
    clock,
    saved,
    wrong,
    store: {
      description: "test",
      usable: true,
      load: () => Promise.resolve(undefined),
      commit(batch) {
        writes.push(...batch);
        return fails ? Promise.reject(new Error("the disk is full")) : Promise.resolve();
      },
      close: () => Promise.resolve(),
    },
    read: () => machine,
    log: pino({ level: "warn" }, { write: (line: string) => warnings.push((JSON.parse(line) as { msg: string }).msg) }),
  });
  return {
    warnings,
    writes,
    setFails: (value: boolean) => {
      fails = value;
    },
    /** Half a second later, after the wall clock was moved besides by so many seconds. */
    look(moved = 0, seconds = 0.5) {
      machine.uptime += seconds;
      machine.wall += seconds + moved;
      watch();
      return new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}

const clockWrite = (offset: number, trusted = 0): StoreWrite => ({ kind: "clock", boot: "b", bootOffset: 1_000_000, offset, trusted });

describe("the watch over the wall clock", () => {
  test("a clock that is right costs nothing", async () => {
    const { look, warnings, writes } = setUp();
    for (let i = 0; i < 100; i++) await look();
    assert.deepEqual([warnings, writes], [[], []]);
  });

  test("each step is a warning and one write, forward and back", async () => {
    const { look, warnings, writes } = setUp();
    await look(3 * DAY);
    for (let i = 0; i < 6; i++) await look();
    await look(-3 * DAY);
    await look();
    assert.deepEqual(warnings, [
      "the clock of this machine was set forward by 3d, or the machine slept for so long: leases keep their time, and end when it has passed",
      "the clock of this machine was set back by 3d: leases keep their time, and end when it has passed",
    ]);
    assert.deepEqual(writes, [clockWrite(3 * DAY), clockWrite(0, 3 * DAY)]);
  });

  test("drift is followed silently, with a write for every two seconds of it", async () => {
    const { look, warnings, writes } = setUp();
    for (let i = 0; i < 100; i++) await look(0.05);
    assert.deepEqual(warnings, []);
    assert.deepEqual(writes, [clockWrite(2), clockWrite(4)]);
  });

  test("a clock that is set all the time does not fill the log", async () => {
    const { look, warnings } = setUp();
    for (let i = 0; i < 240; i++) await look(i % 2 === 0 ? DAY : -DAY);
    assert.equal(warnings.length, 8);
    assert.match(warnings[4] as string, /this happened \d+ more times/);
  });

  test("what could not be written is tried again", async () => {
    const { look, writes, warnings, setFails } = setUp();
    setFails(true);
    await look(DAY);
    await look();
    setFails(false);
    await look();
    await look();
    assert.deepEqual(writes, [clockWrite(DAY), clockWrite(DAY), clockWrite(DAY)]);
    assert.equal(warnings.length, 1);
  });

  test("a clock that is left alone for an hour is believed after the next boot", async () => {
    const { look, writes } = setUp();
    await look(-DAY);
    for (let minute = 0; minute < 59; minute++) await look(0, 60);
    assert.deepEqual(writes, [clockWrite(-DAY)]);
    await look(0, 60);
    await look(0, 60);
    assert.deepEqual(writes, [clockWrite(-DAY), clockWrite(-DAY, -DAY)]);
  });

  test("where it stood before is not forgotten while it may have been right", async () => {
    const { look, writes } = setUp();
    await look(50 * 365 * DAY);
    await look(-DAY);
    await look(-7 * DAY);
    await look(0, 3600);
    const years = 50 * 365 * DAY;
    assert.deepEqual(writes, [
      clockWrite(years),
      clockWrite(years - DAY, years),
      clockWrite(years - 8 * DAY, years),
      clockWrite(years - 8 * DAY, years - 8 * DAY),
    ]);
  });

  test("a clock that is known to be wrong is not believed before it is set", async () => {
    const { look, writes } = setUp(undefined, { ...CLOCK, offset: -DAY }, true);
    await look(-DAY);
    for (let hour = 0; hour < 24; hour++) await look(0, 3600);
    assert.deepEqual(writes, []);
    await look(DAY);
    await look(0, 3600);
    assert.deepEqual(writes, [clockWrite(0)]);
  });

  test("a step while no server ran is seen within one boot, and is not known after another", async () => {
    const stepped = { ...CLOCK, offset: DAY };
    const same = setUp(CLOCK, stepped);
    await same.look(DAY);
    assert.equal(same.warnings.length, 1);
    assert.deepEqual(same.writes, []);
    const other = setUp({ ...CLOCK, boot: "a" }, stepped);
    await other.look(DAY);
    assert.deepEqual([other.warnings, other.writes], [[], []]);
  });
});
