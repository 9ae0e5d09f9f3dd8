import assert from "node:assert/strict";
import { test } from "node:test";
import { optionByName } from "../../../../src/wire/dhcp4/option-table.ts";
import { optionByName as optionByName6 } from "../../../../src/wire/dhcp6/option-table.ts";
import { dhcp4, dhcp6, problemsOf } from "./support.ts";

/** Names of Kea 2.2's standard options. */
const NAMES4 =
  "subnet-mask time-offset routers time-servers name-servers domain-name-servers log-servers cookie-servers lpr-servers impress-servers resource-location-servers host-name boot-size merit-dump domain-name swap-server root-path extensions-path ip-forwarding non-local-source-routing policy-filter max-dgram-reassembly default-ip-ttl path-mtu-aging-timeout path-mtu-plateau-table interface-mtu all-subnets-local broadcast-address perform-mask-discovery mask-supplier router-discovery router-solicitation-address static-routes trailer-encapsulation arp-cache-timeout ieee802-3-encapsulation default-tcp-ttl tcp-keepalive-interval tcp-keepalive-garbage nis-domain nis-servers ntp-servers vendor-encapsulated-options netbios-name-servers netbios-dd-server netbios-node-type netbios-scope font-servers x-display-manager dhcp-message vendor-class-identifier nwip-domain-name nwip-suboptions nisplus-domain-name nisplus-servers tftp-server-name boot-file-name mobile-ip-home-agent smtp-server pop-server nntp-server www-server finger-server irc-server streettalk-server streettalk-directory-assistance-server user-class slp-directory-agent slp-service-scope nds-servers nds-tree-name nds-context bcms-controller-names bcms-controller-address client-system client-ndi uuid-guid uap-servers geoconf-civic pcode tcode v6-only-preferred netinfo-server-address netinfo-server-tag v4-captive-portal auto-config name-service-search subnet-selection domain-search pana-agent v4-lost capwap-ac-v4 sip-ua-cs-domains rdnss-selection v4-portparams option-6rd v4-access-domain";
const NAMES6 =
  "clientid serverid ia-na ia-ta iaaddr oro preference elapsed-time relay-msg auth unicast status-code rapid-commit user-class vendor-class vendor-opts interface-id reconf-msg reconf-accept sip-server-dns sip-server-addr dns-servers domain-search ia-pd iaprefix nis-servers nisp-servers nis-domain-name nisp-domain-name sntp-servers information-refresh-time bcmcs-server-dns bcmcs-server-addr geoconf-civic remote-id subscriber-id client-fqdn pana-agent new-posix-timezone new-tzdb-timezone ero lq-query client-data clt-time lq-relay-data lq-client-link v6-lost capwap-ac-v6 relay-id ipv6-address-andsf v6-access-domain sip-ua-cs-list bootfile-url bootfile-param client-arch-type nii aftr-name erp-local-domain-name rsoo pd-exclude rdnss-selection client-linklayer-addr link-address solmax-rt inf-max-rt dhcpv4-message dhcp4o6-server-addr v6-captive-portal relay-source-port ipv6-address-andsf s46-rule s46-br s46-dmr s46-v4v6bind s46-portparams s46-cont-mape s46-cont-mapt s46-cont-lw";

test("each standard option of Kea has a name here", () => {
  const missing = (names: string, find: (name: string) => unknown): readonly string[] =>
    names.split(" ").filter((name) => find(name.replaceAll("-", "_")) === undefined);
  assert.deepEqual(missing(NAMES4, optionByName), []);
  assert.deepEqual(missing(NAMES6, optionByName6), []);
});

interface Case {
  readonly data: readonly object[];
  readonly definitions?: readonly object[];
  readonly options: unknown;
  readonly findings?: readonly string[];
}

const option = (name: string | number, data?: string, more: object = {}): object => ({
  ...(typeof name === "string" ? { name } : { code: name }),
  ...(data !== undefined && { data }),
  ...more,
});

