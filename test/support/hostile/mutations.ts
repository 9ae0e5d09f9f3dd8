/**
 * Packets that nobody should send: valid messages of every kind, and what becomes of them by damage
 * and by malice. The same in every run.
 */
import type { Random } from "../random.ts";

export interface Hostile {
  readonly bytes: Uint8Array;
  /** Bytes of the present packet. */
  readonly length: number;
  /** Makes the next packet in `bytes`. */
  next(): void;
}

/** What mutations need to know about the messages of a protocol. */
export interface Format {
  /** Bytes of an option's code, and of its length. */
  readonly fieldSize: 1 | 2;
  /** The payload of the largest UDP datagram. */
  readonly largest: number;
  /** Bytes in front of the options: what is shorter is not mutated any further. */
  readonly headerSize: number;
  /** Bytes that mean something in some place, codes of options among them. */
  readonly telling: readonly number[];
  /** Options whose values are kept or echoed, or that make the server do work. */
  readonly heavy: readonly number[];
  /** Offsets of the options' codes: one at least. */
  optionsAt(bytes: Uint8Array, length: number): number[];
  /** Mutations that only this protocol knows. */
  more(editor: Editor): readonly (() => void)[];
}

/** The packet in the making. */
export interface Editor {
  readonly bytes: Uint8Array;
  length: number;
  /** Moves what stands from `at` on, as far as there is room. */
  insert(at: number, piece: Uint8Array): void;
}

export function createHostile(random: Random, seeds: readonly Uint8Array[], format: Format): Hostile {
  const { fieldSize, largest, headerSize, telling } = format;
  const bytes = new Uint8Array(largest);
  const packet: Editor = {
    bytes,
    length: 0,
    insert(at, piece) {
      const size = Math.min(piece.length, largest - Math.max(at, packet.length));
      if (size <= 0) return;
      bytes.copyWithin(at + size, at, packet.length);
      bytes.set(piece.subarray(0, size), at);
      packet.length += size;
    },
  };

  const optionAt = (): number => random.pick(format.optionsAt(bytes, packet.length));

  const writeField = (at: number, value: number): void => {
    if (fieldSize === 2) bytes[at++] = value >>> 8;
    bytes[at] = value;
  };

  const sizeOfOption = (at: number): number =>
    2 * fieldSize + (fieldSize === 1 ? (bytes[at + 1] as number) : ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));

  const mutations: readonly (() => void)[] = [
    function flipBits() {
      for (let i = 1 + random.below(8); i > 0; i--) {
        const at = random.below(packet.length);
        bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
      }
    },
    function setBytes() {
      for (let i = 1 + random.below(4); i > 0; i--) bytes[random.below(packet.length)] = random.pick(telling);
    },
    function truncate() {
      packet.length = random.below(packet.length + 1);
    },
    function changeLengthOfOption() {
      writeField(optionAt() + fieldSize, random.pick([0, 1, 3, 4, 5, 255, random.below(256)]));
    },
    function changeCodeOfOption() {
      writeField(optionAt(), random.pick(telling));
    },
    function duplicateOption() {
      const at = optionAt();
      packet.insert(optionAt(), bytes.slice(at, Math.min(packet.length, at + sizeOfOption(at))));
    },
    function insertOption() {
      const size = random.pick([0, 1, 2, 4, 7, 40, 255]);
      const at = optionAt();
      packet.insert(
        at,
        Uint8Array.from({ length: 2 * fieldSize + size }, () => random.below(256)),
      );
      writeField(at, random.pick(telling));
      writeField(at + fieldSize, size);
    },
    function splice() {
      const other = random.pick(seeds);
      const at = random.below(Math.min(packet.length, other.length) + 1);
      bytes.set(other.subarray(at), at);
      packet.length = other.length;
    },
    function appendNoise() {
      packet.insert(
        packet.length,
        Uint8Array.from({ length: random.below(300) }, () => random.below(256)),
      );
    },
    ...format.more(packet),
  ];

  /** One option again and again, up to the largest datagram. */
  const pileUp = (): void => {
    const code = random.pick(format.heavy);
    const size = random.pick([0, 1, 4, 255]);
    const whole = 2 * fieldSize + size;
    const end = Math.min(largest, headerSize + random.pick([2000, 9000, largest]));
    let at = optionAt();
    const tail = bytes.slice(at, packet.length);
    for (; at + whole + tail.length <= end; at += whole) {
      writeField(at, code);
      writeField(at + fieldSize, size);
      bytes.fill(random.below(256), at + 2 * fieldSize, at + whole);
    }
    bytes.set(tail, at);
    packet.length = at + tail.length;
  };

  return {
    bytes,
    get length() {
      return packet.length;
    },
    next() {
      const kind = random.below(2000);
      if (kind < 60) {
        packet.length = random.below(700);
        for (let i = 0; i < packet.length; i++) bytes[i] = random.below(256);
        return;
      }
      const seed = random.pick(seeds);
      bytes.set(seed);
      packet.length = seed.length;
      if (kind === 60) pileUp();
      // Some pass unharmed, so that there are leases to quarrel about.
      if (kind < 400) return;
      for (let i = 1 + random.below(3); i > 0 && packet.length > headerSize; i--) random.pick(mutations)();
    },
  };
}
