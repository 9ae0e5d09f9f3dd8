import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ADDRESS_FAMILIES } from "../../src/api/metrics/address-lines.ts";
import { FAMILIES } from "../../src/api/metrics/families.ts";
import { findProgram, requirePrograms } from "../support/requirement.ts";

const DEPLOY = new URL("../../deploy/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, DEPLOY), "utf8");

/** What a server has, by the names that Prometheus knows, with labels. */
const LABELS: ReadonlyMap<string, readonly string[]> = new Map(
  [...FAMILIES, ...ADDRESS_FAMILIES].flatMap(({ name, type, labels }): [string, readonly string[]][] =>
    type === "histogram"
      ? [
          [`${name}_bucket`, [...labels, "le"]],
          [`${name}_sum`, labels],
          [`${name}_count`, labels],
        ]
      : [[name, labels]],
  ),
);
/** Of every target, and of every process in Node.js. */
const OTHERS = ["up", "process_resident_memory_bytes"];
const OF_PROMETHEUS = ["instance", "job"];

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: unknown;
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly datasource: unknown }[];
}
interface Dashboard {
  readonly id: null;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[] };
}
const dashboard = JSON.parse(read("grafana/leasehold.json")) as Dashboard;

const OF_DASHBOARD = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }): [string, string] => [title, expr]));
const OF_ALERTS = [...read("prometheus/alerts.yml").matchAll(/- alert: (\w+)\n\s+expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/g)].map(
  ([, name = "", block, line]): [string, string] => [name, (block ?? line) as string],
);

for (const [what, expressions] of [
  ["the dashboard", OF_DASHBOARD],
  ["the alerts", OF_ALERTS],
] as const) {
  describe(`${what}: only what a server has is named`, () => {
    for (const [title, expression] of expressions) {
      test(`${title}: ${expression.trim().slice(0, 80)}`, () => {
        const bare = expression.replaceAll(/"[^"]*"/g, '""');
        const metrics = [...bare.matchAll(/\b(?:leasehold|process|up)[a-z_]*\b(?!\s*=(?!=))/g)].map(([name]) => name);
        assert.ok(metrics.length > 0);
        for (const name of metrics) assert.ok(LABELS.has(name) || OTHERS.includes(name), `there is no ${name}`);
        const known = new Set([...OF_PROMETHEUS, ...metrics.flatMap((name) => LABELS.get(name) ?? [])]);
        for (const [, label = ""] of bare.matchAll(/[{,]\s*([a-z_]+)\s*(?:=~|!=|!~|=)/g))
          assert.ok(known.has(label), `${label} is no label of it`);
        for (const [, list = ""] of bare.matchAll(/\b(?:by|on) \(([^)]*)\)/g))
          for (const label of list.split(",").map((one) => one.trim())) assert.ok(known.has(label), `${label} is no label of it`);
      });
    }
  });
}

test("every metric of the server but for its inner numbers is on the dashboard", () => {
  const shown = OF_DASHBOARD.map(([, expression]) => expression).join("\n");
  const missing = [...FAMILIES, ...ADDRESS_FAMILIES].map(({ name }) => name).filter((name) => !shown.includes(name));
  assert.deepEqual(missing, [
    "leasehold_published_timestamp_seconds",
    "leasehold_reload_failures_total",
    "leasehold_noted_total",
    "leasehold_unwritten_renewals_total",
    "leasehold_network_capacity",
  ]);
});

test("the dashboard can be imported: a data source to choose, panels with their own numbers, none over another", () => {
  const { panels, templating, schemaVersion, id } = dashboard;
  assert.deepEqual([id, schemaVersion >= 36, dashboard.title], [null, true, "Leasehold"]);
  assert.deepEqual(
    templating.list.map(({ name, type }) => [name, type]),
    [
      ["datasource", "datasource"],
      ["instance", "query"],
    ],
  );
  assert.equal(new Set(panels.map((panel) => panel.id)).size, panels.length);
  const source = { type: "prometheus", uid: "$" + "{datasource}" };
  const taken = new Map<string, string>();
  for (const { type, title, datasource, targets = [], gridPos } of panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.equal(taken.get(`${x}/${y}`), undefined, `${title} lies over another panel`);
        taken.set(`${x}/${y}`, title);
        assert.ok(x < 24);
      }
    }
    if (type === "row") continue;
    assert.deepEqual(datasource, source);
    assert.ok(targets.length > 0, title);
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length);
    for (const target of targets) assert.deepEqual(target.datasource, source);
  }
});

function promtool(t: TestContext, ...words: string[]): void {
  if (!requirePrograms(t, "promtool")) return;
  const folder = fileURLToPath(new URL("prometheus/", DEPLOY));
  const { status, stdout, stderr } = spawnSync(findProgram("promtool") as string, words, { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
}

test("promtool accepts the rules", (t) => promtool(t, "check", "rules", "alerts.yml"));
test("promtool accepts the example configuration", (t) => promtool(t, "check", "config", "prometheus.yml"));
test("each alert is raised when it should be, and not before", (t) => promtool(t, "test", "rules", "alerts.test.yml"));

test("each alert is played in its test", () => {
  const played = read("prometheus/alerts.test.yml");
  assert.ok(OF_ALERTS.length > 0);
  for (const [name] of OF_ALERTS) assert.ok(played.includes(`alertname="${name}"`), name);
});
