import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { type TestContext, test } from "node:test";
import { type Named, startNamed } from "../support/bind.ts";
import { endpointOf } from "../support/dig.ts";
import { forwardLines, identityOfMac, reverseLines, reverseNameOf } from "../support/dns-records.ts";
import { requirePrograms } from "../support/requirement.ts";
import { eventually, linesOf, startSite } from "./dns-site.ts";

const ZONE = "lan.example";
const REVERSE = "77.10.in-addr.arpa";
const KEY = { name: "leasehold", algorithm: "hmac-sha512", secret: "bGVhc2Vob2xkIGtleSBmb3IgdGVzdHMgb25seSEhISE=" };
const RELAY = "10.77.0.1";

async function createPlace(t: TestContext, transfers?: string) {
  const named = await startNamed(t, {
    keys: [KEY],
    zones: [ZONE, REVERSE].map((name) => ({ name, updates: KEY.name, ...(transfers === undefined ? {} : { transfers }) })),
  });
  const server = `ip: "${endpointOf(named)}", key: leasehold`;
  const site = await startSite(
    t,
    `
ddns:
  qualifying_suffix: ${ZONE}
  tsig_keys: { leasehold: { algorithm: ${KEY.algorithm}, data: "${KEY.secret}" } }
  forward: [{ name: ${ZONE}, ${server} }]
  reverse: [{ name: ${REVERSE}, ${server} }]
networks: { 10.77.0.0/16: { options: { routers: 10.77.0.1 }, ranges: [{ range: 10.77.1.1-10.77.1.250 }] } }
`,
  );
  const come = async (n: number): Promise<string[]> => {
    const mac = Uint8Array.of(2, 0, 0, 5, 0, n);
    const host = site.host4(mac);
    await host.obtain(RELAY, { hostname: `host-${n}` });
    const [address = "none"] = host.addresses;
    const [name, identity] = [`host-${n}.${ZONE}`, identityOfMac(mac)];
    return [...forwardLines(name, [address], identity), ...reverseLines(name, address, identity)];
  };
  const zonesAre = (lines: readonly string[], patience?: number): Promise<void> =>
    eventually(
      () => linesOf(named, [ZONE, REVERSE]),
      (found) => assert.deepEqual(found, lines.toSorted()),
      patience,
    );
  return { named, site, come, zonesAre };
}

/** Somebody else changes a zone. */
function change(named: Named, zone: string, ...lines: readonly string[]): void {
  const input = [`server ${named.address} ${named.port}`, `zone ${zone}`, ...lines, "send", ""].join("\n");
  const { status, stderr } = spawnSync("nsupdate", ["-y", `${KEY.algorithm}:${KEY.name}:${KEY.secret}`], { input, encoding: "utf8" });
  assert.equal(status, 0, stderr);
}

test("leasehold dns pending lists what waits and why, over kill -9, until it is done", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const { named, site, come, zonesAre } = await createPlace(t);
  const pending = async (): Promise<string> => {
    const { status, stdout, stderr } = await site.run(["dns", "pending"]);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const first = await come(1);
  await zonesAre(first);
  await eventually(pending, (found) => assert.doesNotMatch(found, /host-1/));
  await named.kill();
  const others = [...(await come(2)), ...(await come(3))];
  for (const again of [false, true]) {
    if (again) {
      await site.kill();
      await site.start();
    }
    await eventually(pending, (found) => {
      assert.match(found, /host-2\.lan\.example/);
      assert.match(found, /host-3\.lan\.example/);
      assert.doesNotMatch(found, /host-1\./);
    });
  }
  const { stdout } = await site.run(["dns", "pending"], "--json");
  for (const line of stdout.split("\n").filter(Boolean)) JSON.parse(line);
  await named.start();
  await zonesAre([...first, ...others], 90_000);
  await eventually(pending, (found) => assert.doesNotMatch(found, /host-/));
});

// Where the zone can't be had as a whole, name by name is asked for.
for (const transfers of [KEY.name, "none"]) {
  test(`leasehold dns sync finds what is not as the leases are, and repairs it (${transfers === "none" ? "by queries" : "by AXFR"})`, async (t: TestContext) => {
    if (!requirePrograms(t, "named", "dig", "nsupdate")) return;
    const { named, site, come } = await createPlace(t, transfers);
    const [one, two, three] = [await come(1), await come(2), await come(3)];
    const record = (lines: readonly string[], type: string): string => lines.find((line) => line.includes(` ${type} `)) as string;
    const isThere = (line: string): Promise<void> =>
      eventually(
        async () => {
          const [name = "", type = "", data = ""] = line.split(" ");
          return (await named.query(name, type)).answers.map((answer) => answer.data).includes(data);
        },
        (found) => assert.ok(found, `no ${line}`),
      );
    for (const line of [...one, ...two, ...three]) await isThere(line);

    // One name is lost, one address is wrong, a reverse name is lost; and there is something of somebody else's.
    change(named, ZONE, "update delete host-1.lan.example.", "update add foreign.lan.example. 60 A 192.0.2.7");
    change(named, ZONE, "update delete host-2.lan.example. A", "update add host-2.lan.example. 60 A 192.0.2.8");
    const address = record(three, "A").split(" ")[2] as string;
    change(named, REVERSE, `update delete ${reverseNameOf(address)}.`);

    const dry = await site.run(["dns", "sync"], "--dry-run");
    assert.equal(dry.status, 1, dry.stdout + dry.stderr);
    const { status, stdout, stderr } = await site.run(["dns", "sync"]);
    assert.equal(status, 0, stderr + stdout);
    assert.match(stdout, /lan\.example/);
    for (const line of [...one, ...two, ...three, "foreign.lan.example A 192.0.2.7"]) await isThere(line);
    const { answers } = await named.query("host-2.lan.example", "A");
    assert.deepEqual(
      answers.map(({ data }) => data),
      [record(two, "A").split(" ")[2]],
    );
    await eventually(
      () => site.run(["dns", "sync"], "--dry-run"),
      (found) => assert.equal(found.status, 0, found.stdout + found.stderr),
    );
  });
}
