/** Packets of every kind, for the tests of frames and captures. */
import fc from "fast-check";
import type { Ipv4Header, Ipv6Header } from "../../../src/wire/frames/ip-headers.ts";
import type { LinkHeader, VlanTag } from "../../../src/wire/frames/link.ts";
import type { NdMessage, NdOption } from "../../../src/wire/frames/nd-message.ts";
import type { Packet } from "../../../src/wire/frames/packet.ts";
import { anyMessage as anyDhcp4 } from "../dhcp4/arbitrary.ts";
import { anyMessage as anyDhcp6 } from "../dhcp6/arbitrary.ts";

const PLAIN: { noNullPrototype: true } = { noNullPrototype: true };

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const sized = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const payload = fc.uint8Array({ maxLength: 60 });

const anyVlan: fc.Arbitrary<VlanTag> = fc.record(
  { type: fc.constantFrom(0x8100, 0x88a8, 0x9100), priority: fc.nat(7), dropEligible: fc.boolean(), id: fc.nat(4095) },
  PLAIN,
);
const vlans = fc.array(anyVlan, { maxLength: 3 });

const ethernet: fc.Arbitrary<LinkHeader> = fc.record(
  { kind: fc.constant("ethernet" as const), destination: sized(6), source: sized(6), vlans },
  PLAIN,
);
const cooked: fc.Arbitrary<LinkHeader> = fc
  .record(
    {
      kind: fc.constantFrom("linux-sll" as const, "linux-sll2" as const),
      packetType: fc.nat(4),
      hardwareType: u16,
      address: fc.uint8Array({ maxLength: 8 }),
      interfaceIndex: u32,
      vlans,
    },
    PLAIN,
  )
  .map((header) => (header.kind === "linux-sll" ? { ...header, interfaceIndex: 0 } : header));

/** Over which ARP and IP go alike. */
const withEtherType = fc.oneof(ethernet, cooked);

/** Over which this version of IP goes. */
function linkOf(version: 4 | 6): fc.Arbitrary<LinkHeader> {
  const family = version === 4 ? fc.constant(2) : fc.constantFrom(10, 24, 28, 30);
  const loopback: fc.Arbitrary<LinkHeader> = fc.oneof(
    fc.record({ kind: fc.constant("null" as const), family, littleEndian: fc.boolean() }, PLAIN),
    fc.record({ kind: fc.constant("loop" as const), family, littleEndian: fc.constant(false) }, PLAIN),
  );
  return fc.oneof(withEtherType, loopback, fc.constant({ kind: "raw" as const }));
}

const ipv4: fc.Arbitrary<Ipv4Header> = fc.record(
  {
    version: fc.constant(4 as const),
    source: u32,
    destination: u32,
    trafficClass: u8,
    identification: u16,
    dontFragment: fc.boolean(),
    hopLimit: u8,
    options: fc.nat(10).chain((words) => sized(4 * words)),
  },
  PLAIN,
);

/** Not the routing type that says where else the packet goes: that is a test of its own. */
const extension = fc.oneof(
  fc.record({ type: fc.constantFrom(0, 43, 60, 135), data: fc.nat(3).chain((units) => sized(8 * units + 6)) }, PLAIN),
  fc.record({ type: fc.constant(51), data: fc.nat(3).chain((units) => sized(8 * units + 6)) }, PLAIN),
  // Of a whole packet.
  sized(4).map((id) => ({ type: 44, data: Uint8Array.of(0, 0, ...id) })),
);

function ipv6(hopLimit: fc.Arbitrary<number>): fc.Arbitrary<Ipv6Header> {
  return fc.record(
    {
      version: fc.constant(6 as const),
      source: sized(16),
      destination: sized(16),
      trafficClass: u8,
      flowLabel: fc.nat(0xfffff),
      hopLimit,
      extensions: fc.array(extension, { maxLength: 3 }),
    },
    PLAIN,
  );
}

const ndOptions: fc.Arbitrary<NdOption[]> = fc.array(
  fc.record({ type: u8, data: fc.nat(3).chain((units) => sized(8 * units + 6)) }, PLAIN),
  { maxLength: 3 },
);

