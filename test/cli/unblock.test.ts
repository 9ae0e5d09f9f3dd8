import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { LeaseState, type LeaseWrite } from "../../src/leases/lease.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { leaseOf } from "../support/leases.ts";
import { newFolder } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const START = 1_700_000_000;
const LATER = 4_000_000_000;

/** A database in which 10.0.0.1 is bound, 10.0.0.2 and 10.0.0.3 are on probation. */
async function database(t: TestContext): Promise<string> {
  const path = join(newFolder(t), "leases.db");
  const store = openSqliteStore(path);
  const states = [LeaseState.bound, LeaseState.declined, LeaseState.declined];
  const leases = states.map((state, row) => leaseOf(0x0a000001 + row, row, state, START, LATER));
  await store.commit(leases.map((lease, row): LeaseWrite => ({ kind: "put", row, lease, network: "10.0.0.0/24", onlyTimes: false })));
  await store.close();
  return path;
}

async function listed(path: string): Promise<string[]> {
  const { stdout } = await runLeasehold("leases", "-d", path, "--json");
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
    .map(({ address, state }) => `${address} ${state}`);
}

const ALL = ["10.0.0.1 bound", "10.0.0.2 declined", "10.0.0.3 declined"];

describe("leasehold leases --unblock", { concurrency: 2 }, () => {
  test("ends the probation of the address, and of no other", async (t) => {
    const path = await database(t);
    const { status, stdout, stderr } = await runLeasehold("leases", "-d", path, "--unblock", "10.0.0.2");
    assert.deepEqual([status, stdout, stderr], [0, "10.0.0.2 is no longer on probation\n", ""]);
    assert.deepEqual(await listed(path), ["10.0.0.1 bound", "10.0.0.3 declined"]);
  });

  test("takes no lease away from anybody", async (t) => {
    const path = await database(t);
    for (const address of ["10.0.0.1", "10.0.0.9"]) {
      const { status, stdout, stderr } = await runLeasehold("leases", "-d", path, "--unblock", address);
      assert.deepEqual([status, stdout], [1, ""]);
      assert.equal(
        stderr,
        `leasehold: ${address} is not on probation: \`leasehold leases -d ${path} --state declined\` lists those that are\n`,
      );
    }
    assert.deepEqual(await listed(path), ALL);
  });

  test("refuses while a server is using the database", async (t) => {
    const path = await database(t);
    const server = openSqliteStore(path);
    const { status, stdout, stderr } = await runLeasehold("leases", "-d", path, "--unblock", "10.0.0.2");
    await server.close();
    assert.deepEqual([status, stdout], [1, ""]);
    assert.equal(
      stderr,
      `leasehold: lease database ${path}: a server is using it, and would not see the change: stop the server, unblock the address, start the server again\n`,
    );
    assert.deepEqual(await listed(path), ALL);
  });

  test("makes no database where there is none, and touches nothing that is none", async (t) => {
    const folder = newFolder(t);
    const missing = join(folder, "missing.db");
    const text = join(folder, "text.db");
    writeFileSync(text, "leases\n".repeat(1000));
    for (const path of [missing, text]) {
      const { status, stderr } = await runLeasehold("leases", "-d", path, "--unblock", "10.0.0.2");
      assert.equal(status, 1);
      assert.match(stderr, /^leasehold: lease database .*\.db: it /);
      assert.equal(existsSync(`${path}-lock`), false);
    }
    assert.equal(existsSync(missing), false);
  });

  test("refuses what is no address, and filters beside it, with status 2", async (t) => {
    const path = join(newFolder(t), "x.db");
    const notAddress = await runLeasehold("leases", "-d", path, "--unblock", "10.0.0");
    assert.deepEqual([notAddress.status, notAddress.stderr], [2, "leasehold: --unblock 10.0.0: expected an address such as 10.0.0.5\n"]);
    const filtered = await runLeasehold("leases", "-d", path, "--unblock", "10.0.0.2", "--state", "declined");
    assert.equal(filtered.status, 2);
    assert.match(filtered.stderr, /'--unblock <address>' cannot be used with option '--state <state>'/);
  });
});
