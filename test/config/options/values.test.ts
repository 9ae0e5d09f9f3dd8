import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { printConfig } from "../../../src/config/print.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { optionByCode } from "../../../src/wire/dhcp4/option-table.ts";
import { load, problemsOf } from "../load.ts";

/*
 * Every way to write the value of an option that dora's format has, in YAML and in JSON, by number, by number as text, and by name.
 */

function dataOf(text: string): readonly (readonly [code: number, data: string])[] {
  return [...load(text).options.byCode.values()].map(({ code, data }) => [code, toHex(data)]);
}

/** The same options as YAML and as JSON. */
function everyForm(options: string): readonly string[] {
  const yaml = `options: {values: ${options}}`;
  return [yaml, JSON.stringify(parse(yaml)), `options: ${options}`];
}

const TYPES: readonly [value: string, data: string][] = [
  ["{type: ip, value: 10.0.0.1}", "0a000001"],
  ["{type: ip, value: [10.0.0.1, 10.0.0.2]}", "0a0000010a000002"],
  ["{type: ip_list, value: [10.0.0.1, 10.0.0.2]}", "0a0000010a000002"],
  ["{type: ip_list, value: 10.0.0.1}", "0a000001"],
  ["{type: domain, value: a.example}", "0161076578616d706c6500"],
  ["{type: domain, value: a.example.}", "0161076578616d706c6500"],
  ["{type: domain, value: [a.example, b.example]}", "0161076578616d706c65000162c002"],
  ["{type: domain_list, value: [a.example, b.example]}", "0161076578616d706c65000162c002"],
  ["{type: domain_list, value: a.example}", "0161076578616d706c6500"],
  ["{type: str, value: abc}", "616263"],
  ["{type: str, value: '123'}", "313233"],
  ["{type: str, value: [ab, ü]}", "6162c3bc"],
  ["{type: u8, value: 255}", "ff"],
  ["{type: u8, value: [1, 2]}", "0102"],
  ["{type: u16, value: 65535}", "ffff"],
  ["{type: u16, value: [1, 2]}", "00010002"],
  ["{type: u32, value: 4294967295}", "ffffffff"],
  ["{type: u32, value: [1, 2]}", "0000000100000002"],
  ["{type: i8, value: -128}", "80"],
  ["{type: i8, value: [-1, 127]}", "ff7f"],
  ["{type: i16, value: -32768}", "8000"],
  ["{type: i16, value: [-1, 1]}", "ffff0001"],
  ["{type: i32, value: -18000}", "ffffb9b0"],
  ["{type: i32, value: [-1, 1]}", "ffffffff00000001"],
  ["{type: bool, value: true}", "01"],
  ["{type: bool, value: [false, true]}", "0001"],
  ["{type: b64, value: AQI}", "0102"],
  ["{type: b64, value: AQI=}", "0102"],
  ["{type: b64, value: AQ==}", "01"],
  ["{type: hex, value: 0aFF}", "0aff"],
  ['{type: hex, value: ""}', ""],
  ["{type: hex, value: '0102'}", "0102"],
  ["{type: sub_option, value: {1: {type: str, value: ab}, '2': {type: ip, value: [10.0.0.1]}}}", "0102616202040a000001"],
  ["{type: sub_option, value: {9: {type: sub_option, value: {1: {type: u16, value: 258}}}}}", "090401020102"],
];

describe("a value with its type", () => {
  for (const [value, data] of TYPES) {
    test(value, () => {
      for (const key of ["224", '"224"']) {
        for (const form of everyForm(`{${key}: ${value}}`)) assert.deepEqual(dataOf(form), [[224, data]], form);
      }
    });
  }
});

