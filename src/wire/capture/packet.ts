/** A packet as a capture has it. */
export interface CapturedPacket {
  /** What its first bytes are: a number of https://www.tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** Nanoseconds since 1970; undefined: the file does not say (simple packet blocks). */
  readonly time: bigint | undefined;
  /** What was kept of it. */
  readonly bytes: Uint8Array;
  /** Bytes that it had on the wire: more than were kept where the capture had a limit. */
  readonly originalLength: number;
  /** Of the interface that it was captured on; undefined: the file does not say. */
  readonly interfaceName: string | undefined;
}

/** Why a capture can't be read on. */
export const CAPTURE_PROBLEM_TEXT = {
  "not-a-capture": "it begins like neither a pcap nor a pcapng file",
  "unsupported-version": "its version is none that is known",
  "cut-short": "it ends within a packet",
  "packet-too-long": "a packet is said to have more than 262144 bytes",
  "bad-block": "a block has a length that it can't have",
  "unknown-interface": "a packet is of an interface that the file does not describe",
  "too-many-interfaces": "it describes more than 65536 interfaces",
  "bad-gzip": "it is compressed, and can't be unpacked",
} as const;

/** One of `CAPTURE_PROBLEM_TEXT`. */
export type CaptureProblemKind = keyof typeof CAPTURE_PROBLEM_TEXT;

/** Why a capture can't be read on, and where. */
export interface CaptureProblem {
  readonly kind: CaptureProblemKind;
  readonly text: string;
  /** From the first byte of the file, unpacked if it was compressed. */
  readonly offset: number;
}

/** Reads a capture of which more and more comes in, in pieces of any size. */
export interface CaptureReader {
  /**
   * The packets that are whole with these bytes, each with bytes of its own. Nothing more is read
   * after a problem.
   */
  read(chunk: Uint8Array): { readonly packets: readonly CapturedPacket[]; readonly problem: CaptureProblem | undefined };
  /** Whether the file may end here. */
  end(): CaptureProblem | undefined;
}

/** What a file format has to read from what came in. */
export interface FormatReader {
  /** Reads all that is whole. */
  read(queue: ByteQueue, packets: CapturedPacket[]): CaptureProblem | undefined;
}

/** Bytes that came in and were not read yet. */
export interface ByteQueue {
  /** How many there are. */
  readonly length: number;
  /** Bytes of the file that were read. */
  readonly offset: number;
  /** A number of four bytes at this place of what is there. */
  u32(at: number, littleEndian: boolean): number;
  u16(at: number, littleEndian: boolean): number;
  /** The first bytes, which are read with that: a copy. */
  take(length: number): Uint8Array;
  /** The same of bytes that nobody needs; they need not be there yet. */
  skip(length: number): void;
}

/** As much as libpcap takes: `MAXIMUM_SNAPLEN`. */
export const MAX_PACKET_LENGTH = 262_144;

export function captureProblem(kind: CaptureProblemKind, offset: number): CaptureProblem {
  return { kind, text: CAPTURE_PROBLEM_TEXT[kind], offset };
}
