import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claimOf } from "../../src/dns/lease-claim.ts";
import { findNetworkIn } from "../../src/dns/places.ts";
import { recordOf as recordOfDhcp4 } from "../../src/leases/dhcp4/record.ts";
import { Association, clientKeyOf } from "../../src/leases/dhcp6/client-key.ts";
import { OWNER_RECORD } from "../../src/leases/dhcp6/record.ts";
import { LeaseState, NEVER, type NetworkedLease } from "../../src/leases/lease.ts";
import { NameFlag, writeLeaseName } from "../../src/leases/lease-name.ts";
import { fromHex, toHex } from "../../src/net/bytes.ts";
import { parseIpv6 } from "../../src/net/ipv6.ts";

const MAC = Uint8Array.of(2, 0, 0, 0, 0, 7);
const hex = (text: string): Uint8Array => fromHex(text) ?? assert.fail(text);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const address6 = (value: string): Uint8Array => parseIpv6(value) ?? assert.fail(value);

const networkOf = findNetworkIn([
  { first: Uint8Array.of(10, 0, 0, 0), last: Uint8Array.of(10, 0, 0, 255), suffix: "lan" },
  { first: Uint8Array.of(10, 0, 2, 0), last: Uint8Array.of(10, 0, 2, 255), suffix: undefined },
  { first: address6("2001:db8::"), last: address6("2001:db8::ffff:ffff:ffff:ffff"), suffix: "lan" },
]);

interface Said {
  readonly clientIdentifier?: Uint8Array;
  readonly chaddr?: Uint8Array;
  readonly hostname?: string;
  readonly name?: readonly [name: string, flags: number];
}

function record4({ clientIdentifier, chaddr = MAC, hostname, name }: Said): Uint8Array {
  return recordOfDhcp4({
    clientKey: clientIdentifier ?? Uint8Array.of(1, ...chaddr),
    clientIdentifier,
    htype: 1,
    chaddr,
    hostname: hostname === undefined ? undefined : text(hostname),
    vendorClass: undefined,
    relayAgentInformation: undefined,
    limitKeys: undefined,
    name: name && writeLeaseName({ name: name[0], flags: name[1] }),
  });
}

function record6(duid: Uint8Array, { hardware, name }: { readonly hardware?: Uint8Array; readonly name?: string } = {}): Uint8Array {
  const owner = {
    clientKey: clientKeyOf(Association.addresses, 1, duid),
    preferredLifetime: 300,
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware,
    hostname: undefined,
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
    name: name === undefined ? undefined : writeLeaseName({ name, flags: NameFlag.forward | NameFlag.reverse }),
  };
  const bytes = new Uint8Array(OWNER_RECORD.size(owner));
  OWNER_RECORD.write(owner, bytes, 0);
  return bytes;
}

function lease(extra: Partial<NetworkedLease>): NetworkedLease {
  return {
    space: 0,
    row: 1,
    address: Uint8Array.of(10, 0, 0, 7),
    state: LeaseState.bound,
    start: 1000,
    expiry: 1600,
    record: record4({ name: ["pc.lan", NameFlag.forward] }),
    network: "10.0.0.0/24",
    ...extra,
  };
}

/** At lease time 1100, with a wall clock that is 50 s ahead of it. */
const claimed = (extra: Partial<NetworkedLease>) => claimOf(lease(extra), 1100, 50, networkOf);

test("a lease claims its name, with all that others need to know of it", () => {
  assert.deepEqual(claimed({}), {
    address: Uint8Array.of(10, 0, 0, 7),
    addressText: "10.0.0.7",
    name: "pc.lan",
    identifier: hex("00000102 00000000 07".replaceAll(" ", "")),
    hosts: ["mac 020000000007"],
    reserved: false,
    forward: true,
    reverse: false,
    expiry: 1650,
    lifetime: 600,
  });
});

