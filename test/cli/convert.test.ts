import assert from "node:assert/strict";
import { linkSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "../support/leasehold-process.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const KEA4 = `{ "Dhcp4": {
  "interfaces-config": { "interfaces": ["eth0"] },
  "valid-lifetime": 43200,
  "option-data": [{ "name": "routers", "data": "10.0.0.1" }, { "name": "domain-name-servers", "data": "10.0.0.1" }],
  "subnet4": [
    // The office.
    { "id": 1, "subnet": "10.0.0.0/24", "pools": [{ "pool": "10.0.0.10 - 10.0.0.20" }] }
  ]
} }
`;
const KEA6 = `{ "Dhcp6": {
  "interfaces-config": { "interfaces": ["eth0"] },
  "subnet6": [{ "id": 1, "subnet": "2001:db8:1::/64", "interface": "eth0", "pools": [{ "pool": "2001:db8:1::/80" }] }]
} }
`;

function write(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test("a file is converted to YAML whose check is clean, and checked as it stands", async (t) => {
  const folder = write(t, { "kea-dhcp4.conf": KEA4 });
  const file = join(folder, "kea-dhcp4.conf");
  const converted = await runLeasehold("convert", file);
  assert.equal(converted.status, 0, converted.stderr);
  assert.match(converted.stdout, /^# Converted from kea-dhcp4\.conf \(Kea\) by leasehold \S+\.\n/);
  assert.match(converted.stdout, /\nconfig:\n {2}lease_time: 12h\n/);
  assert.match(converted.stdout, /\n {2}# The office\.\n {2}10\.0\.0\.0\/24:\n/);
  const yaml = join(folder, "dhcp.yaml");
  writeFileSync(yaml, converted.stdout);
  const served = "1 network, 1 range with 11 addresses, 0 reservations";
  assert.deepEqual(await runLeasehold("check", yaml), { status: 0, stdout: `${yaml}: ok: ${served}\n`, stderr: "" });
  const direct = await runLeasehold("check", file);
  assert.deepEqual([direct.status, direct.stdout], [0, `${file}: ok, a file of Kea: ${served}\n`]);
});

test("files of both protocols become one, in a file", async (t) => {
  const folder = write(t, { "a.conf": KEA4, "b.conf": KEA6 });
  const output = join(folder, "both.yaml");
  const { status, stdout, stderr } = await runLeasehold("convert", join(folder, "a.conf"), join(folder, "b.conf"), "-o", output);
  assert.deepEqual([status, stdout], [0, ""], stderr);
  const text = readFileSync(output, "utf8");
  assert.match(text, /\nnetworks:\n[\s\S]*\nv6:\n/);
  assert.equal((await runLeasehold("check", output)).status, 0);
});

test("what can't be carried over is said with its line: what can is written, and the file is not served", async (t) => {
  const folder = write(t, { "kea-dhcp4.conf": KEA4.replace('"valid-lifetime": 43200', '"valid-lifetimes": 43200') });
  const file = join(folder, "kea-dhcp4.conf");
  const converted = await runLeasehold("convert", file);
  assert.equal(converted.status, 1);
  assert.match(converted.stderr, /kea-dhcp4\.conf:3:\d+: error: .*\n {2}3 \| {3}"valid-lifetimes": 43200,\n/);
  assert.match(converted.stdout, /\n# - .*kea-dhcp4\.conf:3: error: .*\n[\s\S]*\nnetworks:\n/);
  const checked = await runLeasehold("check", file);
  assert.equal(checked.status, 1);
  assert.match(checked.stderr, /`leasehold convert .*kea-dhcp4\.conf > dhcp\.yaml` writes what can be/);
  const served = await runLeasehold("serve", "-c", file, "-d", join(folder, "leases.db"), "--v4-addr", "127.0.0.1:9967");
  assert.equal(served.status, 78);
  assert.match(served.stderr, /can't be used: .*`leasehold convert/);
});

/** What is in a folder: texts of files, targets of symbolic links. */
function contentsOf(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true }).map((one) => {
      const path = join(folder, one.name);
      return [one.name, one.isSymbolicLink() ? `-> ${readlinkSync(path)}` : readFileSync(path, "utf8")];
    }),
  );
}

