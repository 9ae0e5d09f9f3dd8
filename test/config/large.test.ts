import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { formatDiagnostics } from "../../src/config/text/diagnostic.ts";
import { formatIpv4 } from "../../src/net/ipv4.ts";

/*
 * Large configurations: the time for them grows as they do, however many problems are in them.
 * Times are generous, for machines that do other things as well; what was compared each with each
 * took minutes.
 */

const SECONDS = 1000;
const times = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join("");
const mac = (i: number): string => `02:00:${[24, 16, 8, 0].map((shift) => ((i >>> shift) & 255).toString(16).padStart(2, "0")).join(":")}`;
const address = (i: number): string => formatIpv4(0x0a010000 + i);
const ONE =
  "networks:\n  10.0.0.0/8:\n    options: {routers: 10.0.0.1, domain_name_servers: 10.0.0.1}\n    ranges: [{range: 10.0.0.2-10.0.0.9}]\n";

function load(text: string): { readonly ok: boolean; readonly count: number; readonly shown: readonly string[] } {
  const result = loadConfig(text, "large.yaml");
  const diagnostics = result.ok ? result.warnings : result.diagnostics;
  return { ok: result.ok, count: diagnostics.length, shown: formatDiagnostics(diagnostics, "large.yaml", text) };
}

const CASES: readonly (readonly [what: string, text: (count: number) => string, count: number, ok: boolean, problems: number])[] = [
  [
    "networks that all have something to warn of",
    (n) =>
      `networks:\n${times(n, (i) => `  ${formatIpv4(0x0a000000 + 256 * i)}/24: {ranges: [{range: ${formatIpv4(0x0a00000a + 256 * i)}-${formatIpv4(0x0a000063 + 256 * i)}}]}\n`)}`,
    10_000,
    true,
    // One is about all of them: their clients are told no DNS server.
    10_001,
  ],
  [
    "reservations",
    (n) => `${ONE}    reservations:\n${times(n, (i) => `      - {ip: ${address(i)}, hostname: h${i}, match: {chaddr: "${mac(i)}"}}\n`)}`,
    30_000,
    true,
    0,
  ],
  [
    "reservations with a wrong address",
    (n) => `${ONE}    reservations:\n${times(n, (i) => `      - {ip: x, match: {chaddr: "${mac(i)}"}}\n`)}`,
    30_000,
    false,
    30_000,
  ],
  [
    "reservations of one address",
    (n) => `${ONE}    reservations:\n${times(n, (i) => `      - {ip: 10.1.1.1, match: {chaddr: "${mac(i)}"}}\n`)}`,
    30_000,
    false,
    29_999,
  ],
  ["interfaces", (n) => `${ONE}interfaces: [${times(n, (i) => `e${i}, `)}e]\n`, 30_000, true, 0],
  ["one interface", (n) => `${ONE}interfaces: [${times(n, () => "eth0, ")}e]\n`, 30_000, false, 29_999],
  ["unknown keys", (n) => `${ONE}${times(n, (i) => `key${i}: 1\n`)}`, 20_000, false, 20_000],
  ["keys given twice", (n) => `${ONE}${times(n, () => "affinity: 1d\n")}`, 20_000, false, 19_999],
  ["aliases without an anchor", (n) => `${ONE}interfaces: [${times(n, () => "*a, ")}e]\n`, 20_000, false, 20_000],
  [
    "aliases, each of so many values",
    (n) => `${ONE}affinity: 1d\naffinity: 1d\ndefaults: [&a [${times(n, () => "1, ")}1], ${times(n, () => "*a, ")}1]\n`,
    8_000,
    false,
    2,
  ],
  [
    "aliases, each of so few values that all of them may stand together",
    (n) => `${ONE}affinity: 1d\naffinity: 1d\ndefaults: [&a [${times(n, () => "1, ")}1], ${times(n, () => "*a, ")}1]\n`,
    990,
    false,
    2,
  ],
  ["aliases of one value", (n) => `${ONE}interfaces: [&a eth0, ${times(n, () => "*a, ")}]\n`, 100_000, false, 100_000],
  [
    "lines that are indented wrongly, below long lines with many spaces",
    (n) => `a:\n${times(n, () => `  - x${" ".repeat(280)}y\n`)}${times(n, (i) => `  k${i}: {}\n   m${i}: {}\n`)}`,
    5_000,
    false,
    10_000,
  ],
  [
    "ranges that overlap",
    (n) => `networks:\n  10.0.0.0/8:\n    ranges: [${times(n, () => "{range: 10.0.0.2-10.0.9.9},")}]\n`,
    10_000,
    false,
    9_999,
  ],
  [
    "networks of DHCPv6, each with a pool of prefixes and a reserved one",
    (n) =>
      `v6:\n  options: {dns_servers: '2001:db9::53'}\n  networks:\n${times(n, (i) => `    2001:db8:${i.toString(16)}::/64: {ranges: [{prefix: '2001:db8:${i.toString(16)}::/112'}], prefix_pools: [{prefix: '3000:${i.toString(16)}::/32', delegated_length: 56}], reservations: [{match: {chaddr: '${mac(i)}'}, addresses: ['2001:db8:${i.toString(16)}::5'], prefixes: ['3000:${i.toString(16)}::/56']}]}\n`)}`,
    5_000,
    true,
    0,
  ],
  [
    "reserved prefixes that overlap",
    (n) =>
      `v6:\n  networks:\n    2001:db8:1::/64:\n      reservations:\n${times(n, (i) => `        - {match: {chaddr: "${mac(i)}"}, prefixes: ['2001:db8:100::/56']}\n`)}`,
    10_000,
    false,
    9_999,
  ],
  [
    "members of a shared network",
    (n) =>
      `networks:\n${times(n, (i) => `  ${formatIpv4(0x0a000000 + 256 * i)}/24: {options: {routers: 10.0.0.1, domain_name_servers: 10.0.0.1}, ranges: [{range: ${formatIpv4(0x0a00000a + 256 * i)}-${formatIpv4(0x0a000063 + 256 * i)}}]}\n`)}shared_networks:\n  a: [${times(n, (i) => `${formatIpv4(0x0a000000 + 256 * i)}/24, `)}]\n`,
    5_000,
    true,
    0,
  ],
  [
    "a chain of classes, each asking about the next",
    (n) =>
      `${ONE}client_classes: {v4: [${times(n, (i) => `{name: c${i}, assert: "member('c${i + 1}')"}, `)}{name: c${n}, assert: "option[60].exists"}]}\n`,
    20_000,
    true,
    0,
  ],
  [
    "a circle of classes",
    (n) => `${ONE}client_classes: {v4: [${times(n, (i) => `{name: c${i}, assert: "member('c${(i + 1) % n}')"}, `)}]}\n`,
    20_000,
    false,
    1,
  ],
];

