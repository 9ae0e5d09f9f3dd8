import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { JsonReport } from "../../src/cli/check/formats.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = `
  import { Command } from ${JSON.stringify(import.meta.resolve("commander"))};
  import { addCheckCommand } from ${JSON.stringify(new URL("../../src/cli/check.ts", import.meta.url).href)};
  const program = new Command("leasehold");
  addCheckCommand(program);
  await program.parseAsync(process.argv.slice(1), { from: "user" });
`;

/** Runs `leasehold check` from the root of the project. */
function check(arguments_: readonly string[], input = "", cwd = ROOT): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", PROGRAM, "--", "check", ...arguments_], {
    cwd,
    input,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-check-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function write(t: TestContext, text: string): string {
  const file = join(newFolder(t), "dhcp.yaml");
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
  options: { dns_servers: "2001:db8:53::53" }
  networks:
    "2001:db8::/64":
      ranges: [{ prefix: "2001:db8::/80" }]
      prefix_pools: [{ prefix: "2001:db8:100::/40", delegated_length: 56 }]
      reservations: [{ match: { duid: 00030001020000000007 }, addresses: ["2001:db8:0:0:1::7"] }]
`;
  const says = "1 IPv6 network, 1 range, 1 pool of prefixes, 1 reservation";
  const alone = write(t, v6);
  assert.deepEqual(check([alone]), { status: 0, stdout: `${alone}: ok: ${says}\n`, stderr: "" });
  const both = write(
    t,
    `networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.10-10.0.0.19 }], options: { routers: 10.0.0.1, domain_name_servers: 10.0.0.1 } } }\n${v6}`,
  );
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
    [["--schema", "examples/home.yaml"], /--schema takes neither files nor other options/],
    [["--schema", "--strict"], /--schema takes neither files nor other options/],
    [["--schema", "--format", "json"], /--schema takes neither files nor other options/],
    [["--colour"], /unknown option '--colour'/],
    [["--format", "xml", "a"], /argument 'xml' is invalid\. Allowed choices are text, json, github/],
    [["-", "-"], /- can be read only once/],
    [["--print", "a", "b"], /--print takes one file/],
    [["--print", "--format", "json", "a"], /--print prints a configuration, and --format json something else/],
    [["-d", "leases.db", "a", "b"], /-d takes one file: a lease database is that of one server/],
    [["-d", "no-such.db", "examples/home.yaml"], /lease database no-such\.db: /],
  ];
  for (const [arguments_, message] of table) {
    const { status, stdout, stderr } = check(arguments_);
    assert.deepEqual([status, stdout], [2, ""], arguments_.join(" "));
    assert.match(stderr, message);
  }
  assert.equal(check(["--help"]).status, 0);
});

