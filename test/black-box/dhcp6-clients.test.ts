import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { createDhcp6Client, type Dhcp6Program, type Wanted } from "../support/dhcp6-client.ts";
import { type LeaseholdProcess, startLeasehold } from "../support/leasehold-process.ts";
import { createLab, type Lab, type Namespace } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { createBridge, createClientPlace, createDhcp6Pair, untilAddressesAreTested } from "./labs.ts";

interface Traits {
  readonly program: Dhcp6Program;
  readonly wanted: Wanted;
  /** Whether it sends RELEASE when it is ended. */
  readonly releases: boolean;
  /** What it asks with when it comes back after a power cut. */
  readonly returnsWith: string;
  /** T1 and T2 in seconds, where those of the others are too near for it. */
  readonly times?: readonly [t1: number, t2: number];
}

// Those that take longest first.
const CLIENTS: readonly Traits[] = [
  // Takes these where the server's are shorter than half a minute.
  { program: "dhcp6c", wanted: "address and prefix", releases: true, returnsWith: "SOLICIT", times: [18, 30] },
  // Its timers are late by up to ten seconds; that of Debian 12 gives nothing back.
  { program: "systemd-networkd", wanted: "address and prefix", releases: false, returnsWith: "SOLICIT", times: [4, 25] },
  { program: "dhclient", wanted: "address", releases: true, returnsWith: "CONFIRM" },
  { program: "dhclient", wanted: "address and prefix", releases: true, returnsWith: "REBIND" },
  { program: "dhcpcd", wanted: "address", releases: true, returnsWith: "CONFIRM" },
  { program: "dhcpcd", wanted: "address and prefix", releases: true, returnsWith: "REBIND" },
  { program: "dibbler-client", wanted: "address and prefix", releases: true, returnsWith: "CONFIRM" },
];

const DNS = ["2001:db8:77::53", "2001:db8:77::54"];
const config = ([t1, t2]: readonly [number, number]): string => `
  v6:
    options: { dns_servers: ["2001:db8:77::53", "2001:db8:77::54"] }
    config: { lease_time: 120, preferred_time: 100, renew_time: ${t1}, rebind_time: ${t2} }
    networks:
      "2001:db8:77::/64":
        ranges: [{ start: "2001:db8:77::1000", end: "2001:db8:77::1fff" }]
        prefix_pools: [{ prefix: "2001:db8:100::/40", delegated_length: 56 }]
`;
/** Short, so that clients renew while we watch. */
const TIMES = [4, 8] as const;

