import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { MAIN } from "../support/run-leasehold.ts";

/* What becomes of a command whose output is not taken: no stack of the program, in no case. */

/** Runs a line of bash, in which `leasehold` is the program. */
function shell(line: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const program = `leasehold() { "${process.execPath}" "${MAIN}" "$@"; }; ${line}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", program], { encoding: "utf8", timeout: 60_000 });
  return { status, stdout, stderr };
}

const FULL = "leasehold: standard output can't be written: the disk is full\n";
const GOOD = "examples/quickstart.yaml";

describe("where output can't go", { concurrency: 2 }, () => {
  const TABLE: readonly (readonly [line: string, status: number, stderr: string])[] = [
    // A full disk.
    ["leasehold --help > /dev/full", 1, FULL],
    ["leasehold --version > /dev/full", 1, FULL],
    ["leasehold check --help > /dev/full", 1, FULL],
    ["leasehold help check > /dev/full", 1, FULL],
    ["leasehold check --schema > /dev/full", 1, FULL],
    [`leasehold check ${GOOD} > /dev/full`, 1, FULL],
    [`leasehold check --format json none.yaml > /dev/full`, 1, FULL],
    // What went wrong counts, said or not.
    ["leasehold check none.yaml 2> /dev/full", 2, ""],
    ["leasehold check none.yaml 2> >(exit)", 2, ""],
    // A reader that has seen enough, or has never been there.
    [`leasehold check --schema | head -1 > /dev/null; exit \${PIPESTATUS[0]}`, 0, ""],
    [`leasehold check --schema | true; exit \${PIPESTATUS[0]}`, 0, ""],
    [`leasehold --help | true; exit \${PIPESTATUS[0]}`, 0, ""],
    // What came of it counts, read or not.
    [`leasehold check ${GOOD} none.yaml 2> /dev/null | true; exit \${PIPESTATUS[0]}`, 2, ""],
    [`leasehold check ${GOOD} package.json 2> /dev/null | true; exit \${PIPESTATUS[0]}`, 1, ""],
    [`leasehold check ${GOOD} ${GOOD} | true; exit \${PIPESTATUS[0]}`, 0, ""],
    [`leasehold probe --server 127.0.0.1:1 --timeout 0.1 --count 2 --json | true; exit \${PIPESTATUS[0]}`, 1, ""],
  ];
  for (const [line, status, stderr] of TABLE) {
    test(line, () => {
      assert.deepEqual(shell(line), { status, stdout: "", stderr });
    });
  }
});
