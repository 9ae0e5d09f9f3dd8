import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = `
  import { Command } from "commander";
  import { addCheckCommand } from "./src/cli/check.ts";
  const program = new Command("leasehold");
  addCheckCommand(program);
  await program.parseAsync(process.argv.slice(1), { from: "user" });
`;

/** Runs `leasehold check` from the root of the project. */
function check(arguments_: readonly string[], input = ""): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", PROGRAM, "--", "check", ...arguments_], {
    cwd: ROOT,
    input,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function write(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-check-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "dhcp.yaml");
  writeFileSync(file, text);
  return file;
}

test("a good file: one line that says what it serves, exit status 0", () => {
  assert.deepEqual(check(["examples/home.yaml"]), {
    status: 0,
    stdout: "examples/home.yaml: ok: 1 network, 1 range with 100 addresses, 1 reservation\n",
    stderr: "",
  });
  assert.deepEqual(check(["examples/quickstart.yaml"]), {
    status: 0,
    stdout: "examples/quickstart.yaml: ok: 1 network, 1 range with 249 addresses, 1 reservation\n",
    stderr: "",
  });
  assert.deepEqual(check(["examples/office.yaml"]), {
    status: 0,
    stdout: "examples/office.yaml: ok: 3 networks (1 link with several), 4 ranges with 506 addresses, 2 reservations\n",
    stderr: "",
  });
  const dhcp6 = "1 IPv6 network, 1 range, 1 pool of prefixes, 1 reservation";
  assert.deepEqual(check(["examples/home6.yaml"]), {
    status: 0,
    stdout: `examples/home6.yaml: ok: 1 network, 1 range with 100 addresses, 1 reservation; ${dhcp6}\n`,
    stderr: "",
  });
});

test("what a file serves by DHCPv6 is said of that, alone or beside DHCPv4", (t) => {
  const v6 = `v6:
  networks:
    "2001:db8::/64":
      ranges: [{ prefix: "2001:db8::/80" }]
      prefix_pools: [{ prefix: "2001:db8:100::/40", delegated_length: 56 }]
      reservations: [{ match: { duid: 00030001020000000007 }, addresses: ["2001:db8:0:0:1::7"] }]
`;
  const says = "1 IPv6 network, 1 range, 1 pool of prefixes, 1 reservation";
  const alone = write(t, v6);
  assert.deepEqual(check([alone]), { status: 0, stdout: `${alone}: ok: ${says}\n`, stderr: "" });
  const both = write(t, `networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.10-10.0.0.19 }], options: { routers: 10.0.0.1 } } }\n${v6}`);
  const ofBoth = `1 network, 1 range with 10 addresses, 0 reservations; ${says}`;
  assert.deepEqual(check([both]), { status: 0, stdout: `${both}: ok: ${ofBoth}\n`, stderr: "" });
});

test("a file with problems: all of them with place, line and hint, exit status 1", (t) => {
  const file = write(t, "networks:\n  10.0.0.5: {}\nautoritative: true\n");
  assert.deepEqual(check([file]), {
    status: 1,
    stdout: "",
    stderr: `${file}:2:3: error: expected a prefix such as 192.168.5.0/24, got "10.0.0.5"
  2 |   10.0.0.5: {}
    |   ^
  hint: add the length of the prefix, such as 10.0.0.5/24
${file}:3:1: error: unknown key "autoritative"
  3 | autoritative: true
    | ^
  hint: did you mean "authoritative"?
${file}: 2 problems
`,
  });
});

test("warnings are shown, exit status 0", (t) => {
  const { status, stdout, stderr } = check([write(t, "networks: {10.0.0.0/24: {}}")]);
  assert.equal(status, 0);
  assert.match(stdout, /: ok: 1 network, 0 ranges with 0 addresses, 0 reservations\n$/);
  assert.match(stderr, /:1:12: warning: the network 10\.0\.0\.0\/24 has neither ranges nor reserved addresses/);
});

test("- reads standard input", () => {
  assert.deepEqual(check(["-"], "affinity: never"), {
    status: 1,
    stdout: "",
    stderr: `standard input:1:11: error: expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got "never"
  1 | affinity: never
    |           ^
standard input: 1 problem
`,
  });
});

test("--print prints a file that checks as good", () => {
  const printed = check(["--print", "examples/office.yaml"]);
  assert.deepEqual([printed.status, printed.stderr], [0, ""]);
  const again = check(["--print", "-"], printed.stdout);
  assert.deepEqual(again, printed);
});

test("of many problems the first hundred are printed and the others counted", (t) => {
  const file = write(t, `networks: {}\n${Array.from({ length: 250 }, (_, i) => `key${i}: 1\n`).join("")}`);
  const { status, stdout, stderr } = check([file]);
  assert.deepEqual([status, stdout], [1, ""]);
  const lines = stderr.split("\n");
  assert.equal(lines.filter((line) => line.includes(": error: ")).length, 100);
  assert.deepEqual(lines.slice(-3), [`${file}: and 150 more errors`, `${file}: 250 problems`, ""]);
});

test("--schema prints the JSON Schema and needs no file", () => {
  const { status, stdout, stderr } = check(["--schema"]);
  assert.deepEqual([status, stderr], [0, ""]);
  assert.equal(JSON.parse(stdout).title, "Leasehold configuration");
});

test("what can't be read, and a wrong command line, give exit status 2", () => {
  const table: readonly [readonly string[], RegExp][] = [
    [["no-such-file.yaml"], /^no-such-file\.yaml: error: the configuration can't be read: there is no such file\n$/],
    [["examples"], /it is a folder\n$/],
    [[], /name the configuration file/],
    [["--schema", "examples/home.yaml"], /--schema takes neither/],
    [["--colour"], /unknown option '--colour'/],
    [["a", "b"], /too many arguments/],
  ];
  for (const [arguments_, message] of table) {
    const { status, stdout, stderr } = check(arguments_);
    assert.deepEqual([status, stdout], [2, ""], arguments_.join(" "));
    assert.match(stderr, message);
  }
  assert.equal(check(["--help"]).status, 0);
});
