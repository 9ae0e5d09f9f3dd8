import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../support/packed.ts";

const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { engines: { node: string } };
const OLDEST = /^>=(\d+)$/.exec(engines.node)?.[1];

/** What a Node.js that calls itself older prints, and its exit status. */
function runAsOlder(...args: readonly string[]): readonly unknown[] {
  const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })";
  const options = ["-C", "leasehold-source", "--import", `data:text/javascript,${encodeURIComponent(older)}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, ...args], { cwd: ROOT, encoding: "utf8" });
  return [status, stdout, stderr];
}

test("on a Node.js that is too old the command says which one is needed and where it is", () => {
  assert.deepEqual(runAsOlder("bin/leasehold.js", "check", "home.yaml"), [
    1,
    "",
    `leasehold: needs Node.js ${OLDEST} or later, and this is ${process.version}: https://nodejs.org/en/download has it, and \`deploy/install\` of the sources brings one along\n`,
  ]);
});

for (const entry of ["leasehold/server", "leasehold/config/file"]) {
  test(`so does ${entry} to whoever imports it`, () => {
    const program = `await import("${entry}").catch((error) => console.log(error.message))`;
    assert.deepEqual(runAsOlder("--input-type=module", "-e", program), [
      0,
      `leasehold needs Node.js ${OLDEST} or later, and this is ${process.version}: https://nodejs.org/en/download has it\n`,
      "",
    ]);
  });
}

test("nothing is imported that an older Node.js lacks, for that would fail before anything is said", () => {
  // What is in Node.js 18; types are not imported.
  const program = `
    import module from "node:module";
    import { readFileSync, readdirSync } from "node:fs";
    for (const name of readdirSync("src", { recursive: true })) {
      if (!name.endsWith(".ts")) continue;
      const code = module.stripTypeScriptTypes(readFileSync("src/" + name, "utf8"));
      if (/from "node:sqlite"|import \\{[^}]*registerHooks[^}]*\\} from "node:/.test(code)) console.log(name);
    }`;
  const { stdout } = spawnSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", program], { cwd: ROOT, encoding: "utf8" });
  assert.equal(stdout, "", "import these from store/sqlite/node-sqlite.ts and config/package-imports.ts");
});
