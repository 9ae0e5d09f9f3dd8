import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createDhcp6Client } from "../support/dhcp6-client.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { createDhcp6Pair } from "./labs.ts";

/** The lease ends soon after the client is cut off. */
const CONFIG = `
  v6:
    routes: kernel
    config: { lease_time: 30, preferred_time: 29, renew_time: 4, rebind_time: 25 }
    networks:
      "2001:db8:77::/64":
        prefix_pools: [{ prefix: "2001:db8:100::/40", delegated_length: 56 }]
        ranges: [{ start: "2001:db8:77::1000", end: "2001:db8:77::1fff" }]
`;

suite("routes to delegated prefixes in the kernel", () => {
  test("come with the lease, outlive a kill, go with a release and with the end of a lease", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhclient")) return;
    const { lab, server, client: place } = await createDhcp6Pair(t, "02:00:5e:62:00:01");
    const routes = () =>
      (JSON.parse(lab.exec(server, "ip", "-j", "-6", "route", "show")) as { dst: string; gateway?: string; dev: string }[])
        .filter(({ gateway }) => gateway !== undefined)
        .map(({ dst, gateway, dev }) => `${dst} ${gateway} ${dev}`);
    const routesWhen = async (wanted: (found: readonly string[]) => boolean): Promise<readonly string[]> => {
      for (const end = Date.now() + 60_000; ; await delay(200)) {
        const found = routes();
        if (wanted(found) || Date.now() > end) return found;
      }
    };
    const [{ addr_info }] = JSON.parse(lab.exec(place, "ip", "-j", "-6", "address", "show", "dev", "eth0"));
    const nextHop = (addr_info as { local: string }[])[0]?.local;

    const killed = await startLeasehold(t, lab, server, CONFIG);
    const client = createDhcp6Client(t, lab, place, "dhclient", "address and prefix");
    client.start();
    const prefix = (await killed.leasesWhen((leases) => leases.length === 2)).find(({ address }) => address.includes("/"))?.address;
    const expected = [`${prefix} ${nextHop} eth0`];
    assert.deepEqual(await routesWhen((found) => found.length > 0), expected);

    // The route stays when the server is gone; the next one looks after it.
    await killed.kill();
    const leasehold = await startLeasehold(t, lab, server, CONFIG, { database: killed.database });
    assert.deepEqual(routes(), expected);
    await leasehold.line(/"message":"(RENEW|REBIND|REQUEST)",.*"reply":"REPLY"/);
    await client.release();
    assert.deepEqual(await routesWhen((found) => found.length === 0), []);

    // A client that is never heard of again.
    client.start();
    assert.deepEqual((await routesWhen((found) => found.length > 0)).length, 1);
    await client.cut();
    assert.deepEqual(await routesWhen((found) => found.length === 0), []);
    await leasehold.stop();
  });
});
