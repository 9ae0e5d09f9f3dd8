import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { describe, test } from "node:test";
import { loadConfigFile } from "../../src/config/load-file.ts";
import { watch } from "../support/namespaces.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const flags = ["-C", "leasehold-source"];

function run(example: string): string {
  return execFileSync(process.execPath, [...flags, `examples/${example}`], { cwd: ROOT, encoding: "utf8" });
}

describe("the examples", () => {
  test("decode.ts prints a message", () => {
    assert.match(run("decode.ts"), /^DHCPDISCOVER request[\s\S]*parameter_request_list: 1, 3, 6, 66/);
  });

  test("decide.ts says what a server would answer, and why", () => {
    assert.match(run("decide.ts"), /network: 192\.168\.5\.0\/24[\s\S]*DHCPOFFER reply[\s\S]*routers: 192\.168\.5\.1/);
  });

  test("embedded.ts serves inside another program", async () => {
    const program = watch(spawn(process.execPath, [...flags, "examples/embedded.ts"], { cwd: ROOT }));
    await program.line(/listening on 127\.0\.0\.1:6868/);
    const probe = await runLeasehold("probe", "--server", "127.0.0.1:6868");
    assert.equal(probe.status, 0, probe.stderr);
    await program.end("SIGINT");
    assert.match(program.output(), /bound/);
  });

  for (const name of ["quickstart.yaml", "home.yaml", "office.yaml", "netboot.yaml"]) {
    test(`${name} is a configuration without a problem`, async () => {
      const loaded = await loadConfigFile(`${ROOT}examples/${name}`);
      assert.ok(loaded.ok);
      assert.deepEqual(loaded.warnings, []);
    });
  }
});
