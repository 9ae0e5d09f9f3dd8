import assert from "node:assert/strict";
import { test } from "node:test";
import { fixedLength, OPTIONS, optionByCode, optionByName } from "../../../src/wire/dhcp6/option-table.ts";

test("codes ascend, and no name or alias stands for two options", () => {
  const codes = OPTIONS.map(({ code }) => code);
  assert.deepEqual(
    codes,
    [...new Set(codes)].sort((a, b) => a - b),
  );
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
  assert.deepEqual([optionByCode(0), optionByCode(149), optionByName("no_such_option")], [undefined, undefined, undefined]);
});

test("every code that IANA has assigned has a definition", () => {
  const unassigned = [10, 35];
  const assigned = Array.from({ length: 148 }, (_, i) => i + 1).filter((code) => !unassigned.includes(code));
  assert.deepEqual(
    OPTIONS.map(({ code }) => code),
    assigned,
  );
});

/** Names that configurations of Kea and ISC dhcpd use, with underscores. */
const OTHERS: Readonly<Record<string, number>> = {
  clientid: 1,
  serverid: 2,
  oro: 6,
  preference: 7,
  vendor_opts: 17,
  sip_server_dns: 21,
  sip_server_addr: 22,
  dns_servers: 23,
  name_servers: 23,
  domain_search: 24,
  nis_servers: 27,
  nisp_servers: 28,
  nis_domain_name: 29,
  nisp_domain_name: 30,
  sntp_servers: 31,
  information_refresh_time: 32,
  info_refresh_time: 32,
  bcmcs_server_dns: 33,
  bcmcs_server_addr: 34,
  geoconf_civic: 36,
  remote_id: 37,
  subscriber_id: 38,
  fqdn: 39,
  pana_agent: 40,
  new_posix_timezone: 41,
  new_tzdb_timezone: 42,
  ero: 43,
  lq_query: 44,
  v6_lost: 51,
  capwap_ac_v6: 52,
  relay_id: 53,
  ntp_server: 56,
  v6_access_domain: 57,
  sip_ua_cs_list: 58,
  bootfile_url: 59,
  bootfile_param: 60,
  client_arch_type: 61,
  nii: 62,
  aftr_name: 64,
  erp_local_domain_name: 65,
  rsoo: 66,
  pd_exclude: 67,
  rdnss_selection: 74,
  client_linklayer_addr: 79,
  link_address: 80,
  solmax_rt: 82,
  sol_max_rt: 82,
  inf_max_rt: 83,
  dhcpv4_msg: 87,
  s46_rule: 89,
  s46_br: 90,
  s46_dmr: 91,
  s46_v4v6bind: 92,
  s46_portparams: 93,
  s46_cont_mape: 94,
  s46_cont_mapt: 95,
  s46_cont_lw: 96,
  v6_captive_portal: 103,
  ipv6_address_andsf: 143,
  v6_dnr: 144,
};

test("the names of other servers' configurations are known", () => {
  for (const [name, code] of Object.entries(OTHERS)) assert.equal(optionByName(name)?.code, code, name);
});

test("what the exchange itself uses is not for an operator to set", () => {
  const managed = [1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 14, 18, 19, 20, 25, 26, 37, 38, 39, 43, 44, 45, 53, 66, 67, 79, 135, 148];
  const free = [7, 15, 16, 17, 23, 24, 31, 32, 56, 59, 64, 82, 83, 94, 103, 144];
  assert.deepEqual(
    [managed, free].map((codes) => codes.filter((code) => optionByCode(code)?.protocol)),
    [managed, []],
  );
});

test("what a message may have more than once (RFC 8415 section 24, and the RFCs of each)", () => {
  const several = OPTIONS.filter(({ repeats }) => repeats).map(({ code }) => code);
  const inOthers = [5, 26, 71, 72, 73, 85, 89, 91, 92, 98, 139];
  assert.deepEqual(
    several.filter((code) => !inOthers.includes(code)),
    [3, 4, 16, 17, 25, 56, 74, 78, 86, 90, 94, 104, 113, 138, 144, 145],
  );
});

test("options of fixed length are known as such", () => {
  const expected: readonly [code: number, size: number][] = [
    [1, -1],
    [3, -1],
    [5, -1],
    [7, 1],
    [8, 2],
    [12, 16],
    [14, 0],
    [19, 1],
    [23, -1],
    [32, 4],
    [46, 4],
    [62, 3],
    [63, 16],
    [71, 17],
    [82, 4],
    [91, -1],
    [93, 4],
    [98, 20],
    [99, 4],
    [104, -1],
    [108, 6],
    [127, 4],
    [135, 2],
    [148, 0],
    [149, -1],
  ];
  for (const [code, size] of expected) assert.equal(fixedLength(code), size, `option ${code}`);
});
