import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as dhcp4 from "../../src/wire/dhcp4/option-table.ts";
import * as dhcp6 from "../../src/wire/dhcp6/option-table.ts";

const ROOT = new URL("../../", import.meta.url);
const TEXT = readFileSync(new URL("docs/reference/rfcs.md", ROOT), "utf8");

interface Row {
  readonly numbers: readonly number[];
  readonly state: string;
  /** Undefined: the table has no tests. */
  readonly tests: string | undefined;
}

/** Rows that begin with numbers of RFCs, of the tables below the title of a protocol. */
function rowsOf(title: string): readonly Row[] {
  const part = TEXT.split(/^# /m).find((one) => one.startsWith(`${title}\n`)) ?? "";
  return part
    .split("\n")
    .filter((line) => /^\| *\d{3,4}(, \d{3,4})* *\|/.test(line))
    .map((line) => line.slice(1, -1).split("|"))
    .map(([numbers = "", , state = "", tests]) => ({ numbers: numbers.split(",").map(Number), state: state.trim(), tests: tests?.trim() }));
}

const PARTS = [
  { title: "DHCPv4", rows: rowsOf("DHCPv4"), options: dhcp4.OPTIONS },
  { title: "DHCPv6", rows: rowsOf("DHCPv6"), options: dhcp6.OPTIONS },
];

test("every test that the list of RFCs names exists", () => {
  const names = [...TEXT.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1] ?? "");
  assert.ok(names.length > 50);
  const missing = names.filter((name) => !existsSync(new URL(name, ROOT)));
  assert.deepEqual(missing, []);
});

for (const { title, rows, options } of PARTS) {
  const numbers = rows.flatMap((row) => row.numbers);

  test(`what the list of ${title} calls done, or partly done, has a test, and no RFC stands in it twice`, () => {
    assert.ok(rows.length > 50);
    const untested = rows.filter(({ state, tests }) => tests === "" && !state.startsWith("no: "));
    assert.deepEqual(untested, []);
    for (const { numbers: row, state } of rows) assert.match(state, /^(done|partly: |values|no: )/, `RFC ${row}`);
    const twice = numbers.filter((number, i) => numbers.indexOf(number) !== i);
    assert.deepEqual(twice, []);
  });

  test(`the list of ${title} has every RFC that defines an option of its table`, () => {
    const defining = new Set(options.flatMap(({ rfc }) => (typeof rfc === "number" ? [rfc] : [])));
    const missing = [...defining].filter((rfc) => !numbers.includes(rfc));
    assert.deepEqual(missing, []);
  });
}
