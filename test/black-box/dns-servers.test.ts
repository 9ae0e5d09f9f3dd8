import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TSIG_ALGORITHMS } from "../../src/config/model/names.ts";
import { freePort, type Named, startNamed } from "../support/bind.ts";
import { endpointOf } from "../support/dig.ts";
import { forwardLines, identityOfMac, reverseLines } from "../support/dns-records.ts";
import { requirePrograms } from "../support/requirement.ts";
import { eventually, linesOf, type Site, startSite } from "./dns-site.ts";

/* Which DNS servers are told: by zone, with a key, the next one where one is dead, others after a reload. */

const SECRET = "bGVhc2Vob2xkIGtleSBmb3IgdGVzdHMgb25seSEhISE=";
const ZONE = "lan.example";
const REVERSE = "77.10.in-addr.arpa";
const NETWORK = "networks: { 10.77.0.0/16: { options: { routers: 10.77.0.1 }, ranges: [{ range: 10.77.1.1-10.77.1.250 }] } }";

/** A client comes with a name; the lines that follow from it. */
async function come(site: Site, n: number, name: string): Promise<{ forward: string[]; reverse: string[] }> {
  const mac = Uint8Array.of(2, 0, 0, 7, 0, n);
  const host = site.host4(mac);
  await host.obtain("10.77.0.1", { fqdn: { flags: "SE", name: `${name}.` } });
  const [address = "none"] = host.addresses;
  return { forward: forwardLines(name, [address], identityOfMac(mac)), reverse: reverseLines(name, address, identityOfMac(mac)) };
}

function zonesAre(named: Named, zones: readonly string[], lines: readonly string[]): Promise<void> {
  return eventually(
    () => linesOf(named, zones),
    (found) => assert.deepEqual(found, lines.toSorted()),
  );
}

test("updates are signed with each algorithm, over IPv4 and IPv6", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const parts = TSIG_ALGORITHMS.map((algorithm, i) => ({
    key: { name: `key-${algorithm}`, algorithm, secret: SECRET },
    zone: `${algorithm}.example`,
    reverse: `${i}.77.10.in-addr.arpa`,
    network: `10.77.${i}`,
  }));
  const named = await startNamed(t, {
    keys: parts.map(({ key }) => key),
    zones: parts.flatMap(({ key, zone, reverse }) => [zone, reverse].map((name) => ({ name, updates: key.name }))),
  });
  const at = { 4: endpointOf(named), 6: `[::1]:${named.port}` };
  const site = await startSite(
    t,
    `
ddns:
  tsig_keys:
${parts.map(({ key }) => `    ${key.name}: { algorithm: ${key.algorithm}, data: "${key.secret}" }`).join("\n")}
  forward:
${parts.map(({ key, zone }) => `    - { name: ${zone}., ip: "${at[4]}", key: ${key.name} }`).join("\n")}
  reverse:
${parts.map(({ key, reverse }) => `    - { name: ${reverse}, ip: "${at[6]}", key: ${key.name} }`).join("\n")}
networks:
${parts.map(({ network, zone }) => `  ${network}.0/24: { options: { routers: ${network}.1, domain_name: ${zone} }, ranges: [{ range: ${network}.10-${network}.99 }] }`).join("\n")}
`,
  );
  for (const [i, { zone, reverse, network }] of parts.entries()) {
    const mac = Uint8Array.of(2, 0, 0, 2, 1, i);
    const host = site.host4(mac);
    await host.obtain(`${network}.1`, { hostname: "tester" });
    const [address = "none"] = host.addresses;
    const name = `tester.${zone}`;
    const expected = [...forwardLines(name, [address], identityOfMac(mac)), ...reverseLines(name, address, identityOfMac(mac))];
    await eventually(
      () => linesOf(named, [zone, reverse]),
      (found) => assert.deepEqual(found, expected.sort()),
    );
  }
  // Metrics are a second old at times.
  await eventually(site.metrics, (found) => {
    const results = [...found].filter(([name, count]) => name.startsWith("leasehold_dns_updates_total") && count > 0);
    assert.deepEqual(
      results.map(([name]) => name),
      ['leasehold_dns_updates_total{result="ok"}'],
    );
  });
});

