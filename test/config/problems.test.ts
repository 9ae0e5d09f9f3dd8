import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { inNetwork, problemsOf } from "./load.ts";

type Table = readonly (readonly [text: string, problems: readonly string[]])[];

function check(table: Table): void {
  for (const [text, problems] of table) assert.deepEqual(problemsOf(text), problems, text);
}

/** The hint of the only problem. */
function hintOf(text: string): string | undefined {
  const result = loadConfig(text, "test.yaml");
  assert.ok(!result.ok);
  assert.equal(result.diagnostics.length, 1, text);
  return result.diagnostics[0]?.hint;
}

test("syntax: what is not YAML is reported where it stands", () => {
  check([
    ["networks: {", ["1:12 not valid YAML: flow map in block collection must be sufficiently indented and end with a }"]],
    ["a: b: c", ["1:4 not valid YAML: nested mappings are not allowed in compact mappings"]],
    ["\tnetworks: {}", ["1:1 a tab is used for indentation"]],
    ["networks: {}\n---\nnetworks: {}", ["2:1 the file has more than one document"]],
    ["interfaces: [*eth]", ["1:14 the alias *eth has no anchor &eth before it"]],
    ["interfaces: [!name eth0]", ["1:14 not valid YAML: unresolved tag: !name"]],
    ["[]", ["1:1 expected a map with networks, options and so on, got a list"]],
    ["networks", ['1:1 expected a map with networks, options and so on, got "networks"']],
  ]);
});

test("dora: an error in a JSON file is told in terms of JSON (5.7)", () => {
  const [problem = ""] = problemsOf('{"networks": {"10.0.0.0/24" {}}}', "test.json");
  assert.match(problem, /^1:\d+ not valid JSON: /);
});

const NO_NETWORKS = "1:1 warning: no networks are configured: the server answers nobody";

test("a key that is given twice is refused, with the place of the first", () => {
  const twice = `${inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9}]")}\naffinity: 1d\noffer_hold: 30s\naffinity: 2d`;
  check([[twice, ['7:1 the key "affinity" is given twice']]]);
  assert.equal(hintOf(twice), "keep one of the two");
  const result = loadConfig(twice, "test.yaml");
  assert.deepEqual(result.ok ? undefined : result.diagnostics[0]?.other, { line: 5, column: 1, path: [] });
  check([['options: {3: 10.0.0.1, "3": 10.0.0.2}', [NO_NETWORKS, '1:24 the key "3" is given twice']]]);
  check([["options: {3: 10.0.0.1, routers: 10.0.0.2}", ["1:24 option 3 (routers) is configured twice here"]]]);
});

test("a key that is given twice hides nothing else, and nothing is told because of it", () => {
  const other = "{routers: 10.0.1.1, dns_servers: 10.0.1.1}, ranges: [{range: 10.0.1.5-10.0.1.9}]";
  check([
    // What is wrong with the first, with the last, and elsewhere.
    [
      "affinity: soon\nofer_hold: 1\naffinity: later",
      [
        '1:11 expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got "soon"',
        '2:1 unknown key "ofer_hold"',
        '3:1 the key "affinity" is given twice',
        '3:11 expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got "later"',
      ],
    ],
    // What one of the two lacks, the other has.
    [
      `${inNetwork("rangs: []")}\nshared_networks: {a: [10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24]}\nnetworks:\n  10.0.1.0/24: {options: ${other}, mtu: 1}`,
      [
        '4:5 unknown key "rangs"',
        "5:49 there is no network 10.0.2.0/24",
        '6:1 the key "networks" is given twice',
        '7:108 unknown key "mtu"',
      ],
    ],
    [
      inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9}]", "options: {mtu: 1400}"),
      ['5:5 the key "options" is given twice', '5:15 unknown option "mtu"'],
    ],
    // What is named in one of them and stands for something elsewhere.
    [
      inNetwork("ranges: [{range: &r 10.0.0.5-10.0.0.9}]", "ranges: [{range: *r}]", "rangs: []"),
      ['5:5 the key "ranges" is given twice', '6:5 unknown key "rangs"'],
    ],
  ]);
});

test("merge keys: several are no repetition, what is wrong is told where it is written, and only maps can be merged", () => {
  const other = "10.0.1.0/24: {options: {routers: 10.0.1.1, dns_servers: 10.0.1.1}, ranges: [{range: 10.0.1.5-10.0.1.9}]}";
  check([
    [`options: {<<: {routers: 10.0.0.1}, <<: {mtu: 1}}\nnetworks: {${other}}`, ['1:41 unknown option "mtu"']],
    [`options: {<<: [{routers: 10.0.0.1}, {routers: 10.0.0.2, mtu: 1}]}\nnetworks: {${other}}`, ['1:57 unknown option "mtu"']],
    [`options: {"<<": {routers: 10.0.0.1}}\nnetworks: {${other}}`, ['1:11 unknown option "<<"']],
    // Told once, and what is left out of a map is not merged from it.
    [
      `networks:\n  10.0.0.0/24: &n {authoritative: 1, authoritative: true}\n  ${other.replace("{", "{<<: *n, ")}`,
      ["2:35 expected true or false, got 1", '2:38 the key "authoritative" is given twice'],
    ],
    ["options: {<<: 5}", ["1:1 not valid YAML: << takes a map, or a list of maps"]],
  ]);
});

test("what is no plain data is refused where it stands", () => {
  check([
    ["networks: !!set {10.0.0.0/24}", ["1:17 not valid YAML: unresolved tag: !!set"]],
    ["interfaces: !!omap [a: 1]", ["1:20 not valid YAML: unresolved tag: !!omap"]],
    ["networks: &n {10.0.0.0/24: {options: *n}}", ["1:38 not valid YAML: the alias *n stands inside of what it stands for"]],
  ]);
});

