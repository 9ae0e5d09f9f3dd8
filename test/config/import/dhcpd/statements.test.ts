import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildTranslation } from "../../../../src/config/import/build.ts";
import { translate } from "../../../../src/config/import/dhcpd/translate.ts";
import type { PlainMap, Translation } from "../../../../src/config/import/translation.ts";

const NO_FILES = { read: () => ({ reason: "there are no files" }), list: () => [] };
const of = (text: string): Translation => translate(text, "dhcpd.conf", NO_FILES);

/** What dhcpd does unless told otherwise. */
const USUAL: PlainMap = {
  authoritative: false,
  ping_check: true,
  ping_timeout_ms: 1000,
  config: { lease_time: { default: 43_200, min: 300, max: 86_400 } },
};

test("what statements become", () => {
  const cases: readonly [text: string, expected: PlainMap][] = [
    ["", {}],
    ["authoritative;", { authoritative: undefined }],
    ["ping-check false;", { ping_check: undefined, ping_timeout_ms: undefined }],
    ["ping-timeout 2;", { ping_timeout_ms: 2000 }],
    ["default-lease-time 100000;", { config: { lease_time: { default: 86_400, min: 300, max: 86_400 } } }],
    ["min-lease-time 600; max-lease-time 600;", { config: { lease_time: 600 } }],
    ["option dhcp-renewal-time 600;", { config: { lease_time: { default: 43_200, min: 300, max: 86_400 }, renew_time: 600 } }],
    ["server-identifier 10.0.0.53;", { server_id: "10.0.0.53" }],
    ["option dhcp-server-identifier 10.0.0.53;", { server_id: "10.0.0.53" }],
    ["abandon-lease-time 900;", { probation_period: 900 }],
    ['next-server 10.0.0.5; filename "x"; server-name "y";', { next_server: "10.0.0.5", file_name: "x", server_name: "y" }],
    ["option routers 10.0.0.1, 10.0.0.2;", { options: { routers: ["10.0.0.1", "10.0.0.2"] } }],
    ['option x code 230 = text; option x "a";', { option_definitions: { x: { code: 230, type: "str" } }, options: { x: "a" } }],
    ["deny bootp;", { bootp_enable: false }],
    ["deny unknown-clients;", { reservations_only: true }],
    [
      'if option host-name = "a" { filename "x"; } else { filename "y"; }',
      { client_classes: { v4: [{ name: "host_name_a", assert: "option[hostname].hex == 'a'", file_name: "x" }] }, file_name: "y" },
    ],
    [
      'class "a" { match if known; lease limit 4; }',
      { client_classes: { v4: [{ name: "a", assert: "known" }] }, limits: [{ key: "'all'", max: 4, class: "a" }] },
    ],
  ];
  for (const [text, expected] of cases) {
    const { value, findings } = of(text);
    const wanted = Object.fromEntries(Object.entries({ ...USUAL, ...expected }).filter(([, part]) => part !== undefined));
    assert.deepEqual({ value, findings }, { value: wanted, findings: [] }, text);
  }
});

test("a host has one address in each network", () => {
  const subnets = ["10.0.0", "10.0.1"].map((one) => `subnet ${one}.0 netmask 255.255.255.0 { option routers ${one}.1; }\n`).join("");
  const A = "10.0.0.10 and 10.0.0.11 are in the same network, 10.0.0.0/24, in which a host has one address: only 10.0.0.10 is kept";
  const cases: readonly [addresses: string, kept: readonly (readonly string[])[], said: readonly string[]][] = [
    ["10.0.0.10, 10.0.0.11", [["10.0.0.10"], [], []], [`3 error: ${A}`]],
    ["10.0.0.10, 10.0.1.10", [["10.0.0.10"], ["10.0.1.10"], []], []],
    ["10.0.0.10, 10.0.1.10, 10.0.0.11", [["10.0.0.10"], ["10.0.1.10"], []], [`3 error: ${A}`]],
    ["10.0.0.10, 10.0.0.10", [["10.0.0.10"], [], []], []],
    [
      "10.9.0.1, 10.9.0.2",
      [[], [], ["none"]],
      ["1", "2"].map((last) => `3 warning: no subnet holds 10.9.0.${last}, so the host never gets it`),
    ],
  ];
  for (const [addresses, kept, said] of cases) {
    const translation = of(`${subnets}host a { hardware ethernet 02:00:00:00:00:01; fixed-address ${addresses}; }\n`);
    const { networks, reservations } = translation.value as Record<string, Record<string, PlainMap>>;
    const lists = [...["10.0.0.0/24", "10.0.1.0/24"].map((one) => networks?.[one]?.reservations), reservations];
    const ips = lists.map((list) => ((list ?? []) as readonly PlainMap[]).map(({ ip }) => ip ?? "none"));
    const built = buildTranslation(translation);
    const errors = (built.ok ? [] : built.diagnostics).filter(({ severity }) => severity === "error").map(({ message }) => message);
    assert.deepEqual(
      [ips, translation.findings.map(({ severity, origin, message }) => `${origin.line} ${severity}: ${message}`), errors],
      [kept, said, said.includes(`3 error: ${A}`) ? [A] : []],
      addresses,
    );
  }
});

