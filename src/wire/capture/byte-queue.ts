import type { ByteQueue } from "./packet.ts";

/** A queue with its other end. */
export interface FilledQueue extends ByteQueue {
  push(chunk: Uint8Array): void;
  /** Bytes that are still to be skipped, of those that come. */
  readonly toSkip: number;
}

const FIRST_SIZE = 4096;

/** Holds what is pushed until it is taken: no more than that, in time proportional to it. */
export function createByteQueue(): FilledQueue {
  let buffer = new Uint8Array(FIRST_SIZE);
  let view = new DataView(buffer.buffer);
  let start = 0;
  let end = 0;
  let offset = 0;
  let toSkip = 0;

  const makeRoom = (more: number): void => {
    const held = end - start;
    // Half of it free at least, so that bytes are not moved again and again.
    const size = held + more > buffer.length / 2 ? Math.max(2 * (held + more), buffer.length) : buffer.length;
    const next = size > buffer.length ? new Uint8Array(size) : buffer;
    next.set(buffer.subarray(start, end));
    buffer = next;
    view = new DataView(buffer.buffer);
    start = 0;
    end = held;
  };

  return {
    get length() {
      return end - start;
    },
    get offset() {
      return offset;
    },
    get toSkip() {
      return toSkip;
    },
    push(chunk) {
      const skipped = Math.min(toSkip, chunk.length);
      toSkip -= skipped;
      offset += skipped;
      const rest = chunk.subarray(skipped);
      if (end + rest.length > buffer.length) makeRoom(rest.length);
      buffer.set(rest, end);
      end += rest.length;
    },
    u32: (at, littleEndian) => view.getUint32(start + at, littleEndian),
    u16: (at, littleEndian) => view.getUint16(start + at, littleEndian),
    take(length) {
      const bytes = buffer.slice(start, start + length);
      start += length;
      offset += length;
      return bytes;
    },
    skip(length) {
      const there = Math.min(length, end - start);
      start += there;
      offset += there;
      toSkip += length - there;
    },
  };
}