test("dora: an unknown or misspelled key is an error with a suggestion, not ignored (5.7)", () => {
  check([
    ["authorative: true", ['1:1 unknown key "authorative"']],
    ["chaddr-only: true", ['1:1 unknown key "chaddr-only"']],
    [inNetwork("range: []"), ['4:5 unknown key "range"']],
    [inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9, expect: [10.0.0.5]}]"), ['4:41 unknown key "expect"']],
    [
      inNetwork("reservations: [{ip: 10.0.0.5, mac: x, match: {mac: x, chaddr: '02:00:00:00:00:01'}}]"),
      ['4:35 unknown key "mac"', '4:51 unknown key "mac"'],
    ],
    ["config: {lease_time: {default: 1h, mim: 1m}}", ['1:36 unknown key "mim"']],
    ["shared_networks: {a: {networks: [10.0.0.0/24], relay: []}}\nnetworks: {10.0.0.0/24: {}}", ['1:48 unknown key "relay"']],
    ["store: {sqlite: {file: x}}", ['1:18 unknown key "file"']],
    ["log: {lvl: info}", ['1:7 unknown key "lvl"']],
    ["options: {routers: {value: 10.0.0.1, allways: true}}", ['1:38 unknown key "allways"']],
  ]);
  assert.equal(hintOf("authorative: true"), 'did you mean "authoritative"?');
  assert.equal(hintOf("chaddr-only: true"), 'did you mean "chaddr_only"?');
  assert.equal(hintOf(inNetwork("range: []")), 'did you mean "ranges"?');
  assert.equal(hintOf("options: {routers: {value: 10.0.0.1, allways: true}}"), 'did you mean "always"?');
  assert.equal(hintOf("store: {sqlite: {file: x}}"), 'did you mean "path"? Write path: x');
  assert.equal(hintOf("store: {sqlite: {colour: red}}"), "known keys here: path");
});

test("what belongs to a later version is refused at its place, never ignored", () => {
  const unsupported = (line: number, column: number, key: string): string => `${line}:${column} "${key}" is not supported by this version`;
  check([
    ["store: {memory: {}, postgres: {url: x}}", [unsupported(1, 21, "postgres")]],
    ["store: {postgres: {url: x}}", [unsupported(1, 9, "postgres")]],
    ["networks: {'fd00::/64': {}}", ["1:12 fd00::/64 is not an IPv4 prefix"]],
  ]);
});

test("values of the wrong type say what is expected and what is there", () => {
  check([
    ["chaddr_only: yes", ['1:14 expected true or false, got "yes"']],
    ["limits: {}", ["1:9 expected a list of limits, got a map"]],
    ["limits: [{key: pkt4.mac, max: 0}]", ["1:31 expected a number of leases from 1 up, got 0"]],
    ["limits: [{key: [82], max: 1}]", ["1:16 expected an expression such as relay4[1].hex, got a list"]],
    ["limits: [{key: '', max: 1}]", ['1:16 expected an expression such as relay4[1].hex, got ""']],
    ["limits: [{max: 1}]", ['1:10 "key" is missing']],
    ["adaptive_threshold: 80", ["1:21 expected a share from 0 to 1 such as 0.8, got 80"]],
    ["adaptive_threshold: 80%", ['1:21 expected a share from 0 to 1 such as 0.8, got "80%"']],
    ["reservations_only: 1", ["1:20 expected true or false, got 1"]],
    ["flood_protection_threshold: 5", ["1:29 expected a map with packets and secs, got 5"]],
    ["flood_protection_threshold: {packets: 0, secs: 5}", ["1:39 expected a number of packets, at least 1, got 0"]],
    ["flood_protection_threshold: {packets: 2.5, secs: 5}", ["1:39 expected a number of packets, at least 1, got 2.5"]],
    [
      "flood_protection_threshold: {packets: 2, secs: 0}",
      ['1:48 expected a time of at least 1 second: seconds, or text such as "5s" or "1m", got 0'],
    ],
    [
      "flood_protection_threshold: {packets: 2, secs: infinite}",
      ['1:48 expected a time of at least 1 second: seconds, or text such as "5s" or "1m", got "infinite"'],
    ],
    ["flood_protection_threshold: {packets: 2}", ['1:1 "secs" is missing']],
    ["flood_protection_threshold: {packets: 2, seconds: 5}", ['1:42 unknown key "seconds"']],
    ["flood_protection_threshold: {packets: 2, per: 5}", ['1:1 "secs" is missing', '1:42 unknown key "per"']],
    ["cache_threshold: 101", ["1:18 expected percent: a whole number from 0 to 100, got 101"]],
    ["cache_threshold: -1", ["1:18 expected percent: a whole number from 0 to 100, got -1"]],
    ["cache_threshold: 2.5", ["1:18 expected percent: a whole number from 0 to 100, got 2.5"]],
    ["interfaces: eth0", ['1:13 expected a list of interfaces, got "eth0"']],
    [
      "interfaces: [eth0@x, '', a b, {}]",
      [
        '1:14 expected the name of an interface such as eth0, or eth0@192.168.5.1, got "eth0@x"',
        '1:22 expected the name of an interface such as eth0, or eth0@192.168.5.1, got ""',
        '1:26 expected the name of an interface such as eth0, or eth0@192.168.5.1, got "a b"',
        "1:31 expected the name of an interface such as eth0, or eth0@192.168.5.1, got a map",
      ],
    ],
    ["networks: [10.0.0.0/24]", ["1:11 expected a map from prefixes such as 192.168.5.0/24 to networks, got a list"]],
    ["networks: {10.0.0.0/24: 5}", ["1:25 expected a network: a map with ranges, reservations, options and so on, got 5"]],
    [inNetwork("ranges: {start: 10.0.0.1}"), ["4:13 expected a list of ranges, got a map"]],
    [
      inNetwork("ranges: [10.0.0.5-10.0.0.9]"),
      ['4:14 expected a range: a map with start and end, with range, or with prefix, got "10.0.0.5-10.0.0.9"'],
    ],
    [inNetwork("next_server: boot.example.org"), ['4:18 expected an IPv4 address such as 192.168.5.1, got "boot.example.org"']],
    [inNetwork("server_id: 10.0.0.300"), ['4:16 expected an IPv4 address such as 192.168.5.1, got "10.0.0.300"']],
    [inNetwork("server_id: 255.255.255.255"), ["4:16 255.255.255.255 is not the address of a host"]],
    [inNetwork("allocation: fifo"), ['4:17 expected hashed, sequential or random, got "fifo"']],
    [inNetwork("authoritative: 1"), ["4:20 expected true or false, got 1"]],
    [inNetwork("relays: [10.0.0]"), ['4:14 expected an IPv4 address such as 192.168.5.1, got "10.0.0"']],
    ["affinity: soon", ['1:11 expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got "soon"']],
    ["affinity: -1", ['1:11 expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got -1']],
    ["affinity: [1d]", ['1:11 expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got a list']],
    ["ping_timeout_ms: 0", ["1:18 ping_timeout_ms must be from 1 to 10000"]],
    [inNetwork("ping_timeout_ms: 10001"), ["4:22 ping_timeout_ms must be from 1 to 10000"]],
    ["ping_timeout_ms: 1s", ['1:18 expected a number of milliseconds from 1 to 10000, got "1s"']],
    ["ping_check: 1", ["1:13 expected true or false, got 1"]],
    ["offer_hold: 0", ["1:13 offer_hold must be longer than 0 seconds and can't be infinite"]],
    ["config: {lease_time: 0}", ["1:22 the duration must be longer than 0 seconds"]],
    ["config: {lease_time: true}", ['1:22 expected a duration such as "1d", or a map with default, min and max, got true']],
    ["config: {lease_time: {min: 1h}}", ['1:10 "default" is missing']],
    [
      "config: {lease_time: {default: 1 day}}",
      ['1:32 expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got "1 day"'],
    ],
    [
      "shared_networks: {a: 10.0.0.0/24}",
      ['1:22 expected a list of networks, or a map with networks, interfaces, relays, options and config, got "10.0.0.0/24"'],
    ],
    ["store: sqlite", ['1:8 expected a map: {sqlite: {path: leases.db}} or {memory: {}}, got "sqlite"']],
    ["user: ''", ['1:7 expected the name or number of a user, got ""']],
    ["user: -5", ["1:7 expected the name or number of a user, got -5"]],
    ["user: 4294967295", ["1:7 4294967295 is larger than any id"]],
    ["user: [dhcp]", ["1:7 expected the name of a user, or a map with user and group, got a list"]],
    ["user: {user: dhcp, group: 'a b'}", ['1:27 expected the name or number of a group, got "a b"']],
    ["user: {user: dhcp, groups: x}", ['1:20 unknown key "groups"']],
    ["store: {}", ["1:8 name exactly one store"]],
    ["store: {sqlite: {path: ''}}", ["1:24 the path is empty"]],
    ["store: {sqlite: {}, memory: {}}", ["1:8 name exactly one store"]],
    [
      "log: {level: loud, format: xml}",
      ['1:14 expected trace, debug, info, warn or error, got "loud"', '1:28 expected pretty or json, got "xml"'],
    ],
    [inNetwork("ranges: [{strt: 10.0.0.5, end: 10.0.0.9}]"), ['4:15 unknown key "strt"']],
    [inNetwork("ranges:", "  -"), ["5:8 expected a range: a map with start and end, with range, or with prefix, got nothing"]],
  ]);
});