const BAD = KEA4.replace('"valid-lifetime": 43200', '"valid-lifetimes": 43200');
const INCLUDING = '{ "Dhcp4": { "interfaces-config": { "interfaces": ["eth0"] }, "subnet4": <?include "subnets.json"?> } }\n';
const IS_INPUT = (file: string) => `leasehold: ${file} is what is converted, and is not written over: name another file for -o\n`;
const IS_THERE = (file: string) =>
  `leasehold: ${file} is there already, and is not written over: name another file for -o, or give --force\n`;

for (const [input, output, said] of [
  ["a.conf", "a.conf", IS_INPUT],
  ["a.conf", "../a.conf", IS_INPUT],
  ["a.conf", "symbolic.yaml", IS_INPUT],
  ["a.conf", "hard.yaml", IS_INPUT],
  ["symbolic.yaml", "a.conf", IS_INPUT],
  ["including.conf", "subnets.json", IS_INPUT],
  ["a.conf", "old.yaml", IS_THERE],
  ["a.conf", "to-nothing.yaml", IS_THERE],
] as const) {
  for (const force of said === IS_INPUT ? [[], ["--force"]] : [[]]) {
    test(`convert ${[input, "-o", output, ...force].join(" ")} writes over nothing`, async (t) => {
      const files = { "a.conf": KEA4, "bad.conf": BAD, "including.conf": INCLUDING, "subnets.json": "[]\n", "old.yaml": "old\n" };
      const folder = write(t, files);
      symlinkSync("a.conf", join(folder, "symbolic.yaml"));
      symlinkSync("nothing", join(folder, "to-nothing.yaml"));
      linkSync(join(folder, "a.conf"), join(folder, "hard.yaml"));
      const before = contentsOf(folder);
      const where = output.startsWith("../") ? `${folder}/../${basename(folder)}/${output.slice(3)}` : join(folder, output);
      const result = await runLeasehold("convert", "--from", "kea", join(folder, input), "-o", where, ...force);
      assert.deepEqual([result, contentsOf(folder)], [{ status: 2, stdout: "", stderr: said(where) }, before]);
    });
  }
}

test("with --force a file is written over, though not where there are errors", async (t) => {
  const folder = write(t, { "a.conf": KEA4, "bad.conf": BAD, "old.yaml": "old\n" });
  const [output, fresh] = [join(folder, "old.yaml"), join(folder, "new.yaml")];
  for (const file of [output, fresh]) {
    const refused = await runLeasehold("convert", join(folder, "bad.conf"), "--force", "-o", file);
    assert.deepEqual([refused.status, refused.stdout], [1, ""]);
    assert.ok(
      refused.stderr.endsWith(
        `, see above; ${file} is not written: without -o what could be carried over goes to standard output, to be completed by hand\n`,
      ),
      refused.stderr,
    );
  }
  assert.deepEqual(contentsOf(folder), { "a.conf": KEA4, "bad.conf": BAD, "old.yaml": "old\n" });
  const forced = await runLeasehold("convert", join(folder, "a.conf"), "--force", "-o", output);
  assert.deepEqual([forced.status, forced.stdout], [0, ""], forced.stderr);
  assert.equal(readFileSync(output, "utf8"), (await runLeasehold("convert", join(folder, "a.conf"))).stdout);
});

test("problems of what is included name that file, and its line is shown", async (t) => {
  const main = '{ "Dhcp4": { "interfaces-config": { "interfaces": ["eth0"] }, "subnet4": <?include "subnets.json"?> } }\n';
  const folder = write(t, { "kea.conf": main, "subnets.json": '[\n{ "id": 1 }\n]\n' });
  const { status, stderr } = await runLeasehold("check", join(folder, "kea.conf"));
  assert.equal(status, 1);
  assert.match(stderr, /subnets\.json:2:1: error: .*\n {2}2 \| \{ "id": 1 }\n/);
});

test("a file of Leasehold's own, one of nobody's and none are told apart", async (t) => {
  const folder = write(t, { "own.conf": "networks:\n  10.0.0.0/24: {}\n", "nobody.txt": "hello, world\n" });
  const cases = [
    ["own.conf", /seems to be a configuration of Leasehold already/],
    ["nobody.txt", /it is not clear whose configuration this is; say so: --from kea \(Kea\)/],
    ["missing.conf", /can't be read: there is no such file/],
  ] as const;
  for (const [name, expected] of cases) {
    const { status, stdout, stderr } = await runLeasehold("convert", join(folder, name));
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, expected);
  }
});
