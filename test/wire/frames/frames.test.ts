import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex } from "../../../src/net/bytes.ts";
import { ArpOperation, parseArp, writeArp } from "../../../src/wire/frames/arp.ts";
import { checksum } from "../../../src/wire/frames/checksum.ts";
import { ETHERNET_BROADCAST, EtherType, parseEthernet, writeEthernet } from "../../../src/wire/frames/ethernet.ts";
import { IcmpType, parseIcmpEcho, writeIcmpEcho } from "../../../src/wire/frames/icmp.ts";
import { type Ipv4UdpProblem, parseIpv4Udp, writeIpv4Udp } from "../../../src/wire/frames/ipv4-udp.ts";

const VERIFY = { verifyUdpChecksum: true };
const SERVER = 0x0a000001;
const CLIENT = 0x0a000005;

function packet(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(28 + payload.length).fill(0xaa);
  bytes.set(payload, 28);
  assert.equal(writeIpv4Udp(bytes, 28, payload.length, SERVER, 67, CLIENT, 68), bytes.length);
  return bytes;
}

/** Changes bytes of a packet and puts its IP checksum right again. */
function changed(bytes: Uint8Array, changes: { readonly [offset: number]: number }): Uint8Array {
  const copy = bytes.slice();
  for (const [offset, value] of Object.entries(changes)) copy[Number(offset)] = value;
  if (10 in changes || 11 in changes) return copy;
  copy[10] = 0;
  copy[11] = 0;
  const sum = checksum(copy, 0, Math.min(((copy[0] as number) & 15) * 4, copy.length));
  copy[10] = sum >>> 8;
  copy[11] = sum;
  return copy;
}

test("the checksum of RFC 1071's example is right", () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  assert.equal(checksum(bytes, 0, 8), ~0xddf2 & 0xffff);
  assert.equal(checksum(bytes, 0, 7), ~(0x0001 + 0xf203 + 0xf4f5 + 0xf600 - 2 * 0x10000 + 2) & 0xffff);
  assert.equal(checksum(new Uint8Array(65535).fill(255), 0, 65534), 0);
});

test("a packet has the headers of RFC 791 and RFC 768", () => {
  const bytes = packet(Uint8Array.of(1, 2, 3));
  assert.deepEqual(bytes, fromHex("4500 001f 0000 4000 4011 26c9 0a000001 0a000005 0043 0044 000b e749 010203".replaceAll(" ", "")));
  assert.deepEqual(parseIpv4Udp(bytes, bytes.length, VERIFY), {
    ok: true,
    source: SERVER,
    destination: CLIENT,
    sourcePort: 67,
    destinationPort: 68,
    payloadOffset: 28,
    payloadLength: 3,
  });
});

test("headers can stand anywhere in front of the payload", () => {
  const bytes = new Uint8Array(64);
  bytes.set([7, 8], 42);
  assert.equal(writeIpv4Udp(bytes, 42, 2, SERVER, 67, CLIENT, 68), 30);
  assert.deepEqual(bytes.subarray(14, 44), packet(Uint8Array.of(7, 8)));
});

test("any payload survives, and a computed checksum of 0 is sent as 0xffff", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (payload) => {
      const bytes = packet(payload);
      const parsed = parseIpv4Udp(bytes, bytes.length, VERIFY);
      assert.ok(parsed.ok);
      assert.deepEqual(bytes.subarray(parsed.payloadOffset, parsed.payloadOffset + parsed.payloadLength), payload);
      assert.notDeepEqual(bytes.subarray(26, 28), Uint8Array.of(0, 0));
    }),
  );
  const plain = packet(Uint8Array.of(0, 0));
  const zero = packet(plain.slice(26, 28));
  assert.deepEqual(zero.subarray(26, 28), Uint8Array.of(255, 255));
  assert.ok(parseIpv4Udp(zero, zero.length, VERIFY).ok);
});

test("a change of any one byte from the source address on is noticed", () => {
  const bytes = packet(Uint8Array.from({ length: 300 }, (_, i) => i * 31));
  for (let at = 12; at < bytes.length; at++) {
    const bumped = bytes.slice();
    bumped[at] = (bumped[at] as number) + 1;
    // A UDP checksum that becomes 0 would mean "not computed"; this packet's does not.
    assert.equal(parseIpv4Udp(bumped, bumped.length, VERIFY).ok, false, `byte ${at}`);
  }
});

test("a UDP checksum of 0 was not computed and is accepted; so is an IP checksum of 0", () => {
  const bytes = packet(Uint8Array.of(1, 2, 3));
  assert.ok(parseIpv4Udp(changed(bytes, { 26: 0, 27: 0, 30: 99 }), bytes.length, VERIFY).ok);
  assert.ok(parseIpv4Udp(changed(bytes, { 10: 0, 11: 0 }), bytes.length, VERIFY).ok);
  const wrong = changed(bytes, { 26: 1, 27: 1 });
  assert.deepEqual(parseIpv4Udp(wrong, wrong.length, VERIFY), { ok: false, reason: "bad-udp-checksum" });
  assert.ok(parseIpv4Udp(wrong, wrong.length, { verifyUdpChecksum: false }).ok);
});