test("option data of DHCPv4", () => {
  const cases: readonly Case[] = [
    { data: [option("routers", "10.0.0.1")], options: { routers: "10.0.0.1" } },
    { data: [option("routers", "10.0.0.1 , 10.0.0.2")], options: { routers: ["10.0.0.1", "10.0.0.2"] } },
    { data: [option(6, "10.0.0.1")], options: { domain_name_servers: "10.0.0.1" } },
    { data: [option("ntp-servers", "10.0.0.1", { "always-send": true })], options: { ntp_servers: { value: "10.0.0.1", always: true } } },
    { data: [option("ntp-servers", "", { "never-send": true })], options: { ntp_servers: { value: null } } },
    { data: [option("domain-name", "a\\, b")], options: { domain_name: "a, b" } },
    {
      data: [option("domain-name", "a, b")],
      options: { domain_name: "a" },
      findings: ['warning: option "domain-name": of its text Kea sends what is before the comma'],
    },
    { data: [option("interface-mtu", "0x5dc")], options: { interface_mtu: 1500 } },
    { data: [option("subnet-mask", "c0:a8:1:1", { "csv-format": false })], options: { subnet_mask: "192.168.1.1" } },
    { data: [option("subnet-mask", "C0A8", { "csv-format": false })], options: { subnet_mask: { type: "hex", value: "c0a8" } } },
    { data: [option("boot-file-name", "'x'")], options: { bootfile_name: "'x'" } },
    { data: [option("vivco-suboptions", "4491, 0403616263")], options: { vendor_identifying_vendor_class: { 4491: ["abc"] } } },
    { data: [option("domain-search", "a.example.org, b.example.org")], options: { domain_search: ["a.example.org", "b.example.org"] } },
    { data: [option("policy-filter", "10.0.0.0, 255.0.0.0")], options: { policy_filter: ["10.0.0.0", "255.0.0.0"] } },
    {
      data: [option("rdnss-selection", "1, 10.0.0.1, 10.0.0.2, a.org, b.org")],
      options: { rdnss_selection: { preference: 1, primary: "10.0.0.1", secondary: "10.0.0.2", domains: ["a.org", "b.org"] } },
    },
    {
      data: [option("classless-static-routes", "10.0.0.0/8 - 10.1.0.1")],
      options: { classless_static_routes: [{ destination: "10.0.0.0/8", router: "10.1.0.1" }] },
    },
    { data: [option("routers", "10.0.0")], options: undefined, findings: ["error"] },
    { data: [option("router", "10.0.0.1")], options: { routers: "10.0.0.1" } },
    { data: [option("nothing-like-it", "10.0.0.1")], options: undefined, findings: ['error: there is no option "nothing-like-it"'] },
    { data: [option(224, "0102")], options: { 224: { type: "hex", value: "0102" } } },
    { data: [option(224, "abc", { "csv-format": true })], options: undefined, findings: ["error"] },
    {
      data: [option("dhcp-lease-time", "60")],
      options: undefined,
      findings: ['error: option "dhcp-lease-time" can\'t be configured: set config: {lease_time: ...} instead'],
    },
    {
      data: [option("routers", "10.0.0.1"), option(3, "10.0.0.2")],
      options: { routers: "10.0.0.1" },
      findings: ["error: option 3 is given twice here"],
    },
    { data: [option("routers", "10.0.0.1", { "client-classes": ["a"] })], options: undefined, findings: ["error"] },
    { data: [option(1, "x", { space: "nowhere" })], options: undefined, findings: ["error"] },
    {
      data: [option("vendor-encapsulated-options"), option(1, "0a", { space: "vendor-encapsulated-options-space", "csv-format": false })],
      options: { vendor_extensions: { 1: { type: "hex", value: "0a" } } },
    },
    {
      data: [option(1, "0a", { space: "vendor-encapsulated-options-space", "csv-format": false })],
      options: undefined,
      findings: ['warning: option 1 of the space "vendor-encapsulated-options-space" is left out: nothing here holds it'],
    },
    {
      data: [option("vivso-suboptions", "4491"), option("tftp-servers", "10.0.0.5", { space: "vendor-4491", "always-send": true })],
      options: { vendor_identifying_vendor_information: { value: { 4491: { 2: { type: "ip", value: "10.0.0.5" } } }, always: true } },
    },
    {
      definitions: [{ name: "Foo Bar", code: 230, type: "uint16" }],
      data: [option("Foo Bar", "7")],
      options: { foo_bar: 7 },
    },
    {
      // What Leasehold has a name for itself keeps that name.
      definitions: [{ name: "rfc3442", code: 121, type: "binary" }],
      data: [option("rfc3442", "080a0a000001")],
      options: { classless_static_routes: [{ destination: "10.0.0.0/8", router: "10.0.0.1" }] },
    },
    {
      definitions: [{ name: "sip", code: 120, type: "record", "record-types": "uint8, ipv4-address" }],
      data: [option("sip", "1, 10.0.0.7")],
      options: { sip_servers: "10.0.0.7" },
    },
  ];
  for (const { data, definitions = [], options, findings = [] } of cases) {
    const result = dhcp4({ "option-data": data, "option-def": definitions });
    const label = JSON.stringify(data);
    assert.deepEqual(result.value.options, options, label);
    assert.equal(result.findings.length, findings.length, `${label}: ${result.findings.join("; ")}`);
    for (const [i, finding] of findings.entries()) assert.ok(result.findings[i]?.startsWith(finding), `${label}: ${result.findings[i]}`);
    assert.deepEqual(problemsOf(result.value), [], label);
  }
});

