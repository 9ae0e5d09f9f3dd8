import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Named, startNamed } from "../support/bind.ts";
import { endpointOf } from "../support/dig.ts";
import { forEachOf, type Host, type Hosts, type Said } from "../support/dns-clients.ts";
import {
  forwardLines,
  type Identity,
  identityOfClientIdentifier,
  identityOfDuid,
  identityOfMac,
  reverseLines,
} from "../support/dns-records.ts";
import { createRandom } from "../support/random.ts";
import { requirePrograms } from "../support/requirement.ts";
import { eventually, linesOf, type Site, startSite } from "./dns-site.ts";

/** Clients of each protocol. 5000 takes a few minutes. */
const CLIENTS = Number(process.env.DNS_CLIENTS ?? 1000);
/** For how long there is no DNS server, in milliseconds. */
const OUTAGE = Number(process.env.DNS_OUTAGE ?? 10) * 1000;
/** How often the server is killed while updates are caught up with. */
const KILLS = 3;
/** Clients of each protocol that wait for an answer at one time. */
const WINDOW = 32;
const TTL = 321;

const KEY = { name: "leasehold", algorithm: "hmac-sha256", secret: "bGVhc2Vob2xkIGtleSBmb3IgdGVzdHMgb25seSEhISE=" };
const FORWARD = "lan.example";
const REVERSE = ["77.10.in-addr.arpa", "78.10.in-addr.arpa", "7.7.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "8.7.0.0.8.b.d.0.1.0.0.2.ip6.arpa"];
const [RELAYS_4, RELAYS_6] = [
  ["10.77.0.1", "10.78.0.1"],
  ["2001:db8:77::1", "2001:db8:78::1"],
];

function configOf(named: Named): string {
  const server = `ip: "${endpointOf(named)}", key: leasehold`;
  return `
ddns:
  ttl: ${TTL}
  generate_names: true
  qualifying_suffix: ${FORWARD}
  tsig_keys: { leasehold: { algorithm: ${KEY.algorithm}, data: "${KEY.secret}" } }
  forward: [{ name: ${FORWARD}, ${server} }]
  reverse: [${REVERSE.map((name) => `{ name: ${name}, ${server} }`).join(", ")}]
config: { lease_time: 3600 }
networks:
  10.77.0.0/16: { options: { routers: 10.77.0.1 }, ranges: [{ range: 10.77.1.1-10.77.250.250 }] }
  10.78.0.0/16: { options: { routers: 10.78.0.1 }, ranges: [{ range: 10.78.1.1-10.78.250.250 }] }
v6:
  config: { lease_time: 3600 }
  networks:
    "2001:db8:77::/64": { ranges: [{ start: "2001:db8:77::1:0", end: "2001:db8:77::2:ffff" }] }
    "2001:db8:78::/64": { ranges: [{ start: "2001:db8:78::1:0", end: "2001:db8:78::2:ffff" }] }
`;
}

/** A client and what it wants to be called. */
interface Named6or4 {
  readonly host: Host;
  readonly identity: Identity;
  readonly relays: readonly string[];
  /** Which of the ways to say a name it has. */
  readonly way: Way;
  /** The first label of its name. */
  label: string;
}

/** Ways to say a name, and which records follow. */
interface Way {
  say(label: string): Said;
  readonly forward: boolean;
  readonly reverse: boolean;
  /** It has no name, and is given one made of its address. */
  readonly generated?: true;
}

const both = { forward: true, reverse: true };
const WAYS_4: readonly Way[] = [
  { ...both, say: (hostname) => ({ hostname }) },
  { ...both, say: (name) => ({ fqdn: { flags: "SE", name } }) },
  { ...both, say: (name) => ({ fqdn: { flags: "S", name: `${name}.${FORWARD}` } }) },
  { forward: false, reverse: true, say: (name) => ({ hostname: name, fqdn: { flags: "E", name: `${name}.${FORWARD}.` } }) },
  { forward: false, reverse: false, say: (name) => ({ fqdn: { flags: "EN", name } }) },
  { ...both, generated: true, say: () => ({}) },
];
const WAYS_6: readonly Way[] = [
  { ...both, say: (name) => ({ fqdn: { flags: "S", name } }) },
  { ...both, say: (name) => ({ fqdn: { flags: "S", name: `${name.toUpperCase()}.${FORWARD}.` } }) },
  { forward: false, reverse: true, say: (name) => ({ fqdn: { flags: "", name } }) },
  { forward: false, reverse: false, say: (name) => ({ fqdn: { flags: "N", name } }) },
  { ...both, generated: true, say: () => ({}) },
];

/** Clients of DHCPv4 and of DHCPv6; of every third pair both are one machine, with one name. */
function createClients(hosts: Hosts): Named6or4[] {
  return Array.from({ length: CLIENTS }, (_, i): Named6or4[] => {
    const mac = Uint8Array.of(2, 0, 0, 1, i >>> 8, i & 255);
    const duid = Uint8Array.of(0, 3, 0, 1, ...mac);
    const isOne = i % 3 === 0;
    const identifier = isOne ? Uint8Array.of(255, 0, 0, 0, 1, ...duid) : i % 3 === 1 ? Uint8Array.of(1, ...mac) : undefined;
    const [first4, first6] = [WAYS_4[0] as Way, WAYS_6[0] as Way];
    return [
      {
        host: hosts.host4(mac, identifier),
        identity: identifier === undefined ? identityOfMac(mac) : identityOfClientIdentifier(identifier),
        relays: RELAYS_4,
        way: isOne ? first4 : (WAYS_4[i % WAYS_4.length] as Way),
        label: isOne ? `both-${i}` : `four-${i}`,
      },
      {
        host: hosts.host6(duid, i % 5 === 0 ? 2 : 1),
        identity: identityOfDuid(duid),
        relays: RELAYS_6,
        way: isOne ? first6 : (WAYS_6[i % WAYS_6.length] as Way),
        label: isOne ? `both-${i}` : `six-${i}`,
      },
    ];
  }).flat();
}

function nameOf({ way, label }: Named6or4, address: string): string {
  const first = way.generated ? address.replaceAll(/[.:]/g, "-") : label;
  return way.forward || way.reverse ? `${first}.${FORWARD}` : "";
}

/** What the zones have to hold, by what clients know. */
function expectedLines(clients: readonly Named6or4[]): readonly string[] {
  const lines = new Set<string>();
  for (const client of clients) {
    for (const address of client.host.addresses) {
      const name = nameOf(client, address);
      if (client.way.forward) for (const line of forwardLines(name, [address], client.identity)) lines.add(line);
      if (client.way.reverse) for (const line of reverseLines(name, address, client.identity)) lines.add(line);
    }
  }
  return [...lines].sort();
}

function expectedNames(clients: readonly Named6or4[]): Readonly<Record<string, string>> {
  return Object.fromEntries(clients.flatMap((client) => client.host.addresses.map((address) => [address, nameOf(client, address)])));
}

/** The first few lines that one has and the other has not. */
function difference(found: readonly string[], expected: readonly string[]): readonly string[] {
  const [has, wanted] = [new Set(found), new Set(expected)];
  const lines = [
    ...expected.filter((line) => !has.has(line)).map((line) => `missing: ${line}`),
    ...found.filter((line) => !wanted.has(line)).map((line) => `too much: ${line}`),
  ];
  return lines.length > 20 ? [...lines.slice(0, 20), `and ${lines.length - 20} more`] : lines;
}

async function zonesAreRight(named: Named, clients: readonly Named6or4[], patience: number): Promise<void> {
  const expected = expectedLines(clients);
  await eventually(
    () => linesOf(named, [FORWARD, ...REVERSE]),
    (found) => assert.deepEqual(difference(found, expected), []),
    patience,
  );
}

async function pendingOf(site: Site): Promise<string> {
  const { status, stdout, stderr } = await site.run(["dns", "pending"]);
  assert.equal(status, 0, stderr);
  return stdout;
}

async function leasesAreRight(site: Site, clients: readonly Named6or4[]): Promise<void> {
  const expected = expectedNames(clients);
  // Nobody is told when a RELEASE has arrived.
  await eventually(site.names, (found) => assert.deepEqual(found, expected));
}

test(`${2 * CLIENTS} clients come, rename, move, renew and go, while BIND is away and Leasehold is killed: zones equal the leases`, async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const zones = [FORWARD, ...REVERSE].map((name) => ({ name, updates: KEY.name }));
  const named = await startNamed(t, { keys: [KEY], zones });
  const site = await startSite(t, configOf(named));
  const clients = createClients(site);
  const say = ({ way, label }: Named6or4): Said => way.say(label);
  const all = (some: readonly Named6or4[], act: (client: Named6or4) => Promise<unknown>): Promise<void> => forEachOf(some, 2 * WINDOW, act);
  const come = (some: readonly Named6or4[]): Promise<void> =>
    all(some, (client) => client.host.obtain(client.relays[0] as string, say(client)));
  const half = clients.length / 2;

  // They come. In the middle of it there is no DNS server any more.
  await come(clients.slice(0, half));
  await named.kill();
  const away = Date.now();
  await come(clients.slice(half));

  // Some are called otherwise from now on: every second pair of names is exchanged, the others are new.
  const renamed = clients.filter(({ way, label }, i) => way.forward && !way.generated && !label.startsWith("both") && i % 4 < 2);
  for (let i = 0; i + 1 < renamed.length; i += 2) {
    const [a, b] = [renamed[i] as Named6or4, renamed[i + 1] as Named6or4];
    [a.label, b.label] = i % 4 === 0 ? [b.label, a.label] : [`new-${a.label}`, `new-${b.label}`];
  }
  await all(renamed, (client) => client.host.renew(say(client)));

  // The server ends without a word while updates wait.
  assert.notEqual(await pendingOf(site), "", "nothing waits while there is no DNS server");
  await site.kill();
  await site.start();
  await leasesAreRight(site, clients);
  await delay(Math.max(0, away + OUTAGE - Date.now()));
  await named.start();

  // Some move to the other network, some go, and the rest renews; meanwhile updates are caught up with, and the server is killed again and again.
  const moving = clients.filter((_, i) => i % 7 === 0);
  const going = clients.filter((_, i) => i % 7 === 1);
  const staying = clients.filter((_, i) => i % 7 > 1);
  await all(moving, async (client) => {
    await client.host.release();
    await client.host.obtain(client.relays[1] as string, say(client));
  });
  const random = createRandom(2136);
  for (let i = 0; i < KILLS; i++) {
    await delay(random.below(1500));
    await site.kill();
    await site.start();
  }
  await all(staying, (client) => client.host.renew(say(client)));
  await all(going, (client) => client.host.release());

  await leasesAreRight(site, clients);
  await zonesAreRight(named, clients, 120_000);
  await eventually(
    () => pendingOf(site),
    (found) => assert.equal(found, ""),
  );
  const records = await named.transfer(FORWARD);
  assert.deepEqual([...new Set(records.filter(({ name }) => name !== FORWARD).map(({ ttl }) => ttl))], [TTL]);

  // All go.
  await all([...moving, ...staying], (client) => client.host.release());
  assert.deepEqual(expectedLines(clients), []);
  await zonesAreRight(named, clients, 120_000);
  await site.stop();
});
