import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig } from "../../../../src/config/load.ts";
import type { DdnsSpec, NamePolicy } from "../../../../src/config/model/names.ts";
import { printConfig } from "../../../../src/config/print.ts";
import { formatDiagnostics } from "../../../../src/config/text/diagnostic.ts";
import { load } from "../../load.ts";
import { NETWORK, toldOf } from "./support.ts";

const DEFAULTS: NamePolicy = { suffix: undefined, updates: true, overridesClient: false, overridesNoUpdates: false, generates: false };
const SECRET = Uint8Array.from(Buffer.from("sixteen bytes of"));
const DATA = "c2l4dGVlbiBieXRlcyBvZg==";
const KEY = { name: "key_foo", algorithm: "hmac-sha1", secret: SECRET } as const;
const SPEC: DdnsSpec = { forward: [], reverse: [], ttl: undefined, conflict: "check-dhcid" };

/** As the documentation of dora has it. */
const OF_DORA = `ddns:
    # default true
    enable_updates: true
    # default false
    override_client_updates: false
    # default false
    override_no_updates: false
    # list of forward zones for the reverse updates
    forward:
        - name: "example.com."
          key: "key_foo" # optional
          ip: "192.168.3.111:53"
    reverse:
        - name: "168.192.in-addr.arpa."
          key: "key_foo"
          ip: "192.168.3.111"
    tsig_keys:
        key_foo:
            algorithm: "hmac-sha1"
            data: "${DATA}"
`;

describe("ddns: what is read", () => {
  const table: readonly (readonly [source: string, names: Partial<NamePolicy>, ddns: Partial<DdnsSpec> | undefined])[] = [
    [
      OF_DORA,
      {},
      {
        forward: [{ zone: "example.com", address: "192.168.3.111", port: 53, key: KEY }],
        reverse: [{ zone: "168.192.in-addr.arpa", address: "192.168.3.111", port: 53, key: KEY }],
      },
    ],
    [
      "ddns: {enable_updates: false, override_client_updates: true, override_no_updates: true}",
      { updates: false, overridesClient: true, overridesNoUpdates: true },
      undefined,
    ],
    ["ddns: {generate_names: true, qualifying_suffix: LAN.}", { generates: true, suffix: "lan" }, undefined],
    ["ddns: {forward: [], reverse: [], tsig_keys: {}}", {}, undefined],
    ["ddns: {forward: , reverse: null, tsig_keys: , ttl: }", {}, undefined],
    [
      "ddns: {ttl: 5m, conflict: overwrite, reverse: [{name: '*', ip: 10.0.0.2}]}",
      {},
      { reverse: [{ zone: undefined, address: "10.0.0.2", port: 53, key: undefined }], ttl: 300, conflict: "overwrite" },
    ],
    [
      "ddns: {forward: [{name: a.org, ip: '[2001:db8::1]:5353'}, {name: a.org, ip: '2001:DB8::2'}, {name: ., ip: '10.0.0.2:54'}]}",
      {},
      {
        forward: [
          { zone: "a.org", address: "2001:db8::1", port: 5353, key: undefined },
          { zone: "a.org", address: "2001:db8::2", port: 53, key: undefined },
          { zone: "", address: "10.0.0.2", port: 54, key: undefined },
        ],
      },
    ],
    [
      `ddns: {forward: [{name: a.org, ip: 10.0.0.2, key: Key_Foo.}], tsig_keys: {KEY_FOO: {algorithm: hmac-sha1, data: c2l4dGVlbiBieXRlcyBvZg}}}`,
      {},
      { forward: [{ zone: "a.org", address: "10.0.0.2", port: 53, key: KEY }] },
    ],
    [
      `ddns: {forward: [{name: a.org, ip: 10.0.0.2, key: a}, {name: b.org, ip: 10.0.0.2, key: b}], tsig_keys: {a: {algorithm: hmac-sha224, data: 0000}, b: {algorithm: hmac-sha512, data: "/+8="}}}`,
      {},
      {
        forward: [
          {
            zone: "a.org",
            address: "10.0.0.2",
            port: 53,
            key: { name: "a", algorithm: "hmac-sha224", secret: Uint8Array.of(0xd3, 0x4d, 0x34) },
          },
          { zone: "b.org", address: "10.0.0.2", port: 53, key: { name: "b", algorithm: "hmac-sha512", secret: Uint8Array.of(0xff, 0xef) } },
        ],
      },
    ],
  ];
  for (const [source, names, ddns] of table)
    test(source.replaceAll("\n", " "), () => {
      const config = load(`${source}\nv6: {networks: {}}\n${NETWORK}`);
      const expected = { ...DEFAULTS, ...names };
      assert.deepEqual(
        [config.names, config.dhcp6?.names, config.ddns, config.dns, config.reservedNames],
        [expected, expected, ddns && { ...SPEC, ...ddns }, undefined, undefined],
      );
      assert.deepEqual(load(printConfig(config)), config);
    });

  test("without ddns and dns nobody sees to names", () => {
    const config = load(`${NETWORK}\nv6: {networks: {}}`);
    assert.deepEqual([config.names, config.dhcp6?.names, config.ddns], [undefined, undefined, undefined]);
    assert.doesNotMatch(printConfig(config), /ddns|dns:/);
  });
});

