import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DnsSpec, NamePolicy } from "../../../../src/config/model/names.ts";
import { printConfig } from "../../../../src/config/print.ts";
import { load } from "../../load.ts";
import { NETWORK, toldOf } from "./support.ts";

const LISTEN = [{ address: "10.0.0.1", port: 53 }];
const SPEC: DnsSpec = {
  listen: LISTEN,
  zones: ["a.org", "0.0.10.in-addr.arpa"],
  ttl: 60,
  secondaries: [],
  hostsFile: undefined,
  command: [],
};
const POLICY: NamePolicy = { suffix: undefined, updates: true, overridesClient: true, overridesNoUpdates: false, generates: false };
const DOMAIN = "options: {domain_name: A.org.}";

describe("dns: what is read", () => {
  const table: readonly (readonly [source: string, dns: Partial<DnsSpec>, names?: Partial<NamePolicy>])[] = [
    ["dns: {listen: 10.0.0.1}", {}],
    [
      "dns: {listen: [10.0.0.1, '10.0.0.1:5353', '::', '[::1]:54', '2001:DB8:0::1'], ttl: 1h}",
      {
        listen: [
          ...LISTEN,
          { address: "10.0.0.1", port: 5353 },
          { address: "::", port: 53 },
          { address: "::1", port: 54 },
          { address: "2001:db8::1", port: 53 },
        ],
        ttl: 3600,
      },
    ],
    [
      "dns: {listen: 10.0.0.1, secondaries: [10.0.0.2, '[2001:db8::1]:54']}",
      {
        secondaries: [
          { address: "10.0.0.2", port: 53 },
          { address: "2001:db8::1", port: 54 },
        ],
      },
    ],
    [
      "dns: {hosts_file: /run/hosts, command: [/bin/kill, -HUP, '1']}",
      { listen: [], hostsFile: "/run/hosts", command: ["/bin/kill", "-HUP", "1"] },
    ],
    ["dns: {listen: [], hosts_file: hosts, zones: , ttl: }", { listen: [], hostsFile: "hosts" }],
    [
      "dns: {listen: 10.0.0.1, zones: [B.org., c]}\nddns: {qualifying_suffix: a.b.org}",
      { zones: ["b.org", "c", "0.0.10.in-addr.arpa"] },
      { suffix: "a.b.org" },
    ],
    [
      "dns: {listen: 10.0.0.1}\nddns: {qualifying_suffix: b.org, override_client_updates: false}",
      { zones: ["b.org", "a.org", "0.0.10.in-addr.arpa"] },
      { suffix: "b.org", overridesClient: false },
    ],
  ];
  for (const [source, dns, names] of table)
    test(source.replaceAll("\n", " "), () => {
      const config = load(`${source}\n${DOMAIN}\n${NETWORK}`);
      assert.deepEqual(
        [config.names, config.ddns, config.dns, config.reservedNames],
        [{ ...POLICY, ...names }, undefined, { ...SPEC, ...dns }, []],
      );
      assert.deepEqual(load(printConfig(config)), config);
    });

  test("beside servers that are told, clients that tell them themselves do", () => {
    const source = `dns: {listen: 10.0.0.1}\nddns: {forward: [{name: a.org, ip: 10.0.0.2}]}\n${DOMAIN}\n${NETWORK}`;
    assert.deepEqual(load(source).names, { ...POLICY, overridesClient: false });
  });
});

