import assert from "node:assert/strict";
import { test } from "node:test";
import { runLargeWorld, WEEK } from "./world.ts";

/** What has to happen in a world, that it shows something. */
const HAPPENS = [
  "v4 bound",
  "v4 renewed",
  "v6 bound",
  "v6 renewed",
  "releases",
  "reboots",
  "moves",
  "installations",
  "conflicts",
  "restarts of the server",
];

test("a week of ten thousand clients: no address is shared, and who can have one has one", async (t) => {
  const { violations, counts } = await runLargeWorld(1, WEEK);
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(violations, []);
  for (const what of HAPPENS) assert.ok((counts[what] ?? 0) >= 10, `${what}: ${counts[what] ?? 0}`);
});
