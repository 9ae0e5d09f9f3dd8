import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { formatLocal } from "../../src/cli/time.ts";
import { askServer, controlPath, openControl } from "../../src/server/control.ts";
import { ADDRESS_TEXT } from "../../src/server/dhcp4/operations.ts";
import type { Status } from "../../src/server/operations.ts";
import type { Controlled } from "../../src/server/requests.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const CONFIG = "networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.1-10.0.0.4 }] } }\n";

/** A lease database that no server uses. */
async function database(t: TestContext): Promise<string> {
  const path = join(newFolder(t), "leases.db");
  await openSqliteStore(path).close();
  return path;
}

/** A database, and what answers beside it in place of a server. */
async function answering(t: TestContext, controlled: Partial<Controlled<number>>): Promise<string> {
  const path = await database(t);
  const status = () => assert.fail("nobody asked for it");
  const control = await openControl(controlPath(path), { operate: status, status, ...controlled }, ADDRESS_TEXT);
  t.after(() => control.close());
  return path;
}

describe("leasehold status", { concurrency: 2 }, () => {
  test("tells how a server that runs is, for people and for programs", async (t) => {
    const folder = newFolder(t);
    const path = join(folder, "leases.db");
    const config = writeIn(folder, "leasehold.yaml", CONFIG);
    const place = newPlace();
    await startServer(t, { config, database: path }, place);
    const to = ["--server", `${place.address}:${place.port}`, "--relay", "10.0.0.200"];
    assert.equal((await runLeasehold("probe", ...to)).status, 0);
    const asJson = await runLeasehold("status", "-d", path, "--json");
    assert.deepEqual([asJson.status, asJson.stderr], [0, ""]);
    const { uptime, configuration, interfaces, store, counters, networks, ...others } = JSON.parse(asJson.stdout) as Status & {
      readonly networks: unknown;
    };
    assert.deepEqual(others, {
      version,
      healthy: true,
      health: { state: "ok", reasons: [] },
      leases: { known: 1, bound: 1, released: 0, expired: 0, declined: 0 },
    });
    const numbers = { capacity: 4, used: 1, held: 0, declined: 0, free: 3, remembered: 0, reserved: 0, reserved_used: 0 };
    assert.deepEqual(networks, [{ protocol: "dhcp4", link: "10.0.0.0/24", network: "10.0.0.0/24", ...numbers }]);
    assert.equal(configuration.file, config);
    assert.ok(Math.abs(Date.parse(configuration.loaded) - Date.now()) < 60_000 && uptime < 60);
    assert.match(store, /leases\.db/);
    assert.ok(interfaces.some(({ name, address }) => name === "lo" && address === "127.0.0.1"));
    assert.equal(counters["sent ACK"], 1);
    const { status, stdout, stderr } = await runLeasehold("status", "-d", path);
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(
      stdout,
      new RegExp(
        `^leasehold ${version}, up for \\d+s: healthy\nconfiguration: ${config}, read at .*\n  SHA-256 ${createHash("sha256").update(CONFIG).digest("hex")}\nnetwork:\n  10.0.0.0/24  1  of 4 used  25%\nleases: .*; 1 known\n  1 bound, 0 released, 0 expired, 0 declined\n`,
      ),
    );
    assert.match(stdout, /\ninterfaces: .*lo \(127\.0\.0\.1\).*\ncounters:\n(.*\n)* {2}sent ACK: 1\n/);
    // The control socket is the same as ever.
    assert.deepEqual(await askServer(controlPath(path), { kind: "unblock", addresses: "10.0.0.1-10.0.0.1" }), { done: 0 });
  });

  test("tells how names stand where the configuration speaks of them", async (t) => {
    const folder = newFolder(t);
    const path = join(folder, "leases.db");
    const hosts = join(folder, "hosts");
    const names = `dns: { hosts_file: ${hosts} }\noptions: { domain_name: example.org }\n`;
    await startServer(t, { config: writeIn(folder, "leasehold.yaml", CONFIG + names), database: path }, newPlace());
    let told: Status["names"];
    for (const end = Date.now() + 90_000; told?.hosts?.written !== 1 && Date.now() < end; ) {
      told = (JSON.parse((await runLeasehold("status", "-d", path, "--json")).stdout) as Status).names;
    }
    assert.deepEqual(told, {
      names: 0,
      conflicts: 0,
      ready: true,
      hosts: { path: hosts, written: 1, failed: 0, runs: 0, failedRuns: 0 },
    });
    const { stdout } = await runLeasehold("status", "-d", path);
    assert.match(stdout, new RegExp(`\nnames: 0 known\n {2}hosts file ${hosts}: written 1 time\n$`));
  });

  test("says how long the server runs in its two largest units, and that it is not healthy", async (t) => {
    const status: Status = {
      version: "1.2.3",
      uptime: 2 * 86400 + 3 * 3600 + 59,
      healthy: false,
      health: {
        state: "failed",
        reasons: ["DHCPv4: no lease can be given: the disk is full", "no address is free on 10.0.0.0/24"],
        seconds: [65],
      },
      configuration: { file: "/etc/leasehold.yaml", loaded: "2026-11-01T00:00:00.000Z", hash: "abcd", failed: 1, added: 2 },
      store: "memory",
      leases: { known: 3, bound: 1, released: 1, expired: 0, declined: 1 },
      interfaces: [],
      counters: {},
    };
    const path = await answering(t, { status: () => status });
    assert.equal(
      (await runLeasehold("status", "-d", path)).stdout,
      "leasehold 1.2.3, up for 2d 3h: failed\n" +
        "  DHCPv4: no lease can be given: the disk is full (for 1m 5s)\n" +
        "  no address is free on 10.0.0.0/24\n" +
        "  what each means: docs/reference/health.md; what the server did about it: its log\n" +
        "configuration: /etc/leasehold.yaml, read at 2026-11-01T00:00:00.000Z\n" +
        "  SHA-256 abcd\n  could not be read again 1 time: the log says why\n  and 2 reservations that were added while the server ran\n" +
        "leases: memory; 3 known\n  1 bound, 1 released, 0 expired, 1 declined\ninterfaces: none\ncounters:\n",
    );
  });
});

