import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FORMATS } from "../../../../src/config/import/formats.ts";
import { KEA } from "../../../../src/config/import/kea/format.ts";
import { translateTogether } from "../../../../src/config/import/kea/translate.ts";
import { noteOf, type PlainMap } from "../../../../src/config/import/translation.ts";
import { dhcp4, dhcp6, filesOf, problemsOf, translate } from "./support.ts";

interface Case {
  readonly section: object;
  /** What is written besides the default lease time. */
  readonly value: object;
  readonly findings?: readonly string[];
}

const HOURS = { config: { lease_time: "2h" } };
const SUBNET = { subnet: "10.0.0.0/24" };

function check(cases: readonly Case[], of: typeof dhcp4): void {
  for (const { section, value, findings = [] } of cases) {
    const result = of(section);
    const label = JSON.stringify(section);
    assert.deepEqual(result.value, value, label);
    assert.deepEqual(result.findings, findings, label);
    assert.deepEqual(problemsOf(result.value), [], label);
  }
}

test("the server identifier of DHCPv4 stays where it is set", () => {
  const identifier = (data: string): object => ({ "option-data": [{ name: "dhcp-server-identifier", data }] });
  check(
    [
      {
        section: { ...identifier("10.9.0.53"), subnet4: [SUBNET, { subnet: "10.0.1.0/24", ...identifier("10.9.0.54") }] },
        value: { server_id: "10.9.0.53", ...HOURS, networks: { "10.0.0.0/24": {}, "10.0.1.0/24": { server_id: "10.9.0.54" } } },
      },
      {
        section: { "shared-networks": [{ name: "a", ...identifier("10.9.0.53"), subnet4: [SUBNET] }] },
        value: { ...HOURS, shared_networks: { a: ["10.0.0.0/24"] }, networks: { "10.0.0.0/24": { server_id: "10.9.0.53" } } },
      },
    ],
    dhcp4,
  );
});

test("lease times and timers of DHCPv4", () => {
  const config = (times: object): object => ({ config: times });
  check(
    [
      { section: {}, value: HOURS },
      { section: { "valid-lifetime": 4000 }, value: config({ lease_time: 4000 }) },
      { section: { "valid-lifetime": 3600, "max-valid-lifetime": 7200 }, value: config({ lease_time: { default: "1h", max: "2h" } }) },
      { section: { "min-valid-lifetime": 600 }, value: config({ lease_time: { default: "2h", min: "10m" } }) },
      { section: { "valid-lifetime": 4294967295 }, value: config({ lease_time: "infinite" }) },
      { section: { "renew-timer": 1000, "rebind-timer": 2000 }, value: config({ lease_time: "2h", renew_time: 1000, rebind_time: 2000 }) },
      // Half of the lease would be behind T2.
      { section: { "rebind-timer": 1000 }, value: config({ lease_time: "2h", renew_time: 571, rebind_time: 1000 }) },
      { section: { "calculate-tee-times": true }, value: HOURS },
      { section: { "calculate-tee-times": true, "t1-percent": 0.25 }, value: config({ lease_time: "2h", renew_time: "30m" }) },
      { section: { "t1-percent": 0.25 }, value: HOURS },
      {
        section: { "renew-timer": 7000 },
        value: HOURS,
        findings: ['warning: "renew-timer" is not shorter than the time until rebinding, 105m, and is left out'],
      },
      { section: { "valid-lifetime": "x" }, value: HOURS, findings: ['error: "valid-lifetime" must be a number, got "x"'] },
      {
        section: { "renew-timer": 900, subnet4: [{ ...SUBNET, "valid-lifetime": 1000 }] },
        value: {
          config: { lease_time: "2h", renew_time: "15m" },
          networks: { "10.0.0.0/24": { config: { lease_time: 1000, renew_time: 500 } } },
        },
        findings: ['warning: "renew-timer" is not shorter than the time until rebinding, 875s, and is left out'],
      },
    ],
    dhcp4,
  );
});

