import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Ipv6, parseIpv6 } from "../../src/net/ipv6.ts";
import { ipv6Prefix, ipv6PrefixesOverlap, parseIpv6Prefix } from "../../src/net/ipv6-prefix.ts";
import { createCrowd, type HeldLease } from "../support/dhcp6/crowd.ts";
import type { ListedLease } from "../support/leasehold-process.ts";
import { newFolder, newPlace, startLeasehold, writeIn } from "../support/loopback-server.ts";
import type { Program } from "../support/namespaces.ts";
import { createRandom } from "../support/random.ts";
import { runLeasehold } from "../support/run-leasehold.ts";
import { wrongTimes } from "../support/shown-times.ts";

const KILLS = 20;
const CLIENTS = 1200;
/** Clients that wait for an answer at one time. */
const WINDOW = 64;
/** In seconds. */
const LEASE_TIME = 3600;

/** More clients than addresses and prefixes, so that what is given back goes to others. */
const CONFIG = `
log: {format: json}
v6:
  config: {lease_time: ${LEASE_TIME}}
  networks:
    "2001:db8::/64":
      rapid_commit: true
      ranges: [{start: "2001:db8::1000", end: "2001:db8::13ff"}]
      prefix_pools: [{prefix: "2001:db8:4000::/46", delegated_length: 56}]
`;

/** What stands bound in the database, by address or prefix. Fails when two rows overlap, or one association has two. */
async function boundLeases(database: string): Promise<Map<string, Record<string, string>>> {
  const { status, stdout, stderr } = await runLeasehold("leases", "-d", database, "-6", "--json");
  assert.deepEqual([status, stderr], [0, ""]);
  const leases = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ListedLease & { association: string });
  const prefixes = leases.map(({ address }) => parseIpv6Prefix(address) ?? ipv6Prefix(parseIpv6(address) as Ipv6));
  const overlapping = leases.filter((_, i) => prefixes.some((other, j) => j > i && ipv6PrefixesOverlap(prefixes[i] as Uint8Array, other)));
  assert.deepEqual(overlapping, [], "rows that overlap another");
  const bound = leases.filter(({ state }) => state === "bound");
  const associations = new Set(bound.map((lease) => `${lease.association} ${lease.client_identifier}`));
  assert.equal(associations.size, bound.length, "associations that have two leases");
  return new Map(bound.map((lease) => [lease.address, lease as unknown as Record<string, string>]));
}

/** What clients saw given and the database has otherwise, or not at all; whole rows. */
function missing(held: ReadonlyMap<string, HeldLease>, stored: ReadonlyMap<string, Record<string, string>>): string[] {
  return [...held].flatMap(([address, { row, until }]) => {
    const found = stored.get(address);
    if (found === undefined) return [`${address} of ${row.client_identifier} is nobody's`];
    const { start = "", expiry = "", network, ...rest } = found;
    if (network !== "2001:db8::/64" || !isDeepStrictEqual(rest, row)) return [`${JSON.stringify(found)} instead of ${JSON.stringify(row)}`];
    const wrong = wrongTimes({ start, expiry }, until, LEASE_TIME);
    return wrong === undefined ? [] : [`${address} ${wrong}`];
  });
}

test(`no lease that a Reply gave is lost, and no address or prefix is given twice, over ${KILLS} kills under load`, async (t) => {
  const folder = newFolder(t);
  const files = { config: writeIn(folder, "leasehold.yaml", CONFIG), database: join(folder, "leases.db") };
  const place = { address: "::1", port: newPlace().port6 };
  const random = createRandom(84);
  const crowd = createCrowd(CLIENTS, parseIpv6("2001:db8::1") as Ipv6, random);
  const perRound: number[] = [];
  const { witnessed } = crowd;

  let server = await startServer(t, files, place.port);
  for (let round = 0; round < KILLS; round++) {
    const before = witnessed.bound + witnessed.renewed;
    const load = await crowd.start(place, WINDOW);
    await load.acknowledged(1 + random.below(400));
    await delay(random.below(150));
    assert.equal(await server.end("SIGKILL"), "SIGKILL");
    await load.stop();
    perRound.push(witnessed.bound + witnessed.renewed - before);

    // The listing meets the database as the kill left it, or while the new server puts it in order.
    const [stored, next] = await Promise.all([boundLeases(files.database), startServer(t, files, place.port)]);
    server = next;
    assert.deepEqual(missing(crowd.held(), stored), [], `after kill ${round + 1}`);
    assert.deepEqual(witnessed.violations, [], `in round ${round + 1}`);
  }
  assert.equal(await server.end("SIGTERM"), 0);
  assert.deepEqual(missing(crowd.held(), await boundLeases(files.database)), [], "after the last stop");

  const { bound, renewed, released } = witnessed;
  t.diagnostic(`${bound} leases, ${renewed} renewals, ${released} releases; given per round: ${perRound.join(" ")}`);
  // Otherwise this has shown nothing.
  assert.ok(bound > 500 && renewed > 300 && released > 30, JSON.stringify({ bound, renewed, released }));
});

async function startServer(t: TestContext, { config, database }: { config: string; database: string }, port: number): Promise<Program> {
  const program = startLeasehold(t, "serve", "--no-api", "-c", config, "-d", database, "--v6-addr", `[::1]:${port}`);
  // The machine may be busy.
  await program.line(/listening on ::1, port/, 60_000);
  return program;
}
