import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfigFile, loadConfigText } from "../../src/config/file.ts";
import { buildConfig, defineConfig, formatDiagnostic, jsonSchema, loadConfig } from "../../src/config/index.ts";
import { resolveImport } from "../../src/config/package-imports.ts";
import { OPTIONS } from "../../src/wire/dhcp4/option-table.ts";
import { OPTIONS as DHCP6_OPTIONS } from "../../src/wire/dhcp6/option-table.ts";
import { load } from "./load.ts";

const written = defineConfig({
  options: { routers: "10.0.0.1" },
  config: { lease_time: { default: "1h", max: "1d" } },
  networks: { "10.0.0.0/24": { ranges: [{ range: "10.0.0.5-10.0.0.99", except: ["10.0.0.9"] }] } },
});

test("a configuration from a program is the same as one from a file", () => {
  const result = buildConfig(written);
  assert.ok(result.ok);
  assert.deepEqual(result.config, load(JSON.stringify(written)));
});

test("problems of a configuration from a program have a path", () => {
  const result = buildConfig({ networks: { "10.0.0.0/24": { ranges: [{ range: "10.0.0.5-10.0.1.99" }] } } });
  assert.ok(!result.ok);
  assert.deepEqual(
    result.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, "config.ts")),
    [
      'config.ts: networks["10.0.0.0/24"].ranges[0].range: error: 10.0.0.5-10.0.1.99 is outside the network 10.0.0.0/24\n  hint: the network has the addresses 10.0.0.0-10.0.0.255',
    ],
  );
  for (const value of [undefined, null, 5, "x", [], () => 1, new Map()]) assert.ok(!buildConfig(value).ok);
});

test("leasehold/... is this very program, whatever imports it and wherever that stands", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  file("range.ts", 'import { formatIpv4 } from "leasehold/net";\nexport const range = formatIpv4(0x0a000005) + "-10.0.0.99";');
  const module = file(
    "leasehold.config.ts",
    `import { defineConfig } from "leasehold/config";
import { range } from "./range.ts";
export default defineConfig({ networks: { "10.0.0.0/24": { options: { routers: "10.0.0.1" }, ranges: [{ range }] } } });`,
  );
  const loaded = await loadConfigFile(module);
  assert.deepEqual(loaded.ok && loaded.config.ranges.map(({ start, end }) => [start, end]), [[0x0a000005, 0x0a000063]]);

  const none = await loadConfigFile(file("none.ts", 'import "leasehold/none";'));
  assert.ok(!none.ok);
  assert.match(none.diagnostics[0]?.message ?? "", /'\.\/none' is not defined by "exports"/);
});

test("leasehold/... is resolved as Node.js was asked to, as from this program; everything else as it is", () => {
  const context = { conditions: ["node", "import", "mine"], importAttributes: {}, parentURL: "file:///etc/leasehold.config.ts" };
  const asked: unknown[] = [];
  const next = (...call: unknown[]) => {
    asked.push(call);
    return { url: "file:///found" };
  };
  for (const specifier of ["leasehold/net", "leasehold", "./leasehold/net"]) resolveImport(specifier, context, next);
  const parentURL = new URL("../../src/config/package-imports.ts", import.meta.url).href;
  assert.deepEqual(asked, [
    ["leasehold/net", { ...context, parentURL, conditions: ["node", "import", "mine", "leasehold-source"] }],
    ["leasehold", context],
    ["./leasehold/net", context],
  ]);
});

test("files are loaded by their extension; what can't be read is told apart from what is wrong", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const yaml = await loadConfigFile(file("a.yaml", "# x\n{}"));
  assert.ok(yaml.ok && yaml.readable);
  assert.equal(yaml.source, "# x\n{}");

  const json = await loadConfigFile(file("a.json", JSON.stringify(written)));
  assert.ok(json.ok);

  const text = `const name: string = "x";\nexport default { options: { domain_name: name } };`;
  const module = await loadConfigFile(file("a.ts", text));
  assert.ok(module.ok && module.source === text);
  assert.deepEqual([...module.config.options.byCode.keys()], [15]);

  const bad = await loadConfigFile(file("b.yaml", "networks: 5"));
  assert.deepEqual([bad.ok, bad.readable], [false, true]);

  const table: readonly [string, RegExp][] = [
    [join(folder, "none.yaml"), /there is no such file$/],
    [folder, /it is a folder$/],
    [join(folder, "none.ts"), /there is no such file$/],
    [file("lacking.ts", 'import { x } from "./none.ts";\nexport default { x };'), /missing$/],
    [file("c.mjs", "throw new Error('out of order');"), /out of order$/],
  ];
  for (const [path, message] of table) {
    const result = await loadConfigFile(path);
    assert.ok(!result.ok && !result.readable);
    assert.equal(result.diagnostics.length, 1);
    assert.match(result.diagnostics[0]?.message ?? "", message);
  }
  const places: readonly [name: string, text: string, problem: string][] = [
    ["wrong.ts", 'const a = { routers: "x" } as const;\nexport default { options: { ...a, ruters: "10.0.0.1" } };', "1:22"],
    ["wrong.mjs", 'export default { options:\n  { ruters: "10.0.0.1" } };', "2:5"],
    ["computed.ts", 'export default { options: Object.fromEntries([["ruters", 1]]) };', "0:0"],
    ["warned.ts", "export default {\n  networks: { '10.0.0.0/24': {} } };", "2:15"],
    ["broken.ts", "export default {\n  a: 1 b };", "2:8"],
  ];
  for (const [name, text, place] of places) {
    const result = await loadConfigFile(file(name, text));
    const [first] = result.ok ? result.warnings : result.diagnostics;
    assert.equal(first && `${first.line}:${first.column}`, place, name);
    assert.equal(result.source, text);
  }
  const empty = await loadConfigFile(file("d.mjs", "export const config = {};"));
  assert.ok(!empty.ok && empty.readable);
  assert.deepEqual(
    empty.diagnostics.map(({ message, hint }) => [message, hint]),
    [["nothing is exported by default", "write export default defineConfig({...})"]],
  );
});

