import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { type CapturedPacket, type CaptureProblem, MAX_PACKET_LENGTH } from "../../../src/wire/capture/packet.ts";
import { createPcapWriter } from "../../../src/wire/capture/pcap.ts";
import { createPcapngWriter } from "../../../src/wire/capture/pcapng.ts";
import { createCaptureReader, isCapture } from "../../../src/wire/capture/reader.ts";
import { readCapture } from "../../../src/wire/capture/stream.ts";
import { createRandom } from "../../support/random.ts";

const PLAIN: { noNullPrototype: true } = { noNullPrototype: true };

const anyCaptured: fc.Arbitrary<CapturedPacket> = fc
  .record(
    {
      linkType: fc.constantFrom(1, 101, 276),
      time: fc.bigInt(0n, 4_000_000_000_000_000_000n),
      bytes: fc.uint8Array({ maxLength: 70 }),
      more: fc.nat(9),
      interfaceName: fc.constantFrom("eth0", "br-lan ü", undefined),
    },
    PLAIN,
  )
  .map(({ more, ...packet }) => ({ ...packet, originalLength: packet.bytes.length + more }));

/** A field in the order of the file. */
type Field = readonly [bytes: 2 | 4, value: number];

function fields(littleEndian: boolean, ...list: readonly (Field | Uint8Array)[]): Uint8Array {
  return joined(
    ...list.map((one) => {
      if (one instanceof Uint8Array) return one;
      const view = new DataView(new ArrayBuffer(one[0]));
      if (one[0] === 2) view.setUint16(0, one[1], littleEndian);
      else view.setUint32(0, one[1], littleEndian);
      return new Uint8Array(view.buffer);
    }),
  );
}

function block(type: number, body: Uint8Array, littleEndian = true): Uint8Array {
  const padding = new Uint8Array((4 - (body.length % 4)) % 4);
  const length = 12 + body.length + padding.length;
  return fields(littleEndian, [4, type], [4, length], body, padding, [4, length]);
}

function section(littleEndian = true): Uint8Array {
  return block(0x0a0d0d0a, fields(littleEndian, [4, 0x1a2b3c4d], [2, 1], [2, 0], [4, 0xffffffff], [4, 0xffffffff]), littleEndian);
}

/** `options`: code and value. */
function description(
  linkType: number,
  options: readonly (readonly [number, Uint8Array])[] = [],
  littleEndian = true,
  snapLength = 0,
): Uint8Array {
  const list = options.map(([code, value]) =>
    fields(littleEndian, [2, code], [2, value.length], value, new Uint8Array((4 - (value.length % 4)) % 4)),
  );
  return block(1, fields(littleEndian, [2, linkType], [2, 0], [4, snapLength], ...list), littleEndian);
}

function enhanced(id: number, stamp: bigint, bytes: Uint8Array, littleEndian = true, kept: number = bytes.length): Uint8Array {
  const [high, low] = [Number(stamp >> 32n), Number(stamp & 0xffffffffn)];
  return block(6, fields(littleEndian, [4, id], [4, high], [4, low], [4, kept], [4, bytes.length], bytes), littleEndian);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** Reads it cut into pieces of these lengths, over and over. */
function read(bytes: Uint8Array, ...cuts: readonly number[]): { packets: CapturedPacket[]; problem: CaptureProblem | undefined } {
  const reader = createCaptureReader();
  const packets: CapturedPacket[] = [];
  let problem: CaptureProblem | undefined;
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = cuts.length === 0 ? bytes.length : Math.max(cuts[i % cuts.length] as number, 1);
    // Whoever gave the piece may use its memory again.
    const piece = bytes.slice(at, at + length);
    const result = reader.read(piece);
    piece.fill(0xee);
    packets.push(...result.packets);
    problem = result.problem;
    at += length;
  }
  return { packets, problem: problem ?? reader.end() };
}