test("lifetimes of DHCPv6", () => {
  const v6 = (section: object): object => ({ v6: section });
  check(
    [
      { section: {}, value: v6({ config: { lease_time: "2h", preferred_time: "1h" } }) },
      { section: { "preferred-lifetime": 4500 }, value: v6({ config: { lease_time: "2h" } }) },
      // Kea makes 5/8 of a preferred lifetime that is not shorter.
      { section: { "valid-lifetime": 1800 }, value: v6({ config: { lease_time: "30m" } }) },
      {
        section: { subnet6: [{ subnet: "2001:db8::/64", "valid-lifetime": 1600 }] },
        value: v6({
          config: { lease_time: "2h", preferred_time: "1h" },
          networks: { "2001:db8::/64": { config: { lease_time: 1600, preferred_time: 1000 } } },
        }),
      },
    ],
    dhcp6,
  );
});

test("classes", () => {
  const classes = (...list: object[]): object => ({ ...HOURS, client_classes: { v4: list } });
  const named = (more: object): object => ({ "client-classes": [{ name: "a", test: "option[1].exists", ...more }] });
  const A = { name: "a", assert: "option[1].exists" };
  check(
    [
      { section: named({}), value: classes(A) },
      {
        section: named({ test: "option[host-name].text == 'option[host-name]'" }),
        value: classes({ name: "a", assert: "option[host_name].text == 'option[host-name]'" }),
      },
      {
        section: named({ "boot-file-name": "f", "next-server": "10.0.0.1", "server-hostname": "s" }),
        value: classes({ ...A, next_server: "10.0.0.1", server_name: "s", file_name: "f" }),
      },
      { section: named({ "valid-lifetime": 7200 }), value: classes({ ...A, config: { lease_time: "2h" } }) },
      {
        section: { ...named({ "valid-lifetime": 600 }), "renew-timer": 1000 },
        value: {
          config: { lease_time: "2h", renew_time: 1000 },
          client_classes: { v4: [{ ...A, config: { lease_time: "10m", renew_time: "5m" } }] },
        },
        findings: ['warning: in class a: "renew-timer" is not shorter than the time until rebinding, 525s, and is left out'],
      },
      {
        section: { "client-classes": [{ name: "VENDOR_CLASS_x", "option-data": [{ name: "domain-name", data: "d" }] }] },
        value: classes({ name: "x", assert: "member('VENDOR_CLASS_x')", options: { domain_name: "d" } }),
      },
      {
        section: { "client-classes": [{ name: "KNOWN", test: "option[1].exists" }] },
        value: classes({ name: "known", assert: "member('KNOWN') or (option[1].exists)" }),
      },
      {
        section: { "client-classes": [{ name: "t", "template-test": "relay4[1].hex" }] },
        value: classes({ name: "t", assert: "relay4[1].hex", template: true }),
      },
      {
        section: { "client-classes": [{ name: "SKIP_DDNS" }] },
        value: HOURS,
        findings: ['warning: the class "SKIP_DDNS" is left out: names of its clients are told like all others'],
      },
      {
        section: named({ test: "match('x', option[1].hex)" }),
        value: classes({ name: "a" }),
        findings: ['error: the expression of the class "a" can\'t be carried over: unknown word match (at character 1)'],
      },
      {
        // Of one network or all alike: at the top level the class goes before it, as in Kea.
        section: {
          ...named({ "boot-file-name": "a", "valid-lifetime": 600 }),
          subnet4: [{ ...SUBNET, "boot-file-name": "n", "valid-lifetime": 900 }],
        },
        value: {
          config: { lease_time: "15m" },
          file_name: "n",
          client_classes: { v4: [{ ...A, config: { lease_time: "10m" }, file_name: "a" }] },
          networks: { "10.0.0.0/24": {} },
        },
      },
      {
        section: {
          ...named({ "boot-file-name": "a", "valid-lifetime": 600 }),
          subnet4: [{ ...SUBNET, "boot-file-name": "n", "valid-lifetime": 900 }, { subnet: "10.0.1.0/24" }],
        },
        value: {
          ...HOURS,
          client_classes: { v4: [{ ...A, config: { lease_time: "10m" }, file_name: "a" }] },
          networks: { "10.0.0.0/24": { file_name: "n", config: { lease_time: "15m" } }, "10.0.1.0/24": {} },
        },
        findings: [
          'error: file_name of the class "a" goes before that of networks in Kea, behind it in Leasehold',
          'error: lease times of the class "a" go before those of networks in Kea, behind them in Leasehold',
        ],
      },
    ].map((one) => ({ findings: [], ...one })),
    dhcp4,
  );
});

