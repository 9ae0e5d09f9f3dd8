import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createDhcp6Client } from "../support/dhcp6-client.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { createLab } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { createClientPlace, untilAddressesAreTested } from "./labs.ts";

suite("DHCPv6 behind isc-dhcp-relay", () => {
  test("a client behind two relays, one behind the other, obtains, renews and releases", async (t) => {
    if (!requireNamespaces(t) || !requirePrograms(t, "dhcrelay", "dhclient")) return;
    const lab = createLab(t);
    const [server, outer, inner] = [lab.namespace("server"), lab.namespace("outer"), lab.namespace("inner")];
    lab.cable(server, "eth0", outer, "above");
    lab.cable(outer, "below", inner, "above");
    const place = createClientPlace(lab, "client", inner, "below", "02:00:5e:61:00:01");
    for (const [where, device, address] of [
      [server, "eth0", "2001:db8:79::1"],
      [outer, "above", "2001:db8:79::2"],
      [outer, "below", "2001:db8:80::1"],
      [inner, "above", "2001:db8:80::2"],
      [inner, "below", "2001:db8:78::1"],
    ] as const) {
      lab.exec(where, "ip", "address", "add", `${address}/64`, "dev", device, "nodad");
    }
    await untilAddressesAreTested(lab, [server, outer, inner, place]);
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
      v6:
        options: { dns_servers: "2001:db8:79::53" }
        config: { lease_time: 120, renew_time: 4, rebind_time: 60 }
        networks:
          "2001:db8:78::/64":
            ranges: [{ start: "2001:db8:78::1000", end: "2001:db8:78::1fff" }]
            prefix_pools: [{ prefix: "2001:db8:100::/40", delegated_length: 56 }]
      `,
    );
    // -I: the relay tells by which of its interfaces the client is reached.
    const relays = [
      lab.start(outer, "dhcrelay", "-6", "-d", "--no-pid", "-I", "-l", "below", "-u", "2001:db8:79::1%above"),
      lab.start(inner, "dhcrelay", "-6", "-d", "--no-pid", "-I", "-l", "below", "-u", "2001:db8:80::1%above"),
    ];
    for (const relay of relays) await relay.line(/^Sending on +Socket/);

    const client = createDhcp6Client(t, lab, place, "dhclient", "address and prefix");
    client.start();
    const [address = "none"] = await client.addressesWhen((found) => found.length > 0);
    assert.match(address, /^2001:db8:78::1[0-9a-f]{3}$/);
    await client.knowsDns(["2001:db8:79::53"]);
    const leases = await leasehold.leases();
    assert.deepEqual(
      leases.map(({ state, network }) => [state, network]),
      [
        ["bound", "2001:db8:78::/64"],
        ["bound", "2001:db8:78::/64"],
      ],
    );
    assert.ok(leases.some((lease) => lease.address === address));
    assert.ok(leases.some((lease) => /^2001:db8:1[0-9a-f]{2}:[0-9a-f]{1,4}::\/56$/.test(lease.address)));
    for (const { circuit_id } of leases) assert.notEqual(circuit_id, null);
    await leasehold.line(/"message":"RENEW",.*"reply":"REPLY"/);
    assert.deepEqual(client.addresses(), [address]);
    await client.release();
    const released = await leasehold.leasesWhen((all) => all.every(({ state }) => state === "released"));
    assert.deepEqual(
      released.map(({ state }) => state),
      ["released", "released"],
    );
    const counters = await leasehold.stop();
    assert.deepEqual(
      Object.keys(counters).filter((name) => /^(silent|dropped|not sent|lost)/.test(name)),
      [],
      JSON.stringify(counters),
    );
  });
});
