import { sizeOf } from "./sizes.ts";
import { runWorld } from "./world.ts";

/*
 * Worlds by hand, one line each for those that are not sound, and what happened in all of them:
 *
 *     node test/world/run.ts                 1000 worlds, seeds 0 to 999
 *     node test/world/run.ts FROM COUNT      others, or one again
 */

const from = Number(process.argv[2] ?? 0);
const count = Number(process.argv[3] ?? 1000);
const totals: Record<string, number> = {};
let unsound = 0;
for (let seed = from; seed < from + count; seed++) {
  const { violations, counts } = await runWorld(seed, sizeOf(seed));
  for (const [what, number] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + number;
  if (violations.length > 0) {
    unsound++;
    process.stdout.write(`seed ${seed}: ${violations.join("; ")}\n`);
  }
}
process.stdout.write(`${count} worlds, ${unsound} of them unsound: ${JSON.stringify(totals)}\n`);
process.exitCode = unsound === 0 ? 0 : 1;
