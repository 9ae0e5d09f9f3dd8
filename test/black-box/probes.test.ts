/** An address that another host has taken is found out before it is offered. */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { discover, ethernetClient, requestSelecting } from "../../src/client/dhcp4/index.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { parseMac } from "../../src/net/mac.ts";
import { createDhcpClient } from "../support/dhcp-client.ts";
import { type LeaseholdProcess, type ListedLease, startLeasehold } from "../support/leasehold-process.ts";
import { createLab, type Lab, type Namespace } from "../support/namespaces.ts";
import { openRawClient } from "../support/raw-client.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { createBridge, createClientPlace, createPair, createRouted } from "./labs.ts";

const CLIENT = "02:00:5e:60:00:01";
const SQUATTER = "02:00:5e:60:00:02";

const line = ({ address, state, found_by, hardware_address, start, expiry }: ListedLease): string =>
  `${address} ${found_by === undefined ? state : `${state} by a ${found_by} for`} ${hardware_address} for ${(Date.parse(expiry) - Date.parse(start)) / 1000} s`;

/** What the server says of conflicts, at which level (40: warn). */
function warnings(leasehold: LeaseholdProcess): unknown[] {
  const entries = leasehold
    .output()
    .split("\n")
    .filter((text) => /"level":"warn".*( is in use| declined by )/.test(text));
  return entries.map((text) => {
    const { level, address, hardware_address, msg } = JSON.parse(text);
    return [level, address, hardware_address, msg];
  });
}

interface Squat {
  readonly lab: Lab;
  readonly server: Namespace;
  /** Where the client is to be. */
  readonly place: Namespace;
}

/** Server, client and a host that has taken these addresses, at one switch. */
function createSquat(t: TestContext, taken: readonly string[]): Squat {
  const lab = createLab(t);
  const [server, middle] = [lab.namespace("server"), lab.namespace("switch")];
  lab.cable(server, "eth0", middle, "port0");
  const place = createClientPlace(lab, "client", middle, "port1", CLIENT);
  const squatter = createClientPlace(lab, "squatter", middle, "port2", SQUATTER);
  createBridge(lab, middle, "bridge", ["port0", "port1", "port2"]);
  lab.exec(server, "ip", "address", "add", "10.77.0.1/24", "dev", "eth0");
  for (const address of taken) lab.exec(squatter, "ip", "address", "add", `${address}/24`, "dev", "eth0");
  return { lab, server, place };
}

test("an address that another host on the link uses is found by ARP, put on probation, and another one is offered", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, place } = createSquat(t, ["10.77.0.100"]);
  const leasehold = await startLeasehold(
    t,
    lab,
    server,
    `
    probation_period: 15m
    config: { lease_time: 300 }
    networks:
      10.77.0.0/24:
        ping_check: true
        ping_timeout_ms: 300
        options: { routers: 10.77.0.1 }
        allocation: sequential
        ranges: [{ range: 10.77.0.100-10.77.0.199 }]
    `,
  );
  const raw = await openRawClient(t, lab, place);
  const settings = ethernetClient(parseMac(CLIENT) as Uint8Array);

  const asked = performance.now();
  raw.send(discover(settings, { xid: 1, secs: 0 }));
  const [offer] = await raw.answers(1);
  // One answer and one silence of 300 ms, of which timers may take a little off.
  assert.ok(performance.now() - asked >= 290);
  assert.equal(offer && formatIpv4(offer.message.yiaddr), "10.77.0.101");
  assert.equal(raw.arps, 2);
  assert.deepEqual((await leasehold.leasesWhen((leases) => leases.length > 0)).map(line), [
    `10.77.0.100 declined by a probe for ${CLIENT} for 900 s`,
  ]);

  const mine = { address: offer?.message.yiaddr as Ipv4, serverIdentifier: parseIpv4("10.77.0.1") as Ipv4 };
  raw.send(requestSelecting(settings, { xid: 1, secs: 0 }, mine));
  await raw.answers(1);
  // It has the address now: nobody is asked again.
  raw.send(discover(settings, { xid: 2, secs: 0 }));
  const [again] = await raw.answers(1);
  assert.deepEqual([again?.message.xid, again && formatIpv4(again.message.yiaddr), raw.arps], [2, "10.77.0.101", 2]);

  assert.deepEqual((await leasehold.leases()).map(line).toSorted(), [
    `10.77.0.100 declined by a probe for ${CLIENT} for 900 s`,
    `10.77.0.101 bound ${CLIENT} for 300 s`,
  ]);
  assert.deepEqual(warnings(leasehold), [
    ["warn", "10.77.0.100", SQUATTER, `10.77.0.100 is in use by ${SQUATTER}, though nobody has a lease of it: it is not given out for 15m`],
  ]);
  const { commits, ...counters } = await leasehold.stop();
  assert.ok((commits as number) > 0);
  assert.deepEqual(counters, {
    "received DISCOVER": 2,
    "received REQUEST": 1,
    "sent OFFER": 2,
    "sent ACK": 1,
    bound: 1,
    declined: 1,
    probes: 2,
    conflicts: 1,
  });
});

