import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type Checked, exitStatusOf, type Verdict } from "../../../src/cli/check/checked.ts";
import { problemsForGithub, reportForPrograms } from "../../../src/cli/check/formats.ts";
import type { Diagnostic } from "../../../src/config/text/diagnostic.ts";

/** A file of which that was found. */
function checked(file: string, problems: readonly Partial<Diagnostic>[], notes: readonly string[] = []): Checked {
  const whole = problems.map(
    (problem) => ({ severity: "error", line: 1, column: 1, path: [], message: "wrong", hint: undefined, ...problem }) as const,
  );
  const loaded = { ok: false, diagnostics: whole, readable: true, missing: false, source: undefined, hash: undefined } as const;
  return { file, name: file, loaded, problems: whole, notes, errors: whole.length, warnings: notes.length, verdict: "problems" };
}

const AT_PLACE: Diagnostic = {
  severity: "error",
  line: 7,
  column: 3,
  path: ["networks", "10.0.0.0/24", "ranges", 0],
  message: "it overlaps",
  hint: undefined,
  other: { line: 4, column: 5, path: ["networks", "10.0.0.0/24"] },
};
const IN_OTHER_FILE: Diagnostic = { ...AT_PLACE, file: "part.conf", other: { file: "rest.conf", line: 2, column: 1, path: [] } };
/** Of a configuration that a program made. */
const NOWHERE: Diagnostic = {
  ...AT_PLACE,
  severity: "warning",
  line: 0,
  column: 0,
  hint: "move it",
  other: { line: 0, column: 0, path: ["ranges"] },
};

test("commands of GitHub: place, escapes, the other party, and the hint", () => {
  const absolute = join(process.cwd(), "sub/a.yaml");
  const table: readonly [string, Partial<Diagnostic>, string][] = [
    ["a.yaml", {}, "::error file=a.yaml,line=1,col=1::wrong"],
    ["./sub/../a.yaml", {}, "::error file=a.yaml,line=1,col=1::wrong"],
    [absolute, {}, "::error file=sub/a.yaml,line=1,col=1::wrong"],
    ["../a.yaml", {}, "::error file=../a.yaml,line=1,col=1::wrong"],
    ["-", {}, "::error::wrong"],
    ["a:b,c%\n.yaml", {}, "::error file=a%3Ab%2Cc%25%0A.yaml,line=1,col=1::wrong"],
    ["a.yaml", { message: "5% ::error::\r\n, :", hint: "try" }, "::error file=a.yaml,line=1,col=1::5%25 ::error::%0D%0A, :%0Ahint: try"],
    ["a.yaml", AT_PLACE, "::error file=a.yaml,line=7,col=3::it overlaps%0Athe other one: a.yaml:4:5"],
    ["-", AT_PLACE, "::error::it overlaps%0Athe other one: standard input:4:5"],
    ["a.conf", IN_OTHER_FILE, "::error file=part.conf,line=7,col=3::it overlaps%0Athe other one: rest.conf:2:1"],
    ["a.ts", NOWHERE, '::warning file=a.ts::networks["10.0.0.0/24"].ranges[0]: it overlaps%0Athe other one: a.ts: ranges%0Ahint: move it'],
  ];
  for (const [file, problem, command] of table) assert.equal(problemsForGithub(checked(file, [problem])), `${command}\n`);
  const note = "the reservation 1 is left out:\nit is wrong";
  assert.equal(problemsForGithub(checked("a.yaml", [], [note])), "::warning file=a.yaml::the reservation 1 is left out:%0Ait is wrong\n");
});

test("the document for programs: places are null where there is no text", () => {
  const one = checked("a.ts", [AT_PLACE, IN_OTHER_FILE, NOWHERE], ["left out"]);
  const range = 'networks["10.0.0.0/24"].ranges[0]';
  const said = { message: "it overlaps", hint: null };
  assert.deepEqual(reportForPrograms([one]), {
    files: [{ file: "a.ts", verdict: "problems", errors: 3, warnings: 1, translatedFrom: null, serves: null }],
    problems: [
      {
        severity: "error",
        file: "a.ts",
        line: 7,
        column: 3,
        path: range,
        ...said,
        other: { file: "a.ts", line: 4, column: 5, path: 'networks["10.0.0.0/24"]' },
      },
      {
        severity: "error",
        file: "part.conf",
        line: 7,
        column: 3,
        path: range,
        ...said,
        other: { file: "rest.conf", line: 2, column: 1, path: "" },
      },
      {
        severity: "warning",
        file: "a.ts",
        line: null,
        column: null,
        path: range,
        message: "it overlaps",
        hint: "move it",
        other: { file: "a.ts", line: null, column: null, path: "ranges" },
      },
      { severity: "warning", file: "a.ts", line: null, column: null, path: "", message: "left out", hint: null, other: null },
    ],
  });
});

test("the exit status is that of the worst file", () => {
  const table: readonly [readonly Verdict[], number][] = [
    [["good"], 0],
    [["good", "good"], 0],
    [["good", "problems", "good"], 1],
    [["unreadable", "problems"], 2],
    [["problems", "unreadable", "good"], 2],
  ];
  for (const [verdicts, status] of table) assert.equal(exitStatusOf(verdicts.map((verdict) => ({ verdict }))), status, verdicts.join());
});