test("dora: server and boot file names that don't fit their fields are refused (1.6: they crashed it)", () => {
  check([
    [`server_name: ${"a".repeat(64)}`, ["1:14 the server name has 64 bytes; the message's sname field holds 63"]],
    [`file_name: ${"ä".repeat(64)}`, ["1:12 the boot file name has 128 bytes; the message's file field holds 127"]],
    ['server_name: "a\\0b"', ["1:14 the server name can't contain a NUL character"]],
  ]);
  assert.deepEqual(
    problemsOf(`server_name: ${"a".repeat(63)}\nnext_server: 10.0.0.1\nfile_name: ${"b".repeat(127)}\nnetworks: {}`).filter(
      (line) => !line.includes("warning"),
    ),
    [],
  );
});

test("dora: networks that overlap are refused (checklist 20)", () => {
  check([
    [
      "networks: {10.0.0.0/24: {}, 10.0.0.5/24: {}}",
      [
        "1:12 warning: the network 10.0.0.0/24 has neither ranges nor reserved addresses: no client gets an address in it",
        "1:29 warning: 10.0.0.5/24 is read as the network 10.0.0.0/24",
        "1:29 the network 10.0.0.0/24 is given twice",
      ],
    ],
    [
      "networks: {10.0.0.0/16: {}, 10.0.5.0/24: {}}",
      [
        "1:12 warning: the network 10.0.0.0/16 has neither ranges nor reserved addresses: no client gets an address in it",
        "1:29 the network 10.0.5.0/24 overlaps the network 10.0.0.0/16",
      ],
    ],
    [
      "networks: {10.0.5.0/24: {}, 10.0.0.0/16: {}, 10.0.6.0/24: {}}",
      ["1:29 the network 10.0.0.0/16 overlaps the network 10.0.5.0/24", "1:46 the network 10.0.6.0/24 overlaps the network 10.0.0.0/16"],
    ],
    ["networks: {10.0.0.0: {}}", ['1:12 expected a prefix such as 192.168.5.0/24, got "10.0.0.0"']],
    ["networks: {10.0.0.0/33: {}}", ['1:12 expected a prefix such as 192.168.5.0/24, got "10.0.0.0/33"']],
    ["networks: {office: {}}", ['1:12 expected a prefix such as 192.168.5.0/24, got "office"']],
    ["networks: {224.0.0.0/24: {}}", ["1:12 224.0.0.0/24 has no addresses for hosts: it is multicast or reserved"]],
  ]);
  assert.equal(hintOf(inNetwork("ranges: [{prefix: 10.0.0.5/25}]")), "the prefix that holds this address is 10.0.0.0/25");
});

