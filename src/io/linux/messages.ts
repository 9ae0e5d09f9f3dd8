import { CMSGHDR, IOVEC_SIZE, MMSGHDR } from "./constants.ts";
import type { Libc } from "./libc.ts";

/** Bytes in memory of their own, which does not move, with the address that the kernel is given. */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly address: number;
}

/**
 * `size` is a multiple of 4. A small Uint8Array made without an ArrayBuffer could lie in the moving
 * heap.
 */
export function allocate(libc: Libc, size: number): Memory {
  const buffer = new ArrayBuffer(size);
  const bytes = new Uint8Array(buffer);
  return { bytes, words: new Uint32Array(buffer), address: libc.address(bytes) };
}

/**
 * An array of struct mmsghdr for recvmmsg or sendmmsg, in one piece of memory with the socket
 * addresses and control messages that it points to. All pointers are written once, here, but those
 * to the payloads; afterwards only lengths and contents change.
 */
export interface Messages {
  readonly capacity: number;
  /** Starts with the array of struct mmsghdr. */
  readonly memory: Memory;
  /** Offset of the first socket address in the memory; one each `nameSize` bytes. */
  readonly names: number;
  readonly nameSize: number;
  /** Offset of the first control buffer in the memory; one each `controlSize` bytes. */
  readonly controls: number;
  readonly controlSize: number;
  /** Offset of the first struct iovec in the memory. */
  readonly vectors: number;
}

/** Sizes are multiples of 8; 0 for no control buffers. */
export function createMessages(libc: Libc, capacity: number, nameSize: number, controlSize: number): Messages {
  const vectors = capacity * MMSGHDR.size;
  const controls = vectors + capacity * IOVEC_SIZE;
  const names = controls + capacity * controlSize;
  const memory = allocate(libc, names + capacity * nameSize);
  for (let i = 0; i < capacity; i++) {
    const header = i * MMSGHDR.size;
    writePointer(memory, header + MMSGHDR.name, memory.address + names + i * nameSize);
    memory.words[(header + MMSGHDR.nameLength) / 4] = nameSize;
    writePointer(memory, header + MMSGHDR.iov, memory.address + vectors + i * IOVEC_SIZE);
    memory.words[(header + MMSGHDR.iovLength) / 4] = 1;
    if (controlSize > 0) writePointer(memory, header + MMSGHDR.control, memory.address + controls + i * controlSize);
    memory.words[(header + MMSGHDR.controlLength) / 4] = controlSize;
  }
  return { capacity, memory, names, nameSize, controls, controlSize, vectors };
}

/**
 * Sets where the payload of message `i` is and how long; the caller keeps that memory referenced.
 */
export function setPayload(messages: Messages, i: number, address: number, length: number): void {
  const vector = messages.vectors + i * IOVEC_SIZE;
  writePointer(messages.memory, vector, address);
  messages.memory.words[(vector + 8) / 4] = length;
}

/**
 * Allows each of the first `count` messages its whole address and control buffer again: receiving
 * overwrote the sizes.
 */
export function resetSizes(messages: Messages, count: number): void {
  const { words } = messages.memory;
  for (let i = 0; i < count; i++) {
    const header = (i * MMSGHDR.size) / 4;
    words[header + MMSGHDR.nameLength / 4] = messages.nameSize;
    words[header + MMSGHDR.controlLength / 4] = messages.controlSize;
  }
}

export function messageLength(messages: Messages, i: number): number {
  return messages.memory.words[(i * MMSGHDR.size + MMSGHDR.length) / 4] as number;
}

/**
 * Where the data of the control message with this level and type begin in the memory, for message
 * `i` as received; 0: it has none. Before `resetSizes`.
 */
export function findControl(messages: Messages, i: number, level: number, type: number): number {
  const { words } = messages.memory;
  const begin = messages.controls + i * messages.controlSize;
  const end = begin + (words[(i * MMSGHDR.size + MMSGHDR.controlLength) / 4] as number);
  for (let at = begin; at + CMSGHDR.size <= end; ) {
    if (words[(at + CMSGHDR.level) / 4] === level && words[(at + CMSGHDR.type) / 4] === type) return at + CMSGHDR.size;
    // Each begins at a multiple of 8.
    at += Math.max(CMSGHDR.size, ((words[at / 4] as number) + 7) & ~7);
  }
  return 0;
}

/** Little-endian, in two halves: no BigInt. Addresses of user memory are exact in a double. */
export function writePointer(memory: Memory, offset: number, address: number): void {
  memory.words[offset / 4] = address;
  memory.words[offset / 4 + 1] = address / 0x1_0000_0000;
}
