import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { parseIpv4 } from "../../src/net/ipv4.ts";
import { openForReading } from "../../src/store/sqlite/schema.ts";
import { type Crowd, createCrowd, type HeldLease } from "../support/dhcp4/crowd.ts";
import type { ListedLease } from "../support/leasehold-process.ts";
import { countersOf, MAIN, newFolder, newPlace, type Place, type ServerFiles, startServer, writeIn } from "../support/loopback-server.ts";
import { type Program, watch } from "../support/namespaces.ts";
import { createRecorder } from "../support/power-loss.ts";
import { createRandom } from "../support/random.ts";
import { runLeasehold } from "../support/run-leasehold.ts";
import { wrongTimes } from "../support/shown-times.ts";

const KILLS = 20;
const STOPS = 4;
const CUTS = 30;
const CLIENTS = 4000;
/** Clients that wait for an answer at one time. */
const WINDOW = 96;
const NETWORK = "10.77.0.0/16";
const RELAY = parseIpv4("10.77.0.1") as number;
/** In seconds. */
const LEASE_TIME = 3600;

/** More clients than addresses, so that what is given back goes to others. */
const CONFIG = `
interfaces: [lo]
log: {format: json}
config: {lease_time: ${LEASE_TIME}}
networks:
  ${NETWORK}:
    options: {routers: 10.77.0.1}
    ranges: [{range: 10.77.1.1-10.77.12.200}]
`;

function filesFor(t: TestContext, config: string): ServerFiles {
  const folder = newFolder(t);
  return { config: writeIn(folder, "leasehold.yaml", config), database: join(folder, "leases.db") };
}

/** The bound leases in the database by address. Fails when one address or one client has two. */
async function boundLeases(database: string): Promise<Map<string, ListedLease>> {
  const { status, stdout, stderr } = await runLeasehold("leases", "-d", database, "--json");
  assert.deepEqual([status, stderr], [0, ""]);
  const leases = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ListedLease);
  const twice = leases.filter((lease, i) => leases.findIndex(({ address }) => address === lease.address) !== i);
  assert.deepEqual(twice, [], "addresses that stand in the database twice");
  const bound = leases.filter(({ state }) => state === "bound");
  assert.equal(new Set(bound.map((lease) => lease.hardware_address)).size, bound.length, "clients that have two addresses");
  return new Map(bound.map((lease) => [lease.address, lease]));
}

/** What clients saw acknowledged and the database has otherwise, or not at all; whole rows. */
function missing(held: ReadonlyMap<string, HeldLease>, stored: ReadonlyMap<string, ListedLease>): string[] {
  return [...held].flatMap(([address, { row, until }]) => {
    const found = stored.get(address);
    if (found === undefined) return [`${address} of ${row.hardware_address} is nobody's`];
    const { start, expiry, ...rest } = found;
    if (!isDeepStrictEqual(rest, row)) return [`${address}: ${JSON.stringify(rest)} instead of ${JSON.stringify(row)}`];
    const wrong = wrongTimes({ start, expiry }, until, LEASE_TIME);
    return wrong === undefined ? [] : [`${address} of ${row.hardware_address} ${wrong}`];
  });
}

function acknowledgements({ witnessed }: Crowd): number {
  return witnessed.bound + witnessed.renewed;
}

test(`no acknowledged lease is lost and none is given twice, over ${KILLS} kills under load`, async (t) => {
  const files = filesFor(t, CONFIG);
  const place = newPlace();
  const random = createRandom(77);
  const crowd = createCrowd(CLIENTS, NETWORK, RELAY, random);
  const perRound: number[] = [];

  let server = await startServer(t, files, place);
  for (let round = 0; round < KILLS; round++) {
    const before = acknowledgements(crowd);
    const load = await crowd.start(place, WINDOW);
    await load.acknowledged(1 + random.below(400));
    await delay(random.below(150));
    assert.equal(await server.end("SIGKILL"), "SIGKILL");
    await load.stop();
    perRound.push(acknowledgements(crowd) - before);

    // The listing meets the database as the kill left it, or while the new server puts it in order.
    const [stored, next] = await Promise.all([boundLeases(files.database), startServer(t, files, place)]);
    server = next;
    assert.deepEqual(missing(crowd.held(), stored), [], `after kill ${round + 1}`);
    assert.deepEqual(crowd.witnessed.violations, [], `in round ${round + 1}`);
  }
  assert.deepEqual(missing(crowd.held(), await boundLeases(files.database)), [], "after the last restart");
  assert.equal(await server.end("SIGTERM"), 0);

  const { bound, renewed, released } = crowd.witnessed;
  t.diagnostic(`${bound} leases, ${renewed} renewals, ${released} releases; acknowledgements per round: ${perRound.join(" ")}`);
  // Otherwise this has shown nothing.
  assert.ok(bound > 1000 && renewed > 500 && released > 50, JSON.stringify({ bound, renewed, released }));
});