describe("dns: zones that follow from what clients are given, and from the networks", () => {
  const NETWORKS = `options: {15: {type: str, value: top.org}}
client_classes: {v4: [{name: x, assert: "option[60].exists", options: {domain_name: class.org}}]}
shared_networks: {s: {networks: [10.1.0.0/23], options: {domain_name: shared.org}}}
reservations: [{hostname: h, match: {chaddr: "02:00:00:00:00:02"}, options: {domain_name: host.org}}]
networks:
  10.0.0.0/25: {ranges: [{range: 10.0.0.1-10.0.0.9, options: {domain_name: range.org}}], options: {domain_name: net.org, domain_search: [no.org]}}
  10.0.0.128/25: {options: {domain_name: top.org}}
  10.1.0.0/23: {}
  10.32.0.0/12: {options: {domain_name: {value: null}}}
v6:
  options: {domain_search: [six.org, no.org]}
  networks:
    2001:db8::/64: {ranges: [{range: "2001:db8::1-2001:db8::9", options: {domain_search: range6.org}}]}
    2001:db8:0:4::/63: {prefix_pools: [{prefix: "2001:db8:1::/48", delegated_length: 56}]}
`;
  const forward = ["top.org", "class.org", "net.org", "shared.org", "range.org", "host.org", "six.org", "range6.org"];
  const dhcp4 = [
    "0.0.10.in-addr.arpa",
    "0.1.10.in-addr.arpa",
    "1.1.10.in-addr.arpa",
    ...Array.from({ length: 16 }, (_, i) => `${32 + i}.10.in-addr.arpa`),
  ];
  const dhcp6 = ["0", "4", "5"].map((last) => `${last}.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa`);
  const table: readonly (readonly [zones: string, expected: readonly string[]])[] = [
    ["", [...forward, ...dhcp4, ...dhcp6]],
    [", zones: [top.org]", ["top.org", ...dhcp4, ...dhcp6]],
    [", zones: []", [...dhcp4, ...dhcp6]],
    // The very zone of a network.
    [", zones: [1.1.10.in-addr.arpa, top.org]", ["top.org", ...dhcp4, ...dhcp6]],
    // One around those of networks, and one inside.
    [", zones: [10.in-addr.arpa, top.org]", ["10.in-addr.arpa", "top.org", ...dhcp6]],
    [", zones: [8.b.d.0.1.0.0.2.ip6.arpa]", ["8.b.d.0.1.0.0.2.ip6.arpa", ...dhcp4]],
    [", zones: [0/25.0.0.10.in-addr.arpa]", ["0/25.0.0.10.in-addr.arpa", ...dhcp4.slice(1), ...dhcp6]],
    [", zones: [10.32.10.in-addr.arpa]", ["10.32.10.in-addr.arpa", ...dhcp4.filter((zone) => zone !== "32.10.in-addr.arpa"), ...dhcp6]],
  ];
  for (const [zones, expected] of table)
    test(zones === "" ? "none named" : zones.slice(2), () => {
      const config = load(`dns: {listen: 10.0.0.1${zones}}\n${NETWORKS}`);
      assert.deepEqual(config.dns?.zones, expected);
      assert.deepEqual(load(printConfig(config)).dns, config.dns);
    });
});

describe("dns: names of a host are the same in both protocols", () => {
  const v6 = (options: string): string => `v6: {${options}networks: {"2001:db8::/64": {}}}`;
  const table: readonly (readonly [what: string, source: string, suffix: string | undefined])[] = [
    ["the suffix is for both", `ddns: {qualifying_suffix: b.org}\n${DOMAIN}\n${v6("options: {domain_search: c.org}, ")}`, "b.org"],
    ["what they are given goes first", `${DOMAIN}\n${v6("options: {domain_search: c.org}, ")}`, undefined],
    ["without it the domain of the top level", `${DOMAIN}\n${v6("")}`, "a.org"],
    [
      "also where networks have others",
      `${DOMAIN}\n${v6("")}\nclient_classes: {v4: [{name: x, assert: "option[60].exists", options: {domain_name: b.org}}]}`,
      "a.org",
    ],
    [
      "the only one that there is",
      `${v6("")}\nclient_classes: {v4: [{name: x, assert: "option[60].exists", options: {domain_name: b.org}}]}`,
      "b.org",
    ],
    [
      "none of several",
      `${v6("")}\nclient_classes: {v4: [{name: x, assert: "option[60].exists", options: {domain_name: b.org}}, {name: y, assert: "option[61].exists", options: {domain_name: c.org}}]}`,
      undefined,
    ],
  ];
  for (const [what, source, suffix] of table)
    test(what, () => {
      const config = load(`dns: {listen: 10.0.0.1}\n${source}\n${NETWORK}`);
      assert.equal(config.dhcp6?.names?.suffix, suffix);
      assert.deepEqual({ ...config.dhcp6?.names, suffix: config.names?.suffix }, config.names);
    });
});

