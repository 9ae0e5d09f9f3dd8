import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { runLeasehold } from "../support/run-leasehold.ts";

const COMMANDS = ["serve", "check", "leases", "status", "reload", "probe", "bench"];
const HINT = /\(run with --help to see what there is\)\n$/;

describe("leasehold", { concurrency: 2 }, () => {
  test("--help names every command", async () => {
    const { status, stdout, stderr } = await runLeasehold("--help");
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /^Usage: leasehold \[options\] \[command\]\n/);
    for (const command of COMMANDS) assert.match(stdout, new RegExp(`^ {2}${command} `, "m"));
  });

  for (const command of COMMANDS) {
    test(`${command} --help says what it does`, async () => {
      const { status, stdout, stderr } = await runLeasehold(command, "--help");
      assert.deepEqual([status, stderr], [0, ""]);
      assert.match(stdout, new RegExp(`^Usage: leasehold ${command} `));
      assert.match(stdout, /-h, --help/);
    });
  }

  test("--version is that of the package", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    assert.deepEqual(await runLeasehold("--version"), { status: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("without a command it shows the help, with status 2", async () => {
    const { status, stdout, stderr } = await runLeasehold();
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, /^Usage: leasehold \[options\] \[command\]\n/);
  });

  const MISTAKES: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [["sreve"], /^error: unknown command 'sreve'\n\(Did you mean serve\?\)\n/],
    [["--bogus"], /^error: unknown option '--bogus'\n/],
    [["serve"], /^error: required option '-c, --config <file>' not specified\n/],
    [["serve", "-c", "x.yaml", "--bogus"], /^error: unknown option '--bogus'\n/],
    [["serve", "-c"], /^error: option '-c, --config <file>' argument missing\n/],
    [["serve", "-c", "x.yaml", "extra"], /^error: too many arguments for 'serve'/],
    [["leases", "-d", "x.db", "extra"], /^error: too many arguments for 'leases'/],
    [["check"], /^error: name the configuration file to check\n/],
    [["probe", "--bogus"], /^error: unknown option '--bogus'\n/],
  ];
  for (const [args, says] of MISTAKES) {
    test(`${args.join(" ")} is a wrong command line: status 2`, async () => {
      const { status, stdout, stderr } = await runLeasehold(...args);
      assert.deepEqual([status, stdout], [2, ""]);
      assert.match(stderr, says);
      assert.match(stderr, HINT);
    });
  }
});
