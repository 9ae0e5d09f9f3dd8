import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { newFolder } from "../support/loopback-server.ts";
import { watch } from "../support/namespaces.ts";

/**
 * What is published, as it stands in somebody's node_modules: built files, and nothing of the
 * sources.
 */

const ROOT = new URL("../../", import.meta.url).pathname;
const { files, dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  files: string[];
  dependencies: Record<string, string>;
};

/** A program's folder with the package in its node_modules, and the packages that it depends on. */
function installed(t: TestContext): string {
  const folder = newFolder(t);
  const target = join(folder, "node_modules", "leasehold");
  mkdirSync(target, { recursive: true });
  for (const name of ["package.json", ...files.filter((file) => file !== "dist")])
    cpSync(join(ROOT, name), join(target, name), { recursive: true });
  execFileSync(
    process.execPath,
    [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json", "--outDir", join(target, "dist")],
    {
      cwd: ROOT,
    },
  );
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, "node_modules", name);
    // A package of a scope stands in a folder of its own.
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), link);
  }
  return folder;
}

describe("the package", () => {
  test("its examples and its program run in a plain Node.js", async (t) => {
    const folder = installed(t);
    const path = (name: string) => join(folder, "node_modules/leasehold", name);
    const run = (name: string, ...args: string[]) =>
      execFileSync(process.execPath, [path(name), ...args], { cwd: folder, encoding: "utf8" });
    assert.match(run("examples/decode.js"), /^DHCPDISCOVER request/);
    assert.match(run("examples/decide.js"), /DHCPOFFER reply/);
    assert.match(run("bin/leasehold.js", "--version"), /^\d+\.\d+\.\d+\n$/);
    const embedded = watch(spawn(process.execPath, [path("examples/embedded.js"), "6869"], { cwd: folder }));
    t.after(() => embedded.end());
    await embedded.line(/listening on 127\.0\.0\.1:6869/, 30_000);
    await embedded.end("SIGINT");
  });

  test("takes later releases of what it depends on, within a major", () => {
    for (const [name, range] of Object.entries(dependencies)) assert.match(range, /^\^\d+\.\d+\.\d+$/, name);
  });
});
