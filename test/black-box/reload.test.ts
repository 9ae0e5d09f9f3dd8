import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { parseIpv4 } from "../../src/net/ipv4.ts";
import { askForStatus, askServer, controlPath } from "../../src/server/control.ts";
import type { Answered } from "../../src/server/requests.ts";
import { createCrowd } from "../support/dhcp4/crowd.ts";
import type { ListedLease } from "../support/leasehold-process.ts";
import { countersOf, newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import type { Program } from "../support/namespaces.ts";
import { createRandom } from "../support/random.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const RELOADS = Number(process.env.RELOADS ?? 100);
const CLIENTS = 1500;
const NETWORK = "10.77.0.0/16";
const RELAY = parseIpv4("10.77.0.1") as number;

/** Ranges, reservations, classes, limits and networks change; one of the ranges is there in all of them. */
const CONFIGS: readonly string[] = [
  `
networks:
  10.77.0.0/16:
    options: {routers: 10.77.0.1, domain_name_servers: 10.77.0.1}
    ranges: [{range: 10.77.1.1-10.77.4.200}, {range: 10.77.6.1-10.77.6.200}]
`,
  `
client_classes:
  v4:
    - {name: crowd, assert: "substring(option[60].hex, 0, 5) == 'crowd'"}
    - {name: probe, assert: "not member('crowd')"}
networks:
  10.60.0.0/24: {options: {routers: 10.60.0.1, domain_name_servers: 10.60.0.1}, ranges: [{range: 10.60.0.10-10.60.0.20}]}
  10.77.0.0/16:
    options: {routers: 10.77.0.1, domain_name_servers: 10.77.0.1}
    ranges: [{range: 10.77.1.1-10.77.3.200, class: crowd}, {range: 10.77.5.1-10.77.7.100, class: crowd}]
    reservations:
      - {match: {chaddr: "02:00:00:00:00:05"}, ip: 10.77.9.5, hostname: five}
      - {match: {chaddr: "02:00:00:00:00:07"}, ip: 10.77.1.7}
`,
  `
leasequery: {requesters: [10.77.0.0/16]}
networks:
  10.77.0.0/16:
    options: {routers: 10.77.0.1, domain_name_servers: 10.77.0.1}
    limits: [{key: "pkt4.mac", max: 1}]
    ranges: [{range: 10.77.1.1-10.77.7.200, except: [10.77.2.1-10.77.2.100]}]
  10.61.0.0/24: {options: {routers: 10.61.0.1, domain_name_servers: 10.61.0.1}, ranges: [{range: 10.61.0.10-10.61.0.20}]}
`,
];
const BROKEN = "networks:\n  10.77.0.0/16: {ranges: [{range: 10.77.9.9-10.77.1.1}], rangs: []}\n";

const head = "interfaces: [lo]\nlog: {format: json}\nconfig: {lease_time: 1h}\n";
const configOf = (i: number): string => head + CONFIGS[i % CONFIGS.length];

function memoryOf({ pid }: Program): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

async function listed(database: string): Promise<ListedLease[]> {
  const { status, stdout, stderr } = await runLeasehold("leases", "-d", database, "--json");
  assert.deepEqual([status, stderr], [0, ""]);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ListedLease);
}

