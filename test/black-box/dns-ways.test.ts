import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { freePort, type Named, startNamed } from "../support/bind.ts";
import { createDhcpClient, type DhcpClientOptions } from "../support/dhcp-client.ts";
import { createDhcp6Client, type Dhcp6Program } from "../support/dhcp6-client.ts";
import { type DnsPlace, dig, endpointOf } from "../support/dig.ts";
import type { Said } from "../support/dns-clients.ts";
import { reverseNameOf } from "../support/dns-records.ts";
import { startLeasehold, temporaryFolder } from "../support/leasehold-process.ts";
import type { Namespace } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { eventually, startSite } from "./dns-site.ts";
import { createDhcp6Pair, createPair } from "./labs.ts";

/* The three ways by which a name resolves, all of them at once: BIND that is updated, DNS that is answered, a hosts file. */

const ZONE = "lan.example";
const ZONES = [ZONE, "77.10.in-addr.arpa", "7.7.0.0.8.b.d.0.1.0.0.2.ip6.arpa"];

function namesConfig(named: DnsPlace, listen: string, hostsFile: string): string {
  const at = endpointOf(named);
  return `
ddns:
  qualifying_suffix: ${ZONE}
  override_client_updates: true
  forward: [{ name: ${ZONE}, ip: "${at}" }]
  reverse: [${ZONES.slice(1)
    .map((name) => `{ name: ${name}, ip: "${at}" }`)
    .join(", ")}]
dns: { listen: "${listen}", hosts_file: "${hostsFile}" }
options: { domain_name: ${ZONE} }
`;
}

/** Who is asked, and from where. */
interface Ways {
  readonly named: Named;
  readonly responder: DnsPlace;
  readonly hostsFile: string;
  readonly through?: readonly string[];
}

/** Names and addresses as each of the ways has them: "name type data". */
async function resolved({ named, responder, hostsFile, through = [] }: Ways, name: string, address: string): Promise<readonly string[]> {
  const questions = [
    [name, address.includes(":") ? "AAAA" : "A"],
    [reverseNameOf(address), "PTR"],
  ] as const;
  const found: string[] = [];
  for (const [question, type] of questions) {
    const answers = await Promise.all([named.query(question, type), dig(responder, question, type, { through })]);
    for (const [i, { answers: records }] of answers.entries()) found.push(...records.map(({ data }) => `${["BIND", "own"][i]} ${data}`));
  }
  const lines = readFileSync(hostsFile, "utf8").split("\n");
  for (const line of lines) if (line.startsWith(`${address}\t`)) found.push(`file ${line.replaceAll("\t", " ")}`);
  return found.sort();
}

async function resolves(ways: Ways, name: string, address: string): Promise<void> {
  const [label] = name.split(".");
  const expected = [`BIND ${address}`, `BIND ${name}`, `own ${address}`, `own ${name}`, `file ${address} ${name} ${label}`];
  await eventually(
    () => resolved(ways, name, address),
    (found) => assert.deepEqual(found, expected.sort()),
  );
}

async function resolvesNoMore(ways: Ways, name: string, address: string): Promise<void> {
  await eventually(
    () => resolved(ways, name, address),
    (found) => assert.deepEqual(found, []),
  );
}

function enter({ name }: Namespace): readonly string[] {
  return ["ip", "netns", "exec", name];
}

interface Client4 {
  readonly says: string;
  readonly options: Omit<DhcpClientOptions, "interface">;
}

const fqdn = { name: "tester.lan.example.", serverUpdates: true };
const CLIENTS_4: readonly Client4[] = [
  { says: "dhclient with a host name", options: { program: "dhclient", hostname: "tester" } },
  { says: "dhclient with option 81 on the wire", options: { program: "dhclient", fqdn: { ...fqdn, encoded: true } } },
  { says: "dhclient with option 81 as text", options: { program: "dhclient", fqdn: { ...fqdn, encoded: false } } },
  {
    says: "dhclient that would see to its name itself",
    options: { program: "dhclient", fqdn: { ...fqdn, encoded: true, serverUpdates: false } },
  },
  { says: "udhcpc with a host name", options: { program: "udhcpc", hostname: "tester" } },
  { says: "dhcpcd with a host name", options: { program: "dhcpcd", hostname: "tester" } },
  { says: "dhcpcd with a whole name as its host name", options: { program: "dhcpcd", hostname: "tester.lan.example" } },
  { says: "dhcpcd with option 81", options: { program: "dhcpcd", fqdn: { ...fqdn, name: "tester.lan.example", encoded: true } } },
  { says: "systemd-networkd with a host name", options: { program: "systemd-networkd", hostname: "tester" } },
];
const CLIENTS_6: readonly Dhcp6Program[] = ["dhclient", "dhcpcd", "systemd-networkd"];

