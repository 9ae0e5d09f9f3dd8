import assert from "node:assert/strict";
import { test } from "node:test";
import type { OptionSet } from "../../src/config/model/common.ts";
import type { Config } from "../../src/config/model/config.ts";
import type { Range } from "../../src/config/model/dhcp4.ts";
import { printConfig } from "../../src/config/print.ts";
import { fromHex, toHex } from "../../src/net/bytes.ts";
import { formatIpv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { formatAddressRange } from "../../src/net/range.ts";
import { inNetwork, load, problemsOf } from "./load.ts";

const ip = (text: string): number => parseIpv4(text) as number;
const bytes = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

/** Options by code, as hex; `-` marks one that is not inherited, `!` one that is always sent. */
function show(options: OptionSet): Record<number, string> {
  return Object.fromEntries(
    [...options.byCode.values()].map(({ code, data, always, suppressed }) => [code, suppressed ? "-" : toHex(data) + (always ? "!" : "")]),
  );
}

function only<T>(values: readonly T[] | undefined): T {
  assert.equal(values?.length, 1);
  return values?.[0] as T;
}

const excluded = (range: Range): readonly string[] => range.excluded.map(formatAddressRange);

test("an empty configuration has the documented defaults", () => {
  for (const source of ["", "{}", "# nothing\n"]) {
    const config = load(source);
    assert.deepEqual(config, {
      interfaces: [],
      networks: [],
      links: [],
      ranges: [],
      options: { byCode: new Map(), always: [] },
      limits: [],
      chaddrOnly: false,
      cacheThreshold: 0,
      bootp: true,
      dynamicBootp: false,
      rapidCommit: false,
      subnetSelection: true,
      offerHold: 30,
      affinity: 86_400,
      store: { kind: "sqlite", path: undefined },
      log: { level: "info", format: "pretty" },
    });
  }
});

test("a network has the documented defaults", () => {
  const network = only(load("networks: {10.0.0.0/24: {}}").networks);
  assert.deepEqual(
    { ...network, reservations: network.reservations.flat() },
    {
      index: 0,
      name: "10.0.0.0/24",
      prefix: { address: ip("10.0.0.0"), length: 24 },
      link: 0,
      ranges: [],
      reservations: [],
      serverId: undefined,
      authoritative: true,
      probationPeriod: 86_400,
      pingTimeout: undefined,
      allocation: "hashed",
      reservationsOnly: false,
      adaptiveThreshold: undefined,
      limits: [],
      boot: { nextServer: 0, serverName: new Uint8Array(0), fileName: new Uint8Array(0) },
      leaseTime: { default: 86_400, min: 1200, max: 604_800, renew: undefined, rebind: undefined },
      options: { byCode: new Map(), always: [] },
    },
  );
});

test("top-level settings are read", () => {
  const config = load(
    "{interfaces: [eth0, eth1@10.0.0.1], chaddr_only: true, subnet_selection: false, offer_hold: 1m, affinity: 0, store: {sqlite: {path: a.db}}, log: {level: debug, format: json}}",
  );
  assert.deepEqual(config.interfaces, [
    { name: "eth0", address: undefined },
    { name: "eth1", address: ip("10.0.0.1") },
  ]);
  assert.equal(config.chaddrOnly, true);
  assert.equal(config.subnetSelection, false);
  assert.equal(config.offerHold, 60);
  assert.equal(config.affinity, 0);
  assert.deepEqual(config.store, { kind: "sqlite", path: "a.db" });
  assert.deepEqual(config.log, { level: "debug", format: "json" });
  assert.deepEqual(load("store: {memory: {}}").store, { kind: "memory" });
  assert.deepEqual(
    ["networks: {}", "user: dhcp", "user: 101", "user: {user: _dhcp, group: 4}"].map((text) => load(text).user),
    [undefined, { user: "dhcp" }, { user: "101" }, { user: "_dhcp", group: "4" }],
  );
});

test("flood protection has a burst and a time", () => {
  for (const secs of ["60", "60s", "1m"]) {
    const { floodProtection } = load(`flood_protection_threshold: {packets: 6, secs: ${secs}}`);
    assert.deepEqual(floodProtection, { packets: 6, seconds: 60 });
  }
});

test("settings that ask for what this version does are accepted", () => {
  const bootpOf = (text: string): readonly boolean[] => [load(text).bootp, load(text).dynamicBootp];
  assert.deepEqual(
    [bootpOf(""), bootpOf("bootp_enable: true"), bootpOf("bootp_enable: false")],
    [
      [true, false],
      [true, true],
      [false, false],
    ],
  );
  load("{bootp_enable: false, rapid_commit: false, cache_threshold: 0, networks: {10.0.0.0/24: {ping_check: false}}}");
});

test("JSON, with tabs, is read as it is", () => {
  const config = load('{\n\t"networks": {\n\t\t"10.0.0.0/24": { "ranges": [ { "start": "10.0.0.5", "end": "10.0.0.9" } ] }\n\t}\n}');
  assert.equal(only(config.ranges).start, ip("10.0.0.5"));
});

test("anchors, aliases and merge keys are read", () => {
  const config = load(
    "options: &o {routers: 10.0.0.1}\nnetworks:\n  10.0.0.0/24: &n {options: *o, authoritative: false}\n  10.0.1.0/24: {<<: *n, authoritative: true}",
  );
  assert.deepEqual(
    config.networks.map((network) => [show(network.options), network.authoritative]),
    [
      [{ 3: "0a000001" }, false],
      [{ 3: "0a000001" }, true],
    ],
  );
});

test("a range is given in three forms", () => {
  const table: readonly [string, string][] = [
    ["{start: 10.0.0.5, end: 10.0.0.9}", "10.0.0.5-10.0.0.9"],
    ["{range: 10.0.0.5-10.0.0.9}", "10.0.0.5-10.0.0.9"],
    ["{range: 10.0.0.5 - 10.0.0.9}", "10.0.0.5-10.0.0.9"],
    ["{prefix: 10.0.0.64/26}", "10.0.0.64-10.0.0.127"],
  ];
  for (const [written, addresses] of table) {
    assert.equal(formatAddressRange(only(load(inNetwork(`ranges: [${written}]`)).ranges)), addresses, written);
  }
});

test("except takes addresses, ranges and prefixes; what is excluded is sorted and joined", () => {
  const config = load(
    inNetwork(
      "ranges: [{range: 10.0.0.10-10.0.0.99, except: [10.0.0.50, 10.0.0.16/29, 10.0.0.24-10.0.0.30, 10.0.0.20-10.0.0.22, 10.0.0.10]}]",
    ),
  );
  assert.deepEqual(excluded(only(config.ranges)), ["10.0.0.10-10.0.0.10", "10.0.0.16-10.0.0.30", "10.0.0.50-10.0.0.50"]);
});

test("dora: `except` at the start of a range does not stop allocation (checklist 20, A13)", () => {
  const range = only(load(inNetwork("ranges: [{start: 10.0.0.10, end: 10.0.0.20, except: [10.0.0.10]}]")).ranges);
  assert.equal(range.start, ip("10.0.0.10"));
  assert.deepEqual(excluded(range), ["10.0.0.10-10.0.0.10"]);
});

test("dora: an address that is reserved inside a range is kept out of the dynamic addresses (A9)", () => {
  const config = load(
    inNetwork("ranges: [{range: 10.0.0.2-10.0.0.250}]", "reservations: [{ip: 10.0.0.166, match: {chaddr: f8:1a:67:1f:c9:7d}}]"),
  );
  assert.deepEqual(excluded(only(config.ranges)), ["10.0.0.166-10.0.0.166"]);
});

test("a global reservation inside a range is kept out too", () => {
  const config = load(
    `${inNetwork("ranges: [{range: 10.0.0.2-10.0.0.250}]")}\nreservations: [{ip: 10.0.0.7, match: {chaddr: f8:1a:67:1f:c9:7d}}]`,
  );
  assert.deepEqual(excluded(only(config.ranges)), ["10.0.0.7-10.0.0.7"]);
});

test("charrua: server, network and broadcast address in a range are never allocated (weak point 11)", () => {
  const config = load(inNetwork("server_id: 10.0.0.2", "ranges: [{prefix: 10.0.0.0/24, except: [10.0.0.1]}]"));
  assert.deepEqual(excluded(only(config.ranges)), ["10.0.0.0-10.0.0.2", "10.0.0.255-10.0.0.255"]);
});

test("server_id is handed down from the top level, also into shared networks, and is given to nobody", () => {
  const config = load(`
server_id: 10.0.0.53
shared_networks: {a: [10.0.1.0/24, 10.0.2.0/24]}
networks:
  10.0.0.0/24: {ranges: [{range: 10.0.0.50-10.0.0.59}]}
  10.0.1.0/24: {server_id: 10.0.1.1}
  10.0.2.0/24: {}
`);
  assert.deepEqual(
    config.networks.map(({ name, serverId }) => [name, formatIpv4(serverId as number)]),
    [
      ["10.0.0.0/24", "10.0.0.53"],
      ["10.0.1.0/24", "10.0.1.1"],
      ["10.0.2.0/24", "10.0.0.53"],
    ],
  );
  assert.deepEqual(excluded(only(config.ranges)), ["10.0.0.53-10.0.0.53"]);
  assert.deepEqual(load(printConfig(config)), config);
});

test("a /31 has neither network nor broadcast address (RFC 3021)", () => {
  const config = load("networks: {10.0.0.0/31: {options: {routers: 10.0.0.0}, ranges: [{prefix: 10.0.0.0/31}]}}");
  assert.deepEqual(excluded(only(config.ranges)), []);
});

test("lease times: the closest place wins, lease_time as a whole", () => {
  const config = load(`
config: {lease_time: {default: 1h, min: 10m, max: 1d}, renew_time: 5m}
shared_networks: {a: {networks: [10.0.0.0/24], config: {rebind_time: 8m}}}
networks:
  10.0.0.0/24:
    config: {lease_time: 2h}
    ranges:
      - {range: 10.0.0.10-10.0.0.19}
      - {range: 10.0.0.20-10.0.0.29, config: {lease_time: {default: 30m, max: infinite}}}
    reservations:
      - {ip: 10.0.0.5, match: {chaddr: "02:00:00:00:00:01"}}
      - {ip: 10.0.0.25, match: {chaddr: "02:00:00:00:00:02"}}
      - {ip: 10.0.0.6, match: {chaddr: "02:00:00:00:00:03"}, config: {lease_time: infinite}}
  10.0.1.0/24: {}
`);
  const outer = { default: 3600, min: 600, max: 86_400, renew: 300, rebind: undefined };
  const inner = { default: 7200, min: 7200, max: 7200, renew: 300, rebind: 480 };
  const range = { default: 1800, min: 1800, max: 0xffffffff, renew: 300, rebind: 480 };
  assert.deepEqual(
    config.networks.map((network) => network.leaseTime),
    [inner, outer],
  );
  assert.deepEqual(
    config.ranges.map((entry) => entry.leaseTime),
    [inner, range],
  );
  assert.deepEqual(
    config.networks[0]?.reservations.flat().map((reservation) => reservation.leaseTime),
    [undefined, undefined, { default: 0xffffffff, min: 0xffffffff, max: 0xffffffff, renew: 300, rebind: 480 }],
  );
});

test("charrua: the default lease times are the documented ones (weak point 16)", () => {
  const { default: standard, min, max } = only(load("networks: {10.0.0.0/24: {}}").networks).leaseTime;
  assert.deepEqual([standard, min, max], [24 * 3600, 20 * 60, 7 * 24 * 3600]);
});

test("options: reservation over range over network over shared network; the top level stays apart", () => {
  const config = load(`
options: {domain_name: top, ntp_servers: 10.0.0.9}
shared_networks: {a: {networks: [10.0.0.0/24], options: {domain_name: shared, log_servers: 10.0.0.8}}}
networks:
  10.0.0.0/24:
    options: {routers: 10.0.0.1, domain_name: net}
    ranges: [{range: 10.0.0.10-10.0.0.19, options: {domain_name: rng, ntp_servers: {value: null}}}]
    reservations:
      - {ip: 10.0.0.15, match: {chaddr: "02:00:00:00:00:01"}, options: {log_servers: {value: 10.0.0.7, always: true}}}
      - {ip: 10.0.0.5, match: {chaddr: "02:00:00:00:00:02"}, options: {domain_name: host}}
`);
  const network = only(config.networks);
  assert.deepEqual(show(config.options), { 15: "746f70", 42: "0a000009" });
  assert.deepEqual(show(network.options), { 15: "6e6574", 7: "0a000008", 3: "0a000001" });
  assert.deepEqual(show(only(config.ranges).options), { 15: "726e67", 7: "0a000008", 3: "0a000001", 42: "-" });
  const [inRange, outside] = network.reservations.flat();
  assert.deepEqual(show(inRange?.options as OptionSet), { 15: "726e67", 7: "0a000007!", 3: "0a000001", 42: "-" });
  assert.deepEqual(show(inRange?.ownOptions as OptionSet), { 7: "0a000007!" });
  assert.deepEqual(
    inRange?.options.always.map((option) => option.code),
    [7],
  );
  assert.deepEqual(show(outside?.options as OptionSet), { 15: "686f7374", 7: "0a000008", 3: "0a000001" });
});

test("options: every form says the same", () => {
  const forms = [
    "options: {routers: 10.0.0.1}",
    "options: {routers: [10.0.0.1]}",
    "options: {3: 10.0.0.1}",
    'options: {"3": {value: 10.0.0.1}}',
    "options: {3: {type: ip, value: 10.0.0.1}}",
    "options: {routers: {type: hex, value: 0a000001}}",
    "options: {values: {3: {type: ip, value: [10.0.0.1]}}}",
    "options: {values: {routers: {type: b64, value: CgAAAQ}}}",
    "options: {values: {routers: 10.0.0.1}}",
  ];
  for (const form of forms) assert.deepEqual(show(load(form).options), { 3: "0a000001" }, form);
});

test("options that are always sent are listed in the order of their codes", () => {
  const { options } = load("options: {domain_search: {value: [a.org], always: true}, 3: {value: 10.0.0.1, always: true}, 6: 10.0.0.2}");
  assert.deepEqual(
    options.always.map((option) => option.code),
    [3, 119],
  );
});

test("dora: all the names of dora's options are accepted (section 2.4)", () => {
  const names =
    "subnet_mask 1 time_offset 2 routers 3 time_servers 4 name_servers 5 domain_name_servers 6 log_servers 7 quote_servers 8 lpr_servers 9 impress_servers 10 resource_location_servers 11 hostname 12 boot_size 13 merit_dump 14 domain_name 15 swap_server 16 root_path 17 extensions_path 18 ip_forwarding 19 non_local_source_routing 20 default_ip_ttl 23 interface_mtu 26 all_subnets_local 27 broadcast_addr 28 static_routing_table 33 arp_cache_timeout 35 default_tcp_ttl 37 nis_domain 40 nis_servers 41 ntp_servers 42 vendor_extensions 43 netbios_name_servers 44 domain_search 119".split(
      " ",
    );
  for (let i = 0; i < names.length; i += 2) {
    const [problem = ""] = problemsOf(`options: {${names[i]}: {}}`);
    assert.ok(!problem.includes("unknown option"), names[i]);
    const config = load(`options: {values: {${names[i]}: {value: null}}}`);
    assert.deepEqual(show(config.options), { [Number(names[i + 1])]: "-" });
  }
});

test("dora: both TTL options keep their values (5.2: option 37 became 23)", () => {
  const { options } = load("options: {values: {23: {type: u8, value: 64}, 37: {type: u8, value: 32}}}");
  assert.deepEqual(show(options), { 23: "40", 37: "20" });
});

test("reservations_only is inherited from the top level", () => {
  const value = (top: string, network: string) => load(`${top}\nnetworks: {10.0.0.0/24: {${network}}}`).networks[0]?.reservationsOnly;
  assert.equal(value("", ""), false);
  assert.equal(value("reservations_only: true", ""), true);
  assert.equal(value("reservations_only: true", "reservations_only: false"), false);
  assert.equal(value("", "reservations_only: true"), true);
});

test("adaptive_threshold is inherited from the top level", () => {
  const value = (top: string, network: string) => load(`${top}\nnetworks: {10.0.0.0/24: {${network}}}`).networks[0]?.adaptiveThreshold;
  assert.equal(value("", ""), undefined);
  assert.equal(value("adaptive_threshold: 0.5", ""), 0.5);
  assert.equal(value("adaptive_threshold: 0.5", "adaptive_threshold: 1"), 1);
});

test("exclude_first_last_24 keeps .0 and .255 of every /24 from the ranges", () => {
  const file = (top: string, network: string) =>
    `{${top} networks: {10.0.0.0/22: {${network} ranges: [{range: 10.0.0.200-10.0.2.0}, {range: 10.0.2.1-10.0.2.9}]}}}`;
  const excluded = (top: string, network: string) => load(file(top, network)).ranges.map((range) => range.excluded.map(formatAddressRange));
  const kept = [["10.0.0.255-10.0.1.0", "10.0.1.255-10.0.2.0"], []];
  assert.deepEqual(excluded("", ""), [[], []]);
  assert.deepEqual(excluded("", "exclude_first_last_24: true,"), kept);
  assert.deepEqual(excluded("exclude_first_last_24: true,", ""), kept);
  assert.deepEqual(excluded("exclude_first_last_24: true,", "exclude_first_last_24: false,"), [[], []]);
});

test("reservations match by what the relay says and by the DUID, each found by its value", () => {
  const config = load(
    inNetwork(
      "reservations:",
      "  - {hostname: a, ip: 10.0.0.2, match: {circuit_id: \"'port 7'\"}}",
      "  - {hostname: b, ip: 10.0.0.3, match: {remote_id: '01:02:ff', circuit_id: '03'}}",
      "  - {hostname: c, ip: 10.0.0.4, match: {duid: '0001'}}",
    ),
  );
  const all = only(only(config.networks).reservations);
  const [a, b, c] = all;
  assert.deepEqual(a?.match, [{ kind: "circuitId", value: bytes("706f72742037") }]);
  assert.deepEqual(b?.match, [
    { kind: "circuitId", value: bytes("03") },
    { kind: "remoteId", value: bytes("0102ff") },
  ]);
  assert.deepEqual(c?.match, [{ kind: "duid", value: bytes("0001") }]);
  assert.deepEqual(load(printConfig(config)).networks[0]?.reservations.flat(), all);
});

test("reservations match by hardware address, client identifier and options", () => {
  const config = load(
    inNetwork(
      "reservations:",
      "  - {hostname: a, ip: 10.0.0.2, match: {chaddr: 02-00-00-00-00-0A}}",
      '  - {hostname: b, ip: 10.0.0.3, match: {client_id: "01:02:ff"}}',
      "  - {hostname: c, ip: 10.0.0.4, match: {client_id: 0a0b0c}}",
      "  - {hostname: d, ip: 10.0.0.5, match: {client_id: \"'abc'\"}}",
      '  - {hostname: e, ip: 10.0.0.6, match: {chaddr: "02:00:00:00:00:0b", client_id: "0102", options: {values: {60: {type: str, value: x}}}}}',
      "  - {hostname: f, ip: 10.0.0.7, match: {options: {vendor_class_identifier: x, user_class: {type: hex, value: '0161'}}}}",
    ),
  );
  assert.deepEqual(
    only(only(config.networks).reservations).map((reservation) => reservation.match),
    [
      [{ kind: "chaddr", chaddr: bytes("02000000000a") }],
      [{ kind: "clientIdentifier", value: bytes("0102ff") }],
      [{ kind: "clientIdentifier", value: bytes("0a0b0c") }],
      [{ kind: "clientIdentifier", value: bytes("616263") }],
      [
        { kind: "chaddr", chaddr: bytes("02000000000b") },
        { kind: "clientIdentifier", value: bytes("0102") },
        { kind: "option", code: 60, value: bytes("78") },
      ],
      [
        { kind: "option", code: 60, value: bytes("78") },
        { kind: "option", code: 77, value: bytes("0161") },
      ],
    ],
  );
});

test("dora: several reservations by client identifier live in one network (A14, checklist 21)", () => {
  const config = load(
    inNetwork(
      "reservations:",
      "  - {ip: 10.0.0.2, match: {options: {values: {61: {type: hex, value: '010203'}}}}}",
      "  - {ip: 10.0.0.3, match: {options: {values: {61: {type: hex, value: '010204'}}}}}",
    ),
  );
  assert.deepEqual(
    only(only(config.networks).reservations).map(({ match, address }) => [match, address]),
    [
      [[{ kind: "clientIdentifier", value: bytes("010203") }], ip("10.0.0.2")],
      [[{ kind: "clientIdentifier", value: bytes("010204") }], ip("10.0.0.3")],
    ],
  );
});

test("dora: a match on several options compares all of them, not the one with the lowest code", () => {
  const config = load(
    inNetwork("reservations: [{ip: 10.0.0.2, match: {options: {values: {60: {type: str, value: a}, 12: {type: str, value: b}}}}}]"),
  );
  assert.deepEqual(
    only(only(config.networks).reservations.flat())
      .match.map((match) => match.kind === "option" && match.code)
      .sort(),
    [12, 60],
  );
});

test("global reservations apply where their address lies; without an address, everywhere", () => {
  const config = load(`
reservations:
  - {hostname: host, ip: 10.0.1.9, match: {chaddr: "02:00:00:00:00:01"}}
  - {hostname: settings, match: {chaddr: "02:00:00:00:00:02"}, options: {domain_name: x}}
networks:
  10.0.0.0/24: {reservations: [{hostname: own, match: {chaddr: "02:00:00:00:00:02"}}]}
  10.0.1.0/24: {options: {domain_name: y}}
`);
  assert.deepEqual(
    config.networks.map((network) => network.reservations.flat().map((reservation) => reservation.name)),
    [
      ["own", "settings"],
      ["settings", "host"],
    ],
  );
  // One list for both networks.
  assert.equal(config.networks[0]?.reservations[1], config.networks[1]?.reservations[0]);
});

test("the name of a reservation is the host's, else what it matches on", () => {
  const config = load(
    inNetwork(
      "reservations: [{hostname: a, match: {client_id: '01'}}, {match: {chaddr: '02:00:00:00:00:01'}}, {match: {client_id: \"'x y'\"}}]",
    ),
  );
  assert.deepEqual(
    only(config.networks)
      .reservations.flat()
      .map((reservation) => reservation.name),
    ["a", "02:00:00:00:00:01", "client_id 'x y'"],
  );
});

test("boot fields and the other inherited settings come from the closest place", () => {
  const config = load(`
next_server: 10.0.0.1
server_name: top
file_name: top.img
authoritative: false
probation_period: 5m
networks:
  10.0.0.0/24:
    file_name: net.img
    authoritative: true
    allocation: sequential
    reservations:
      - {ip: 10.0.0.5, match: {client_id: "01"}, server_name: host, next_server: 0.0.0.0}
  10.0.1.0/24: {probation_period: 15m, allocation: random, server_id: 10.0.1.1}
`);
  const [first, second] = config.networks;
  const boot = (fields = first?.boot): unknown => fields && [formatIpv4(fields.nextServer), text(fields.serverName), text(fields.fileName)];
  assert.deepEqual(boot(first?.boot), ["10.0.0.1", "top", "net.img"]);
  assert.deepEqual(boot(first?.reservations.flat()[0]?.boot), ["0.0.0.0", "host", "net.img"]);
  assert.deepEqual(boot(second?.boot), ["10.0.0.1", "top", "top.img"]);
  assert.deepEqual([first?.authoritative, first?.probationPeriod, first?.allocation], [true, 300, "sequential"]);
  assert.deepEqual(
    [second?.authoritative, second?.probationPeriod, second?.allocation, second?.serverId],
    [false, 900, "random", ip("10.0.1.1")],
  );
});

test("addresses are probed where ping_check says so, for as long as the closest ping_timeout_ms says", () => {
  const config = load(`
ping_check: true
ping_timeout_ms: 250
networks:
  10.0.0.0/24: {}
  10.0.1.0/24: {ping_timeout_ms: 1000}
  10.0.2.0/24: {ping_check: false, ping_timeout_ms: 1000}
`);
  assert.deepEqual(
    config.networks.map(({ pingTimeout }) => pingTimeout),
    [250, 1000, undefined],
  );
  assert.equal(load("networks: {10.0.0.0/24: {ping_check: true}}").networks[0]?.pingTimeout, 500);
});

test("every network is on one link: shared networks first, then the others", () => {
  const config: Config = load(`
interfaces: [eth0, eth1]
networks:
  10.0.0.0/24: {interfaces: [eth1], relays: [192.0.2.1]}
  10.0.1.0/24: {interfaces: [eth0]}
  10.0.2.0/24: {relays: [192.0.2.2]}
  10.0.3.0/24: {}
shared_networks:
  a: {networks: [10.0.2.0/24, 10.0.1.0/24], interfaces: [eth0], relays: [192.0.2.3]}
  b: [10.0.3.0/24]
`);
  assert.deepEqual(
    config.links.map((link) => [
      link.index,
      link.name,
      link.networks.map((network) => network.name),
      link.interfaces,
      link.relays.map(formatIpv4),
    ]),
    [
      [0, "a", ["10.0.2.0/24", "10.0.1.0/24"], ["eth0"], ["192.0.2.3", "192.0.2.2"]],
      [1, "b", ["10.0.3.0/24"], [], []],
      [2, "10.0.0.0/24", ["10.0.0.0/24"], ["eth1"], ["192.0.2.1"]],
    ],
  );
  assert.deepEqual(
    config.networks.map((network) => network.link),
    [2, 0, 0, 1],
  );
});

test("indexes are positions: networks, links, ranges", () => {
  const config = load(`
networks:
  10.0.1.0/24: {options: {routers: 10.0.1.1}, ranges: [{range: 10.0.1.5-10.0.1.9}, {range: 10.0.1.15-10.0.1.19}]}
  10.0.0.0/24: {options: {routers: 10.0.0.1}, ranges: [{range: 10.0.0.5-10.0.0.9}]}
shared_networks: {a: [10.0.0.0/24]}
`);
  assert.deepEqual(
    config.networks.map((network) => network.index),
    [0, 1],
  );
  assert.deepEqual(
    config.ranges.map((range) => [range.index, range.network]),
    [
      [0, 0],
      [1, 0],
      [2, 1],
    ],
  );
  assert.deepEqual(
    config.networks.flatMap((network) => network.ranges),
    config.ranges,
  );
  for (const network of config.networks) assert.ok(config.links[network.link]?.networks.includes(network));
});
