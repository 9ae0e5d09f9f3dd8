import assert from "node:assert/strict";
import { test } from "node:test";
import { MONTH, sizeOf } from "./sizes.ts";
import { runWorld } from "./world.ts";

const WORLDS = 30;

/** What has to happen in a world, that it shows something. */
const HAPPENS = [
  "bound",
  "renewed",
  "releases",
  "moves",
  "conflicts",
  "commits",
  "failed or empty commits",
  "kills",
  "stops",
  "reboots",
  "clock steps",
];

test(`${WORLDS} small worlds are sound: no address is shared, a restart is invisible, every host is served`, async () => {
  const unsound: string[] = [];
  const happened = new Set<string>();
  for (let seed = 0; seed < WORLDS; seed++) {
    const { violations, counts } = await runWorld(seed, sizeOf(seed));
    for (const what of Object.keys(counts)) happened.add(what);
    if (violations.length > 0) unsound.push(`node test/world/run.ts ${seed} 1: ${violations.join("; ")}`);
  }
  assert.deepEqual(unsound, []);
  assert.deepEqual(
    HAPPENS.filter((what) => !happened.has(what)),
    [],
  );
});

test("a month of three hundred hosts is sound", async (t) => {
  const { violations, counts } = await runWorld(1, MONTH);
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(violations, [], "seed 1");
  for (const what of HAPPENS) assert.ok((counts[what] ?? 0) > 10, what);
});

test("a seed decides everything", async () => {
  const size = { ...sizeOf(3), hosts: 8 };
  assert.deepEqual(await runWorld(3, size), await runWorld(3, size));
});
