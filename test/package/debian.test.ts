import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { buildPackage } from "../../deploy/debian/build.ts";
import { Exit } from "../../src/cli/exit.ts";
import { tellOnFailure, temporaryFolder } from "../support/leasehold-process.ts";
import { createMachine } from "../support/machine.ts";
import { createLab } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { type ThreadStatus, threadsOf } from "../support/threads.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const UNIT = readFileSync(new URL("../../deploy/systemd/leasehold.service", import.meta.url), "utf8");
const CONFIG = "networks:\n  10.0.0.0/24:\n    options: {routers: 10.0.0.1}\n    ranges: [{range: 10.0.0.10-10.0.0.99}]\n";

/** What the unit has at this key. */
function setting(key: string): string {
  return new RegExp(`^${key}=(.*)$`, "m").exec(UNIT)?.[1] ?? assert.fail(`the unit has no ${key}=`);
}

/** The threads that the server made and that may do more than listen on a port below 1024. Those of Node.js were there before anything of ours. */
function capableThreads(pid: number): readonly ThreadStatus[] {
  const [, ...others] = threadsOf(pid);
  return others.filter(
    ({ name, permitted, ambient }) => !/V8Worker|DelayedTask|libuv/.test(name) && (!/^(0|400)$/.test(permitted) || ambient !== "0"),
  );
}

/** What systemd does with user and capabilities of the unit. */
function asInUnit(): readonly string[] {
  const capabilities = setting("AmbientCapabilities").toLowerCase().replaceAll("cap_", "+").replaceAll(" ", ",");
  return [
    ...["setpriv", `--reuid=${setting("User")}`, `--regid=${setting("Group")}`, "--init-groups", "--no-new-privs"],
    ...[`--inh-caps=-all,${capabilities}`, `--ambient-caps=-all,${capabilities}`, `--bounding-set=-all,${capabilities}`],
    ...["env", "-i", "STATE_DIRECTORY=/var/lib/leasehold", ...setting("ExecStart").split(" ")],
  ];
}

test("the Debian package is installed, serves by its unit, is upgraded, removed and purged", { timeout: 310_000 }, async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "dpkg-deb", "dpkg", "adduser", "setpriv", "unshare", "nsenter")) return;
  const folder = temporaryFolder(t);
  const deb = buildPackage(folder, "1.0.0", 0);
  const newer = join(folder, "newer.deb");
  // The same, but for its version.
  execFileSync("dpkg-deb", ["--raw-extract", deb, join(folder, "tree")]);
  const control = join(folder, "tree/DEBIAN/control");
  writeFileSync(control, readFileSync(control, "utf8").replace("Version: 1.0.0", "Version: 1.0.1"));
  execFileSync("dpkg-deb", ["--root-owner-group", "-Znone", "--build", join(folder, "tree"), newer], {
    stdio: ["ignore", "ignore", "inherit"],
  });

  const lab = createLab(t);
  const [network, client] = [lab.namespace("server"), lab.namespace("client")];
  lab.cable(network, "eth0", client, "eth0");
  lab.exec(network, "ip", "address", "add", "10.0.0.1/24", "dev", "eth0");
  const machine = await createMachine(t, lab, network);

  assert.match(machine.run(`dpkg -i ${deb}`), /leasehold serves nobody yet: edit \/etc\/leasehold\/leasehold\.yaml/);
  assert.equal(
    machine.run("stat -c '%n %U %G %a' /etc/leasehold /etc/leasehold/leasehold.yaml /var/lib/leasehold"),
    "/etc/leasehold root leasehold 750\n/etc/leasehold/leasehold.yaml root leasehold 640\n/var/lib/leasehold leasehold leasehold 750\n",
  );
  assert.match(machine.run("leasehold check /etc/leasehold/leasehold.yaml"), /the server answers nobody/);
  machine.run(`cat > /etc/leasehold/leasehold.yaml <<'.'\nlog: {format: json}\n${CONFIG}.`);

  const server = machine.start(...asInUnit());
  tellOnFailure(t, () => `the server said:\n${server.output()}`);
  await server.line(/"listening on /, 60_000);
  assert.match(lab.exec(client, process.execPath, MAIN, "probe", "--interface", "eth0"), /ACK/);
  const kept = ((1 << 10) | (1 << 12) | (1 << 13)).toString(16);
  const [main] = threadsOf(server.pid);
  assert.deepEqual([main?.permitted, main?.effective, main?.ambient, main?.bounding], [kept, kept, "0", kept]);
  // The last ones are made when it is serving already.
  for (let tries = 0; tries < 60 && capableThreads(server.pid).length > 0; tries++) await delay(500);
  assert.deepEqual(capableThreads(server.pid), []);

  machine.run(`dpkg -i ${newer}`);
  assert.match(machine.run("leasehold status -d /var/lib/leasehold/leases.db"), /1 known/);
  assert.match(machine.run("cat /etc/leasehold/leasehold.yaml"), /10\.0\.0\.10-10\.0\.0\.99/);
  assert.equal(await server.end(), 0);

  machine.run("dpkg -r leasehold");
  machine.run("test -f /var/lib/leasehold/leases.db && test -f /etc/leasehold/leasehold.yaml && ! test -e /usr/bin/leasehold");
  machine.run("dpkg -P leasehold");
  machine.run("! ls -d /var/lib/leasehold /etc/leasehold /usr/lib/leasehold && ! id leasehold");
});

test("the unit does not start again what ended for good", () => {
  assert.equal(setting("RestartPreventExitStatus"), `${Exit.usage} ${Exit.configuration}`);
});

test("the unit is one for systemd, and exposes little", (t) => {
  // Else Node opens its inspector on that signal until the server gives it another meaning.
  assert.equal(
    setting("ExecStart"),
    "/usr/lib/leasehold/bin/node --disable-sigusr1 /usr/lib/leasehold/bin/leasehold.js serve -c /etc/leasehold/leasehold.yaml",
  );
  if (!requirePrograms(t, "systemd-analyze")) return;
  const folder = temporaryFolder(t);
  const path = join(folder, "leasehold.service");
  // Programs that are there, for it looks for them.
  writeFileSync(path, UNIT.replaceAll(/^(ExecStart=)\S+/gm, `$1${process.execPath}`).replace(/^Documentation=.*$/m, ""));
  assert.equal(execFileSync("systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" }), "");
  const said = execFileSync("systemd-analyze", ["security", "--offline=true", path], { encoding: "utf8" });
  const exposure = Number(/exposure level for leasehold\.service: ([\d.]+)/.exec(said)?.[1]);
  assert.ok(exposure < 2, said);
});
