import assert from "node:assert/strict";
import { test } from "node:test";
import { runLarge } from "./large.ts";

const DAY = 86_400_000;
const WEEK = { clients: 5000, duration: 7 * DAY };

test("ten thousand clients of both protocols, for a week of losses and restarts: each has what it can have, and nobody shares it", async (t) => {
  const { violations, counts } = await runLarge(1, WEEK);
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(violations, []);
  for (const what of ["dhcp4 bound", "dhcp6 bound", "dhcp4 extended", "dhcp6 extended", "restarts"]) {
    assert.ok((counts[what] ?? 0) > WEEK.clients, what);
  }
  assert.ok((counts.kills ?? 0) > 10);
});