test("ddns: mistakes", () => {
  const server = (what: string): string => `ddns: {forward: [{name: a.org, ${what}}]}`;
  const key = (what: string): string => `ddns: {forward: [{name: a.org, ip: 10.0.0.2, key: k}], tsig_keys: {k: {${what}}}}`;
  const anAddress = "the address of a DNS server, such as 192.168.5.3, 192.168.5.3:53 or [2001:db8::3]:53";
  const table: readonly (readonly [source: string, ...problems: readonly string[]])[] = [
    ["ddns: true", "1:7 expected a map with forward, reverse, tsig_keys and so on, got true"],
    ["ddns: {enable_update: true}", '1:8 unknown key "enable_update" | did you mean "enable_updates"?'],
    ["ddns: {enable_updates: yes}", '1:24 expected true or false, got "yes" | write enable_updates: true'],
    ["ddns: {conflict: overwrit}", '1:18 expected one of check-dhcid, overwrite, got "overwrit"'],
    ["ddns: {ttl: 0}", "1:13 a TTL must be longer than 0 seconds"],
    ["ddns: {ttl: infinite}", "1:13 no TTL is as long as that | write a time such as 1h"],
    ["ddns: {ttl: 2147483648}", "1:13 no TTL is as long as that | write a time such as 1h"],
    ["ddns: {qualifying_suffix: a b}", '1:27 expected a domain such as example.org or home.arpa, got "a b"'],
    ["ddns: {qualifying_suffix: 0/25.a}", '1:27 expected a domain such as example.org or home.arpa, got "0/25.a"'],
    ["ddns: {qualifying_suffix: .}", "1:27 the root of the DNS can't stand here | name a domain such as example.org or home.arpa"],
    [
      "ddns: {forward: {name: a.org}}",
      "1:17 expected a list of servers, got a map | each entry of a list begins with a dash and a space: - name: ...",
    ],
    ["ddns: {forward: [{ip: 10.0.0.2}]}", '1:18 "name" is missing'],
    ["ddns: {forward: [{name: a..org, ip: 10.0.0.2}]}", '1:25 expected a zone such as example.org, or * for all others, got "a..org"'],
    [server("key: k"), '1:18 "ip" is missing'],
    [server("ip: ns.a.org"), `1:36 expected ${anAddress}, got "ns.a.org"`],
    [server("ip: '10.0.0.2:0'"), `1:36 expected ${anAddress}, got "10.0.0.2:0"`],
    [server("ip: '10.0.0.2:65536'"), `1:36 expected ${anAddress}, got "10.0.0.2:65536"`],
    [server("ip: '[10.0.0.2]:53'"), `1:36 expected ${anAddress}, got "[10.0.0.2]:53"`],
    [server("ip: 0.0.0.0"), "1:36 0.0.0.0 is not the address of a host"],
    [server("ip: '224.0.0.251:53'"), "1:36 224.0.0.251:53 is not the address of a host"],
    [server("ip: '::'"), "1:36 :: is not the address of a host"],
    [server("ip: 'ff02::fb'"), "1:36 ff02::fb is not the address of a host"],
    [server("ip: 10.0.0.2, port: 53"), '1:46 unknown key "port" | known keys here: name, ip, key'],
    [
      server("ip: 10.0.0.2, key: 5"),
      '1:51 there is no key "5" in tsig_keys | add it to tsig_keys: {NAME: {algorithm: hmac-sha256, data: SECRET}}',
    ],
    [
      `ddns:\n  reverse:\n  - {name: 10.in-addr.arpa, ip: 10.0.0.2, key: key_fo}\n  forward: [{name: a.org, ip: 10.0.0.2, key: key_foo}]\n  tsig_keys: {key_foo: {algorithm: hmac-sha1, data: ${DATA}}}`,
      '3:48 there is no key "key_fo" in tsig_keys | did you mean "key_foo"?',
    ],
    [key("algorithm: hmac-sha1"), '1:68 "data" is missing'],
    [key(`data: ${DATA}`), '1:68 "algorithm" is missing'],
    [
      key(`algorithm: hmac-md5, data: ${DATA}`),
      "1:83 hmac-md5 is not spoken, for MD5 is broken: make a key for both sides with `tsig-keygen -a hmac-sha256 NAME`",
    ],
    [
      key(`algorithm: HMAC-MD5.SIG-ALG.REG.INT, data: ${DATA}`),
      "1:83 hmac-md5 is not spoken, for MD5 is broken: make a key for both sides with `tsig-keygen -a hmac-sha256 NAME`",
    ],
    [
      key(`algorithm: sha1, data: ${DATA}`),
      '1:83 expected one of hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512, got "sha1"',
    ],
    [key("algorithm: hmac-sha1, data: ''"), "1:100 the secret is empty | write the secret of the key in base64, as tsig-keygen prints it"],
    [
      key("algorithm: hmac-sha1, data: no-base64"),
      "1:100 the secret is not base64 | write the secret of the key in base64, as tsig-keygen prints it",
    ],
    [key("algorithm: hmac-sha1, data: [a]"), "1:100 expected the secret of the key in base64, as tsig-keygen prints it"],
    ["ddns: {tsig_keys: {k: }}", '1:20 "k" has no value | remove the key, or give it a value indented below it'],
    ["ddns: {tsig_keys: []}", "1:19 expected a map from names of keys to {algorithm, data}, got a list"],
    [
      `ddns: {forward: [{name: a.org, ip: 10.0.0.2, key: k}], tsig_keys: {k: {algorithm: hmac-sha1, data: ${DATA}}, K.: {algorithm: hmac-sha1, data: ${DATA}}, a b: {algorithm: hmac-sha1, data: ${DATA}}}}`,
      '1:127 the key "K." is there twice | keep one of the two',
      '1:187 "a b" can\'t be the name of a key | name it like a host: leasehold.example.org',
    ],
    [
      "store: {memory: {}}\nddns: {qualifying_suffix: a.org}",
      "2:1 names are read from where leases are kept, and these are in memory only | keep leases in a database: store: {sqlite: {path: leases.db}}",
    ],
    ["v6: {networks: {}, ddns: {}}", '1:20 "ddns" is a key of the top level | it holds for both protocols there: move it'],
  ];
  for (const [source, ...problems] of table) assert.deepEqual(toldOf(`${source}\n${NETWORK}`), problems, source);
});