suite("the name of a client that others wrote resolves by each way, until its lease is gone", { concurrency: 2 }, () => {
  for (const { says, options } of CLIENTS_4) {
    test(says, async (t: TestContext) => {
      if (!requireNamespaces(t) || !requirePrograms(t, "named", "dig", options.program)) return;
      const { lab, server, client: place } = createPair(t, "02:00:5e:70:00:01");
      const named = await startNamed(t, { zones: ZONES.map((name) => ({ name, updates: "any" })), through: enter(server) });
      const hostsFile = join(temporaryFolder(t), "hosts");
      const leasehold = await startLeasehold(
        t,
        lab,
        server,
        `${namesConfig(named, "10.77.0.1", hostsFile)}
networks: { 10.77.0.0/24: { options: { routers: 10.77.0.1 }, ranges: [{ range: 10.77.0.100-10.77.0.199 }] } }
`,
      );
      const client = createDhcpClient(t, lab, place, options);
      client.start();
      const { address } = await client.next("BOUND");
      const ways: Ways = { named, responder: { address: "10.77.0.1", port: 53 }, hostsFile, through: enter(place) };
      await resolves(ways, `tester.${ZONE}`, address);
      await client.release();
      await leasehold.leasesWhen((leases) => leases.every(({ state }) => state === "released"));
      await resolvesNoMore({ ...ways, through: enter(server) }, `tester.${ZONE}`, address);
    });
  }

  for (const program of CLIENTS_6) {
    test(`${program} of DHCPv6`, async (t: TestContext) => {
      if (!requireNamespaces(t) || !requirePrograms(t, "named", "dig", program)) return;
      const { lab, server, client: place } = await createDhcp6Pair(t, "02:00:5e:70:00:02");
      const named = await startNamed(t, { zones: ZONES.map((name) => ({ name, updates: "any" })), through: enter(server) });
      const hostsFile = join(temporaryFolder(t), "hosts");
      const leasehold = await startLeasehold(
        t,
        lab,
        server,
        `${namesConfig(named, "[2001:db8:77::1]:53", hostsFile)}
v6: { networks: { "2001:db8:77::/64": { ranges: [{ start: "2001:db8:77::1000", end: "2001:db8:77::1fff" }] } } }
`,
      );
      const client = createDhcp6Client(t, lab, place, program, "address", "tester");
      client.start();
      const [address = "none"] = await client.addressesWhen((found) => found.length > 0);
      const ways: Ways = { named, responder: { address: "2001:db8:77::1", port: 53 }, hostsFile, through: enter(server) };
      await resolves(ways, `tester.${ZONE}`, address);
      // That of Debian 12 gives nothing back.
      if (program === "systemd-networkd") return;
      await client.release();
      await leasehold.leasesWhen((leases) => leases.every(({ state }) => state === "released"));
      await resolvesNoMore(ways, `tester.${ZONE}`, address);
    });
  }
});

/** As Windows says it: it sees to its address record itself, and leaves the other to the server; with a host name beside it. */
const WINDOWS: readonly { readonly title: string; readonly said: Said; readonly told: object }[] = [
  {
    title: "as text, in part",
    said: { hostname: "DESKTOP-7", fqdn: { flags: "", name: "DESKTOP-7" } },
    told: { flags: "SO", name: "desktop-7.lan.example" },
  },
  {
    title: "as text, whole",
    said: { hostname: "DESKTOP-7", fqdn: { flags: "", name: "DESKTOP-7.lan.example" } },
    told: { flags: "SO", name: "desktop-7.lan.example" },
  },
  {
    title: "on the wire, in part",
    said: { hostname: "DESKTOP-7", fqdn: { flags: "E", name: "DESKTOP-7" } },
    told: { flags: "SOE", name: "desktop-7.lan.example." },
  },
  {
    title: "on the wire, whole",
    said: { hostname: "DESKTOP-7", fqdn: { flags: "E", name: "DESKTOP-7.lan.example." } },
    told: { flags: "SOE", name: "desktop-7.lan.example." },
  },
];

test("so does the name that Windows sends", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const named = await startNamed(t, { zones: ZONES.map((name) => ({ name, updates: "any" })) });
  const responder = { address: "127.0.0.1", port: await freePort() };
  const hostsFile = join(temporaryFolder(t), "hosts");
  const site = await startSite(
    t,
    `${namesConfig(named, endpointOf(responder), hostsFile)}
networks: { 10.77.0.0/24: { options: { routers: 10.77.0.1 }, ranges: [{ range: 10.77.0.100-10.77.0.199 }] } }
`,
  );
  const ways: Ways = { named, responder, hostsFile };
  for (const [i, { title, said, told }] of WINDOWS.entries()) {
    const host = site.host4(Uint8Array.of(2, 0, 0, 6, 0, i));
    const { fqdn } = await host.obtain("10.77.0.1", said);
    const [address = "none"] = host.addresses;
    assert.deepEqual({ ...fqdn, name: fqdn?.name.toLowerCase() }, told, title);
    await resolves(ways, `desktop-7.${ZONE}`, address);
    await host.release();
    await resolvesNoMore(ways, `desktop-7.${ZONE}`, address);
  }
});
