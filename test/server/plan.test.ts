import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";
import { type LeaseOwner, LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { Association, clientKeyOf } from "../../src/leases/dhcp6/client-key.ts";
import { OWNER_RECORD as RECORD6 } from "../../src/leases/dhcp6/record.ts";
import { IPV6_SPACE } from "../../src/leases/dhcp6/space.ts";
import { parseIpv4 } from "../../src/net/ipv4.ts";
import { type Ipv6, parseIpv6 } from "../../src/net/ipv6.ts";
import { type Ipv6Prefix, ipv6Prefix, parseIpv6Prefix } from "../../src/net/ipv6-prefix.ts";
import { planOf, settled } from "../../src/server/plan.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import type { StoreWrite } from "../../src/store/store.ts";
import { leaseOf, ownerOf, putOf } from "../support/leases.ts";
import { newFolder } from "../support/loopback-server.ts";

const load = (text: string): Config => {
  const loaded = loadConfig(text, "a.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
};
const v4 = (ranges: string, more = ""): string =>
  `networks:\n  10.0.0.0/24:\n    options: {routers: 10.0.0.1}\n    ranges: [${ranges}]\n${more}`;
const RANGE = "{range: 10.0.0.10-10.0.0.99}";
const OLD_RANGE = `${RANGE}, {range: 10.0.0.200-10.0.0.209}`;
const host = (client: string, address: string): string =>
  `    reservations: [{match: {chaddr: "02:00:00:00:00:${client}"}, ip: ${address}, hostname: host}]\n`;
const V6 = (range: string): string =>
  `v6: {networks: {"2001:db8::/64": {ranges: [{range: "${range}"}], prefix_pools: [{prefix: "2001:db8:1::/48", delegated_length: 56}]}}}\n`;

const ip = (text: string): number => parseIpv4(text) as number;
const at = (address: string, client: number, state: LeaseState = LeaseState.bound, expiry = NEVER, extra: Partial<LeaseOwner> = {}) => ({
  ...leaseOf(ip(address), client, state, 0, expiry),
  owner: ownerOf(client, extra),
});
const at6 = (row: number, address: Ipv6Prefix, association: Association): StoreWrite => ({
  kind: "put",
  space: IPV6_SPACE,
  row,
  address,
  state: LeaseState.bound,
  start: 0,
  expiry: NEVER,
  network: "2001:db8::/64",
  record: recordOf6(association),
});
function recordOf6(association: Association): Uint8Array {
  const owner = {
    clientKey: clientKeyOf(association, 7, Uint8Array.of(0, 3, 0, 1, 2, 0, 0, 0, 0, 9)),
    preferredLifetime: 0,
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware: undefined,
    hostname: new TextEncoder().encode("six"),
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
  };
  const bytes = new Uint8Array(RECORD6.size(owner));
  RECORD6.write(owner, bytes, 0);
  return bytes;
}
const address6 = (text: string): Ipv6Prefix => ipv6Prefix(parseIpv6(text) as Ipv6);

describe("the plan of a reload", () => {
  test("names the clients that would lose their address, and why; counts those that only a message tells of", async (t) => {
    const database = join(newFolder(t), "leases.db");
    const store = openSqliteStore(database);
    await store.commit([
      putOf(0, at("10.0.0.10", 1, LeaseState.bound, NEVER, { hostname: new TextEncoder().encode("one") })),
      putOf(1, at("10.0.0.11", 2)),
      putOf(2, at("10.0.0.200", 3)),
      // These are not bound any more.
      putOf(3, at("10.0.0.201", 4, LeaseState.released)),
      putOf(4, at("10.0.0.202", 5, LeaseState.bound, 1)),
      // This one was lost before.
      putOf(5, at("10.9.0.1", 6)),
      at6(0, address6("2001:db8::11"), Association.addresses),
      at6(1, address6("2001:db8::ff"), Association.registered),
      at6(2, parseIpv6Prefix("2001:db8:1:100::/56") as Ipv6Prefix, Association.prefixes),
    ]);
    await store.close();
    const before = load(v4(OLD_RANGE) + V6("2001:db8::10-2001:db8::20"));
    const outcome = (after: string) => {
      const { leases } = planOf(before, load(after), database);
      return [
        leases?.lost,
        leases?.unknown,
        leases?.first.map(({ address, client, hostname, why }) => [address, client, hostname ?? "", why].join(" ")),
      ];
    };
    const same = V6("2001:db8::10-2001:db8::20");
    const cases: readonly [string, string, number, number, readonly string[]][] = [
      ["nothing changes", v4(OLD_RANGE) + same, 0, 0, []],
      ["a range is gone", v4(RANGE) + same, 1, 0, ["10.0.0.200 02:00:00:00:00:03  it is in no range"]],
      [
        "an address is reserved for another host",
        v4(OLD_RANGE, host("77", "10.0.0.10")) + same,
        1,
        0,
        ["10.0.0.10 02:00:00:00:00:01 one it is reserved for host"],
      ],
      ["an address is reserved for its client", v4(OLD_RANGE, host("01", "10.0.0.10")) + same, 0, 0, []],
      [
        "another address is reserved for the client",
        v4(OLD_RANGE, host("02", "10.0.0.50")) + same,
        1,
        0,
        ["10.0.0.11 02:00:00:00:00:02  10.0.0.50 is reserved for the client"],
      ],
      [
        "the network is gone",
        `networks: {10.1.0.0/24: {options: {routers: 10.1.0.1}}}\n${same}`,
        3,
        0,
        [
          "10.0.0.10 02:00:00:00:00:01 one its network is gone",
          "10.0.0.11 02:00:00:00:00:02  its network is gone",
          "10.0.0.200 02:00:00:00:00:03  its network is gone",
        ],
      ],
      [
        "classes, which only a message tells",
        `client_classes: {v4: [{name: a, assert: "option[60].exists"}]}\n${v4(`{range: 10.0.0.10-10.0.0.99, class: a}, {range: 10.0.0.200-10.0.0.209}`)}${same}`,
        0,
        2,
        [],
      ],
      [
        "ranges and pools of DHCPv6",
        v4(OLD_RANGE) + V6("2001:db8::12-2001:db8::20").replace("delegated_length: 56", "delegated_length: 60"),
        2,
        0,
        [
          "2001:db8::11 00:03:00:01:02:00:00:00:00:09 six it is in no range and no prefix pool",
          "2001:db8:1:100::/56 00:03:00:01:02:00:00:00:00:09 six it is in no range and no prefix pool",
        ],
      ],
    ];
    for (const [name, after, lost, unknown, first] of cases) assert.deepEqual(outcome(after), [lost, unknown, first], name);
    assert.equal(planOf(before, before, database).leases?.bound, 7);
    assert.equal(planOf(before, before, undefined).leases, undefined);
  });

  test("what has to wait for the next start is told, and is not a change", () => {
    const before = load(`${v4(RANGE)}${V6("2001:db8::10-2001:db8::20")}`);
    const asked = load(
      `store: {memory: {}}\nuser: nobody\nlog: {level: debug, format: json}\nchaddr_only: true\n${v4(RANGE)}${V6("2001:db8::10-2001:db8::20").replace("v6: {", "v6: {server_id: {type: UUID, identifier: 00112233-4455-6677-8899-aabbccddeeff}, ")}`,
    );
    const { config, fixed } = settled(before, asked);
    assert.deepEqual(
      fixed.map((text) => text.replace(/ ha(s|ve) changed:.*/, "")),
      ["`store`", "`user`", "`format` of `log`", "`chaddr_only`", "`server_id` of `v6`"],
    );
    assert.deepEqual([config.store, config.log, config.chaddrOnly], [before.store, { level: "debug", format: "pretty" }, false]);
    assert.equal(
      planOf(before, asked, undefined)
        .changes.map(({ what, name }) => `${what} ${name}`)
        .join(),
      "setting log",
    );
    const alone = load(v4(RANGE));
    assert.match(settled(before, alone).fixed.join(), /`v6` is gone/);
    assert.match(settled(alone, before).fixed.join(), /`v6` is new/);
  });
});
