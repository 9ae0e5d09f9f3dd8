import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "../../../src/config/model/config.ts";
import { printConfig } from "../../../src/config/print.ts";
import { load } from "../load.ts";

/** Everything that the section v6 can hold. */
export const EVERYTHING = `
offer_hold: 10s
affinity: 2h
cache_threshold: 25
flood_protection_threshold: {packets: 5, secs: 1m}
leasequery: {requesters: [10.0.0.2, "2001:db8:f::/48", "2001:db8::5"], bulk: {listen: ["[2001:db8::1]:548", 10.0.0.1]}}
limits:
  - {key: "pkt.iface", max: 100}
  - {key: "relay6[0].option[18].hex", max: 10}
option_definitions:
  door: {code: 65001, type: [ip], space: dhcp6}
  floor: {code: 300, type: str, space: vendor-4491}
client_classes:
  v6:
    - {name: modems, assert: "vendor-class[4491].data == 'docsis3.0'", options: {door: "2001:db8::d"}, config: {preferred_time: 30m}}
    - {name: place, template: true, assert: "relay6[-1].option[18].text"}
    - {name: known, assert: "member('KNOWN') or member('VENDOR_CLASS_x')"}
    - {name: given}
shared_networks:
  site: {networks: ["2001:db8:1::/64", "2001:db8:2::/64"], interfaces: [eth1], relays: ["2001:db8:f::1"], interface_id: "'ge-0'", options: {domain_search: [site.example]}, config: {lease_time: 3h}}
reservations:
  - {ip: 10.0.0.9, addresses: ["2001:db8:1::9"], match: {chaddr: "02:00:00:00:00:09"}, hostname: both, options: {v4: {domain_name: a.example}, v6: {domain_search: [b.example]}}}
networks:
  10.0.0.0/24: {options: {routers: 10.0.0.1}, ranges: [{range: 10.0.0.100-10.0.0.199}]}
v6:
  interfaces: [eth0@2001:db8:3::1, eth1]
  server_id: {type: EN, identifier: "0102", enterprise_id: 9}
  address_registration: true
  routes: kernel
  rapid_commit: true
  config: {lease_time: {default: 2h, min: 1h, max: 1d}, preferred_time: 1h, renew_time: 20m, rebind_time: 40m}
  options: {dns_servers: ["2001:db8::53"], preference: 7, vendor_information: {4491: {floor: first}, 9: {1: {type: u8, value: 5}}}}
  reservations:
    - {match: {duid: "00:03:00:01:02:00:00:00:00:01"}, addresses: ["2001:db8:3::5", "2001:db8:3::6"], prefixes: ["2001:db8:100:100::/56"], hostname: one}
    - {match: {chaddr: "02:00:00:00:00:02"}, classes: [given], options: {sntp_servers: "2001:db8::1"}}
  networks:
    2001:db8:1::/64:
      interface_id: ["'ge-1'", "00:01"]
      ranges: [{prefix: "2001:db8:1::/112", except: ["2001:db8:1::7", "2001:db8:1::20-2001:db8:1::2f"]}]
    2001:db8:2::/64: {allocation: sequential, class: modems, reservations_only: true}
    2001:db8:3::/64:
      interfaces: [eth0]
      authoritative: false
      probation_period: 15m
      ping_check: true
      ping_timeout_ms: 200
      adaptive_threshold: 0.8
      rapid_commit: false
      limits: [{key: "option[1].hex", max: 3, class: modems}]
      config: {lease_time: 5h}
      options: {door: {value: "2001:db8::e", always: true}, dns_servers: {value: null}}
      ranges:
        - {start: "2001:db8:3::1", end: "2001:db8:3::ff", deny_class: modems, config: {preferred_time: 50m}}
        - {range: 2001:db8:3::1:0-2001:db8:3::1:f, options: {information_refresh_time: 3600}}
      prefix_pools:
        - {prefix: "2001:db8:100::/40", delegated_length: 56, excluded_prefix: "2001:db8:100:1::/64", class: SPAWN_place_x, options: {bootfile_url: "http://a"}}
        - {prefix: "2001:db8:3:0:1::/80", delegated_length: 96, config: {lease_time: 1w}}
      reservations:
        - {match: {interface_id: "'x'", remote_id: 0a0b}, prefixes: ["2001:db8:200::/48"], config: {lease_time: 2w}, class: modems}
        - {match: {options: {vendor_class: {4491: [abc]}}}, addresses: ["2001:db8:3::8"]}
`;

/**
 * A reservation with neither addresses nor prefixes gets its network's options anyhow: whether they
 * are in its own set depends on where it is written. Printed, all reservations are the network's
 * own.
 */
function comparable(config: Config): unknown {
  return JSON.parse(
    JSON.stringify(config.dhcp6, (key, value: unknown) => {
      if (key === "reservations" && Array.isArray(value)) return value.flat();
      if (value instanceof Map) return Object.fromEntries(value);
      const isBare = key === "" || !isMap(value) || !("ownOptions" in value) || `${value.addresses}${value.prefixes}` !== "";
      return isBare ? value : { ...value, options: undefined };
    }),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

test("what is printed loads to the same model", () => {
  const config = load(EVERYTHING);
  const printed = printConfig(config);
  assert.deepEqual(comparable(load(printed)), comparable(config));
  const { dhcp6: _, networks, links, ...rest } = load(printed);
  assert.deepEqual({ ...rest, networks: config.networks, links: config.links, dhcp6: config.dhcp6 }, config);
  assert.deepEqual([networks.length, links.length], [1, 1]);
  assert.equal(printConfig(load(printed)), printed);
});

test("a section without classes has every default, and what is inherited where it applies", () => {
  const printed = printConfig(
    load(`
v6:
  options: {dns_servers: "2001:db8::53"}
  config: {lease_time: 4000, preferred_time: 3000}
  networks:
    2001:db8:1::/64:
      interfaces: [eth0]
      ranges: [{prefix: "2001:db8:1::/127"}]
      prefix_pools: [{prefix: "3000::/16", delegated_length: 56, config: {preferred_time: 2000}}]
`),
  );
  assert.equal(
    printed.slice(printed.indexOf("v6:")),
    `v6:
  server_id:
    type: LLT
    persist: true
  address_registration: false
  options:
    dns_servers:
      - 2001:db8::53
  networks:
    2001:db8:1::/64:
      interfaces:
        - eth0
      authoritative: true
      probation_period: 1d
      ping_check: false
      allocation: random
      reservations_only: false
      rapid_commit: false
      config:
        lease_time:
          default: 4000s
          min: 4000s
          max: 4000s
        preferred_time: 50m
      ranges:
        - start: "2001:db8:1::"
          end: 2001:db8:1::1
          except:
            - "2001:db8:1::"
      prefix_pools:
        - prefix: 3000::/16
          delegated_length: 56
          config:
            lease_time:
              default: 4000s
              min: 4000s
              max: 4000s
            preferred_time: 2000s
`,
  );
});