test("an address that another host uses behind a router is found by ping, put on probation, and another one is given", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "dhcrelay", "udhcpc")) return;
  const { lab, server, router } = createRouted(t);
  const place = createClientPlace(lab, "client", router, "port0", CLIENT);
  const squatter = createClientPlace(lab, "squatter", router, "port1", SQUATTER);
  createBridge(lab, router, "inside", ["port0", "port1"]);
  lab.exec(router, "ip", "address", "add", "10.78.0.1/16", "dev", "inside");
  lab.exec(squatter, "ip", "address", "add", "10.78.0.100/16", "dev", "eth0");
  lab.exec(squatter, "ip", "route", "add", "default", "via", "10.78.0.1");
  const leasehold = await startLeasehold(
    t,
    lab,
    server,
    `
    probation_period: 15m
    config: { lease_time: 300 }
    networks:
      10.78.0.0/16:
        ping_check: true
        options: { routers: 10.78.0.1 }
        allocation: sequential
        ranges: [{ range: 10.78.0.100-10.78.0.199 }]
    `,
  );
  const relay = lab.start(router, "dhcrelay", "-4", "-d", "--no-pid", "-id", "inside", "-iu", "outside", "10.79.0.1");
  await relay.line(/^Sending on +Socket\/fallback/);
  const client = createDhcpClient(t, lab, place, { program: "udhcpc" });
  client.start();
  assert.equal((await client.next("BOUND")).address, "10.78.0.101");
  assert.deepEqual((await leasehold.leases()).map(line).toSorted(), [
    `10.78.0.100 declined by a probe for ${CLIENT} for 900 s`,
    `10.78.0.101 bound ${CLIENT} for 300 s`,
  ]);
  assert.deepEqual(warnings(leasehold), [
    ["warn", "10.78.0.100", undefined, "10.78.0.100 is in use, though nobody has a lease of it: it is not given out for 15m"],
  ]);
  const { probes, conflicts, declined, bound } = await leasehold.stop();
  assert.deepEqual({ probes, conflicts, declined, bound }, { probes: 2, conflicts: 1, declined: 1, bound: 1 });
});

test("without the privilege for raw sockets the server says so at start, and offers addresses without probing them", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "setpriv")) return;
  const { lab, server, client: place } = createPair(t, CLIENT);
  const leasehold = await startLeasehold(
    t,
    lab,
    server,
    `
    networks:
      10.77.0.0/24:
        ping_check: true
        options: { routers: 10.77.0.1 }
        ranges: [{ range: 10.77.0.100-10.77.0.199 }]
    `,
    { through: ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"] },
  );
  const raw = await openRawClient(t, lab, place);
  raw.send(discover(ethernetClient(parseMac(CLIENT) as Uint8Array), { xid: 1, secs: 0 }));
  assert.equal((await raw.answers(1)).length, 1);
  assert.match(
    leasehold.output(),
    /"level":"warn",.*"ping_check is on, but addresses are offered without being probed: that needs root or CAP_NET_RAW."/,
  );
  const { probes, probesSkipped } = await leasehold.stop();
  assert.deepEqual({ probes, probesSkipped }, { probes: undefined, probesSkipped: 1 });
});