test("dora and charrua: ranges that can't work are refused (dora 2.3, charrua 1.2 and weak point 11)", () => {
  check([
    [inNetwork("ranges: [{start: 10.0.0.9, end: 10.0.0.5}]"), ["4:37 the range ends (10.0.0.5) before it starts (10.0.0.9)"]],
    [inNetwork("ranges: [{range: 10.0.0.9-10.0.0.5}]"), ["4:22 the range ends (10.0.0.5) before it starts (10.0.0.9)"]],
    [inNetwork("ranges: [{start: 10.0.1.5, end: 10.0.1.9}]"), ["4:22 10.0.1.5 is outside the network 10.0.0.0/24"]],
    [inNetwork("ranges: [{start: 10.0.0.5, end: 10.0.1.9}]"), ["4:37 10.0.1.9 is outside the network 10.0.0.0/24"]],
    [inNetwork("ranges: [{range: 10.0.0.5-10.0.1.9}]"), ["4:22 10.0.0.5-10.0.1.9 is outside the network 10.0.0.0/24"]],
    [inNetwork("ranges: [{prefix: 10.0.0.0/23}]"), ["4:23 10.0.0.0-10.0.1.255 is outside the network 10.0.0.0/24"]],
    [inNetwork("ranges: [{prefix: 10.0.0.5/25}]"), ["4:23 10.0.0.5/25 has bits set behind the first 25"]],
    [
      inNetwork("ranges: [{range: 10.0.0.5-10.0.0.20}, {range: 10.0.0.20-10.0.0.30}]"),
      ["4:43 the range 10.0.0.20-10.0.0.30 overlaps the range 10.0.0.5-10.0.0.20"],
    ],
    [inNetwork("ranges: [{start: 10.0.0.5}]"), ["4:14 the range has no end"]],
    [inNetwork("ranges: [{end: 10.0.0.5}]"), ["4:14 the range has no start"]],
    [inNetwork("ranges: [{}]"), ["4:14 the range has no addresses"]],
    [inNetwork("ranges: [{start: 10.0.0.5, range: 10.0.0.5-10.0.0.9}]"), ["4:14 the range is given in two ways"]],
    [
      inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9, except: [10.0.0.4, 10.0.0.9-10.0.0.10, 10.0.0.6, nine]}]"),
      [
        "4:50 10.0.0.4 is not inside the range 10.0.0.5-10.0.0.9",
        "4:60 10.0.0.9-10.0.0.10 is not inside the range 10.0.0.5-10.0.0.9",
        '4:90 expected an address, a range such as 10.0.0.5-10.0.0.9 or a prefix such as 10.0.0.16/28, got "nine"',
      ],
    ],
    [
      inNetwork("ranges: [{range: 10.0.0.8-10.0.0.9, except: [10.0.0.8/31]}]"),
      ["4:14 the range 10.0.0.8-10.0.0.9 has no address to give out"],
    ],
    [inNetwork("ranges: [{range: 10.0.0.255-10.0.0.255}]"), ["4:14 the range 10.0.0.255-10.0.0.255 has no address to give out"]],
    [
      inNetwork("ranges: [{range: 10.0.0.7-10.0.0.7}]", "reservations: [{ip: 10.0.0.7, match: {remote_id: '01'}}]"),
      ["4:14 warning: the range 10.0.0.7-10.0.0.7 has no address to give out: all of them are reserved"],
    ],
  ]);
});

test("charrua: a malformed address is a problem at its place, not an exception (3.4)", () => {
  check([
    [
      inNetwork("ranges: [{start: 300.1.1.1, end: 10.0.0.99999999999999999999}]"),
      [
        '4:22 expected an IPv4 address such as 192.168.5.1, got "300.1.1.1"',
        '4:38 expected an IPv4 address such as 192.168.5.1, got "10.0.0.99999999999999999999"',
      ],
    ],
    [
      "config: {lease_time: 99999999999999999999}",
      ['1:22 expected a duration such as "1d", or a map with default, min and max, got 100000000000000000000'],
    ],
  ]);
});

test("a reservation by a client identifier of one byte, which can't be anybody's, is warned of", () => {
  const warning = "no client matches: a client identifier has at least two bytes (RFC 2132)";
  check([
    [inNetwork("reservations: [{ip: 10.0.0.5, match: {client_id: '01'}}]"), [`4:43 warning: ${warning}`]],
    [inNetwork("reservations: [{ip: 10.0.0.5, match: {client_id: \"'a'\"}}]"), [`4:43 warning: ${warning}`]],
    [inNetwork("reservations: [{ip: 10.0.0.5, match: {options: {61: {type: hex, value: '01'}}}}]"), [`4:43 warning: ${warning}`]],
    [inNetwork("reservations: [{ip: 10.0.0.5, match: {client_id: '0102'}}]", "ranges: [{range: 10.0.0.6-10.0.0.19}]"), []],
  ]);
  const loaded = loadConfig(inNetwork("reservations: [{ip: 10.0.0.5, match: {client_id: '01'}}]"), "test.yaml");
  assert.match((loaded.ok && loaded.warnings[0]?.hint) || "", /match: \{chaddr: ADDRESS\}/);
});