test("subnets and shared networks", () => {
  const networks = (map: object, more: object = {}): object => ({ ...HOURS, ...more, networks: map });
  const RANGE = { ranges: [{ range: "10.0.0.5-10.0.0.9" }] };
  const pools = { pools: [{ pool: "10.0.0.5 - 10.0.0.9" }] };
  const inSubnet = (more: object): object => ({ subnet4: [{ ...SUBNET, ...more }] });
  check(
    [
      { section: inSubnet(pools), value: networks({ "10.0.0.0/24": { allocation: "sequential", ...RANGE } }) },
      { section: inSubnet({ ...pools, allocator: "random" }), value: networks({ "10.0.0.0/24": { allocation: "random", ...RANGE } }) },
      { section: { subnet4: [{ subnet: "10.0.0.7/24" }] }, value: networks({ "10.0.0.0/24": {} }) },
      { section: inSubnet({ authoritative: false }), value: networks({ "10.0.0.0/24": { authoritative: false } }) },
      {
        section: inSubnet({ interface: "eth0", relay: { "ip-address": "10.9.9.9" } }),
        value: networks({ "10.0.0.0/24": { interfaces: ["eth0"], relays: ["10.9.9.9"] } }),
      },
      { section: inSubnet({ "client-class": "KNOWN" }), value: networks({ "10.0.0.0/24": { class: "KNOWN" } }) },
      {
        section: inSubnet({ "client-classes": ["KNOWN", "BOOTP"] }),
        value: networks(
          { "10.0.0.0/24": { class: "KNOWN_or_BOOTP" } },
          { client_classes: { v4: [{ name: "KNOWN_or_BOOTP", assert: "member('KNOWN') or member('BOOTP')" }] } },
        ),
      },
      {
        section: inSubnet({ pools: [{ pool: "10.0.0.9" }] }),
        value: networks({ "10.0.0.0/24": { allocation: "sequential" } }),
        findings: ['error: the pool "10.0.0.9" is neither two addresses with - between them nor a prefix'],
      },
      {
        section: inSubnet({ ranges: [] }),
        value: networks({ "10.0.0.0/24": {} }),
        findings: ['error: unknown key "ranges" in the subnet 10.0.0.0/24'],
      },
      {
        section: {
          "shared-networks": [
            {
              name: "s",
              "boot-file-name": "f",
              "option-data": [{ name: "routers", data: "10.0.0.1" }],
              "valid-lifetime": 600,
              subnet4: [SUBNET, { subnet: "10.0.1.0/24", "valid-lifetime": 900 }],
            },
          ],
        },
        value: networks(
          { "10.0.0.0/24": { file_name: "f" }, "10.0.1.0/24": { file_name: "f", config: { lease_time: "15m" } } },
          {
            shared_networks: {
              s: { networks: ["10.0.0.0/24", "10.0.1.0/24"], config: { lease_time: "10m" }, options: { routers: "10.0.0.1" } },
            },
          },
        ),
      },
      {
        section: {
          subnet4: [
            { ...SUBNET, interface: "eth0" },
            { subnet: "10.0.1.0/24", interface: "eth0" },
          ],
        },
        value: networks({ "10.0.0.0/24": { interfaces: ["eth0"] }, "10.0.1.0/24": {} }),
        findings: ["error: eth0 leads to 10.0.0.0/24 as well as to 10.0.1.0/24"],
      },
      { section: { "match-client-id": false }, value: { chaddr_only: true, ...HOURS } },
      {
        section: { subnet4: [{ ...SUBNET, "match-client-id": false }, { subnet: "10.0.1.0/24" }] },
        value: networks({ "10.0.0.0/24": {}, "10.0.1.0/24": {} }),
        findings: ['error: "match-client-id" is false in some networks only'],
      },
    ].map((one) => ({ findings: [], ...one })),
    dhcp4,
  );
});

