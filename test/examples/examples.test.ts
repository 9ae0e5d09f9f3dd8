import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { loadConfigFile } from "../../src/config/file.ts";
import { watch } from "../support/namespaces.ts";
import { requirePrograms } from "../support/requirement.ts";
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

  test("leasehold.service starts a program that is there, with a command line that it has", async () => {
    const unit = readFileSync(`${ROOT}examples/leasehold.service`, "utf8");
    const [program, flag, script, ...args] = (/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? "").replaceAll("/opt/leasehold/", ROOT).split(" ");
    assert.ok(program !== undefined && existsSync(program), program);
    // Else Node opens its inspector on that signal until the server gives it another meaning.
    assert.equal(flag, "--disable-sigusr1");
    assert.equal(script, `${ROOT}bin/leasehold.js`);
    assert.deepEqual(args, ["serve", "-c", "/etc/leasehold/leasehold.yaml"]);
    const { status, stderr } = await runLeasehold("serve", "-c", "/nowhere/leasehold.yaml");
    assert.equal(status, 1);
    assert.match(stderr, /\/nowhere\/leasehold\.yaml/);
  });

  test("leasehold.service exposes little", (t) => {
    if (!requirePrograms(t, "systemd-analyze")) return;
    const said = execFileSync("systemd-analyze", ["security", "--offline=true", `${ROOT}examples/leasehold.service`], { encoding: "utf8" });
    const exposure = Number(/exposure level for leasehold\.service: ([\d.]+)/.exec(said)?.[1]);
    assert.ok(exposure < 2.5, said);
  });

  for (const name of ["quickstart.yaml", "home.yaml", "home6.yaml", "office.yaml", "netboot.yaml"]) {
    test(`${name} is a configuration without a problem`, async () => {
      const loaded = await loadConfigFile(`${ROOT}examples/${name}`);
      assert.ok(loaded.ok);
      assert.deepEqual(loaded.warnings, []);
    });
  }
});