test("dora: reservations outside the network, duplicate, or of unusable addresses are refused (2.3, 5.7)", () => {
  const one = (rest: string): string => inNetwork(`reservations: [{match: {remote_id: '01'}, ${rest}}]`);
  check([
    [one("ip: 10.0.1.5"), ["4:51 10.0.1.5 is outside the network 10.0.0.0/24"]],
    [one("ip: 10.0.0.0"), ["4:51 10.0.0.0 is the network address of 10.0.0.0/24"]],
    [one("ip: 10.0.0.255"), ["4:51 10.0.0.255 is the broadcast address of 10.0.0.0/24"]],
    [`${one("ip: 10.0.0.9")}\n    server_id: 10.0.0.9`, ["4:51 10.0.0.9 is the server's own address (server_id)"]],
    [`${one("ip: 10.0.0.9")}\nserver_id: 10.0.0.9`, ["4:51 10.0.0.9 is the server's own address (server_id)"]],
    [one("hostname: a b"), ['4:57 expected a host name: letters, digits and hyphens, labels of at most 63, such as printer, got "a b"']],
    [one("hostname: a, options: {hostname: b}"), ["4:47 the host's name is given twice: as hostname and as option 12 (hostname)"]],
    [
      inNetwork("reservations:", "  - {ip: 10.0.0.5, match: {remote_id: '01'}}", "  - {ip: 10.0.0.5, match: {remote_id: '02'}}"),
      ["6:14 10.0.0.5 is reserved for remote_id 01 already"],
    ],
    [
      inNetwork(
        "reservations:",
        "  - {ip: 10.0.0.5, match: {client_id: '01'}}",
        "  - {ip: 10.0.0.6, match: {options: {61: {type: hex, value: '01'}}}}",
      ).replaceAll("'01'", "'0102'"),
      ["6:24 another reservation here has the same match (client_id 01:02)"],
    ],
    [inNetwork("reservations: [{ip: 10.0.0.5}]"), ['4:20 "match" is missing']],
    [inNetwork("reservations: [{ip: 10.0.0.5, match: {}}]"), ["4:42 the reservation matches on nothing"]],
    [inNetwork("reservations: [{ip: 10.0.0.5, match: {options: {}}}]"), ["4:43 the match names no option"]],
    [
      inNetwork("reservations: [{match: {chaddr: 1:2:3:4:5:6}}]"),
      ['4:37 expected a hardware address such as 52:54:00:12:34:56, got "1:2:3:4:5:6"'],
    ],
    [
      inNetwork("reservations: [{match: {client_id: laptop}}]"),
      ['4:40 expected hex such as 01:52:54:00:12:34:56, or text in quotes inside the string, got "laptop"'],
    ],
    [
      inNetwork("reservations: [{match: {options: {60: {value: null}}}}]"),
      ["4:43 a match takes a value to compare with: neither null nor always"],
    ],
    [
      inNetwork("reservations: [{match: {client_id: '0102', options: {61: {type: hex, value: '0103'}}}}]"),
      ["4:29 the client identifier is given twice: as client_id and as option 61"],
    ],
    ["reservations: [{ip: 10.9.0.1, match: {remote_id: '01'}}]\nnetworks: {10.0.0.0/24: {}}", ["1:21 10.9.0.1 is in none of the networks"]],
    [
      `${inNetwork("reservations: [{ip: 10.0.0.5, match: {remote_id: '01'}}]")}\nreservations: [{ip: 10.0.0.6, match: {remote_id: '01'}}, {ip: 10.0.0.5, match: {remote_id: '02'}}]`,
      [
        "5:31 the reservation of 10.0.0.5 in the same network has the same match (remote_id 01)",
        "5:63 10.0.0.5 is reserved for remote_id 01 already",
      ],
    ],
  ]);
  assert.equal(hintOf(inNetwork("reservations: [{match: {client_id: laptop}}]")), `for the text write "'laptop'"`);
});

test("dora: lease times that contradict each other are refused (1.10: min > max crashed it)", () => {
  check([
    ["config: {lease_time: {default: 1h, min: 2h}}", ["1:41 the shortest lease time (2h) is longer than the default (1h)"]],
    ["config: {lease_time: {default: 1h, max: 30m}}", ["1:41 the longest lease time (30m) is shorter than the default (1h)"]],
    ["config: {lease_time: {default: 1h, min: 3h, max: 2h}}", ["1:41 the shortest lease time (3h) is longer than the default (1h)"]],
    ["config: {lease_time: 1h, renew_time: 1h}", ["1:38 renew_time (1h) is not shorter than the lease time (1h)"]],
    ["config: {lease_time: 1h, renew_time: 55m}", ["1:38 renew_time (55m) is not shorter than rebind_time (3150s)"]],
    ["config: {lease_time: 1h, rebind_time: 60m}", ["1:39 rebind_time (1h) is not shorter than the lease time (1h)"]],
    ["config: {lease_time: 1h, rebind_time: 20m}", ["1:39 rebind_time (20m) is not longer than renew_time (30m)"]],
    ["config: {renew_time: 30m, rebind_time: 20m}", ["1:22 renew_time (30m) is not shorter than rebind_time (20m)"]],
    [
      `config: {renew_time: 12h}\n${inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9, config: {lease_time: 1h}}]")}`,
      ["5:62 renew_time (12h) is not shorter than the lease time (1h)"],
    ],
  ]);
});

test("shared networks: every network is on one link", () => {
  const networks = "networks: {10.0.0.0/24: {}, 10.0.1.0/24: {}}\n";
  check([
    [`${networks}shared_networks: {a: [10.0.0.0/24, 10.0.2.0/24]}`, ["2:36 there is no network 10.0.2.0/24"]],
    [
      `${networks}shared_networks: {a: [10.0.0.0/24], b: {networks: [10.0.0.0/24]}}`,
      ['2:52 the network 10.0.0.0/24 is in the shared network "a" already'],
    ],
    [`${networks}shared_networks: {a: [10.0.0.0/24, 10.0.0.0/24]}`, ["2:36 the network 10.0.0.0/24 is twice in this shared network"]],
    [`${networks}shared_networks: {a: []}`, ['2:19 the shared network "a" has no networks']],
    [`${networks}shared_networks: {a: {interfaces: [eth0]}}`, ['2:19 "networks" is missing']],
  ]);
});

