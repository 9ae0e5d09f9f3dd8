import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { loadConfig } from "../../src/config/index.ts";
import { UPDATE_RESULTS } from "../../src/dns/updates/result.ts";

function read(name: string): string {
  return readFileSync(new URL(`../../docs/how-to/${name}`, import.meta.url), "utf8");
}

describe("the page about names", () => {
  const blocks = [...read("names.md").matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text as string);

  test("has a configuration for each way", () => assert.equal(blocks.length, 4));

  for (const [i, text] of blocks.entries()) {
    test(`has a configuration without a problem, the one of place ${i + 1}`, () => {
      const loaded = loadConfig(text, "names.yaml");
      assert.deepEqual(loaded.ok ? loaded.warnings : loaded.diagnostics, []);
    });
  }
});

test("the page about troubleshooting says of each result of an update what to do, and of no other", () => {
  const [, section = ""] = read("troubleshooting.md").split("## Names that do not resolve\n");
  const [page = ""] = section.split("\n## ");
  const rows = [...page.matchAll(/^\|\s*((?:`[^`|]+`(?:, )?)+)\s*\|/gm)].flatMap(([, cell]) => (cell as string).match(/[^`, ]+/g) ?? []);
  assert.deepEqual(rows.filter((name) => name !== "result").sort(), [...UPDATE_RESULTS].sort());
});
