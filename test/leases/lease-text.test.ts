import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as dhcp4 from "../../src/leases/dhcp4/text.ts";
import * as dhcp6 from "../../src/leases/dhcp6/text.ts";
import { LeaseState, NEVER } from "../../src/leases/lease.ts";

const bytes = (minLength = 0, maxLength = 40) => fc.uint8Array({ minLength, maxLength });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const text = fc.oneof(
  bytes(),
  fc.string({ unit: "binary-ascii" }).map((one) => new TextEncoder().encode(one)),
);
const time = fc.oneof(fc.constant(NEVER), fc.integer({ min: 0, max: NEVER - 1 }));
const times = { state: fc.constantFrom(...Object.values(LeaseState)), start: time, expiry: time };

/** An object as programs write it. */
function plainRecord<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(fields, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const LEASE4 = plainRecord({
  ...times,
  address: fc.integer({ min: 0, max: 0xffffffff }),
  owner: plainRecord({
    clientKey: bytes(1),
    clientIdentifier: optional(bytes()),
    htype: fc.integer({ min: 0, max: 255 }),
    chaddr: bytes(0, 16),
    hostname: optional(text),
    vendorClass: optional(text),
    relayAgentInformation: optional(bytes()),
    limitKeys: optional(bytes()),
    name: optional(bytes(1)),
    foundByProbe: optional(fc.constant(true as const)),
  }),
});

const LEASE6 = plainRecord({
  ...times,
  address: fc.tuple(bytes(16, 16), fc.integer({ min: 0, max: 128 })).map(([address, length]) => {
    const prefix = new Uint8Array(17);
    for (let bit = 0; bit < length; bit++)
      prefix[bit >> 3] = (prefix[bit >> 3] as number) | ((address[bit >> 3] as number) & (128 >> (bit & 7)));
    prefix[16] = length;
    return prefix;
  }),
  owner: plainRecord({
    clientKey: bytes(5),
    preferredLifetime: fc.integer({ min: 0, max: 0xffffffff }),
    peerAddress: optional(bytes(16, 16)),
    relays: optional(bytes()),
    interfaceName: optional(text),
    hardware: optional(bytes()),
    hostname: optional(text),
    vendorClass: optional(bytes()),
    reconfigureKey: optional(bytes(16, 16)),
    limitKeys: optional(bytes()),
    name: optional(bytes(1)),
    foundByProbe: optional(fc.constant(true as const)),
  }),
});

test("every lease of an IPv4 address is read back as it was written, in its order", () => {
  fc.assert(
    fc.property(fc.uniqueArray(LEASE4, { selector: ({ address }) => address, maxLength: 8 }), (leases) => {
      assert.deepEqual(dhcp4.parseLeases(dhcp4.formatLeases(leases)), { leases, problems: [] });
    }),
  );
});

test("every lease of an IPv6 address or prefix is read back as it was written, in its order", () => {
  fc.assert(
    fc.property(fc.uniqueArray(LEASE6, { selector: ({ address }) => address.join(), maxLength: 8 }), (leases) => {
      assert.deepEqual(dhcp6.parseLeases(dhcp6.formatLeases(leases)), { leases, problems: [] });
    }),
  );
});

const HEADER = '{"format":"leasehold-leases","version":1,"protocol":"dhcp4"}\n';
const LINE =
  '{"address":"192.0.2.10","state":"bound","start":1000,"expiry":"never","owner":{"clientKey":"01aa","htype":1,"chaddr":"020000000001","hostname":"desk","vendorClass":{"hex":"00ff"}}}\n';

test("the text is readable, and there for no lease as well", () => {
  const { leases } = dhcp4.parseLeases(HEADER + LINE);
  assert.equal(dhcp4.formatLeases(leases), HEADER + LINE);
  assert.deepEqual(dhcp4.parseLeases(dhcp4.formatLeases([])), { leases: [], problems: [] });
});

test("what is no lease is told with its line, and the others are read", () => {
  const wrong = (from: string | RegExp, to: string) => LINE.replace(from, to);
  const cases: readonly (readonly [string, string])[] = [
    ["nonsense\n", "not a JSON object"],
    ["[]\n", "not a JSON object"],
    [wrong("192.0.2.10", "2001:db8::1"), "address: not an address of this protocol"],
    [wrong("bound", "toString"), "state: not one of bound, released, expired, declined"],
    [wrong("1000", "-1"), 'start: not a whole number of seconds below 4294967295, or "never"'],
    [wrong('"never"', "4294967295"), 'expiry: not a whole number of seconds below 4294967295, or "never"'],
    [wrong('"htype":1,', ""), 'owner: "htype" is missing'],
    [wrong('"htype":1', '"htype":256'), "owner: htype: not a whole number from 0 to 255"],
    [wrong("01aa", "01a"), "owner: clientKey: not hexadecimal digits, two for each byte"],
    [wrong('"desk"', '"d\\u00e9sk"'), 'owner: hostname: not printable ASCII, or {"hex":"…"}'],
    [wrong('"htype"', '"hype":1,"htype"'), 'owner: there is no field "hype"'],
    [wrong('"state"', '"status":1,"state"'), 'a lease has no field "status"'],
    [wrong(/"owner":.*\}\}/, '"owner":1}'), "owner: not a JSON object"],
    [LINE, "a lease of 192.0.2.10 stands in line 2 already"],
  ];
  for (const [line, message] of cases) {
    const parsed = dhcp4.parseLeases(`${HEADER}${LINE}${line}`);
    assert.deepEqual([parsed.leases.length, parsed.problems], [1, [{ line: 3, message }]], line);
  }
});

test("nothing is read of what is another text", () => {
  const expected = `the first line has to be ${HEADER.trim()}`;
  const cases: readonly (readonly [string, string])[] = [
    ["", expected],
    [LINE, expected],
    [HEADER.replace("1", "2") + LINE, "version 2 of the format is not known here, only 1 is"],
    [HEADER.replace("dhcp4", "dhcp6") + LINE, 'these are leases of "dhcp6", not of dhcp4'],
  ];
  for (const [whole, message] of cases) assert.deepEqual(dhcp4.parseLeases(whole), { leases: [], problems: [{ line: 1, message }] });
});

test("any text gives leases or problems", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((line) => HEADER + line),
      ),
      (any) => {
        dhcp4.parseLeases(any);
        dhcp6.parseLeases(any);
      },
    ),
  );
});
