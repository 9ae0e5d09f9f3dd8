import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { NO_BYTES, toHex } from "../../src/net/bytes.ts";
import { optionValue } from "../../src/wire/dhcp4/index.ts";
import { type ClientEvent, createDhcpClient } from "../support/dhcp-client.ts";
import { type ListedLease, startLeasehold } from "../support/leasehold-process.ts";
import type { Namespace } from "../support/namespaces.ts";
import { openRawClient } from "../support/raw-client.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { assertAllAnswered } from "./counters.ts";
import { createBridge, createClientPlace, createRouted } from "./labs.ts";

const PROGRAMS = ["dhclient", "udhcpc", "dhcpcd"] as const;
const macOf = (number: number): string => `02:00:5e:30:00:0${number}`;

/** What is to be seen of a lease. The relay adds option 82 with the name of its interface as circuit id. */
const line = ({ address, state, hardware_address, circuit_id, remote_id, network }: ListedLease): string =>
  `${address} ${state} ${hardware_address} ${network} circuit ${circuit_id} remote ${remote_id}`;

// Most of the time they wait for T1.
suite("behind isc-dhcp-relay", { concurrency: true }, () => {
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

  test("the port that a relay names in option 82 decides address and options, for unicast renewals too", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhcrelay", "dhclient", "systemd-networkd")) return;
    const { lab, server, router } = createRouted(t);
    // The relay sends the name of the interface as circuit id.
    const ports = ["rack7", "lobby"] as const;
    const [rack, lobby] = ports.map((port, i) => createClientPlace(lab, `at-${port}`, router, port, macOf(i)));
    ports.forEach((port, i) => void lab.exec(router, "ip", "address", "add", `10.78.${i}.1/24`, "dev", port));
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
    config: { lease_time: 60, renew_time: 6 }
    client_classes:
      v4: [{ name: guests, assert: "relay4[1].hex == 'lobby'", options: { domain_name: guests.example } }]
    networks:
      10.78.0.0/24:
        options: { routers: 10.78.0.1 }
        ranges: [{ range: 10.78.0.100-10.78.0.199 }]
        reservations: [{ ip: 10.78.0.20, hostname: rack7, match: { circuit_id: "'rack7'" }, options: { domain_name: rack.example } }]
      10.78.1.0/24:
        options: { routers: 10.78.1.1 }
        ranges: [{ range: 10.78.1.100-10.78.1.100, class: guests }, { range: 10.78.1.101-10.78.1.101, deny_class: guests }]
    `,
    );
    const wire = await openRawClient(t, lab, router, "outside");
    // It takes no answer (-D) that does not name the port again.
    const through = ports.flatMap((port) => ["-id", port]);
    const relay = lab.start(router, "dhcrelay", "-4", "-d", "--no-pid", "-a", "-D", ...through, "-iu", "outside", "10.79.0.1");
    await relay.line(/^Sending on +Socket\/fallback/);
    const clients = [
      createDhcpClient(t, lab, rack as Namespace, { program: "dhclient" }),
      createDhcpClient(t, lab, lobby as Namespace, { program: "systemd-networkd" }),
    ];
    const addresses = ["10.78.0.20", "10.78.1.100"];
    const given = (event: string): ClientEvent[] => {
      const common = { event, mask: "255.255.255.0", dns: "", server: "10.79.0.1", leaseTime: "60" };
      return [
        { ...common, address: "10.78.0.20", routers: "10.78.0.1", domain: "rack.example", hostname: "rack7" },
        { ...common, address: "10.78.1.100", routers: "10.78.1.1", domain: "guests.example", hostname: "" },
      ];
    };
    const rows = ports.map((port, i) => {
      const circuit = Buffer.from(port).toString("hex");
      return `${addresses[i]} bound ${macOf(i)} 10.78.${i}.0/24 circuit ${circuit} remote null`;
    });
    /** Where the server's answers went, and with which option 82. */
    const seen = async (count: number): Promise<string[]> => {
      const answers = await wire.answers(count);
      const lines = answers.map(({ packet, message }) => `${packet} ${toHex(optionValue(message, 82) ?? NO_BYTES)}`);
      return [...new Set(lines)].toSorted();
    };

    for (const client of clients) client.start();
    assert.deepEqual(await Promise.all(clients.map((client) => client.next("BOUND"))), given("BOUND"));
    assert.deepEqual(
      await seen(4),
      ports.map((port, i) => `10.79.0.1:67 > 10.78.${i}.1:67 0105${Buffer.from(port).toString("hex")}`),
    );
    // Before T1, for it would forward the renewals once more.
    await relay.end();
    assert.deepEqual((await leasehold.leases()).map(line).toSorted(), rows);
    assert.deepEqual(await Promise.all(clients.map((client) => client.next("RENEW"))), given("RENEW"));
    assert.deepEqual(
      await seen(2),
      addresses.map((address) => `10.79.0.1:67 > ${address}:68 `),
    );
    assert.deepEqual((await leasehold.leases()).map(line).toSorted(), rows);

    for (const client of clients) await client.cut();
    assertAllAnswered(await leasehold.stop(), { discovers: 2, requests: 4, bound: 2 });
  });
});
