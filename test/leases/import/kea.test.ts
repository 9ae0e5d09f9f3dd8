import assert from "node:assert/strict";
import { test } from "node:test";
import { clientKeyOf } from "../../../src/leases/dhcp6/client-key.ts";
import type { ImportedLease, LeaseFileProblem } from "../../../src/leases/import/imported-lease.ts";
import { KEA_LEASES } from "../../../src/leases/import/kea.ts";
import { LeaseState, NEVER } from "../../../src/leases/lease.ts";
import { fromHex } from "../../../src/net/bytes.ts";
import { parseIpv4 } from "../../../src/net/ipv4.ts";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { ipv6Prefix } from "../../../src/net/ipv6-prefix.ts";

interface Read {
  readonly leases: readonly ImportedLease[];
  readonly problems: readonly LeaseFileProblem[];
}

/** Reads a text cut into pieces of this size. */
function read(text: string, size = text.length || 1): Read {
  const leases: ImportedLease[] = [];
  const problems: LeaseFileProblem[] = [];
  const reader = KEA_LEASES.open({ lease: (one) => leases.push(one), problem: (one) => problems.push(one) });
  for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
  reader.end();
  return { leases, problems };
}

const HEADER4 = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id";
const OLD_HEADER4 = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname";
const HEADER6 =
  "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id";

const bytes = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const MAC = bytes("52:54:00:12:34:56");

const OWNER4 = {
  clientKey: bytes("01:52:54:00:12:34:56"),
  clientIdentifier: undefined,
  htype: 1,
  chaddr: MAC,
  hostname: undefined,
  vendorClass: undefined,
  relayAgentInformation: undefined,
  limitKeys: undefined,
} as const;

const lease4 = (state: LeaseState, start: number, expiry: number, owner: object = {}): ImportedLease => ({
  protocol: "dhcp4",
  lease: { address: parseIpv4("10.0.0.5") as number, state, start, expiry, owner: { ...OWNER4, ...owner } },
});

test("what lines of a DHCPv4 file say", () => {
  const cases: readonly [line: string, expected: ImportedLease][] = [
    ["10.0.0.5,52:54:00:12:34:56,,3600,5600,1,0,0,,0,,0", lease4(LeaseState.bound, 2000, 5600)],
    [
      "10.0.0.5,52:54:00:12:34:56,ff:01:02,3600,5600,1,1,1,desk.example.org.,0,,0",
      lease4(LeaseState.bound, 2000, 5600, {
        clientKey: bytes("ff0102"),
        clientIdentifier: bytes("ff0102"),
        hostname: text("desk.example.org."),
      }),
    ],
    // Of one byte: the client is known by its hardware address.
    ["10.0.0.5,52:54:00:12:34:56,ff,10,20,1,0,0,,0,,0", lease4(LeaseState.bound, 10, 20, { clientIdentifier: bytes("ff") })],
    ["10.0.0.5,52:54:00:12:34:56,,4294967295,4294969295,1,0,0,,0,,0", lease4(LeaseState.bound, 2000, NEVER)],
    ["10.0.0.5,,,86400,90000,1,0,0,,1,,0", lease4(LeaseState.declined, 3600, 90000, { clientKey: bytes("01"), chaddr: new Uint8Array(0) })],
    ["10.0.0.5,52:54:00:12:34:56,,3600,5600,1,0,0,,2,,0", lease4(LeaseState.expired, 2000, 5600)],
    ["10.0.0.5,52:54:00:12:34:56,,0,5600,1,0,0,,3,,0", lease4(LeaseState.released, 5600, 5600)],
    ["10.0.0.5,52:54:00:12:34:56,,0,5600,1,0,0,,0,,0", lease4(LeaseState.released, 5600, 5600)],
    ["10.0.0.5,52:54:00:12:34:56,,3600,5600,1,0,0,a&#x2cb,0,,0", lease4(LeaseState.bound, 2000, 5600, { hostname: text("a,b") })],
    [
      '10.0.0.5,52:54:00:12:34:56,,3600,5600,1,0,0,,0,{ "ISC": { "relay-agent-info": "0x0104AABBCCDD" } },0',
      lease4(LeaseState.bound, 2000, 5600, { relayAgentInformation: bytes("0104aabbccdd") }),
    ],
    [
      '10.0.0.5,52:54:00:12:34:56,,3600,5600,1,0,0,,0,{ "ISC": { "relay-agent-info": { "remote-id": "0xAA"&#x2c "sub-options": "0x0201AA" } } },0',
      lease4(LeaseState.bound, 2000, 5600, { relayAgentInformation: bytes("0201aa") }),
    ],
  ];
  for (const [line, expected] of cases) assert.deepEqual(read(`${HEADER4}\n${line}\n`), { leases: [expected], problems: [] }, line);
  const old = read(`${OLD_HEADER4}\r\n10.0.0.5,52:54:00:12:34:56,,3600,5600,1,0,0,\r\n`);
  assert.deepEqual(old, { leases: [lease4(LeaseState.bound, 2000, 5600)], problems: [] });
});