test("option data of DHCPv6", () => {
  const cases: readonly Case[] = [
    { data: [option("dns-servers", "2001:db8::1, 2001:db8::2")], options: { dns_servers: ["2001:db8::1", "2001:db8::2"] } },
    { data: [option("aftr-name", "a.example.org")], options: { aftr_name: "a.example.org" } },
    { data: [option("unicast", "2001:db8::1")], options: undefined, findings: ['warning: option "unicast" is left out'] },
    {
      data: [option("vendor-opts", "4491"), option("config-file", "a.cfg", { space: "vendor-4491" })],
      options: { vendor_information: { 4491: { 33: { type: "str", value: "a.cfg" } } } },
    },
    {
      definitions: [
        { name: "a", code: 65001, type: "ipv4-address" },
        { name: "b", code: 65002, type: "empty" },
        { name: "c", code: 65003, type: "tuple" },
      ],
      data: [option("a", "10.0.0.1"), option("b"), option("c", "abc")],
      options: { a: "10.0.0.1", b: true, c: "0003616263" },
    },
  ];
  for (const { data, definitions = [], options, findings = [] } of cases) {
    const result = dhcp6({ "option-data": data, "option-def": definitions });
    const label = JSON.stringify(data);
    assert.deepEqual((result.value.v6 as { options?: unknown }).options, options, label);
    assert.deepEqual(result.findings.length, findings.length, `${label}: ${result.findings.join("; ")}`);
    for (const [i, finding] of findings.entries()) assert.ok(result.findings[i]?.startsWith(finding), `${label}: ${result.findings[i]}`);
    assert.deepEqual(problemsOf(result.value), [], label);
  }
});

test("definitions", () => {
  const definition = (type: string, more: object = {}): object => ({ name: "own", code: 230, type, ...more });
  const cases: readonly [definition: object, type: unknown][] = [
    [definition("string"), "str"],
    [definition("ipv6-address"), "ipv6"],
    [definition("fqdn", { array: true }), ["domain"]],
    [definition("string", { array: true }), "hex"],
    [
      definition("record", { "record-types": "uint8, uint8, ipv4-address", array: true }),
      { number_1: "u8", number_2: "u8", address: ["ip"] },
    ],
    [definition("record", { "record-types": "string, uint8" }), "hex"],
    [definition("empty"), "flag"],
    [definition("empty", { encapsulate: "x" }), "sub_option"],
    [definition("boolean"), "bool"],
    [definition("psid"), "hex"],
  ];
  for (const [one, type] of cases)
    assert.deepEqual(dhcp4({ "option-def": [one] }), {
      value: dhcp4({}).value.config === undefined ? {} : { ...dhcp4({}).value, option_definitions: { own: { code: 230, type } } },
      findings: [],
    });
  assert.deepEqual(dhcp4({ "option-def": [definition("float")] }).findings, ['error: option definition "own": Kea has no type "float"']);
});
