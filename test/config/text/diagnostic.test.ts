import assert from "node:assert/strict";
import { test } from "node:test";
import { type Diagnostic, formatDiagnostic, formatPath } from "../../../src/config/text/diagnostic.ts";

const diagnostic: Diagnostic = { severity: "error", line: 2, column: 4, path: ["a", 0], message: "no good", hint: "do better" };

test("a diagnostic shows the place, the line with a caret, and the hint", () => {
  assert.equal(
    formatDiagnostic(diagnostic, "x.yaml", "one\ntwo: three\r\nfour"),
    "x.yaml:2:4: error: no good\n  2 | two: three\n    |    ^\n  hint: do better",
  );
});

test("lines end in LF or CR LF, as for whatever reads them: a CR alone ends none", () => {
  assert.equal(
    formatDiagnostic(diagnostic, "x.yaml", "# o\rne\ntwo: three\r\nfour"),
    "x.yaml:2:4: error: no good\n  2 | two: three\n    |    ^\n  hint: do better",
  );
});

test("the caret stays below its place after tabs and in long lines", () => {
  assert.equal(
    formatDiagnostic({ ...diagnostic, line: 1, column: 3, hint: undefined }, "x", "\t\tz"),
    "x:1:3: error: no good\n  1 | \t\tz\n    | \t\t^",
  );
  const long = formatDiagnostic({ ...diagnostic, line: 1, column: 501, hint: undefined }, "x", `${"a".repeat(500)}B${"c".repeat(500)}`);
  const [, source = "", caret = ""] = long.split("\n");
  assert.equal(source[caret.indexOf("^")], "B");
  assert.ok(source.length < 140);
});

test("what a terminal would obey is written as in JSON, and is one character wide in the line of the source", () => {
  const raw = { ...diagnostic, line: 1, column: 6, message: 'unknown key "a\u001b[2J\u0007\n\u202e\u009b"', hint: "not \u001b" };
  assert.equal(
    formatDiagnostic(raw, "x\u001b.yaml", "\ufeffa\u001b[2J: 1"),
    'x\\u001b.yaml:1:6: error: unknown key "a\\u001b[2J\\u0007\\n\\u202e\\u009b"\n  1 | a\ufffd[2J: 1\n    |      ^\n  hint: not \\u001b',
  );
});

test("without a position the path stands in its place", () => {
  const message = formatDiagnostic({ ...diagnostic, line: 0, column: 0, path: ["networks", "10.0.0.0/8", "ranges", 0] }, "x.ts");
  assert.equal(message, 'x.ts: networks["10.0.0.0/8"].ranges[0]: error: no good\n  hint: do better');
  assert.equal(formatDiagnostic({ ...diagnostic, line: 0, column: 0, path: [], hint: undefined }, "x.ts"), "x.ts: error: no good");
  assert.equal(formatPath(["a", "b", 1]), "a.b[1]");
});
