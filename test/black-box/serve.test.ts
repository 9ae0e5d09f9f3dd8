import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, type TestContext, test } from "node:test";
import { MAIN, newFolder, newPlace, type Place, startLeasehold, startServer, writeIn } from "../support/loopback-server.ts";
import { createLab, type Program, watch } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms, requireRoot } from "../support/requirement.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const NETWORK = `
log: {format: json}
networks:
  10.77.0.0/16: {options: {routers: 10.77.0.1, domain_name_servers: 10.77.0.1}, ranges: [{range: 10.77.1.1-10.77.1.200}]}
`;
const CONFIG = `interfaces: [lo]${NETWORK}`;
/** Some other user. */
const OTHER = 65534;
/** Runs a program as root without any capability, to whom files of others are closed: an ordinary user who may read the checkout wherever it is. */
const UNPRIVILEGED = ["setpriv", "--bounding-set=-all"] as const;

interface Scene {
  readonly folder: string;
  /** A good configuration. */
  readonly config: string;
  /** A database that does not exist yet. */
  readonly database: string;
  readonly place: Place;
}

function newScene(t: TestContext): Scene {
  const folder = newFolder(t);
  return { folder, config: writeIn(folder, "leasehold.yaml", CONFIG), database: join(folder, "leases.db"), place: newPlace() };
}

function listenOn({ address, port }: Place): string[] {
  return ["--v4-addr", `${address}:${port}`];
}

/** A failure of an operator's doing: a status, a last line that names the thing and says what to do, and no trace of the program's insides. */
function assertRefused(status: number | string, output: string, expectedStatus: number, says: readonly RegExp[]): void {
  assert.equal(status, expectedStatus, output);
  assert.doesNotMatch(output, /^ +at |node:internal|Node\.js v/m);
  assert.match(output.trimEnd().split("\n").at(-1) as string, /^leasehold: /);
  for (const pattern of says) assert.match(output, pattern);
}

interface Refusal {
  readonly name: string;
  readonly says: readonly RegExp[];
  readonly status?: number;
  /** Makes things as they should not be; what it returns replaces arguments. */
  readonly prepare: (scene: Scene, t: TestContext) => Partial<Arguments> | Promise<Partial<Arguments>>;
}

interface Arguments {
  readonly config: string;
  readonly database: string;
  readonly listen: string;
}

function sqlite(path: string, statements: string): Partial<Arguments> {
  const db = new DatabaseSync(path);
  db.exec(statements);
  db.close();
  return { database: path };
}

const REFUSALS: readonly Refusal[] = [
  {
    name: "the port is taken",
    says: [/UDP port 127[.\d]+:\d+ is taken by another program.*stop it, or listen on another port/],
    async prepare(scene, t) {
      await startServer(t, scene, scene.place);
      return { database: join(scene.folder, "other.db") };
    },
  },
  {
    name: "another server has the database",
    says: [
      /lease database \/.*leases\.db: .*end that program, or give this server a database of its own \(another Leasehold server uses it\)/,
    ],
    async prepare(scene, t) {
      await startServer(t, scene, newPlace());
      return {};
    },
  },
  {
    name: "the address is not this machine's",
    says: [/192\.0\.2\.7 is not an address of this machine: `ip -4 address` lists them/],
    prepare: () => ({ listen: "192.0.2.7:6767" }),
  },
  {
    name: "the interface is missing",
    says: [/interface nosuch0 does not exist; this machine has .*\blo\b/],
    prepare: ({ folder }) => ({ config: writeIn(folder, "c.yaml", `interfaces: [nosuch0]${NETWORK}`) }),
  },
  {
    name: "the interface has no such address",
    says: [/interface lo has no address in the subnet of 192\.0\.2\.1; it has 127\.0\.0\.1/],
    prepare: ({ folder }) => ({ config: writeIn(folder, "c.yaml", `interfaces: [lo@192.0.2.1]${NETWORK}`) }),
  },
  {
    name: "the configuration is missing",
    says: [/missing\.yaml: error: the configuration can't be read: there is no such file/, /missing\.yaml can't be used: one problem/],
    prepare: ({ folder }) => ({ config: join(folder, "missing.yaml") }),
  },
  {
    name: "the configuration is a folder",
    says: [/the configuration can't be read: it is a folder/],
    prepare: ({ folder }) => ({ config: folder }),
  },
  {
    name: "the configuration is not YAML",
    status: 78,
    says: [/c\.yaml:2:1: error: not valid YAML/],
    prepare: ({ folder }) => ({ config: writeIn(folder, "c.yaml", "interfaces: [lo\n") }),
  },
  ...(
    [
      ["process.exit(0);", "the module ended the program"],
      ["await new Promise(() => {});", "the module never finished loading"],
      [
        "setTimeout(() => { throw new Error('late') }); await new Promise((done) => setTimeout(done, 2000));",
        "the module has failed: late",
      ],
      ['import "./none.mjs";', "the file, or a module that it imports, is missing"],
      ["throw new Error('out of order');", "out of order"],
    ] as const
  ).map(
    ([code, says]): Refusal => ({
      name: `the configuration is a module: ${says}`,
      says: [new RegExp(`c\\.mjs: error: the configuration can't be read: ${says}`), /c\.mjs can't be used: one problem, see above/],
      prepare: ({ folder }) => ({ config: writeIn(folder, "c.mjs", `${code}\nexport default { networks: {} };\n`) }),
    }),
  ),
  {
    name: "the configuration is no TypeScript",
    status: 78,
    says: [/c\.ts:2:8: error: the configuration can't be read: not valid TypeScript: /],
    prepare: ({ folder }) => ({ config: writeIn(folder, "c.ts", "export default {\n  a: 1 b };") }),
  },
  {
    // It may be on a file system that is mounted later.
    name: "a file that the configuration includes is missing",
    says: [/dhcpd\.conf:1:1: error: hosts\.conf can't be read: there is no such file/],
    prepare: ({ folder }) => ({
      config: writeIn(folder, "dhcpd.conf", 'include "hosts.conf";\nsubnet 10.77.0.0 netmask 255.255.0.0 {}\n'),
    }),
  },
  {
    name: "the configuration has problems: all are told, each with its place and a hint",
    status: 78,
    says: [
      /c\.yaml:1:18: error: expected pretty or json, got "jsn"/,
      /c\.yaml:4:5: error: unknown key "rangs"\n.*\n.*\n {2}hint: did you mean "ranges"\?/,
      /c\.yaml:5:23: error: 10\.77\.0\.2-10\.78\.0\.9 is outside the network 10\.77\.0\.0\/16/,
      /c\.yaml can't be used: 3 problems, see above/,
    ],
    prepare({ folder }) {
      const text = "log:    {format: jsn}\nnetworks:\n  10.77.0.0/16:\n    rangs: []\n    ranges: [{range:  10.77.0.2-10.78.0.9}]\n";
      return { config: writeIn(folder, "c.yaml", text) };
    },
  },
  {
    name: "the database is a text file",
    says: [/lease database .*text\.db: it is not a lease database of Leasehold: give another file with -d/],
    prepare: ({ folder }) => ({ database: writeIn(folder, "text.db", "interfaces: [eth0]\n".repeat(100)) }),
  },
  {
    name: "the database belongs to another program",
    says: [/lease database .*other\.db: it is not a lease database of Leasehold: give another file with -d/],
    prepare: ({ folder }) => sqlite(join(folder, "other.db"), "CREATE TABLE t (a)"),
  },
  {
    name: "the database is newer",
    says: [/lease database .*new\.db: it was written by a newer version of Leasehold: use that version, or another file/],
    prepare: ({ folder }) =>
      sqlite(join(folder, "new.db"), "PRAGMA application_id = 0x4c534844; PRAGMA user_version = 99; CREATE TABLE leases (a)"),
  },
  {
    name: "the database is a folder",
    says: [/lease database .*: it can't be read or written \(it is a folder\)/],
    prepare({ folder }, t) {
      t.after(() => assert.equal(existsSync(`${folder}-lock`), false, "nothing is left beside it"));
      return { database: folder };
    },
  },
  {
    name: "the database's folder would be below a file",
    says: [
      /lease database .*x\.db: the folder .*file\/sub can't be made \(a part of its path is no folder\): make it, or give another file with -d/,
    ],
    prepare: ({ folder }) => ({ database: join(writeIn(folder, "file", ""), "sub", "x.db") }),
  },
  {
    name: "the database's folder would be where none can be made",
    says: [
      /lease database .*: the folder \/proc\/leasehold can't be made \(there is no such file\): make it, or give another file with -d/,
    ],
    prepare: () => ({ database: "/proc/leasehold/sub/leases.db" }),
  },
  ...["", "localhost:67", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:67:8", "127.0.0.1:6e3"].map((listen) => ({
    name: `--v4-addr "${listen}"`,
    status: 2,
    says: [/--v4-addr .*: expected an IPv4 address and a port, for example 0\.0\.0\.0:67/],
    prepare: () => ({ listen }),
  })),
];

