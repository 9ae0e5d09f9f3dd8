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

/** Every exchange of a run that offers RATE new clients a second is complete, and every one of them has a lease of its own. */
async function assertNoLoss(t: TestContext, lab: Lab, server: Namespace, load: Namespace, ...to: string[]): Promise<void> {
  const leasehold = await startLeasehold(t, lab, server, CONFIG);
  // More clients than exchanges, so that none comes twice; 5 seconds of patience at the end.
  const clients = ["-R", "50000000", "-W", "5000000"];
  const perfdhcp = lab.start(load, "perfdhcp", "-4", "-g", "single", "-r", String(RATE), "-p", String(SECONDS), ...clients, ...to);
  const status = await perfdhcp.ended;
  const report = perfdhcp.output();
  assert.equal(status, 0, report);
  const count = (what: string) => [...report.matchAll(new RegExp(`^${what}: (\\d+)`, "gm"))].map(([, number]) => Number(number));
  const [exchanges = 0] = count("sent packets");
  // It may begin fewer than it was asked for when the machine is busy with other things.
  assert.ok(exchanges > (RATE * SECONDS) / 2 && exchanges <= RATE * SECONDS, report);
  assert.deepEqual(count("sent packets"), [exchanges, exchanges]);
  assert.deepEqual(count("received packets"), [exchanges, exchanges]);
  for (const fault of ["drops", "orphans", "rejected leases", "non unique addresses"]) assert.deepEqual(count(fault), [0, 0], report);

  const leases = await leasehold.leases();
  assert.equal(leases.length, exchanges);
  assert.equal(new Set(leases.map(({ hardware_address }) => hardware_address)).size, exchanges);
  assert.ok(leases.every(({ state, network }) => state === "bound" && network === "10.78.0.0/16"));
  const { commits = 0, ...counters } = await leasehold.stop();
  assert.ok(commits > 0 && commits <= exchanges);
  assert.deepEqual(counters, {
    "received DISCOVER": exchanges,
    "received REQUEST": exchanges,
    "sent OFFER": exchanges,
    "sent ACK": exchanges,
    bound: exchanges,
  });
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
