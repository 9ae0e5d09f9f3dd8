import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { RAW_TYPES } from "../../src/wire/values/values.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, ROOT), "utf8");
const TEXT = read("docs/reference/compatibility.md");

/** The table rows of the section with this title. */
function rowsOf(title: string): string[][] {
  const section = TEXT.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  assert.ok(rows.length > 0, title);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

test("every test that the page about dora names exists", () => {
  const names = [...TEXT.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1] ?? "");
  assert.ok(names.length > 100);
  assert.deepEqual(
    names.filter((name) => !existsSync(new URL(name, ROOT))),
    [],
  );
});

test("every key of a file of dora stands there", () => {
  const file = parse(read("test/config/files/dora.yaml"));
  const networks = Object.values<Record<string, unknown>>(file.networks);
  const places = [file, ...networks, ...networks.flatMap(({ ranges, reservations }) => [ranges ?? [], reservations ?? []].flat())];
  const keys = new Set(places.flatMap((place) => Object.keys(place)));
  assert.ok(keys.size > 20);
  const told = rowsOf("Configuration keys").map(([key]) => key);
  for (const key of [...keys, ...RAW_TYPES])
    assert.ok(
      told.some((cell) => new RegExp(`\\b${key}\\b`).test(cell ?? "")),
      key,
    );
});

test("each integration test of dora stands there, and in the name of its counterpart", () => {
  const names = rowsOf("Its integration tests").flatMap(([cell]) => [...(cell ?? "").matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ""));
  assert.equal(names.length, 20);
  const counterparts = read("test/black-box/exchanges.test.ts");
  for (const name of names) assert.match(counterparts, new RegExp(`\\(dora: [^)]*\\b${name}\\b`));
});

test("each defect has a test", () => {
  for (const [defect, tests] of rowsOf("Its defects").slice(1)) assert.match(tests ?? "", /`test\//, defect);
});
