import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { startLeasehold } from "../../support/leasehold-process.ts";
import { requireNamespaces } from "../../support/requirement.ts";
import { configured, createClientLab, textOf } from "./lab.ts";

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

suite("leasehold client, DHCPv4", { concurrency: 4 }, () => {
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
});