test("interfaces and relays lead to one link", () => {
  check([
    ["interfaces: [eth0, eth0@10.0.0.1]", ["1:20 the interface eth0 is listed twice"]],
    ["interfaces: [eth0]\nnetworks: {10.0.0.0/24: {interfaces: [eth1]}}", ["2:39 the interface eth1 is not served"]],
    [
      "interfaces: []\nnetworks: {10.0.0.0/24: {interfaces: [eth1], ranges: [{range: 10.0.0.2-10.0.0.9}], options: {routers: 10.0.0.1, dns_servers: 10.0.0.1}}}",
      [],
    ],
    [
      "networks: {10.0.0.0/24: {interfaces: [eth0]}, 10.0.1.0/24: {interfaces: [eth0]}}",
      [
        "1:12 warning: the network 10.0.0.0/24 has neither ranges nor reserved addresses: no client gets an address in it",
        '1:74 the interface eth0 is on "10.0.0.0/24" already',
      ],
    ],
    [
      "networks: {10.0.0.0/24: {relays: [192.0.2.1]}, 10.0.1.0/24: {relays: [192.0.2.1]}}",
      [
        "1:12 warning: the network 10.0.0.0/24 has neither ranges nor reserved addresses: no client gets an address in it",
        '1:71 the relay 192.0.2.1 is on "10.0.0.0/24" already',
      ],
    ],
    [
      "networks: {10.0.0.0/24: {relays: [10.0.1.1]}, 10.0.1.0/24: {}}",
      [
        "1:35 the relay 10.0.1.1 lies in the network 10.0.1.0/24, which is on another link",
        "1:47 warning: the network 10.0.1.0/24 has neither ranges nor reserved addresses: no client gets an address in it",
      ],
    ],
    [
      "networks: {10.0.0.0/24: {interfaces: [eth0@10.0.0.1]}}",
      ['1:39 expected the name of an interface such as eth0, got "eth0@10.0.0.1"'],
    ],
  ]);
});

test("dora: an option that does not fit is an error at its place, and takes no other option with it (2.4, checklist 20)", () => {
  check([
    [
      `${inNetwork()}\noptions: {values: {3: {type: str, value: abc}, 6: {type: ip, value: 10.0.0.2}}}`,
      [
        "2:3 warning: the network 10.0.0.0/24 has neither ranges nor reserved addresses: no client gets an address in it",
        "4:20 warning: option 3 (routers): a value of type str does not fit this option: needs 4 bytes where 3 are left",
      ],
    ],
    [
      "options: {1: {type: hex, value: ffffff}}",
      [
        "1:1 warning: no networks are configured: the server answers nobody",
        "1:11 warning: option 1 (subnet_mask): a value of type hex does not fit this option: needs 4 bytes where 3 are left",
      ],
    ],
    ["options: {routers: gateway}", ["1:20 option 3 (routers): must be an IPv4 address such as 192.168.5.1"]],
    ["options: {routers: [10.0.0.1, gateway]}", ["1:31 option 3 (routers): must be an IPv4 address such as 192.168.5.1"]],
    ["options: {interface_mtu: many}", ["1:26 option 26 (interface_mtu): must be a whole number from 68 to 65535"]],
    ["options: {224: abc}", ["1:16 option 224 has no known form"]],
    ["options: {224: {type: text, value: abc}}", ['1:23 unknown type "text"']],
    ["options: {domain_nam: x}", ['1:11 unknown option "domain_nam"']],
    ["options: {0: x, 255: x, 300: x}", ["1:11 there is no option 0", "1:17 there is no option 255", "1:25 there is no option 300"]],
    ["options: {routers:}", ["1:11 option 3 (routers) has no value"]],
    [
      "options: {routers: {value: null, always: true}}",
      ["1:20 {value: null} stands alone: an option that is not sent has neither a type nor always"],
    ],
    ["options: {routers: {value: 10.0.0.1, always: 1}}", ["1:46 expected true or false, got 1"]],
    ["options: {values: [], routers: 10.0.0.1}", ['1:11 unknown option "values"']],
    ["options: {values: []}", ["1:19 expected a map from codes or names to {type, value}, got a list"]],
    ["options: [routers]", ["1:10 expected a map of options such as {routers: 192.168.5.1}, got a list"]],
  ]);
});

test("charrua: options that the server makes itself can't be configured, at any level (1.2)", () => {
  const hints: readonly [number, RegExp][] = [
    [50, /clients/],
    [51, /lease_time/],
    [52, /by itself/],
    [53, /server sets/],
    [54, /server_id/],
    [55, /always: true/],
    [57, /clients/],
    [58, /renew_time/],
    [59, /rebind_time/],
    [61, /client sent/],
    [82, /relay sent/],
    [97, /client sent/],
  ];
  for (const [code, hint] of hints) {
    const text = `options: {${code}: 1d}`;
    const [problem = ""] = problemsOf(text);
    assert.match(problem, new RegExp(`^1:11 option ${code} \\(\\w+\\) can't be configured$`));
    assert.match(hintOf(text) ?? "", hint);
  }
  check([
    [
      inNetwork("reservations: [{match: {remote_id: '01'}, options: {54: 10.0.0.1}}]"),
      ["4:57 option 54 (server_identifier) can't be configured"],
    ],
  ]);
});

