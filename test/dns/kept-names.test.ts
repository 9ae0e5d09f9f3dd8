import assert from "node:assert/strict";
import { test } from "node:test";
import type { DdnsSpec, DnsSpec } from "../../src/config/model/names.ts";
import { keptNames } from "../../src/dns/kept-names.ts";

const DNS: DnsSpec = {
  listen: [{ address: "127.0.0.1", port: 53 }],
  zones: ["home.arpa", "0.0.10.in-addr.arpa"],
  ttl: 60,
  secondaries: [],
  hostsFile: undefined,
  command: [],
};
const server = (zone: string | undefined) => ({ zone, address: "127.0.0.1", port: 53, key: undefined });
const DDNS: DdnsSpec = { forward: [server("example.org"), server(undefined)], reverse: [], ttl: undefined, conflict: "overwrite" };

/** A name, and whether a client may not have it by `dns`, by a hosts file alone, and by `ddns`. */
const TABLE: readonly (readonly [name: string, dns: boolean, hosts: boolean, ddns: boolean])[] = [
  ["home.arpa", true, true, false],
  ["ns.home.arpa", true, false, false],
  ["a.home.arpa", false, false, false],
  ["example.org", false, false, true],
  ["ns.example.org", false, false, false],
  ["5.0.0.10.in-addr.arpa", true, true, true],
  ["a.b.0.1.0.0.2.ip6.arpa", true, true, true],
  ["in-addr.arpa.example.org", false, false, false],
];

for (const [name, ...kept] of TABLE)
  test(`${name} is for ${kept.every((one) => !one) ? "every client" : "no client, or not for every one"}`, () => {
    const specs = [
      { dns: DNS, ddns: undefined },
      { dns: { ...DNS, listen: [] }, ddns: undefined },
      { dns: undefined, ddns: DDNS },
    ];
    assert.deepEqual(
      specs.map((spec) => keptNames(spec)(name)),
      kept,
    );
  });
