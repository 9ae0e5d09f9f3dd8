import assert from "node:assert/strict";
import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { tellOnFailure, temporaryFolder } from "../support/leasehold-process.ts";
import { createLab, type Lab, type Namespace, type Program } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { threadsOf } from "../support/threads.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
/** Users that every Debian has. */
const NOBODY = 65534;
const NOGROUP = 65534;
/** CAP_NET_BIND_SERVICE, CAP_NET_ADMIN and CAP_NET_RAW. */
const KEPT = ((1 << 10) | (1 << 12) | (1 << 13)).toString(16);

/** CAP_NET_BIND_SERVICE alone. */
const BINDS = (1 << 10).toString(16);

/** Threads that have files of their own beside the database, and one of them a port below 1024. */
const MORE = "events: [{run: [/bin/true]}]\ndns: {listen: 10.0.0.1, zones: [lan]}\n";

interface Place {
  readonly lab: Lab;
  readonly server: Namespace;
  readonly client: Namespace;
  readonly folder: string;
  readonly config: string;
  readonly database: string;
}

/** A cable between a server and a client, and a folder that everybody may enter. */
function createPlace(t: TestContext, user: string, more = ""): Place {
  const lab = createLab(t);
  const server = lab.namespace("server");
  const client = lab.namespace("client");
  lab.cable(server, "eth0", client, "eth0");
  lab.exec(server, "ip", "address", "add", "10.0.0.1/24", "dev", "eth0");
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const config = join(folder, "leasehold.yaml");
  writeFileSync(config, configuration(user, more));
  return { lab, server, client, folder, config, database: join(folder, "state", "leases.db") };
}

function configuration(user: string, more = ""): string {
  return `log: {format: json}\nuser: ${user}\nnetworks:\n  10.0.0.0/24:\n    options: {routers: 10.0.0.1}\n    ranges: [{range: 10.0.0.10-10.0.0.99}]\n${more}`;
}

function serve(t: TestContext, { lab, server, config, database }: Place, ...through: string[]): Program {
  const program = lab.start(server, "env", ...through, process.execPath, MAIN, "serve", "-c", config, "-d", database);
  tellOnFailure(t, () => `the server said:\n${program.output()}`);
  return program;
}

/** A client gets a lease over the cable. */
function obtain({ lab, client }: Place, ...options: string[]): void {
  assert.match(lab.exec(client, process.execPath, MAIN, "probe", "--interface", "eth0", ...options), /ACK/);
}

