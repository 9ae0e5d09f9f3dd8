import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startNamed } from "../support/bind.ts";
import { endpointOf, lineOf } from "../support/dig.ts";
import { dhcidText, forwardLines, identityOfDuid, identityOfMac, reverseLines } from "../support/dns-records.ts";
import { requirePrograms } from "../support/requirement.ts";
import { eventually, linesOf, type Site, startSite } from "./dns-site.ts";

/* Who has a name: what is in the DNS already, what is there because of another client, and what the configuration says. */

const ZONE = "lan.example";
const REVERSE = ["77.10.in-addr.arpa", "7.7.0.0.8.b.d.0.1.0.0.2.ip6.arpa"];
const STRANGER = identityOfMac(Uint8Array.of(2, 0, 0, 9, 9, 9));
const macOf = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 3, 0, n);
const [RELAY, RELAY_6] = ["10.77.0.1", "2001:db8:77::1"];

/** Names that others have put there: one of a client of another server, and one by hand. */
const THERE = [`taken A 192.0.2.1`, `taken DHCID ${dhcidText(STRANGER, `taken.${ZONE}`)}`, "static A 192.0.2.2", "text TXT mine"];
const THERE_LINES = [
  "static.lan.example A 192.0.2.2",
  "taken.lan.example A 192.0.2.1",
  `taken.lan.example DHCID ${dhcidText(STRANGER, `taken.${ZONE}`)}`,
  'text.lan.example TXT "mine"',
];

async function createPlace(t: TestContext, more = "") {
  const named = await startNamed(t, {
    zones: [{ name: ZONE, updates: "any", records: THERE }, ...REVERSE.map((name) => ({ name, updates: "any" }))],
  });
  const site = await startSite(
    t,
    `
ddns:
  qualifying_suffix: ${ZONE}
  forward: [{ name: ${ZONE}, ip: "${endpointOf(named)}" }]
  reverse: [${REVERSE.map((name) => `{ name: ${name}, ip: "${endpointOf(named)}" }`).join(", ")}]
${more}
networks:
  10.77.0.0/16:
    options: { routers: 10.77.0.1 }
    ranges: [{ range: 10.77.1.1-10.77.1.250 }]
    reservations: [{ match: { chaddr: "02:00:00:03:00:63" }, ip: 10.77.0.99, hostname: reserved }]
v6: { networks: { "2001:db8:77::/64": { ranges: [{ start: "2001:db8:77::100", end: "2001:db8:77::1ff" }] } } }
`,
  );
  const zonesAre = (lines: readonly string[]): Promise<void> =>
    eventually(
      () => linesOf(named, [ZONE, ...REVERSE]),
      (found) => assert.deepEqual(found, lines.toSorted()),
    );
  return { named, site, zonesAre };
}

/** A host that has an address, and the lines that are there because of it. */
async function come(site: Site, n: number, hostname: string) {
  const host = site.host4(macOf(n));
  await host.obtain(RELAY, { hostname });
  const [address = "none"] = host.addresses;
  const name = `${hostname}.${ZONE}`;
  const identity = identityOfMac(macOf(n));
  return { host, forward: forwardLines(name, [address], identity), reverse: reverseLines(name, address, identity) };
}

async function conflictsOf(site: Site): Promise<number> {
  return (await site.metrics()).get('leasehold_dns_updates_total{result="conflict"}') ?? 0;
}

test("a name of another client and one that is static are left as they are, and that is told", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const { named, site, zonesAre } = await createPlace(t);
  const own = await come(site, 1, "own");
  const others = [await come(site, 2, "taken"), await come(site, 3, "static"), await come(site, 4, "text")];
  await eventually(
    () => conflictsOf(site),
    (found) => assert.ok(found >= 3, `${found} conflicts`),
  );
  for (const name of ["taken", "static", "text"]) await site.line(new RegExp(`${name}\\.lan\\.example is there already`));
  // A PTR record would name a name that is not the client's.
  await zonesAre([...THERE_LINES, ...own.forward, ...own.reverse]);

  // Nor is anything of theirs removed when ours go.
  for (const { host } of [own, ...others]) await host.release();
  await zonesAre(THERE_LINES);
  assert.equal((await named.query(`static.${ZONE}`, "A")).answers.map(lineOf)[0], "static.lan.example A 192.0.2.2");
});

test("with conflict: overwrite a name of another client is taken, and a static one is not", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const { site, zonesAre } = await createPlace(t, "  conflict: overwrite");
  const taken = await come(site, 2, "taken");
  await come(site, 3, "static");
  await eventually(
    () => conflictsOf(site),
    (found) => assert.ok(found >= 1),
  );
  const others = THERE_LINES.filter((line) => !line.startsWith("taken"));
  await zonesAre([...others, ...taken.forward, ...taken.reverse]);
  await taken.host.release();
  await zonesAre(others);
});

test("of two clients the first keeps a name; the other has it when the first is gone, and a reserved name beats both", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const { site, zonesAre } = await createPlace(t);
  const first = await come(site, 1, "printer");
  await zonesAre([...THERE_LINES, ...first.forward, ...first.reverse]);
  const second = await come(site, 2, "printer");
  await site.line(/"level":"warn".*printer\.lan\.example/);
  await zonesAre([...THERE_LINES, ...first.forward, ...first.reverse]);
  await first.host.release();
  await zonesAre([...THERE_LINES, ...second.forward, ...second.reverse]);

  // A host that has its name by the configuration takes it from whoever has it.
  const early = await come(site, 4, "reserved");
  await zonesAre([...THERE_LINES, ...second.forward, ...second.reverse, ...early.forward, ...early.reverse]);
  const mac = Uint8Array.of(2, 0, 0, 3, 0, 0x63);
  const reserved = site.host4(mac);
  await reserved.obtain(RELAY, { hostname: "says-otherwise" });
  assert.deepEqual(reserved.addresses, ["10.77.0.99"]);
  await site.line(/"level":"warn".*reserved\.lan\.example/);
  const name = `reserved.${ZONE}`;
  const lines = [...forwardLines(name, ["10.77.0.99"], identityOfMac(mac)), ...reverseLines(name, "10.77.0.99", identityOfMac(mac))];
  await zonesAre([...THERE_LINES, ...second.forward, ...second.reverse, ...lines]);
});

test("one host has one name for both protocols, and keeps it as long as one of its addresses is there", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const { site, zonesAre } = await createPlace(t);
  const duid = Uint8Array.of(0, 3, 0, 1, ...macOf(7));
  const four = site.host4(macOf(7), Uint8Array.of(255, 0, 0, 0, 1, ...duid));
  const six = site.host6(duid);
  const name = `laptop.${ZONE}`;
  const linesNow = (): string[] => {
    const addresses = [...four.addresses, ...six.addresses];
    if (addresses.length === 0) return [];
    return [
      ...forwardLines(name, addresses, identityOfDuid(duid)),
      ...addresses.flatMap((address) => reverseLines(name, address, identityOfDuid(duid))),
    ];
  };
  await four.obtain(RELAY, { hostname: "laptop" });
  await zonesAre([...THERE_LINES, ...linesNow()]);
  await six.obtain(RELAY_6, { fqdn: { flags: "S", name: "laptop" } });
  await zonesAre([...THERE_LINES, ...linesNow()]);
  await four.release();
  await zonesAre([...THERE_LINES, ...linesNow()]);
  await six.release();
  await zonesAre(THERE_LINES);
});
