import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { createDhcpClient, type DhcpClient, type DhcpClientOptions } from "../support/dhcp-client.ts";
import { type ListedLease, startLeasehold, temporaryFolder } from "../support/leasehold-process.ts";
import { createLab, type Lab, type Namespace } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { assertAllAnswered } from "./counters.ts";
import { createBridge, createClientPlace, createPair } from "./labs.ts";

const macOf = (number: number): string => `02:00:5e:20:00:0${number}`;

/** What is to be seen of a lease: who has which address. */
const owners = (leases: readonly ListedLease[]): string[] =>
  leases.map(({ address, state, hardware_address, network }) => `${address} ${state} ${hardware_address} ${network}`).toSorted();

/** A client that has obtained its lease; returns what it was given, in short. */
async function obtain(client: DhcpClient): Promise<string> {
  const { event, address, mask, routers, dns, domain, server } = await client.next("BOUND", "REBOOT");
  const configured = client.configured();
  assert.equal(configured.router, routers === "" ? undefined : routers);
  assert.equal(configured.address?.split("/")[0], address);
  return `${event} ${address} ${mask} router ${routers} dns ${dns} domain ${domain} from ${server}`;
}

interface TwoLinks {
  readonly lab: Lab;
  readonly server: Namespace;
  readonly a: Namespace;
  readonly b: Namespace;
}

/** A server with two links; the client on each has its own hardware address, or the same when it is to be one that moves. */
function createTwoLinks(t: TestContext, macA: string, macB: string): TwoLinks {
  const lab = createLab(t);
  const server = lab.namespace("server");
  const a = createClientPlace(lab, "a", server, "eth0", macA);
  const b = createClientPlace(lab, "b", server, "eth1", macB);
  lab.exec(server, "ip", "address", "add", "10.61.0.1/24", "dev", "eth0");
  lab.exec(server, "ip", "address", "add", "10.62.0.1/24", "dev", "eth1");
  // A route that would be wrong for what is broadcast on the other link.
  lab.exec(server, "ip", "route", "add", "default", "dev", "eth0");
  return { lab, server, a, b };
}

const TWO_NETWORKS = `
  config: { lease_time: 300 }
  options: { domain_name_servers: 10.60.0.53 }
  networks:
    10.61.0.0/24:
      options: { routers: 10.61.0.1, domain_name: a.example }
      ranges: [{ range: 10.61.0.100-10.61.0.199 }]
      allocation: sequential
    10.62.0.0/24:
      options: { routers: 10.62.0.1, domain_name: b.example }
      ranges: [{ range: 10.62.0.100-10.62.0.199 }]
      allocation: sequential
`;

