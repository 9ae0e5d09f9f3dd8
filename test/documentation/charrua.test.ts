import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const TEXT = readFileSync(new URL("docs/explanation/charrua.md", ROOT), "utf8");

/** The table rows of the section with this title, without the head. */
function rowsOf(title: string): string[][] {
  const section = TEXT.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  return rows.slice(1).map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

test("every test that the page about Charrua names exists", () => {
  const names = [...TEXT.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1] ?? "");
  assert.ok(names.length > 40);
  assert.deepEqual(
    names.filter((name) => !existsSync(new URL(name, ROOT))),
    [],
  );
});

test("every test that it names by its title stands in its file", () => {
  const named = [...TEXT.matchAll(/`(test\/[^`]+)`: "([^"]+)"/g)];
  assert.ok(named.length >= 20);
  for (const [, file = "", title = ""] of named) assert.ok(readFileSync(new URL(file, ROOT), "utf8").includes(title), `${file}: ${title}`);
});

test("each defect and gap has a test, or says why not", () => {
  const rows = rowsOf("Its defects and gaps");
  assert.equal(rows.length, 22);
  for (const [defect, , tests] of rows) assert.match(tests ?? "", /`test\/|^none here: ./, defect);
});

test("each of its 33 tests has a counterpart, or says why not", () => {
  const numbers: number[] = [];
  for (const [number = "", name, counterpart] of rowsOf("Its tests")) {
    const [first, last = first] = number.split("-").map(Number);
    for (let one = first ?? 0; one <= (last ?? 0); one++) numbers.push(one);
    assert.match(counterpart ?? "", /`test\/|^none: ./, name);
  }
  assert.deepEqual(
    numbers,
    Array.from({ length: 33 }, (_, index) => index + 1),
  );
});
