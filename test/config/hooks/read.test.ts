import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfigFile } from "../../../src/config/file.ts";
import { buildConfig, formatDiagnostic, loadConfig, printConfig } from "../../../src/config/index.ts";
import { newFolder, writeIn } from "../../support/loopback-server.ts";

test("a configuration says which hooks a module has, and none of their code", async (t) => {
  const text = `export default {
    client_classes: { v4: [{ name: "lab" }] },
    networks: { "10.0.0.0/24": { options: { routers: "10.0.0.1", domain_name_servers: "10.0.0.1" }, ranges: [{ range: "10.0.0.5-10.0.0.9" }] } },
    hooks: { message() {}, async event() {}, budget: 20, onFailure: "drop" },
  };`;
  const path = writeIn(newFolder(t), "leasehold.config.ts", text);
  const loaded = await loadConfigFile(path);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual(loaded.config.hooks, { module: path, message: true, reply: false, event: true, budget: 20, onFailure: "drop" });
  // The hook may put clients into the class: it is not empty for certain.
  assert.deepEqual(loaded.warnings, []);
  // It crosses threads, and is printed without them.
  assert.deepEqual(structuredClone(loaded.config), loaded.config);
  const printed = printConfig(loaded.config);
  assert.match(printed, /^# The hooks of ".*leasehold\.config\.ts" are functions, and left out here\.$/m);
  const { hooks, ...rest } = loaded.config;
  const again = loadConfig(printed, "x.yaml");
  assert.ok(again.ok);
  assert.deepEqual(again.config, rest);
});

test("without a function there are no hooks, and defaults are filled in", () => {
  const hooks = (written: unknown) => {
    const built = buildConfig({ hooks: written }, undefined, [], "/x.ts");
    assert.ok(built.ok, JSON.stringify(built));
    return built.config.hooks;
  };
  for (const written of [undefined, null, {}, { budget: 5 }, { message: undefined }]) assert.equal(hooks(written), undefined);
  const defaults = { module: "/x.ts", message: false, reply: true, event: false, budget: 50, onFailure: "serve" };
  assert.deepEqual(hooks({ reply: () => {} }), defaults);
});

test("what is wrong with hooks is told with its place", async (t) => {
  const table: readonly [hooks: string, problem: RegExp][] = [
    ["5", /2:18: error: expected a map with the functions message, reply and event, got 5/],
    ["{ mesage() {} }", /2:20: error: unknown key "mesage"\n {2}hint: did you mean "message"\?/],
    ["{ message: true }", /2:29: error: expected a function, got true/],
    ["{ budget: 0 }", /2:28: error: expected milliseconds: a number from 1 to 10000, got 0/],
    ['{ onFailure: "no" }', /2:31: error: expected "serve" or "drop", got "no"/],
  ];
  const folder = newFolder(t);
  for (const [i, [hooks, problem]] of table.entries()) {
    const loaded = await loadConfigFile(writeIn(folder, `${i}.ts`, `export default {\n          hooks: ${hooks} };`));
    assert.ok(!loaded.ok);
    assert.match(loaded.diagnostics.map((one) => formatDiagnostic(one, "")).join("\n"), problem);
  }
  for (const built of [loadConfig("hooks: {message: x}", "x.yaml"), buildConfig({ hooks: { message() {} } })]) {
    assert.ok(!built.ok);
    assert.equal(built.diagnostics[0]?.message, "hooks are functions of a configuration that is a module in a file, and this is none");
  }
});