describe("captures", () => {
  test("what a pcap writer wrote is read again, in both byte orders and units, cut anywhere", () => {
    fc.assert(
      fc.property(
        fc.array(anyCaptured),
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(40), { minLength: 1 }),
        (list, littleEndian, nanoseconds, cuts) => {
          const packets = list.map((packet) => ({
            ...packet,
            linkType: 113,
            interfaceName: undefined,
            time: nanoseconds ? packet.time : packet.time && packet.time - (packet.time % 1000n),
          }));
          const writer = createPcapWriter(113, { littleEndian, nanoseconds });
          const file = joined(writer.header(), ...packets.map((packet) => writer.packet(packet)));
          assert.deepEqual(read(file, ...cuts), { packets, problem: undefined });
        },
      ),
    );
  });

  test("what a pcapng writer wrote is read again, with the interface and link type of each packet, cut anywhere", () => {
    fc.assert(
      fc.property(fc.array(anyCaptured), fc.boolean(), fc.array(fc.nat(40), { minLength: 1 }), (packets, littleEndian, cuts) => {
        const writer = createPcapngWriter({ littleEndian });
        const file = joined(writer.header(), ...packets.map((packet) => writer.packet(packet)));
        assert.deepEqual(read(file, ...cuts), { packets, problem: undefined });
      }),
    );
  });

  const BYTES = Uint8Array.of(1, 2, 3, 4, 5);
  const packet = (fields: Partial<CapturedPacket>): CapturedPacket => ({
    linkType: 1,
    time: 0n,
    bytes: BYTES,
    originalLength: 5,
    interfaceName: undefined,
    ...fields,
  });
  const offset = new Uint8Array(new BigInt64Array([100n]).buffer);
  const PCAPNG: readonly (readonly [name: string, file: readonly Uint8Array[], packets: readonly CapturedPacket[]])[] = [
    ["microseconds unless the interface says more", [section(), description(1), enhanced(0, 7n, BYTES)], [packet({ time: 7000n })]],
    ["milliseconds", [section(), description(1, [[9, Uint8Array.of(3)]]), enhanced(0, 7n, BYTES)], [packet({ time: 7_000_000n })]],
    ["a power of two", [section(), description(1, [[9, Uint8Array.of(0x8a)]]), enhanced(0, 512n, BYTES)], [packet({ time: 500_000_000n })]],
    ["picoseconds", [section(), description(1, [[9, Uint8Array.of(12)]]), enhanced(0, 7999n, BYTES)], [packet({ time: 7n })]],
    ["an offset in seconds", [section(), description(1, [[14, offset]]), enhanced(0, 7n, BYTES)], [packet({ time: 100_000_007_000n })]],
    ["time stamps of 64 bits", [section(), description(1), enhanced(0, 1n << 40n, BYTES)], [packet({ time: (1n << 40n) * 1000n })]],
    [
      "options after the end of options don't count",
      [
        section(),
        description(1, [
          [0, new Uint8Array(0)],
          [9, Uint8Array.of(3)],
        ]),
        enhanced(0, 7n, BYTES),
      ],
      [packet({ time: 7000n })],
    ],
    [
      "simple packets, of the first interface and with its limit",
      [section(), description(101, [], true, 3), description(1), block(3, fields(true, [4, 5], BYTES))],
      [packet({ linkType: 101, time: undefined, bytes: BYTES.subarray(0, 3) })],
    ],
    [
      "packets of the old form",
      [section(), description(1), block(2, fields(true, [2, 0], [2, 9], [4, 0], [4, 7], [4, 5], [4, 5], BYTES))],
      [packet({ time: 7000n })],
    ],
    [
      "unknown blocks, however long, are skipped",
      [
        section(),
        block(0x0bad, new Uint8Array(400_000)),
        description(1),
        block(5, BYTES),
        enhanced(0, 7n, BYTES),
        block(4, new Uint8Array(0)),
      ],
      [packet({ time: 7000n })],
    ],
    [
      "a second section has its own byte order and interfaces",
      [
        section(),
        description(113),
        enhanced(0, 1n, BYTES),
        section(false),
        description(1, [[2, new TextEncoder().encode("eth9")]], false),
        enhanced(0, 2n, BYTES, false),
      ],
      [packet({ linkType: 113, time: 1000n }), packet({ time: 2000n, interfaceName: "eth9" })],
    ],
    ["nothing in a section", [section()], []],
  ];
  for (const [name, file, packets] of PCAPNG) {
    test(`pcapng: ${name}`, () => {
      assert.deepEqual(read(joined(...file)), { packets, problem: undefined });
      assert.deepEqual(read(joined(...file), 1, 7), { packets, problem: undefined });
    });
  }

  test("pcap: the length of the FCS is no part of the link type", () => {
    const header = createPcapWriter(0x5400_0001).header();
    assert.deepEqual(read(joined(header, createPcapWriter(1).packet(packet({})))).packets, [packet({})]);
  });

  const pcap = joined(createPcapWriter(1).header(), createPcapWriter(1).packet(packet({})));
  const PROBLEMS: readonly (readonly [name: string, file: Uint8Array, kind: CaptureProblem["kind"], offset: number, packets?: number])[] = [
    ["nothing", new Uint8Array(0), "not-a-capture", 0],
    ["three bytes", pcap.subarray(0, 3), "not-a-capture", 0],
    ["text", new TextEncoder().encode("0000 01 02"), "not-a-capture", 0],
    ["half a header", pcap.subarray(0, 20), "cut-short", 20],
    ["half a packet", pcap.subarray(0, pcap.length - 1), "cut-short", pcap.length - 1],
    ["half a packet behind a whole one", joined(pcap, pcap.subarray(24, 44)), "cut-short", pcap.length + 20, 1],
    ["version 3", pcap.with(4, 3), "unsupported-version", 4],
    ["a packet of 16 MB", pcap.with(24 + 11, 1), "packet-too-long", 32],
    ["pcapng of version 2", section().with(12, 2), "unsupported-version", 12],
    ["a section without byte order", section().with(8, 0), "bad-block", 8],
    ["a section of 24 bytes", section().with(4, 24), "bad-block", 4],
    ["a block of 8 bytes", joined(section(), fields(true, [4, 5], [4, 8], [4, 8])), "bad-block", 32],
    ["a block of 13 bytes", joined(section(), fields(true, [4, 5], [4, 13], [4, 13], [4, 0])), "bad-block", 32],
    ["a block whose lengths differ", joined(section(), description(1).with(16, 24)), "bad-block", 44],
    ["an interface that is not there", joined(section(), description(1), enhanced(1, 0n, BYTES)), "unknown-interface", 48],
    ["one of the section before", joined(section(), description(1), section(), enhanced(0, 0n, BYTES)), "unknown-interface", 76],
    ["an interface without a link type", joined(section(), block(1, new Uint8Array(4))), "bad-block", 28],
    ["a packet block without a packet", joined(section(), description(1), block(6, new Uint8Array(16))), "bad-block", 48],
    ["a packet longer than its block", joined(section(), description(1), enhanced(0, 0n, BYTES, true, 9)), "bad-block", 48],
    [
      "a packet longer than any",
      joined(section(), description(1), enhanced(0, 0n, new Uint8Array(MAX_PACKET_LENGTH + 4))),
      "packet-too-long",
      48,
    ],
    ["half a block", section().subarray(0, 20), "cut-short", 20],
    ["half an unknown block", joined(section(), block(99, new Uint8Array(40)).subarray(0, 30)), "cut-short", 58],
  ];
  for (const [name, file, kind, offset, packets = 0] of PROBLEMS) {
    test(`${name}: ${kind}`, () => {
      for (const cuts of [[], [1], [13]]) {
        const result = read(file, ...cuts);
        assert.deepEqual([result.problem?.kind, result.problem?.offset, result.packets.length], [kind, offset, packets]);
      }
    });
  }

  test("an endless list of interfaces is not kept", () => {
    const many = joined(section(), ...Array.from({ length: 65_537 }, () => description(1)));
    assert.equal(read(many).problem?.kind, "too-many-interfaces");
  });

  test("a file with this beginning is a capture", () => {
    const cases: readonly (readonly [Uint8Array, boolean])[] = [
      [pcap, true],
      [createPcapWriter(1, { littleEndian: false, nanoseconds: false }).header(), true],
      [section(false), true],
      [pcap.subarray(0, 3), false],
      [pcap.subarray(1), false],
      [gzipSync(pcap), false],
    ];
    for (const [bytes, expected] of cases) assert.equal(isCapture(bytes), expected);
  });

  test("any bytes are read or refused, in any pieces with the same result", () => {
    const random = createRandom(1998);
    const writer = createPcapngWriter();
    const seeds = [
      pcap,
      joined(writer.header(), writer.packet(packet({ interfaceName: "eth0" })), writer.packet(packet({}))),
      joined(...PCAPNG.flatMap(([, file]) => (file.length > 5 ? [] : file))),
    ];
    for (let run = 0; run < 3_000; run++) {
      const bytes = random.pick(seeds).slice();
      for (let i = random.below(4); i >= 0; i--) bytes[random.below(bytes.length)] = random.below(256);
      assert.deepEqual(read(bytes), read(bytes, 1 + random.below(50)), Buffer.from(bytes).toString("hex"));
    }
  });
});

