import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
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
  10.0.0.0/24: { ranges: [{ range: 10.0.0.1-10.0.0.4 }] }
  10.0.1.0/24: { ranges: [{ range: 10.0.1.1-10.0.1.4 }] }
`;

/** Of two networks: .1 bound, .2 on probation, .3 released, .4 bound until a time that is over. */
async function database(t: TestContext): Promise<string> {
  const path = join(newFolder(t), "leases.db");
  const store = openSqliteStore(path);
  const states = [LeaseState.bound, LeaseState.declined, LeaseState.released, LeaseState.bound];
  const leases = [0x0a000001, 0x0a000101].flatMap((first, network) =>
    states.map((state, i) => leaseOf(first + i, 4 * network + i, state, START, i === 3 ? START + 60 : LATER)),
  );
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

const NETWORK_0 = ["10.0.0.1 bound", "10.0.0.2 declined", "10.0.0.3 released", "10.0.0.4 expired"];
const NETWORK_1 = ["10.0.1.1 bound", "10.0.1.2 declined", "10.0.1.3 released", "10.0.1.4 expired"];

/** What each command line does to those, and says. */
const CASES: readonly (readonly [args: readonly string[], says: string, left: readonly string[]])[] = [
  [["--release", "10.0.0.1"], "10.0.0.1 is released", ["10.0.0.1 released", ...NETWORK_0.slice(1), ...NETWORK_1]],
  [
    ["--release", "all"],
    "2 addresses are released",
    ["10.0.0.1 released", ...NETWORK_0.slice(1), "10.0.1.1 released", ...NETWORK_1.slice(1)],
  ],
  [["--delete", "10.0.0.1"], "10.0.0.1 is deleted", [...NETWORK_0.slice(1), ...NETWORK_1]],
  [["--delete", "10.0.0.0/24", "--state", "bound"], "1 address is deleted", [...NETWORK_0.slice(1), ...NETWORK_1]],
  [["--delete", "10.0.0.0/24", "--state", "expired"], "1 address is deleted", [...NETWORK_0.slice(0, 3), ...NETWORK_1]],
  [["--delete", "10.0.1.0/24", "--state", "any"], "4 addresses are deleted", NETWORK_0],
  [["--delete", "all", "--state", "any"], "8 addresses are deleted", []],
  [
    ["--unblock", "10.0.1.0/24"],
    "1 address is no longer on probation",
    [...NETWORK_0, ...NETWORK_1.filter((one) => !one.includes("declined"))],
  ],
  [["--unblock", "all"], "2 addresses are no longer on probation", [...NETWORK_0, ...NETWORK_1].filter((one) => !one.includes("declined"))],
];

describe("leasehold leases --release, --delete, --unblock", { concurrency: 2 }, () => {
  for (const [args, says, left] of CASES) {
    test(`${args.join(" ")}, without a server`, async (t) => {
      const path = await database(t);
      const { status, stdout, stderr } = await runLeasehold("leases", "-d", path, ...args);
      assert.deepEqual([status, stdout, stderr], [0, `${says}\n`, ""]);
      assert.deepEqual(await listed(path), left);
    });
  }

  test("the same of a server that runs; it holds after a restart", async (t) => {
    const path = await database(t);
    const config = writeIn(newFolder(t), "leasehold.yaml", CONFIG);
    const server = await startServer(t, { config, database: path }, newPlace());
    const run = async (...args: string[]) => {
      const { stdout, stderr } = await runLeasehold("leases", "-d", path, ...args);
      return stdout + stderr;
    };
    assert.equal(await run("--release", "10.0.0.1"), "10.0.0.1 is released\n");
    assert.equal(await run("--delete", "10.0.1.0/24", "--state", "bound"), "1 address is deleted\n");
    assert.equal(await run("--unblock", "all"), "2 addresses are no longer on probation\n");
    // The expired ones were over for longer than `affinity` when the server started.
    const left = ["10.0.0.1 released", "10.0.0.3 released", "10.0.1.3 released"];
    assert.deepEqual(await listed(path), left);
    await server.end("SIGKILL");
    assert.deepEqual(await listed(path), left);
  });

  const REFUSED: readonly (readonly [args: readonly string[], status: number, says: RegExp])[] = [
    [["--delete", "10.0.0.0/24"], 2, /--delete 10\.0\.0\.0\/24: say which leases with --state bound, released, expired, declined, or any/],
    [["--delete", "all"], 2, /--delete all: say which leases with --state/],
    [["--delete", "0.0.0.0/0", "--state", "any"], 2, /--delete 0\.0\.0\.0\/0: write all for every address/],
    [["--release", "0.0.0.0/0"], 2, /write all for every address/],
    [["--release", "10.0.0.1/24"], 2, /--release 10\.0\.0\.1\/24: expected an address such as/],
    [["--release", "all", "--state", "bound"], 2, /'--release <addresses>' cannot be used with option '--state <state>'/],
    [["--release", "all", "--unblock", "all"], 2, /cannot be used with option/],
    [["--delete", "10.0.0.1", "--mac", "52"], 2, /cannot be used with option '--mac <address>'/],
    [["--release", "10.0.0.2"], 1, /--release 10\.0\.0\.2: no bound lease/],
    [["--delete", "10.0.0.1", "--state", "declined"], 1, /--delete 10\.0\.0\.1: no such lease/],
  ];
  test("refuses what is not clear, and changes nothing", async (t) => {
    const path = await database(t);
    for (const [args, status, says] of REFUSED) {
      const ended = await runLeasehold("leases", "-d", path, ...args);
      assert.deepEqual([ended.status, ended.stdout], [status, ""], args.join(" "));
      assert.match(ended.stderr, says);
    }
    assert.deepEqual(await listed(path), [...NETWORK_0, ...NETWORK_1]);
  });

  test("-c shows a reservation's hostname where the lease is of its client", async (t) => {
    const path = await database(t);
    const rows = async (...args: string[]) =>
      (await runLeasehold("leases", "-d", path, "--json", ...args)).stdout
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    const [first] = await rows();
    const config = writeIn(
      newFolder(t),
      "leasehold.yaml",
      `
