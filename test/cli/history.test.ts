import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { linesIn, problemsIn } from "../server/events/support.ts";
import { until } from "../store/support.ts";
import { newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

test("what a server that was killed has written is told by the next one, and who had the address is known", async (t) => {
  const folder = newFolder(t);
  const database = join(folder, "leases.db");
  const file = join(folder, "events.jsonl");
  const config = writeIn(
    folder,
    "leasehold.yaml",
    `networks: { 10.0.0.0/24: { config: { lease_time: { default: 2s, min: 2s, max: 2s } }, ranges: [{ range: 10.0.0.1-10.0.0.1 }] } }
events: [{ file: ${JSON.stringify(file)} }]
history: { keep: 1d }
`,
  );
  const told = () => problemsIn(linesIn(existsSync(file) ? readFileSync(file, "utf8") : ""));
  const place = newPlace();
  const server = await startServer(t, { config, database }, place);
  const probe = () => runLeasehold("probe", "--server", `${place.address}:${place.port}`, "--relay", "10.0.0.200");
  assert.equal((await probe()).status, 0);
  await server.end("SIGKILL");

  // The lease runs out while no server runs.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await startServer(t, { config, database }, place);
  await until(() => told().seen.length >= 2);
  const { problems, seen } = told();
  assert.deepEqual(problems, []);
  assert.deepEqual(
    seen.slice(0, 2).map(({ kind, address, reservation }) => [kind, address, reservation]),
    [
      ["bound", "10.0.0.1", undefined],
      ["expired", "10.0.0.1", undefined],
    ],
  );
  const of = (moment: unknown) => runLeasehold("leases", "-d", database, "--json", "--address", "10.0.0.1", "--at", String(moment));
  const { stdout, status } = await of(seen[0]?.time);
  assert.equal(status, 0);
  const [first] = linesIn(stdout) as readonly Record<string, unknown>[];
  assert.deepEqual([first?.address, first?.hardware_address, first?.ended], ["10.0.0.1", seen[0]?.hardware_address, "expired"]);
  assert.equal((await of("2020-01-01T00:00:00Z")).stdout, "");
  const refused = await of("yesterday");
  assert.deepEqual([refused.status, refused.stdout], [2, ""]);
  assert.match(refused.stderr, /--at yesterday: expected a time/);
});