/** dora's names with a value of the type that its users write for each (reference: its list of 33 names), and the same without a type. */
const NAMED: readonly [name: string, code: number, typed: string, plain: string, data: string][] = [
  ["subnet_mask", 1, "{type: ip, value: 255.255.255.0}", "255.255.255.0", "ffffff00"],
  ["time_offset", 2, "{type: i32, value: -3600}", "-3600", "fffff1f0"],
  ["routers", 3, "{type: ip, value: [10.0.0.1, 10.0.0.2]}", "[10.0.0.1, 10.0.0.2]", "0a0000010a000002"],
  ["time_servers", 4, "{type: ip, value: 10.0.0.1}", "10.0.0.1", "0a000001"],
  ["name_servers", 5, "{type: ip_list, value: [10.0.0.1]}", "10.0.0.1", "0a000001"],
  ["domain_name_servers", 6, "{type: ip, value: [10.0.0.1]}", "10.0.0.1", "0a000001"],
  ["log_servers", 7, "{type: ip, value: 10.0.0.1}", "10.0.0.1", "0a000001"],
  ["quote_servers", 8, "{type: ip, value: 10.0.0.1}", "10.0.0.1", "0a000001"],
  ["lpr_servers", 9, "{type: ip, value: 10.0.0.1}", "10.0.0.1", "0a000001"],
  ["impress_servers", 10, "{type: ip, value: 10.0.0.1}", "10.0.0.1", "0a000001"],
  ["resource_location_servers", 11, "{type: ip, value: 10.0.0.1}", "10.0.0.1", "0a000001"],
  ["hostname", 12, "{type: str, value: pc}", "pc", "7063"],
  ["boot_size", 13, "{type: u16, value: 512}", "512", "0200"],
  ["merit_dump", 14, "{type: str, value: core}", "core", "636f7265"],
  ["domain_name", 15, "{type: str, value: a.example}", "a.example", "612e6578616d706c65"],
  ["swap_server", 16, "{type: ip, value: 10.0.0.1}", "10.0.0.1", "0a000001"],
  ["root_path", 17, "{type: str, value: /srv}", "/srv", "2f737276"],
  ["extensions_path", 18, "{type: str, value: /x}", "/x", "2f78"],
  ["ip_forwarding", 19, "{type: bool, value: true}", "true", "01"],
  ["non_local_source_routing", 20, "{type: u8, value: 1}", "true", "01"],
  ["default_ip_ttl", 23, "{type: u8, value: 64}", "64", "40"],
  ["interface_mtu", 26, "{type: u16, value: 1500}", "1500", "05dc"],
  ["all_subnets_local", 27, "{type: bool, value: false}", "false", "00"],
  ["broadcast_addr", 28, "{type: ip, value: 10.0.0.255}", "10.0.0.255", "0a0000ff"],
  ["static_routing_table", 33, "{type: ip, value: [10.1.0.0, 10.0.0.9]}", "[10.1.0.0, 10.0.0.9]", "0a0100000a000009"],
  ["arp_cache_timeout", 35, "{type: u32, value: 60}", "60", "0000003c"],
  ["default_tcp_ttl", 37, "{type: u8, value: 32}", "32", "20"],
  ["nis_domain", 40, "{type: str, value: nis}", "nis", "6e6973"],
  ["nis_servers", 41, "{type: ip, value: 10.0.0.1}", "10.0.0.1", "0a000001"],
  ["ntp_servers", 42, "{type: ip, value: 10.0.0.1}", "10.0.0.1", "0a000001"],
  ["vendor_extensions", 43, "{type: sub_option, value: {1: {type: u8, value: 7}}}", "{1: {type: u8, value: 7}}", "010107"],
  ["netbios_name_servers", 44, "{type: ip, value: 10.0.0.1}", "10.0.0.1", "0a000001"],
  ["domain_search", 119, "{type: domain, value: [a.example, b.example]}", "[a.example, b.example]", "0161076578616d706c65000162c002"],
];

describe("dora's names", () => {
  assert.equal(NAMED.length, 33);
  for (const [name, code, typed, plain, data] of NAMED) {
    test(name, () => {
      assert.equal(optionByCode(code)?.name, name);
      for (const key of [name, String(code), `"${code}"`]) {
        for (const value of [typed, plain]) {
          for (const form of everyForm(`{${key}: ${value}}`)) assert.deepEqual(dataOf(form), [[code, data]], form);
        }
      }
    });
  }
});

