import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createDhcpClient } from "../support/dhcp-client.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { MAIN } from "../support/loopback-server.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { runLeasehold } from "../support/run-leasehold.ts";
import { createBridge, createClientPlace, createPair } from "./labs.ts";

const macOf = (number: number): string => `02:00:5e:50:00:0${number}`;

test("an interface that goes away and comes back with another index ends the service", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "udhcpc")) return;
  const { lab, server, client } = createPair(t, macOf(1));
  const leasehold = await startLeasehold(
    t,
    lab,
    server,
    `
    interfaces: [eth0]
    networks:
      10.77.0.0/24:
        options: { routers: 10.77.0.1 }
        ranges: [{ range: 10.77.0.100-10.77.0.199 }]
        allocation: sequential
    `,
  );
  const before = createDhcpClient(t, lab, client, { program: "udhcpc" });
  before.start();
  assert.equal((await before.next("BOUND")).address, "10.77.0.100");

  lab.exec(server, "ip", "link", "delete", "eth0");
  await leasehold.line(/no longer serving eth0/);
  const place = createClientPlace(lab, "again", server, "eth0", macOf(2));
  lab.exec(server, "ip", "address", "add", "10.77.0.1/24", "dev", "eth0");
  await leasehold.line(/now serving eth0/);
  const after = createDhcpClient(t, lab, place, { program: "udhcpc" });
  after.start();
  assert.equal((await after.next("BOUND")).address, "10.77.0.101");
  await leasehold.stop();
});

test("a cable that is pulled is told of, at the start and later", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, client } = createPair(t, macOf(5));
  const plug = (state: "up" | "down"): string => lab.exec(client, "ip", "link", "set", "eth0", state);
  plug("down");
  const networks = "networks: {10.77.0.0/24: {options: {routers: 10.77.0.1}, ranges: [{range: 10.77.0.2-10.77.0.3}]}}";
  const leasehold = await startLeasehold(t, lab, server, networks);
  const told = (pattern: RegExp): number => leasehold.output().match(new RegExp(pattern, "g"))?.length ?? 0;
  const [noLink, again] = [/"eth0 \(10\.77\.0\.1\) has no link: no cable/, /"eth0 \(10\.77\.0\.1\) has a link again/];
  assert.deepEqual([told(noLink), told(again)], [1, 0]);
  const status = async () => JSON.parse((await runLeasehold("status", "-d", leasehold.database, "--json")).stdout).health;
  const { state, reasons } = await status();
  assert.deepEqual(
    [state, reasons],
    ["degraded", ["DHCPv4: eth0 (10.77.0.1) has no link: no cable is plugged in, or what is at its other end is off"]],
  );
  plug("up");
  await leasehold.line(again);
  plug("down");
  for (let tries = 0; tries < 50 && told(noLink) < 2; tries++) await delay(200);
  assert.deepEqual([told(noLink), told(again)], [2, 1]);
});

test("a client that names the server by another address of its machine is taken for another server's (RFC 2131 section 4.1)", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, client } = createPair(t, macOf(3));
  lab.exec(server, "ip", "address", "add", "10.77.0.2/24", "dev", "eth0");
  createBridge(lab, server, "inner", []);
  lab.exec(server, "ip", "address", "add", "192.0.2.1/32", "dev", "inner");
  const networks = "networks: {10.77.0.0/24: {options: {routers: 10.77.0.1}, ranges: [{range: 10.77.0.2-10.77.0.3}]}}";
  await startLeasehold(t, lab, server, `interfaces: [eth0]\n${networks}`);

  /** The type of the answer to a client that takes an offer of this server, or the exit status where there is none. */
  const take = (identifier: string, address: string): string => {
    const flags = ["--type", "request", "--server-id", identifier, "--requested-ip", address, "--timeout", "1", "--json"];
    const { stdout, status } = spawnSync("ip", [
      "netns",
      "exec",
      client.name,
      process.execPath,
      MAIN,
      "probe",
      "--interface",
      "eth0",
      ...flags,
    ]);
    const { exchanges } = JSON.parse(stdout.toString()) as { exchanges: { reply?: { type: string } }[] };
    return exchanges.at(-1)?.reply?.type ?? `status ${status}`;
  };
  assert.equal(take("192.0.2.1", "10.77.0.3"), "ACK");
  assert.equal(take("10.77.0.2", "10.77.0.3"), "ACK");
  assert.equal(take("10.77.0.2", "10.77.0.2"), "NAK", "it is an address of the server");
  assert.equal(take("192.0.2.9", "10.77.0.3"), "status 1");
});

test("an address that the machine of the server has on `lo` is not given to a client", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "udhcpc")) return;
  const { lab, server, client } = createPair(t, macOf(4));
  lab.exec(server, "ip", "address", "add", "10.77.0.100/32", "dev", "lo");
  await startLeasehold(
    t,
    lab,
    server,
    `
    interfaces: [eth0]
    networks:
      10.77.0.0/24:
        options: { routers: 10.77.0.1 }
        ranges: [{ range: 10.77.0.100-10.77.0.199 }]
        allocation: sequential
    `,
  );
  const dhcp = createDhcpClient(t, lab, client, { program: "udhcpc" });
  dhcp.start();
  assert.equal((await dhcp.next("BOUND")).address, "10.77.0.101");
});
