import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";

/** Each text, and of its conflicts the line, the message, and the line of the other one. */
const CONFLICTS: readonly (readonly [text: string, ...conflicts: (readonly [line: number, message: string, other: number])[]])[] = [
  [
    `networks:
  10.0.0.0/24:
    ranges:
      - range: 10.0.0.5-10.0.0.20
      - range: 10.0.0.20-10.0.0.30
    reservations:
      - {ip: 10.0.0.50, match: {chaddr: 02:00:00:00:00:01}}
      - {ip: 10.0.0.50, match: {chaddr: 02:00:00:00:00:02}}
      - {ip: 10.0.0.51, match: {chaddr: 02:00:00:00:00:01}}
    options:
      routers: 10.0.0.1
      router: 10.0.0.2
    interfaces: [eth0]
    relays: [10.0.1.1]
  10.0.1.0/24:
    interfaces: [eth0]
`,
    [5, "the range 10.0.0.20-10.0.0.30 overlaps the range 10.0.0.5-10.0.0.20", 4],
    [8, "10.0.0.50 is reserved for 02:00:00:00:00:01 already", 7],
    [9, "another reservation here has the same match (02:00:00:00:00:01)", 7],
    [12, "option 3 (routers) is configured twice here", 11],
    [14, "the relay 10.0.1.1 lies in the network 10.0.1.0/24, which is on another link", 15],
    [16, 'the interface eth0 is on "10.0.0.0/24" already', 13],
  ],
  [
    `networks:
  10.0.1.0/24: {}
  10.0.0.0/16:
    {}
  10.0.2.0/24: {}
  10.0.2.5/24: {}
`,
    [3, "the network 10.0.0.0/16 overlaps the network 10.0.1.0/24", 2],
    [5, "the network 10.0.2.0/24 overlaps the network 10.0.0.0/16", 3],
    [6, "the network 10.0.2.5/24 overlaps the network 10.0.0.0/16", 3],
  ],
  [
    `interfaces:
  - eth0
  - eth0@10.0.0.1
shared_networks:
  a: [10.0.0.0/24]
  b:
    - 10.0.0.0/24
networks: {10.0.0.0/24: {}}
limits:
  - {key: pkt4.mac, max: 1}
  - {key: pkt4.mac, max: 2}
client_classes:
  v4:
    - {name: a, assert: "'a' == 'a'"}
    - {name: a, assert: "'b' == 'b'"}
option_definitions:
  one: {code: 224, type: str}
  two: {code: 224, type: str}
`,
    [3, "the interface eth0 is listed twice", 2],
    [7, 'the network 10.0.0.0/24 is in the shared network "a" already', 5],
    [11, "the same limit is given twice", 10],
    [15, 'there is another class "a"', 14],
    [18, 'option 224 is "one" already', 17],
  ],
  [
    `v6:
  networks:
    2001:db8:1::/64:
      interface_id: "'eth1'"
      ranges:
        - range: 2001:db8:1::100-2001:db8:1::1ff
        - range: 2001:db8:1::1ff-2001:db8:1::2ff
      prefix_pools:
        - {prefix: 2001:db8:100::/40, delegated_length: 56}
        - {prefix: 2001:db8:110::/48, delegated_length: 56}
      reservations:
        - {addresses: ["2001:db8:1::5"], match: {chaddr: 02:00:00:00:00:01}}
        - {addresses: ["2001:db8:1::5"], match: {chaddr: 02:00:00:00:00:02}}
        - {prefixes: ["2001:db8:2::/56"], match: {chaddr: 02:00:00:00:00:03}}
    2001:db8:2::/64:
      interface_id: "'eth1'"
`,
    [7, "the range 2001:db8:1::1ff-2001:db8:1::2ff overlaps the range 2001:db8:1::100-2001:db8:1::1ff", 6],
    [10, "the prefix pool 2001:db8:110::/48 overlaps the prefix pool 2001:db8:100::/40", 9],
    [13, "2001:db8:1::5 is reserved for 02:00:00:00:00:01 already", 12],
    [14, "the reserved prefix 2001:db8:2::/56 overlaps the network 2001:db8:2::/64", 15],
    [16, `the Interface-Id 'eth1' is on "2001:db8:1::/64" already`, 4],
  ],
];

test("what is in conflict with something says where that stands", () => {
  for (const [text, ...conflicts] of CONFLICTS) {
    const result = loadConfig(text, "test.yaml");
    const errors = result.ok ? [] : result.diagnostics.filter(({ severity }) => severity === "error");
    assert.deepEqual(
      errors.map(({ line, message, other }) => [line, message, other?.line]),
      conflicts,
    );
  }
});
