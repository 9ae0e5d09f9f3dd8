import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./run.ts";

/** `MODEL_RUNS=10000` plays more; `MODEL_SEED=` with the seed of a run that failed and `MODEL_RUNS=1` plays that one, and tells what was done. */
const FIRST = Number(process.env.MODEL_SEED ?? 1);
const RUNS = Number(process.env.MODEL_RUNS ?? 200);

test(`${RUNS} random runs from seed ${FIRST}: memory is what is on disk, no address has two owners, no client two offers on a link`, async () => {
  for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
    const { problems, log } = await run(seed);
    const told = RUNS === 1 ? `\n${log.join("\n")}` : "";
    assert.deepEqual(problems, [], `seed ${seed} (play it again: MODEL_SEED=${seed} MODEL_RUNS=1)${told}`);
  }
});