test("dns: mistakes", () => {
  const aListener = "an address to listen on, such as 192.168.5.1, 192.168.5.1:53 or [2001:db8::1]:53";
  const table: readonly (readonly [source: string, ...problems: readonly string[]])[] = [
    ["dns: true", "1:6 expected a map with listen, zones, hosts_file and so on, got true"],
    [
      "dns: {}",
      "1:1 dns says neither where questions are answered nor which file is written | add listen: ADDRESS, or hosts_file: /srv/leasehold/hosts",
    ],
    [
      "dns: {listen: }",
      "1:1 dns says neither where questions are answered nor which file is written | add listen: ADDRESS, or hosts_file: /srv/leasehold/hosts",
    ],
    [
      "dns: {listen: [], zones: [a.org]}",
      "1:1 dns says neither where questions are answered nor which file is written | add listen: ADDRESS, or hosts_file: /srv/leasehold/hosts",
    ],
    ["dns: {listen: eth0}", `1:15 expected ${aListener}, got "eth0"`],
    ["dns: {listen: [10.0.0.1, '10.0.0.1:0']}", `1:26 expected ${aListener}, got "10.0.0.1:0"`],
    ["dns: {listen: 53}", `1:15 expected ${aListener}, got "53"`],
    ["dns: {listen: {}}", `1:15 expected ${aListener}, or a list of these, got a map`],
    ["dns: {listen: [10.0.0.1, '10.0.0.1:53']}", "1:26 10.0.0.1:53 is listed twice | keep one of the two"],
    ["dns: {listen: 10.0.0.1, secondaries: [10.0.0.2, '10.0.0.2:53']}", "1:49 10.0.0.2:53 is listed twice | keep one of the two"],
    ["dns: {listen: 10.0.0.1, secondaries: ['::']}", "1:39 :: is not the address of a host"],
    ["dns: {listen: 10.0.0.1, zones: [a.org, A.org.]}", "1:40 a.org is listed twice | keep one of the two"],
    ["dns: {listen: 10.0.0.1, zones: a.org}", '1:32 expected a list of zones, got "a.org" | write a list: zones: [a.org]'],
    ["dns: {listen: 10.0.0.1, zones: [a_b!]}", '1:33 expected a zone such as home.arpa, got "a_b!"'],
    ["dns: {listen: 10.0.0.1, zones: [.]}", "1:33 the root of the DNS can't stand here | name a domain such as example.org or home.arpa"],
    ["dns: {listen: 10.0.0.1, ttl: 0}", "1:30 a TTL must be longer than 0 seconds"],
    ["dns: {listen: 10.0.0.1, hosts_file: ''}", "1:37 the path is empty"],
    ["dns: {hosts_file: h, command: []}", "1:31 command is empty: name a program"],
    [
      "dns: {hosts_file: h, command: /bin/true}",
      '1:31 expected a program and its arguments: [/usr/bin/pihole, reloaddns], got "/bin/true" | write a list: command: [/bin/true]',
    ],
    [
      "dns: {listen: 10.0.0.1, command: [a]}",
      "1:25 command is run when the hosts file has changed, and there is none | add hosts_file: /srv/leasehold/hosts",
    ],
    [
      "dns: {hosts_file: h, zones: [a.org], ttl: 5, secondaries: [10.0.0.2]}",
      '1:22 "zones" has no effect without listen | add listen: ADDRESS, or remove it',
      '1:38 "ttl" has no effect without listen | add listen: ADDRESS, or remove it',
      '1:46 "secondaries" has no effect without listen | add listen: ADDRESS, or remove it',
    ],
    // What is refused is not missing besides.
    ["dns: {listen: x, zones: [a.org]}", `1:15 expected ${aListener}, got "x"`],
    ["dns: {hosts_file: 5, command: [a], lsten: 10.0.0.1}", '1:36 unknown key "lsten" | did you mean "listen"?'],
    [
      "store: {memory: {}}\ndns: {hosts_file: h}",
      "2:1 names are read from where leases are kept, and these are in memory only | keep leases in a database: store: {sqlite: {path: leases.db}}",
    ],
    ["v6: {networks: {}, dns: {}}", '1:20 "dns" is a key of the top level | it holds for both protocols there: move it'],
  ];
  for (const [source, ...problems] of table) assert.deepEqual(toldOf(`${source}\n${DOMAIN}\n${NETWORK}`), problems, source);
});