networks:
  10.0.0.0/24:
    reservations:
      - { ip: 10.0.0.1, hostname: printer, match: { chaddr: "${first.hardware_address}" } }
      - { ip: 10.0.0.2, hostname: scanner, match: { chaddr: "02:00:00:00:99:99" } }
`,
    );
    const [own, another] = await rows("-c", config);
    assert.deepEqual([own.hostname, another.hostname === "scanner"], ["printer", false]);
  });
});

test("a server that runs is reached by whatever name its database is called", async (t) => {
  const [file, link] = [await database(t), join(newFolder(t), "link.db")];
  symlinkSync(file, link);
  const config = writeIn(newFolder(t), "c.yaml", CONFIG);
  for (const [served, named, address] of [
    [file, link, "10.0.0.1"],
    [link, file, "10.0.1.1"],
  ] as const) {
    const server = await startServer(t, { config, database: served }, newPlace());
    const { status, stdout, stderr } = await runLeasehold("leases", "-d", named, "--release", address);
    assert.deepEqual([status, stdout, stderr], [0, `${address} is released\n`, ""]);
    assert.equal(await server.end(), 0);
    assert.ok((await listed(file)).includes(`${address} released`));
  }
});

test("a hundred thousand leases are deleted while the server goes on answering", async (t) => {
  const path = join(newFolder(t), "leases.db");
  const store = openSqliteStore(path);
  for (let first = 0; first < 100_000; first += 10_000) {
    await store.commit(
      Array.from({ length: 10_000 }, (_, i) => putOf(first + i, leaseOf(0x0b000000 + first + i, i, LeaseState.bound, START, LATER))),
    );
  }
  await store.close();
  const config = writeIn(newFolder(t), "c.yaml", `${CONFIG}  11.0.0.0/8: { ranges: [{ prefix: 11.0.0.0/9 }] }\n`);
  const place = newPlace();
  await startServer(t, { config, database: path }, place);
  const server = `${place.address}:${place.port}`;
  const deleted = runLeasehold("leases", "-d", path, "--delete", "all", "--state", "any");
  const answered = await runLeasehold("probe", "--server", server, "--relay", "10.0.0.9", "--timeout", "1");
  assert.equal(answered.status, 0, answered.stdout);
  const { status, stdout } = await deleted;
  assert.equal(status, 0);
  assert.match(stdout, /^10000[01] addresses are deleted\n$/);
});