interface Schema {
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

test("the JSON Schema explains every key, and names every option", () => {
  const schema = jsonSchema() as Schema;
  const definitions = { file: schema, ...schema.$defs };
  assert.deepEqual(Object.keys(definitions).sort(), [
    "AnyMatch",
    "AnyOptions",
    "AnyReservation",
    "Api",
    "ClientClass",
    "Ddns",
    "Dhcp6",
    "Dhcp6ClientClass",
    "Dhcp6Match",
    "Dhcp6Network",
    "Dhcp6Options",
    "Dhcp6Range",
    "Dhcp6Reservation",
    "Dns",
    "Duration",
    "LeaseConfig",
    "Leasequery",
    "Lifetimes",
    "Limit",
    "Match",
    "Network",
    "OptionDefinition",
    "Options",
    "PrefixPool",
    "Range",
    "Reservation",
    "SharedNetwork",
    "file",
  ]);
  for (const [name, definition] of Object.entries(definitions)) {
    for (const [key, property] of Object.entries(definition.properties ?? {})) {
      const referred = schema.$defs?.[property.$ref?.replace("#/$defs/", "") ?? ""];
      assert.ok(property.description ?? referred?.description ?? property.properties, `${name}.${key} has no description`);
    }
  }
  for (const option of OPTIONS) assert.ok(option.protocol || schema.$defs?.Options?.properties?.[option.name], option.name);
  for (const option of DHCP6_OPTIONS) assert.ok(schema.$defs?.Dhcp6Options?.properties?.[option.name], option.name);
});

test("a file of dora loads with the same meaning", () => {
  const config = load(`
chaddr_only: false
networks:
    192.168.5.0/24:
        probation_period: 86400
        server_id: 192.168.5.1
        authoritative: true
        ping_check: false
        server_name: "example.org"
        ranges:
            -
                start: 192.168.5.2
                end: 192.168.5.250
                config:
                    lease_time:
                        default: 3600
                        min: 20m
                        max: "4800"
                options:
                    values:
                        1:
                            type: ip
                            value: 255.255.255.0
                        routers:
                            type: ip_list
                            value:
                                - 192.168.5.1
                        43:
                            type: sub_option
                            value:
                                1: {type: str, value: "foobar"}
                                2: {type: ip, value: 1.2.3.4}
                except:
                    - 192.168.5.2
                    - 192.168.5.124
        reservations:
            -
                ip: 192.168.5.166
                config:
                    lease_time:
                        default: 3600
                options:
                    values: {}
                match:
                    chaddr: f8:1a:67:1f:c9:7d
            -
                ip: 192.168.5.251
                options:
                    values: {}
                match:
                    options:
                        values:
                            61: {type: hex, value: DEADBEEF}
`);
  const [range] = config.ranges;
  assert.deepEqual(range?.leaseTime, { default: 3600, min: 1200, max: 4800, renew: undefined, rebind: undefined });
  assert.deepEqual(
    [...(range?.options.byCode.values() ?? [])].map(({ code, data }) => [code, Buffer.from(data).toString("latin1")]),
    [
      [1, "\xff\xff\xff\x00"],
      [43, "\x01\x06foobar\x02\x04\x01\x02\x03\x04"],
      [3, "\xc0\xa8\x05\x01"],
    ],
  );
  assert.equal(range?.excluded.length, 3);
  assert.deepEqual(
    config.networks[0]?.reservations.flat().map(({ leaseTime }) => leaseTime?.max),
    [3600, undefined],
  );
  assert.ok(loadConfig("{networks: {}}", "dora.json").ok);
});

test("a device that a file of another server includes is not read", () => {
  const loaded = loadConfigText("conf-file=/dev/zero\ndhcp-range=10.0.0.1,10.0.0.9,255.255.255.0\n", "dnsmasq.conf");
  const messages = loaded.ok ? [] : loaded.diagnostics.map(({ message }) => message);
  assert.ok(messages.includes("/dev/zero can't be read: it is no file"), messages.join("\n"));
});
