import { type CapturedPacket, type CaptureProblem, captureProblem, type FormatReader, MAX_PACKET_LENGTH } from "./packet.ts";

/*
 * The file format of Wireshark (https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/).
 */

/** The type of a section header block reads the same in both byte orders. */
export const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
/** Obsolete, and still found. */
const PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const MAJOR_VERSION = 1;

/** Type and length in front, the length again behind. */
const BLOCK_HEADER = 8;
const BLOCK_OVERHEAD = 12;
/** Of a section header, up to its options. */
const SECTION_LENGTH = 28;
/** More than any block of ours has: a packet, and options. */
const MAX_BLOCK_LENGTH = MAX_PACKET_LENGTH + 65_536;
const MAX_INTERFACES = 65_536;

const OPTION_END = 0;
const INTERFACE_NAME = 2;
const TIME_RESOLUTION = 9;
const TIME_OFFSET = 14;

interface Interface {
  readonly linkType: number;
  /** Bytes that are kept of a packet; 0: all. */
  readonly snapLength: number;
  readonly name: string | undefined;
  /** Nanoseconds since 1970 of a time stamp. */
  readonly timeOf: (stamp: bigint) => bigint;
}

/** Reads from the beginning of the file. */
export function createPcapngReader(): FormatReader {
  let littleEndian = false;
  let interfaces: Interface[] = [];

  /** A whole block but for its header and trailer. */
  const readBlock = (type: number, body: DataView, at: number, packets: CapturedPacket[]): CaptureProblem | undefined => {
    if (type === INTERFACE_DESCRIPTION) {
      if (body.byteLength < 8) return captureProblem("bad-block", at);
      if (interfaces.length === MAX_INTERFACES) return captureProblem("too-many-interfaces", at);
      interfaces.push(readInterface(body, littleEndian));
      return undefined;
    }
    const layout = PACKET_LAYOUTS[type];
    if (layout === undefined) return undefined;
    if (body.byteLength < layout.length) return captureProblem("bad-block", at);
    const facts = layout.read(body, littleEndian);
    const of = interfaces[facts.interface];
    if (of === undefined) return captureProblem("unknown-interface", at);
    // A simple packet block does not say how much was kept.
    const kept = facts.kept ?? Math.min(facts.originalLength, of.snapLength === 0 ? facts.originalLength : of.snapLength);
    if (kept > body.byteLength - layout.length) return captureProblem("bad-block", at);
    if (kept > MAX_PACKET_LENGTH) return captureProblem("packet-too-long", at);
    packets.push({
      linkType: of.linkType,
      time: facts.stamp === undefined ? undefined : of.timeOf(facts.stamp),
      bytes: new Uint8Array(body.buffer, body.byteOffset + layout.length, kept),
      originalLength: facts.originalLength,
      interfaceName: of.name,
    });
    return undefined;
  };

  return {
    read(queue, packets): CaptureProblem | undefined {
      while (queue.length >= BLOCK_OVERHEAD) {
        const at = queue.offset;
        const type = queue.u32(0, littleEndian);
        if (type === SECTION_HEADER) {
          const big = queue.u32(8, false) === BYTE_ORDER;
          if (!big && queue.u32(8, true) !== BYTE_ORDER) return captureProblem("bad-block", at + 8);
          littleEndian = !big;
        }
        const length = queue.u32(4, littleEndian);
        if (length < (type === SECTION_HEADER ? SECTION_LENGTH : BLOCK_OVERHEAD) || length % 4 !== 0) {
          return captureProblem("bad-block", at + 4);
        }
        if (!isKnown(type)) {
          queue.skip(length);
          continue;
        }
        if (length > MAX_BLOCK_LENGTH) return captureProblem(type in PACKET_LAYOUTS ? "packet-too-long" : "bad-block", at + 4);
        if (queue.length < length) return undefined;
        if (queue.u32(length - 4, littleEndian) !== length) return captureProblem("bad-block", at + length - 4);
        if (type === SECTION_HEADER) {
          if (queue.u16(12, littleEndian) !== MAJOR_VERSION) return captureProblem("unsupported-version", at + 12);
          interfaces = [];
          queue.skip(length);
        } else {
          const block = queue.take(length);
          const problem = readBlock(type, new DataView(block.buffer, BLOCK_HEADER, length - BLOCK_OVERHEAD), at, packets);
          if (problem !== undefined) return problem;
        }
      }
      return undefined;
    },
  };
}

function isKnown(type: number): boolean {
  return type === SECTION_HEADER || type === INTERFACE_DESCRIPTION || type in PACKET_LAYOUTS;
}

interface PacketFacts {
  readonly interface: number;
  readonly stamp: bigint | undefined;
  /** undefined: it follows from the other length. */
  readonly kept: number | undefined;
  readonly originalLength: number;
}

/** The blocks that have packets: bytes in front of the packet, and what is in them. */
const PACKET_LAYOUTS: Readonly<
  Record<number, { readonly length: number; readonly read: (body: DataView, little: boolean) => PacketFacts }>
> = {
  [ENHANCED_PACKET]: { length: 20, read: (body, little) => withStamp(body, little, body.getUint32(0, little)) },
  [PACKET]: { length: 20, read: (body, little) => withStamp(body, little, body.getUint16(0, little)) },
  [SIMPLE_PACKET]: {
    length: 4,
    read: (body, little) => ({ interface: 0, stamp: undefined, kept: undefined, originalLength: body.getUint32(0, little) }),
  },
};

