import {
  type ByteQueue,
  type CapturedPacket,
  type CaptureProblem,
  captureProblem,
  type FormatReader,
  MAX_PACKET_LENGTH,
} from "./packet.ts";

/*
 * The file format of libpcap (https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/).
 */

/** What a file begins with, by the unit of the fraction of a second. */
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
export const PCAP_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
const MAJOR_VERSION = 2;
const MINOR_VERSION = 4;
/** Above it stands how long the FCS is. */
const LINK_TYPE_MASK = 0xffff;
const SECOND = 1_000_000_000n;

/** What a pcap file says of itself. */
export interface PcapHeader {
  /** The byte order of its numbers. */
  readonly littleEndian: boolean;
  /** Times are in nanoseconds, not in microseconds. */
  readonly nanoseconds: boolean;
}

/** What the first four bytes, as a number in network order, say of the file; undefined: none of pcap. */
export function pcapHeaderOf(magic: number): PcapHeader | undefined {
  for (const nanoseconds of [false, true]) {
    const number = nanoseconds ? NANOSECONDS : MICROSECONDS;
    if (magic === number) return { littleEndian: false, nanoseconds };
    if (magic === swapped(number)) return { littleEndian: true, nanoseconds };
  }
  return undefined;
}

function swapped(value: number): number {
  return ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}

/** Reads from the beginning of the file. */
export function createPcapReader({ littleEndian, nanoseconds }: PcapHeader): FormatReader {
  let linkType: number | undefined;
  const unit = nanoseconds ? 1n : 1000n;

  const record = (queue: ByteQueue, link: number): CapturedPacket => {
    const [seconds, fraction] = [queue.u32(0, littleEndian), queue.u32(4, littleEndian)];
    const [length, originalLength] = [queue.u32(8, littleEndian), queue.u32(12, littleEndian)];
    queue.skip(RECORD_HEADER_LENGTH);
    const time = BigInt(seconds) * SECOND + BigInt(fraction) * unit;
    return { linkType: link, time, bytes: queue.take(length), originalLength, interfaceName: undefined };
  };

  return {
    read(queue, packets): CaptureProblem | undefined {
      if (linkType === undefined) {
        if (queue.length < PCAP_HEADER_LENGTH) return undefined;
        if (queue.u16(4, littleEndian) !== MAJOR_VERSION) return captureProblem("unsupported-version", queue.offset + 4);
        linkType = queue.u32(20, littleEndian) & LINK_TYPE_MASK;
        queue.skip(PCAP_HEADER_LENGTH);
      }
      while (queue.length >= RECORD_HEADER_LENGTH) {
        const length = queue.u32(8, littleEndian);
        if (length > MAX_PACKET_LENGTH) return captureProblem("packet-too-long", queue.offset + 8);
        if (queue.length < RECORD_HEADER_LENGTH + length) break;
        packets.push(record(queue, linkType));
      }
      return undefined;
    },
  };
}

/** Makes a pcap file a piece at a time; the pieces one behind the other are the file. */
export interface PcapWriter {
  /** What the file begins with. */
  header(): Uint8Array;
  /** A packet. Its link type has to be that of the file. */
  packet(packet: Pick<CapturedPacket, "time" | "bytes" | "originalLength">): Uint8Array;
}

/**
 * A writer of a pcap file for packets of one link type. `littleEndian` and `nanoseconds`: by default
 * true; whoever reads it takes all of the four.
 */
export function createPcapWriter(linkType: number, { littleEndian = true, nanoseconds = true }: Partial<PcapHeader> = {}): PcapWriter {
  return {
    header() {
      const view = new DataView(new ArrayBuffer(PCAP_HEADER_LENGTH));
      view.setUint32(0, nanoseconds ? NANOSECONDS : MICROSECONDS, littleEndian);
      view.setUint16(4, MAJOR_VERSION, littleEndian);
      view.setUint16(6, MINOR_VERSION, littleEndian);
      view.setUint32(16, MAX_PACKET_LENGTH, littleEndian);
      view.setUint32(20, linkType, littleEndian);
      return new Uint8Array(view.buffer);
    },
    packet({ time = 0n, bytes, originalLength }) {
      const view = new DataView(new ArrayBuffer(RECORD_HEADER_LENGTH + bytes.length));
      view.setUint32(0, Number(time / SECOND), littleEndian);
      view.setUint32(4, Number((time % SECOND) / (nanoseconds ? 1n : 1000n)), littleEndian);
      view.setUint32(8, bytes.length, littleEndian);
      view.setUint32(12, originalLength, littleEndian);
      const piece = new Uint8Array(view.buffer);
      piece.set(bytes, RECORD_HEADER_LENGTH);
      return piece;
    },
  };
}
