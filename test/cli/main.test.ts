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

  for (const [args, usage] of [
    [["help"], "leasehold"],
    [["help", "check"], "leasehold check"],
    [["help", "dns", "names"], "leasehold dns names"],
    [["dns", "help"], "leasehold dns"],
    [["dns", "help", "names"], "leasehold dns names"],
    [["reservations", "help"], "leasehold reservations"],
    [["reservations", "help", "add"], "leasehold reservations add"],
  ] as const) {
    test(`${args.join(" ")} is the help of ${usage}`, async () => {
      const { status, stdout, stderr } = await runLeasehold(...args);
      assert.deepEqual([status, stderr], [0, ""]);
      assert.ok(stdout.startsWith(`Usage: ${usage} [options]`), stdout);
      assert.equal(stdout, (await runLeasehold(...usage.split(" ").slice(1), "--help")).stdout);
    });
  }

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
    [["toString"], /^error: unknown command 'toString'\n/],
    [["help", "dns", "names", "x"], /^error: unknown command 'x'\n\(it has none of its own\)\n/],
    [["help", "chek"], /^error: unknown command 'chek'\n\(Did you mean check\?\)\n/],
    [["help", "dns", "nmes"], /^error: unknown command 'nmes'\n\(Did you mean names\?\)\n/],
    [["dns", "pendign"], /^error: unknown command 'pendign'\n\(Did you mean pending\?\)\n/],
    [["dns", "help", "nmes"], /^error: unknown command 'nmes'\n\(Did you mean names\?\)\n/],
    [["dns", "-d", "x.db", "pendign"], /^error: unknown command 'pendign'\n\(Did you mean pending\?\)\n/],
    [["reservations", "-d", "names", "--id", "x", "remove", "y"], /^error: unknown option '--id'\n/],
    [["reservations", "show", "-d", "x.db"], /^error: unknown command 'show'\n\(there are list, add, change, remove\)\n/],
    [["check", "--strct", "x.yaml"], /^error: unknown option '--strct'\n\(Did you mean --strict\?\)\n/],
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