test("reservations in their modes", () => {
  const host = (more: object = {}): object => ({ "hw-address": "1:2:3:4:5:6", ...more });
  const CHADDR = { match: { chaddr: "01:02:03:04:05:06" } };
  const subnet = (more: object): object => ({ subnet4: [{ ...SUBNET, ...more }] });
  const of = (reservations: readonly object[]): object => ({ ...HOURS, networks: { "10.0.0.0/24": { reservations } } });
  const none = { ...HOURS, networks: { "10.0.0.0/24": {} } };
  const left = ["warning: the reservations of this subnet are left out"];
  const leftGlobal = ["warning: the reservations of the top level are left out"];
  const one = { reservations: [host()] };
  check(
    [
      { section: subnet(one), value: of([CHADDR]) },
      { section: subnet({ ...one, "reservation-mode": "out-of-pool" }), value: of([CHADDR]) },
      { section: subnet({ ...one, "reservation-mode": "disabled" }), value: none, findings: left },
      { section: subnet({ ...one, "reservation-mode": "global" }), value: none, findings: left },
      { section: subnet({ ...one, "reservations-in-subnet": false }), value: none, findings: left },
      { section: { ...subnet({}), ...one }, value: none, findings: leftGlobal },
      { section: { ...subnet({}), ...one, "reservation-mode": "global" }, value: { ...none, reservations: [CHADDR] } },
      { section: { ...subnet({ "reservations-global": true }), ...one }, value: { ...none, reservations: [CHADDR] } },
      {
        section: { subnet4: [{ ...SUBNET, "reservations-global": true }, { subnet: "10.0.1.0/24" }], ...one },
        value: { ...HOURS, networks: { "10.0.0.0/24": { reservations: [CHADDR] }, "10.0.1.0/24": {} } },
      },
      {
        section: subnet({ reservations: [host({ "ip-address": "10.0.0.7", hostname: "h", "boot-file-name": "f" })] }),
        value: of([{ hostname: "h", ...CHADDR, ip: "10.0.0.7", file_name: "f" }]),
      },
      {
        section: subnet({ reservations: [host({ "client-classes": ["x"] })] }),
        value: {
          ...HOURS,
          client_classes: { v4: [{ name: "x" }] },
          networks: { "10.0.0.0/24": { reservations: [{ ...CHADDR, classes: ["x"] }] } },
        },
      },
      {
        section: subnet({ reservations: [{ "circuit-id": "'a b'" }, { "client-id": "0102" }, { duid: "01:02:03" }] }),
        value: of([{ match: { circuit_id: "'a b'" } }, { match: { client_id: "01:02" } }, { match: { duid: "01:02:03" } }]),
      },
      {
        section: subnet({ reservations: [{ "flex-id": "'a'" }] }),
        value: none,
        findings: ["error: a reservation by flex-id can't be carried over"],
      },
      { section: subnet({ reservations: [{ hostname: "a" }] }), value: none, findings: ["error: the reservation has no identifier"] },
      {
        section: subnet({ reservations: [host({ "ip-address": "10.0.0.7" }), { duid: "01:02:03", "ip-address": "10.0.0.7" }] }),
        value: of([{ ...CHADDR, ip: "10.0.0.7" }]),
        findings: ["error: 10.0.0.7 is reserved already, on line 1"],
      },
      {
        section: { ...subnet({ reservations: [{ duid: "01:02:03" }] }), "host-reservation-identifiers": ["hw-address"] },
        value: none,
        findings: ["warning: the reservation by duid is left out: host-reservation-identifiers does not name it"],
      },
    ].map((each) => ({ findings: [], ...each })),
    dhcp4,
  );
});

