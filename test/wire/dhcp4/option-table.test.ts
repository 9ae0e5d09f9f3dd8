import assert from "node:assert/strict";
import { test } from "node:test";
import { fixedLength, OPTIONS, optionByCode, optionByName } from "../../../src/wire/dhcp4/option-table.ts";
import { RelaySubOption } from "../../../src/wire/dhcp4/relay-agent-information.ts";
import { RELAY_SUB_OPTIONS } from "../../../src/wire/dhcp4/sub-options.ts";

test("codes ascend, and no name or alias stands for two options", () => {
  const codes = OPTIONS.map(({ code }) => code);
  assert.deepEqual(
    codes,
    [...new Set(codes)].sort((a, b) => a - b),
  );
  assert.ok(codes.every((code) => code > 0 && code < 255));
  const names = OPTIONS.flatMap(({ name, aliases }) => [name, ...aliases]);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  for (const name of names) assert.match(name, /^[a-z][a-z0-9_]*$/);
});

test("every option is found by its code, its name and its aliases", () => {
  for (const definition of OPTIONS) {
    assert.equal(optionByCode(definition.code), definition);
    for (const name of [definition.name, ...definition.aliases]) assert.equal(optionByName(name), definition, name);
  }
  assert.equal(optionByCode(223), undefined);
  assert.equal(optionByCode(1000), undefined);
  assert.equal(optionByName("no_such_option"), undefined);
});

test("every option that the server's users know by number has a definition", () => {
  const wanted = [
    ...Array.from({ length: 83 }, (_, i) => i + 1),
    ...[
      85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 97, 98, 99, 100, 101, 108, 109, 112, 113, 114, 116, 117, 118, 119, 120, 121, 122, 123,
      124, 125,
    ],
    ...Array.from({ length: 21 }, (_, i) => i + 128),
    ...Array.from({ length: 13 }, (_, i) => i + 150),
    ...[175, 176, 177, 208, 209, 210, 211, 212, 213, 220, 221, 249, 252],
  ];
  assert.deepEqual(
    wanted.filter((code) => optionByCode(code) === undefined),
    [],
  );
});

/** The names that configuration files of dora use. */
const DORA_NAMES: Readonly<Record<string, number>> = {
  subnet_mask: 1,
  time_offset: 2,
  routers: 3,
  time_servers: 4,
  name_servers: 5,
  domain_name_servers: 6,
  log_servers: 7,
  quote_servers: 8,
  lpr_servers: 9,
  impress_servers: 10,
  resource_location_servers: 11,
  hostname: 12,
  boot_size: 13,
  merit_dump: 14,
  domain_name: 15,
  swap_server: 16,
  root_path: 17,
  extensions_path: 18,
  ip_forwarding: 19,
  non_local_source_routing: 20,
  default_ip_ttl: 23,
  interface_mtu: 26,
  all_subnets_local: 27,
  broadcast_addr: 28,
  static_routing_table: 33,
  arp_cache_timeout: 35,
  default_tcp_ttl: 37,
  nis_domain: 40,
  nis_servers: 41,
  ntp_servers: 42,
  vendor_extensions: 43,
  netbios_name_servers: 44,
  domain_search: 119,
};

test("the names of dora's configuration are known", () => {
  for (const [name, code] of Object.entries(DORA_NAMES)) assert.equal(optionByName(name)?.code, code, name);
});

test("the TCP time to live is 37 and not 23, and IPv6-only is 108 and not 106", () => {
  assert.equal(optionByName("default_tcp_ttl")?.code, 37);
  assert.equal(optionByName("ipv6_only_preferred")?.code, 108);
  assert.equal(optionByCode(106), undefined);
});

test("options of fixed length are known as such", () => {
  const expected: [code: number, size: number][] = [
    [1, 4],
    [2, 4],
    [3, -1],
    [12, -1],
    [19, 1],
    [53, 1],
    [54, 4],
    [57, 2],
    [61, -1],
    [80, 0],
    [82, -1],
    [94, 3],
    [97, -1],
    [109, 16],
    [123, 16],
    [159, 4],
    [208, 4],
    [223, -1],
    [300, -1],
  ];
  for (const [code, size] of expected) assert.equal(fixedLength(code), size, `option ${code}`);
});

test("every relay sub-option that has a name in code has a definition, and the other way round", () => {
  assert.deepEqual(
    RELAY_SUB_OPTIONS.map(({ code }) => code),
    Object.values(RelaySubOption),
  );
});
