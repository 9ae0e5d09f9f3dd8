import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ADDRESS_FAMILIES } from "../../src/api/metrics/address-lines.ts";
import { DORA_FAMILIES } from "../../src/api/metrics/dora.ts";
import { FAMILIES } from "../../src/api/metrics/families.ts";

test("the page about metrics has every metric, with its type, labels and meaning, and no other", () => {
  const page = readFileSync(new URL("../../docs/reference/metrics.md", import.meta.url), "utf8");
  const rows = page
    .split("\n")
    .filter((line) => /^\| `/.test(line))
    .map((line) => line.replaceAll(/ +/g, " "));
  const expected = [...FAMILIES, ...ADDRESS_FAMILIES, ...DORA_FAMILIES].map(({ name, type, labels, help }) => {
    const named = labels.map((label) => `\`${label}\``).join(", ");
    return `| \`${name}\` | ${type} | ${named || "–"} | ${help} |`;
  });
  assert.deepEqual(rows, expected);
});
