import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startLeasehold, tellOnFailure } from "../../support/leasehold-process.ts";
import { requireNamespaces, requirePrograms } from "../../support/requirement.ts";
import { addHost, configured, createClientLab, DNSMASQ, textOf } from "./lab.ts";

const config = (time: string, ranges: string, interfaces = "eth0"): string => `
  v6:
    interfaces: [${interfaces}]
    config: { ${time} }
    options: { dns_servers: "2001:db8:1::53", domain_search: [example.test] }
    networks:
      2001:db8:1::/64:
        ranges: [${ranges}]
        prefix_pools: [{ prefix: "2001:db8:8000::/40", delegated_length: 56 }]
`;

suite("leasehold client, DHCPv6", { concurrency: 5 }, () => {
  test("obtains an address and a prefix, sets up the address, renews, and gives both back", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const short = "lease_time: 60, preferred_time: 50, renew_time: 2, rebind_time: 40";
    const server = await startLeasehold(t, lab.lab, lab.server, config(short, '{ range: "2001:db8:1::10 - 2001:db8:1::10" }'));
    const client = lab.start("-6", "--configure", "--pd=56", "--release");
    const { leases } = await client.next("bound");
    assert.deepEqual(
      leases?.map(({ address, prefix }) => address ?? prefix?.replace(/^2001:db8:80..?:.*\/56$/, "a prefix")),
      ["2001:db8:1::10", "a prefix"],
    );
    assert.deepEqual(configured(lab, "-6").addresses, ["2001:db8:1::10/128"]);
    assert.match(textOf(join(lab.folder, "resolv.conf")), /\nsearch example.test\.?\nnameserver 2001:db8:1::53\n$/);
    assert.equal((await client.next("renewed", "rebound", "expired")).event, "renewed");
    assert.equal(await client.program.end(), 0);
    assert.equal((await client.next("released")).leases?.length, 2);
    assert.deepEqual(configured(lab, "-6").addresses, []);
    assert.match(server.output(), /RELEASE/);
  });

  test("confirms its address when it is started again, and when the link is back", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const state = join(lab.folder, "state.json");
    const server = await startLeasehold(t, lab.lab, lab.server, config("lease_time: 1h", '{ range: "2001:db8:1::10 - 2001:db8:1::1f" }'));
    const once = lab.start("-6", "--state", state, "--once");
    const before = await once.next("bound");
    assert.equal(await once.program.ended, 0);
    const client = lab.start("-6", "--state", state, "--configure");
    const after = await client.next("bound", "refused");
    assert.deepEqual([after.event, after.leases?.[0]?.address, after.options], ["bound", before.leases?.[0]?.address, before.options]);
    await server.line(/CONFIRM/);
    const confirms = (): number => server.output().match(/"message":"CONFIRM",[^\n]*"reply":/g)?.length ?? 0;
    const [told, addresses] = [confirms(), configured(lab, "-6").addresses];
    lab.lab.exec(lab.server, "ip", "link", "set", "eth0", "down");
    lab.lab.exec(lab.server, "ip", "link", "set", "eth0", "up");
    lab.lab.exec(lab.server, "ip", "address", "add", "2001:db8:1::1/64", "dev", "eth0", "nodad");
    for (const end = Date.now() + 20_000; confirms() === told && Date.now() < end; ) await delay(50);
    assert.ok(confirms() > told, server.output());
    assert.deepEqual(configured(lab, "-6").addresses, addresses);
    assert.equal(server.output().match(/"message":"SOLICIT",[^\n]*"reply":/g)?.length, 1);
  });

  test("declines an address that another host has", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    addHost(lab, "2001:db8:1::10/64");
    const server = await startLeasehold(
      t,
      lab.lab,
      lab.server,
      config("lease_time: 1h", '{ range: "2001:db8:1::10 - 2001:db8:1::10" }', "br0"),
    );
    const client = lab.start("-6");
    const declined = await client.next("declined", "bound");
    assert.deepEqual([declined.event, declined.leases?.[0]?.address], ["declined", "2001:db8:1::10"]);
    await server.line(/DECLINE/);
  });

  test("has its lease from dnsmasq", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dnsmasq")) return;
    const lab = createClientLab(t);
    const peer = lab.lab.start(lab.server, "dnsmasq", ...DNSMASQ, "--dhcp-range=2001:db8:1::50,2001:db8:1::60,64,2m");
    tellOnFailure(t, () => peer.output());
    await peer.line(/DHCPv6, IP range/);
    const client = lab.start("-6", "--configure", "--release");
    const { leases } = await client.next("bound");
    assert.match(leases?.[0]?.address ?? "", /^2001:db8:1::[56][0-9a-f]$/);
    assert.equal(await client.program.end(), 0);
    await peer.line(/DHCPRELEASE/);
  });
});