const anyNd: fc.Arbitrary<NdMessage> = fc.oneof(
  fc.record({ type: fc.constant(133 as const), options: ndOptions }, PLAIN),
  fc.record(
    {
      type: fc.constant(134 as const),
      currentHopLimit: u8,
      flags: u8,
      routerLifetime: u16,
      reachableTime: u32,
      retransmissionTimer: u32,
      options: ndOptions,
    },
    PLAIN,
  ),
  fc.record({ type: fc.constant(135 as const), target: sized(16), options: ndOptions }, PLAIN),
  fc.record({ type: fc.constant(136 as const), flags: u8, target: sized(16), options: ndOptions }, PLAIN),
  fc.record({ type: fc.constant(137 as const), target: sized(16), destination: sized(16), options: ndOptions }, PLAIN),
);

const anyPort = u16.filter((port) => ![67, 68, 546, 547].includes(port));

function udp(...dhcp: readonly number[]): fc.Arbitrary<{ sourcePort: number; destinationPort: number }> {
  const port = fc.constantFrom(...dhcp);
  return fc.oneof(
    fc.record({ sourcePort: port, destinationPort: port }, PLAIN),
    fc.record({ sourcePort: anyPort, destinationPort: port }, PLAIN),
    fc.record({ sourcePort: port, destinationPort: anyPort }, PLAIN),
  );
}

/** As a packet has it: pieces of long options are options, and 82 goes last. */
const dhcp4Message = anyDhcp4.map((message) => ({
  ...message,
  options: message.options.filter(({ code, data }) => code !== 82 && data.length <= 255).map(({ code, data }) => ({ code, data })),
}));

/** Of a version of IP, with the IP header that it goes with. */
function overIp<T extends object>(version: 4 | 6, fields: (ip: Ipv4Header | Ipv6Header) => fc.Arbitrary<T>): fc.Arbitrary<T> {
  const header: fc.Arbitrary<Ipv4Header | Ipv6Header> = version === 4 ? ipv4 : ipv6(u8);
  return header.chain(fields);
}

function ofEither(version: 4 | 6): fc.Arbitrary<Packet> {
  const link = linkOf(version);
  const offset = fc.nat(0x1ffe).map((units) => units * 8);
  return overIp<Packet>(version, (header) => {
    const ip = fc.constant(header);
    const identification = version === 4 ? fc.constant((header as Ipv4Header).identification) : u32;
    return fc.oneof(
      fc.record(
        { kind: fc.constant("udp" as const), link, ip, udp: fc.record({ sourcePort: anyPort, destinationPort: anyPort }, PLAIN), payload },
        PLAIN,
      ),
      fc.record(
        {
          kind: fc.constant("icmp" as const),
          link,
          ip,
          icmp: fc.record(
            { type: fc.constantFrom(0, 1, 3, 8, 128, 129), code: u8, body: fc.uint8Array({ minLength: 4, maxLength: 40 }) },
            PLAIN,
          ),
        },
        PLAIN,
      ),
      fc.record({ kind: fc.constant("ip" as const), link, ip, protocol: fc.constantFrom(2, 6, 50, 89, 132), payload }, PLAIN),
      fc.record(
        {
          kind: fc.constant("fragment" as const),
          link,
          ip,
          fragment: fc.record({ offset, more: fc.boolean(), identification }, PLAIN).filter(({ offset: at, more }) => at > 0 || more),
          protocol: fc.constantFrom(6, 17, 58),
          payload,
        },
        PLAIN,
      ),
    );
  });
}

export const anyPacket: fc.Arbitrary<Packet> = fc.oneof(
  ofEither(4),
  ofEither(6),
  fc.record({ kind: fc.constant("dhcp4" as const), link: linkOf(4), ip: ipv4, udp: udp(67, 68), message: dhcp4Message }, PLAIN),
  fc.record({ kind: fc.constant("dhcp6" as const), link: linkOf(6), ip: ipv6(u8), udp: udp(546, 547), message: anyDhcp6 }, PLAIN),
  fc.record({ kind: fc.constant("nd" as const), link: linkOf(6), ip: ipv6(fc.constant(255)), nd: anyNd }, PLAIN),
  fc.record(
    {
      kind: fc.constant("arp" as const),
      link: withEtherType,
      arp: fc.record(
        { operation: u16, senderHardwareAddress: sized(6), senderAddress: u32, targetHardwareAddress: sized(6), targetAddress: u32 },
        PLAIN,
      ),
    },
    PLAIN,
  ),
  fc.record({ kind: fc.constant("other" as const), link: withEtherType, etherType: fc.constantFrom(0x26, 0x88cc, 0x86dc), payload }, PLAIN),
);