test("what the server as a whole has", () => {
  const hook = (name: string, parameters?: object): object => ({
    "hooks-libraries": [{ library: `/usr/lib/kea/hooks/libdhcp_${name}.so`, ...(parameters && { parameters }) }],
  });
  check(
    [
      { section: { "interfaces-config": { interfaces: ["*"] } }, value: HOURS },
      {
        section: { "interfaces-config": { interfaces: ["eth0", "eth1/10.0.0.1"] } },
        value: { interfaces: ["eth0", "eth1@10.0.0.1"], ...HOURS },
      },
      { section: { "decline-probation-period": 900 }, value: { probation_period: "15m", ...HOURS } },
      { section: { "cache-threshold": 0.2 }, value: { cache_threshold: 20, ...HOURS } },
      { section: { "offer-lifetime": 60 }, value: { offer_hold: "1m", ...HOURS } },
      { section: { "next-server": "10.0.0.9" }, value: { ...HOURS, next_server: "10.0.0.9" } },
      { section: { compatibility: { "exclude-first-last-24": true } }, value: { exclude_first_last_24: true, ...HOURS } },
      { section: { "expired-leases-processing": { "hold-reclaimed-time": 3600 } }, value: { affinity: "1h", ...HOURS } },
      { section: hook("ping_check", { "reply-timeout": 200 }), value: { ping_check: true, ping_timeout_ms: 200, ...HOURS } },
      { section: hook("bootp"), value: { bootp_enable: true, ...HOURS } },
      { section: hook("ha"), value: HOURS, findings: ["error: hook ha: there is no failover between servers in this version"] },
      { section: hook("mine"), value: HOURS, findings: ["error: hook mine: Leasehold knows nothing that does the same"] },
      {
        section: {
          ...hook("limits"),
          subnet4: [{ ...SUBNET, "user-context": { limits: { "address-limit": 9 } } }],
          "client-classes": [
            {
              name: "a",
              test: "option[1].exists",
              "user-context": { limits: { "address-limit": 3, "rate-limit": "1 packet per second" } },
            },
          ],
        },
        value: {
          ...HOURS,
          client_classes: { v4: [{ name: "a", assert: "option[1].exists" }] },
          limits: [{ key: "'all'", max: 3, class: "a" }],
          networks: { "10.0.0.0/24": { limits: [{ key: "'all'", max: 9 }] } },
        },
        findings: ['error: "rate-limit" can\'t be carried over'],
      },
      {
        section: { "dhcp-ddns": { "enable-updates": true } },
        value: HOURS,
        findings: ['error: "dhcp-ddns": the DNS servers are in the file of kea-dhcp-ddns'],
      },
      { section: { "valid-lifetme": 1 }, value: HOURS, findings: ['error: unknown key "valid-lifetme" in "Dhcp4"'] },
      { section: { loggers: [{ name: "kea-dhcp4", severity: "DEBUG" }] }, value: { log: { level: "debug" }, ...HOURS } },
    ].map((one) => ({ findings: [], ...one })),
    dhcp4,
  );
});

