import assert from "node:assert/strict";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { leaseOf, putOf } from "../support/leases.ts";
import { newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const START = 1_700_000_000;
const LATER = 4_000_000_000;

/** For clients behind a relay on loopback. */
const CONFIG = `
networks:
  10.0.0.0/24: { ranges: [{ range: 10.0.0.1-10.0.0.3 }] }
`;

/** A database in which 10.0.0.1 is bound, 10.0.0.2 and 10.0.0.3 are on probation. */
async function database(t: TestContext): Promise<string> {
  const path = join(newFolder(t), "leases.db");
  const store = openSqliteStore(path);
  const states = [LeaseState.bound, LeaseState.declined, LeaseState.declined];
  const leases = states.map((state, row) => leaseOf(0x0a000001 + row, row, state, START, LATER));
  await store.commit(leases.map((lease, row) => putOf(row, lease)));
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
      assert.equal(stderr, `leasehold: --unblock ${address}: nothing on probation: \`leasehold leases -d ${path}\` lists what there is\n`);
    }
    assert.deepEqual(await listed(path), ALL);
  });

  test("asks the server that runs, which gives the address out again at once", async (t) => {
    const path = await database(t);
    const place = newPlace();
    const config = writeIn(newFolder(t), "leasehold.yaml", CONFIG);
    const server = await startServer(t, { config, database: path }, place);
    assert.equal(statSync(`${path}-control`).mode & 0o777, 0o600);
    const obtain = () => runLeasehold("probe", "--server", `${place.address}:${place.port}`, "--giaddr", "10.0.0.200");
    assert.equal((await obtain()).status, 1, "one address is bound, two are on probation");
    const unblocked = await runLeasehold("leases", "-d", path, "--unblock", "10.0.0.3");
    assert.deepEqual([unblocked.status, unblocked.stdout, unblocked.stderr], [0, "10.0.0.3 is no longer on probation\n", ""]);
    const obtained = await obtain();
    assert.equal(obtained.status, 0);
    assert.match(obtained.stdout, /10\.0\.0\.3/);
    const again = await runLeasehold("leases", "-d", path, "--unblock", "10.0.0.3");
    assert.deepEqual([again.status, again.stdout], [1, ""]);
    assert.match(again.stderr, /^leasehold: --unblock 10\.0\.0\.3: nothing on probation/);
    assert.deepEqual(await listed(path), ["10.0.0.1 bound", "10.0.0.2 declined", "10.0.0.3 bound"]);
    assert.equal(await server.end("SIGTERM"), 0);
    assert.equal(existsSync(`${path}-control`), false);
    assert.match(server.output(), /an operator's unblock of 10\.0\.0\.3-10\.0\.0\.3: 1 done/);
  });

  test("after a server that was killed, which left its socket behind", async (t) => {
    const path = await database(t);
    const config = writeIn(newFolder(t), "leasehold.yaml", CONFIG);
    await (await startServer(t, { config, database: path }, newPlace())).end("SIGKILL");
    assert.equal(existsSync(`${path}-control`), true);
    assert.equal((await runLeasehold("leases", "-d", path, "--unblock", "10.0.0.2")).status, 0);
    await startServer(t, { config, database: path }, newPlace());
    assert.equal((await runLeasehold("leases", "-d", path, "--unblock", "10.0.0.3")).status, 0);
    assert.deepEqual(await listed(path), ["10.0.0.1 bound"]);
  });

  test("refuses while a program that can not be asked is using the database", async (t) => {
    const path = await database(t);
    const server = openSqliteStore(path);
    const { status, stdout, stderr } = await runLeasehold("leases", "-d", path, "--unblock", "10.0.0.2");
    await server.close();
    assert.deepEqual([status, stdout], [1, ""]);
    assert.equal(
      stderr,
      `leasehold: lease database ${path}: another program uses it, and would not see the change: stop it, then run this again\n`,
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
    assert.deepEqual(
      [notAddress.status, notAddress.stderr],
      [2, "leasehold: --unblock 10.0.0: expected an address such as 10.0.0.5, a network such as 10.0.0.0/24, or all\n"],
    );
    const filtered = await runLeasehold("leases", "-d", path, "--unblock", "10.0.0.2", "--state", "declined");
    assert.equal(filtered.status, 2);
    assert.match(filtered.stderr, /'--unblock <addresses>' cannot be used with option '--state <state>'/);
  });
});
