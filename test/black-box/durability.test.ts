import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { parseIpv4 } from "../../src/net/ipv4.ts";
import type { ListedLease } from "../support/leasehold-process.ts";
import { type Crowd, createCrowd, type HeldLease } from "../support/load.ts";
import { countersOf, newFolder, newPlace, type ServerFiles, startServer, writeIn } from "../support/loopback-server.ts";
import { createRandom } from "../support/random.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const KILLS = 20;
const STOPS = 4;
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
    const [starts, ends] = [start, expiry].map((time) => Date.parse(time) / 1000) as [number, number];
    if (!isDeepStrictEqual(rest, row)) return [`${address}: ${JSON.stringify(rest)} instead of ${JSON.stringify(row)}`];
    if (ends < until) return [`${address} of ${row.hardware_address} ends ${until - ends} s before its client was told`];
    return ends - starts === LEASE_TIME && starts <= Date.now() / 1000 ? [] : [`${address} lasts from ${start} to ${expiry}`];
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