test("names go to the DNS as Kea sends them there", () => {
  const on = { "dhcp-ddns": { "enable-updates": true, "max-queue-size": 100 } };
  const servers = (more: object): object => ({
    "forward-ddns": { "ddns-domains": [{ name: "a.org.", "dns-servers": [{ "ip-address": "10.0.0.53" }] }] },
    ...more,
  });
  const forward = [{ name: "a.org", ip: "10.0.0.53" }];
  const [noMore, noPart] = ["warning: ", "error: "];
  const oneWay = "names are told to the DNS in one way for all networks";
  const table: readonly (readonly [
    what: string,
    dhcp4: object,
    servers: object | undefined,
    ddns: object | undefined,
    findings?: readonly string[],
  ])[] = [
    ["nothing", {}, undefined, undefined],
    ["off", { "dhcp-ddns": { "enable-updates": false } }, undefined, undefined],
    [
      "off, and what has no effect then",
      { "ddns-qualifying-suffix": "a.org" },
      servers({}),
      undefined,
      [
        `${noMore}"ddns-qualifying-suffix": no names are told to the DNS: enable-updates of dhcp-ddns is not true`,
        `${noMore}"DhcpDdns": no server of this file tells it of names: enable-updates is not true`,
      ],
    ],
    ["on", on, servers({}), { forward }],
    [
      "flags",
      { ...on, "ddns-send-updates": false, "ddns-override-no-update": true, "ddns-override-client-update": true },
      servers({}),
      { enable_updates: false, override_client_updates: true, override_no_updates: true, forward },
    ],
    [
      "what is so anyway",
      {
        ...on,
        "ddns-send-updates": true,
        "ddns-override-no-update": false,
        "ddns-replace-client-name": "never",
        "ddns-generated-prefix": "x",
        "ddns-qualifying-suffix": "",
        "ddns-update-on-renew": false,
        "ddns-use-conflict-resolution": true,
        "ddns-conflict-resolution-mode": "check-with-dhcid",
        "ddns-ttl-percent": 0.33,
        "ddns-ttl": 0,
      },
      servers({}),
      { forward },
    ],
    [
      "a TTL for all",
      { ...on, "ddns-ttl": 600, "ddns-conflict-resolution-mode": "no-check-with-dhcid" },
      servers({}),
      { ttl: 600, conflict: "overwrite", forward },
    ],
    [
      "what has no counterpart",
      {
        ...on,
        "ddns-replace-client-name": "always",
        "ddns-update-on-renew": true,
        "ddns-ttl-percent": 0.5,
        "ddns-ttl-min": 60,
        "ddns-conflict-resolution-mode": "check-exists-with-dhcid",
        "hostname-char-set": "[^a-z]",
        "hostname-char-replacement": "x",
      },
      servers({}),
      { forward },
      [
        `${noMore}"ddns-replace-client-name": clients keep the names that they have, with "always" too`,
        `${noMore}"ddns-update-on-renew": what has not changed is not told again`,
        `${noMore}"ddns-conflict-resolution-mode": a DHCID record of another client keeps its name too`,
        `${noMore}"ddns-ttl-percent": a TTL is a third of the lease time, and at least 10m`,
        `${noMore}"ddns-ttl-min": a TTL is a third of the lease time, and at least 10m`,
        `${noMore}"hostname-char-set": names get a dash in place of what the DNS can't have`,
        `${noMore}"hostname-char-replacement": names get a dash in place of what the DNS can't have`,
      ],
    ],
    [
      "networks",
      {
        ...on,
        "shared-networks": [
          {
            name: "s",
            "ddns-ttl": 5,
            subnet4: [
              {
                subnet: "10.0.0.0/24",
                "ddns-send-updates": false,
                pools: [{ pool: "10.0.0.1-10.0.0.9", "ddns-qualifying-suffix": "b.org" }],
              },
            ],
          },
        ],
      },
      servers({}),
      { forward },
      [`${noMore}"ddns-qualifying-suffix": ${oneWay}`, `${noMore}"ddns-send-updates": ${oneWay}`, `${noMore}"ddns-ttl": ${oneWay}`],
    ],
    [
      "keys",
      on,
      servers({
        "tsig-keys": [
          { name: "k", algorithm: "HMAC-SHA224", "digest-bits": 0, secret: "AAAA" },
          { name: "old", algorithm: "HMAC-MD5", secret: "AAAA" },
          { name: "cut", algorithm: "HMAC-SHA256", "digest-bits": 128, secret: "AAAA" },
          { name: "elsewhere", algorithm: "HMAC-SHA256", "secret-file": "/etc/key" },
        ],
        "reverse-ddns": {
          "ddns-domains": [
            {
              name: ".",
              "key-name": "k",
              "dns-servers": [
                { "ip-address": "2001:db8::53" },
                { "ip-address": "10.0.0.53", port: 54, "key-name": "j" },
                { hostname: "ns" },
              ],
            },
          ],
        },
      }),
      {
        forward,
        reverse: [
          { name: ".", ip: "2001:db8::53", key: "k" },
          { name: ".", ip: "10.0.0.53:54", key: "j" },
        ],
        tsig_keys: { k: { algorithm: "hmac-sha224", data: "AAAA" } },
      },
      [
        `${noPart}"hostname": Leasehold looks up no names: write the address of the DNS server`,
        `${noPart}the key "old": hmac-md5 is not spoken`,
        `${noPart}the key "cut": what is signed is never cut short`,
        `${noPart}"secret-file": a secret in a file is not read`,
      ],
    ],
    ["no servers", on, undefined, undefined, [`${noPart}"dhcp-ddns": the DNS servers are in the file of kea-dhcp-ddns`]],
    [
      "unknown keys",
      { "dhcp-ddns": { "enable-updates": true, "server-ipp": "x" } },
      { "forward-dns": {} },
      undefined,
      [`${noPart}unknown key "server-ipp" in "dhcp-ddns"`, `${noPart}unknown key "forward-dns" in "DhcpDdns"`],
    ],
  ];
  for (const [what, dhcp4, ofServers, ddns, findings = []] of table) {
    const files = [{ Dhcp4: dhcp4 }, ...(ofServers === undefined ? [] : [{ DhcpDdns: ofServers }])];
    const read = translateTogether(
      files.map((file, i) => ({ name: String(i), text: JSON.stringify(file) })),
      filesOf(),
    );
    const told = read.findings.map(({ severity, message }) => `${severity}: ${message}`);
    assert.deepEqual([read.value.ddns, [...told].sort()], [ddns, [...findings].sort()], what);
  }
});