/** Waits until the server has answered so many messages of this type. */
async function answered(leasehold: LeaseholdProcess, type: string, count = 1): Promise<void> {
  for (const end = Date.now() + 60_000; ; ) {
    const lines = leasehold.output().split("\n");
    const found = lines.filter((line) => line.includes(`"message":"${type}"`) && line.includes('"reply":"REPLY"')).length;
    if (found >= count) return;
    if (Date.now() > end) throw new Error(`${found} of ${count} ${type} messages were answered within a minute`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Obtains, renews, rebinds after the server was gone, comes back after a power cut of both, releases. */
async function liveThrough(t: TestContext, { program, wanted, releases, returnsWith, times = TIMES }: Traits): Promise<void> {
  if (!requireNamespaces(t) || !requirePrograms(t, program, "nft")) return;
  const { lab, server, client: place } = await createDhcp6Pair(t, "02:00:5e:60:00:01");
  const first = await startLeasehold(t, lab, server, config(times));
  const client = createDhcp6Client(t, lab, place, program, wanted);
  const hasPrefix = wanted === "address and prefix";

  // Obtain.
  client.start();
  const [address = "none"] = await client.addressesWhen((found) => found.length > 0);
  assert.match(address, /^2001:db8:77::1[0-9a-f]{3}$/);
  await client.knowsDns(DNS);
  const bound = await first.leasesWhen((leases) => leases.length === (hasPrefix ? 2 : 1));
  const prefix = bound.find((lease) => lease.address.includes("/"))?.address;
  assert.deepEqual(
    bound.map((lease) => [lease.address, lease.state, lease.network]).sort(),
    [address, ...(prefix === undefined ? [] : [prefix])].map((one) => [one, "bound", "2001:db8:77::/64"]).sort(),
  );
  if (hasPrefix) assert.match(prefix ?? "none", /^2001:db8:1[0-9a-f]{2}:[0-9a-f]{1,4}::\/56$/);
  const obtained = bound.map((lease) => lease.address).sort();
  const leasesOf = async (leasehold: LeaseholdProcess, state: string): Promise<readonly string[]> => {
    const leases = await leasehold.leasesWhen((all) => all.every((lease) => lease.state === state));
    assert.deepEqual(
      leases.map((lease) => lease.state),
      leases.map(() => state),
    );
    return leases.map((lease) => lease.address).sort();
  };

  // Renew.
  await answered(first, "RENEW");
  assert.deepEqual(client.addresses(), [address]);
  assert.deepEqual(await leasesOf(first, "bound"), obtained);

  // Rebind, after the server was out of reach until T2.
  lab.exec(server, "nft", "add table ip6 t; add chain ip6 t in { type filter hook input priority 0; }");
  lab.exec(server, "nft", "add rule ip6 t in udp dport 547 drop");
  await new Promise((resolve) => setTimeout(resolve, times[1] * 1000 + 500));
  lab.exec(server, "nft", "delete table ip6 t");
  await answered(first, "REBIND");
  assert.deepEqual(client.addresses(), [address]);
  assert.deepEqual(await leasesOf(first, "bound"), obtained);

  // Reboot with what it remembers; the server starts anew too.
  await client.cut();
  assert.deepEqual(client.addresses(), []);
  await first.kill();
  const leasehold = await startLeasehold(t, lab, server, config(times), { database: first.database });
  client.start();
  assert.deepEqual(await client.addressesWhen((found) => found.length > 0), [address]);
  assert.match(leasehold.output(), new RegExp(`"message":"${returnsWith}",.*"reply":"`), `it did not come back with ${returnsWith}`);
  assert.deepEqual(await leasesOf(leasehold, "bound"), obtained);

  // Release.
  if (releases) {
    await client.release();
    assert.deepEqual(await leasesOf(leasehold, "released"), obtained);
  }
  const { "received SOLICIT": solicits = 0, ...counters } = await leasehold.stop();
  assert.ok(solicits <= 2);
  assert.deepEqual(
    Object.keys(counters).filter((name) => /^(silent|dropped|not sent|lost)/.test(name)),
    [],
    JSON.stringify(counters),
  );
}

/** A switch in the server's namespace with a client, and another host that took an address by itself. */
async function createSwitch(t: TestContext, taken: string): Promise<{ lab: Lab; server: Namespace; client: Namespace }> {
  const { lab, server, client } = await createDhcp6Pair(t, "02:00:5e:60:00:02", "port0");
  const other = createClientPlace(lab, "other", server, "port1", "02:00:5e:60:00:03");
  createBridge(lab, server, "eth0", ["port0", "port1"]);
  lab.exec(server, "ip", "address", "add", "2001:db8:77::1/64", "dev", "eth0", "nodad");
  lab.exec(other, "ip", "address", "add", taken, "dev", "eth0", "nodad");
  return { lab, server, client };
}

// They spend most of their time waiting for T1 and T2.
suite("DHCPv6 clients that others wrote", { concurrency: 4 }, () => {
  for (const traits of CLIENTS) {
    test(`${traits.program}, with ${traits.wanted}, obtains, renews, rebinds, reboots and releases`, (t) => liveThrough(t, traits));
  }

  // systemd-networkd takes them too, and tells nobody as long as its interface has no address.
  for (const program of ["dhclient", "dhcpcd", "dibbler-client", "dhcp6c"] as const) {
    test(`${program} that wants settings alone gets them`, async (t) => {
      if (!requireNamespaces(t) || !requirePrograms(t, program)) return;
      const { lab, server, client: place } = await createDhcp6Pair(t, "02:00:5e:60:00:04");
      const leasehold = await startLeasehold(t, lab, server, config(TIMES));
      const client = createDhcp6Client(t, lab, place, program, "settings");
      client.start();
      await client.knowsDns(DNS);
      assert.deepEqual(client.addresses(), []);
      await client.cut();
      assert.deepEqual(await leasehold.leases(), []);
      const { "received INFORMATION-REQUEST": asked, "sent REPLY": replies, ...others } = await leasehold.stop();
      assert.ok((asked ?? 0) >= 1);
      assert.equal(replies, asked);
      assert.deepEqual(others, {});
    });
  }

  test("with ping_check an address that somebody else has is not given to a client that would not notice", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhcp6c")) return;
    const [taken, free] = ["2001:db8:77::10", "2001:db8:77::11"];
    const { lab, server, client: place } = await createSwitch(t, `${taken}/64`);
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
      v6:
        networks:
          "2001:db8:77::/64": { allocation: sequential, ping_check: true, ranges: [{ start: "${taken}", end: "${free}" }] }
      `,
    );
    const client = createDhcp6Client(t, lab, place, "dhcp6c", "address");
    client.start();
    assert.deepEqual(await client.addressesWhen((found) => found.length > 0), [free]);
    assert.deepEqual(
      (await leasehold.leases()).map(({ address, state }) => [address, state]),
      [
        [taken, "declined"],
        [free, "bound"],
      ],
    );
    await leasehold.line(new RegExp(`"level":"warn".*${taken} is in use by 02:00:5e:60:00:03, though nobody has a lease of it`));
    await client.cut();
    const { probes, conflicts } = await leasehold.stop();
    assert.deepEqual({ probes, conflicts }, { probes: 2, conflicts: 1 });
  });

  // Only where a script looks for it: of an address that ends, Linux tells no client that it is another's, but takes it away.
  test("dhclient declines an address that somebody else has, and gets another one", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhclient")) return;
    const [taken, free] = ["2001:db8:77::10", "2001:db8:77::11"];
    const { lab, server, client: place } = await createSwitch(t, `${taken}/64`);
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
        v6:
          networks:
            "2001:db8:77::/64": { allocation: sequential, ranges: [{ start: "${taken}", end: "${free}" }] }
        `,
    );
    const client = createDhcp6Client(t, lab, place, "dhclient", "address");
    client.start();
    assert.deepEqual(await client.addressesWhen((found) => found.length > 0), [free]);
    const leases = await leasehold.leases();
    assert.deepEqual(
      leases.map(({ address, state }) => [address, state]),
      [
        [taken, "declined"],
        [free, "bound"],
      ],
    );
    await leasehold.line(new RegExp(`"level":"warn".*${taken} declined by`));
    await client.cut();
  });

  test("an interface that comes while the server runs is served", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhclient")) return;
    const lab = createLab(t);
    const server = lab.namespace("server");
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
      v6:
        networks:
          "2001:db8:77::/64": { interfaces: [eth7], ranges: [{ start: "2001:db8:77::10", end: "2001:db8:77::1f" }] }
      `,
    );
    const place = createClientPlace(lab, "client", server, "eth7", "02:00:5e:60:00:05");
    await leasehold.line(/now serving eth7 \(fe80::/);
    await untilAddressesAreTested(lab, [place]);
    const client = createDhcp6Client(t, lab, place, "dhclient", "address");
    client.start();
    const [address = "none"] = await client.addressesWhen((found) => found.length > 0);
    assert.match(address, /^2001:db8:77::1[0-9a-f]$/);
    await client.cut();
  });
});
