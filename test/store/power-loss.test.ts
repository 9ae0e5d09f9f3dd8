import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, isDeepStrictEqual, promisify } from "node:util";
import { createRecorder } from "../support/power-loss.ts";
import { createRandom } from "../support/random.ts";
import { batchesOf } from "./power-loss-batches.ts";
import { createFolder, rowsIn } from "./support.ts";

const folder = createFolder();
const SEED = 5;
const BATCHES = 400;
const CUTS = 30;

test("after a power cut every row is whole, and as it was after the last batch that was reported durable, or after a later one", async (t) => {
  const path = join(folder.path, "leases.db");
  const recorder = createRecorder(t, folder.path, path);
  if (recorder === undefined) return;
  // Reports the end of each commit, with the moment it was then. Several are under way at one time.
  const script = `
    import { statSync } from "node:fs";
    const { openSqliteStore } = await import(${url("../../src/store/sqlite/store.ts")});
    const { batchesOf } = await import(${url("./power-loss-batches.ts")});
    const store = openSqliteStore(${JSON.stringify(path)});
    const ends = [];
    const commits = [];
    for (const { writes } of batchesOf(${SEED}, ${BATCHES})) {
      commits.push(store.commit(writes).then(() => ends.push(statSync(${JSON.stringify(recorder.environment.RECORD_LOG)}).size)));
      if (commits.length % 4 === 0) await commits.at(-3);
    }
    await Promise.all(commits);
    process.stdout.write(JSON.stringify(ends), () => process.kill(process.pid, "SIGKILL"));`;
  const run = promisify(execFile)(process.execPath, ["--input-type=module-typescript", "-e", script], {
    env: { ...process.env, ...recorder.environment },
    maxBuffer: 1 << 24,
  });
  const ends = JSON.parse(await run.catch(({ stdout }) => ({ stdout })).then(({ stdout }) => stdout)) as number[];
  assert.equal(ends.length, BATCHES);

  const recording = recorder.recording();
  const batches = batchesOf(SEED, BATCHES);
  const random = createRandom(SEED);
  const [first, last] = [ends[0] as number, ends.at(-1) as number];
  for (let cut = 0; cut < CUTS; cut++) {
    // Half of them right when a commit was reported, when all that it needs must be there already.
    const moment = cut % 2 === 0 ? first + random.below(last - first) : random.pick(ends);
    const place = join(folder.path, `cut-${cut}`);
    recording.cut(moment, random, place);
    const rows = rowsIn(join(place, "leases.db"));
    rmSync(place, { recursive: true });
    const durable = ends.filter((end) => end <= moment).length;
    const match = batches.findIndex((batch, i) => i + 1 >= durable && isDeepStrictEqual(rows, batch.rows));
    if (match < 0) assert.fail(`cut ${cut}, after ${durable} batches: ${differences(rows, batches[durable - 1]?.rows ?? new Map())}`);
  }
  t.diagnostic(`${BATCHES} batches, ${recording.syncs} syncs, ${CUTS} cuts`);
});

/** Some of them: a whole table of rows takes minutes to compare in print. */
function differences(found: ReadonlyMap<number, unknown>, expected: ReadonlyMap<number, unknown>): string {
  const rows = [...new Set([...found.keys(), ...expected.keys()])].filter((row) => !isDeepStrictEqual(found.get(row), expected.get(row)));
  const [row = 0] = rows;
  return `${rows.length} rows differ; row ${row} is ${inspect(found.get(row))}, and was ${inspect(expected.get(row))}`;
}

function url(path: string): string {
  return JSON.stringify(new URL(path, import.meta.url).href);
}
