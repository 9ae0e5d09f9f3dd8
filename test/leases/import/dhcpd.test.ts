import assert from "node:assert/strict";
import { test } from "node:test";
import { clientKeyOf } from "../../../src/leases/dhcp6/client-key.ts";
import { DHCPD_LEASES } from "../../../src/leases/import/dhcpd.ts";
import type { ImportedLease, LeaseFileProblem } from "../../../src/leases/import/imported-lease.ts";
import { LeaseState, NEVER } from "../../../src/leases/lease.ts";
import { fromHex } from "../../../src/net/bytes.ts";
import { parseIpv4 } from "../../../src/net/ipv4.ts";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { ipv6Prefix } from "../../../src/net/ipv6-prefix.ts";

function read(text: string, size = text.length || 1): { leases: ImportedLease[]; problems: LeaseFileProblem[] } {
  const leases: ImportedLease[] = [];
  const problems: LeaseFileProblem[] = [];
  const reader = DHCPD_LEASES.open({ lease: (one) => leases.push(one), problem: (one) => problems.push(one) });
  for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
  reader.end();
  return { leases, problems };
}

const bytes = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const OWNER4 = {
  clientKey: bytes("01:52:54:00:12:34:56"),
  clientIdentifier: undefined,
  htype: 1,
  chaddr: bytes("52:54:00:12:34:56"),
  hostname: undefined,
  vendorClass: undefined,
  relayAgentInformation: undefined,
  limitKeys: undefined,
} as const;
const lease4 = (state: LeaseState, start: number, expiry: number, owner: object = {}): ImportedLease => ({
  protocol: "dhcp4",
  lease: { address: parseIpv4("10.0.0.5") as number, state, start, expiry, owner: { ...OWNER4, ...owner } },
});

const TIMES = "starts 4 1970/01/01 00:33:20; ends 4 1970/01/01 01:33:20;";
const HARDWARE = "hardware ethernet 52:54:00:12:34:56;";

test("what entries about an IPv4 address say", () => {
  const cases: readonly [inside: string, expected: ImportedLease][] = [
    [`${TIMES} binding state active; next binding state free; ${HARDWARE}`, lease4(LeaseState.bound, 2000, 5600)],
    [`starts epoch 2000; # Thu Jan 1; {\n ends epoch 5600; binding state active; ${HARDWARE}`, lease4(LeaseState.bound, 2000, 5600)],
    [`starts epoch 2000; ends never; binding state active; ${HARDWARE}`, lease4(LeaseState.bound, 2000, NEVER)],
    [`${TIMES} binding state active; bootp; ${HARDWARE}`, lease4(LeaseState.bound, 2000, NEVER)],
    [`${TIMES} binding state expired; ${HARDWARE}`, lease4(LeaseState.expired, 2000, 5600)],
    [`${TIMES} binding state released; ${HARDWARE}`, lease4(LeaseState.released, 2000, 5600)],
    [`${TIMES} binding state free; ${HARDWARE}`, lease4(LeaseState.expired, 2000, 5600)],
    [`${TIMES} binding state backup; ${HARDWARE}`, lease4(LeaseState.expired, 2000, 5600)],
    [`${TIMES} binding state reset; ${HARDWARE}`, lease4(LeaseState.expired, 2000, 5600)],
    [
      `${TIMES} binding state abandoned;`,
      lease4(LeaseState.declined, 2000, 5600, { clientKey: bytes("00:0a:00:00:05"), chaddr: new Uint8Array(0) }),
    ],
    [
      `${TIMES} binding state active; ${HARDWARE} uid "\\001RT\\000\\0224V\\"\\\\"; client-hostname "a;b}";`,
      lease4(LeaseState.bound, 2000, 5600, {
        clientKey: bytes("01:52:54:00:12:34:56:22:5c"),
        clientIdentifier: bytes("01:52:54:00:12:34:56:22:5c"),
        hostname: text("a;b}"),
      }),
    ],
    [
      `${TIMES} binding state active; ${HARDWARE} uid ff:1:2; set vendor-class-identifier = "MSFT 5.0"; option agent.circuit-id "eth7"; option agent.remote-id 0:4:aa;`,
      lease4(LeaseState.bound, 2000, 5600, {
        clientKey: bytes("ff:01:02"),
        clientIdentifier: bytes("ff:01:02"),
        vendorClass: text("MSFT 5.0"),
        relayAgentInformation: bytes("01:04:65:74:68:37:02:03:00:04:aa"),
      }),
    ],
    [`${TIMES} binding state active; ${HARDWARE} on expiry { set x = "}"; }`, lease4(LeaseState.bound, 2000, 5600)],
  ];
  for (const [inside, lease] of cases) assert.deepEqual(read(`lease 10.0.0.5 { ${inside} }\n`), { leases: [lease], problems: [] }, inside);
});

