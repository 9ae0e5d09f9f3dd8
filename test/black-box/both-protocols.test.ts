import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Status } from "../../src/server/operations.ts";
import type { ListedLease } from "../support/leasehold-process.ts";
import { newFolder, newPlace, startLeasehold } from "../support/loopback-server.ts";
import type { Program } from "../support/namespaces.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

/**
 * One server for both protocols, on loopback and without privileges: its clients are behind relays.
 */

const NETWORKS = `
log: { format: json }
networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.1-10.0.0.4 }], options: { routers: 10.0.0.254 } } }
v6:
  networks:
    "2001:db8::/64":
      ranges: [{ start: "2001:db8::10", end: "2001:db8::1f" }]
      prefix_pools: [{ prefix: "2001:db8:100::/40", delegated_length: 56 }]
`;

async function leasehold(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runLeasehold(...args);
  assert.equal(status, 0, `leasehold ${args.join(" ")}: ${stderr}${stdout}`);
  return stdout;
}

function createPlace(t: TestContext) {
  const folder = newFolder(t);
  const [config, database] = [join(folder, "leasehold.yaml"), join(folder, "leases.db")];
  const { address, port, port6 } = newPlace();
  writeFileSync(config, NETWORKS);
  return {
    config,
    database,
    async start(): Promise<Program> {
      const addresses = ["--v4-addr", `${address}:${port}`, "--v6-addr", `[::1]:${port6}`];
      const program = startLeasehold(t, "serve", "--no-api", "-c", config, "-d", database, ...addresses);
      await program.line(/listening on ::1, port/, 60_000);
      await program.line(/"leases: /, 60_000);
      return program;
    },
    probe: (...args: string[]) => leasehold("probe", "--server", `${address}:${port}`, "--giaddr", "10.0.0.200", ...args),
    probe6: (...args: string[]) => leasehold("probe", "-6", "--pd", "--server", `[::1]:${port6}`, "--relay", "2001:db8::1", ...args),
    async leases(): Promise<ListedLease[]> {
      const lines = await leasehold("leases", "-d", database, "--json");
      return lines
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as ListedLease);
    },
  };
}

test("one server, one file and one database for both protocols: leases, status, reload, operations, kill and restart", async (t) => {
  const place = createPlace(t);
  const killed = await place.start();
  await place.probe();
  const exchange = await place.probe6();
  const [duid] = /server_identifier: [0-9a-f]+/.exec(exchange) ?? [];
  const leases = await place.leases();
  assert.deepEqual(
    leases.map(({ state, network }) => [state, network]),
    [
      ["bound", "10.0.0.0/24"],
      ["bound", "2001:db8::/64"],
      ["bound", "2001:db8::/64"],
    ],
  );

  const status = JSON.parse(await leasehold("status", "-d", place.database, "--json")) as Status;
  assert.deepEqual([status.leases.known, status.dhcp6?.leases.known], [1, 2]);
  // More than one where the disk was slow and the probe asked again.
  for (const [counters, kind] of [
    [status.counters, "ACK"],
    [status.dhcp6?.counters, "REPLY"],
  ] as const)
    assert.ok((counters?.[`sent ${kind}`] ?? 0) >= 1, JSON.stringify(status));
  assert.ok(status.dhcp6?.interfaces.some(({ name, address }) => name === "lo" && address === "::1"));
  assert.match(
    await leasehold("status", "-d", place.database),
    /^DHCPv6 leases: 2 known\n {2}2 bound, 0 released, 0 expired, 0 declined\nDHCPv6 interfaces: .*lo \(::1\)/m,
  );

  // After a crash the leases are there, and the server is the same for its clients.
  await killed.end("SIGKILL");
  const server = await place.start();
  assert.deepEqual(await place.leases(), leases);
  const again = await place.probe6();
  assert.ok(duid !== undefined && again.includes(duid), `${exchange}\n${again}`);
  assert.deepEqual(
    (await place.leases()).map(({ address }) => address),
    leases.map(({ address }) => address),
  );

  // Both are served by what the file says now.
  writeFileSync(
    place.config,
    NETWORKS.replace("10.0.0.1-10.0.0.4", "10.0.0.9-10.0.0.9").replaceAll("::1f", "::f1").replaceAll("::10", "::f0"),
  );
  assert.equal(await leasehold("reload", "-d", place.database), "the configuration was read again: 2 networks are served\n");
  assert.match(await place.probe("--mac", "02:00:00:00:00:09"), /10\.0\.0\.9/);
  assert.match(await place.probe6("--mac", "02:00:00:00:00:09"), /2001:db8::f[01]/);

  assert.equal(await leasehold("leases", "-d", place.database, "--release", "2001:db8::/32"), "4 addresses are released\n");
  assert.equal(await leasehold("leases", "-d", place.database, "--delete", "all", "--state", "any"), "6 addresses are deleted\n");
  assert.deepEqual(await place.leases(), []);
  assert.equal(await server.end("SIGTERM"), 0);
  // Each says once that it has, and which it is.
  assert.deepEqual(server.output().match(/DHCPv\d stopped/g), ["DHCPv4 stopped", "DHCPv6 stopped"]);
});
