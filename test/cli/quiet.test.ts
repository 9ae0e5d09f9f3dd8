import assert from "node:assert/strict";
import { test } from "node:test";
import { quietMoment } from "../../src/cli/quiet.ts";

test("a thread that is busy is left to its work, for as long as one is patient", async (t) => {
  const idle = setInterval(() => {}, 1000);
  t.after(() => clearInterval(idle));
  const since = (start: number) => performance.now() - start;
  const quiet = performance.now();
  await quietMoment(60_000);
  assert.ok(since(quiet) < 20_000, `${since(quiet)} ms in a thread that has nothing to do`);

  let until = performance.now() + 3000;
  const work = setInterval(() => {
    for (const end = performance.now() + 20; performance.now() < end && performance.now() < until; );
  }, 1);
  t.after(() => clearInterval(work));
  const busy = performance.now();
  await quietMoment(60_000);
  assert.ok(since(busy) > 2500, `${since(busy)} ms while there was much to do`);
  until = Number.POSITIVE_INFINITY;
  const impatient = performance.now();
  await quietMoment(2000);
  assert.ok(since(impatient) >= 1900, `${since(impatient)} ms`);
});
