import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SILENCE_REASONS } from "../../src/engine/decision.ts";
import { DROP_REASONS } from "../../src/server/counters.ts";

test("the page about troubleshooting says of each silence and of each drop what to do, and of no other", () => {
  const text = readFileSync(new URL("../../docs/how-to/troubleshooting.md", import.meta.url), "utf8");
  const [, section = ""] = text.split("## What each silence means\n");
  const [page = ""] = section.split("\n## ");
  const rows = page.split("\n").filter((line) => /^\|\s*`/.test(line));
  const named = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name as string));
  // The heads of the two tables name the column.
  assert.deepEqual(
    named.filter((name) => name !== "reason").sort(),
    [...Object.keys(SILENCE_REASONS), ...Object.keys(DROP_REASONS)].sort(),
  );
});