test("serve refuses where to listen for DHCPv6 when it is no address in brackets with a port", async (t) => {
  const { config, database } = newScene(t);
  for (const listen of ["", "::", "[::]:0", "[::]:65536", "[0.0.0.0]:547", "[::1]547"]) {
    const { status, stderr } = await runLeasehold("serve", "--no-api", "-c", config, "-d", database, "--v6-addr", listen);
    assert.deepEqual([status, stderr], [2, `leasehold: --v6-addr ${listen}: expected an IPv6 address and a port, for example [::]:547\n`]);
  }
});

describe("serve refuses to start, with status and message, when", { concurrency: 2 }, () => {
  for (const { name, says, status = 1, prepare } of REFUSALS) {
    test(name, async (t) => {
      const scene = newScene(t);
      const args = { ...scene, listen: `${scene.place.address}:${scene.place.port}`, ...(await prepare(scene, t)) };
      const ended = await runLeasehold("serve", "-c", args.config, "-d", args.database, "--v4-addr", args.listen);
      assert.equal(ended.stdout, "");
      assertRefused(ended.status, ended.stderr, status, says);
    });
  }

  test("the interface is down, or has no address", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createLab(t);
    const server = lab.namespace("server");
    lab.cable(server, "eth0", lab.namespace("client"), "eth0");
    const { folder, database } = newScene(t);
    const config = writeIn(folder, "c.yaml", `interfaces: [eth0]${NETWORK}`);
    const serve = () => lab.start(server, process.execPath, MAIN, "serve", "--no-api", "-c", config, "-d", database);

    const withoutAddress = serve();
    const withoutAddressEnded = await withoutAddress.ended;
    assertRefused(withoutAddressEnded, withoutAddress.output(), 1, [
      /interface eth0 has no IPv4 address; give it one in the network it is to serve/,
    ]);

    lab.exec(server, "ip", "link", "set", "eth0", "down");
    const down = serve();
    assertRefused(await down.ended, down.output(), 1, [/interface eth0 is down; bring it up with `ip link set eth0 up`/]);
  });

  describe("it runs without privileges and", () => {
    function serveUnprivileged(t: TestContext, { config, database, place }: Scene): Program {
      const [setpriv, ...flags] = UNPRIVILEGED;
      const command = [process.execPath, MAIN, "serve", "--no-api", "-c", config, "-d", database, ...listenOn(place)];
      const program = watch(spawn(setpriv, [...flags, ...command], { stdio: ["ignore", "pipe", "pipe"] }));
      t.after(() => program.end());
      return program;
    }

    /** Makes a file or folder of somebody else. */
    function makeForeign(path: string, make: (path: string) => void, mode: number): void {
      make(path);
      chmodSync(path, mode);
      chownSync(path, OTHER, OTHER);
    }

    const denied: readonly { name: string; says: RegExp; prepare: (scene: Scene) => Partial<Scene> }[] = [
      {
        name: "the configuration is not its to read",
        says: /leasehold\.yaml: error: the configuration can't be read: permission denied/,
        prepare({ config }) {
          makeForeign(config, () => {}, 0o600);
          return {};
        },
      },
      {
        name: "the database is not its to write",
        says: /lease database .*leases\.db: it can't be read or written \(permission denied: run this as the user that the server runs as, or as root\)/,
        prepare({ database }) {
          makeForeign(database, (path) => sqlite(path, "PRAGMA application_id = 0x4c534844"), 0o644);
          return {};
        },
      },
      {
        name: "the database's lock is not its to write",
        says: /lease database .*leases\.db: it can't be read or written \(permission denied: run this as/,
        prepare({ database }) {
          makeForeign(`${database}-lock`, (path) => writeFileSync(path, ""), 0o644);
          return {};
        },
      },
      {
        name: "the database would be in a folder that is not its to write",
        says: /lease database .*: it can't be read or written \(permission denied: run this as/,
        prepare({ folder }) {
          makeForeign(join(folder, "foreign"), mkdirSync, 0o755);
          return { database: join(folder, "foreign", "leases.db") };
        },
      },
      {
        name: "the database's folder is not its to make",
        says: /lease database .*: the folder .*foreign\/sub can't be made \(permission denied\): make it, or give another file with -d/,
        prepare({ folder }) {
          makeForeign(join(folder, "foreign"), mkdirSync, 0o755);
          return { database: join(folder, "foreign", "sub", "leases.db") };
        },
      },
    ];
    for (const { name, says, prepare } of denied) {
      test(name, async (t) => {
        if (!requireRoot(t) || !requirePrograms(t, "setpriv")) return;
        const scene = newScene(t);
        const program = serveUnprivileged(t, { ...scene, ...prepare(scene) });
        assertRefused(await program.ended, program.output(), 1, [says]);
      });
    }

    test("the port is privileged", async (t) => {
      // A namespace of its own: some machines let everybody have port 67.
      if (!requireNamespaces(t) || !requirePrograms(t, "setpriv")) return;
      const { config, database } = newScene(t);
      const lab = createLab(t);
      const program = lab.start(
        lab.namespace("n"),
        ...UNPRIVILEGED,
        process.execPath,
        MAIN,
        "serve",
        "--no-api",
        "-c",
        config,
        "-d",
        database,
      );
      assertRefused(await program.ended, program.output(), 1, [
        /UDP port 0\.0\.0\.0:67 needs privileges: run as root or with CAP_NET_BIND_SERVICE, or listen on a port above 1023/,
      ]);
    });

    test("otherwise serves", async (t) => {
      if (!requireRoot(t) || !requirePrograms(t, "setpriv")) return;
      const program = serveUnprivileged(t, newScene(t));
      await program.line(/listening on /, 30_000);
      assert.equal(await program.end("SIGTERM"), 0);
    });
  });
});