test("of both protocols names are told in one way; the file of kea-dhcp-ddns alone is translated too", () => {
  const section = (suffix: string): object => ({ "dhcp-ddns": { "enable-updates": true }, "ddns-qualifying-suffix": suffix });
  const servers = { "forward-ddns": {} };
  const { value, findings } = translateTogether(
    [{ Dhcp4: section("a.org") }, { Dhcp6: section("b.org") }, { DhcpDdns: servers }].map((file, i) => ({
      name: String(i),
      text: JSON.stringify(file),
    })),
    filesOf(),
  );
  assert.deepEqual(
    [value.ddns, findings.map(({ message }) => message)],
    [{ qualifying_suffix: "a.org" }, ["qualifying_suffix holds for both protocols, and DHCPv4 has another value, which is kept"]],
  );
  const key = { name: "k", algorithm: "HMAC-SHA1", secret: "AAAA" };
  assert.deepEqual(translate(JSON.stringify({ DhcpDdns: { "tsig-keys": [key] } })).value, {
    ddns: { tsig_keys: { k: { algorithm: "hmac-sha1", data: "AAAA" } } },
  });
});

test("a file for each protocol become one", () => {
  const texts = [
    { name: "a", text: '{ "Dhcp4": { "subnet4": [ { "subnet": "10.0.0.0/24" } ] } }' },
    {
      name: "b",
      text: '{ "Dhcp6": { "preferred-lifetime": 4500, "valid-lifetime": 7200, "subnet6": [ { "subnet": "2001:db8::/64" } ] } }',
    },
    { name: "c", text: '{ "Control-agent": { }, "Other": { } }' },
  ];
  const { value, findings, sources } = translateTogether(texts, filesOf());
  assert.deepEqual(value, {
    authoritative: false,
    config: { lease_time: "2h" },
    networks: { "10.0.0.0/24": {} },
    // What Kea answers to renewals that it does not know does not depend on authority in DHCPv6.
    v6: { authoritative: true, networks: { "2001:db8::/64": {} } },
  });
  assert.deepEqual([...sources.keys()], ["a", "b", "c"]);
  assert.deepEqual(
    findings.map(({ severity, origin, message }) => [severity, origin.file, message]),
    [
      ["warning", "c", '"Control-agent": the server has a control socket of its own'],
      ["error", "c", 'unknown section "Other"'],
    ],
  );
  assert.equal(translateTogether([texts[0] as never, texts[0] as never], filesOf()).findings[0]?.message, 'there are two sections "Dhcp4"');
});

