import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { startLeasehold } from "../support/leasehold-process.ts";
import type { Lab, Namespace } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { createClientPlace, createDhcp6Pair, createPair, createRouted } from "./labs.ts";

const CONFIG = `
  config: { lease_time: 3600 }
  networks:
    10.77.0.0/24: { options: { routers: 10.77.0.1 } }
    10.78.0.0/16: { options: { routers: 10.78.0.1 }, ranges: [{ range: 10.78.1.0-10.78.255.0 }] }
  shared_networks: { all: [10.77.0.0/24, 10.78.0.0/16] }
`;
const CONFIG6 = `
  v6:
    config: { lease_time: 3600 }
    networks:
      "2001:db8:77::/64":
        interfaces: [eth0]
        ranges: [{ prefix: "2001:db8:77::/80" }]
        prefix_pools: [{ prefix: "2001:db8:4000::/36", delegated_length: 56 }]
`;
const SECONDS = 5;
const RATE = 500;

/** An exchange as perfdhcp makes it: a client asks, takes what it is told, and has so many leases of the network then. */
interface Exchange {
  readonly option: "-4" | "-6";
  readonly config: string;
  readonly messages: readonly [asks: string, told: string, takes: string, given: string];
  readonly leases: number;
  readonly network: string;
}

const DHCP4: Exchange = {
  option: "-4",
  config: CONFIG,
  messages: ["DISCOVER", "OFFER", "REQUEST", "ACK"],
  leases: 1,
  network: "10.78.0.0/16",
};
const DHCP6: Exchange = {
  option: "-6",
  config: CONFIG6,
  messages: ["SOLICIT", "ADVERTISE", "REQUEST", "REPLY"],
  leases: 1,
  network: "2001:db8:77::/64",
};

/**
 * The server loses nothing of a run that offers RATE new clients a second, and each that asked has a lease of its own. A machine that is
 * busy with other things may starve the server, which then leaves messages to be repeated, or perfdhcp, from whose buffer the kernel then
 * drops answers: both count what they drop, and nothing else is missing.
 */
async function assertNoLoss(
  t: TestContext,
  exchange: Exchange,
  lab: Lab,
  server: Namespace,
  load: Namespace,
  ...to: string[]
): Promise<void> {
  const leasehold = await startLeasehold(t, lab, server, exchange.config);
  // More clients than exchanges, so that none comes twice; 5 seconds of patience at the end.
  const clients = ["-R", "50000000", "-W", "5000000"];
  const perfdhcp = lab.start(
    load,
    "perfdhcp",
    exchange.option,
    "-g",
    "single",
    "-r",
    String(RATE),
    "-p",
    String(SECONDS),
    ...clients,
    ...to,
  );
  const status = await perfdhcp.ended;
  const report = perfdhcp.output();
  const unread = receiveBufferErrors(lab, load, exchange.option);
  const count = (what: string) => [...report.matchAll(new RegExp(`^${what}: (\\d+)`, "gm"))].map(([, number]) => Number(number));
  const [asked = 0, taken = 0] = count("sent packets");
  const [told = 0, given = 0] = count("received packets");
  // It may begin fewer than it was asked for when the machine is busy with other things.
  assert.ok(asked > (RATE * SECONDS) / 2 && asked <= RATE * SECONDS, report);
  assert.equal(taken, told, report);
  for (const fault of ["rejected leases", "non unique addresses"]) assert.deepEqual(count(fault), [0, 0], report);

  const leases = await leasehold.leases();
  const { commits = 0, "dropped: overload": shed = 0, "dropped: waited-too-long": stale = 0, ...counters } = await leasehold.stop();
  const [asks, answer, takes, gives] = exchange.messages;
  const { [`received ${asks}`]: heard = 0, [`received ${takes}`]: granted = 0 } = counters;
  assert.equal(heard + granted + shed + stale, asked + taken, `${JSON.stringify(counters)}\n${report}`);
  assert.ok(heard <= asked && granted <= taken);
  assert.deepEqual(counters, {
    [`received ${asks}`]: heard,
    [`received ${takes}`]: granted,
    [`sent ${answer}`]: heard,
    [`sent ${gives}`]: granted,
    bound: granted * exchange.leases,
  });
  assert.ok(commits > 0 && commits <= granted);
  assert.equal(leases.length, granted * exchange.leases);
  assert.equal(new Set(leases.map(({ address }) => address)).size, leases.length);
  assert.equal(new Set(leases.map(({ hardware_address, client_identifier }) => `${hardware_address} ${client_identifier}`)).size, granted);
  assert.ok(leases.every(({ state, network }) => state === "bound" && network === exchange.network));

  // An answer that comes after perfdhcp has given up is an orphan to it.
  const missed = heard - told + granted - given;
  const [late = 0, later = 0] = count("orphans");
  assert.ok(
    missed <= unread + late + later,
    `${missed} answers did not arrive, ${unread} were dropped unread, ${late + later} came late\n${report}`,
  );
  if (missed + shed + stale === 0) assert.equal(status, 0, report);
}

/** Datagrams that the kernel dropped because a program of the namespace did not read them in time. */
function receiveBufferErrors(lab: Lab, where: Namespace, option: Exchange["option"]): number {
  if (option === "-6") return Number(/Udp6RcvbufErrors\s+(\d+)/.exec(lab.exec(where, "cat", "/proc/net/snmp6"))?.[1]);
  const [names = "", values = ""] = lab
    .exec(where, "cat", "/proc/net/snmp")
    .split("\n")
    .filter((line) => line.startsWith("Udp:"));
  return Number(values.split(" ")[names.split(" ").indexOf("RcvbufErrors")]);
}

suite("perfdhcp", { concurrency: 2 }, () => {
  test("loses nothing on the link of the server, with broadcasts", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "perfdhcp")) return;
    const { lab, server, client } = createPair(t, "02:00:5e:40:00:01");
    lab.exec(client, "ip", "address", "add", "10.77.0.2/24", "dev", "eth0");
    await assertNoLoss(t, DHCP4, lab, server, client, "-l", "eth0", "-B");
  });

  test("loses nothing as a relay in another network", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "perfdhcp")) return;
    const { lab, server, router } = createRouted(t);
    const load = createClientPlace(lab, "load", router, "inside", "02:00:5e:40:00:02");
    lab.exec(router, "ip", "address", "add", "10.78.0.1/16", "dev", "inside");
    lab.exec(load, "ip", "address", "add", "10.78.0.2/16", "dev", "eth0");
    lab.exec(load, "ip", "route", "add", "default", "via", "10.78.0.1");
    await assertNoLoss(t, DHCP4, lab, server, load, "-l", "10.78.0.2", "10.79.0.1");
  });

  for (const [what, leases, option] of [
    ["addresses", 1, "address-only"],
    ["addresses and prefixes", 2, "address-and-prefix"],
  ] as const) {
    test(`loses nothing of DHCPv6, with ${what}`, async (t) => {
      if (!requireNamespaces(t) || !requirePrograms(t, "perfdhcp")) return;
      const { lab, server, client } = await createDhcp6Pair(t, "02:00:5e:40:00:03");
      await assertNoLoss(t, { ...DHCP6, leases }, lab, server, client, "-e", option, "-l", "eth0");
    });
  }
});
