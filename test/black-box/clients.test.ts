import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createDhcpClient } from "../support/dhcp-client.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { type ClientTraits, liveThrough } from "./client-life.ts";
import { assertAllAnswered } from "./counters.ts";
import { createPair } from "./labs.ts";

const MAC = "02:00:5e:10:00:02";

const CLIENTS: readonly ClientTraits[] = [
  {
    program: "dhclient",
    reboots: true,
    obeysT1: true,
    clientIdentifier: () => null,
    vendorClass: null,
  },
  {
    program: "udhcpc",
    reboots: false,
    obeysT1: false,
    clientIdentifier: (mac) => `01${mac.replaceAll(":", "")}`,
    vendorClass: /^udhcp \d/,
  },
  {
    program: "dhcpcd",
    reboots: true,
    obeysT1: true,
    clientIdentifier: (mac) => `01${mac.replaceAll(":", "")}`,
    vendorClass: /^dhcpcd-\d/,
  },
  {
    program: "systemd-networkd",
    reboots: false,
    obeysT1: true,
    clientIdentifier: (mac) => `01${mac.replaceAll(":", "")}`,
    vendorClass: null,
  },
];

// They spend most of their time waiting for T1.
suite("clients that others wrote", { concurrency: true }, () => {
  for (const traits of CLIENTS) {
    test(`${traits.program} obtains, renews, reboots, releases and returns`, (t) => liveThrough(t, traits));
  }

  test("a firewall that drops all requests does not keep clients from their leases", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhclient", "nft")) return;
    const { lab, server, client: place } = createPair(t, MAC);
    lab.exec(server, "nft", "add table ip t; add chain ip t in { type filter hook input priority 0; }");
    lab.exec(server, "nft", "add rule ip t in ip daddr 10.77.0.1 udp dport 67 counter drop");
    lab.exec(server, "nft", "add rule ip t in udp dport 67 counter drop");
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
      config: { lease_time: 60, renew_time: 2, rebind_time: 4 }
      networks: { 10.77.0.0/24: { ranges: [{ range: 10.77.0.100-10.77.0.199 }] } }
      `,
    );
    const client = createDhcpClient(t, lab, place, { program: "dhclient" });
    client.start();
    const { address } = await client.next("BOUND");
    // The unicast requests of RENEWING do not get through; the broadcasts of REBINDING do. dhclient calls both RENEW.
    assert.equal((await client.next("RENEW", "REBIND")).address, address);
    assert.deepEqual(client.configured(), { address: `${address}/24`, router: undefined });
    await client.cut();
    const [unicasts, broadcasts] = [...lab.exec(server, "nft", "list", "table", "ip", "t").matchAll(/packets (\d+)/g)].map(([, n]) =>
      Number(n),
    );
    assert.ok((unicasts ?? 0) >= 1 && (broadcasts ?? 0) >= 3, `${unicasts} unicasts and ${broadcasts} broadcasts were dropped`);
    assert.deepEqual(
      (await leasehold.leases()).map((lease) => [lease.address, lease.state]),
      [[address, "bound"]],
    );
    assertAllAnswered(await leasehold.stop(), { discovers: 1, requests: 2, bound: 1 });
  });

  test("a client renews with a server that was killed and started again", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhclient")) return;
    const { lab, server, client: place } = createPair(t, MAC);
    // Not authoritative: without its record the server would not answer.
    const config = `
      config: { lease_time: 60, renew_time: 3 }
      networks: { 10.77.0.0/24: { authoritative: false, ranges: [{ range: 10.77.0.100-10.77.0.199 }] } }
    `;
    const killed = await startLeasehold(t, lab, server, config);
    const client = createDhcpClient(t, lab, place, { program: "dhclient" });
    client.start();
    const { address } = await client.next("BOUND");
    await killed.kill();
    const leasehold = await startLeasehold(t, lab, server, config, { database: killed.database });
    const renewed = await client.next("RENEW", "REBIND", "BOUND");
    assert.deepEqual({ event: renewed.event, address: renewed.address }, { event: "RENEW", address });
    await client.cut();
    assert.deepEqual(
      (await leasehold.leases()).map((lease) => [lease.address, lease.state]),
      [[address, "bound"]],
    );
    assertAllAnswered(await leasehold.stop(), { discovers: 0, requests: 1, bound: 0 });
  });
});
