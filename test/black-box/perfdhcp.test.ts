import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { startLeasehold } from "../support/leasehold-process.ts";
import type { Lab, Namespace } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { createClientPlace, createPair, createRouted } from "./labs.ts";

const CONFIG = `
  config: { lease_time: 3600 }
  networks:
    10.77.0.0/24: { options: { routers: 10.77.0.1 } }
    10.78.0.0/16: { options: { routers: 10.78.0.1 }, ranges: [{ range: 10.78.1.0-10.78.255.0 }] }
  shared_networks: { all: [10.77.0.0/24, 10.78.0.0/16] }
`;
const SECONDS = 5;
const RATE = 500;

/**
 * The server loses nothing of a run that offers RATE new clients a second, and each that asked has
 * a lease of its own. A machine that is busy with other things may starve the server, which then
 * leaves DISCOVERs to be repeated, or perfdhcp, from whose buffer the kernel then drops answers:
 * both count what they drop, and nothing else is missing.
 */
async function assertNoLoss(t: TestContext, lab: Lab, server: Namespace, load: Namespace, ...to: string[]): Promise<void> {
  const leasehold = await startLeasehold(t, lab, server, CONFIG);
  // More clients than exchanges, so that none comes twice; 5 seconds of patience at the end.
  const clients = ["-R", "50000000", "-W", "5000000"];
  const perfdhcp = lab.start(load, "perfdhcp", "-4", "-g", "single", "-r", String(RATE), "-p", String(SECONDS), ...clients, ...to);
  const status = await perfdhcp.ended;
  const report = perfdhcp.output();
  const unread = receiveBufferErrors(lab, load);
  const count = (what: string) => [...report.matchAll(new RegExp(`^${what}: (\\d+)`, "gm"))].map(([, number]) => Number(number));
  const [discovers = 0, requests = 0] = count("sent packets");
  const [offers = 0, acks = 0] = count("received packets");
  // It may begin fewer than it was asked for when the machine is busy with other things.
  assert.ok(discovers > (RATE * SECONDS) / 2 && discovers <= RATE * SECONDS, report);
  assert.equal(requests, offers, report);
  for (const fault of ["orphans", "rejected leases", "non unique addresses"]) assert.deepEqual(count(fault), [0, 0], report);

  const leases = await leasehold.leases();
  const { commits = 0, "dropped: overload": shed = 0, ...counters } = await leasehold.stop();
  assert.deepEqual(counters, {
    "received DISCOVER": discovers - shed,
    "received REQUEST": requests,
    "sent OFFER": discovers - shed,
    "sent ACK": requests,
    bound: requests,
  });
  assert.ok(commits > 0 && commits <= requests);
  assert.equal(leases.length, requests);
  assert.equal(new Set(leases.map(({ hardware_address }) => hardware_address)).size, requests);
  assert.ok(leases.every(({ state, network }) => state === "bound" && network === "10.78.0.0/16"));

  const missed = discovers - shed - offers + requests - acks;
  assert.ok(missed <= unread, `${missed} answers did not arrive, and ${unread} were dropped unread\n${report}`);
  if (missed === 0 && shed === 0) assert.equal(status, 0, report);
}

/**
 * Datagrams that the kernel dropped because a program of the namespace did not read them in time.
 */
function receiveBufferErrors(lab: Lab, where: Namespace): number {
  const [names = "", values = ""] = lab
    .exec(where, "cat", "/proc/net/snmp")
    .split("\n")
    .filter((line) => line.startsWith("Udp:"));
  return Number(values.split(" ")[names.split(" ").indexOf("RcvbufErrors")]);
}

suite("perfdhcp", { concurrency: true }, () => {
  test("loses nothing on the link of the server, with broadcasts", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "perfdhcp")) return;
    const { lab, server, client } = createPair(t, "02:00:5e:40:00:01");
    lab.exec(client, "ip", "address", "add", "10.77.0.2/24", "dev", "eth0");
    await assertNoLoss(t, lab, server, client, "-l", "eth0", "-B");
  });

  test("loses nothing as a relay in another network", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "perfdhcp")) return;
    const { lab, server, router } = createRouted(t);
    const load = createClientPlace(lab, "load", router, "inside", "02:00:5e:40:00:02");
    lab.exec(router, "ip", "address", "add", "10.78.0.1/16", "dev", "inside");
    lab.exec(load, "ip", "address", "add", "10.78.0.2/16", "dev", "eth0");
    lab.exec(load, "ip", "route", "add", "default", "via", "10.78.0.1");
    await assertNoLoss(t, lab, server, load, "-l", "10.78.0.2", "10.79.0.1");
  });
});