// Most of the time they wait.
suite("probation", { concurrency: true }, () => {
  for (const program of ["udhcpc", "dhcpcd"] as const) {
    test(`${program} declines an address that it finds in use, and gets another one`, async (t) => {
      if (!requireNamespaces(t) || !requirePrograms(t, program)) return;
      const { lab, server, place } = createSquat(t, ["10.77.0.100"]);
      const leasehold = await startLeasehold(
        t,
        lab,
        server,
        `
        probation_period: 15m
        config: { lease_time: 300 }
        networks:
          10.77.0.0/24: { options: { routers: 10.77.0.1 }, allocation: sequential, ranges: [{ range: 10.77.0.100-10.77.0.199 }] }
        `,
      );
      const client = createDhcpClient(t, lab, place, { program, checksAddress: true });
      client.start();
      assert.equal((await client.next("BOUND")).address, "10.77.0.101");
      assert.deepEqual((await leasehold.leases()).map(line).toSorted(), [
        `10.77.0.100 declined ${CLIENT} for 900 s`,
        `10.77.0.101 bound ${CLIENT} for 300 s`,
      ]);
      assert.deepEqual(warnings(leasehold), [
        ["warn", "10.77.0.100", CLIENT, `10.77.0.100 declined by ${CLIENT} on eth0, for somebody else uses it: not given out for 15m`],
      ]);
      await client.cut();
      const { "received DECLINE": declines, noted, declined, bound } = await leasehold.stop();
      assert.deepEqual({ declines, noted, declined, bound }, { declines: 1, noted: 1, declined: 1, bound: 2 });
    });
  }

  test("a client whose first four addresses are all in use is not answered until it asks again; a restart forgets no probation", async (t) => {
    if (!requireNamespaces(t)) return;
    const taken = ["10.77.0.100", "10.77.0.101", "10.77.0.102", "10.77.0.103"];
    const { lab, server, place } = createSquat(t, taken);
    const config = `
    probation_period: 15m
    networks:
      10.77.0.0/24:
        ping_check: true
        ping_timeout_ms: 1000
        options: { routers: 10.77.0.1 }
        allocation: sequential
        ranges: [{ range: 10.77.0.100-10.77.0.199 }]
  `;
    const raw = await openRawClient(t, lab, place);
    const settings = ethernetClient(parseMac(CLIENT) as Uint8Array);
    const wish = { requestedAddress: parseIpv4("10.77.0.100") as Ipv4 };
    const offered = async (xid: number): Promise<string> => {
      raw.send(discover(settings, { xid, secs: 0 }, wish));
      const [offer] = await raw.answers(1);
      return `${offer?.message.xid} ${offer && formatIpv4(offer.message.yiaddr)}`;
    };
    const declined = taken.map((address) => `${address} declined by a probe for ${CLIENT} for 900 s`);

    const killed = await startLeasehold(t, lab, server, config);
    raw.send(discover(settings, { xid: 1, secs: 0 }, wish));
    assert.deepEqual((await killed.leasesWhen((leases) => leases.length === 4)).map(line).toSorted(), declined);
    assert.equal(await offered(2), "2 10.77.0.104");
    assert.equal(raw.arps, 5);
    await killed.kill();

    const successor = await startLeasehold(t, lab, server, config, { database: killed.database });
    assert.equal(await offered(3), "3 10.77.0.104");
    assert.equal(raw.arps, 6);
    assert.deepEqual((await successor.leases()).map(line).toSorted(), declined);
    assert.deepEqual(await successor.stop(), { "received DISCOVER": 1, "sent OFFER": 1, probes: 1 });
  });
});