test(`no lease is lost, none given twice and no message dropped, over ${RELOADS} reloads under load`, async (t: TestContext) => {
  const folder = newFolder(t);
  const files = { config: writeIn(folder, "c.yaml", configOf(0)), database: join(folder, "leases.db") };
  const place = newPlace();
  const crowd = createCrowd(CLIENTS, NETWORK, RELAY, createRandom(7), true);
  const program = await startServer(t, files, place);
  const load = await crowd.start(place, 32);
  t.after(() => load.stop().catch(() => {}));
  const control = controlPath(files.database);
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  let memory = 0;
  for (let i = 1; i <= RELOADS; i++) {
    const isBroken = i % 10 === 5;
    writeFileSync(files.config, isBroken ? BROKEN : configOf(i));
    const answer = await askServer(control, { kind: "reload" });
    if (isBroken) {
      assert.ok(answer !== undefined && "error" in answer, "a broken configuration was taken");
      assert.match(answer.error, /c\.yaml:2:\d+: error: the range ends [\s\S]*c\.yaml:2:\d+: error: unknown key "rangs"/);
    } else assert.deepEqual(answer, { done: i % CONFIGS.length === 0 ? 1 : 2, notes: [] });
    await delay(20);
    if (i === RELOADS / 2) memory = memoryOf(program);
  }
  const grown = memoryOf(program) - memory;
  await load.stop();
  delays.disable();
  const starved = delays.percentile(99) > 50e6;
  assert.equal(await program.end(), 0, program.output());
  assert.deepEqual(crowd.witnessed.violations, []);
  assert.ok(crowd.witnessed.bound > 500 && crowd.witnessed.renewed > 500 && crowd.witnessed.refused > 10, JSON.stringify(crowd.witnessed));
  assert.ok(grown < 60, `${grown} MiB more than half the reloads before`);

  const counters = countersOf(program);
  const sum = (...starts: string[]) =>
    Object.entries(counters).reduce((all, [name, count]) => (starts.some((start) => name.startsWith(start)) ? all + count : all), 0);
  // A machine that has no time for the server, nor for this test, makes messages wait: then those
  // that begin an exchange are left to be repeated, as they are under any load.
  const shed = starved ? (counters["dropped: overload"] ?? 0) : 0;
  assert.equal(sum("dropped"), shed, JSON.stringify(counters));
  assert.equal(sum("received"), sum("sent", "not sent", "silent", "noted") + shed, JSON.stringify(counters));

  const leases = await listed(files.database);
  assert.equal(new Set(leases.map(({ address }) => address)).size, leases.length, "an address stands in the database twice");
  const bound = new Map(leases.filter(({ state }) => state === "bound").map((lease) => [lease.address, lease]));
  const lost = [...crowd.held()].filter(([address, { row }]) => bound.get(address)?.hardware_address !== row.hardware_address);
  assert.deepEqual(lost, []);
});

