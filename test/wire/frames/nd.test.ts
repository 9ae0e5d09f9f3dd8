import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex, NO_BYTES } from "../../../src/net/bytes.ts";
import { IPV6_UNSPECIFIED, type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { ipv6Checksum, NextHeader, parseIpv6Packet, writeIpv6 } from "../../../src/wire/frames/ipv6.ts";
import {
  multicastHardwareAddress,
  NEIGHBOR_LENGTH,
  type NeighborPacket,
  NeighborType,
  parseNeighbor,
  solicitedNode,
  writeNeighbor,
} from "../../../src/wire/frames/nd.ts";

const address = (text: string): Ipv6 => parseIpv6(text) as Ipv6;
const hex = (text: string): Uint8Array => fromHex(text.replaceAll(" ", "")) as Uint8Array;

const TARGET = address("2001:db8::1:2:3456");
const GROUP = address("ff02::1:ff02:3456");
const ALL_NODES = address("ff02::1");
const OWN = address("fe80::1");
const MAC = Uint8Array.of(2, 0, 0x5e, 1, 2, 3);

const PROBE: NeighborPacket = {
  type: NeighborType.solicitation,
  source: IPV6_UNSPECIFIED,
  destination: GROUP,
  target: TARGET,
  solicited: false,
  linkLayerAddress: NO_BYTES,
};
/** As one asks who has an address already. */
const RESOLUTION: NeighborPacket = { ...PROBE, source: OWN, linkLayerAddress: MAC };
/** The answer to PROBE, and to RESOLUTION. */
const TO_ALL: NeighborPacket = { ...RESOLUTION, type: NeighborType.advertisement, source: TARGET, destination: ALL_NODES };
const TO_ONE: NeighborPacket = { ...TO_ALL, destination: OWN, solicited: true };

function written(packet: NeighborPacket): Uint8Array {
  const bytes = new Uint8Array(NEIGHBOR_LENGTH + 8).fill(0xaa);
  return bytes.subarray(0, writeNeighbor(bytes, 0, packet));
}

/** Changes bytes of a packet, and puts its checksum right again unless that was changed. */
function changed(bytes: Uint8Array, changes: { readonly [offset: number]: number }): Uint8Array {
  const copy = bytes.slice();
  for (const [offset, value] of Object.entries(changes)) copy[Number(offset)] = value;
  if (42 in changes) return copy;
  return summed(copy);
}

function summed(bytes: Uint8Array): Uint8Array {
  bytes.set([0, 0], 42);
  const sum = ipv6Checksum(bytes, 0, bytes.length, NextHeader.icmpv6);
  bytes.set([sum >>> 8, sum & 255], 42);
  return bytes;
}

/** The packet with these options behind it. */
function withOptions(bytes: Uint8Array, options: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + options.length);
  longer.set(bytes);
  longer.set(options, bytes.length);
  longer[5] = longer.length - 40;
  return summed(longer);
}

test("the group of an address is that of its last 24 bits, and has a hardware address on Ethernet", () => {
  assert.deepEqual(solicitedNode(TARGET), GROUP);
  assert.deepEqual(multicastHardwareAddress(GROUP), Uint8Array.of(0x33, 0x33, 0xff, 0x02, 0x34, 0x56));
  // What is leased is one byte longer than an address.
  assert.deepEqual(solicitedNode(Uint8Array.from([...TARGET, 128])), GROUP);
});

test("packets have the headers of RFC 8200 and RFC 4861", () => {
  const cases: [name: string, packet: NeighborPacket, bytes: string][] = [
    [
      "duplicate address detection",
      PROBE,
      "60000000 0018 3a ff 00000000000000000000000000000000 ff0200000000000000000001ff023456 87 00 e43d 00000000 20010db8000000000000000100023456",
    ],
    [
      "address resolution",
      RESOLUTION,
      "60000000 0020 3a ff fe800000000000000000000000000001 ff0200000000000000000001ff023456 87 00 82ae 00000000 20010db8000000000000000100023456 0101 02005e010203",
    ],
    [
      "an advertisement to all",
      TO_ALL,
      "60000000 0020 3a ff 20010db8000000000000000100023456 ff020000000000000000000000000001 88 00 5077 00000000 20010db8000000000000000100023456 0201 02005e010203",
    ],
    [
      "an advertisement to one",
      TO_ONE,
      "60000000 0020 3a ff 20010db8000000000000000100023456 fe800000000000000000000000000001 88 00 10f9 40000000 20010db8000000000000000100023456 0201 02005e010203",
    ],
  ];
  for (const [name, packet, bytes] of cases) {
    assert.deepEqual(written(packet), hex(bytes), name);
    assert.deepEqual(parseNeighbor(hex(bytes), 0), packet, name);
  }
});

test("a packet can stand anywhere, with padding behind it", () => {
  const bytes = new Uint8Array(100).fill(0x55);
  assert.equal(writeNeighbor(bytes, 14, PROBE), NEIGHBOR_LENGTH);
  assert.deepEqual(parseNeighbor(bytes, 14), PROBE);
  assert.deepEqual(parseNeighbor(bytes, 14, 14 + NEIGHBOR_LENGTH), PROBE);
  assert.equal(parseNeighbor(bytes, 14, 13 + NEIGHBOR_LENGTH), undefined);
  assert.deepEqual([bytes[13], bytes[14 + NEIGHBOR_LENGTH]], [0x55, 0x55]);
});