describe("time grows with the size", () => {
  for (const [what, text, count, ok, problems] of CASES) {
    test(`${count} ${what}`, { timeout: 60 * SECONDS }, () => {
      const start = performance.now();
      const result = load(text(count));
      const elapsed = performance.now() - start;
      assert.equal(result.ok, ok, result.shown[0]);
      assert.equal(result.count, problems);
      assert.ok(elapsed < 20 * SECONDS, `${elapsed} ms`);
    });
  }
});

test("a large value of a key by another name is told as any other, and not shown", () => {
  const values = times(200_000, () => "x, ");
  const { ok, count, shown } = load(`networks:\n  10.0.0.0/24:\n    pools: [{start: 10.0.0.5, end: 10.0.0.9, except: [${values}x]}]\n`);
  assert.deepEqual([ok, count > 0], [false, true]);
  assert.match(shown.join("\n"), /unknown key "pools"[\s\S]*hint: did you mean "ranges"\?/);
});

test("100,000 problems are counted, and the first hundred shown", () => {
  const { ok, count, shown } = load(`${ONE}    reservations:\n${times(100_000, () => "      - {ip: x}\n")}`);
  assert.equal(ok, false);
  assert.equal(count, 200_000);
  assert.equal(shown.length, 101);
  assert.equal(shown[100], "large.yaml: and 199900 more errors");
  assert.match(shown[0] ?? "", /^large\.yaml:6:9: error: "match" is missing\n/);
});

test("errors are shown however many warnings are there, each of them counted apart", () => {
  const networks = times(150, (i) => `  10.0.${i}.0/24: {}\n`);
  const { shown } = load(`networks:\n${networks}  10.0.200.0/24: {ranges: [{range: x}]}\n`);
  assert.equal(shown.filter((text) => text.includes(": error: ")).length, 1);
  const warnings = load(`networks:\n${networks}`).shown;
  assert.equal(warnings.length, 101);
  assert.equal(warnings[100], "large.yaml: and 50 more warnings");
});

test("what is nested too deeply is said, and ends nothing", () => {
  for (const depth of [100, 5_000, 200_000]) {
    const { ok, shown } = load(`options: ${"[".repeat(depth)}${"]".repeat(depth)}`);
    assert.equal(ok, false);
    assert.match(shown[0] ?? "", /nested too deeply/);
  }
});
