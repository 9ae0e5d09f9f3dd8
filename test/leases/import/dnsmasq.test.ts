import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { DNSMASQ_LEASES } from "../../../src/leases/import/dnsmasq.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { formatDuid } from "../../../src/net/duid.ts";
import { formatIpv4 } from "../../../src/net/ipv4.ts";
import { formatIpv6Prefix } from "../../../src/net/ipv6-prefix.ts";

/** What the file says, a line for each thing; `cuts`: where it is cut into pieces. */
function read(text: string, cuts: readonly number[] = []): string[] {
  const said: string[] = [];
  const reader = DNSMASQ_LEASES.open({
    lease(imported) {
      const { state, start, expiry, owner } = imported.lease;
      const address = imported.protocol === "dhcp4" ? formatIpv4(imported.lease.address) : formatIpv6Prefix(imported.lease.address);
      const more =
        "chaddr" in owner ? ` ${owner.htype}/${toHex(owner.chaddr)} id ${owner.clientIdentifier && toHex(owner.clientIdentifier)}` : "";
      const name = owner.hostname && new TextDecoder().decode(owner.hostname);
      said.push(`${address} ${state} ${start}-${expiry} key ${toHex(owner.clientKey)}${more} ${name}`);
    },
    problem: ({ line, message }) => void said.push(`${line}: ${message}`),
    serverDuid: (duid) => void said.push(`server ${formatDuid(duid)}`),
  });
  const places = [0, ...[...cuts].sort((a, b) => a - b), text.length];
  for (let i = 1; i < places.length; i++) reader.push(text.slice(places[i - 1], places[i]));
  reader.end();
  return said;
}

const CASES: readonly (readonly [what: string, text: string, said: readonly string[]])[] = [
  [
    "a client with an identifier",
    "1900000000 52:54:00:00:00:01 192.168.1.10 printer 01:52:54:00:00:00:01\n",
    ["192.168.1.10 1 0-1900000000 key 01525400000001 1/525400000001 id 01525400000001 printer"],
  ],
  [
    "neither name nor identifier; a last line without end",
    "1900000000 52:54:00:00:00:01 192.168.1.10 * *",
    ["192.168.1.10 1 0-1900000000 key 01525400000001 1/525400000001 id undefined undefined"],
  ],
  [
    "an identifier of one byte identifies nobody",
    "1900000000 52:54:00:00:00:01 192.168.1.10 * ff\r\n",
    ["192.168.1.10 1 0-1900000000 key 01525400000001 1/525400000001 id ff undefined"],
  ],
  [
    "never ends",
    "0 52:54:00:00:00:01 10.0.0.1 * *\n",
    ["10.0.0.1 1 0-4294967295 key 01525400000001 1/525400000001 id undefined undefined"],
  ],
  [
    "later than times go",
    "99999999999 52:54:00:00:00:01 10.0.0.1 * *\n",
    ["10.0.0.1 1 0-4294967294 key 01525400000001 1/525400000001 id undefined undefined"],
  ],
  [
    "hardware of another type, and none",
    "1900000000 20-00:11:22 10.0.0.1 * ff:01\n1900000000 00- 10.0.0.2 * 00:61\n",
    ["10.0.0.1 1 0-1900000000 key ff01 32/001122 id ff01 undefined", "10.0.0.2 1 0-1900000000 key 0061 0/ id 0061 undefined"],
  ],
  [
    "IPv6 behind the DUID of the server",
    "1900000000 52:54:00:00:00:01 10.0.0.1 a *\nduid 00:01:00:01:00:00:00:01:52:54:00:00:00:09\n1900000000 4294967295 2001:db8::5 b 00:03:00:01:02\n0 1 2001:db8::6 * 00:03:00:01:02\n",
    [
      "10.0.0.1 1 0-1900000000 key 01525400000001 1/525400000001 id undefined a",
      "server 00:01:00:01:00:00:00:01:52:54:00:00:00:09",
      "2001:db8::5/128 1 0-1900000000 key 01ffffffff0003000102 b",
      "2001:db8::6/128 1 0-4294967295 key 01000000010003000102 undefined",
    ],
  ],
  [
    "what can't be taken over, by line",
    [
      "soon 52:54:00:00:00:01 10.0.0.1 * *",
      "86400 52:54:00:00:00:01 10.0.0.1 * *",
      "1900000000 52:54:00:00:00:01 10.0.0.256 * *",
      "1900000000 52:54 : 10.0.0.1 * *",
      "1900000000 xx 10.0.0.1 * *",
      "1900000000 00- 10.0.0.1 * *",
      "1900000000 52:54:00:00:00:01 10.0.0.1 * 5",
      "",
      "1900000000",
      "duid xx",
      "1900000000 T7 2001:db8::5 * 00:03:00:01:02",
      "1900000000 4294967296 2001:db8::5 * 00:03:00:01:02",
      "1900000000 7 2001:db8::5 * 00:03",
      "1900000000 7 10.0.0.1 * 00:03:00:01",
      `1900000000 ${"y".repeat(100)} 2001:db8::5 * 00:03:00:01`,
    ].join("\n"),
    [
      '1: "soon" is no time at which a lease ends',
      "2: 86400 is how long the lease lasts and not when it ends: nobody knows from when on it counts",
      '3: "10.0.0.256" is no IPv4 address',
      '4: ":" is no IPv4 address',
      '5: "xx" is no hardware address',
      "6: it says neither a hardware address nor a client identifier",
      '7: "5" is no client identifier',
      '9: "" is no IPv4 address',
      "10: the DUID of the server is damaged",
      "11: 2001:db8::5 is a temporary address (IA_TA), which Leasehold does not lease",
      '12: "4294967296" is no IAID',
      '13: "00:03" is no DUID',
      '14: "10.0.0.1" is no IPv6 address',
      `15: "${"y".repeat(60)}..." is no IAID`,
    ],
  ],
];

describe("dhcp.leases of dnsmasq", () => {
  for (const [what, text, said] of CASES) test(what, () => assert.deepEqual(read(text), said));

  test("it is all the same where the text is cut", () => {
    const text = CASES.map(([, one]) => `${one.trimEnd()}\n`).join("");
    const whole = read(text);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 20 }), (cuts) => {
        assert.deepEqual(read(text, cuts), whole);
      }),
      { numRuns: 50 },
    );
  });

  test("any text is read without an exception", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."0159 :af*Tduid-.\n\r") }), (text) => void read(text)));
  });

  test("is told by its first line", () => {
    const likely = (beginning: string) => DNSMASQ_LEASES.isLikely("x", beginning);
    assert.ok(likely("1900000000 52:54:00:00:00:01 192.168.1.10 printer 01:52\n"));
    assert.ok(likely("duid 00:01:00:01\n1900000000 7 2001:db8::5 * 00:03:00:01"));
    assert.ok(!likely("# The format of this file is documented in the dhcpd.leases(5) manual page.\n1 2 3 4 5\n"));
    assert.ok(!likely("address,hwaddr,client_id,valid_lifetime,expire,subnet_id\n"));
    assert.ok(!likely("lease 10.0.0.1 {\n"));
  });
});