test("SIGTERM under load: what was acknowledged is in the database, which is closed", async (t) => {
  const files = filesFor(t, CONFIG);
  const place = newPlace();
  const random = createRandom(78);
  const crowd = createCrowd(CLIENTS, NETWORK, RELAY, random);
  for (let round = 0; round < STOPS; round++) {
    const server = await startServer(t, files, place);
    const before = acknowledgements(crowd);
    const load = await crowd.start(place, WINDOW);
    await load.acknowledged(100 + random.below(300));
    await delay(random.below(100));
    assert.equal(await server.end("SIGTERM"), 0);
    await load.stop();
    assert.ok((countersOf(server)["sent ACK"] as number) >= acknowledgements(crowd) - before);
    const log = `${files.database}-wal`;
    assert.equal(statSync(log, { throwIfNoEntry: false })?.size ?? 0, 0, "the write-ahead log is merged into the database");
    assert.equal(readFileSync(files.database).subarray(0, 15).toString(), "SQLite format 3");
    assert.deepEqual(missing(crowd.held(), await boundLeases(files.database)), []);
    assert.deepEqual(crowd.witnessed.violations, []);
  }
});

test("what was acknowledged before a power cut is in the database after it", async (t) => {
  const folder = newFolder(t);
  const files = { config: writeIn(folder, "leasehold.yaml", CONFIG), database: join(folder, "leases.db") };
  const recorder = createRecorder(t, folder, files.database);
  if (recorder === undefined) return;
  const place = newPlace();
  const random = createRandom(79);
  const crowd = createCrowd(500, NETWORK, RELAY, random);
  const server = startIn(t, { ...process.env, ...recorder.environment }, files, place);
  await server.line(/listening on /, 30_000);
  const load = await crowd.start(place, WINDOW);
  const moments: { readonly held: ReadonlyMap<string, HeldLease>; readonly moment: number }[] = [];
  for (let i = 0; i < CUTS; i++) {
    await load.acknowledged(acknowledgements(crowd) + 1 + random.below(60));
    // In this order: what a client knows by now was synced before.
    moments.push({ held: crowd.held(), moment: recorder.now() });
  }
  await server.end("SIGKILL");
  await load.stop();
  assert.deepEqual(crowd.witnessed.violations, []);
  const recording = recorder.recording();
  for (const [i, { held, moment }] of moments.entries()) {
    const cut = join(folder, `cut-${i}`);
    recording.cut(moment, random, cut);
    assert.deepEqual(missing(held, storedIn(join(cut, "leases.db"))), [], `cut ${i}`);
    rmSync(cut, { recursive: true });
  }
  t.diagnostic(`${acknowledgements(crowd)} acknowledgements, ${recording.syncs} syncs, ${CUTS} cuts`);
});

test("a server whose leases can't be written any more ends with a word and status 1, for its supervisor to start it anew", async (t) => {
  const folder = newFolder(t);
  const files = { config: writeIn(folder, "leasehold.yaml", CONFIG), database: join(folder, "leases.db") };
  // Every thread that writes is ended soon after it was started.
  const end = 'process.on("worker", (worker) => setTimeout(() => worker.terminate(), 300))';
  const options = `--import=data:text/javascript,${encodeURIComponent(end)}`;
  const server = startIn(t, { ...process.env, NODE_OPTIONS: options }, files, newPlace());
  assert.equal(await server.ended, 1);
  assert.match(server.output(), /the thread that writes leases is started anew/);
  assert.match(server.output(), /"level":"error".*no lease can be written any more, so the server ends/);
});

function startIn(t: TestContext, env: NodeJS.ProcessEnv, files: ServerFiles, { address, port }: Place): Program {
  const args = [MAIN, "serve", "--no-api", "-c", files.config, "-d", files.database, "--v4-addr", `${address}:${port}`];
  const program = watch(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env }));
  t.after(() => program.end());
  return program;
}

/** The bound leases, read by this process: dozens of others would take their time. */
function storedIn(database: string): Map<string, ListedLease> {
  const db = openForReading(database);
  try {
    const rows = db.prepare("SELECT * FROM lease WHERE state = 'bound'").all() as unknown as ListedLease[];
    // The view has no text for no identifier.
    const identifierOf = (hex: string | null): string | null => (hex === "" ? null : hex);
    const macOf = (hex: string): string => hex.replace(/..(?=.)/g, "$&:");
    const utc = (time: string): string => `${time.replace(" ", "T")}Z`;
    return new Map(
      rows.map((row) => [
        row.address,
        {
          ...row,
          client_identifier: identifierOf(row.client_identifier),
          hardware_address: macOf(row.hardware_address),
          start: utc(row.start),
          expiry: utc(row.expiry),
        },
      ]),
    );
  } finally {
    db.close();
  }
}
