import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { consoleLog, type LogLevel } from "../../src/server/index.ts";

function written(t: TestContext, level?: LogLevel): readonly unknown[] {
  const lines: unknown[] = [];
  t.mock.method(console, "error", (...parts: unknown[]) => lines.push(parts));
  const log = consoleLog(level);
  log.debug("a");
  log.info({}, "b");
  log.warn({ networks: 1 }, "c");
  log.error("d");
  t.mock.restoreAll();
  return [...lines, (["debug", "info", "warn", "error"] as const).filter((one) => log.isLevelEnabled(one))];
}

test("entries from a level on go to standard error, with their facts", (t) => {
  const all = [
    ["debug:", "a"],
    ["info:", "b"],
    ["warn:", "c", { networks: 1 }],
    ["error:", "d"],
  ];
  const levels = ["debug", "info", "warn", "error"];
  assert.deepEqual(written(t), [...all.slice(1), levels.slice(1)]);
  for (const [i, level] of levels.entries()) assert.deepEqual(written(t, level as LogLevel), [...all.slice(i), levels.slice(i)]);
});