test("ddns: what is probably not meant", () => {
  const to = (what: string): string => `{forward: [{name: a.org, ip: 10.0.0.2}], ${what}}`;
  const noServer = "ddns names no server: names resolve nowhere | add forward and reverse, or dns: {listen: ADDRESS}";
  const noDomain =
    "no domain completes the names of clients: those that are not whole resolve nowhere | add ddns: {qualifying_suffix: home.arpa}, or options: {domain_name: home.arpa}";
  const mdns =
    "is a name of mDNS: many hosts never ask a DNS server for it | name a domain that DNS may have: home.arpa (RFC 8375), or one of your own";
  const table: readonly (readonly [source: string, ...warnings: readonly string[]])[] = [
    [`ddns: ${to("qualifying_suffix: x.a.org")}`],
    [`ddns: ${to("reverse: []")}\noptions: {domain_name: x.a.org}`],
    ["ddns: {enable_updates: false}"],
    ["ddns: {}", `1:1 ${noDomain}`, `1:1 ${noServer}`],
    [
      "ddns: {qualifying_suffix: a.org, ttl: 5m}",
      `1:1 ${noServer}`,
      '1:34 "ttl" has no effect: ddns names no server | add forward or reverse, or remove it',
    ],
    [`ddns: ${to("ttl: 1h")}`, `1:1 ${noDomain}`],
    [
      `ddns: ${to("qualifying_suffix: b.org")}`,
      "1:48 names end in b.org, and no server is told of that zone | add an entry to forward whose name it is",
    ],
    [
      `ddns: ${to("qualifying_suffix: xa.org")}`,
      "1:48 names end in xa.org, and no server is told of that zone | add an entry to forward whose name it is",
    ],
    [
      "ddns: {qualifying_suffix: a.org, forward: [{name: '*', ip: 10.0.0.2}, {name: 10.in-addr.arpa, ip: 10.0.0.2}], reverse: [{name: a.org, ip: 10.0.0.2}, {name: arpa, ip: 10.0.0.2}]}",
      "1:72 10.in-addr.arpa is a zone of addresses, and no name is in it | put the entry into reverse",
      "1:122 a.org is no zone of addresses | name it 5.168.192.in-addr.arpa or the like, or put the entry into forward",
    ],
    ["ddns: {qualifying_suffix: x.local, forward: [{name: local, ip: 10.0.0.2}]}", `1:8 "x.local" ${mdns}`],
    [`ddns: ${to("ttl: 1h")}\noptions:\n  domain_name: local`, `3:3 "local" ${mdns}`],
    [
      `ddns: ${to("qualifying_suffix: a.org")}\noptions: {domain_name: a.org}\nclient_classes: {v4: [{name: x, assert: "option[60].exists", options: {domain_name: local}}]}\nv6: {options: {domain_search: [local, a.org]}, networks: {}}`,
      `3:72 "local" ${mdns}`,
      `4:16 "local" ${mdns}`,
    ],
  ];
  for (const [source, ...warnings] of table)
    assert.deepEqual(
      toldOf(`${source}\n${NETWORK}`),
      warnings.map((text) => text.replace(" ", " warning: ")),
      source,
    );
});