test("all problems are reported at once, in the order of the file, and none because of another", () => {
  check([
    [
      `interfaces: [eth0, []]
config: {lease_time: soon, renew_time: 10d}
networks:
  10.0.0.0: {}
  10.0.1.0/24:
    ranges:
      - {start: 10.0.1.x, end: 10.0.1.9}
      - {range: 10.0.1.5-10.0.2.9}
      - {range: 10.0.1.20-10.0.1.29, except: [x, 10.0.1.5]}
    reservations: [{match: {chaddr: x}}, {match: {chaddr: "02:00:00:00:00:01"}, ip: 10.0.3.1}]
  10.0.9.0/24: none
shared_networks: {a: [10.0.0.0, 10.0.9.0/24, 10.0.1.0/24]}
colour: red
`,
      [
        "1:20 expected the name of an interface such as eth0, or eth0@192.168.5.1, got a list",
        '2:22 expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got "soon"',
        '4:3 expected a prefix such as 192.168.5.0/24, got "10.0.0.0"',
        '7:17 expected an IPv4 address such as 192.168.5.1, got "10.0.1.x"',
        "8:17 10.0.1.5-10.0.2.9 is outside the network 10.0.1.0/24",
        '9:47 expected an address, a range such as 10.0.0.5-10.0.0.9 or a prefix such as 10.0.0.16/28, got "x"',
        "9:50 10.0.1.5 is not inside the range 10.0.1.20-10.0.1.29",
        '10:37 expected a hardware address such as 52:54:00:12:34:56, got "x"',
        "10:85 10.0.3.1 is outside the network 10.0.1.0/24",
        '11:16 expected a network: a map with ranges, reservations, options and so on, got "none"',
        '13:1 unknown key "colour"',
      ],
    ],
  ]);
});

const MAC = "02:00:00:00:00:0";
const ROUTE = "{destination: 10.9.128.0/17, router: 10.0.0.254}";
const DEFAULT_ROUTE = "{destination: 0.0.0.0/0, router: 10.0.0.1}";

test("limits: the expression is a value, and the class exists", () => {
  const list = (...limits: readonly string[]): string =>
    inNetwork(`limits: [${limits.join(", ")}]`, "ranges: [{range: 10.0.0.5-10.0.0.9}]");
  check([
    [list("{key: 'pkt4.mac', max: 1}"), []],
    [list("{key: 'relay4[1].hex == 0x01', max: 1}"), ["4:20 expected a value, got a condition (at character 1 of the expression)"]],
    [
      list("{key: 'relay4[1].hex +', max: 1}"),
      ["4:20 expected a value or a condition, got end of the expression (at character 16 of the expression)"],
    ],
    [list("{key: pkt4.mac, max: 1, class: phones}"), ['4:45 there is no class "phones"']],
    [list("{key: \"ifelse(member('phones'), 'a', 'b')\", max: 1}"), ['4:20 there is no class "phones" (at character 8 of the expression)']],
    [list("{key: pkt4.mac, max: 1}", "{key: pkt4.mac, max: 2}"), ["4:39 the same limit is given twice"]],
    [list(`{key: "'${"a".repeat(1000)}'", max: 1}`), ["4:20 the expression is too long"]],
    [list(...Array.from({ length: 17 }, (_, i) => `{key: 'option[${i + 1}].hex', max: 1}`)), ["4:13 there are more than 16 limits"]],
  ]);
});

