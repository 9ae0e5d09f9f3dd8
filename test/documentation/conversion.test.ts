import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { INTENDED } from "../support/conversion/differences.ts";

test("the page about conversion lists the differences that are meant, and no others", () => {
  const text = readFileSync(new URL("../../docs/reference/conversion.md", import.meta.url), "utf8");
  const [, section = ""] = text.split("## Differences that are meant\n");
  const rows = section.split("\n").filter((line) => /^\|\s*[^-\s]/.test(line));
  assert.deepEqual(
    rows.slice(1).map((row) =>
      row
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    ),
    INTENDED.map(({ of, file, what, why }) => [file === undefined ? of : `${of} (${file})`, what, why]),
  );
});