test("a change of any one byte is noticed, but for traffic class and flow label", () => {
  for (const packet of [PROBE, RESOLUTION, TO_ALL, TO_ONE]) {
    const bytes = written(packet);
    for (const at of bytes.keys()) {
      if (at >= 1 && at <= 3) continue;
      const bumped = bytes.slice();
      bumped[at] = (bumped[at] as number) ^ 0x80;
      assert.equal(parseNeighbor(bumped, 0), undefined, `byte ${at}`);
    }
  }
});

test("what is not valid by RFC 4861 sections 7.1.1 and 7.1.2 is refused, its checksum being right", () => {
  const [probe, resolution, toAll] = [written(PROBE), written(RESOLUTION), written(TO_ALL)];
  const cases: [name: string, bytes: Uint8Array][] = [
    ["nothing", NO_BYTES],
    ["IPv4", changed(probe, { 0: 0x45 })],
    ["not ICMPv6", changed(probe, { 6: 17 })],
    ["an extension header", changed(probe, { 6: 0 })],
    ["a hop limit of less than 255", changed(probe, { 7: 254 })],
    ["a router solicitation", changed(probe, { 40: 133 })],
    ["a redirect", changed(probe, { 40: 137 })],
    ["a code that is not 0", changed(probe, { 41: 1 })],
    ["a wrong checksum", changed(probe, { 42: 0 })],
    ["an ICMP length of less than 24 bytes", summed(changed(probe, { 5: 23 }).slice(0, 63))],
    ["a multicast target of a solicitation", changed(probe, { 48: 0xff })],
    ["a multicast target of an advertisement", changed(toAll, { 48: 0xff })],
    ["an option of length 0", changed(resolution, { 65: 0 })],
    ["an option of another type of length 0", changed(resolution, { 64: 14, 65: 0 })],
    ["an option over the end", changed(resolution, { 65: 2 })],
    ["half an option", withOptions(probe, Uint8Array.of(14))],
    ["from no address to all nodes", written({ ...PROBE, destination: ALL_NODES })],
    ["from no address to an address", written({ ...PROBE, destination: TARGET })],
    ["from no address with a link-layer address", written({ ...PROBE, linkLayerAddress: MAC })],
    ["an answer to one, to all", written({ ...TO_ALL, solicited: true })],
  ];
  for (const [name, bytes] of cases) assert.equal(parseNeighbor(bytes, 0), undefined, name);
});

test("what RFC 4861 has ignored is ignored", () => {
  const probe = written(PROBE);
  const nonce = Uint8Array.of(14, 1, 1, 2, 3, 4, 5, 6);
  const cases: [name: string, bytes: Uint8Array, packet: NeighborPacket][] = [
    ["reserved bits of a solicitation", changed(probe, { 44: 0xff, 45: 0xff, 46: 0xff, 47: 0xff }), PROBE],
    ["flags of another meaning", changed(written(TO_ALL), { 44: 0xa0 }), TO_ALL],
    ["a nonce (RFC 3971, RFC 7527)", withOptions(probe, nonce), PROBE],
    ["an option of the other type of message", withOptions(probe, Uint8Array.of(2, 1, ...MAC)), PROBE],
    ["an option in front of the address", withOptions(changed(written(RESOLUTION), { 64: 14 }), Uint8Array.of(1, 1, ...MAC)), RESOLUTION],
    ["a second address", withOptions(written(RESOLUTION), Uint8Array.of(1, 1, 9, 9, 9, 9, 9, 9)), RESOLUTION],
  ];
  for (const [name, bytes, packet] of cases) assert.deepEqual(parseNeighbor(bytes, 0), packet, name);
});

test("an IPv6 header survives, and its payload lies inside of the bytes", () => {
  const header = { nextHeader: 17, hopLimit: 64, source: OWN, destination: TARGET };
  const bytes = new Uint8Array(50).fill(0xaa);
  assert.equal(writeIpv6(bytes, 2, 5, header), 40);
  assert.deepEqual(parseIpv6Packet(bytes, 2), { ...header, payloadOffset: 42, payloadEnd: 47 });
  assert.ok(parseIpv6Packet(bytes, 2, 47));
  assert.equal(parseIpv6Packet(bytes, 2, 46), undefined);
  assert.equal(parseIpv6Packet(bytes, 11), undefined);
});

test("any bytes are parsed or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(20), fc.nat(140), fc.boolean(), (bytes, offset, limit, whole) => {
      // Most of them pass the first checks.
      if (bytes.length > offset + 40) {
        bytes.set([0x60, 0, 0, 0, 0, bytes.length - offset - 40, 58, 255], offset);
        bytes[offset + 40] = 135 + ((bytes[offset + 8] as number) & 1);
      }
      const packet = parseNeighbor(bytes, offset, whole ? undefined : limit);
      assert.ok(packet === undefined || packet.target.length === 16);
    }),
    { numRuns: 2000 },
  );
});

test("any packet survives, its link-layer address with it", () => {
  const anyAddress = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Uint8Array.of(0x20, ...bytes.subarray(1)));
  fc.assert(
    fc.property(anyAddress, anyAddress, anyAddress, fc.boolean(), fc.boolean(), (source, destination, target, advertises, told) => {
      const type = advertises ? NeighborType.advertisement : NeighborType.solicitation;
      const packet = { type, source, destination, target, solicited: advertises, linkLayerAddress: told ? MAC : NO_BYTES };
      assert.deepEqual(parseNeighbor(written(packet), 0), packet);
    }),
  );
});