describe("readCapture", () => {
  async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
  }
  const writer = createPcapngWriter();
  const PACKETS = Array.from({ length: 500 }, (_, i): CapturedPacket => {
    const bytes = new Uint8Array(i);
    return { linkType: 1, time: BigInt(i), bytes: bytes.fill(i), originalLength: i, interfaceName: "eth0" };
  });
  const file = joined(writer.header(), ...PACKETS.map((packet) => writer.packet(packet)));

  for (const [name, bytes, length] of [
    ["plain", file, 1000],
    ["plain, a byte at a time", file, 1],
    ["compressed", gzipSync(file), 1000],
    ["compressed, a byte at a time", gzipSync(file), 1],
  ] as const) {
    test(`packets of a file that is ${name}`, async () => {
      const packets: CapturedPacket[] = [];
      for await (const item of readCapture(pieces(bytes, length))) {
        assert.equal(item.kind, "packet");
        if (item.kind === "packet") packets.push(item.packet);
      }
      assert.deepEqual(packets, PACKETS);
    });
  }

  test("packets of a file that is there as a whole", async () => {
    const packets: CapturedPacket[] = [];
    for await (const item of readCapture(gzipSync(file))) if (item.kind === "packet") packets.push(item.packet);
    assert.deepEqual(packets, PACKETS);
  });

  const problemOf = async (bytes: Uint8Array): Promise<string> => {
    let last = "none";
    for await (const item of readCapture(pieces(bytes, 100))) last = item.kind === "problem" ? item.problem.kind : "none";
    return last;
  };
  for (const [name, bytes, expected] of [
    ["half of gzip", gzipSync(file).subarray(0, 700), "bad-gzip"],
    ["no gzip but its beginning", Uint8Array.of(0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8), "bad-gzip"],
    ["compressed text", gzipSync("0000 01 02 03"), "not-a-capture"],
    ["a compressed half", gzipSync(file.subarray(0, 777)), "cut-short"],
    ["nothing", new Uint8Array(0), "not-a-capture"],
  ] as const) {
    test(`${name}: ${expected}`, async () => assert.equal(await problemOf(bytes), expected));
  }

  test("a failure of the source is the reader's, and a reader who stops closes the source", async () => {
    for (const beginning of [file.subarray(0, 500), gzipSync(file).subarray(0, 300)]) {
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield beginning;
        throw new Error("disk on fire");
      };
      await assert.rejects(async () => {
        for await (const _ of readCapture(failing()));
      }, /disk on fire/);
    }
    for (const bytes of [file, gzipSync(file)]) {
      let closed = false;
      const source = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield* pieces(bytes, 100);
        } finally {
          closed = true;
        }
      };
      for await (const _ of readCapture(source())) break;
      assert.ok(closed);
    }
  });
});
