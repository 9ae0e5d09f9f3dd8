import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse, stringify } from "yaml";
import { loadConfig } from "../../src/config/load.ts";

const FOLDER = new URL("../../docs/reference/configuration/", import.meta.url);
const TEXT = readdirSync(FOLDER)
  .map((name) => readFileSync(new URL(name, FOLDER), "utf8"))
  .join("\n");

/** Puts a fragment where it belongs, with what it needs around it. */
function complete(fragment: string): string {
  const value = parse(fragment.replaceAll(/\{ ?\.\.\. ?\}/g, "{}").replaceAll("[...]", "[]"));
  if (value.ranges || (value.reservations && !value.v6)) return stringify({ networks: { "10.20.0.0/24": value } });
  if (!value.shared_networks || value.v6) return stringify(value);
  const names = ["10.20.0.0/24", "10.20.1.0/24", "10.21.0.0/24", "10.21.1.0/24"];
  return stringify({ ...value, networks: Object.fromEntries(names.map((name) => [name, {}])) });
}

test("every YAML example of the documentation loads", () => {
  const fragments = [...TEXT.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? "");
  assert.equal(fragments.length, 32);
  for (const fragment of fragments) {
    const result = loadConfig(complete(fragment), "documentation.yaml");
    assert.ok(result.ok, result.ok ? "" : `${fragment}\n${JSON.stringify(result.diagnostics)}`);
  }
});
