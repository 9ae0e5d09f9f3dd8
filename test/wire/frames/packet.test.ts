import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { fromHex } from "../../../src/net/bytes.ts";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { checksum } from "../../../src/wire/frames/checksum.ts";
import { type DecodePacketOptions, type DecodePacketResult, decodePacket } from "../../../src/wire/frames/decode-packet.ts";
import { encodePacket } from "../../../src/wire/frames/encode-packet.ts";
import { formatPacket } from "../../../src/wire/frames/format-packet.ts";
import type { Ipv4Header, Ipv6Header } from "../../../src/wire/frames/ip-headers.ts";
import { type EthernetHeader, LinkType, linkTypeOf } from "../../../src/wire/frames/link.ts";
import type { Packet } from "../../../src/wire/frames/packet.ts";
import { createRandom } from "../../support/random.ts";
import { message as dhcp4Message, option } from "../dhcp4/arbitrary.ts";
import { message as dhcp6Message } from "../dhcp6/arbitrary.ts";
import { anyPacket } from "./arbitrary.ts";

const CLIENT = Uint8Array.of(2, 0, 0, 0, 0, 0x10);
const BROADCAST = new Uint8Array(6).fill(255);
const LINK: EthernetHeader = { kind: "ethernet", destination: BROADCAST, source: CLIENT, vlans: [] };
const VLANS = [
  { type: 0x88a8, priority: 3, dropEligible: true, id: 100 },
  { type: 0x8100, priority: 0, dropEligible: false, id: 5 },
];
const IPV4: Ipv4Header = {
  version: 4,
  source: 0,
  destination: 0xffffffff,
  trafficClass: 0,
  identification: 0,
  dontFragment: true,
  hopLimit: 64,
  options: new Uint8Array(0),
};
const IPV6: Ipv6Header = {
  version: 6,
  source: ipv6("fe80::10"),
  destination: ipv6("ff02::1:2"),
  trafficClass: 0,
  flowLabel: 0,
  hopLimit: 255,
  extensions: [],
};
const DISCOVER: Packet = {
  kind: "dhcp4",
  link: LINK,
  ip: IPV4,
  udp: { sourcePort: 68, destinationPort: 67 },
  message: dhcp4Message([option(53, 1)]),
};
const SOLICIT: Packet = {
  kind: "dhcp6",
  link: LINK,
  ip: IPV6,
  udp: { sourcePort: 546, destinationPort: 547 },
  message: dhcp6Message([]),
};
const ADVERTISEMENT: Packet = {
  kind: "nd",
  link: LINK,
  ip: IPV6,
  nd: {
    type: 134,
    currentHopLimit: 64,
    flags: 0xc0,
    routerLifetime: 1800,
    reachableTime: 0,
    retransmissionTimer: 0,
    options: [
      { type: 1, data: CLIENT },
      { type: 5, data: Uint8Array.of(0, 0, 0, 0, 5, 0xdc) },
    ],
  },
};
const PING: Packet = { kind: "icmp", link: LINK, ip: IPV4, icmp: { type: 8, code: 0, body: Uint8Array.of(0, 7, 0, 1, 9) } };

function ipv6(text: string): Uint8Array {
  const address = parseIpv6(text);
  assert.ok(address);
  return address;
}

function bytesOf(packet: Packet): Uint8Array {
  const encoded = encodePacket(packet);
  assert.ok(encoded.ok);
  return encoded.bytes;
}

/** `layer: reason at offset`, or the kind of packet. */
function outcome(result: DecodePacketResult): string {
  return result.ok ? result.packet.kind : `${result.error.layer}: ${result.error.reason} at ${result.error.offset}`;
}

function changed(bytes: Uint8Array, changes: { readonly [offset: number]: number }): Uint8Array {
  const copy = bytes.slice();
  for (const [offset, value] of Object.entries(changes)) copy[Number(offset)] = value;
  return copy;
}

/** Puts the checksum of an IPv4 header behind an Ethernet header right. */
function withHeaderSum(bytes: Uint8Array): Uint8Array {
  const sum = checksum(changed(bytes, { 24: 0, 25: 0 }), 14, 34);
  return changed(bytes, { 24: sum >>> 8, 25: sum & 255 });
}