test("a value that is wrong is an error at its position, raw bytes that don't fit their option a warning", () => {
  const cases: readonly [value: string, place: string, problem: string][] = [
    [
      "3: {type: str, value: x}",
      "{type",
      "option 3 (routers): a value of type str does not fit this option: needs 4 bytes where 1 are left",
    ],
    [
      "1: {type: hex, value: ffffff}",
      "{type",
      "option 1 (subnet_mask): a value of type hex does not fit this option: needs 4 bytes where 3 are left",
    ],
    [
      "1: {type: ip, value: [10.0.0.1, 10.0.0.2]}",
      "{type",
      "option 1 (subnet_mask): a value of type ip does not fit this option: 4 bytes are left over",
    ],
    ["routers: {type: u8, value: 300}", "300", "option 3 (routers): must be a whole number from 0 to 255"],
    ["23: {type: u8, value: 300}", "300", "option 23 (default_ip_ttl): must be a whole number from 0 to 255"],
    ["23: {type: u8, value: 0}", "{type", "option 23 (default_ip_ttl): a value of type u8 does not fit this option: 0 is out of range"],
    [
      "26: {type: u8, value: 200}",
      "{type",
      "option 26 (interface_mtu): a value of type u8 does not fit this option: needs 2 bytes where 1 are left",
    ],
    ["26: {type: u32, value: 1500}", "{type", "option 26 (interface_mtu): a value of type u32 does not fit this option: 0 is out of range"],
    ["19: {type: u8, value: 2}", "{type", "option 19 (ip_forwarding): a value of type u8 does not fit this option: 2 is neither 0 nor 1"],
    [
      "33: {type: ip, value: 10.0.0.1}",
      "{type",
      "option 33 (static_routing_table): a value of type ip does not fit this option: has fewer than 2 values",
    ],
    [
      "119: {type: str, value: a.example}",
      "{type",
      "option 119 (domain_search): a value of type str does not fit this option: a label has an unknown type",
    ],
    ["6: {type: ip, value: [10.0.0.1, 10.0.0]}", "10.0.0]", "option 6 (domain_name_servers): must be an IPv4 address such as 192.168.5.1"],
    ["6: {type: ip, value: '2001:db8::1'}", "'2001", "option 6 (domain_name_servers): must be an IPv4 address such as 192.168.5.1"],
    ["2: {type: i8, value: 128}", "128", "option 2 (time_offset): must be a whole number from -128 to 127"],
    ["2: {type: i16, value: -32769}", "-32769", "option 2 (time_offset): must be a whole number from -32768 to 32767"],
    ["2: {type: i32, value: 2147483648}", "2147483648", "option 2 (time_offset): must be a whole number from -2147483648 to 2147483647"],
    ["35: {type: u32, value: 4294967296}", "4294967296", "option 35 (arp_cache_timeout): must be a whole number from 0 to 4294967295"],
    ["35: {type: u32, value: 1.5}", "1.5", "option 35 (arp_cache_timeout): must be a whole number from 0 to 4294967295"],
    ["19: {type: bool, value: yes}", "yes", "option 19 (ip_forwarding): must be true or false"],
    ["224: {type: hex, value: abc}", "abc", "option 224: must be hex digits in pairs"],
    ["224: {type: b64, value: 'A?'}", "'A?'", "option 224: must be base64 text"],
    ["224: {type: domain, value: a..b}", "a..b", "option 224: has an empty label (two dots in a row, or one at the start)"],
    [
      "43: {type: sub_option, value: {1: {type: u8, value: 256}}}",
      "256",
      "option 43 (vendor_extensions): must be a whole number from 0 to 255",
    ],
    ["224: {type: sub_option, value: {256: {type: u8, value: 1}}}", "{type: u8", "option 224: must be a sub-option code from 0 to 255"],
    ["224: {type: u64, value: 1}", "u64", 'unknown type "u64"'],
    ["224: {type: str}", "224", "option 224 has a type and no value"],
    ["3: {type: ip}", "3", "option 3 (routers) has a type and no value"],
    ["26: {type: u16, value: }", "26", "option 26 (interface_mtu) has a type and no value"],
    ["26: {}", "26", "option 26 (interface_mtu) has no value"],
    ["routers: 10.0.0.1, 3: {type: ip, value: 10.0.0.1}", "routers", "option 3 (routers) is configured twice here"],
  ];
  for (const [option, place, problem] of cases) {
    const text = `options:\n  values: {${option}}`;
    const line = text.split("\n")[1] as string;
    const column = line.indexOf(place) + 1;
    assert.ok(column > 0, `${place} in ${text}`);
    // Raw bytes are the operator's word.
    const expected = problem.includes("does not fit this option")
      ? ["1:1 warning: no networks are configured: the server answers nobody", `2:${line.indexOf("{") + 2} warning: ${problem}`]
      : [`2:${column} ${problem}`];
    assert.deepEqual(problemsOf(text), expected, text);
  }
});

test("an option without data and a name without characters are warned of as such", () => {
  const EMPTY = "is sent without data, and has a meaning only with some";
  const cases: readonly (readonly [option: string, warning: string])[] = [
    ["6: {type: ip, value: []}", `option 6 (domain_name_servers) ${EMPTY}`],
    ["26: {type: hex, value: ''}", `option 26 (interface_mtu) ${EMPTY}`],
    ["119: {type: str, value: ''}", `option 119 (domain_search) ${EMPTY}`],
    ["119: ''", "option 119 (domain_search): a name is empty, which is the root"],
    ["119: [a.example, '']", "option 119 (domain_search): a name is empty, which is the root"],
    ["224: {type: domain_list, value: ''}", "option 224: a name is empty, which is the root"],
  ];
  const none = "1:1 warning: no networks are configured: the server answers nobody";
  for (const [option, warning] of cases) assert.deepEqual(problemsOf(`options: {${option}}`), [none, `1:11 warning: ${warning}`], option);
  for (const option of ["119: .", "224: {type: str, value: ''}", "26: {value: null}"])
    assert.deepEqual(problemsOf(`options: {${option}}`), [none], option);
  assert.match(printConfig(load("options: {119: [a.example, .]}")), /domain_search:\n {4}- a.example\n {4}- \.\n/);
});

test("what clients send need not have the form of the option: iPXE's user class has no lengths inside", () => {
  const network = load(
    "networks: {10.0.0.0/24: {reservations: [{match: {options: {77: {type: str, value: iPXE}}}, file_name: boot.ipxe}]}}",
  ).networks[0];
  assert.deepEqual(network?.reservations.flat()[0]?.match, [{ kind: "option", code: 77, value: new TextEncoder().encode("iPXE") }]);
});
