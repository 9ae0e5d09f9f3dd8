import assert from "node:assert/strict";
import { test } from "node:test";
import { type Column, tableOf, wrapped } from "../../src/cli/table.ts";

const COLUMNS: readonly Column[] = [
  { name: "ADDRESS" },
  { name: "CLIENT", keep: 3, least: 8 },
  { name: "HOSTNAME", keep: 4, least: 8 },
  { name: "NAME", keep: 2, isOptional: true },
  { name: "LEFT", align: "right" },
  { name: "NETWORK", keep: 1 },
];
const ROWS = [
  ["10.0.0.1", "02:00:00:00:00:01", "a-long-hostname", "", "7", "10.0.0.0/24"],
  ["10.0.0.22", "0001000112345678", "日本語のホスト名", "", "3600", "10.0.0.0/24"],
];

const WIDTHS: readonly (readonly [width: number | undefined, lines: readonly string[]])[] = [
  [
    undefined,
    [
      "ADDRESS    CLIENT             HOSTNAME          LEFT  NETWORK",
      "10.0.0.1   02:00:00:00:00:01  a-long-hostname      7  10.0.0.0/24",
      "10.0.0.22  0001000112345678   日本語のホスト名  3600  10.0.0.0/24",
    ],
  ],
  [
    60,
    [
      "ADDRESS    CLIENT             HOSTNAME     LEFT  NETWORK",
      "10.0.0.1   02:00:00:00:00:01  a-long-hos…     7  10.0.0.0/24",
      "10.0.0.22  0001000112345678   日本語のホ…  3600  10.0.0.0/24",
    ],
  ],
  [35, ["ADDRESS    CLIENT    HOSTNAME  LEFT", "10.0.0.1   02:00:0…  a-long-…     7", "10.0.0.22  0001000…  日本語…   3600"]],
  [25, ["ADDRESS    HOSTNAME  LEFT", "10.0.0.1   a-long-…     7", "10.0.0.22  日本語…   3600"]],
  [5, ["ADDRESS    LEFT", "10.0.0.1      7", "10.0.0.22  3600"]],
];
for (const [width, lines] of WIDTHS) {
  test(`a table in ${width ?? "any number of"} places leaves out columns, then cuts texts`, () => {
    assert.deepEqual(tableOf(COLUMNS, ROWS, width), lines);
  });
}

test("a column in which nothing is goes before those with something in them", () => {
  const rows = ROWS.map((row) => row.with(2, ""));
  assert.deepEqual(tableOf(COLUMNS, rows, 35), [
    "ADDRESS    CLIENT             LEFT",
    "10.0.0.1   02:00:00:00:00:01     7",
    "10.0.0.22  0001000112345678   3600",
  ]);
});

test("a sentence goes on in the next line, further in, where the terminal ends", () => {
  assert.deepEqual(wrapped("the disk is full, so no lease", "  ", 20), ["  the disk is full,", "    so no lease"]);
  assert.deepEqual(wrapped("the disk is full, so no lease", "  ", undefined), ["  the disk is full, so no lease"]);
  assert.deepEqual(wrapped("/a/path/that/is/too/long", "", 10), ["/a/path/that/is/too/long"]);
});