describe("serve ends with status 0", () => {
  const signals: readonly (readonly NodeJS.Signals[])[] = [
    ["SIGTERM"],
    ["SIGINT"],
    ["SIGTERM", "SIGTERM"],
    ["SIGINT", "SIGINT", "SIGINT"],
    ["SIGINT", "SIGTERM"],
  ];
  for (const list of signals) {
    test(`on ${list.join(", then ")}, and closes the database`, async (t) => {
      const scene = newScene(t);
      const program = await startServer(t, scene, scene.place);
      for (const signal of list.slice(1)) process.kill(program.pid, signal);
      assert.equal(await program.end(list[0] as NodeJS.Signals), 0, program.output());
      assert.match(program.output(), /"msg":"SIG(TERM|INT): stopping"/);
      assert.match(program.output(), /"msg":"DHCPv4 stopped"/);
      assert.deepEqual([existsSync(`${scene.database}-wal`), existsSync(`${scene.database}-shm`)], [false, false]);
      // Nothing keeps the next one from starting at the same place.
      assert.equal(await (await startServer(t, scene, scene.place)).end(), 0);
    });
  }
});

describe("serve tells at the start", () => {
  test("what it serves, where it listens, where its leases are, and what to try next", async (t) => {
    const { folder, database, place } = newScene(t);
    const text = CONFIG.replace("format: json", "format: pretty");
    const config = writeIn(folder, "c.yaml", text);
    const program = startLeasehold(t, "serve", "--no-api", "-c", config, "-d", database, ...listenOn(place));
    await program.line(/try it/, 30_000);
    const lines = program
      .output()
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\d{4}-\d\d-\d\d [\d:.]{12} /, ""));
    const at = `${place.address}:${place.port}`;
    assert.deepEqual(lines, [
      "INFO  serving 10.77.0.0/16: 200 unused addresses",
      `INFO  listening on ${place.address}, port ${place.port}; directly connected: none, only relayed clients`,
      `INFO  leases: SQLite database ${database}; 0 known`,
      `INFO  port ${place.port} is for trying things out: every reply goes back to the sender`,
      `INFO  try it: in a second terminal, \`leasehold probe --server ${at} --relay 10.77.0.1\` obtains a lease and prints the exchange`,
    ]);
  });

  test("warnings of the configuration, and serves all the same", async (t) => {
    const { folder, database, place } = newScene(t);
    const config = writeIn(folder, "c.yaml", CONFIG.replace("routers: 10.77.0.1, ", ""));
    const program = await startServer(t, { config, database }, place);
    const [warning = ""] = program.output().split("\n");
    const { time, ...rest } = JSON.parse(warning);
    assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(rest, {
      level: "warn",
      file: config,
      line: 4,
      column: 3,
      path: 'networks["10.77.0.0/16"]',
      hint: "add options: {routers: ADDRESS}, or {routers: {value: null}} if that is meant",
      msg: "the network 10.77.0.0/16 has no routers: its clients get no default gateway",
    });
  });

  test("nothing that matters to a client when nobody reads its log any more", async (t) => {
    const scene = newScene(t);
    const child = spawn(process.execPath, [MAIN, "serve", "--no-api", "-c", scene.config, "-d", scene.database, ...listenOn(scene.place)], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    t.after(() => child.kill("SIGKILL"));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.stdout.destroy();
    const server = `${scene.place.address}:${scene.place.port}`;
    for (const mac of ["02:00:00:00:00:01", "02:00:00:00:00:02"]) {
      const { status, stdout } = await runLeasehold("probe", "--server", server, "--relay", "10.77.0.1", "--mac", mac);
      assert.equal(status, 0, stdout);
    }
    child.kill("SIGTERM");
    const status = await new Promise((resolve) => child.once("exit", resolve));
    assert.equal(status, 0);
  });
});
