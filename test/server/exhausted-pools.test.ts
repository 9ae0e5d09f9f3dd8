import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { createExhaustedPools } from "../../src/server/exhausted-pools.ts";

const SECOND = 1000;

/** Pools by index, of which the test says how many addresses are free. */
function create() {
  const state = { now: 0, free: [0, 0, 5] };
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push((JSON.parse(line) as { msg: string }).msg) });
  const leases = { capacityOf: () => 100, inUse: ({ index }: { index: number }) => 100 - (state.free[index] ?? 0) };
  const pools = createExhaustedPools({
    log,
    uptime: () => state.now,
    leases,
    nameOf: ([first]) => (first?.index === 1 ? "prefix" : "address"),
  });
  return { state, pools, said: () => lines.splice(0) };
}

const warning = (network: string, name = "address") =>
  `no ${name} is free on ${network}, and clients there get none: it needs more ranges or shorter lease times; \`leasehold leases\` lists who has them`;

describe("a network on which nothing is free", () => {
  test("is known until something is free and nobody was refused for a while, and that is told", () => {
    const { state, pools, said } = create();
    pools.refused("10.0.0.0/24", [{ index: 0 }]);
    assert.deepEqual(said(), [warning("10.0.0.0/24")]);
    assert.deepEqual(pools.list(), [{ network: "10.0.0.0/24 address", reason: "no address is free on 10.0.0.0/24" }]);
    state.now = 60 * SECOND;
    pools.look();
    assert.equal(pools.list().length, 1);
    // One becomes free, and a client that waited takes it, before another is refused.
    state.free[0] = 1;
    pools.refused("10.0.0.0/24", [{ index: 0 }]);
    said();
    state.now += 9 * SECOND;
    pools.look();
    assert.equal(pools.list().length, 1);
    state.now += SECOND;
    pools.look();
    assert.deepEqual([pools.list(), said()], [[], ["addresses are free on 10.0.0.0/24 again"]]);
    pools.look();
    assert.deepEqual(said(), []);
  });

  test("is another one for prefixes, and for clients of other ranges", () => {
    const { state, pools, said } = create();
    for (const index of [0, 1, 3]) pools.refused("2001:db8::/64", [{ index }]);
    assert.deepEqual(said(), [warning("2001:db8::/64"), warning("2001:db8::/64", "prefix"), warning("2001:db8::/64")]);
    assert.equal(pools.list().length, 3);
    state.free[1] = 1;
    state.now = 20 * SECOND;
    pools.look();
    assert.deepEqual([pools.list().length, said()], [2, ["prefixes are free on 2001:db8::/64 again"]]);
  });

  test("which others took, counts as free when they are done with it", () => {
    const { state, pools, said } = create();
    pools.refused("10.0.0.0/24", [{ index: 2 }]);
    said();
    state.free[2] = 0;
    state.now = 20 * SECOND;
    pools.look();
    assert.equal(pools.list().length, 1);
    state.free[2] = 1;
    pools.look();
    assert.deepEqual([pools.list(), said()], [[], ["addresses are free on 10.0.0.0/24 again"]]);
  });

  test("is another one for clients of other ranges with the same first one", () => {
    const { state, pools } = create();
    pools.refused("10.0.0.0/24", [{ index: 0 }, { index: 1 }]);
    pools.refused("10.0.0.0/24", [{ index: 0 }, { index: 3 }]);
    state.free[1] = 1;
    state.now = 20 * SECOND;
    pools.look();
    assert.equal(pools.list().length, 1);
  });

  test("does not count what was free though no client could have it", () => {
    const { state, pools } = create();
    pools.refused("10.0.0.0/24", [{ index: 2 }]);
    state.now = 20 * SECOND;
    pools.look();
    assert.equal(pools.list().length, 1);
    state.free[2] = 6;
    pools.look();
    assert.equal(pools.list().length, 0);
  });

  test("is warned of once an hour, and at once where something was free meanwhile", () => {
    const { state, pools, said } = create();
    const refuse = () => pools.refused("10.0.0.0/24", [{ index: 0 }]);
    for (let i = 0; i < 100; i++) refuse();
    pools.refused("10.0.1.0/24", [{ index: 3 }]);
    assert.deepEqual(said(), [warning("10.0.0.0/24"), warning("10.0.1.0/24")]);
    state.now = 3599 * SECOND;
    refuse();
    assert.deepEqual(said(), []);
    state.now = 3600 * SECOND;
    refuse();
    assert.deepEqual(said(), [warning("10.0.0.0/24")]);
    state.free[0] = 1;
    state.now += 20 * SECOND;
    pools.look();
    refuse();
    assert.deepEqual(said(), ["addresses are free on 10.0.0.0/24 again", warning("10.0.0.0/24")]);
  });

  test("is one of 30 that are warned of in a minute, and of 256 that are known", () => {
    const { state, pools, said } = create();
    for (let i = 0; i < 10_000; i++) pools.refused(`net ${i}`, [{ index: 10 + i }]);
    assert.deepEqual([said().length, pools.list().length], [30, 256]);
    // Nothing is said of the end of what nothing was said of.
    state.free[10 + 31] = 101;
    state.now = 20 * SECOND;
    pools.look();
    assert.deepEqual([said(), pools.list().length], [[], 255]);
    state.now = 60 * SECOND;
    pools.refused("net 30", [{ index: 40 }]);
    assert.match(said()[0] ?? "", /^no address is free on net 30,.* \(9970 such entries before it were left out\)$/);
  });

  test("is none where there are no pools at all, or by another configuration", () => {
    const { pools, said } = create();
    pools.refused("10.0.2.0/24", []);
    assert.deepEqual([said().length, pools.list()], [1, []]);
    pools.refused("10.0.0.0/24", [{ index: 0 }]);
    pools.forget();
    assert.deepEqual(pools.list(), []);
  });
});