/** A folder with a file of each kind: good, with problems and a warning, with a warning alone, of another server. */
function mixedFolder(t: TestContext): string {
  const folder = newFolder(t);
  mkdirSync(join(folder, "sites"));
  const files = {
    "good.yaml":
      "networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.10-10.0.0.19 }], options: { routers: 10.0.0.1, domain_name_servers: 10.0.0.1 } } }\n",
    "sites/bad,100%.yaml": "networks:\n  10.0.0.5: {}\naffinity: |\n  never\n",
    "warned.yaml": "networks: { 10.0.0.0/24: {} }\n",
    "dhcpd.conf":
      "subnet 10.1.0.0 netmask 255.255.255.0 {\n  range 10.1.0.10 10.1.0.19;\n  option routers 10.1.0.1;\n  option domain-name-servers 10.1.0.1;\n}\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const MIXED = ["good.yaml", "sites/bad,100%.yaml", "missing.yaml", "warned.yaml", "-", "dhcpd.conf"];
const NO_PREFIX = 'expected a prefix such as 192.168.5.0/24, got "10.0.0.5"';
const OF_DURATION = 'expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got "never\\n"';
const IDLE = "has neither ranges nor reserved addresses: no client gets an address in it";
const OF_IDLE = "give it ranges, or leave it out, unless it is there for its interfaces or relays alone";

test("several files: each is told of as if it were alone, and at the end how many are good", (t) => {
  const folder = mixedFolder(t);
  const { status, stdout, stderr } = check(MIXED, "autoritative: true\n", folder);
  const served = "ok: 1 network, 1 range with 10 addresses, 0 reservations";
  assert.deepEqual(
    [status, stdout],
    [
      2,
      `good.yaml: ${served}
warned.yaml: ok: 1 network, 0 ranges with 0 addresses, 0 reservations
dhcpd.conf: ok, a file of ISC dhcpd: 1 network, 1 range with 10 addresses, 0 reservations
`,
    ],
  );
  for (const file of MIXED.filter((name) => name !== "-")) {
    const alone = check([file], "", folder).stderr;
    assert.ok(stderr.includes(alone), `${file}: ${alone}`);
  }
  assert.ok(stderr.includes('standard input:1:1: error: unknown key "autoritative"\n'), stderr);
  assert.ok(stderr.endsWith("6 files: 3 good, 2 with problems, 1 that can't be read\n"), stderr);
});

test("of several good files all is said on standard output", () => {
  const { status, stdout, stderr } = check(["examples/home.yaml", "examples/quickstart.yaml"]);
  assert.deepEqual([status, stderr], [0, ""]);
  assert.match(stdout, /^examples\/home\.yaml: ok: .*\nexamples\/quickstart\.yaml: ok: .*\n2 files: 2 good\n$/);
});

test("--strict: what a warning is about is refused, and not printed either", (t) => {
  const cwd = mixedFolder(t);
  const stderr = `warned.yaml:1:13: warning: the network 10.0.0.0/24 ${IDLE}
  1 | networks: { 10.0.0.0/24: {} }
    |             ^
  hint: ${OF_IDLE}
warned.yaml: 1 warning, refused by --strict
`;
  assert.deepEqual(check(["--strict", "warned.yaml"], "", cwd), { status: 1, stdout: "", stderr });
  assert.deepEqual(check(["--strict", "--print", "warned.yaml"], "", cwd), { status: 1, stdout: "", stderr });
});

test("--format json: one document with every file and every problem", (t) => {
  const { status, stdout, stderr } = check([...MIXED, "--format", "json"], "autoritative: true\n", mixedFolder(t));
  assert.deepEqual([status, stderr], [2, ""]);
  const bad = "sites/bad,100%.yaml";
  const serves = "1 network, 1 range with 10 addresses, 0 reservations";
  const good = { verdict: "good", errors: 0, warnings: 0, translatedFrom: null };
  const unusable = { verdict: "problems", errors: 1, warnings: 0, translatedFrom: null, serves: null };
  const { files, problems } = JSON.parse(stdout) as JsonReport;
  assert.deepEqual(files, [
    { file: "good.yaml", ...good, serves },
    { file: bad, ...unusable, errors: 2 },
    { file: "missing.yaml", ...unusable, verdict: "unreadable" },
    { file: "warned.yaml", ...good, warnings: 1, serves: "1 network, 0 ranges with 0 addresses, 0 reservations" },
    { file: "-", ...unusable },
    { file: "dhcpd.conf", ...good, translatedFrom: "ISC dhcpd", serves },
  ]);
  assert.deepEqual(problems, [
    {
      severity: "error",
      file: bad,
      line: 2,
      column: 3,
      path: 'networks["10.0.0.5"]',
      message: NO_PREFIX,
      hint: "add the length of the prefix, such as 10.0.0.5/24",
      other: null,
    },
    { severity: "error", file: bad, line: 3, column: 11, path: "affinity", message: OF_DURATION, hint: null, other: null },
    {
      severity: "error",
      file: "missing.yaml",
      line: null,
      column: null,
      path: "",
      message: "the configuration can't be read: there is no such file",
      hint: null,
      other: null,
    },
    {
      severity: "warning",
      file: "warned.yaml",
      line: 1,
      column: 13,
      path: 'networks["10.0.0.0/24"]',
      message: `the network 10.0.0.0/24 ${IDLE}`,
      hint: OF_IDLE,
      other: null,
    },
    {
      severity: "error",
      file: "-",
      line: 1,
      column: 1,
      path: "autoritative",
      message: 'unknown key "autoritative"',
      hint: 'did you mean "authoritative"?',
      other: null,
    },
  ]);
});

test("--format github: workflow commands, with paths from the working directory", (t) => {
  const folder = mixedFolder(t);
  const files = MIXED.map((name) => (name.startsWith("sites/") ? join(folder, name) : name));
  const { status, stdout } = check([...files, "--format", "github"], "autoritative: true\n", folder);
  assert.equal(status, 2);
  assert.deepEqual(
    stdout.split("\n").filter((line) => line.startsWith("::")),
    [
      `::error file=sites/bad%2C100%25.yaml,line=2,col=3::${NO_PREFIX}%0Ahint: add the length of the prefix, such as 10.0.0.5/24`,
      `::error file=sites/bad%2C100%25.yaml,line=3,col=11::${OF_DURATION}`,
      "::error file=missing.yaml::the configuration can't be read: there is no such file",
      `::warning file=warned.yaml,line=1,col=13::the network 10.0.0.0/24 ${IDLE}%0Ahint: ${OF_IDLE}`,
      '::error::unknown key "autoritative"%0Ahint: did you mean "authoritative"?',
    ],
  );
});

test("a module that ends the program, never ends or fails late is a file that can't be read, in one line", (t) => {
  const folder = newFolder(t);
  const good =
    "export default { networks: { '10.0.0.0/24': { ranges: [{ range: '10.0.0.5-10.0.0.9' }], options: { routers: '10.0.0.1', domain_name_servers: '10.0.0.1' } } } };";
  const serves = "1 network, 1 range with 5 addresses, 0 reservations";
  const cases: readonly (readonly [code: string, status: number, stdout: string, stderr: string])[] = [
    ["process.exit(0);", 2, "", "FILE: error: the configuration can't be read: the module ended the program\n"],
    ["await new Promise(() => {});", 2, "", "FILE: error: the configuration can't be read: the module never finished loading\n"],
    [
      "setTimeout(() => { throw new Error('late\\u001b') }); await new Promise((done) => setTimeout(done, 2000));",
      2,
      "",
      "FILE: error: the configuration can't be read: the module has failed: late\\u001b\n",
    ],
    ["setInterval(() => {}, 1000); console.log('hello');", 0, `FILE: ok: ${serves}\n`, "hello\n"],
  ];
  for (const [i, [code, status, stdout, stderr]] of cases.entries()) {
    const file = join(folder, `${i}.mjs`);
    writeFileSync(file, `${code}\n${good}\n`);
    const told = { status, stdout: stdout.replace("FILE", file), stderr: stderr.replace("FILE", file) };
    assert.deepEqual(check([file]), told, code);
  }
});

test("a text that is not UTF-8 has the place and what to do, a device is no file", (t) => {
  const file = join(newFolder(t), "dhcp.yaml");
  const text = Buffer.from("# ok\n# B\u00fcro\nnetworks: {}\n", "latin1");
  writeFileSync(file, text);
  const hint = "  hint: save it as UTF-8, or, where it is of Latin-1: iconv -f ISO-8859-1 -t UTF-8 FILE\n";
  assert.deepEqual(check([file]), {
    status: 1,
    stdout: "",
    stderr: `${file}:2:4: error: the text is not UTF-8\n  2 | # B\ufffdro\n    |    ^\n${hint}${file}: 1 problem\n`,
  });
  assert.deepEqual(check(["/dev/zero"]), {
    status: 2,
    stdout: "",
    stderr: "/dev/zero: error: the configuration can't be read: it is a device, and no file\n",
  });
});

test("a mark of the byte order counts for no column; what is nested too deeply is told once", (t) => {
  assert.equal(check([write(t, '\ufeff{"netwroks": {}}')]).stderr.split("\n")[1], '  1 | {"netwroks": {}}');
  assert.match(check([write(t, '\ufeff{"netwroks": {}}')]).stderr, /:1:2: error: unknown key/);
  const deep = check([write(t, "[".repeat(20_000))]).stderr;
  assert.equal(deep.match(/error:/g)?.length, 1, deep.slice(0, 2000).replace(/\[+/g, "["));
});