suite("networks", { concurrency: 4 }, () => {
  test("each of two links gets addresses of its own network", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhclient", "udhcpc")) return;
    const { lab, server, a, b } = createTwoLinks(t, macOf(1), macOf(2));
    const leasehold = await startLeasehold(t, lab, server, TWO_NETWORKS);
    const clientA = createDhcpClient(t, lab, a, { program: "udhcpc" });
    const clientB = createDhcpClient(t, lab, b, { program: "dhclient" });
    clientA.start();
    clientB.start();
    assert.deepEqual(await Promise.all([obtain(clientA), obtain(clientB)]), [
      "BOUND 10.61.0.100 255.255.255.0 router 10.61.0.1 dns 10.60.0.53 domain a.example from 10.61.0.1",
      "BOUND 10.62.0.100 255.255.255.0 router 10.62.0.1 dns 10.60.0.53 domain b.example from 10.62.0.1",
    ]);
    assert.deepEqual(owners(await leasehold.leases()), [
      `10.61.0.100 bound ${macOf(1)} 10.61.0.0/24`,
      `10.62.0.100 bound ${macOf(2)} 10.62.0.0/24`,
    ]);
    await Promise.all([clientA.release(), clientB.release()]);
    assert.deepEqual(owners(await leasehold.leasesWhen((leases) => leases.every(({ state }) => state === "released"))), [
      `10.61.0.100 released ${macOf(1)} 10.61.0.0/24`,
      `10.62.0.100 released ${macOf(2)} 10.62.0.0/24`,
    ]);
    assertAllAnswered(await leasehold.stop(), { discovers: 2, requests: 2, bound: 2, released: 2 });
  });

  for (const program of ["dhclient", "dhcpcd"] as const) {
    test(`${program} that has moved to another network is told so, and gets an address of that`, async (t) => {
      if (!requireNamespaces(t) || !requirePrograms(t, program)) return;
      const { lab, server, a, b } = createTwoLinks(t, macOf(1), macOf(1));
      const leasehold = await startLeasehold(t, lab, server, TWO_NETWORKS);
      const folder = temporaryFolder(t);
      const atHome = createDhcpClient(t, lab, a, { program, folder });
      atHome.start();
      assert.equal(await obtain(atHome), "BOUND 10.61.0.100 255.255.255.0 router 10.61.0.1 dns 10.60.0.53 domain a.example from 10.61.0.1");
      await atHome.cut();
      const away = createDhcpClient(t, lab, b, { program, folder });
      away.start();
      assert.equal(await obtain(away), "BOUND 10.62.0.100 255.255.255.0 router 10.62.0.1 dns 10.60.0.53 domain b.example from 10.62.0.1");
      await away.cut();
      assert.deepEqual(owners(await leasehold.leases()), [
        `10.61.0.100 bound ${macOf(1)} 10.61.0.0/24`,
        `10.62.0.100 bound ${macOf(1)} 10.62.0.0/24`,
      ]);
      assertAllAnswered(await leasehold.stop(), { discovers: 2, requests: 3, naks: 1, bound: 2 });
    });
  }

  test("clients on a link with two networks get addresses of the second when the first is full", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhclient", "udhcpc", "dhcpcd")) return;
    const { lab, server, clients } = createSwitch(
      t,
      ["dhclient", "udhcpc", "dhcpcd"].map((program) => ({ program }) as DhcpClientOptions),
    );
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
      config: { lease_time: 300 }
      shared_networks: { floor: [10.77.0.0/24, 10.78.0.0/25] }
      networks:
        10.77.0.0/24:
          options: { routers: 10.77.0.1, domain_name: first.example }
          ranges: [{ range: 10.77.0.100-10.77.0.100 }]
        10.78.0.0/25:
          options: { routers: 10.78.0.1, domain_name: second.example }
          ranges: [{ range: 10.78.0.100-10.78.0.101 }]
          allocation: sequential
      `,
    );
    const given: string[] = [];
    for (const client of clients) {
      client.start();
      given.push(await obtain(client));
    }
    assert.deepEqual(given, [
      "BOUND 10.77.0.100 255.255.255.0 router 10.77.0.1 dns  domain first.example from 10.77.0.1",
      "BOUND 10.78.0.100 255.255.255.128 router 10.78.0.1 dns  domain second.example from 10.78.0.1",
      "BOUND 10.78.0.101 255.255.255.128 router 10.78.0.1 dns  domain second.example from 10.78.0.1",
    ]);
    for (const client of clients) await client.release();
    assert.deepEqual(owners(await leasehold.leasesWhen((leases) => leases.every(({ state }) => state === "released"))), [
      `10.77.0.100 released ${macOf(0)} 10.77.0.0/24`,
      `10.78.0.100 released ${macOf(1)} 10.78.0.0/25`,
      `10.78.0.101 released ${macOf(2)} 10.78.0.0/25`,
    ]);
    assertAllAnswered(await leasehold.stop(), { discovers: 3, requests: 3, bound: 3, released: 3 });
  });

  test("reservations by hardware address and by client identifier hold, inside a range and outside", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhclient", "udhcpc", "dhcpcd")) return;
    const { lab, server, clients } = createSwitch(t, [
      { program: "dhclient", clientIdentifier: "006f6666696365" },
      { program: "udhcpc" },
      { program: "dhcpcd", clientIdentifier: "ff00010203" },
    ]);
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
      config: { lease_time: 300 }
      networks:
        10.77.0.0/24:
          options: { routers: 10.77.0.1, domain_name: lab.example }
          ranges: [{ range: 10.77.0.100-10.77.0.102 }]
          reservations:
            - { ip: 10.77.0.20, match: { client_id: "00:6f:66:66:69:63:65" }, options: { domain_name: office.example } }
            - { ip: 10.77.0.101, match: { chaddr: "${macOf(1)}" } }
            - { ip: 10.77.0.102, match: { client_id: "ff:00:01:02:03" }, options: { routers: 10.77.0.254 } }
      `,
    );
    for (const client of clients) client.start();
    assert.deepEqual(await Promise.all(clients.map(obtain)), [
      "BOUND 10.77.0.20 255.255.255.0 router 10.77.0.1 dns  domain office.example from 10.77.0.1",
      "BOUND 10.77.0.101 255.255.255.0 router 10.77.0.1 dns  domain lab.example from 10.77.0.1",
      "BOUND 10.77.0.102 255.255.255.0 router 10.77.0.254 dns  domain lab.example from 10.77.0.1",
    ]);
    assert.deepEqual(owners(await leasehold.leases()), [
      `10.77.0.101 bound ${macOf(1)} 10.77.0.0/24`,
      `10.77.0.102 bound ${macOf(2)} 10.77.0.0/24`,
      `10.77.0.20 bound ${macOf(0)} 10.77.0.0/24`,
    ]);
    for (const client of clients) await client.cut();
    assertAllAnswered(await leasehold.stop(), { discovers: 3, requests: 3, bound: 3 });
  });

  test("a client that reboots gets the address that was reserved for it meanwhile", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhclient")) return;
    const { lab, server, client: place } = createPair(t, macOf(1));
    const config = (reservations: string) => `
      config: { lease_time: 300 }
      networks: { 10.77.0.0/24: { ranges: [{ range: 10.77.0.100-10.77.0.100 }], reservations: [${reservations}] } }
    `;
    const before = await startLeasehold(t, lab, server, config(""));
    const client = createDhcpClient(t, lab, place, { program: "dhclient" });
    client.start();
    assert.equal(await obtain(client), "BOUND 10.77.0.100 255.255.255.0 router  dns  domain  from 10.77.0.1");
    await client.cut();
    assertAllAnswered(await before.stop(), { discovers: 1, requests: 1, bound: 1 });
    const after = await startLeasehold(t, lab, server, config(`{ ip: 10.77.0.20, match: { chaddr: "${macOf(1)}" } }`), {
      database: before.database,
    });
    client.start();
    assert.equal(await obtain(client), "BOUND 10.77.0.20 255.255.255.0 router  dns  domain  from 10.77.0.1");
    await client.cut();
    assert.deepEqual(owners(await after.leases()), [
      `10.77.0.100 released ${macOf(1)} 10.77.0.0/24`,
      `10.77.0.20 bound ${macOf(1)} 10.77.0.0/24`,
    ]);
    assertAllAnswered(await after.stop(), { discovers: 1, requests: 2, naks: 1, bound: 1, superseded: 1 });
  });
});

/** Clients at one switch with the server, which is on the switch's own interface. */
function createSwitch(t: TestContext, programs: readonly DhcpClientOptions[]): { lab: Lab; server: Namespace; clients: DhcpClient[] } {
  const lab = createLab(t);
  const server = lab.namespace("server");
  const clients = programs.map((options, i) => {
    const place = createClientPlace(lab, `client${i}`, server, `port${i}`, macOf(i));
    return createDhcpClient(t, lab, place, options);
  });
  createBridge(
    lab,
    server,
    "lan",
    programs.map((_, i) => `port${i}`),
  );
  lab.exec(server, "ip", "address", "add", "10.77.0.1/24", "dev", "lan");
  lab.exec(server, "ip", "address", "add", "10.78.0.1/25", "dev", "lan");
  return { lab, server, clients };
}