test("packets that are not a whole UDP datagram are refused with the reason", () => {
  const bytes = packet(Uint8Array.of(1, 2, 3));
  const cases: [name: string, bytes: Uint8Array, reason: Ipv4UdpProblem][] = [
    ["nothing", new Uint8Array(0), "truncated"],
    ["one byte less than two headers", bytes.subarray(0, 27), "truncated"],
    ["cut off", bytes.subarray(0, bytes.length - 1), "truncated"],
    ["IPv6", changed(bytes, { 0: 0x65 }), "not-ipv4"],
    ["a header of 16 bytes", changed(bytes, { 0: 0x44 }), "bad-ip-header"],
    ["a total length within the header", changed(bytes, { 3: 19 }), "bad-ip-header"],
    ["a wrong IP checksum", changed(bytes, { 10: 1 }), "bad-ip-checksum"],
    ["the first fragment", changed(bytes, { 6: 0x20 }), "fragment"],
    ["a later fragment", changed(bytes, { 6: 0, 7: 1 }), "fragment"],
    ["TCP", changed(bytes, { 9: 6 }), "not-udp"],
    ["no room for the UDP header", changed(bytes, { 3: 27 }), "bad-udp-length"],
    ["a UDP length below 8", changed(bytes, { 25: 7 }), "bad-udp-length"],
    ["a UDP length over the end", changed(bytes, { 25: 12 }), "bad-udp-length"],
    ["a header length over the end", changed(bytes, { 0: 0x4f }), "bad-ip-header"],
  ];
  for (const [name, value, reason] of cases) assert.deepEqual(parseIpv4Udp(value, value.length, VERIFY), { ok: false, reason }, name);
});

test("IP options are skipped, Ethernet padding is ignored, and a UDP datagram may be shorter than its packet", () => {
  const plain = packet(Uint8Array.of(1, 2, 3, 4));
  const withOptions = new Uint8Array(plain.length + 4);
  withOptions.set(plain.subarray(0, 20));
  withOptions.set([1, 1, 1, 0], 20);
  withOptions.set(plain.subarray(20), 24);
  const parsed = parseIpv4Udp(changed(withOptions, { 0: 0x46, 3: withOptions.length }), withOptions.length, VERIFY);
  assert.ok(parsed.ok);
  assert.deepEqual([parsed.payloadOffset, parsed.payloadLength], [32, 4]);

  const padded = new Uint8Array(60).fill(0x55);
  padded.set(plain);
  const unpadded = parseIpv4Udp(padded, padded.length, VERIFY);
  assert.ok(unpadded.ok);
  assert.equal(unpadded.payloadLength, 4);
});

test("any bytes are parsed or refused, and a payload lies inside of them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 100 }), (bytes, length) => {
      if (bytes.length > 12) bytes.set([0x45, 0, 0, bytes.length, 0, 0, 0, 0, 9, 17, 0, 0]);
      const parsed = parseIpv4Udp(bytes, length, { verifyUdpChecksum: false });
      if (parsed.ok) assert.ok(parsed.payloadOffset + parsed.payloadLength <= Math.min(length, bytes.length));
      parseEthernet(bytes, length);
      parseArp(bytes, 0, length);
      parseIcmpEcho(bytes, 0, length);
    }),
    { numRuns: 2000 },
  );
});

const MAC = Uint8Array.of(2, 0, 0, 0, 0, 0x10);

test("Ethernet headers are written and parsed, with VLAN tags in between", () => {
  const frame = new Uint8Array(16);
  assert.equal(writeEthernet(frame, ETHERNET_BROADCAST, MAC, EtherType.arp), 14);
  assert.deepEqual(parseEthernet(frame), {
    destination: ETHERNET_BROADCAST,
    source: MAC,
    etherType: 0x0806,
    vlan: undefined,
    payloadOffset: 14,
  });
  const tagged = Uint8Array.from([...frame.subarray(0, 12), 0x88, 0xa8, 0, 5, 0x81, 0, 0xe0, 7, 0x08, 0]);
  assert.deepEqual(parseEthernet(tagged), { destination: ETHERNET_BROADCAST, source: MAC, etherType: 0x0800, vlan: 7, payloadOffset: 22 });
  for (let length = 0; length < 22; length++) assert.equal(parseEthernet(tagged, length), undefined, `length ${length}`);
});

test("ARP packets survive, and others are not ARP for IPv4 over Ethernet", () => {
  const probe = {
    operation: ArpOperation.request,
    senderHardwareAddress: MAC,
    senderAddress: 0,
    targetHardwareAddress: new Uint8Array(6),
    targetAddress: CLIENT,
  };
  const bytes = new Uint8Array(30).fill(0xaa);
  assert.equal(writeArp(bytes, 1, probe), 28);
  assert.deepEqual(bytes.subarray(1, 29), fromHex("0001080006040001020000000010000000000000000000000a000005"));
  assert.deepEqual(parseArp(bytes, 1), probe);
  assert.equal(parseArp(bytes, 1, 28), undefined);
  assert.equal(parseArp(bytes, 0), undefined);
});

test("ICMP echoes survive with their checksum, and a wrong one is refused", () => {
  const echo = { type: IcmpType.echoRequest, identifier: 0x1234, sequence: 7, data: Uint8Array.of(1, 2, 3) };
  const bytes = new Uint8Array(13);
  assert.equal(writeIcmpEcho(bytes, 1, echo), 11);
  assert.deepEqual(parseIcmpEcho(bytes, 1, 12), echo);
  assert.equal(checksum(bytes, 1, 12), 0);
  bytes[10] = 99;
  assert.equal(parseIcmpEcho(bytes, 1, 12), undefined);
  assert.equal(parseIcmpEcho(bytes, 1, 8), undefined);
});