const STANDARD = "ddns-update-style standard;\n";
const ZONE = "zone a.org { primary 10.0.0.1; }";

test("names go to the DNS as dhcpd sends them there", () => {
  const forward = [{ name: "a.org", ip: "10.0.0.1" }];
  const cases: readonly [text: string, ddns: PlainMap | undefined][] = [
    ["ddns-update-style none;", undefined],
    ['ddns-update-style none; ddns-domainname "a.org"; allow client-updates;', undefined],
    [STANDARD + ZONE, { forward }],
    [`ddns-update-style none; ${STANDARD}${ZONE}`, { forward }],
    [
      `${STANDARD}${ZONE} ddns-domainname "A.org."; ddns-ttl 300; allow client-updates; ddns-updates on;`,
      { forward, qualifying_suffix: "A.org", ttl: 300 },
    ],
    [`${STANDARD}${ZONE} ignore client-updates; update-conflict-detection on;`, { forward, override_client_updates: true }],
    [
      `${STANDARD}${ZONE} deny client-updates; update-conflict-detection off;`,
      { forward, override_client_updates: true, conflict: "overwrite" },
    ],
    [`${STANDARD}${ZONE} zone 10.in-addr.arpa { primary 10.0.0.2; }`, { forward, reverse: [{ name: "10.in-addr.arpa", ip: "10.0.0.2" }] }],
    [`${STANDARD}${ZONE} zone 10.in-addr.arpa { primary 10.0.0.2; } do-reverse-updates off;`, { forward }],
    [
      `${STANDARD}${ZONE} zone 8.b.d.0.1.0.0.2.ip6.arpa. { primary6 2001:db8::1; } do-forward-updates off;`,
      { reverse: [{ name: "8.b.d.0.1.0.0.2.ip6.arpa", ip: "2001:db8::1" }] },
    ],
    [
      `${STANDARD}key "K" { algorithm HMAC-SHA1.; secret "AA=="; }; zone A.org. { primary 10.0.0.1; key k.; } zone b.org { primary 10.0.0.1; key k; }`,
      {
        forward: [
          { name: "a.org", ip: "10.0.0.1", key: "k" },
          { name: "b.org", ip: "10.0.0.1", key: "k" },
        ],
        tsig_keys: { k: { algorithm: "hmac-sha1", data: "AA==" } },
      },
    ],
  ];
  for (const [text, ddns] of cases) {
    const { value, findings } = of(text);
    assert.deepEqual([value.ddns, findings], [ddns, []], text);
  }
});

