/** What seldom happens to a client, with packets on a link. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fromHex, toHex } from "../../../src/net/bytes.ts";
import { decode as decode4 } from "../../../src/wire/dhcp4/decode.ts";
import { decode as decode6 } from "../../../src/wire/dhcp6/decode.ts";
import { startLeasehold, tellOnFailure } from "../../support/leasehold-process.ts";
import type { Program } from "../../support/namespaces.ts";
import { requireNamespaces } from "../../support/requirement.ts";
import { type ClientLab, configured, createClientLab, MAIN, textOf } from "./lab.ts";

const ODD_SERVER = fileURLToPath(new URL("./odd-server.ts", import.meta.url));

const config6 = (time: string, nameServer = "2001:db8:1::53"): string => `
v6:
  interfaces: [eth0]
  config: { ${time} }
  options: { dns_servers: "${nameServer}" }
  networks:
    2001:db8:1::/64: { ranges: [{ range: "2001:db8:1::10 - 2001:db8:1::10" }] }
`;

/** With an hour for the leases, nothing but the RECONFIGURE can have the client renew. */
const HOUR = "lease_time: 3600, preferred_time: 3600, renew_time: 1800, rebind_time: 2700";

async function startOddServer({ lab, server }: ClientLab): Promise<Program> {
  lab.exec(server, "ip", "route", "add", "255.255.255.255/32", "dev", "eth0");
  const program = lab.start(server, process.execPath, ODD_SERVER);
  await program.line(/^ready/, 60_000);
  return program;
}

