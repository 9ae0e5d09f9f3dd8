import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startNamed } from "../support/bind.ts";
import { endpointOf } from "../support/dig.ts";
import { forwardLines, identityOfDuid, identityOfMac, reverseLines } from "../support/dns-records.ts";
import { requirePrograms } from "../support/requirement.ts";
import { eventually, linesOf, startSite } from "./dns-site.ts";

/* Names go with the leases, whatever a lease ends by. */

const ZONE = "lan.example";
const REVERSE = ["77.10.in-addr.arpa", "78.10.in-addr.arpa", "7.7.0.0.8.b.d.0.1.0.0.2.ip6.arpa"];
const macOf = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 4, 0, n);
const RELAYS = ["10.77.0.1", "10.78.0.1"] as const;
const RELAY_6 = "2001:db8:77::1";

interface Parts {
  readonly leaseTime?: number;
  readonly without?: string;
  readonly suffix?: string;
}

async function createPlace(t: TestContext, first: Parts = {}) {
  const named = await startNamed(t, { zones: [ZONE, ...REVERSE].map((name) => ({ name, updates: "any" })) });
  const configOf = ({ leaseTime = 3600, without, suffix = ZONE }: Parts): string => {
    const networks = ["10.77", "10.78"].filter((name) => name !== without);
    return `
ddns:
  qualifying_suffix: ${suffix}
  forward: [{ name: ${ZONE}, ip: "${endpointOf(named)}" }]
  reverse: [${REVERSE.map((name) => `{ name: ${name}, ip: "${endpointOf(named)}" }`).join(", ")}]
config: { lease_time: ${leaseTime} }
networks:
${networks.map((name) => `  ${name}.0.0/16: { options: { routers: ${name}.0.1 }, ranges: [{ range: ${name}.1.1-${name}.1.250 }] }`).join("\n")}
v6:
  config: { lease_time: ${leaseTime} }
  networks: { "2001:db8:77::/64": { ranges: [{ start: "2001:db8:77::100", end: "2001:db8:77::1ff" }] } }
`;
  };
  const site = await startSite(t, configOf(first));
  const four = async (n: number, relay: string) => {
    const host = site.host4(macOf(n));
    await host.obtain(relay, { hostname: `four-${n}` });
    const lines = (zone = ZONE): string[] =>
      host.addresses.flatMap((address) => {
        const [name, identity] = [`four-${n}.${zone}`, identityOfMac(macOf(n))];
        return [...forwardLines(name, [address], identity), ...reverseLines(name, address, identity)];
      });
    return { host, lines };
  };
  const six = async (n: number) => {
    const duid = Uint8Array.of(0, 3, 0, 1, ...macOf(n));
    const host = site.host6(duid);
    await host.obtain(RELAY_6, { fqdn: { flags: "S", name: `six-${n}` } });
    const lines = (): string[] =>
      host.addresses.flatMap((address) => {
        const [name, identity] = [`six-${n}.${ZONE}`, identityOfDuid(duid)];
        return [...forwardLines(name, [address], identity), ...reverseLines(name, address, identity)];
      });
    return { host, lines };
  };
  const zonesAre = (lines: readonly string[], patience?: number): Promise<void> =>
    eventually(
      () => linesOf(named, [ZONE, ...REVERSE]),
      (found) => assert.deepEqual(found, lines.toSorted()),
      patience,
    );
  return { named, site, four, six, zonesAre, reload: (parts: Parts) => site.reload(configOf(parts)) };
}

test("RELEASE and DECLINE of both protocols remove names", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const { four, six, zonesAre } = await createPlace(t);
  const clients = [await four(1, RELAYS[0]), await four(2, RELAYS[0]), await six(1), await six(2), await four(3, RELAYS[1])];
  const lines = (): string[] => clients.flatMap((client) => client.lines());
  await zonesAre(lines());
  await clients[0]?.host.release();
  await clients[1]?.host.decline();
  await clients[2]?.host.release();
  await clients[3]?.host.decline();
  assert.equal(lines().length, 4);
  await zonesAre(lines());
});

test("names go when leases end by themselves, also while the server was down", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const { site, four, six, zonesAre } = await createPlace(t, { leaseTime: 20 });
  const first = [await four(1, RELAYS[0]), await six(1)];
  await zonesAre(
    first.flatMap((client) => client.lines()),
    15_000,
  );
  await zonesAre([]);
  const second = [await four(2, RELAYS[0]), await six(2)];
  await zonesAre(
    second.flatMap((client) => client.lines()),
    15_000,
  );
  await site.kill();
  await new Promise((resolve) => setTimeout(resolve, 21_000));
  await site.start();
  await zonesAre([]);
});

test("a reload that takes a network away removes its names, and one that brings it back finds no lease", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const { four, six, zonesAre, reload } = await createPlace(t);
  const [stays, goes, other] = [await four(1, RELAYS[0]), await four(2, RELAYS[1]), await six(1)];
  const lines = [...stays.lines(), ...other.lines()];
  await zonesAre([...lines, ...goes.lines()]);
  await reload({ without: "10.78" });
  await zonesAre(lines);
  await reload({});
  await goes.host.obtain(RELAYS[1], { hostname: "four-2" });
  await zonesAre([...lines, ...goes.lines()]);
});

test("a client that moves to another network takes its name with it", async (t: TestContext) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const { four, zonesAre } = await createPlace(t);
  const { host, lines } = await four(1, RELAYS[0]);
  await zonesAre(lines());
  const [before] = host.addresses;
  await host.release();
  await host.obtain(RELAYS[1], { hostname: "four-1" });
  assert.notDeepEqual(host.addresses, [before]);
  await zonesAre(lines());
});
