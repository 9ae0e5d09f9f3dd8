import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { buildConfig, type LoadResult, loadConfig } from "../../src/config/load.ts";
import { printConfig } from "../../src/config/print.ts";
import { formatDiagnostic } from "../../src/config/text/diagnostic.ts";

const example = (name: string): string => readFileSync(new URL(`../../examples/${name}.yaml`, import.meta.url), "utf8");
const EXAMPLES = ["home", "home6", "names", "office", "quickstart"].map(example);

/**
 * A result is whole: good and without errors, or bad with at least one, each at a place in the
 * text.
 */
function assertWhole(result: LoadResult, source: string): void {
  const lines = source.split(/\r\n|\r|\n/).length;
  const diagnostics = result.ok ? result.warnings : result.diagnostics;
  assert.equal(
    diagnostics.some((diagnostic) => diagnostic.severity === "error"),
    !result.ok,
  );
  for (const diagnostic of diagnostics) {
    // What is no text, or has no lines, has no places.
    if (/^(this is no text|the lines end in CR alone)/.test(diagnostic.message))
      assert.deepEqual([diagnostic.line, diagnostic.column], [0, 0]);
    else assert.ok(diagnostic.line >= 1 && diagnostic.line <= lines && diagnostic.column >= 1, JSON.stringify(diagnostic));
    assert.ok(diagnostic.message.length > 0);
    formatDiagnostic(diagnostic, "x", source);
  }
  if (result.ok) printConfig(result.config);
}

test("any text gives a configuration or diagnostics, never an exception", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.string({ unit: yamlCharacter })), (source) =>
      assertWhole(loadConfig(source, "x"), source),
    ),
    {
      numRuns: 2000,
    },
  );
});

const yamlCharacter = fc.constantFrom(
  ..."{}[]:,-?&*!|>'\"%@`#\n \tabc019.$<~\\/",
  "networks",
  "options",
  "<<",
  "10.0.0.0/24",
  "null",
  "ranges",
);

test("an example that was changed anywhere in its text gives a configuration or diagnostics", () => {
  const edit = fc.record({
    source: fc.constantFrom(...EXAMPLES),
    at: fc.nat(3000),
    remove: fc.nat(30),
    insert: fc.oneof(fc.string({ unit: yamlCharacter, maxLength: 5 }), fc.string({ unit: "binary", maxLength: 3 })),
  });
  fc.assert(
    fc.property(edit, ({ source, at, remove, insert }) => {
      const place = at % source.length;
      const changed = source.slice(0, place) + insert + source.slice(place + remove);
      assertWhole(loadConfig(changed, "x"), changed);
    }),
    { numRuns: 500 },
  );
});

/** The keys of the format, and some that are not; values that are right in one place or another. */
const key = fc.constantFrom(
  ..."interfaces networks shared_networks config options reservations next_server server_name file_name authoritative probation_period ping_check ping_timeout_ms chaddr_only offer_hold affinity store log ranges server_id relays allocation start end range prefix except ip match chaddr client_id hostname lease_time default min max renew_time rebind_time values value type always sqlite memory routers 3 61 nothing class v6 leasequery requesters prefix_pools delegated_length excluded_prefix interface_id addresses prefixes duid preferred_time server_id identifier rapid_commit address_registration routes 23 bulk listen __proto__ constructor toString".split(
    " ",
  ),
  "10.0.0.0/24",
  "10.0.0.0/16",
  "10.0.1.0/24",
  "2001:db8:1::/64",
  "2001:db8::/32",
);
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    1e300,
    "",
    "1d",
    "infinite",
    "hex",
    "0102",
    "eth0",
    "sequential",
    "02:00:00:00:00:01",
    "'abc'",
  ),
  fc.constantFrom<unknown>(
    "10.0.0.1",
    "10.0.0.5-10.0.0.9",
    "10.0.0.200",
    "10.0.0.128/25",
    "10.0.0.0/24",
    "10.0.1.0/24",
    "2001:db8:1::5",
    "2001:db8:1::/64",
    "2001:db8:100::/40",
    "000102",
    56,
    undefined,
    Number.NaN,
    new Date(0),
    10n,
  ),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    leaf,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 6 }),
  ),
}));

test("any value gives a configuration or diagnostics", () => {
  fc.assert(
    fc.property(tree, (value) => {
      const result = buildConfig(value);
      if (!result.ok) assert.ok(result.diagnostics.some((diagnostic) => diagnostic.severity === "error"));
    }),
    { numRuns: 2000 },
  );
});

test("a BigInt that a reservation with a host name is to match is refused as other values are", () => {
  const reservation = { ip: "10.0.0.5", hostname: "printer", match: { options: { 150: 10n } } };
  const result = buildConfig({ networks: { "10.0.0.0/24": { reservations: [reservation] } } });
  assert.ok(!result.ok);
  assert.deepEqual(
    result.diagnostics.map(({ message }) => message),
    ["option 150 (tftp_servers): must be an IPv4 address such as 192.168.5.1"],
  );
});

test("an example with any part replaced by any value gives a configuration or diagnostics", () => {
  const values: unknown[] = EXAMPLES.map((source) => JSON.parse(JSON.stringify(parseExample(source))));
  fc.assert(
    fc.property(fc.constantFrom(...values), fc.array(fc.nat(20), { minLength: 1, maxLength: 8 }), key, tree, (value, way, name, part) => {
      const changed = structuredClone(value);
      replaceAt(changed, way, name, part);
      const result = buildConfig(changed);
      if (!result.ok) assert.ok(result.diagnostics.some((diagnostic) => diagnostic.severity === "error"));
      const source = stringify(changed);
      assertWhole(loadConfig(source, "x"), source);
    }),
    { numRuns: 500 },
  );
});

function parseExample(source: string): unknown {
  const result = loadConfig(source, "x");
  assert.ok(result.ok);
  return parse(printConfig(result.config));
}

/**
 * Goes down into the value as the numbers say, and puts `part` there: in place of what is there, or
 * under a further key.
 */
function replaceAt(value: unknown, way: readonly number[], name: string, part: unknown): void {
  let owner = value as Record<string, unknown>;
  for (const [i, step] of way.entries()) {
    const keys = Object.keys(owner);
    const chosen = keys[step % (keys.length + 1)] ?? name;
    const next = Object.hasOwn(owner, chosen) ? owner[chosen] : undefined;
    if (i === way.length - 1 || typeof next !== "object" || next === null) {
      Object.defineProperty(owner, chosen, { value: part, enumerable: true, configurable: true, writable: true });
      return;
    }
    owner = next as Record<string, unknown>;
  }
}

test("values that are nested without end, or very deep, are refused", () => {
  const endless: Record<string, unknown> = {};
  endless.networks = endless;
  const result = buildConfig(endless);
  assert.ok(!result.ok);
  assert.equal(result.diagnostics[0]?.message, "this is nested too deeply");
  for (const open of ["[", "{a: ", "- "]) assertWhole(loadConfig(`options: ${open.repeat(20_000)}`, "x"), "");
  const nested = `options: ${"[".repeat(100)}${"]".repeat(100)}`;
  assertWhole(loadConfig(nested, "x"), nested);
  assert.ok(!loadConfig(nested, "x").ok);
});

test("aliases that would fill the memory are refused", () => {
  const levels = Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`);
  const bomb = `a0: &a0 x\n${levels.join("\n")}`;
  const result = loadConfig(bomb, "x");
  assert.ok(!result.ok);
  assert.match(result.diagnostics[0]?.message ?? "", /^not valid YAML: /);
});
