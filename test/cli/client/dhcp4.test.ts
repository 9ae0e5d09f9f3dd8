import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { startLeasehold, tellOnFailure } from "../../support/leasehold-process.ts";
import { requireNamespaces, requirePrograms } from "../../support/requirement.ts";
import { addHost, configured, createClientLab, MAIN, textOf } from "./lab.ts";

const CONFIG = `
  config: { lease_time: { default: 4, min: 2, max: 3600 } }
  networks:
    10.0.0.0/24:
      ranges: [{ range: 10.0.0.10-10.0.0.10 }]
      options:
        routers: 10.0.0.1
        domain_name_servers: [10.0.0.1, 10.0.0.2]
        domain_name: example.test
        interface_mtu: 1400
        classless_static_routes:
          - { destination: 10.9.0.0/16, router: 10.0.0.2 }
          - { destination: 0.0.0.0/0, router: 10.0.0.1 }
`;

suite("leasehold client, DHCPv4", { concurrency: 5 }, () => {
  test("sets up what the lease says, renews it by unicast, and takes everything back at the end", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const resolvConf = join(lab.folder, "resolv.conf");
    writeFileSync(resolvConf, "nameserver 192.0.2.1\n");
    const server = await startLeasehold(t, lab.lab, lab.server, CONFIG);
    const client = lab.start("--configure", "--hostname", "laptop");
    assert.equal((await client.next("bound")).lease?.address, "10.0.0.10");
    assert.deepEqual(configured(lab, "-4"), {
      addresses: ["10.0.0.10/24"],
      routes: ["10.9.0.0/16 via 10.0.0.2", "default via 10.0.0.1"],
      mtu: 1400,
    });
    assert.match(textOf(resolvConf), /^# Written by leasehold client.*\nsearch example.test\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n$/);
    assert.equal((await client.next("renewed", "rebound", "expired")).event, "renewed");
    assert.equal((await server.leases())[0]?.hostname, "laptop");
    assert.equal(await client.program.end(), 0);
    assert.deepEqual(configured(lab, "-4"), { addresses: [], routes: [], mtu: 1500 });
    assert.equal(textOf(resolvConf), "nameserver 192.0.2.1\n");
    assert.equal(existsSync(`${resolvConf}.before-leasehold`), false);
    assert.doesNotMatch(server.output(), /RELEASE/);
  });

  test("takes everything back when its terminal is closed, or the reader of its output goes", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const resolvConf = join(lab.folder, "resolv.conf");
    writeFileSync(resolvConf, "nameserver 192.0.2.1\n");
    await startLeasehold(t, lab.lab, lab.server, CONFIG);
    const client = lab.start("--configure");
    await client.next("bound");
    assert.equal(await client.program.end("SIGHUP"), 0);
    assert.deepEqual(configured(lab, "-4"), { addresses: [], routes: [], mtu: 1500 });

    const command = `"${process.execPath}" "${MAIN}" client eth0 --configure --resolv-conf "${resolvConf}" | head -n 1`;
    const read = lab.lab.start(lab.client, "sh", "-c", `${command}; echo over`);
    await read.line(/^bound 10\.0\.0\.10/, 20_000);
    // That nobody reads is seen with the next event, a renewal, which may have come by now.
    await read.line(/^over/, 20_000);
    assert.deepEqual(configured(lab, "-4"), { addresses: [], routes: [], mtu: 1500 });
    assert.equal(textOf(resolvConf), "nameserver 192.0.2.1\n");
  });

  test("asks all servers when its own does not answer", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "nft")) return;
    const lab = createClientLab(t);
    const server = await startLeasehold(
      t,
      lab.lab,
      lab.server,
      `
      config: { lease_time: 2m, renew_time: 1, rebind_time: 3 }
      networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.10-10.0.0.19 }] } }
    `,
    );
    // Nothing that is sent to the server alone gets there.
    lab.lab.exec(lab.server, "nft", "add table ip t; add chain ip t in { type filter hook input priority 0; }");
    lab.lab.exec(lab.server, "nft", "add rule ip t in ip daddr 10.0.0.1 udp dport 67 drop");
    const client = lab.start("--configure");
    const { lease } = await client.next("bound");
    const rebound = await client.next("renewed", "rebound", "expired");
    assert.deepEqual([rebound.event, rebound.lease?.address], ["rebound", lease?.address]);
    assert.equal(server.output().match(/"message":"DISCOVER",[^\n]*"reply":/g)?.length, 1);
  });

  test("asks for its lease of before when it is started again, and when the link is back; a refusal has it begin anew", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const state = join(lab.folder, "state.json");
    const config = (range: string): string => `
      config: { lease_time: 1h }
      networks: { 10.0.0.0/24: { ranges: [{ range: ${range} }] } }
    `;
    const server = await startLeasehold(t, lab.lab, lab.server, config("10.0.0.10-10.0.0.19"));
    const once = lab.start("--state", state, "--once");
    const { lease } = await once.next("bound");
    assert.equal(await once.program.ended, 0);
    const client = lab.start("--state", state, "--configure");
    assert.equal((await client.next("bound", "nak")).lease?.address, lease?.address);
    lab.lab.exec(lab.server, "ip", "link", "set", "eth0", "down");
    lab.lab.exec(lab.server, "ip", "link", "set", "eth0", "up");
    assert.equal((await client.next("bound", "nak")).lease?.address, lease?.address);
    assert.equal(server.output().match(/"message":"DISCOVER",[^\n]*"reply":/g)?.length, 1);

    await server.kill();
    await startLeasehold(t, lab.lab, lab.server, config("10.0.0.30-10.0.0.39"));
    lab.lab.exec(lab.server, "ip", "link", "set", "eth0", "down");
    lab.lab.exec(lab.server, "ip", "link", "set", "eth0", "up");
    assert.equal((await client.next("bound", "nak")).event, "nak");
    assert.deepEqual(configured(lab, "-4").addresses, []);
    assert.match((await client.next("bound")).lease?.address ?? "", /^10\.0\.0\.3\d$/);
  });

  test("declines an address that another host has, and releases its own at the end where that is wanted", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    addHost(lab, "10.0.0.10/24");
    const server = await startLeasehold(
      t,
      lab.lab,
      lab.server,
      `
      interfaces: [br0]
      networks: { 10.0.0.0/24: { allocation: sequential, ranges: [{ range: 10.0.0.10-10.0.0.11 }] } }
    `,
    );
    const client = lab.start("--release");
    assert.equal((await client.next("declined", "bound")).event, "declined");
    assert.equal((await client.next("bound")).lease?.address, "10.0.0.11");
    assert.equal(await client.program.end(), 0);
    assert.equal((await client.next("released")).lease?.address, "10.0.0.11");
    const leases = await server.leasesWhen((all) => all.every(({ state }) => state !== "bound"));
    assert.deepEqual(
      leases.map(({ address, state }) => `${address} ${state}`),
      ["10.0.0.10 declined", "10.0.0.11 released"],
    );
  });

  test("has its lease from dhcpd, renews it, and gives it back", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhcpd")) return;
    const lab = createClientLab(t);
    const [file, leases] = [join(lab.folder, "dhcpd.conf"), join(lab.folder, "dhcpd.leases")];
    writeFileSync(
      file,
      "authoritative; default-lease-time 60; option dhcp-renewal-time 2;\n" +
        "subnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.50 10.0.0.60; option routers 10.0.0.1; }\n",
    );
    writeFileSync(leases, "");
    const peer = lab.lab.start(lab.server, "dhcpd", "-4", "-f", "-d", "-cf", file, "-lf", leases, "--no-pid", "eth0");
    tellOnFailure(t, () => peer.output());
    await peer.line(/Server starting service/);
    const client = lab.start("--configure", "--hostname", "laptop", "--release");
    assert.match((await client.next("bound")).lease?.address ?? "", /^10\.0\.0\.(5\d|60)$/);
    assert.deepEqual(configured(lab, "-4").routes, ["default via 10.0.0.1"]);
    assert.equal((await client.next("renewed", "rebound", "expired")).event, "renewed");
    assert.equal(await client.program.end(), 0);
    await peer.line(/DHCPRELEASE of 10\.0\.0\.(5\d|60) from .*\(found\)/);
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["an interface that is not there", ["nowhere0"], /there is no network interface "nowhere0"/],
    ["a name in anonymity", ["lo", "--anonymous", "--hostname", "x"], /--hostname and --anonymous/],
    ["nothing to ask for", ["lo", "-6", "--no-na"], /--no-na/],
  ];
  for (const [what, args, message] of wrong) {
    test(`refuses ${what}`, () => {
      const { status, stderr } = spawnSync(process.execPath, [MAIN, "client", ...args], { encoding: "utf8" });
      assert.notEqual(status, 0);
      assert.match(stderr, message);
    });
  }
});