describe("a server that root starts", () => {
  test("becomes the user of the configuration, with no more than its sockets need, in one thread", async (t) => {
    if (!requireNamespaces(t)) return;
    const place = createPlace(t, "{user: nobody, group: nogroup}", "    ping_check: true\n");
    const { lab, server, config, database } = place;
    const program = serve(t, place);
    await program.line(/"listening on /, 60_000);
    obtain(place);
    // The thread that reads the configuration is there meanwhile; afterwards the rest is as before.
    writeFileSync(config, configuration("daemon", "    probation_period: 1h\n"));
    const reloaded = lab.exec(server, "sh", "-c", `${process.execPath} ${MAIN} reload -d ${database} 2>&1`);
    assert.match(reloaded, /`user` has changed: the server stays who it is until it is restarted/);

    const [main, ...others] = threadsOf(program.pid);
    const nothing = { inheritable: "0", permitted: "0", effective: "0", ambient: "0" };
    assert.ok(main !== undefined && others.length > 3);
    assert.deepEqual(
      { ...main, name: "", groups: [] },
      {
        ...nothing,
        name: "",
        uids: Array(4).fill(NOBODY),
        gids: Array(4).fill(NOGROUP),
        groups: [],
        permitted: KEPT,
        effective: KEPT,
        bounding: "0",
        noNewPrivileges: true,
      },
    );
    // The HTTP API may have to listen on port 443.
    const [bindsOnly, ...tooMany] = others.filter(({ permitted }) => permitted === BINDS);
    assert.deepEqual([bindsOnly?.effective, tooMany], [BINDS, []]);
    for (const { name, groups, bounding, ...other } of others.filter((one) => one !== bindsOnly)) {
      assert.deepEqual(other, { ...nothing, uids: main.uids, gids: main.gids, noNewPrivileges: true }, name);
      assert.deepEqual(groups, main.groups);
    }
    assert.ok(main.groups.every((group) => group === NOGROUP));

    // What it has is the user's, and for nobody else to see.
    const folder = join(database, "..");
    const shown = [folder, ...readdirSync(folder).map((name) => join(folder, name))].map((path) => {
      const { mode, uid, gid } = lstatSync(path);
      return [path.slice(folder.length + 1), (mode & 0o7777).toString(8), uid, gid];
    });
    assert.deepEqual(shown, [
      ["", "750", NOBODY, NOGROUP],
      ["leases.db", "640", NOBODY, NOGROUP],
      ["leases.db-control", "600", NOBODY, NOGROUP],
      ["leases.db-lock", "640", NOBODY, NOGROUP],
      ["leases.db-shm", "640", NOBODY, NOGROUP],
      ["leases.db-wal", "640", NOBODY, NOGROUP],
    ]);

    // It follows its interfaces, for which it opens and changes sockets.
    lab.cable(server, "eth1", place.client, "eth1");
    lab.exec(server, "ip", "address", "del", "10.0.0.1/24", "dev", "eth0");
    lab.exec(server, "ip", "address", "add", "10.0.0.2/24", "dev", "eth1");
    await program.line(/eth1/);
    obtain(place, "--interface", "eth1");
    for (const as of [[], ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOGROUP}`, "--clear-groups"]]) {
      const status = lab.exec(server, "env", ...as, process.execPath, MAIN, "status", "--json", "-d", database);
      assert.equal(JSON.parse(status).leases.known, 2);
    }
    assert.equal(await program.end(), 0);
  });

  test("goes on with the database that it had as root, whoever made it, and follows no link out of it", async (t) => {
    if (!requireNamespaces(t)) return;
    const place = createPlace(t, `${NOBODY}`, MORE);
    const { folder, database } = place;
    mkdirSync(join(folder, "state"));
    const first = serve(t, { ...place, config: rootConfig(place) });
    await first.line(/"listening on /, 60_000);
    obtain(place);
    assert.equal(await first.end(), 0);
    const owners = () => ["", "-events", "-names"].map((suffix) => lstatSync(`${database}${suffix}`).uid);
    assert.deepEqual(owners(), [0, 0, 0]);
    const precious = join(folder, "precious");
    writeFileSync(precious, "of root", { mode: 0o600 });
    linkSync(precious, `${database}-control`);

    const second = serve(t, place);
    await second.line(/"leases: .*; 1 known"/, 60_000);
    await second.line(/dns: listening at 10.0.0.1:53/, 60_000);
    assert.deepEqual(owners(), [NOBODY, NOBODY, NOBODY]);
    assert.deepEqual([lstatSync(database).uid, lstatSync(precious).uid, lstatSync(precious).mode & 0o777], [NOBODY, 0, 0o600]);
    // It is known how far receivers have come, and who had which name.
    assert.deepEqual(
      ["-events", "-names"].filter((suffix) => existsSync(`${database}${suffix}.damaged`)),
      [],
    );
    obtain(place);
    assert.equal(await second.end(), 0);
  });
});

test("every thread that the server starts gives up what it need not have", async () => {
  const sources = new URL("../../src/", import.meta.url);
  const threads: string[] = [];
  for (const name of readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((one) => one.endsWith(".ts"))) {
    const text = readFileSync(new URL(name, sources), "utf8");
    for (const [, file = ""] of text.matchAll(/new URL\(`(\.\/[\w-]+)\.\$\{extension\}`/g)) threads.push(join(name, "..", `${file}.ts`));
  }
  assert.ok(threads.includes("store/sqlite/worker.ts") && threads.includes("server/load-worker.ts"));
  for (const name of threads) assert.match(readFileSync(new URL(name, sources), "utf8"), /^restrictThread\(/m, name);
});

/** The same without a user. */
function rootConfig({ folder }: Place): string {
  const path = join(folder, "root.yaml");
  writeFileSync(path, configuration("root", MORE));
  return path;
}

test("a user that can't be become is refused in words that say what to do", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "setpriv")) return;
  const place = createPlace(t, "nobody");
  const asDaemon = ["setpriv", "--reuid=1", "--regid=1", "--clear-groups"];
  for (const [user, through, said] of [
    ["no_such_user", [], /^leasehold: user: there is no user "no_such_user" on this machine: make it \(useradd --system no_such_user\)/m],
    [
      "{user: nobody, group: no_such_group}",
      [],
      /^leasehold: user: there is no group "no_such_group" on this machine: make it \(groupadd/m,
    ],
    ["nobody", asDaemon, /^leasehold: user: only root can become "nobody", and this is user 1: start it as root or as that user/m],
  ] as const) {
    writeFileSync(place.config, configuration(user));
    const program = serve(t, place, ...through);
    assert.equal(await program.ended, 1, program.output());
    assert.match(program.output(), said);
  }
  // /tmp, say, is not taken over.
  writeFileSync(place.config, configuration("nobody"));
  const inUse = serve(t, { ...place, database: join(place.folder, "leases.db") });
  assert.equal(await inUse.ended, 1);
  assert.match(
    inUse.output(),
    /user: "nobody" can't write in \S+, where the lease database is: chown nobody \S+, or give the database a folder/,
  );
  assert.equal(lstatSync(place.folder).uid, 0);
});