test("what lines of a DHCPv6 file say", () => {
  const duid = bytes("00:03:00:01:52:54:00:12:34:56");
  const lease6 = (address: string, length: number, state: LeaseState, start: number, expiry: number, owner: object): ImportedLease => ({
    protocol: "dhcp6",
    lease: {
      address: ipv6Prefix(parseIpv6(address) as Uint8Array, length),
      state,
      start,
      expiry,
      owner: {
        clientKey: clientKeyOf(1, 7, duid),
        preferredLifetime: 900,
        peerAddress: undefined,
        relays: undefined,
        interfaceName: undefined,
        hardware: undefined,
        hostname: undefined,
        vendorClass: undefined,
        reconfigureKey: undefined,
        limitKeys: undefined,
        ...owner,
      },
    },
  });
  const text6 = "00:03:00:01:52:54:00:12:34:56";
  const cases: readonly [line: string, expected: ImportedLease][] = [
    [
      `2001:db8::5,${text6},1200,3200,1,900,0,7,128,0,0,desk.,52:54:00:12:34:56,0,,1,2,0`,
      lease6("2001:db8::5", 128, LeaseState.bound, 2000, 3200, { hardware: bytes("0001525400123456"), hostname: text("desk.") }),
    ],
    [
      `2001:db8:100::,${text6},1200,3200,1,900,2,7,56,0,0,,,0,,,,0`,
      lease6("2001:db8:100::", 56, LeaseState.bound, 2000, 3200, { clientKey: clientKeyOf(2, 7, duid) }),
    ],
    [
      `2001:db8::5,${text6},0,3200,1,0,0,7,128,0,0,,,0,,,,0`,
      lease6("2001:db8::5", 128, LeaseState.released, 3200, 3200, { preferredLifetime: 0 }),
    ],
    [
      "2001:db8::5,00:00:00,86400,90000,1,900,0,7,128,0,0,,,1,,,,0",
      lease6("2001:db8::5", 128, LeaseState.declined, 3600, 90000, { clientKey: clientKeyOf(1, 7, new Uint8Array(3)) }),
    ],
    [
      `2001:db8::5,${text6},1200,3200,1,900,0,7,128,0,0,,,4,,,,0`,
      lease6("2001:db8::5", 128, LeaseState.bound, 2000, 3200, { clientKey: clientKeyOf(3, 0, duid) }),
    ],
  ];
  for (const [line, expected] of cases) assert.deepEqual(read(`${HEADER6}\n${line}`), { leases: [expected], problems: [] }, line);
});

test("what can't be read is told with its line, and the rest is read", () => {
  const good = "10.0.0.5,52:54:00:12:34:56,,3600,5600,1,0,0,,0,,0";
  const cases: readonly [line: string, message: string][] = [
    ["10.0.0.999,52:54:00:12:34:56,,3600,5600,1,0,0,,0,,0", '"10.0.0.999" is not an IPv4 address'],
    ["10.0.0.6,5x,,3600,5600,1,0,0,,0,,0", "the client of 10.0.0.6 can't be read: expected hex with colons"],
    ["10.0.0.6,,,3600,5600,1,0,0,,0,,0", "nothing tells whose 10.0.0.6 is"],
    ["10.0.0.6,52:54:00:12:34:56,,,5600,1,0,0,,0,,0", "the lease of 10.0.0.6 has no time that can be read"],
    ["10.0.0.6,52:54:00:12:34:56,,3600,5600,1,0,0,,9,,0", '"9" is not a state of a lease'],
    [`${good},x,y`, "the line has 14 fields, and there are 12 columns"],
  ];
  for (const [line, message] of cases)
    assert.deepEqual(read(`${HEADER4}\n${line}\n${good}\n`), {
      leases: [lease4(LeaseState.bound, 2000, 5600)],
      problems: [{ line: 2, message }],
    });
  const temporary = `${HEADER6}\n2001:db8::5,00:03:00:01:52:54:00:12:34:56,1200,3200,1,900,1,7,128,0,0,,,0,,,,0\n`;
  assert.deepEqual(read(temporary).problems, [{ line: 2, message: "2001:db8::5 is a temporary address: RFC 9915 has them no longer" }]);
  assert.deepEqual(read("lease 10.0.0.5 {\n}\n"), {
    leases: [],
    problems: [{ line: 1, message: "the first line is not that of a lease file of Kea's: it names the columns, address first" }],
  });
  assert.deepEqual(read(""), { leases: [], problems: [] });
});

test("it makes no difference where the text is cut", () => {
  const file = `${HEADER4}\r\n10.0.0.5,52:54:00:12:34:56,,3600,5600,1,0,0,a,0,,0\r\n\n10.0.0.6,52:54:00:12:34:57,01:02,1,2,1,0,0,,2,,0\nwrong`;
  const whole = read(file);
  assert.equal(whole.leases.length, 2);
  assert.equal(whole.problems[0]?.line, 5);
  for (const size of [1, 2, 7, 64]) assert.deepEqual(read(file, size), whole);
});

test("a line that never ends is not kept", () => {
  const { problems } = read(`${HEADER4}\n${"x".repeat(3_000_000)}\n10.0.0.5,52:54:00:12:34:56,,3600,5600,1,0,0,,0,,0`, 65_536);
  assert.deepEqual(problems, [{ line: 2, message: "the line is too long" }]);
});

test("which files are likely of this format", () => {
  const cases: readonly [beginning: string, likely: boolean][] = [
    [HEADER4, true],
    [HEADER6, true],
    [OLD_HEADER4, true],
    ["1700000000 52:54:00:12:34:56 10.0.0.5 desk *", false],
    ["lease 10.0.0.5 {", false],
  ];
  for (const [beginning, likely] of cases) assert.equal(KEA_LEASES.isLikely("leases", beginning), likely, beginning);
});