test("what can't be carried over is told with its place", () => {
  const cases: readonly [text: string, severity: string, line: number, message: string][] = [
    ["\nfoo bar;", "error", 2, "foo bar can't be carried over in the top level"],
    ['include "x";', "error", 1, "x can't be read: there are no files"],
    ["option nothing 1;", "error", 1, "option nothing: no such option is known or defined in the file"],
    [
      'filename = concat("a", "b");',
      "error",
      1,
      'filename = concat ("a", "b"): its value is computed for each message, which Leasehold does not do',
    ],
    [
      "subnet 10.0.0.0 netmask 255.0.0.0 { ddns-updates on; }",
      "warning",
      1,
      "ddns-updates on: names are told to the DNS in one way for all networks; leases are the same",
    ],
    [
      "ddns-hostname option host-name;",
      "warning",
      1,
      "ddns-hostname option host-name: clients have the name that they say, or that of their host; leases are the same",
    ],
    ["zone a.org { primary 10.0.0.1; }", "warning", 1, "zone a.org: dhcpd updates no DNS with this file, and nor does Leasehold"],
    [
      "ddns-update-style standard;\nddns-updates off;\nzone a.org { primary 10.0.0.1; }",
      "warning",
      3,
      "zone a.org: dhcpd updates no DNS with this file, and nor does Leasehold",
    ],
    ["key k { algorithm hmac-sha256; secret AAAA; }", "warning", 1, "key k: no zone that is carried over uses it, and there is no OMAPI"],
    [
      `${STANDARD}ddns-domainname = pick(option domain-name, "a.org");\n${ZONE}`,
      "warning",
      2,
      "ddns-domainname = pick: it is computed for each client, which Leasehold does not do",
    ],
    [
      `${STANDARD}ddns-rev-domainname "a.org";\n${ZONE}`,
      "warning",
      2,
      'ddns-rev-domainname "a.org": names of addresses are in in-addr.arpa and ip6.arpa',
    ],
    [
      `${STANDARD}update-static-leases off;\n${ZONE}`,
      "warning",
      2,
      "update-static-leases off: hosts with a fixed address have names like all others",
    ],
    ["ddns-update-style standard;", "warning", 1, "no zone names its server: Leasehold does not look for it"],
    [
      `ddns-update-style interim;\n${ZONE}`,
      "warning",
      1,
      "ddns-update-style interim: names are marked by DHCID records, not by TXT records: what dhcpd entered is left as it is",
    ],
    [`${STANDARD}zone a.org { primary ns.a.org; }`, "error", 2, "ns.a.org: Leasehold looks up no names"],
    [`${STANDARD}zone a.org { primary 10.0.0.1; key k; }`, "error", 2, 'zone a.org: there is no key "k"'],
    [
      `${STANDARD}key k { algorithm hmac-md5; secret AAAA; }\nzone a.org { primary 10.0.0.1; key k; }`,
      "error",
      2,
      "key k: hmac-md5 is not spoken",
    ],
    ["allow leasequery;", "warning", 1, "Leasehold answers leasequeries of named requesters only"],
    [
      "default-lease-time 600; option dhcp-rebinding-time 600;\nsubnet6 2001:db8::/64 { default-lease-time 300; }",
      "warning",
      2,
      "a renewal would not be before the end of a lease: its times become shares of the lease time",
    ],
    [
      "on commit { set x = 1; }",
      "warning",
      1,
      "on commit: Leasehold runs no statements when a lease begins or ends; its events and API tell of them",
    ],
    ["subnet 10.0.0.0 netmask 255.0.255.0 {}", "error", 1, "subnet 10.0.0.0 netmask 255.0.255.0 names no network"],
    ["group {", "error", 1, "the } of this group is missing"],
    ["}", "error", 1, "this } closes nothing"],
    ["host x { hardware ethernet 2:0:0:0:0:1; fixed-address a.example.org; }", "error", 1, "a.example.org: Leasehold looks up no names"],
    [
      "subnet6 2001:db8::/64 { range6 2001:db8::/80 temporary; }",
      "error",
      1,
      "range6 2001:db8::/80 temporary: temporary addresses (IA_TA) are no longer given: RFC 9915 removed them",
    ],
  ];
  for (const [text, severity, line, message] of cases) {
    const found = of(text).findings.map((one) => [one.severity, one.origin.line, one.message]);
    assert.deepEqual(found, [[severity, line, message]], text);
  }
});

test("any text is translated", () => {
  const words = [
    "subnet",
    "10.0.0.0",
    "netmask",
    "255.0.0.0",
    "{",
    "}",
    ";",
    "if",
    "else",
    "option",
    "=",
    '"',
    "(",
    "host",
    "class",
    '"a"',
    "match",
    "pool",
    "range",
    "code",
    ",",
    "\n",
    "#",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (list) => void of(list.join(" "))),
    { numRuns: 300 },
  );
});