test("what both protocols have stands once", () => {
  const definition = (type: string): object => ({ name: "floor", code: 3, space: "vendor-4491", type });
  const section = (hold: number, type: string): object => ({
    "expired-leases-processing": { "hold-reclaimed-time": hold },
    "option-def": [definition(type)],
    "option-data": [{ name: "floor", space: "vendor-4491", data: "7" }],
  });
  const both = (one: object, other: object) => translate(JSON.stringify({ Dhcp4: one, Dhcp6: other }));
  const alike = both(section(60, "string"), section(60, "string"));
  assert.deepEqual([alike.findings, problemsOf(alike.value)], [[], []]);
  assert.deepEqual(alike.value.option_definitions, { floor: { code: 3, type: "str", space: "vendor-4491" } });
  assert.deepEqual((alike.value.v6 as PlainMap).options, { vendor_information: { 4491: { floor: "7" } } });
  const apart = both(section(60, "string"), section(90, "uint8"));
  assert.deepEqual(problemsOf(apart.value), []);
  assert.deepEqual((apart.value.v6 as PlainMap).options, { vendor_information: { 4491: { 3: { type: "u8", value: 7 } } } });
  assert.deepEqual(
    apart.findings.map(({ message }) => message),
    ["affinity holds for both protocols, and DHCPv4 has another value, which is kept"],
  );
});

test("notes name the place of what was written, and its comments", () => {
  const { value, notes } = translate(
    '{ "Dhcp4": {\n  // lan\n  "subnet4": [\n    # office\n    { "subnet": "10.0.0.0/24", "user-context": { "floor": 2 } } // old\n  ] } }',
  );
  const networks = value.networks as PlainMap;
  assert.deepEqual(noteOf(notes, value, "networks"), { origin: { file: "kea.conf", line: 3, column: 3 }, comment: ["lan"] });
  assert.deepEqual(noteOf(notes, networks, "10.0.0.0/24"), {
    origin: { file: "kea.conf", line: 5, column: 5 },
    comment: ["office", "floor: 2"],
    behind: "old",
  });
});

test("which files are likely of Kea", () => {
  const cases: readonly [name: string, text: string, likely: boolean][] = [
    ["/etc/kea/kea-dhcp4.conf", "", true],
    ["dhcp.json", '// ours\n{ "Dhcp6": { } }', true],
    ["dhcp.json", '{ "networks": { } }', false],
    ["dhcpd.conf", 'subnet 10.0.0.0 netmask 255.255.255.0 { } # "Dhcp4":', false],
  ];
  for (const [name, text, likely] of cases) assert.equal(KEA.isLikely(name, text), likely, name);
  assert.ok(FORMATS.some(({ name }) => name === "kea"));
});

test("whatever stands in a file is translated without an exception", () => {
  const key = fc.constantFrom(
    "subnet4",
    "subnet",
    "pools",
    "pool",
    "option-data",
    "option-def",
    "name",
    "code",
    "data",
    "type",
    "space",
    "client-classes",
    "test",
    "reservations",
    "hw-address",
    "ip-address",
    "shared-networks",
    "relay",
    "hooks-libraries",
    "valid-lifetime",
    "client-class",
    "interface",
    "user-context",
    "loggers",
  );
  const scalar = fc.oneof(
    fc.constantFrom(
      "10.0.0.0/24",
      "10.0.0.5 - 10.0.0.9",
      "routers",
      "a",
      "",
      "01:02:03:04:05:06",
      "KNOWN",
      "uint8",
      1,
      0,
      -1,
      1e9,
      true,
      null,
    ),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "medium" },
      scalar,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, tree), (section) => {
      for (const name of ["Dhcp4", "Dhcp6"]) translate(JSON.stringify({ [name]: section }));
    }),
    { numRuns: 200 },
  );
});
