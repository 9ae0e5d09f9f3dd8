import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClientEvent, createDhcpClient } from "../support/dhcp-client.ts";
import { type ListedLease, startLeasehold } from "../support/leasehold-process.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { assertAllAnswered } from "./counters.ts";
import { createBridge, createClientPlace, createRouted } from "./labs.ts";

const PROGRAMS = ["dhclient", "udhcpc", "dhcpcd"] as const;
const macOf = (number: number): string => `02:00:5e:30:00:0${number}`;

/** What is to be seen of a lease. The relay adds option 82 with the name of its interface as circuit id. */
const line = ({ address, state, hardware_address, circuit_id, remote_id, network }: ListedLease): string =>
  `${address} ${state} ${hardware_address} ${network} circuit ${circuit_id} remote ${remote_id}`;

test("clients behind a relay obtain, reboot, renew and release", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "dhcrelay", ...PROGRAMS)) return;
  const { lab, server, router } = createRouted(t);
  const places = PROGRAMS.map((program, i) => createClientPlace(lab, program, router, `port${i}`, macOf(i)));
  createBridge(lab, router, "inside", ["port0", "port1", "port2"]);
  lab.exec(router, "ip", "address", "add", "10.78.0.1/16", "dev", "inside");
  const leasehold = await startLeasehold(
    t,
    lab,
    server,
    `
    config: { lease_time: 60, renew_time: 4 }
    networks:
      10.78.0.0/16:
        options: { routers: 10.78.0.1, domain_name_servers: 10.79.0.53, domain_name: far.example }
        ranges: [{ range: 10.78.0.100-10.78.255.199 }]
    `,
  );
  const relay = lab.start(router, "dhcrelay", "-4", "-d", "--no-pid", "-a", "-id", "inside", "-iu", "outside", "10.79.0.1");
  await relay.line(/^Sending on +Socket\/fallback/);
  const clients = PROGRAMS.map((program, i) => createDhcpClient(t, lab, places[i] as (typeof places)[0], { program }));
  const circuit = Buffer.from("inside").toString("hex");

  for (const client of clients) client.start();
  const obtained = await Promise.all(clients.map((client) => client.next("BOUND")));
  const addresses = obtained.map(({ address }) => address);
  const given = (event: string, address: string): ClientEvent => ({
    event,
    address,
    mask: "255.255.0.0",
    routers: "10.78.0.1",
    dns: "10.79.0.53",
    domain: "far.example",
    server: "10.79.0.1",
    leaseTime: "60",
    hostname: "",
  });
  const lines = (state: string) =>
    addresses.map((address, i) => `${address} ${state} ${macOf(i)} 10.78.0.0/16 circuit ${circuit} remote null`);
  assert.equal(new Set(addresses).size, 3);
  assert.deepEqual(
    obtained,
    addresses.map((address) => given("BOUND", address)),
  );
  assert.deepEqual((await leasehold.leases()).map(line).toSorted(), lines("bound").toSorted());

  for (const client of clients) await client.cut();
  for (const client of clients) client.start();
  assert.deepEqual(
    await Promise.all(clients.map((client) => client.next("BOUND", "REBOOT"))),
    addresses.map((address, i) => given(i === 1 ? "BOUND" : "REBOOT", address)),
  );
  assert.deepEqual(
    clients.map((client) => client.configured()),
    addresses.map((address) => ({ address: `${address}/16`, router: "10.78.0.1" })),
  );

  // Renewals go straight to the server, through the router, so they need no relay (this one would forward them once more). What
  // it said before in option 82 is kept.
  await relay.end();
  clients[1]?.renew();
  assert.deepEqual(
    await Promise.all(clients.map((client) => client.next("RENEW"))),
    addresses.map((address) => given("RENEW", address)),
  );
  assert.deepEqual((await leasehold.leases()).map(line).toSorted(), lines("bound").toSorted());

  for (const client of clients) await client.release();
  const released = await leasehold.leasesWhen((leases) => leases.every(({ state }) => state === "released"));
  assert.deepEqual(released.map(line).toSorted(), lines("released").toSorted());
  assertAllAnswered(await leasehold.stop(), { discovers: 4, requests: 9, bound: 3, released: 3 });
});