test("ddns: a secret is in no message, on whatever line it stands", () => {
  const secrets = [DATA, `${DATA}x`, "not/base64!"];
  const forms: readonly ((data: string) => string)[] = [
    (data) => `ddns: {forward: [{name: a.org, ip: 10.0.0.2, key: j}], tsig_keys: {k: {algorithm: hmac-sha1, data: "${data}"}}}`,
    (data) => `ddns: {tsig_keys: {k: {data: ${data}, algorithm: sha1}}}`,
    (data) => `ddns:\n  tsig_keys:\n    k:\n      algorithm: hmac-sha1\n      data: ${data}\n`,
    (data) => `ddns:\n  tsig_keys:\n    k:\n      algorithm: hmac-sha1\n      data:\n        ${data}\n`,
    (data) => `{"ddns": {"tsig_keys": {"k": {"algorithm": "hmac-md5", "data": "${data}"}}}}`,
    (data) => `ddns:\n  tsig_keys:\n    k: {data: "${data}"}\n`,
  ];
  for (const form of forms)
    for (const secret of secrets) {
      const text = form(secret);
      const result = loadConfig(text, "a.yaml");
      const told = formatDiagnostics(result.ok ? result.warnings : result.diagnostics, "a.yaml", text).join("\n");
      assert.notEqual(told, "");
      assert.ok(!told.includes(secret.slice(0, 8)), told);
    }
});
