import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { leaseTime, startLeaseClock, wallOffset } from "../../src/server/lease-clock.ts";
import { createSystemClock, shiftOf } from "../../src/server/system-clock.ts";
import type { SavedClock } from "../../src/store/store.ts";

test("seconds since boot begin with those of the wall clock", () => {
  const { sinceBoot, read } = createSystemClock("boot", undefined);
  const { wall, uptime } = read();
  const ahead = wall - uptime;
  assert.ok(Math.abs(ahead - Math.round(ahead)) < 0.25, `${ahead}`);
  assert.ok(sinceBoot() >= uptime);
});

describe("a server that starts again in the same boot", () => {
  const saved = { boot: "boot", bootOffset: 1_800_000_000, offset: 0, trusted: 0 };
  const cases: readonly (readonly [what: string, ahead: number, boot: string, shift: number])[] = [
    ["takes the second that was taken before", 0.4999, "boot", 0.4999],
    ["also where the other one has come nearer by a millisecond", 0.5009, "boot", 0.5009],
    ["and where the clock has moved by less than a second", -0.7, "boot", -0.7],
    ["takes the nearest one where the clock was set", 7.75, "boot", -0.25],
    ["and in another boot", 0.75, "another", -0.25],
    ["and where the system does not say which boot it is", 0.75, "", -0.25],
  ];
  for (const [what, ahead, boot, shift] of cases) {
    test(what, () => {
      const found = shiftOf(saved.bootOffset + ahead, boot, { ...saved, boot: boot === "" ? "" : "boot" });
      assert.ok(Math.abs(found - shift) < 1e-6, `${found}`);
    });
  }

  test("so what it finds is shown to end when it was told to, whatever the fraction", () => {
    for (const fraction of [0, 0.25, 0.4995, 0.5, 0.5005, 0.999]) {
      for (const noise of [-0.001, 0, 0.001]) {
        const reading = (uptime: number, drift: number, before?: SavedClock) => {
          const wall = 1_800_000_000 + fraction + uptime + drift;
          return { wall, uptime: uptime + shiftOf(wall - uptime, "boot", before) };
        };
        const first = startLeaseClock(reading(100, 0), "boot", undefined, undefined).clock;
        const told = reading(107.3, 0, first);
        const start = leaseTime(first.bootOffset, told.uptime);
        const again = startLeaseClock(reading(110, noise, first), "boot", first, start).clock;
        assert.equal(start + again.offset, Math.floor(told.wall), `${fraction} ${noise}`);
      }
    }
  });
});

test("a clock that is set, by seconds and a fraction, between two servers of one boot ends no lease", () => {
  const steps = [3600.1, 86_400.3, 86_400.5, -7200.1, -0.9];
  for (const fraction of [0.05, 0.45, 0.5, 0.55, 0.95]) {
    const reading = (uptime: number, ahead: number, before?: SavedClock) => {
      const wall = 1_800_000_000 + fraction + ahead + uptime;
      return { wall, uptime: uptime + shiftOf(wall - uptime, "boot", before) };
    };
    const first = startLeaseClock(reading(100, 0), "boot", undefined, undefined).clock;
    for (let tenths = 0; tenths < 10; tenths++) {
      // The newest lease, and a little later the next server.
      const start = leaseTime(first.bootOffset, reading(107 + tenths / 10, 0, first).uptime);
      for (const step of steps) {
        const next = reading(107.3 + tenths / 10, step, first);
        const { clock, wrong } = startLeaseClock(next, "boot", first, start);
        const now = leaseTime(clock.bootOffset, next.uptime);
        const where = `${fraction} ${tenths} ${step}`;
        // Whole seconds may begin up to a second elsewhere.
        assert.ok(now >= start && now <= start + 2 && wrong === undefined, `${where}: ${now - start} s`);
        assert.ok(Math.abs(now + clock.offset - next.wall) < 2, `${where}: shown ${now + clock.offset - next.wall} s off`);
      }
    }
  }
});

test("so a lease that is told in the one and shown in the other ends no earlier than its client was told", () => {
  // Boots that began at any fraction of a second, and any moment.
  for (let tenths = 0; tenths < 100; tenths++) {
    const wallAtBoot = 1_800_000_000;
    const uptime = 100 + tenths / 10;
    const reading = { wall: wallAtBoot + uptime, uptime };
    const { clock } = startLeaseClock(reading, "boot", undefined, undefined);
    const later = { wall: reading.wall + 7.3, uptime: uptime + 7.3 };
    const shown = leaseTime(clock.bootOffset, later.uptime) + wallOffset(clock.bootOffset, later);
    assert.equal(shown, Math.floor(later.wall));
  }
});
