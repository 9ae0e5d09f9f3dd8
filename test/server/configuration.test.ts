import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfigFile } from "../../src/config/file.ts";
import { createConfiguration } from "../../src/server/configuration.ts";
import { NO_LOG } from "../../src/server/log.ts";

test("many who ask for the reservations at the same time do not take many threads", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-configuration-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "leasehold.yaml");
  const reservation = "{match: {chaddr: '02:00:00:00:00:01'}, ip: 10.0.0.5}";
  const text = `networks: {10.0.0.0/24: {options: {routers: 10.0.0.1}, reservations: [${reservation}]}}\n`;
  writeFileSync(path, text);
  const read = await loadConfigFile(path);
  assert.ok(read.ok);
  let threads = 0;
  const count = (): void => {
    threads++;
  };
  process.on("worker", count);
  t.after(() => process.off("worker", count));
  const configuration = createConfiguration({
    path,
    config: read.config,
    hash: read.hash ?? "",
    text,
    refused: [],
    added: [],
    database: undefined,
    serve: () => Promise.resolve([]),
    store: { commit: () => Promise.resolve() },
    log: NO_LOG,
  });
  const asked = await Promise.all(Array.from({ length: 20 }, () => [configuration.written(), configuration.plan()] as const).flat());
  assert.equal(asked.length, 40);
  const [listed, plan] = asked as [Awaited<ReturnType<typeof configuration.written>>, Awaited<ReturnType<typeof configuration.plan>>];
  assert.deepEqual([listed.map(({ inside }) => inside), plan.ok], [["10.0.0.0/24"], true]);
  assert.ok(threads <= 2, `${threads} threads`);
});
