import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { OptionSet } from "../../../src/config/model/common.ts";
import type { Dhcp6Config, Network, PrefixPool, Range, Reservation } from "../../../src/config/model/dhcp6.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { formatIpv6 } from "../../../src/net/ipv6.ts";
import { formatIpv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { load, problemsOf } from "../load.ts";

function dhcp6(text: string): Dhcp6Config {
  const config = load(text).dhcp6;
  assert.ok(config !== undefined);
  return config;
}

const network = (config: Dhcp6Config, index = 0): Network => config.networks[index] as Network;
const range = (config: Dhcp6Config, index = 0): Range => network(config).ranges[index] as Range;
const pool = (config: Dhcp6Config, index = 0): PrefixPool => network(config).prefixPools[index] as PrefixPool;

/** What options hold, by code, all values of one joined by a slash. */
function dataOf(options: OptionSet): Record<number, string> {
  return Object.fromEntries(
    [...options.byCode.values()].map(({ code, data, more = [], suppressed }) => [
      code,
      suppressed ? "none" : [data, ...more].map(toHex).join("/"),
    ]),
  );
}

const spans = ({ excluded }: Range): readonly string[] => excluded.map(({ start, end }) => `${formatIpv6(start)}-${formatIpv6(end)}`);

/** A reservation as it is: its name, and what is reserved. */
const host = ({ name, addresses, prefixes }: Reservation): readonly unknown[] => [
  name,
  addresses.map(formatIpv6),
  prefixes.map(formatIpv6Prefix),
];

test("without the section v6 there is no DHCPv6; an empty one has every default", () => {
  assert.equal(load("networks: {10.0.0.0/24: {}}").dhcp6, undefined);
  assert.deepEqual(load("v6: {}").dhcp6, {
    interfaces: [],
    serverId: {
      type: "LLT",
      identifier: undefined,
      time: undefined,
      hardwareType: undefined,
      enterpriseId: undefined,
      persist: true,
      path: undefined,
    },
    networks: [],
    links: [],
    pools: [],
    options: { byCode: new Map(), always: [] },
    limits: [],
    addressRegistration: false,
    kernelRoutes: false,
    offerHold: 30,
    affinity: 86400,
    cacheThreshold: 0,
  });
});

test("a network with nothing said has the defaults of both protocols, and picks at random", () => {
  const { leaseTime, allocation, authoritative, rapidCommit, pingTimeout, probationPeriod } = network(
    dhcp6("v6: {networks: {2001:db8:1::/64: {}}}"),
  );
  assert.deepEqual([allocation, authoritative, rapidCommit, pingTimeout, probationPeriod], ["random", true, false, undefined, 86400]);
  assert.deepEqual(leaseTime, { default: 86400, min: 1200, max: 604800, renew: undefined, rebind: undefined, preferred: undefined });
});

describe("what is inherited", () => {
  const times = (text: string): unknown => {
    const { default: valid, preferred, renew, rebind } = range(dhcp6(text)).leaseTime;
    return [valid, preferred, renew, rebind];
  };
  const file = (top: string, section: string, ofNetwork: string, ofRange: string): string =>
    `${top}\nv6:\n  config: {${section}}\n  networks:\n    2001:db8:1::/64:\n      config: {${ofNetwork}}\n      ranges: [{prefix: "2001:db8:1::/112", config: {${ofRange}}}]`;

  test("lifetimes: range over network over section over top level, each key on its own", () => {
    assert.deepEqual(times(file("", "", "", "")), [86400, undefined, undefined, undefined]);
    assert.deepEqual(times(file("config: {lease_time: 5h}", "", "", "")), [18000, undefined, undefined, undefined]);
    assert.deepEqual(times(file("config: {lease_time: 5h}", "lease_time: 4h, preferred_time: 1h", "", "")), [
      14400,
      3600,
      undefined,
      undefined,
    ]);
    assert.deepEqual(times(file("", "lease_time: 4h, preferred_time: 1h", "renew_time: 20m", "lease_time: 3h")), [
      10800,
      3600,
      1200,
      undefined,
    ]);
    assert.deepEqual(times(file("", "preferred_time: 1h", "", "preferred_time: {default: 2h}, rebind_time: 90m")), [
      86400,
      7200,
      undefined,
      5400,
    ]);
  });

  test("flags of both protocols come from the top level, over them the section, over that the network", () => {
    const text = `probation_period: 15m\nping_check: true\nauthoritative: false\nrapid_commit: true\nv6:\n  ping_timeout_ms: 100\n  networks: {2001:db8:1::/64: {}, 2001:db8:2::/64: {ping_check: false, authoritative: true, rapid_commit: true}}`;
    const { networks } = dhcp6(text);
    assert.deepEqual(
      networks.map((one) => [one.probationPeriod, one.pingTimeout, one.authoritative, one.rapidCommit]),
      [
        [900, 100, false, false],
        [900, undefined, true, true],
      ],
    );
  });

  test("options: range over network over shared network; those of the section stand apart", () => {
    const config = dhcp6(`
shared_networks: {site: {networks: ["2001:db8:1::/64"], options: {domain_search: [a.example], sntp_servers: "::1"}}}
options: {domain_name: of.dhcp4}
v6:
  options: {dns_servers: "::53", domain_search: [top.example]}
  networks:
    2001:db8:1::/64:
      options: {domain_search: [b.example], dns_servers: {value: null}}
      ranges: [{prefix: "2001:db8:1::/112", options: {65001: {type: u16, value: 258, always: true}}}]
      prefix_pools: [{prefix: "2001:db8:100::/40", delegated_length: 56, options: {sntp_servers: "::2"}}]
`);
    const one = "00000000000000000000000000000001";
    assert.deepEqual(Object.keys(dataOf(config.options)), ["23", "24"]);
    assert.deepEqual(dataOf(range(config).options), { 23: "none", 24: "0162076578616d706c6500", 31: one, 65001: "0102" });
    assert.deepEqual(
      range(config).options.always.map(({ code }) => code),
      [65001],
    );
    assert.deepEqual(dataOf(pool(config).options), { 23: "none", 24: "0162076578616d706c6500", 31: one.replace(/1$/, "2") });
  });
});

test("ranges leave out what is excepted, reserved anywhere, the machine's own, and the subnet-router anycast address", () => {
  const config = dhcp6(`
reservations: [{match: {chaddr: "02:00:00:00:00:01"}, addresses: ["2001:db8:1::20"]}]
v6:
  interfaces: [eth0@2001:db8:1::1]
  reservations: [{match: {duid: 000102}, addresses: ["2001:db8:1::21", "2001:db8:1::40"]}]
  networks:
    2001:db8:1::/64:
      ranges:
        - {prefix: "2001:db8:1::/120", except: ["2001:db8:1::5", "2001:db8:1::7-2001:db8:1::9", "2001:db8:1::10/124"]}
        - {range: 2001:db8:1:0:ffff::-2001:db8:1:0:ffff:ffff:ffff:ffff}
      reservations: [{match: {duid: 000103}, addresses: ["2001:db8:1::22"]}]
    2001:db8:2::/127: {ranges: [{prefix: "2001:db8:2::/127"}]}
`);
  assert.deepEqual(spans(range(config)), [
    "2001:db8:1::-2001:db8:1::1",
    "2001:db8:1::5-2001:db8:1::5",
    "2001:db8:1::7-2001:db8:1::9",
    "2001:db8:1::10-2001:db8:1::22",
    "2001:db8:1::40-2001:db8:1::40",
  ]);
  assert.deepEqual(spans(range(config, 1)), []);
  // Both addresses of a /127 are for hosts (RFC 6164).
  assert.deepEqual(spans(network(config, 1).ranges[0] as Range), []);
});

test("pools are numbered through all networks; reserved prefixes are never in one", () => {
  const config = dhcp6(`
v6:
  networks:
    2001:db8:1::/64:
      ranges: [{prefix: "2001:db8:1::/112"}]
      prefix_pools: [{prefix: "2001:db8:100::/40", delegated_length: 56, excluded_prefix: "2001:db8:100:1::/64"}]
    2001:db8:2::/64:
      prefix_pools: [{prefix: "2001:db8:200::/40", delegated_length: 64}]
      reservations:
        - {match: {duid: 000102}, prefixes: ["2001:db8:2ff::/48", "2001:db8:200:5::/64"]}
        - {match: {duid: 000103}, prefixes: ["2001:db8:f00::/48"]}
`);
  assert.deepEqual(
    config.pools.map(({ index, network: of, kind }) => [index, of, kind]),
    [
      [0, 0, "addresses"],
      [1, 0, "prefixes"],
      [2, 1, "prefixes"],
    ],
  );
  const second = network(config, 1).prefixPools[0] as PrefixPool;
  assert.deepEqual([second.delegatedLength, second.excluded.map(formatIpv6Prefix)], [64, ["2001:db8:200:5::/64", "2001:db8:2ff::/48"]]);
  assert.equal(formatIpv6Prefix(pool(config).excludedPrefix as Uint8Array), "2001:db8:100:1::/64");
});

describe("reservations", () => {
  test("apply where their addresses and prefixes are, in parts where these are on several links; without any everywhere", () => {
    const config = dhcp6(`
shared_networks: {site: ["2001:db8:1::/64", "2001:db8:2::/64"]}
v6:
  reservations:
    - {match: {duid: 000101}, addresses: ["2001:db8:2::5", "2001:db8:1::5", "2001:db8:3::5"], prefixes: ["2001:db8:100:100::/56"]}
    - {match: {chaddr: "02:00:00:00:00:02"}, hostname: two, options: {dns_servers: "::1"}}
  networks:
    2001:db8:1::/64: {reservations: [{match: {interface_id: "'x'"}, addresses: ["2001:db8:2::9"]}]}
    2001:db8:2::/64: {}
    2001:db8:3::/64: {prefix_pools: [{prefix: "2001:db8:100::/40", delegated_length: 56}]}
`);
    const everywhere = [["two", [], []]];
    assert.deepEqual(
      config.networks.map(({ reservations }) => reservations.map((list) => list.map(host))),
      [
        [[["interface_id 'x'", ["2001:db8:2::9"], []]], everywhere],
        [everywhere, [["duid 00:01:01", ["2001:db8:2::5", "2001:db8:1::5"], []]]],
        [everywhere, [["duid 00:01:01", ["2001:db8:3::5"], ["2001:db8:100:100::/56"]]]],
      ],
    );
  });

  test("one may hold what both protocols know of a host", () => {
    const config = load(`
reservations:
  - {ip: 10.0.0.9, addresses: ["2001:db8:1::9"], match: {chaddr: "02:00:00:00:00:09", remote_id: 0a}, hostname: both, config: {lease_time: 2h}, options: {v4: {domain_name: a.example}, v6: {dns_servers: "::1"}}}
  - {addresses: ["2001:db8:1::a"], match: {client_id: 00030001020000000001}}
  - {ip: 10.0.0.11, match: {duid: 00030001020000000002}}
networks: {10.0.0.0/24: {}}
v6: {networks: {2001:db8:1::/64: {}}}
`);
    const [four] = config.networks;
    assert.deepEqual(
      four?.reservations
        .flat()
        .map(({ name, match, leaseTime, ownOptions }) => [name, match.map(({ kind }) => kind), leaseTime?.default, dataOf(ownOptions)]),
      [
        ["both", ["chaddr", "remoteId"], 7200, { 15: "612e6578616d706c65" }],
        ["duid 00:03:00:01:02:00:00:00:00:02", ["duid"], undefined, {}],
      ],
    );
    assert.deepEqual(
      network(config.dhcp6 as Dhcp6Config)
        .reservations.flat()
        .map(({ name, match, leaseTime, ownOptions }) => [name, match.map(({ kind }) => kind), leaseTime?.default, dataOf(ownOptions)]),
      [
        ["both", ["chaddr", "remoteId"], 7200, { 23: "00000000000000000000000000000001" }],
        ["duid 00:03:00:01:02:00:00:00:00:01", ["duid"], undefined, {}],
      ],
    );
  });

  test("an option of the client's message is matched as it is sent, a DUID wherever it is written", () => {
    const config = dhcp6(`
v6:
  networks:
    2001:db8:1::/64:
      reservations:
        - {match: {options: {vendor_class: {4491: [abc]}, 1000: {type: str, value: x}}}}
        - {match: {options: {client_identifier: "0001ff"}}}
`);
    assert.deepEqual(
      network(config)
        .reservations.flat()
        .map(({ match }) => match.map((one) => (one.kind === "chaddr" ? "" : `${one.kind} ${toHex(one.value)}`))),
      [["option 78", "option 0000118b0003616263"], ["duid 0001ff"]],
    );
  });
});

test("links: interfaces, relays and Interface-Ids of the shared network and of its networks", () => {
  const config = dhcp6(`
shared_networks: {site: {networks: ["2001:db8:2::/64", "2001:db8:1::/64"], interfaces: [eth0], relays: ["2001:db8:f::1"], interface_id: "'a'"}}
v6:
  networks:
    2001:db8:1::/64: {interfaces: [eth1, eth0], interface_id: ["'b'", 0102]}
    2001:db8:2::/64: {relays: ["2001:db8:f::1", "2001:db8:f::2"]}
    2001:db8:3::/64: {interface_id: 001122}
`);
  assert.deepEqual(
    config.links.map(({ name, networks, interfaces, relays, interfaceIds }) => [
      name,
      networks.map((one) => one.name),
      interfaces,
      relays.map(formatIpv6),
      interfaceIds.map(toHex),
    ]),
    [
      ["site", ["2001:db8:2::/64", "2001:db8:1::/64"], ["eth0", "eth1"], ["2001:db8:f::1", "2001:db8:f::2"], ["61", "62", "0102"]],
      ["2001:db8:3::/64", ["2001:db8:3::/64"], [], [], ["001122"]],
    ],
  );
  assert.deepEqual(
    config.networks.map(({ link }) => link),
    [0, 0, 1],
  );
});

test("limits of the top level hold in each protocol that can say them", () => {
  const config = load(`
limits:
  - {key: pkt.iface, max: 1}
  - {key: "relay4[1].hex", max: 2}
  - {key: "relay6[0].option[18].hex", max: 3}
  - {key: "option[1].hex", max: 4, class: six}
client_classes: {v6: [{name: six, assert: "true"}]}
v6: {networks: {2001:db8:1::/64: {limits: [{key: pkt6.transid, max: 5}]}}}
`);
  assert.deepEqual(
    config.limits.map(({ max }) => max),
    [1, 2],
  );
  assert.deepEqual(
    config.dhcp6?.limits.map(({ max }) => max),
    [1, 3, 4],
  );
  assert.deepEqual(
    config.dhcp6?.networks[0]?.limits.map(({ max }) => max),
    [5],
  );
});

test("settings of the top level that are for both protocols", () => {
  const config = dhcp6(`
offer_hold: 5s
affinity: 2h
cache_threshold: 25
flood_protection_threshold: {packets: 2, secs: 5}
leasequery: {requesters: [10.0.0.1, "2001:db8::/48", "2001:db8:1::5"]}
v6: {networks: {2001:db8:1::/64: {}}}
`);
  const { offerHold, affinity, cacheThreshold, floodProtection, leasequery } = config;
  assert.deepEqual([offerHold, affinity, cacheThreshold, floodProtection], [5, 7200, 25, { packets: 2, seconds: 5 }]);
  assert.deepEqual(leasequery?.requesters.map(formatIpv6Prefix), ["2001:db8::/48", "2001:db8:1::5/128"]);
});

test("classes of DHCPv6 have lifetimes, and those that the server makes itself", () => {
  const config = dhcp6(`
client_classes:
  v4: [{name: a, assert: "option[60].exists"}]
  v6:
    - {name: a, assert: "member('VENDOR_CLASS_docsis3.0') or known", config: {preferred_time: 1h}}
    - {name: DROP, assert: "pkt6.msgtype == 1 and option[1].hex == 0x01"}
v6: {networks: {2001:db8:1::/64: {ranges: [{prefix: "2001:db8:1::/112", deny_class: a}]}}}
`);
  const { classification } = config;
  assert.deepEqual(
    classification?.classes.map(({ name, leaseTime }) => [name, leaseTime?.preferred]),
    [
      ["a", 3600],
      ["DROP", undefined],
    ],
  );
  assert.deepEqual(
    classification?.builtIns.map(({ name }) => name),
    ["VENDOR_CLASS_docsis3.0", "KNOWN"],
  );
  assert.deepEqual([classification?.drop, classification?.late.map(({ name }) => name)], [1, ["a"]]);
  assert.deepEqual(range(config).guard, { allowed: undefined, denied: 0 });
  assert.equal(classification?.leaseTime, network(config).leaseTime);
});

describe("options", () => {
  const values: readonly (readonly [written: string, code: number, data: string])[] = [
    ["dns_servers: '2001:db8::1'", 23, "20010db8000000000000000000000001"],
    ["name_servers: ['::1', '::2']", 23, `${"0".repeat(31)}1${"0".repeat(31)}2`],
    ["23: {type: ip_list, value: ['::1']}", 23, `${"0".repeat(31)}1`],
    ["23: {type: ip, value: '::1'}", 23, `${"0".repeat(31)}1`],
    ["24: {type: domain, value: [a.example, b.example]}", 24, "0161076578616d706c65000162076578616d706c6500"],
    ["preference: 255", 7, "ff"],
    ["65535: {type: hex, value: 0102}", 65535, "0102"],
    // One option for each enterprise (RFC 8415 section 21.17), with codes of two bytes.
    [
      "vendor_information: {4491: {1: {type: str, value: ab}}, 9: {300: {type: u8, value: 5}}}",
      17,
      "00000009012c000105/0000118b000100026162",
    ],
    ["vendor_class: {4491: [abc, d]}", 16, "0000118b0003616263000164"],
  ];
  for (const [written, code, data] of values)
    test(written, () => assert.deepEqual(dataOf(dhcp6(`v6: {options: {${written}}}`).options), { [code]: data }));

  test("of the operator's own, and of vendors", () => {
    const config = load(`
option_definitions:
  door: {code: 65001, type: ip, space: dhcp6}
  floor: {code: 300, type: [ipv4], space: vendor-4491}
  desk: {code: 224, type: ip}
options: {desk: 10.0.0.1}
v6: {options: {door: "2001:db8::1", 17: {4491: {floor: 10.0.0.5}}}}
`);
    assert.deepEqual(dataOf(config.dhcp6?.options as OptionSet), {
      17: "0000118b012c00040a000005",
      65001: "20010db8000000000000000000000001",
    });
    assert.deepEqual(dataOf(config.options), { 224: "0a000001" });
    // The names of one protocol's options are none of the other's.
    assert.deepEqual(problemsOf("option_definitions: {desk: {code: 224, type: ip}}\nv6: {options: {desk: '::1'}}"), [
      '2:16 unknown option "desk"',
    ]);
    assert.deepEqual(problemsOf("option_definitions: {a: {code: 300, type: u8, space: vendor-9}}"), [
      "1:32 expected a code from 0 to 255, got 300",
    ]);
  });
});

describe("server_id", () => {
  const id = (text: string): unknown => {
    const { identifier, ...rest } = dhcp6(`v6: {server_id: {${text}}}`).serverId;
    return { ...JSON.parse(JSON.stringify(rest)), identifier: identifier && toHex(identifier) };
  };
  const cases: readonly (readonly [string, unknown])[] = [
    [
      "type: LL, identifier: '52:54:00:12:34:56', hardware_type: 1",
      { type: "LL", identifier: "525400123456", hardwareType: 1, persist: true },
    ],
    ["identifier: 525400123456, time: 1000", { type: "LLT", identifier: "525400123456", time: 1000, persist: true }],
    // dora writes the link-local address of an interface: the hardware address in it is meant.
    ["identifier: 'fe80::5054:ff:fe12:3456', htype: 6", { type: "LLT", identifier: "525400123456", hardwareType: 6, persist: true }],
    ["identifier: 'fe80::c981:b769:461a:bfb4'", { type: "LLT", identifier: "fe80000000000000c981b769461abfb4", persist: true }],
    ["type: EN, enterprise_id: 9, identifier: '0102'", { type: "EN", identifier: "0102", enterpriseId: 9, persist: true }],
    ["type: EN, enterprise_id: 0", { type: "EN", identifier: undefined, enterpriseId: 1, persist: true }],
    [
      "type: UUID, identifier: 00112233-4455-6677-8899-aabbccddeeff, persist: false, path: /var/lib/dora/server_id",
      { type: "UUID", identifier: "00112233445566778899aabbccddeeff", persist: false, path: "/var/lib/dora/server_id" },
    ],
  ];
  for (const [text, wanted] of cases) test(text, () => assert.deepEqual(id(text), wanted));
});