test("the longest zone that a name is in counts, wherever it stands; what is in none is asked of the server for any", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const wide = await startNamed(t, { zones: [ZONE, REVERSE, "else.example"].map((name) => ({ name, updates: "any" })) });
  const narrow = await startNamed(t, { zones: [{ name: `lab.${ZONE}`, updates: "any" }] });
  const site = await startSite(
    t,
    `
ddns:
  forward:
    - { name: "*", ip: "${endpointOf(wide)}" }
    - { name: ${ZONE}, ip: "${endpointOf(wide)}" }
    - { name: lab.${ZONE}, ip: "${endpointOf(narrow)}" }
  reverse: [{ name: "*", ip: "${endpointOf(wide)}" }]
${NETWORK}
`,
  );
  const inner = await come(site, 1, `a.lab.${ZONE}`);
  const outer = await come(site, 2, `b.${ZONE}`);
  const other = await come(site, 3, "c.else.example");
  // There is no such zone anywhere, so only the reverse one is there.
  await come(site, 4, "d.nowhere.example");
  await zonesAre(narrow, [`lab.${ZONE}`], inner.forward);
  const reverse = [inner, outer, other].flatMap((client) => client.reverse);
  await eventually(
    () => linesOf(wide, [ZONE, "else.example", REVERSE]),
    (found) =>
      assert.deepEqual(found.filter((line) => !line.includes("nowhere")).length, [...outer.forward, ...other.forward, ...reverse].length),
  );
  const found = await linesOf(wide, [ZONE, "else.example", REVERSE]);
  for (const line of [...outer.forward, ...other.forward, ...reverse]) assert.ok(found.includes(line), `no ${line}`);
});

test("where one server is dead the next one of the zone is told", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const named = await startNamed(t, { zones: [ZONE, REVERSE].map((name) => ({ name, updates: "any" })) });
  const dead = `127.0.0.1:${await freePort()}`;
  const entries = (name: string): string => [dead, endpointOf(named)].map((at) => `{ name: ${name}, ip: "${at}" }`).join(", ");
  const site = await startSite(t, `ddns: { forward: [${entries(ZONE)}], reverse: [${entries(REVERSE)}] }\n${NETWORK}\n`);
  const one = await come(site, 1, `a.${ZONE}`);
  await zonesAre(named, [ZONE, REVERSE], [...one.forward, ...one.reverse]);
  await site.line(new RegExp(`"level":"warn".*${dead}`));
});

test("a reload to another server of the zone tells that one everything; one without ddns removes it", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const zones = [ZONE, REVERSE].map((name) => ({ name, updates: "any" }));
  const [first, second] = [await startNamed(t, { zones }), await startNamed(t, { zones })];
  const configOf = (named: Named): string =>
    `ddns: { forward: [{ name: ${ZONE}, ip: "${endpointOf(named)}" }], reverse: [{ name: ${REVERSE}, ip: "${endpointOf(named)}" }] }\n${NETWORK}\n`;
  const site = await startSite(t, configOf(first));
  const clients = [await come(site, 1, `a.${ZONE}`), await come(site, 2, `b.${ZONE}`)];
  const lines = clients.flatMap(({ forward, reverse }) => [...forward, ...reverse]);
  await zonesAre(first, [ZONE, REVERSE], lines);
  await site.reload(configOf(second));
  await zonesAre(second, [ZONE, REVERSE], lines);
  await site.reload(`${NETWORK}\n`);
  await zonesAre(second, [ZONE, REVERSE], []);

  // And they are there again with it.
  await site.reload(configOf(first));
  await zonesAre(first, [ZONE, REVERSE], lines);
});
