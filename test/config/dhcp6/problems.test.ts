import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import { problemsOf } from "../load.ts";

/** A section with these lines, which start on line 2. */
const section = (...lines: readonly string[]): string => ["v6:", ...lines.map((line) => `  ${line}`)].join("\n");

/** A network 2001:db8:1::/64 with these lines, which start on line 4. */
const network = (...lines: readonly string[]): string => section("networks:", "  2001:db8:1::/64:", ...lines.map((line) => `    ${line}`));

type Case = readonly [text: string, problem: string, hint?: RegExp];

/** The first problem that is an error, and its hint. */
function check(cases: readonly Case[]): void {
  for (const [text, problem, hint] of cases) {
    const errors = problemsOf(text).filter((one) => !one.includes(" warning: "));
    assert.deepEqual(errors, [problem], text);
    const result = loadConfig(text, "test.yaml");
    const found = result.ok ? undefined : result.diagnostics.find(({ severity }) => severity === "error")?.hint;
    if (hint !== undefined) assert.match(found ?? "", hint, text);
  }
}

describe("DHCPv6: mistakes are told at their place, with what to do", () => {
  test("networks", () => {
    check([
      [section("networks: {10.0.0.0/24: {}}"), "2:14 10.0.0.0/24 is not an IPv6 prefix", /top level/],
      [section("networks: {2001:db8::1: {}}"), '2:14 expected a prefix such as 2001:db8:1::/64, got "2001:db8::1"', /length/],
      [section("networks: {fe80::/64: {}}"), "2:14 fe80::/64 has no addresses for hosts: it is multicast, link-local or reserved"],
      [section("networks: {ff02::/16: {}}"), "2:14 ff02::/16 has no addresses for hosts: it is multicast, link-local or reserved"],
      [
        section("networks: {2001:db8::/32: {}, 2001:db8:5::/48: {}}"),
        "2:33 the network 2001:db8:5::/48 overlaps the network 2001:db8::/32",
        /one network/,
      ],
      [section("networks: {2001:db8::/32: {}, 2001:DB8:0::/32: {}}"), "2:33 the network 2001:db8::/32 is given twice"],
      ["networks: {'2001:db8::/64': {}}", "1:12 2001:db8::/64 is not an IPv4 prefix", /section v6/],
      [section("interfaces: [eth0, eth0@2001:db8::1]"), "2:22 the interface eth0 is listed twice"],
      [
        section("interfaces: [eth0@10.0.0.1]"),
        '2:16 expected the name of an interface such as eth0, or eth0@2001:db8:1::1, got "eth0@10.0.0.1"',
      ],
    ]);
  });

  test("ranges", () => {
    check([
      [
        network("ranges: [{start: '2001:db8:0::1', end: '2001:db8:1::9'}]"),
        "4:24 2001:db8::1 is outside the network 2001:db8:1::/64",
        /2001:db8:1::-2001:db8:1:0:ffff/,
      ],
      [
        network("ranges: [{prefix: '2001:db8::/32'}]"),
        "4:25 2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff is outside the network 2001:db8:1::/64",
      ],
      [
        network("ranges: [{start: '2001:db8:1::9', end: '2001:db8:1::1'}]"),
        "4:46 the range ends (2001:db8:1::1) before it starts (2001:db8:1::9)",
        /swap/,
      ],
      [
        network("ranges: [{range: '2001:db8:1::9-2001:db8:1::1'}]"),
        "4:24 the range ends (2001:db8:1::1) before it starts (2001:db8:1::9)",
        /swap/,
      ],
      [
        network("ranges: [{prefix: '2001:db8:1::/112'}, {range: '2001:db8:1::ffff-2001:db8:1::1:5'}]"),
        "4:46 the range 2001:db8:1::ffff-2001:db8:1::1:5 overlaps the range 2001:db8:1::-2001:db8:1::ffff",
        /one range/,
      ],
      [network("ranges: [{prefix: '2001:db8:1::1/112'}]"), "4:25 2001:db8:1::1/112 has bits set behind the first 112", /2001:db8:1::\/112/],
      [
        network("ranges: [{prefix: '2001:db8:1::/112', except: ['2001:db8:1::1:0']}]"),
        "4:54 2001:db8:1::1:0 is not inside the range 2001:db8:1::-2001:db8:1::ffff",
      ],
      [
        network("ranges: [{prefix: '2001:db8:1::/128'}]"),
        "4:16 the range 2001:db8:1::-2001:db8:1:: has no address to give out",
        /network's own/,
      ],
      [network("ranges: [{start: 10.0.0.5, end: '2001:db8:1::9'}]"), '4:24 expected an IPv6 address such as 2001:db8::1, got "10.0.0.5"'],
      [
        network("ranges: [{start: 'fe80::1', end: '2001:db8:1::1'}]"),
        "4:24 fe80::1 is not an address that a host can be given: it is multicast, link-local or reserved",
      ],
      [network("ranges: [{start: '2001:db8:1::1'}]"), "4:16 the range has no end"],
      [network("ranges: [{prefix: '2001:db8:1::/112', class: nobody}]"), '4:52 there is no class "nobody"', /client_classes: \{v6/],
    ]);
  });

  test("pools of prefixes", () => {
    const pools = (...all: readonly string[]): string => network(`prefix_pools: [${all.map((one) => `{${one}}`).join(", ")}]`);
    check([
      [
        pools("prefix: '2001:db8:100::/40', delegated_length: 39"),
        "4:70 delegated_length (39) is shorter than the pool's own prefix (40 bits)",
        /from 40 to 128/,
      ],
      [pools("prefix: '2001:db8:100::/40', delegated_length: 129"), "4:70 a delegated prefix has 1 to 128 bits"],
      [pools("prefix: '2001:db8:100::/40'"), '4:22 "delegated_length" is missing'],
      [
        pools("prefix: '2001:db8:100::/40', delegated_length: 56, excluded_prefix: '2001:db8:200::/64'"),
        "4:91 2001:db8:200::/64 is not inside the prefix pool 2001:db8:100::/40",
      ],
      [
        pools("prefix: '2001:db8:100::/40', delegated_length: 56, excluded_prefix: '2001:db8:100::/56'"),
        "4:91 2001:db8:100::/56 is not longer than the delegated prefixes (56 bits)",
        /RFC 6603/,
      ],
      [
        pools("prefix: '2001:db8:100::/40', delegated_length: 56, excluded_prefix: '2001:db8:100:100::/64'"),
        "4:91 2001:db8:100:100::/64 is not inside the first prefix that is delegated, 2001:db8:100::/56",
        /same place/,
      ],
      [
        pools("prefix: '2001:db8:100::/40', delegated_length: 56", "prefix: '2001:db8:100:100::/56', delegated_length: 64"),
        "4:75 the prefix pool 2001:db8:100:100::/56 overlaps the prefix pool 2001:db8:100::/40",
        /one pool/,
      ],
      [
        pools("prefix: '2001:db8::/32', delegated_length: 56"),
        "4:31 the prefix pool 2001:db8::/32 overlaps the network 2001:db8:1::/64",
        /hosts have addresses/,
      ],
      [
        network("ranges: [{prefix: '2001:db8:1::/112'}]", "prefix_pools: [{prefix: '2001:db8:1::/80', delegated_length: 96}]"),
        "5:31 the prefix pool 2001:db8:1::/80 overlaps the range 2001:db8:1::-2001:db8:1::ffff",
        /not both/,
      ],
      [
        section(
          "networks:",
          "  2001:db8:1::/64: {prefix_pools: [{prefix: '2001:db8:2::/80', delegated_length: 96}]}",
          "  2001:db8:2::/64: {}",
        ),
        "3:47 the prefix pool 2001:db8:2::/80 lies in the network 2001:db8:2::/64",
      ],
    ]);
    // In the network's own prefix, where no range is, prefixes can be delegated.
    assert.deepEqual(
      problemsOf(
        network(
          "ranges: [{prefix: '2001:db8:1::/112'}]",
          "prefix_pools: [{prefix: '2001:db8:1:0:1::/80', delegated_length: 96}]",
          "options: {dns_servers: '2001:db8::53'}",
        ),
      ),
      [],
    );
  });

  test("reservations", () => {
    const host = (facts: string, mac = 1): string => `{match: {chaddr: "02:00:00:00:00:0${mac}"}, ${facts}}`;
    const hosts = (...all: readonly string[]): string => network(`reservations: [${all.join(", ")}]`);
    const atTop = (...all: readonly string[]): string => `${network("authoritative: true")}\nreservations: [${all.join(", ")}]`;
    check([
      [hosts(host("addresses: ['2001:db8:2::5']")), "4:73 2001:db8:2::5 is outside the network 2001:db8:1::/64", /holds its address/],
      [hosts(host("addresses: ['2001:db8:1::']")), "4:73 2001:db8:1:: is the subnet-router anycast address of 2001:db8:1::/64"],
      [
        hosts(host("addresses: ['2001:db8:1::5']"), host("addresses: ['2001:db8:1::5']", 2)),
        "4:143 2001:db8:1::5 is reserved for 02:00:00:00:00:01 already",
      ],
      [
        hosts(host("addresses: ['2001:db8:1::5', '2001:db8:1::5']")),
        "4:90 2001:db8:1::5 is reserved for 02:00:00:00:00:01 already",
        /keep one/,
      ],
      [
        hosts(host("prefixes: ['2001:db8:200::/48']"), host("prefixes: ['2001:db8:200:1::/64']", 2)),
        "4:145 the reserved prefix 2001:db8:200:1::/64 overlaps 2001:db8:200::/48, reserved for 02:00:00:00:00:01",
        /once/,
      ],
      [hosts(host("prefixes: ['2001:db8::/32']")), "4:72 the reserved prefix 2001:db8::/32 overlaps the network 2001:db8:1::/64"],
      [
        hosts(host("prefixes: ['2001:db8:1:0:1::/80']"), host("addresses: ['2001:db8:1:0:1::5']", 2)),
        "4:148 2001:db8:1:0:1::5 lies in the prefix 2001:db8:1:0:1::/80 that is reserved for 02:00:00:00:00:01",
      ],
      [
        network(
          "prefix_pools: [{prefix: '2001:db8:100::/40', delegated_length: 56}]",
          `reservations: [${host("prefixes: ['2001:db8:100::/40']")}]`,
        ),
        "5:72 the reserved prefix 2001:db8:100::/40 takes all of the prefix pool 2001:db8:100::/40",
      ],
      [hosts("{match: {duid: '0001'}, addresses: []}"), "4:37 a DUID has 3 to 130 bytes, this one has 2", /whole/],
      [hosts(`{match: {duid: '${"00".repeat(131)}'}}`), "4:37 a DUID has 3 to 130 bytes, this one has 131"],
      [hosts("{match: {}}"), "4:30 the reservation matches on nothing", /duid, chaddr/],
      [hosts("{match: {circuit_id: 01}}"), '4:31 "circuit_id" is of DHCPv4, and this is of DHCPv6', /interface_id/],
      [hosts("{match: {duid: '000102'}, ip: 10.0.0.5}"), '4:48 "ip" is of DHCPv4, and this is of DHCPv6', /addresses/],
      [hosts(host("hostname: a"), host("hostname: b")), "4:76 another reservation here has the same match (02:00:00:00:00:01)"],
      [
        hosts("{match: {options: {vendor_class: {9: [a], 4491: [b]}}}}"),
        "4:55 a match takes one value to compare with, and this is several options",
      ],
      [hosts("{match: {duid: 000102, client_id: 000102}}"), "4:45 the DUID is given twice: as duid and as client_id"],
      [atTop(host("addresses: ['2001:db8:5::5']")), "5:67 2001:db8:5::5 is in none of the networks", /add the network/],
      [atTop(host("prefixes: ['2001:db8:5::/48']")), "5:66 2001:db8:5::/48 is in none of the prefix pools", /network of the client/],
      [
        atTop("{match: {chaddr: '02:00:00:00:00:01', circuit_id: 01}, addresses: ['2001:db8:1::5']}"),
        "5:54 circuit_id is of DHCPv4",
        /both protocols/,
      ],
      [`reservations: [${host("addresses: ['2001:db8:1::5']")}]`, "1:16 the reservation is for DHCPv6, which is not served", /section v6/],
    ]);
    assert.deepEqual(
      problemsOf(
        `networks: {10.0.0.0/24: {}}\n${network("authoritative: true")}\nreservations: [${host("ip: 10.0.0.5, addresses: ['2001:db8:1::5'], options: {dns_servers: '::1'}")}]`,
      ).filter((one) => !one.includes("warning")),
      ["6:99 the reservation is for both protocols: options of which of them?"],
    );
  });

  test("lifetimes", () => {
    const config = (text: string): string => section(`config: {${text}}`);
    check([
      [config("lease_time: 1h, preferred_time: 2h"), "2:44 preferred_time (2h) is longer than the lease time (1h)"],
      [
        config("lease_time: 1h, renew_time: 50m, rebind_time: 40m"),
        "2:40 renew_time (50m) is longer than rebind_time (40m)",
        /1\/2 and rebind_time 4\/5/,
      ],
      [config("lease_time: 1h, preferred_time: 40m, rebind_time: 10m"), "2:62 rebind_time (10m) is shorter than renew_time (20m)"],
      [config("lease_time: 1h, rebind_time: 1h"), "2:41 rebind_time (1h) is not shorter than the lease time (1h)"],
      [config("lease_time: 1h, renew_time: 2h"), "2:40 renew_time (2h) is not shorter than the lease time (1h)"],
      [config("lease_time: {default: 1h, min: 2h}"), "2:43 the shortest lease time (2h) is longer than the default (1h)"],
      [
        `config: {preferred_time: 1h}\n${section("networks: {}")}`,
        '1:10 "preferred_time" is of DHCPv6, and this is of DHCPv4',
        /section v6/,
      ],
      [
        section("config: {preferred_time: 2h}", "networks:", "  2001:db8:1::/64: {config: {lease_time: 1h}}"),
        "4:44 preferred_time (2h) is longer than the lease time (1h)",
        /inherited; set it here too/,
      ],
    ]);
    assert.deepEqual(
      problemsOf(config("lease_time: 1h, preferred_time: 30m, renew_time: 20m, rebind_time: 20m")).filter(
        (one) => !one.includes("no networks"),
      ),
      [],
    );
  });

  test("options", () => {
    const options = (text: string): string => section(`options: {${text}}`);
    check([
      [options("server_unicast: '2001:db8::1'"), "2:13 option 12 (server_unicast) can't be configured", /RFC 9915 removed it/],
      [options("12: {type: ip, value: '2001:db8::1'}"), "2:13 option 12 (server_unicast) can't be configured", /RFC 9915/],
      [options("ia_na: {}"), "2:13 option 3 (ia_na) can't be configured", /ranges, prefix_pools/],
      [options("rapid_commit: true"), "2:13 option 14 (rapid_commit) can't be configured", /set rapid_commit/],
      [options("interface_id: x"), "2:13 option 18 (interface_id) can't be configured", /relays/],
      [options("server_id: '000102'"), "2:13 option 2 (server_identifier) can't be configured", /server_id in the section v6/],
      [options("routers: 10.0.0.1"), '2:13 unknown option "routers"'],
      [options("dns_server: '::1'"), '2:13 unknown option "dns_server"', /did you mean "dns_servers"/],
      [options("dns_servers: 10.0.0.1"), "2:26 option 23 (dns_servers): must be an IPv6 address such as 2001:db8::1"],
      [options("23: {type: ip, value: 10.0.0.1}"), "2:35 option 23 (dns_servers): must be an IPv6 address such as 2001:db8::1"],
      [options("0: {type: hex, value: ''}"), "2:13 there is no option 0", /1 to 65535/],
      [options("65536: {type: hex, value: ''}"), "2:13 there is no option 65536"],
      [options("65001: 5"), "2:20 option 65001 has no known form"],
      [options("preference: 256"), "2:25 option 7 (preference): must be a whole number from 0 to 255"],
      [options("vendor_information: {4491: {floor: x}}"), "2:48 option 17 (vendor_information): is not a sub-option code from 0 to 65535"],
    ]);
  });

  test("keys of the other protocol, and of none", () => {
    check([
      [section("unicast: true"), '2:3 "unicast" is no key: RFC 9915 removed the Server Unicast option', /multicast/],
      [network("unicast: true"), '4:7 "unicast" is no key: RFC 9915 removed the Server Unicast option'],
      [network("file_name: x"), '4:7 "file_name" is of DHCPv4, and this is of DHCPv6', /bootfile_url/],
      [network("server_id: x"), '4:7 "server_id" is of DHCPv4, and this is of DHCPv6', /one DUID/],
      [section("leasequery: {}"), '2:3 "leasequery" is a key of the top level', /both protocols/],
      [section("bootp_enable: true"), '2:3 "bootp_enable" is of DHCPv4, and this is of DHCPv6'],
      ["address_registration: true", '1:1 "address_registration" is of DHCPv6', /section v6/],
      ["networks: {10.0.0.0/24: {prefix_pools: []}}", '1:26 "prefix_pools" is of DHCPv6, and this is of DHCPv4', /section v6/],
      [
        "client_classes: {v6: [{name: a, assert: 'true', next_server: 10.0.0.1}]}\nv6: {}",
        '1:49 "next_server" is of DHCPv4, and this is of DHCPv6',
      ],
      [network("prefix_pool: []"), '4:7 unknown key "prefix_pool"', /did you mean "prefix_pools"/],
      [section("routes: kernal"), '2:11 expected kernel, got "kernal"'],
      [section("network: {}"), '2:3 unknown key "network"', /did you mean "networks"/],
    ]);
  });

  test("server_id", () => {
    const id = (text: string): string => section(`server_id: {${text}}`);
    check([
      [id("type: DUID-LL"), '2:21 expected LLT, LL, EN or UUID, got "DUID-LL"'],
      [id("type: UUID"), "2:21 a UUID has 16 bytes: it is missing"],
      [id("type: UUID, identifier: '0102'"), "2:39 a UUID has 16 bytes: this one has 2"],
      [id("htype: 1, hardware_type: 2"), "2:22 htype and hardware_type are the same key, and differ"],
      [id("identifier: xyz"), '2:27 expected hex such as 52:54:00:12:34:56, or the link-local address of an interface, got "xyz"'],
      [id(`identifier: '${"00".repeat(123)}'`), "2:27 the identifier has 123 bytes; a DUID has room for 122"],
    ]);
    assert.deepEqual(problemsOf(id("type: LL, time: 5, enterprise_id: 9")).slice(-2), [
      "2:25 warning: time has no effect: a DUID of type LL has none",
      "2:34 warning: enterprise_id has no effect: a DUID of type LL has none",
    ]);
  });

  test("links", () => {
    const two = (first: string, second: string): string =>
      section("networks:", `  2001:db8:1::/64: {${first}}`, `  2001:db8:2::/64: {${second}}`);
    check([
      [two("interfaces: [eth0]", "interfaces: [eth0]"), '4:36 the interface eth0 is on "2001:db8:1::/64" already', /shared network/],
      [two("relays: ['2001:db8:f::1']", "relays: ['2001:db8:f::1']"), '4:32 the relay 2001:db8:f::1 is on "2001:db8:1::/64" already'],
      [two("relays: ['2001:db8:2::1']", ""), "3:32 the relay 2001:db8:2::1 lies in the network 2001:db8:2::/64, which is on another link"],
      [two("interface_id: \"'a'\"", "interface_id: ['61']"), "4:37 the Interface-Id 'a' is on \"2001:db8:1::/64\" already"],
      [
        `v6: {interfaces: [eth1], networks: {2001:db8:1::/64: {interfaces: [eth0]}}}`,
        "1:68 the interface eth0 is not served",
        /section v6 \(eth1\)/,
      ],
      [
        `shared_networks: {a: ["2001:db8:1::/64", 10.0.0.0/24]}\nnetworks: {10.0.0.0/24: {}}\n${network("authoritative: true")}`,
        "1:42 the network 10.0.0.0/24 is of another protocol than 2001:db8:1::/64",
        /one protocol/,
      ],
      [
        `shared_networks: {a: {networks: ["2001:db8:1::/64"], vss: x}}\n${network("authoritative: true")}`,
        '1:54 "vss" is of DHCPv4, and the networks are of DHCPv6',
      ],
      [
        "networks: {10.0.0.0/24: {}}\nshared_networks: {a: {networks: [10.0.0.0/24], interface_id: 01}}",
        '2:48 "interface_id" is of DHCPv6, and the networks are of DHCPv4',
      ],
      [`shared_networks: {a: ["2001:db8:9::/64"]}\n${section("networks: {}")}`, "1:23 there is no network 2001:db8:9::/64"],
      ["shared_networks: {a: ['2001:db8:9::/64']}", '1:19 the shared network "a" is of DHCPv6, which is not served', /section v6/],
    ]);
  });

  test("classes and limits", () => {
    const classes = (text: string): string => `client_classes: {v6: [${text}]}\n${section("networks: {}")}`;
    check([
      [
        classes("{name: a, assert: pkt4.mac == 0x01}"),
        "1:41 pkt4 is of DHCPv4, this class is for DHCPv6 (at character 1 of the expression)",
      ],
      [
        classes("{name: BOOTP, assert: 'true'}, {name: b, assert: \"member('bootp')\"}"),
        '1:72 there is no class "bootp" (at character 1 of the expression)',
      ],
      [classes("{name: KNOWN}"), '1:30 "KNOWN" is a class that the server itself defines'],
      [`limits: [{key: relay5.hex, max: 1}]\n${section("networks: {}")}`, "1:16 unknown word relay5 (at character 1 of the expression)"],
      [
        "limits: [{key: 'relay6[0].linkaddr', max: 1}]",
        "1:16 relay6 is of DHCPv6, this class is for DHCPv4 (at character 1 of the expression)",
      ],
    ]);
  });
});

test("what is probably not meant is warned of", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [
      network("reservations_only: true"),
      ["3:5 warning: reservations_only is set for 2001:db8:1::/64, which has no reservations: no client gets an address in it"],
    ],
    [
      network(
        "options: {dns_servers: ['2001:db8:1::5', '2001:db8:1::7']}",
        "ranges: [{prefix: '2001:db8:1::/112', except: ['2001:db8:1::7']}]",
      ),
      ["5:16 warning: the DNS server 2001:db8:1::5 lies in the range: a client could get its address"],
    ],
    [
      network("reservations: [{addresses: ['2001:db8:1::5', '2001:db8:1::7'], match: {duid: 000102}}]").replace(
        "v6:",
        "v6:\n  interfaces: ['eth0@2001:db8:1::7']",
      ),
      ["5:52 warning: 2001:db8:1::7 is the server's own address (interfaces)"],
    ],
    [
      network("adaptive_threshold: 0.5", "config: {lease_time: 1h}", "prefix_pools: [{prefix: '2001:db8:100::/40', delegated_length: 56}]"),
      ["3:5 warning: adaptive_threshold is set for 2001:db8:1::/64, but its shortest lease time is the default"],
    ],
    [
      network("reservations: [{match: {duid: 000102}, hostname: a}, {match: {duid: 000103}, hostname: A}]"),
      ['4:84 warning: another reservation has the host name "A" already'],
    ],
    [
      section("config: {lease_time: 1h, preferred_time: {default: 30m, min: 10m}}"),
      ["2:59 warning: min of preferred_time has no effect: clients get the preferred lifetime that is configured"],
    ],
    [
      section("networks: {2001:db8:1::5/64: {}}"),
      [
        "2:14 warning: 2001:db8:1::5/64 is read as the network 2001:db8:1::/64",
        "2:14 warning: the network 2001:db8:1::/64 has neither ranges nor prefix_pools nor reservations, and no options: its clients get nothing",
      ],
    ],
    [
      section("networks: {2001:DB8:1:0::/64: {}}"),
      [
        "2:14 warning: the network 2001:db8:1::/64 has neither ranges nor prefix_pools nor reservations, and no options: its clients get nothing",
      ],
    ],
    [network("options: {dns_servers: '2001:db8::1'}"), []],
    [network("ranges: [{prefix: '2001:db8:1::/112'}]"), ["3:5 warning: clients of the network 2001:db8:1::/64 are told no DNS server"]],
    [
      section("options: {23: {type: u8, value: 1}}"),
      ["2:13 warning: option 23 (dns_servers): a value of type u8 does not fit this option: needs 16 bytes where 1 are left"],
    ],
  ];
  for (const [text, problems] of cases) assert.deepEqual(problemsOf(text), problems, text);
});