function withStamp(body: DataView, little: boolean, from: number): PacketFacts {
  const stamp = (BigInt(body.getUint32(4, little)) << 32n) | BigInt(body.getUint32(8, little));
  return { interface: from, stamp, kept: body.getUint32(12, little), originalLength: body.getUint32(16, little) };
}

function readInterface(body: DataView, little: boolean): Interface {
  let name: string | undefined;
  let resolution = 6;
  let offset = 0n;
  for (let at = 8; at + 4 <= body.byteLength; ) {
    const [code, length] = [body.getUint16(at, little), body.getUint16(at + 2, little)];
    at += 4;
    if (code === OPTION_END || at + length > body.byteLength) break;
    if (code === INTERFACE_NAME)
      name = new TextDecoder().decode(new Uint8Array(body.buffer, body.byteOffset + at, length)).replace(/\0+$/, "");
    else if (code === TIME_RESOLUTION && length >= 1) resolution = body.getUint8(at);
    else if (code === TIME_OFFSET && length === 8) offset = body.getBigInt64(at, little) * 1_000_000_000n;
    at += length + ((4 - (length % 4)) % 4);
  }
  const inNanoseconds = nanosecondsOf(resolution);
  return {
    linkType: body.getUint16(0, little),
    snapLength: body.getUint32(4, little),
    name,
    timeOf: (stamp) => offset + inNanoseconds(stamp),
  };
}

/** `if_tsresol`: a negative power of ten, or of two if the highest bit is set. */
function nanosecondsOf(resolution: number): (stamp: bigint) => bigint {
  const power = BigInt(resolution & 0x7f);
  if ((resolution & 0x80) !== 0) return (stamp) => (stamp * 1_000_000_000n) >> power;
  if (power > 9n) return (stamp) => stamp / 10n ** (power - 9n);
  const factor = 10n ** (9n - power);
  return (stamp) => stamp * factor;
}

/** Makes a pcapng file a piece at a time; the pieces one behind the other are the file. */
export interface PcapngWriter {
  /** What the file begins with. */
  header(): Uint8Array;
  /** A packet, and the description of its interface when it is the first of that. */
  packet(packet: CapturedPacket): Uint8Array;
}

/**
 * A writer of a pcapng file, with times in nanoseconds, for packets of any interfaces and link
 * types; it remembers those. A packet without a time is in the file with that of 1970.
 */
export function createPcapngWriter({ littleEndian = true }: { readonly littleEndian?: boolean } = {}): PcapngWriter {
  const interfaces = new Map<string, number>();
  return {
    header() {
      const body = new DataView(new ArrayBuffer(16));
      body.setUint32(0, BYTE_ORDER, littleEndian);
      body.setUint16(4, MAJOR_VERSION, littleEndian);
      // The length of the section is not known.
      body.setBigInt64(8, -1n, littleEndian);
      return block(SECTION_HEADER, new Uint8Array(body.buffer), littleEndian);
    },
    packet(packet) {
      const key = `${packet.linkType} ${packet.interfaceName ?? ""}`;
      const known = interfaces.get(key);
      const id = known ?? interfaces.size;
      interfaces.set(key, id);
      const piece = packetBlock(packet, id, littleEndian);
      return known === undefined ? joined(interfaceBlock(packet, littleEndian), piece) : piece;
    },
  };
}

function block(type: number, body: Uint8Array, little: boolean): Uint8Array {
  const length = BLOCK_OVERHEAD + Math.ceil(body.length / 4) * 4;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, little);
  view.setUint32(4, length, little);
  bytes.set(body, BLOCK_HEADER);
  view.setUint32(length - 4, length, little);
  return bytes;
}

function interfaceBlock({ linkType, interfaceName }: CapturedPacket, little: boolean): Uint8Array {
  const head = new DataView(new ArrayBuffer(8));
  head.setUint16(0, linkType, little);
  const name =
    interfaceName === undefined ? [] : [option(INTERFACE_NAME, new TextEncoder().encode(interfaceName).subarray(0, 0xffff), little)];
  const options = [...name, option(TIME_RESOLUTION, Uint8Array.of(9), little), option(OPTION_END, new Uint8Array(0), little)];
  return block(INTERFACE_DESCRIPTION, joined(new Uint8Array(head.buffer), ...options), little);
}

function option(code: number, value: Uint8Array, little: boolean): Uint8Array {
  const bytes = new Uint8Array(4 + Math.ceil(value.length / 4) * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, little);
  view.setUint16(2, value.length, little);
  bytes.set(value, 4);
  return bytes;
}

function packetBlock({ time = 0n, bytes, originalLength }: CapturedPacket, id: number, little: boolean): Uint8Array {
  const head = new DataView(new ArrayBuffer(20));
  head.setUint32(0, id, little);
  head.setUint32(4, Number((time >> 32n) & 0xffffffffn), little);
  head.setUint32(8, Number(time & 0xffffffffn), little);
  head.setUint32(12, bytes.length, little);
  head.setUint32(16, originalLength, little);
  return block(ENHANCED_PACKET, joined(new Uint8Array(head.buffer), bytes), little);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