suite("leasehold client, what seldom happens", { concurrency: 6 }, () => {
  test("a RECONFIGURE has it renew, and it has what is new", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const file = join(lab.folder, "leasehold.yaml");
    writeFileSync(file, config6(HOUR));
    const server = lab.lab.start(lab.server, process.execPath, MAIN, "serve", "--no-api", "-c", file, "-d", join(lab.folder, "leases.db"));
    tellOnFailure(t, () => `the server said:\n${server.output()}`);
    await server.line(/listening on /, 60_000);
    const client = lab.start("-6", "--configure", "--reconfigure-accept");
    assert.deepEqual((await client.next("bound")).options, { dns_servers: ["2001:db8:1::53"] });
    writeFileSync(file, config6(HOUR, "2001:db8:1::54"));
    process.kill(server.pid, "SIGHUP");
    const renewed = await client.next("renewed", "rebound", "expired", "refused");
    assert.deepEqual([renewed.event, renewed.options], ["renewed", { dns_servers: ["2001:db8:1::54"] }]);
    assert.match(textOf(join(lab.folder, "resolv.conf")), /\nnameserver 2001:db8:1::54\n$/);
  });

  test("with --stateless it has options and no address", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const server = await startLeasehold(t, lab.lab, lab.server, config6(HOUR));
    const client = lab.start("-6", "--stateless", "--configure", "--once");
    assert.deepEqual((await client.next("informed", "bound")).options, { dns_servers: ["2001:db8:1::53"] });
    assert.equal(await client.program.ended, 0);
    assert.deepEqual(configured(lab, "-6").addresses, []);
    assert.match(textOf(join(lab.folder, "resolv.conf")), /\nnameserver 2001:db8:1::53\n$/);
    assert.deepEqual(await server.leases(), []);
  });

  test("when its server of DHCPv6 is gone it asks all, and another one extends the lease", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const config = config6("lease_time: 120, preferred_time: 100, renew_time: 2, rebind_time: 4");
    const first = await startLeasehold(t, lab.lab, lab.server, config);
    const client = lab.start("-6", "--configure");
    const bound = await client.next("bound");
    await first.kill();
    // A database of its own, so a DUID of its own: what is sent to the first one it leaves alone.
    await startLeasehold(t, lab.lab, lab.server, config);
    const rebound = await client.next("renewed", "rebound", "expired", "refused");
    assert.deepEqual([rebound.event, rebound.leases?.[0]?.address], ["rebound", "2001:db8:1::10"]);
    assert.notEqual(rebound.server, bound.server);
    assert.deepEqual(configured(lab, "-6").addresses, ["2001:db8:1::10/128"]);
  });

  test("when nobody extends its leases they end, and what was set up with them", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const server = await startLeasehold(
      t,
      lab.lab,
      lab.server,
      `config: { lease_time: { default: 8, min: 2, max: 8 } }
networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.10-10.0.0.10 }], options: { routers: 10.0.0.1 } } }
${config6("lease_time: 8, preferred_time: 8, renew_time: 4, rebind_time: 6")}`,
    );
    const client = lab.start("-4", "-6", "--configure");
    for (const bound = new Set<string>(); bound.size < 2; ) bound.add((await client.next("bound")).protocol);
    await server.kill();
    for (const expired = new Set<string>(); expired.size < 2; ) expired.add((await client.next("expired")).protocol);
    assert.deepEqual(configured(lab, "-4"), { addresses: [], routes: [], mtu: 1500 });
    assert.deepEqual(configured(lab, "-6").addresses, []);
  });

  test("wrong answers are nothing to it, and hostile values set nothing up", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const server = await startOddServer(lab);
    tellOnFailure(t, () => `the server said:\n${server.output()}`);
    const mac = macOf(lab);
    const client = lab.start("--configure");
    const { event, lease } = await client.next("bound", "nak", "declined");
    const address = `10.${[...mac.subarray(3)].join(".")}`;
    assert.deepEqual([event, lease?.address], ["bound", address]);
    assert.deepEqual(configured(lab, "-4"), { addresses: [`${address}/8`], routes: ["default via 10.0.0.1"], mtu: 1500 });
    const resolvConf = join(lab.folder, "resolv.conf");
    assert.doesNotMatch(readOrNothing(resolvConf), /^nameserver/m);
    assert.equal(await client.program.end(), 0);
  });

  test("in anonymity it says who it is by nothing but its hardware address", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createClientLab(t);
    const server = await startOddServer(lab);
    const mac = toHex(macOf(lab));
    lab.start("-4", "-6", "--anonymous");
    const discover = fromHex((await server.line(/^dhcp4 /, 60_000)).slice(6)) as Uint8Array;
    const read4 = decode4(discover);
    assert.ok(read4.ok);
    const { xid, options } = read4.message;
    // RFC 7844 sections 3.1 to 3.4: op, htype, hlen and hops; then the xid; all else but chaddr is zero.
    const fixed = `01010600${xid.toString(16).padStart(8, "0")}${"00".repeat(20)}${mac}${"00".repeat(10 + 64 + 128)}63825363`;
    assert.equal(toHex(discover.subarray(0, 240)), fixed);
    const byCode = new Map(options.map(({ code, data }) => [code, toHex(data)]));
    assert.deepEqual(
      [...byCode.keys()].sort((a, b) => a - b),
      [53, 55, 61],
    );
    assert.deepEqual([byCode.get(53), byCode.get(61)], ["01", `01${mac}`]);

    const solicit = fromHex((await server.line(/^dhcp6 /, 60_000)).slice(6)) as Uint8Array;
    const read6 = decode6(solicit);
    assert.ok(read6.ok);
    const known = new Map(read6.message.options.map(({ code, data }) => [code, toHex(data)]));
    // DUID-LL (section 4.3), IA_NA without an address, elapsed time and the list of wishes.
    assert.deepEqual(
      [...known.keys()].sort((a, b) => a - b),
      [1, 3, 6, 8],
    );
    assert.equal(known.get(1), `00030001${mac}`);
    assert.equal(known.get(3)?.length, 24);
  });
});

function macOf({ lab, client }: ClientLab): Uint8Array {
  const [link] = JSON.parse(lab.exec(client, "ip", "-j", "link", "show", "eth0")) as [{ address: string }];
  return fromHex(link.address.replaceAll(":", "")) as Uint8Array;
}

function readOrNothing(path: string): string {
  try {
    return textOf(path);
  } catch {
    return "";
  }
}
