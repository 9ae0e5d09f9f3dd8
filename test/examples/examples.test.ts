import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { describe, test } from "node:test";
import { loadConfigFile } from "../../src/config/file.ts";
import { watch } from "../support/namespaces.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const flags = ["-C", "leasehold-source"];

function run(example: string): string {
  return execFileSync(process.execPath, [...flags, `examples/${example}`], { cwd: ROOT, encoding: "utf8" });
}

describe("the examples", () => {
  test("decode.js prints a message", () => {
    assert.match(run("decode.js"), /^DHCPDISCOVER request[\s\S]*parameter_request_list: 1, 3, 6, 66/);
  });

  test("decide.js says what a server would answer, and why", () => {
    assert.match(run("decide.js"), /network: 192\.168\.5\.0\/24[\s\S]*DHCPOFFER reply[\s\S]*routers: 192\.168\.5\.1/);
  });

  test("clients-in-memory.js gives each of a thousand clients an address of its own", () => {
    assert.match(run("clients-in-memory.js"), /^1000 clients have 1000 addresses after a day of \d+ events$/m);
  });

  test("embedded.js serves inside another program", async () => {
    const program = watch(spawn(process.execPath, [...flags, "examples/embedded.js"], { cwd: ROOT }));
    await program.line(/listening on 127\.0\.0\.1:6868/);
    const probe = await runLeasehold("probe", "--server", "127.0.0.1:6868");
    assert.equal(probe.status, 0, probe.stderr);
    await program.end("SIGINT");
    assert.match(program.output(), /bound/);
  });

  for (const name of ["quickstart.yaml", "home.yaml", "home6.yaml", "office.yaml", "netboot.yaml", "names.yaml"]) {
    test(`${name} is a configuration without a problem`, async () => {
      const loaded = await loadConfigFile(`${ROOT}examples/${name}`);
      assert.ok(loaded.ok);
      assert.deepEqual(loaded.warnings, []);
    });
  }
});