describe("whole packets", () => {
  test("any packet is the same after it was built and decoded, and can be shown", () => {
    fc.assert(
      fc.property(anyPacket, (packet) => {
        const result = decodePacket(bytesOf(packet), linkTypeOf(packet.link));
        assert.ok(result.ok, outcome(result));
        const { packet: again } = result;
        // An index of the options, of messages that have very many, is no part of them.
        assert.deepEqual(again.kind === "dhcp4" ? { ...again, message: { ...again.message, index: undefined } } : again, {
          ...packet,
          ...(packet.kind === "dhcp4" ? { message: { ...packet.message, index: undefined } } : {}),
        });
        assert.match(formatPacket(again), /\S/);
      }),
      { numRuns: 1000 },
    );
  });

  test("a DISCOVER is built as RFC 894, 791, 768 and 2131 have it, and checksums are in it", () => {
    const bytes = bytesOf({ ...DISCOVER, link: { ...LINK, vlans: VLANS } });
    const hex = "ffffffffffff 020000000010 88a8 7064 8100 0005 0800 45000148 00004000 40 11 39a6 00000000 ffffffff 0044 0043 0134";
    const head = fromHex(hex);
    assert.ok(head);
    assert.deepEqual(bytes.subarray(0, head.length), head);
    assert.equal(bytes.length, 22 + 28 + 300);
  });

  test("padding of the link is no part of the packet", () => {
    const bytes = bytesOf(PING);
    const padded = new Uint8Array(60).fill(0xee);
    padded.set(bytes);
    assert.deepEqual(decodePacket(padded, LinkType.ethernet), decodePacket(bytes, LinkType.ethernet));
  });

  test("a change of any one byte of what checksums cover is noticed", () => {
    for (const packet of [DISCOVER, SOLICIT, ADVERTISEMENT, PING]) {
      const bytes = bytesOf(packet);
      for (let at = 14 + (packet.kind === "dhcp6" || packet.kind === "nd" ? 8 : 12); at < bytes.length; at++) {
        const result = decodePacket(changed(bytes, { [at]: (bytes[at] as number) + 1 }), LinkType.ethernet);
        assert.equal(result.ok, false, `${packet.kind}, byte ${at}`);
      }
    }
  });

  const discover = bytesOf(DISCOVER);
  const solicit = bytesOf(SOLICIT);
  const advertisement = bytesOf(ADVERTISEMENT);
  const ping = bytesOf(PING);
  const arp = bytesOf({
    kind: "arp",
    link: LINK,
    arp: { operation: 1, senderHardwareAddress: CLIENT, senderAddress: 1, targetHardwareAddress: BROADCAST, targetAddress: 2 },
  });
  const CASES: readonly (readonly [name: string, bytes: Uint8Array, expected: string, linkType?: number, options?: DecodePacketOptions])[] =
    [
      ["an unknown link type", discover, "link: unknown-link-type at 342", 105],
      ["nothing", new Uint8Array(0), "link: truncated at 0"],
      ["nothing of raw IP", new Uint8Array(0), "link: truncated at 0", LinkType.raw],
      ["half a tag", bytesOf({ ...DISCOVER, link: { ...LINK, vlans: VLANS } }).subarray(0, 17), "link: truncated at 17"],
      ["half an SLL header", discover.subarray(0, 15), "link: truncated at 15", LinkType.linuxSll],
      ["half an SLL2 header", discover.subarray(0, 19), "link: truncated at 19", LinkType.linuxSll2],
      ["half an IPv4 header", discover.subarray(0, 33), "ipv4: truncated at 33"],
      ["68 bytes of a packet", discover.subarray(0, 68), "ipv4: truncated at 68"],
      ["one byte less", discover.subarray(0, 341), "ipv4: truncated at 341"],
      ["half an IPv6 header", solicit.subarray(0, 53), "ipv6: truncated at 53"],
      ["an IPv6 packet with a byte less", solicit.subarray(0, solicit.length - 1), `ipv6: truncated at ${solicit.length - 1}`],
      ["half of ARP", arp.subarray(0, 41), "arp: truncated at 41"],
      ["IPv6 under IPv4's EtherType", changed(discover, { 14: 0x65 }), "ipv4: bad-version at 14"],
      ["IPv4 under IPv6's EtherType", changed(solicit, { 14: 0x45 }), "ipv6: bad-version at 14"],
      ["a header of 16 bytes", changed(discover, { 14: 0x44 }), "ipv4: bad-length at 14"],
      ["less than its header", withHeaderSum(changed(discover, { 16: 0, 17: 19 })), "ipv4: bad-length at 16"],
      ["an extension header of its own length's end", changed(solicit, { 20: 60 }), "ipv6: bad-length at 55"],
      ["a wrong header checksum", changed(discover, { 25: 0xa7 }), "ipv4: bad-checksum at 24"],
      ["a header checksum that was not computed", changed(discover, { 24: 0, 25: 0 }), "dhcp4"],
      ["UDP with less than its header", withHeaderSum(changed(discover, { 16: 0, 17: 27 })), "udp: bad-length at 34"],
      ["UDP longer than its packet", changed(discover, { 39: 0x35 }), "udp: bad-length at 38"],
      ["UDP shorter than its header", changed(discover, { 38: 0, 39: 7 }), "udp: bad-length at 38"],
      ["a wrong UDP checksum over IPv4", changed(discover, { 41: (discover[41] as number) + 1 }), "udp: bad-checksum at 40"],
      ["no UDP checksum over IPv4", changed(discover, { 40: 0, 41: 0 }), "dhcp4"],
      ["a wrong UDP checksum over IPv6", changed(solicit, { 61: (solicit[61] as number) + 1 }), "udp: bad-checksum at 60"],
      ["no UDP checksum over IPv6", changed(solicit, { 60: 0, 61: 0 }), "udp: no-checksum at 60"],
      ["wrong checksums that don't count", changed(discover, { 24: 1, 40: 1, 41: 0 }), "dhcp4", 1, { verifyChecksums: false }],
      ["none over IPv6 that does not count", changed(solicit, { 60: 0, 61: 0 }), "dhcp6", 1, { verifyChecksums: false }],
      ["a wrong ICMP checksum", changed(ping, { 36: (ping[36] as number) + 1 }), "icmp: bad-checksum at 36"],
      ["half of ICMP", withHeaderSum(changed(ping, { 17: 27 })), "icmp: bad-length at 34"],
      ["a wrong ICMPv6 checksum", changed(advertisement, { 57: (advertisement[57] as number) + 1 }), "icmpv6: bad-checksum at 56"],
      ["Neighbor Discovery from beyond the link", changed(advertisement, { 21: 254 }), "nd: bad-hop-limit at 54"],
      ["an ND option of no length", changed(advertisement, { 71: 0 }), "nd: bad-length at 70", 1, { verifyChecksums: false }],
      ["an ND option too long", changed(advertisement, { 79: 2 }), "nd: bad-length at 78", 1, { verifyChecksums: false }],
      ["ND that is too short", changed(advertisement, { 19: 15 }), "nd: bad-length at 69", 1, { verifyChecksums: false }],
      ["a message of 8 bytes", bytesOf({ ...DISCOVER, kind: "udp", payload: new Uint8Array(8) }), "dhcp4: too-short at 50"],
      ["a message of 3 bytes", bytesOf({ ...SOLICIT, kind: "udp", payload: new Uint8Array(3) }), "dhcp6: too-short at 62"],
      ["other ports", bytesOf({ ...DISCOVER, udp: { sourcePort: 6768, destinationPort: 6767 } }), "udp"],
      ["those that were said", bytesOf({ ...DISCOVER, udp: { sourcePort: 9, destinationPort: 6767 } }), "dhcp4", 1, { dhcp4Ports: [6767] }],
      ["the same of DHCPv6", bytesOf({ ...SOLICIT, udp: { sourcePort: 6547, destinationPort: 9 } }), "dhcp6", 1, { dhcp6Ports: [6547] }],
      ["an IPv4 fragment", withHeaderSum(changed(discover, { 20: 0x20 })), "fragment"],
      ["ARP for what is not IPv4", changed(arp, { 17: 1 }), "other"],
      ["IEEE 802.3", changed(arp, { 12: 0, 13: 0x1c }), "other"],
      ["loopback of no IP", Uint8Array.of(7, 0, 0, 0, 0x45), "other", LinkType.null],
    ];
  for (const [name, bytes, expected, linkType = LinkType.ethernet, options = {}] of CASES) {
    test(`${name}: ${expected}`, () => assert.equal(outcome(decodePacket(bytes, linkType, options)), expected));
  }

  test("a checksum counts for where a Routing header finally sends the packet", () => {
    const last = ipv6("2001:db8::9");
    // Type 0 with two addresses, and type 4 (segment routing) with one, one left.
    const routes = [Uint8Array.of(0, 1, 0, 0, 0, 0, ...ipv6("2001:db8::8"), ...last), Uint8Array.of(4, 1, 0, 0, 0, 0, ...last)];
    for (const data of routes) {
      const ip = { ...IPV6, extensions: [{ type: 43, data }] };
      const routed = bytesOf({ ...SOLICIT, ip });
      const arrived = bytesOf({ ...SOLICIT, ip: { ...ip, destination: last, extensions: [{ type: 43, data: data.with(1, 0) }] } });
      assert.deepEqual(routed.subarray(routed.length - 12), arrived.subarray(arrived.length - 12));
      assert.equal(outcome(decodePacket(routed, LinkType.ethernet)), "dhcp6");
    }
  });

  test("problems of a message's options are told with their place in the packet", () => {
    const bytes = changed(discover, { 40: 0, 41: 0, [14 + 28 + 240 + 3]: 12, [14 + 28 + 240 + 4]: 200 });
    const result = decodePacket(bytes, LinkType.ethernet);
    assert.ok(result.ok);
    assert.deepEqual(
      result.problems.map(({ kind, offset, option: code }) => ({ kind, offset, code })),
      [{ kind: "truncated-option", offset: 285, code: 12 }],
    );
  });

  const TOO_MUCH: readonly (readonly [name: string, packet: Packet, expected: string])[] = [
    ["an Ethernet address of 5 bytes", { ...DISCOVER, link: { ...LINK, source: new Uint8Array(5) } }, "link: bad-length"],
    [
      "a cooked address of 9 bytes",
      { ...PING, link: { kind: "linux-sll", packetType: 0, hardwareType: 1, address: new Uint8Array(9), interfaceIndex: 0, vlans: [] } },
      "link: bad-length",
    ],
    ["IPv4 options of 5 bytes", { ...DISCOVER, ip: { ...IPV4, options: new Uint8Array(5) } }, "ipv4: bad-length"],
    ["IPv4 options of 44 bytes", { ...DISCOVER, ip: { ...IPV4, options: new Uint8Array(44) } }, "ipv4: bad-length"],
    ["an IPv6 address of 4 bytes", { ...SOLICIT, ip: { ...IPV6, source: new Uint8Array(4) } }, "ipv6: bad-length"],
    [
      "an extension header of 7 bytes",
      { ...SOLICIT, ip: { ...IPV6, extensions: [{ type: 60, data: new Uint8Array(5) }] } },
      "ipv6: bad-length",
    ],
    [
      "an extension header of no known type",
      { ...SOLICIT, ip: { ...IPV6, extensions: [{ type: 17, data: new Uint8Array(6) }] } },
      "ipv6: bad-length",
    ],
    ["an ND option of 3 bytes", { ...ADVERTISEMENT, nd: { type: 133, options: [{ type: 1, data: new Uint8Array(1) }] } }, "nd: bad-length"],
    ["a target of 4 bytes", { ...ADVERTISEMENT, nd: { type: 135, target: new Uint8Array(4), options: [] } }, "nd: bad-length"],
    [
      "a fragment at 3",
      { kind: "fragment", link: LINK, ip: IPV4, fragment: { offset: 3, more: true, identification: 0 }, protocol: 17, payload: CLIENT },
      "ipv4: bad-length",
    ],
    ["70,000 bytes over UDP", { ...DISCOVER, kind: "udp", payload: new Uint8Array(70_000) }, "ipv4: too-long"],
    ["the same over IPv6", { ...SOLICIT, kind: "udp", payload: new Uint8Array(70_000) }, "ipv6: too-long"],
    ["70,000 bytes of DHCPv4", { ...DISCOVER, message: dhcp4Message([{ code: 43, data: new Uint8Array(70_000) }]) }, "dhcp4: too-long"],
    ["70,000 bytes of DHCPv6", { ...SOLICIT, message: dhcp6Message([{ code: 17, data: new Uint8Array(70_000) }]) }, "dhcp6: too-long"],
    [
      "the same in two options",
      {
        ...SOLICIT,
        message: dhcp6Message([
          { code: 17, data: new Uint8Array(40_000) },
          { code: 17, data: new Uint8Array(30_000) },
        ]),
      },
      "dhcp6: too-long",
    ],
  ];
  for (const [name, packet, expected] of TOO_MUCH) {
    test(`${name} can't be built: ${expected}`, () => {
      const result = encodePacket(packet);
      assert.equal(result.ok ? "built" : `${result.layer}: ${result.reason}`, expected);
    });
  }

  test("the caller's payload is not written to", () => {
    const payload = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const body = payload.slice();
    bytesOf({ kind: "ip", link: LINK, ip: IPV4, protocol: 17, payload: body });
    bytesOf({ kind: "udp", link: LINK, ip: IPV4, udp: { sourcePort: 1, destinationPort: 2 }, payload: body });
    assert.deepEqual(body, payload);
  });

  test("packets are shown with their addresses, and what they say", () => {
    const shown = (packet: Packet): readonly string[] => formatPacket(packet).split("\n").slice(0, 3);
    const ETHERNET = "02:00:00:00:00:10 > ff:ff:ff:ff:ff:ff";
    assert.deepEqual(shown({ ...DISCOVER, link: { ...LINK, vlans: VLANS } }), [
      `${ETHERNET}, VLAN 100, VLAN 5, 0.0.0.0:68 > 255.255.255.255:67`,
      "DHCPDISCOVER request, xid 0xdeadbeef",
      "  chaddr 02:00:00:00:00:10",
    ]);
    assert.deepEqual(shown(SOLICIT).slice(0, 1), [`${ETHERNET}, [fe80::10]:546 > [ff02::1:2]:547`]);
    assert.deepEqual(shown(PING), [`${ETHERNET}, 0.0.0.0 > 255.255.255.255`, "ICMP echo request, identifier 7, sequence 1, 1 byte"]);
    assert.deepEqual(shown(ADVERTISEMENT).slice(1), [
      "router advertisement, addresses by DHCPv6, other configuration by DHCPv6, router lifetime 1800 s",
      "  source link-layer address 02:00:00:00:00:10",
    ]);
  });
});

test("60,000 mutated packets of every kind are decoded, or refused, and shown without an exception", () => {
  const random = createRandom(791);
  const seeds = fc.sample(anyPacket, { numRuns: 200, seed: 768 }).map((packet) => [bytesOf(packet), linkTypeOf(packet.link)] as const);
  const linkTypes = Object.values(LinkType);
  let usable = 0;
  for (let run = 0; run < 60_000; run++) {
    const [seed, linkType] = random.pick(seeds);
    const bytes = seed.slice(0, random.below(8) === 0 ? random.below(seed.length + 1) : seed.length);
    for (let i = random.below(6); i > 0 && bytes.length > 0; i--) bytes[random.below(Math.min(bytes.length, 90))] = random.below(256);
    const result = decodePacket(bytes, random.below(10) === 0 ? random.pick(linkTypes) : linkType, {
      verifyChecksums: random.below(2) === 0,
    });
    if (result.ok) {
      usable++;
      if (run % 10 === 0) formatPacket(result.packet);
      if (run % 10 === 0) encodePacket(result.packet);
    } else {
      assert.ok(result.error.offset >= 0 && result.error.offset <= bytes.length, JSON.stringify(result.error));
    }
  }
  assert.ok(usable > 20_000, String(usable));
});
