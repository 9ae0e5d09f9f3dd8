import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
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
    ["ddns-updates on;", "warning", 1, "ddns-updates on: Leasehold updates no DNS in this version; leases are the same"],
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