test("SIGHUP and `leasehold reload`: a changed file is served by, a bad one changes nothing and says why where it was asked for", async (t: TestContext) => {
  const folder = newFolder(t);
  const config = writeIn(folder, "c.yaml", configOf(0));
  const database = join(folder, "leases.db");
  const place = newPlace();
  const program = await startServer(t, { config, database }, place);
  const probe = async (relay: string): Promise<number | null> =>
    (
      await runLeasehold(
        "probe",
        "--server",
        `${place.address}:${place.port}`,
        "--relay",
        relay,
        "--mac",
        "02:00:5e:60:00:01",
        "--timeout",
        "2",
      )
    ).status;
  assert.notEqual(await probe("10.60.0.1"), 0);

  writeFileSync(config, configOf(1));
  process.kill(program.pid, "SIGHUP");
  await program.line(/SIGHUP: reading the configuration again/, 20_000);
  // What took effect stands in the log, in words.
  const changes = "2 classes, 1 network, 2 ranges and 2 reservations added, 2 ranges removed";
  await program.line(/the configuration was read again, and is served by from now on: /, 20_000);
  assert.equal(await probe("10.60.0.1"), 0);
  const { configuration } = ((await askForStatus(controlPath(database))) as Answered).status;
  assert.partialDeepStrictEqual(configuration, { changes, failed: 0, hash: createHash("sha256").update(configOf(1)).digest("hex") });

  writeFileSync(config, BROKEN);
  const { status, stdout, stderr } = await runLeasehold("reload", "-d", database);
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(stderr, /c\.yaml can't be used:\n.*c\.yaml:2:\d+: [\s\S]*rangs/);
  process.kill(program.pid, "SIGHUP");
  await program.line(/nothing has changed: .*c\.yaml can't be used/, 20_000);
  assert.equal(await probe("10.60.0.1"), 0);

  // What can't change while it runs is said, and the rest is served by.
  writeFileSync(config, `store: {memory: {}}\nchaddr_only: true\n${configOf(2).replace("format: json", "format: pretty, level: debug")}`);
  const planned = await runLeasehold("reload", "-d", database, "--dry-run");
  assert.deepEqual([planned.status, planned.stderr], [0, ""]);
  assert.match(
    planned.stdout,
    /added.*\n[\s\S]*\n {2}- network 10\.60\.0\.0\/24\n[\s\S]*\n`store` has changed[\s\S]*\n1 of 1 client would lose/,
  );
  assert.match(planned.stdout, /:\n {2}10\.60\.0\.\d+ {2}02:00:5e:60:00:01 {2}of 10\.60\.0\.0\/24: its network is gone\n$/);
  assert.equal(await probe("10.60.0.1"), 0, "a plan changed something");
  const again = await runLeasehold("reload", "-d", database);
  assert.deepEqual([again.status, again.stdout], [0, "the configuration was read again: 2 networks are served\n"], again.stderr);
  assert.match(again.stderr, /`store` has changed[\s\S]*`format` of `log` has changed[\s\S]*`chaddr_only` has changed/);
  assert.notEqual(await probe("10.60.0.1"), 0);
  // The level of the log has changed at once.
  await program.line(/"level":"debug",/, 5000);
  assert.equal(await probe("10.61.0.1"), 0);

  // A TypeScript module, and what it imports, is read anew.
  assert.equal(await program.end(), 0);
  writeIn(folder, "ranges.ts", 'export const range = "10.77.1.1-10.77.1.1";\n');
  const module = writeIn(
    folder,
    "c.ts",
    'import { range } from "./ranges.ts";\nexport default { interfaces: ["lo"], log: { format: "json" }, networks: { "10.77.0.0/16": { options: { routers: "10.77.0.1" }, ranges: [{ range }] } } };\n',
  );
  const next = newPlace();
  const second = await startServer(t, { config: module, database: join(folder, "second.db") }, next);
  writeIn(folder, "ranges.ts", 'export const range = "10.77.2.2-10.77.2.2";\n');
  assert.equal((await runLeasehold("reload", "-d", join(folder, "second.db"))).status, 0);
  const offered = await runLeasehold(
    "probe",
    "--server",
    `${next.address}:${next.port}`,
    "--relay",
    "10.77.0.1",
    "--mac",
    "02:00:5e:60:00:02",
    "--json",
  );
  assert.match(offered.stdout, /"yiaddr": ?"10\.77\.2\.2"/);
  assert.equal(await second.end(), 0);
});

test("a file of another server is read again with what it includes; what can't be served changes nothing and names that file", async (t: TestContext) => {
  const folder = newFolder(t);
  const subnet = (pool: string): string => `[ { "id": 1, "subnet": "10.77.0.0/16", "pools": [ { "pool": "${pool}" } ] } ]\n`;
  const included = writeIn(folder, "subnets.json", subnet("10.77.1.1-10.77.1.1"));
  const config = writeIn(
    folder,
    "kea-dhcp4.conf",
    '{ "Dhcp4": { "interfaces-config": { "interfaces": ["lo"] }, "subnet4": <?include "subnets.json"?> } }\n',
  );
  const database = join(folder, "leases.db");
  const place = newPlace();
  await startServer(t, { config, database }, place);
  const server = `${place.address}:${place.port}`;
  const offered = async (mac: string): Promise<string> =>
    (await runLeasehold("probe", "--server", server, "--relay", "10.77.0.1", "--mac", mac, "--timeout", "5")).stdout;
  assert.match(await offered("02:00:5e:60:00:01"), /10\.77\.1\.1\b/);

  writeFileSync(included, subnet("10.77.2.2-10.77.2.2"));
  const { status, stderr } = await runLeasehold("reload", "-d", database);
  assert.equal(status, 0, stderr);
  assert.match(await offered("02:00:5e:60:00:02"), /10\.77\.2\.2\b/);

  writeFileSync(included, subnet("10.77.3.3-10.77.3.3").replace('"pools"', '"pols"'));
  const refused = await runLeasehold("reload", "-d", database);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /subnets\.json:1:\d+: error: .*pols/);
  assert.match(await offered("02:00:5e:60:00:02"), /10\.77\.2\.2\b/);
});
