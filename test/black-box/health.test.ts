/** What is wrong is said, by `leasehold status` and in the log, and so is which other servers there are. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { askFor, askForStatus, askServer, controlPath } from "../../src/server/control.ts";
import type { ToldDecisions } from "../../src/server/decisions.ts";
import type { Status } from "../../src/server/operations.ts";
import type { Told } from "../../src/server/requests.ts";
import { startLeasehold, temporaryFolder } from "../support/leasehold-process.ts";
import { MAIN, newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { createLab, type Lab, type Namespace } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms, requireRoot } from "../support/requirement.ts";
import { runLeasehold } from "../support/run-leasehold.ts";
import { createBridge, untilAddressesAreTested } from "./labs.ts";

async function statusOf(database: string): Promise<Status> {
  const answer = await askForStatus(controlPath(database));
  assert.ok(answer !== undefined && "status" in answer, JSON.stringify(answer));
  return answer.status;
}

/** The status once the server is in this state, or after 20 seconds as it is. */
async function statusWhen(database: string, state: Status["health"]["state"]): Promise<Status> {
  for (const end = Date.now() + 20_000; ; await delay(200)) {
    const found = await statusOf(database);
    if (found.health.state === state || Date.now() > end) return found;
  }
}

test("a full disk: the server has failed, says so, and is well again when there is room", async (t) => {
  if (!requireRoot(t)) return;
  const disk = mkdtempSync(join(tmpdir(), "leasehold-test-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "none", disk]);
  t.after(() => {
    execFileSync("umount", ["-l", disk]);
    rmdirSync(disk);
  });
  const config = writeIn(
    newFolder(t),
    "c.yaml",
    "log: {format: json}\nnetworks: {10.0.0.0/24: {options: {routers: 10.0.0.254}, ranges: [{range: 10.0.0.1-10.0.0.99}]}}\n",
  );
  const database = join(disk, "leases.db");
  const place = newPlace();
  const server = await startServer(t, { config, database }, place);
  const probe = (...more: string[]) =>
    runLeasehold("probe", "--server", `${place.address}:${place.port}`, "--relay", "10.0.0.200", "--timeout", "1", ...more);
  assert.deepEqual((await statusOf(database)).health, { state: "ok", reasons: [] });

  spawnSync("dd", ["if=/dev/zero", `of=${join(disk, "full")}`, "bs=4k"]);
  assert.equal((await probe("--count", "2")).status, 1);
  const { health } = await statusWhen(database, "failed");
  assert.equal(health.state, "failed");
  assert.match(health.reasons[0] ?? "", /^DHCPv4: no lease can be given: .*(full|disk I\/O error)/);
  const { status, stdout } = await runLeasehold("status", "-d", database);
  assert.deepEqual([status, /: failed\n {2}DHCPv4: no lease can be given/.test(stdout)], [1, true], stdout);
  assert.deepEqual(await runLeasehold("status", "-d", database, "--quiet"), { status: 1, stdout: "", stderr: "" });
  await server.line(/"msg":"health: failed: DHCPv4: no lease can be given/);

  execFileSync("rm", [join(disk, "full")]);
  assert.equal((await probe()).status, 0);
  assert.equal((await statusWhen(database, "ok")).health.state, "ok");
  assert.equal((await runLeasehold("status", "-d", database, "--quiet")).status, 0);
  await server.line(/"msg":"health: ok again"/);
});

/** A switch, and who is plugged in. */
function createSwitch(t: TestContext, ...labels: string[]) {
  const lab = createLab(t);
  const middle = lab.namespace("switch");
  const places = labels.map((label, i) => {
    const place = lab.namespace(label);
    lab.cable(place, "eth0", middle, `port${i}`);
    lab.exec(place, "ip", "link", "set", "eth0", "address", `02:00:5e:60:00:0${i}`);
    return place;
  });
  createBridge(
    lab,
    middle,
    "br0",
    labels.map((_, i) => `port${i}`),
  );
  return { lab, places };
}

const CONFIG = `
interfaces: [eth0]
networks:
  10.77.0.0/24:
    options: { routers: 10.77.0.1 }
    ranges: [{ range: 10.77.0.100-10.77.0.101 }]
v6:
  interfaces: [eth0]
  networks:
    "2001:db8:77::/64":
      ranges: [{ start: "2001:db8:77::100", end: "2001:db8:77::100" }]
`;

function giveAddresses(lab: Lab, where: Namespace, number: number): void {
  lab.exec(where, "ip", "address", "add", `10.77.0.${number}/24`, "dev", "eth0");
  lab.exec(where, "ip", "address", "add", `2001:db8:77::${number}/64`, "dev", "eth0", "nodad");
}

function probeIn(where: Namespace, ...args: string[]): { readonly status: number | null; readonly stdout: string } {
  const command = ["netns", "exec", where.name, process.execPath, MAIN, "probe", "--interface", "eth0", "--timeout", "2", ...args];
  return spawnSync("ip", command, { encoding: "utf8" });
}

test("dnsmasq on the same link is told of, by both protocols, and what is decided about its clients is explained", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "dnsmasq")) return;
  const { lab, places } = createSwitch(t, "server", "other", "client");
  const [server, other, client] = places as [Namespace, Namespace, Namespace];
  giveAddresses(lab, server, 1);
  giveAddresses(lab, other, 9);
  await untilAddressesAreTested(lab, places);
  const ranges = ["--dhcp-range=10.77.0.150,10.77.0.160,1h", "--dhcp-range=2001:db8:77::150,2001:db8:77::160,64,1h"];
  const files = ["--conf-file=/dev/null", `--dhcp-leasefile=${join(temporaryFolder(t), "leases")}`, "--pid-file="];
  const dnsmasq = lab.start(
    other,
    "dnsmasq",
    "--keep-in-foreground",
    "--log-facility=-",
    "--port=0",
    "--user=root",
    "--log-dhcp",
    ...files,
    ...ranges,
  );
  await dnsmasq.line(/DHCPv6, IP range/);
  // A client that has its address from the other one.
  const obtained = probeIn(client, "-6", "--json").stdout;
  const [, duid = ""] = /"name":"server_identifier","value":"([0-9a-f]+)"/.exec(obtained) ?? [];
  assert.notEqual(duid, "", obtained);

  const leasehold = await startLeasehold(t, lab, server, CONFIG);
  probeIn(client, "--type", "discover");
  await leasehold.line(/another DHCPv4 server, 10\.77\.0\.9 \(02:00:5e:60:00:01\), serves eth0: it sent OFFER of 10\.77\.0\.15\d/);
  probeIn(client, "-6", "--type", "renew", "--server-id", duid, "--requested-ip", "2001:db8:77::150");
  await leasehold.line(/another DHCPv6 server, [0-9a-f]+, serves eth0: a client speaks to it: RENEW of [0-9a-f]+/);
  // A client on this machine hears what a switch hands to it alone.
  probeIn(server, "-6", "--type", "solicit");
  await leasehold.line(/another DHCPv6 server, [0-9a-f]+ \(02:00:5e:60:00:01\), serves eth0: it sent ADVERTISE of 2001:db8:77::15/);

  const status = await statusOf(leasehold.database);
  const brief = (others: Status["others"]) => others?.map((one) => [one.server, one.interface, one.hardwareAddress]);
  assert.deepEqual(brief(status.others), [["10.77.0.9", "eth0", "02:00:5e:60:00:01"]]);
  assert.deepEqual(brief(status.dhcp6?.others), [[duid, "eth0", "02:00:5e:60:00:01"]]);
  // It may be meant to be there.
  assert.equal(status.health.state, "ok");
  assert.match(
    (await runLeasehold("status", "-d", leasehold.database)).stdout,
    /other servers:\n {2}10\.77\.0\.9 \(02:00:5e:60:00:01\) on eth0, noticed /,
  );

  const told = await askFor(controlPath(leasehold.database), { kind: "decisions", client: "02:00:5e:60:00:02" });
  const { decisions } = (told as Told).result as ToldDecisions;
  const renew = decisions.find(({ message }) => message === "RENEW");
  assert.deepEqual([renew?.protocol, renew?.reason], ["DHCPv6", "another-server"]);
  const discover = decisions.find(({ message }) => message === "DISCOVER");
  assert.match(`${discover?.protocol} ${discover?.outcome}`, /^DHCPv4 answered with OFFER of 10\.77\.0\.10[01]$/);
  const text = await runLeasehold("explain", "-d", leasehold.database, "--client", "02:00:5e:60:00:02", "--messages");
  assert.match(
    text.stdout,
    /DHCPv4 DISCOVER from 0\.0\.0\.0:68 on eth0: answered with OFFER.*\n {4}DHCPDISCOVER request.*\n(.*\n)* {2}as it would be decided now:\n {2}client: /,
  );
  await leasehold.stop();
});