test("warnings: what is valid but probably not meant", () => {
  check([
    ["{}", ["1:1 warning: no networks are configured: the server answers nobody"]],
    [
      "networks: {10.0.0.0/24: {}}",
      ["1:12 warning: the network 10.0.0.0/24 has neither ranges nor reserved addresses: no client gets an address in it"],
    ],
    [
      "networks: {10.0.0.0/24: {ranges: [{range: 10.0.0.5-10.0.0.9}]}}",
      [
        "1:12 warning: the network 10.0.0.0/24 has no routers: its clients get no default gateway",
        "1:12 warning: clients of the network 10.0.0.0/24 are told no DNS server",
      ],
    ],
    ["options: {routers: 10.0.0.1, dns_servers: 10.0.0.1}\nnetworks: {10.0.0.0/24: {ranges: [{range: 10.0.0.5-10.0.0.9}]}}", []],
    ["networks: {10.0.0.0/24: {ranges: [{range: 10.0.0.5-10.0.0.9, options: {routers: {value: null}, dns_servers: {value: null}}}]}}", []],
    [
      "networks: {10.0.0.0/24: {ranges: [{range: 10.0.0.5-10.0.0.9}], options: {routers: 10.0.1.1, dns_servers: 10.0.1.1}}}",
      ["1:12 warning: the router 10.0.1.1 is outside the network 10.0.0.0/24: its clients can't reach it"],
    ],
    [
      "options: {dns_servers: 10.0.1.1}\nnetworks: {10.0.0.0/24: {ranges: [{range: 10.0.0.5-10.0.0.9}], options: {routers: 10.0.1.1}}, 10.0.1.0/24: {options: {routers: {value: null}}, ranges: [{range: 10.0.1.5-10.0.1.9}]}}\nshared_networks: {a: [10.0.0.0/24, 10.0.1.0/24]}",
      [],
    ],
    [
      `options: {routers: {value: null}}\nnetworks: {${[0, 1, 2, 3, 4].map((i) => `10.0.${i}.0/24: {ranges: [{range: 10.0.${i}.5-10.0.${i}.9}]}`).join(", ")}}`,
      ["2:1 warning: clients of the networks 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24 and 2 more are told no DNS server"],
    ],
    [
      inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9, options: {domain_name: a.example.org b.example.org}}]"),
      ['4:51 warning: domain_name is one name, and "a.example.org b.example.org" are several'],
    ],
    [
      inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9}]", "config: {lease_time: 30}"),
      ["5:14 warning: the lease time is 30s: less than a minute"],
    ],
    [
      `interfaces: [eth0@10.0.0.7]\n${inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9}]")}`,
      ["5:14 warning: the server itself, 10.0.0.7, lies in the range: a client could get its address"],
    ],
    [
      inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9, options: {dns_servers: 10.0.0.7}}]"),
      ["4:14 warning: the DNS server 10.0.0.7 lies in the range: a client could get its address"],
    ],
    [
      inNetwork("reservations_only: true", "ranges: [{range: 10.0.0.5-10.0.0.9}]"),
      ["2:3 warning: reservations_only is set for 10.0.0.0/24, which has no reservations: no client gets an address in it"],
    ],
    [
      inNetwork("adaptive_threshold: 0.8", "config: {lease_time: 1h}", "ranges: [{range: 10.0.0.5-10.0.0.9}]"),
      ["2:3 warning: adaptive_threshold is set for 10.0.0.0/24, but its shortest lease time is the default"],
    ],
    [
      `limits: [{key: "''", max: 3}, {key: "'all'", max: 3}]\n${inNetwork("ranges: [{range: 10.0.0.50-10.0.0.99}]")}`,
      ["1:11 warning: nobody is limited: the value is always empty"],
    ],
    [inNetwork("ranges: [{range: 10.0.0.5-10.0.0.6}]"), ["4:14 warning: the range has only 2 addresses to give out"]],
    [
      inNetwork("ranges: [{range: 10.0.0.1-10.0.0.9}]"),
      ["4:14 warning: the router 10.0.0.1 lies in the range: a client could get its address"],
    ],
    [inNetwork("ranges: [{range: 10.0.0.1-10.0.0.9, except: [10.0.0.1]}]"), []],
    [
      `interfaces: [eth0@10.0.0.7]\n${inNetwork(
        `reservations: [{ip: 10.0.0.1, match: {chaddr: "${MAC}1"}}, {ip: 10.0.0.7, match: {chaddr: "${MAC}2"}}, {ip: 10.0.0.9, match: {chaddr: "${MAC}3"}}]`,
      )}`,
      // That of the router may be reserved for the router, to give it a name.
      ["5:75 warning: 10.0.0.7 is the server's own address (interfaces)"],
    ],
    [
      `interfaces: [eth0@10.0.0.7]\n${inNetwork("ranges: [{range: 10.0.0.10-10.0.0.19, options: {routers: 10.0.0.2}}]")}\nreservations: [{ip: 10.0.0.2, match: {chaddr: "${MAC}1"}}, {ip: 10.0.0.7, match: {chaddr: "${MAC}2"}}]`,
      ["6:71 warning: 10.0.0.7 is the server's own address (interfaces)"],
    ],
    [
      inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9, options: {subnet_mask: 255.255.0.0}}]"),
      ["4:14 warning: the clients get subnet_mask 255.255.0.0, which is not that of 10.0.0.0/24"],
    ],
    [
      inNetwork(`ranges: [{range: 10.0.0.5-10.0.0.9, options: {classless_static_routes: [${ROUTE}]}}]`),
      [
        "4:14 warning: classless_static_routes has no default route: clients that ask for it ignore routers (RFC 3442), and get no default gateway",
      ],
    ],
    [inNetwork(`ranges: [{range: 10.0.0.5-10.0.0.9, options: {classless_static_routes: [${ROUTE}, ${DEFAULT_ROUTE}]}}]`), []],
    [
      inNetwork(
        `ranges: [{range: 10.0.0.5-10.0.0.9, options: {routers: {value: null}, classless_static_routes: [${ROUTE}]}}, {range: 10.0.0.10-10.0.0.19}]`,
      ),
      [],
    ],
    [
      inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9}]", "file_name: a.img"),
      ["5:5 warning: file_name is set for 10.0.0.0/24, but no next_server that has the file"],
    ],
    [inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9}]", "file_name: http://a/b.efi"), []],
    [inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9}]", "file_name: a.img", "next_server: 10.0.0.2"), []],
  ]);
});

test("leasequery: who may ask", () => {
  check([
    ["leasequery: {}", ['1:1 "requesters" is missing']],
    ["leasequery: 10.0.0.2", ['1:13 expected a map with requesters and bulk, got "10.0.0.2"']],
    ["leasequery: {requesters: []}", ["1:26 requesters is empty: nobody could ask"]],
    ["leasequery: {requesters: 10.0.0.2}", ['1:26 expected a list of addresses and prefixes, got "10.0.0.2"']],
    [
      "leasequery: {requesters: [relay]}",
      ['1:27 expected an address such as 10.0.0.2 or 2001:db8::2, or a prefix such as 10.0.0.0/24 or 2001:db8::/48, got "relay"'],
    ],
    ["leasequery: {requesters: [10.0.0.2/24]}", ["1:27 10.0.0.2/24 has bits set behind the first 24"]],
    ["leasequery: {requesters: [10.0.0.2], requester: 10.0.0.3}", ['1:38 unknown key "requester"']],
  ]);
  assert.equal(hintOf("leasequery: {requesters: [10.0.0.2/24]}"), "the prefix that holds this address is 10.0.0.0/24");
});

test("keys of other versions of the format are told from mistakes: v4 at the top, dora's clusters", () => {
  const result = loadConfig("v4: {networks: {}}\nbackend_mode: nats\nnats: {servers: []}", "dhcp.yaml");
  assert.deepEqual(
    (result.ok ? [] : result.diagnostics).map(({ line, message, hint }) => [line, message, hint?.split(":")[0]]),
    [
      [1, 'unknown key "v4"', "what is below it belongs to the top level here"],
      [2, 'unknown key "backend_mode"', "it is how servers of dora share leases; here leases are in a file"],
      [3, 'unknown key "nats"', "it is how servers of dora share leases, which is not supported by this version"],
    ],
  );
});

test("two reservations with one host name are a warning; one host in several networks is none", () => {
  const text = `networks:
  10.0.0.0/24:
    options: {routers: 10.0.0.1}
    reservations:
      - {ip: 10.0.0.8, hostname: printer, match: {chaddr: 02:00:00:00:00:01}}
      - {ip: 10.0.0.9, hostname: Printer., match: {chaddr: 02:00:00:00:00:02}}
  10.0.1.0/24:
    options: {routers: 10.0.1.1}
    reservations:
      - {ip: 10.0.1.8, hostname: printer, match: {chaddr: 02:00:00:00:00:01}}`;
  check([[text, ['6:24 warning: another reservation has the host name "Printer" already']]]);
});
