import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { inNetwork } from "./load.ts";

/** The problems of a text in whole: place, message, what to do, and where the other one stands. */
function told(text: string): readonly string[] {
  const result = loadConfig(text, "test.yaml");
  return (result.ok ? result.warnings : result.diagnostics).map(({ severity, line, column, message, hint, other }) =>
    [
      `${line}:${column} ${severity}: ${message}`,
      ...(hint === undefined ? [] : [`hint: ${hint}`]),
      ...(other === undefined ? [] : [`other: ${other.line}:${other.column}`]),
    ].join("\n"),
  );
}

type Keys = readonly (readonly [written: string, hint: string])[];

/** Each line alone in a place: the only problem is that its key is unknown, with this hint. */
function check(keys: Keys, put: (written: string) => string, what = "key"): void {
  for (const [written, hint] of keys) {
    const key = written.slice(0, written.indexOf(":"));
    const [first = "", ...others] = told(put(written));
    assert.equal(first.replace(/^\d+:\d+ /, ""), `error: unknown ${what} "${key}"\nhint: ${hint}`, written);
    assert.deepEqual(others, [], written);
  }
}

const NETWORKS = "networks: {10.0.0.0/24: {ranges: [{range: 10.0.0.5-10.0.0.9}], options: {routers: 10.0.0.1, dns_servers: 10.0.0.1}}}";

test("a key of another place says where it belongs", () => {
  check(
    [
      ["lease_time: 1h", "it belongs into config: write config: {lease_time: 1h}"],
      ["routers: 10.0.0.1", "it is an option: write options: {routers: 10.0.0.1}"],
      ["domain_name_servers: [10.0.0.1]", "it is an option: write options: {domain_name_servers: [10.0.0.1]}"],
      [
        "mac: 52:54:00:12:34:56",
        'did you mean "chaddr"? That belongs into match, in an entry of reservations: write reservations: [{match: {chaddr: 52:54:00:12:34:56}}]',
      ],
      ["ranges: [10.0.0.5-10.0.0.9]", "it belongs into one of networks: write networks: {10.0.0.0/24: {ranges: ...}}"],
      [
        "range: 10.0.0.5-10.0.0.9",
        "it belongs into an entry of ranges, in one of networks: write networks: {10.0.0.0/24: {ranges: [{range: 10.0.0.5-10.0.0.9}]}}",
      ],
      ["relays: [10.9.0.1]", "it belongs into one of networks: write networks: {10.0.0.0/24: {relays: [10.9.0.1]}}"],
      ["hostname: printer", "it belongs into an entry of reservations: write reservations: [{hostname: printer}]"],
      ["level: debug", "it belongs into log: write log: {level: debug}"],
      ["token: hgfiuzg7834hg", "it belongs into an entry of tokens, in api: write api: {tokens: [{token: ...}]}"],
    ],
    (line) => `${line}\n${NETWORKS}`,
  );
  check(
    [
      ["lease_time: 1h", "it belongs into config: write config: {lease_time: 1h}"],
      ["lease_time: {default: 1h, max: 2h}", "it belongs into config: write config: {lease_time: ...}"],
      ["routers: [10.0.0.1]", "it is an option: write options: {routers: [10.0.0.1]}"],
      ["range: 10.0.0.5-10.0.0.9", "it belongs into an entry of ranges: write ranges: [{range: 10.0.0.5-10.0.0.9}]"],
      ["chaddr_only: true", "it belongs to the top level: write chaddr_only: true"],
      ["rapid_commit: true", "it belongs to the top level: write rapid_commit: true"],
      ["colour: red", "every key is in the reference of the configuration, and in what `leasehold check --schema` prints"],
    ],
    (line) => inNetwork(line, "ranges: [{range: 10.0.0.5-10.0.0.9}]"),
  );
  check(
    [
      ["hostname: printer", 'it belongs beside "match": write hostname: printer'],
      ["lease_time: 1h", 'it belongs into config, beside "match": write config: {lease_time: 1h}'],
      ["routers: 10.0.0.1", 'it is an option: write beside "match" options: {routers: 10.0.0.1}'],
    ],
    (line) => inNetwork(`reservations: [{ip: 10.0.0.9, match: {chaddr: 52:54:00:12:34:56, ${line}}}]`),
  );
});

test("what is missing and stands there in another place or by another name is one mistake", () => {
  check(
    [
      ["chaddr: 52:54:00:12:34:56", "it belongs into match: write match: {chaddr: 52:54:00:12:34:56}"],
      ["mac: 52:54:00:12:34:56", 'did you mean "chaddr"? That belongs into match: write match: {chaddr: 52:54:00:12:34:56}'],
      ["mach: {chaddr: 52:54:00:12:34:56}", 'did you mean "match"?'],
    ],
    (line) => inNetwork(`reservations: [{ip: 10.0.0.9, ${line}}]`),
  );
  check(
    [
      ["mac: 52:54:00:12:34:56", 'did you mean "chaddr"? Write chaddr: 52:54:00:12:34:56'],
      ["hw-address: 52:54:00:12:34:56", 'did you mean "chaddr"? Write chaddr: 52:54:00:12:34:56'],
    ],
    (line) => inNetwork(`reservations: [{ip: 10.0.0.9, match: {${line}}}]`),
  );
});

