import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { OPTIONS } from "../../src/wire/dhcp4/option-table.ts";

const ROOT = new URL("../../", import.meta.url);
const TEXT = readFileSync(new URL("docs/rfcs.md", ROOT), "utf8");

/** Rows of the tables that begin with numbers of RFCs. */
const ROWS = TEXT.split("\n")
  .filter((line) => /^\| *\d{3,4}(, \d{3,4})* *\|/.test(line))
  .map((line) => line.slice(1, -1).split("|"))
  .map(([numbers = "", , state = "", tests]) => ({ numbers: numbers.split(",").map(Number), state: state.trim(), tests: tests?.trim() }));

const numbers = ROWS.flatMap((row) => row.numbers);

test("every test that the list of RFCs names exists", () => {
  const names = [...TEXT.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1] ?? "");
  assert.ok(names.length > 50);
  const missing = names.filter((name) => !existsSync(new URL(name, ROOT)));
  assert.deepEqual(missing, []);
});

test("what the list calls done, or partly done, has a test, and no RFC stands in it twice", () => {
  assert.ok(ROWS.length > 60);
  const untested = ROWS.filter(({ state, tests }) => tests === "" && !state.startsWith("no: "));
  assert.deepEqual(untested, []);
  for (const { numbers: row, state } of ROWS) assert.match(state, /^(done|partly: |values|no: )/, `RFC ${row}`);
  const twice = numbers.filter((number, i) => numbers.indexOf(number) !== i);
  assert.deepEqual(twice, []);
});

test("the list has every RFC that defines an option of the table", () => {
  const defining = new Set(OPTIONS.flatMap(({ rfc }) => (typeof rfc === "number" ? [rfc] : [])));
  const missing = [...defining].filter((rfc) => !numbers.includes(rfc));
  assert.deepEqual(missing, []);
});