test("a pool that is exhausted and an interface that is gone are told of, by both protocols", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, places } = createSwitch(t, "server", "client");
  const [server, client] = places as [Namespace, Namespace];
  giveAddresses(lab, server, 1);
  await untilAddressesAreTested(lab, places);
  const leasehold = await startLeasehold(t, lab, server, CONFIG);
  probeIn(client, "--count", "3");
  probeIn(client, "-6", "--count", "2");
  const { seconds, ...health } = (await statusWhen(leasehold.database, "degraded")).health;
  assert.deepEqual(health, {
    state: "degraded",
    reasons: ["DHCPv4: no address is free on 10.77.0.0/24", "DHCPv6: no address is free on 2001:db8:77::/64"],
  });
  assert.equal(seconds?.length, 2);
  assert.equal((await runLeasehold("status", "-d", leasehold.database, "--quiet")).status, 3);
  await leasehold.line(/no address is free on 10\.77\.0\.0\/24, and clients there get none/);
  await leasehold.line(/no address is free on 2001:db8:77::\/64, and clients there get none/);
  for (const address of ["10.77.0.100", "2001:db8:77::100"])
    assert.deepEqual(await askServer(controlPath(leasehold.database), { kind: "release", addresses: `${address}-${address}` }), {
      done: 1,
    });
  await leasehold.line(/addresses are free on 10\.77\.0\.0\/24 again/);
  await leasehold.line(/addresses are free on 2001:db8:77::\/64 again/);

  lab.exec(server, "ip", "link", "set", "eth0", "down");
  const gone = await statusWhen(leasehold.database, "failed");
  for (const name of ["DHCPv4", "DHCPv6"])
    assert.ok(gone.health.reasons.includes(`${name}: no interface is served`), gone.health.reasons.join("\n"));
  lab.exec(server, "ip", "link", "set", "eth0", "up");
  giveAddresses6Again(lab, server);
  assert.deepEqual((await statusWhen(leasehold.database, "ok")).health, { state: "ok", reasons: [] });
  await leasehold.stop();
});

/** Those of IPv6 are lost with the link. */
function giveAddresses6Again(lab: Lab, where: Namespace): void {
  lab.exec(where, "ip", "address", "add", "2001:db8:77::1/64", "dev", "eth0", "nodad");
}
