import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { jsonSchema } from "../../src/config/index.ts";

/*
 * The JSON Schema as editors have it: the file that is published, and what a validator that is not
 * ours makes of it.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(ROOT + path, "utf8");
const filesIn = (folder: string): readonly string[] =>
  readdirSync(ROOT + folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => `${folder}/${name}`);

test("schema.json is what `leasehold check --schema` prints", () => {
  assert.equal(read("schema.json"), `${JSON.stringify(jsonSchema(), undefined, 2)}\n`, "`npm run schema` writes it anew");
});

/** Knows no keyword that is not one of JSON Schema, and tells every problem. */
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(JSON.parse(read("schema.json")));

/** `path: what is wrong`, for each problem. */
function problemsOf(value: unknown): readonly string[] {
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

const GOOD = [
  ...filesIn("examples"),
  "deploy/debian/leasehold.yaml",
  ...filesIn("test/config/import/dhcpd/files"),
  ...filesIn("test/config/import/kea/files"),
  "test/config/files/dora.yaml",
];

for (const file of GOOD) {
  test(`${file} is valid by the schema`, () => assert.deepEqual(problemsOf(parse(read(file), { merge: true })), []));
}

for (const file of filesIn("examples")) {
  test(`${file} says where its schema is`, () => {
    const said = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(file))?.[1] ?? "";
    assert.equal(new URL(said, `file:///${file}`).pathname, "/schema.json");
  });
}

test("a file may say where its schema is", () => {
  assert.deepEqual(problemsOf({ $schema: "./node_modules/leasehold/schema.json", networks: {} }), []);
});

const UNKNOWN = "must NOT have additional properties";
const BROKEN: readonly (readonly [yaml: string, problems: readonly string[]])[] = [
  ["[]", [": must be object"]],
  ["autoritative: true", [`: ${UNKNOWN}`]],
  ["networks: [10.0.0.0/24]", ["/networks: must be object"]],
  ["networks: { 10.0.0.0/24: { range: 10.0.0.1-10.0.0.9 } }", [`/networks/10.0.0.0~124: ${UNKNOWN}`]],
  ["networks: { 10.0.0.0/24: { ranges: { range: 10.0.0.1-10.0.0.9 } } }", ["/networks/10.0.0.0~124/ranges: must be array"]],
  ["rapid_commit: yes please", ["/rapid_commit: must be boolean"]],
  ["cache_threshold: 101", ["/cache_threshold: must be <= 100"]],
  ["log: { level: loud }", ["/log/level: must be equal to one of the allowed values"]],
  ["v6: { networks: { 2001:db8::/64: { prefix_pools: [{ length: 56 }] } } }", ["/v6/networks/2001:db8::~164/prefix_pools/0"]],
  ["client_classes: { v4: [{ name: phones, tset: 'true' }] }", [`/client_classes/v4/0: ${UNKNOWN}`]],
  ["option_definitions: { door: { code: 65536, type: str } }", ["/option_definitions/door/code: must be <= 65535"]],
  ["$schema: 5", ["/$schema: must be string"]],
];

for (const [yaml, problems] of BROKEN) {
  test(`${yaml} is not valid by the schema`, () => {
    const found = problemsOf(parse(yaml));
    for (const problem of problems)
      assert.ok(
        found.some((one) => one.startsWith(problem)),
        `${problem} in ${found.join("\n")}`,
      );
  });
}
