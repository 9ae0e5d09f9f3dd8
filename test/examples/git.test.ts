import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { MAIN } from "../support/run-leasehold.ts";

/* The files of examples/git, in a repository where somebody has copied them to. */

const EXAMPLES = fileURLToPath(new URL("../../examples/git/", import.meta.url));
const GOOD =
  "networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.10-10.0.0.19 }], options: { routers: 10.0.0.1, domain_name_servers: 10.0.0.1 } } }\n";
const BAD = "autoritative: true\n";

/** A repository, and the command `leasehold` on its path. */
function repository(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-git-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const repo = join(folder, "repo");
  const bin = join(folder, "bin");
  for (const path of [bin, join(repo, "dhcp")]) mkdirSync(path, { recursive: true });
  writeFileSync(join(bin, "leasehold"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(join(bin, "leasehold"), 0o755);
  const settings = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null", HOME: folder };
  // A user of the machine need not have a name.
  const who = { GIT_AUTHOR_NAME: "Nobody", GIT_COMMITTER_NAME: "Nobody", EMAIL: "nobody@example.org" };
  const env = { ...process.env, ...settings, ...who, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const git = (...args: readonly string[]) => spawnSync("git", args, { cwd: repo, env, encoding: "utf8" });
  git("init", "--quiet");
  return { repo, env, git, write: (name: string, text: string) => writeFileSync(join(repo, name), text) };
}

test("the hook lets good configurations be committed, and no others", (t) => {
  const { repo, git, write } = repository(t);
  const hook = join(repo, ".git/hooks/pre-commit");
  copyFileSync(join(EXAMPLES, "pre-commit"), hook);
  chmodSync(hook, 0o755);
  write("dhcp/site one.yaml", GOOD);
  write("unrelated.yaml", BAD);
  git("add", "--all");
  const first = git("commit", "-m", "one");
  assert.equal(first.status, 0, first.stderr);

  write("dhcp/two.yaml", BAD);
  git("add", "--all");
  const refused = git("commit", "-m", "two");
  assert.equal(refused.status, 1);
  assert.ok(refused.stderr.includes('dhcp/two.yaml:1:1: error: unknown key "autoritative"\n'), refused.stderr);
  assert.ok(refused.stderr.includes("2 files: 1 good, 1 with problems\n"), refused.stderr);

  // What counts is what is to be committed, whatever stands in the working directory.
  write("dhcp/two.yaml", GOOD);
  assert.equal(git("commit", "-m", "two").status, 1);
  git("add", "--all");
  write("dhcp/two.yaml", BAD);
  const second = git("commit", "-m", "two");
  assert.equal(second.status, 0, second.stderr);
  assert.equal(git("log", "--format=%s").stdout, "two\none\n");
});

test("the workflow of GitHub annotates what is wrong, and fails", (t) => {
  const { repo, env, write } = repository(t);
  const workflow = parse(readFileSync(join(EXAMPLES, "github-workflow.yaml"), "utf8"));
  const runs: readonly string[] = workflow.jobs.check.steps.flatMap(({ run }: { readonly run?: string }) => run ?? []);
  const check = runs.at(-1) ?? "";
  const { version } = JSON.parse(readFileSync(join(EXAMPLES, "../../package.json"), "utf8"));
  assert.deepEqual(runs.slice(0, -1), [`npm install --global ./tools/leasehold-${version}.tgz`]);
  write("dhcp/one.yaml", GOOD);
  const said = execFileSync("bash", ["-e", "-c", check], { cwd: repo, env, encoding: "utf8" });
  assert.equal(said, "dhcp/one.yaml: ok: 1 network, 1 range with 10 addresses, 0 reservations\n");
  write("dhcp/two.yaml", BAD);
  const { status, stdout } = spawnSync("bash", ["-e", "-c", check], { cwd: repo, env, encoding: "utf8" });
  assert.equal(status, 1);
  assert.ok(stdout.includes('::error file=dhcp/two.yaml,line=1,col=1::unknown key "autoritative"'), stdout);
});