test("words of other servers and of speech are understood, and the line to write is shown", () => {
  check(
    [
      ["gateway: 10.0.0.1", "that is the option routers (3): write options: {routers: 10.0.0.1}"],
      [
        "dns: [10.0.0.1, 10.0.0.2]",
        "that is the option domain_name_servers (6): write options: {domain_name_servers: [10.0.0.1, 10.0.0.2]}",
      ],
      ["wins: 10.0.0.1", "that is the option netbios_name_servers (44): write options: {netbios_name_servers: 10.0.0.1}"],
      ["mtu: 1400", "that is the option interface_mtu (26): write options: {interface_mtu: 1400}"],
      ["ntp: ntp.example.org", "that is the option ntp_servers (42): write options: {ntp_servers: [ADDRESS]}"],
      ["netmask: 255.255.255.0", "remove it: the mask follows from the prefix of the network"],
      ["filename: pxelinux.0", 'did you mean "file_name"? Write file_name: pxelinux.0'],
      ["bootfile: pxelinux.0", 'did you mean "file_name"? Write file_name: pxelinux.0'],
      ["next-server: 10.0.0.2", 'did you mean "next_server"?'],
      ["tftp: 10.0.0.2", 'did you mean "next_server"? Write next_server: 10.0.0.2'],
      ["interface: eth0", 'did you mean "interfaces"? Write interfaces: [eth0]'],
      [
        "pool: 10.0.0.10-10.0.0.20",
        'did you mean "range"? That belongs into an entry of ranges: write ranges: [{range: 10.0.0.10-10.0.0.20}]',
      ],
      ["pools: [{range: 10.0.0.10-10.0.0.20}]", 'did you mean "ranges"?'],
      ["static: {}", 'did you mean "reservations"? Write reservations: [{match: {chaddr: 52:54:00:12:34:56}, ip: ADDRESS}]'],
      ["lease: 1d", 'did you mean "lease_time"? That belongs into config: write config: {lease_time: 1d}'],
      ["default-lease-time: 600", 'did you mean "lease_time"? That belongs into config: write config: {lease_time: 600}'],
      ["lease-time: 1d", "it belongs into config: write config: {lease_time: 1d}"],
      ["leaseTime: 1d", "it belongs into config: write config: {lease_time: 1d}"],
      ["pingCheck: true", 'did you mean "ping_check"?'],
      ["name: office", "nothing has a title here: write a comment, which begins with #"],
    ],
    (line) => inNetwork(line, "ranges: [{range: 10.0.0.5-10.0.0.9}]"),
  );
  check(
    [
      ["subnet: 10.0.1.0/24", 'did you mean "networks"? Write networks: {10.0.1.0/24: {ranges: [{start: FIRST, end: LAST}]}}'],
      ["subnets: []", 'did you mean "networks"? Write networks: {PREFIX: {ranges: [{start: FIRST, end: LAST}]}}'],
      ["hosts: {}", 'did you mean "reservations"? Write reservations: [{match: {chaddr: 52:54:00:12:34:56}, ip: ADDRESS}]'],
      ["interface: eth0", 'did you mean "interfaces"? Write interfaces: [eth0]'],
    ],
    (line) => `${line}\n${NETWORKS}`,
  );
});

test("DHCPv6: the same, with its own keys and options", () => {
  check(
    [
      ["dns: 2001:db8::1", "that is the option dns_servers (23): write options: {dns_servers: 2001:db8::1}"],
      ["preferred_lifetime: 1h", 'did you mean "preferred_time"? That belongs into config: write config: {preferred_time: 1h}'],
      ["pd-pools: []", 'did you mean "prefix_pools"?'],
      ["pd-pool: {}", 'did you mean "prefix_pools"? Write prefix_pools: [{prefix: PREFIX, delegated_length: 56}]'],
      ["gateway: 2001:db8::1", "remove it: clients of IPv6 learn their router from its own advertisements"],
    ],
    (line) => `v6: {networks: {2001:db8::/64: {${line}}}}`,
  );
  check(
    [["duid: 00:01:00:01:12", "it belongs into match: write match: {duid: 00:01:00:01:12}"]],
    (line) => `v6: {networks: {2001:db8::/64: {reservations: [{addresses: ["2001:db8::5"], ${line}}]}}}`,
  );
});