describe("what is to be done with it", () => {
  for (const [flags, expected] of [
    [0, { forward: false, reverse: false, reserved: false }],
    [NameFlag.reverse, { forward: false, reverse: true, reserved: false }],
    [NameFlag.forward | NameFlag.reserved, { forward: true, reverse: false, reserved: true }],
  ] as const) {
    test(`flags ${flags}`, () => {
      const { forward, reverse, reserved } = claimed({ record: record4({ name: ["pc.lan", flags] }) }) ?? assert.fail();
      assert.deepEqual({ forward, reverse, reserved }, expected);
    });
  }

  test("a lease that never ends", () => {
    const { expiry, lifetime } = claimed({ expiry: NEVER }) ?? assert.fail();
    assert.deepEqual([expiry, lifetime], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});

describe("nothing is claimed", () => {
  const cases: readonly (readonly [what: string, extra: Partial<NetworkedLease>])[] = [
    ["by what is released", { state: LeaseState.released }],
    ["by what is expired", { state: LeaseState.expired }],
    ["by what is declined", { state: LeaseState.declined }],
    ["by what is over, though nobody has said so", { expiry: 1099 }],
    ["where no network is configured", { address: Uint8Array.of(10, 0, 1, 7) }],
    ["by who was decided to have no name, whatever it says", { record: record4({ name: ["", 0], hostname: "pc" }) }],
    ["by who says nothing", { record: record4({}) }],
    ["by a name that no client can choose, of before names were seen to", { record: record4({ hostname: "wpad" }) }],
    ["where no domain is known for a bare name", { address: Uint8Array.of(10, 0, 2, 7), record: record4({ hostname: "pc" }) }],
    ["by a space that is not known", { space: 9 }],
    [
      "by a prefix",
      { space: 1, address: Uint8Array.of(...address6("2001:db8::"), 64), record: record6(hex("0003000102000000aaaa"), { name: "pc.lan" }) },
    ],
  ];
  for (const [what, extra] of cases) test(what, () => assert.equal(claimed(extra), undefined));
});

test("a lease from before names were kept claims what its client says, as it would be completed", () => {
  const { name, forward, reverse } = claimed({ record: record4({ hostname: "My PC" }) }) ?? assert.fail();
  assert.deepEqual([name, forward, reverse], ["my-pc.lan", true, true]);
});

describe("who it is of (RFC 4701 section 3.3)", () => {
  const duid = hex("00010001aabbccdd020000000009");
  const named = ["pc.lan", NameFlag.forward] as const;
  const cases: readonly (readonly [what: string, extra: Partial<NetworkedLease>, identifier: string, hosts: readonly string[]])[] = [
    ["hardware address", { record: record4({ name: named }) }, "000001020000000007", ["mac 020000000007"]],
    [
      "client identifier",
      { record: record4({ clientIdentifier: hex("0061626364"), name: named }) },
      "00010061626364",
      ["mac 020000000007"],
    ],
    [
      "client identifier with a DUID (RFC 4361)",
      { record: record4({ clientIdentifier: hex(`ff00000001${toHex(duid)}`), name: named }) },
      `0002${toHex(duid)}`,
      ["mac 020000000007", `duid ${toHex(duid)}`],
    ],
    [
      "client identifier that only begins like one",
      { record: record4({ clientIdentifier: hex("ff0000000100"), name: named }) },
      "0001ff0000000100",
      ["mac 020000000007"],
    ],
    [
      "DUID of DHCPv6 that is made of a hardware address, where none was seen",
      { space: 1, address: Uint8Array.of(...address6("2001:db8::7"), 128), record: record6(duid, { name: "pc.lan" }) },
      `0002${toHex(duid)}`,
      [`duid ${toHex(duid)}`, "mac 020000000009"],
    ],
    [
      "DUID of DHCPv6, with the hardware address that a relay told of",
      {
        space: 1,
        address: Uint8Array.of(...address6("2001:db8::7"), 128),
        record: record6(duid, { hardware: hex("0001020000000007"), name: "pc.lan" }),
      },
      `0002${toHex(duid)}`,
      [`duid ${toHex(duid)}`, "mac 020000000007"],
    ],
  ];
  for (const [what, extra, identifier, hosts] of cases) {
    test(what, () => {
      const claim = claimed(extra) ?? assert.fail();
      assert.deepEqual([toHex(claim.identifier ?? assert.fail()), claim.hosts], [identifier, hosts]);
    });
  }

  test("an address of DHCPv6 is told without its length", () => {
    const { address, addressText } =
      claimed({ space: 1, address: Uint8Array.of(...address6("2001:db8::7"), 128), record: record6(duid, { name: "pc.lan" }) }) ??
      assert.fail();
    assert.deepEqual([address, addressText], [address6("2001:db8::7"), "2001:db8::7"]);
  });
});