describe("leasehold reload", { concurrency: 2 }, () => {
  test("says how many networks are served from then on", async (t) => {
    const path = await answering(t, { reload: () => Promise.resolve({ networks: 1, notes: ["c.yaml:2:1: warning: odd"] }) });
    assert.deepEqual(await runLeasehold("reload", "-d", path), {
      status: 0,
      stdout: "the configuration was read again: 1 network is served\n",
      stderr: "c.yaml:2:1: warning: odd\n",
    });
  });

  test("says all that is wrong with the configuration", async (t) => {
    const path = await answering(t, { reload: () => Promise.reject(new Error("a.yaml:1:1: one\na.yaml:2:1: two")) });
    assert.deepEqual(await runLeasehold("reload", "-d", path), {
      status: 1,
      stdout: "",
      stderr: "leasehold: a.yaml:1:1: one\na.yaml:2:1: two\n",
    });
  });
});

for (const command of ["status", "reload"]) {
  describe(`leasehold ${command} says what to do`, () => {
    test("where no server runs", async (t) => {
      const path = await database(t);
      const { status, stdout, stderr } = await runLeasehold(command, "-d", path);
      assert.deepEqual([status, stdout], [1, ""]);
      const written = formatLocal(statSync(path).mtimeMs);
      assert.equal(
        stderr,
        `leasehold: no server runs with the lease database ${path}, which was last written at ${written}: \`leasehold serve -c FILE -d ${path}\` starts one\n`,
      );
    });

    test("where there is no database", async (t) => {
      const { status, stderr } = await runLeasehold(command, "-d", join(newFolder(t), "missing.db"));
      assert.equal(status, 1);
      assert.match(stderr, /^leasehold: .*missing\.db/);
    });

    test("where the command line is wrong", async () => {
      const { status, stderr } = await runLeasehold(command, "--at", "all");
      assert.deepEqual([status, stderr.split("\n")[0]], [2, "error: unknown option '--at'"]);
    });
  });
}