test("what is no option says which option was meant, or where the key belongs", () => {
  check(
    [
      ["wins: 10.0.0.1", 'did you mean "netbios_name_servers" (option 44)? Write netbios_name_servers: 10.0.0.1'],
      ["gateway: 10.0.0.1", 'did you mean "routers" (option 3)? Write routers: 10.0.0.1'],
      ["mtu: 1400", 'did you mean "interface_mtu" (option 26)? Write interface_mtu: 1400'],
      ["domain-name: example.org", 'did you mean "domain_name"?'],
      ["domainName: example.org", 'did you mean "domain_name"?'],
      ["domain_nam: example.org", 'did you mean "domain_name"?'],
      ["next_server: 10.0.0.2", 'it is no option, and belongs beside "ranges": write next_server: 10.0.0.2'],
      [
        "default-lease-time: 1h",
        'did you mean "lease_time"? That is no option, and belongs into config, beside "options": write config: {lease_time: 1h}',
      ],
      ["netmask: 255.255.255.0", "remove it: the mask follows from the prefix of the network"],
      ["qwertz: 1", "an option without a name here is given by its code: {224: {type: str, value: ...}}"],
    ],
    (line) =>
      `networks: {10.0.0.0/24: {ranges: [{range: 10.0.0.5-10.0.0.9, options: {${line}}}], options: {routers: 10.0.0.1, dns_servers: 10.0.0.1}}}`,
    "option",
  );
});

test("a value that says what is meant in another shape: what to write", () => {
  const range = "ranges: [{range: 10.0.0.5-10.0.0.9}]";
  const inReservation = (line: string): string => inNetwork(range, `reservations: [{ip: 10.0.0.7, ${line}}]`);
  const top = (line: string): string => `${line}\n${NETWORKS}`;
  const cases: readonly (readonly [text: string, hint: string])[] = [
    [
      top("dns: 10.0.0.1"),
      "DNS servers of clients are an option: write options: {domain_name_servers: ADDRESS}; to have this server answer DNS: dns: {listen: ADDRESS}",
    ],
    [
      top("dns: [10.0.0.1, 10.0.0.2]"),
      "DNS servers of clients are an option: write options: {domain_name_servers: ADDRESS}; to have this server answer DNS: dns: {listen: ADDRESS}",
    ],
    [top("interfaces: eth0"), "write a list: interfaces: [eth0]"],
    [top("interfaces: eth0, eth1"), "write a list: interfaces: [eth0, eth1]"],
    [top("log: Debug"), "write log: {level: debug}"],
    [top("authoritative: yes"), "write authoritative: true"],
    [top("ping_check: off"), "write ping_check: false"],
    [top("config: {lease_time: 12 hours}"), "write lease_time: 12h"],
    [top("config: {lease_time: 90 min}"), "write lease_time: 90m"],
    [inNetwork("ranges: 10.0.0.5-10.0.0.9"), "write ranges: [{range: 10.0.0.5-10.0.0.9}]"],
    [inNetwork("ranges: [10.0.0.5-10.0.0.9]"), "write {range: 10.0.0.5-10.0.0.9}"],
    [inReservation('match: "52:54:00:12:34:56"'), 'write match: {chaddr: "52:54:00:12:34:56"}'],
  ];
  for (const [text, hint] of cases) {
    const [first = "", ...others] = told(text).filter((problem) => problem.includes(" error: "));
    assert.equal(first.split("\nhint: ")[1], hint, text);
    assert.deepEqual(others, [], text);
  }
});

test("without a space behind the colon a key and its value are one word, which nothing hides though it has no value", () => {
  const range = "ranges: [{range: 10.0.0.5-10.0.0.9}]";
  const match = 'match: {chaddr: "52:54:00:12:34:56"}';
  const cases: readonly (readonly [text: string, problem: string])[] = [
    [
      inNetwork(range, `reservations: [{ip: 10.0.0.7, hostname:tv, ${match}}]`),
      'unknown key "hostname:tv"\nhint: a space is missing behind the colon: hostname: tv',
    ],
    [
      `${NETWORKS.slice(0, -3)}, routers:10.0.0.1}}}`,
      'unknown option "routers:10.0.0.1"\nhint: a space is missing behind the colon: routers: 10.0.0.1',
    ],
    [
      inNetwork(range, "qwertz:"),
      'unknown key "qwertz"\nhint: every key is in the reference of the configuration, and in what `leasehold check --schema` prints',
    ],
  ];
  for (const [text, problem] of cases)
    assert.deepEqual(
      told(text).flatMap((one) => one.match(/ error: ([\s\S]*)/)?.[1] ?? []),
      [problem],
      text,
    );
});

test("what a host is called is its hostname; a network has no title", () => {
  check([["name: printer", 'did you mean "hostname"? Write hostname: printer']], (line) =>
    inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9}]", `reservations: [{ip: 10.0.0.7, match: {chaddr: "52:54:00:12:34:56"}, ${line}}]`),
  );
});