test("what entries about IPv6 say, in both orders of bytes and with octal and hex", () => {
  const duid = bytes("00:03:00:01:52:54:00:12:34:56");
  const lease6 = (address: string, length: number, association: 1 | 2): ImportedLease => ({
    protocol: "dhcp6",
    lease: {
      address: ipv6Prefix(parseIpv6(address) as Uint8Array, length),
      state: LeaseState.bound,
      start: 2000,
      expiry: 3200,
      owner: {
        clientKey: clientKeyOf(association, 7, duid),
        preferredLifetime: 900,
        peerAddress: undefined,
        relays: undefined,
        interfaceName: undefined,
        hardware: undefined,
        hostname: undefined,
        vendorClass: undefined,
        reconfigureKey: undefined,
        limitKeys: undefined,
      },
    },
  });
  const inner = "{ binding state active; preferred-life 900; max-life 1200; ends epoch 3200; }";
  const file = `authoring-byte-order little-endian;
ia-na "\\007\\000\\000\\000\\000\\003\\000\\001RT\\000\\0224V" { cltt epoch 2000; iaaddr 2001:db8::5 ${inner} iaaddr 2001:db8::6 ${inner} }
authoring-byte-order big-endian;
ia-pd 0:0:0:7:0:3:0:1:52:54:0:12:34:56 { cltt epoch 2000; iaprefix 2001:db8:100::/56 ${inner} }
`;
  const leases = [lease6("2001:db8::5", 128, 1), lease6("2001:db8::6", 128, 1), lease6("2001:db8:100::", 56, 2)];
  assert.deepEqual(read(file), { leases, problems: [] });
  for (const size of [1, 7, 64]) assert.deepEqual(read(file, size), { leases, problems: [] });
});

test("what can't be read is told with its line, and the rest is read", () => {
  const good = `lease 10.0.0.5 { ${TIMES} binding state active; ${HARDWARE} }\n`;
  const cases: readonly [entry: string, message: string][] = [
    [`lease 10.0.0.999 { ${TIMES} ${HARDWARE} }`, '"10.0.0.999" is not an IPv4 address'],
    [`lease 10.0.0.6 { ${TIMES} binding state active; }`, "nothing tells whose 10.0.0.6 is"],
    [`lease 10.0.0.6 { binding state active; ${HARDWARE} }`, "the lease of 10.0.0.6 has no time that can be read"],
    [`lease 10.0.0.6 { ${TIMES} binding state odd; ${HARDWARE} }`, '"odd" is not a binding state'],
    ["host x { dynamic; }", "host x is no lease: write it into the configuration"],
    ["ia-ta 0:0:0:7:0:3 { }", "temporary addresses are left out: RFC 9915 has them no longer"],
    ["}", "a } closes nothing"],
  ];
  for (const [entry, message] of cases) assert.deepEqual(read(`${good}${entry}\n${good}`).problems, [{ line: 2, message }], entry);
  const cut = read(`${good}lease 10.0.0.6 {\n  starts 4 19`);
  assert.equal(cut.leases.length, 1);
  assert.deepEqual(cut.problems, [
    { line: 3, message: "the file ends within a statement" },
    { line: 2, message: "the entry has no end: it is left out" },
  ]);
});

test("a statement that never ends is not kept", () => {
  const { problems } = read(`x ${"x".repeat(3_000_000)};`, 65_536);
  assert.deepEqual(problems, [{ line: 1, message: "the statement is too long" }]);
});

test("which files are likely of this format", () => {
  assert.equal(DHCPD_LEASES.isLikely("leases", "# comment\nlease 10.0.0.5 {\n"), true);
  assert.equal(DHCPD_LEASES.isLikely("leases", "1700000000 52:54:00:12:34:56 10.0.0.5 desk *"), false);
});