test("dns: without a domain there is nothing to answer for", () => {
  const none = "no domain is answered for: clients are given none | add options: {domain_name: home.arpa}, or dns: {zones: [home.arpa]}";
  const unqualified =
    "warning: no domain completes the names of clients: those that are not whole resolve nowhere | add ddns: {qualifying_suffix: home.arpa}, or options: {domain_name: home.arpa}";
  const table: readonly (readonly [source: string, ...problems: readonly string[]])[] = [
    ["dns: {listen: 10.0.0.1}", `1:1 ${none}`],
    ["dns: {listen: 10.0.0.1, zones: [a.org]}", `1:1 ${unqualified}`],
    ["dns: {hosts_file: h}", `1:1 ${unqualified}`],
    ["dns: {listen: 10.0.0.1}\nddns: {qualifying_suffix: a.org}"],
    [
      "dns: {listen: 10.0.0.1}\noptions:\n  domain_name: a b",
      `1:1 ${none}`,
      '3:3 warning: "a b" is no domain name: no zone is made of it | add zones to dns',
      '3:3 warning: domain_name is one name, and "a b" are several | keep one, and list them as domain_search: [a, b]',
    ],
    [
      "dns: {listen: 10.0.0.1}\noptions: {domain_name: 5, dns_servers: x}",
      "2:40 option 6 (domain_name_servers): must be an IPv4 address such as 192.168.5.1",
    ],
    [
      "dns: {listen: 10.0.0.1, zones: [b.org]}\noptions: {domain_name: a.org}",
      "1:25 warning: names of clients end in a.org, which is in none of the zones | add a.org to zones",
    ],
    // The suffix goes behind names, whatever domain clients are given.
    ["dns: {listen: 10.0.0.1, zones: [c.org]}\noptions: {domain_name: a.org}\nddns: {qualifying_suffix: c.org}"],
    [
      "dns: {listen: 10.0.0.1, zones: [b.org]}\noptions: {domain_name: a.org}\nddns: {qualifying_suffix: c.org}",
      "1:25 warning: names of clients end in c.org, which is in none of the zones | add c.org to zones",
    ],
    [
      "dns: {listen: 10.0.0.1}\noptions: {domain_name: a.org}\nddns: {enable_updates: false}",
      "3:8 warning: enable_updates is false: of dns only reservations have names | remove enable_updates, or dns",
    ],
    [
      "dns: {listen: 10.0.0.1, zones: [a.local]}\nddns: {qualifying_suffix: a.local}",
      '1:33 warning: "a.local" is a name of mDNS: many hosts never ask a DNS server for it | name a domain that DNS may have: home.arpa (RFC 8375), or one of your own',
      '2:8 warning: "a.local" is a name of mDNS: many hosts never ask a DNS server for it | name a domain that DNS may have: home.arpa (RFC 8375), or one of your own',
    ],
  ];
  for (const [source, ...problems] of table) assert.deepEqual(toldOf(`${source}\n${NETWORK}`), problems, source);
});

test("clients that ask nobody but this server are warned of: it answers only for its zones", () => {
  const told = (servers: string): readonly string[] =>
    toldOf(
      `dns: {listen: 10.0.0.1}\nnetworks: {10.0.0.0/24: {options: {domain_name: a.org, routers: 10.0.0.1, domain_name_servers: ${servers}}, ranges: [{range: 10.0.0.2-10.0.0.9}]}}`,
    );
  assert.deepEqual(told("10.0.0.1"), [
    "1:7 warning: clients of the network 10.0.0.0/24 ask nobody but this server, which answers only for its own zones: they resolve nothing else | name a resolver in domain_name_servers that asks this server about its zones",
  ]);
  assert.deepEqual(told("[10.0.0.1, 10.0.0.53]"), []);
});
