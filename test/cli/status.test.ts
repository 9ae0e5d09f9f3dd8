import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { askServer, type Controlled, controlPath, openControl } from "../../src/server/control.ts";
import { ADDRESS_TEXT } from "../../src/server/dhcp4/operations.ts";
import type { Status } from "../../src/server/operations.ts";
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
    const { uptime, configuration, interfaces, store, counters, ...others } = JSON.parse(asJson.stdout) as Status;
    assert.deepEqual(others, { version, healthy: true, leases: { known: 1 } });
    assert.equal(configuration.file, config);
    assert.ok(Math.abs(Date.parse(configuration.loaded) - Date.now()) < 60_000 && uptime < 60);
    assert.match(store, /leases\.db/);
    assert.ok(interfaces.some(({ name, address }) => name === "lo" && address === "127.0.0.1"));
    assert.equal(counters["sent ACK"], 1);
    const { status, stdout, stderr } = await runLeasehold("status", "-d", path);
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(
      stdout,
      new RegExp(`^leasehold ${version}, up for \\d+ s: healthy\nconfiguration: ${config}, read at .*\nleases: .*; 1 known\n`),
    );
    assert.match(stdout, /\ninterfaces: .*lo \(127\.0\.0\.1\).*\ncounters:\n(.*\n)* {2}sent ACK: 1\n/);
    // The control socket is the same as ever.
    assert.deepEqual(await askServer(controlPath(path), { kind: "unblock", addresses: "10.0.0.1-10.0.0.1" }), { done: 0 });
  });

  test("says how long the server runs in its two largest units, and that it is not healthy", async (t) => {
    const status: Status = {
      version: "1.2.3",
      uptime: 2 * 86400 + 3 * 3600 + 59,
      healthy: false,
      configuration: { file: "/etc/leasehold.yaml", loaded: "2026-11-01T00:00:00.000Z" },
      store: "memory",
      leases: { known: 3 },
      interfaces: [],
      counters: {},
    };
    const path = await answering(t, { status: () => status });
    assert.equal(
      (await runLeasehold("status", "-d", path)).stdout,
      "leasehold 1.2.3, up for 2 d 3 h: leases can't be made durable, so none is given\n" +
        "configuration: /etc/leasehold.yaml, read at 2026-11-01T00:00:00.000Z\n" +
        "leases: memory; 3 known\ninterfaces: none\ncounters:\n",
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
      assert.equal(
        stderr,
        `leasehold: no server runs with the lease database ${path}: \`leasehold serve -c FILE -d ${path}\` starts one\n`,
      );
    });

    test("where there is no database", async (t) => {
      const { status, stderr } = await runLeasehold(command, "-d", join(newFolder(t), "missing.db"));
      assert.equal(status, 1);
      assert.match(stderr, /^leasehold: .*missing\.db/);
    });

    test("where the command line is wrong", async () => {
      const { status, stderr } = await runLeasehold(command);
      assert.equal(status, 2);
      assert.match(stderr, /required option '-d, --database <file>' not specified/);
    });
  });
}
