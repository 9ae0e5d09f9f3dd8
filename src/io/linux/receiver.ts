import type { Datagram } from "../transport.ts";
import { MSG_DONTWAIT, SO_TIMESTAMPNS, SOL_SOCKET, TIMESTAMP_SPACE } from "./constants.ts";
import type { SocketFamily } from "./family.ts";
import type { Libc } from "./libc.ts";
import { allocate, createMessages, findControl, type Messages, messageLength, resetSizes, setPayload } from "./messages.ts";

/** Datagrams that one system call receives. */
export const BATCH_SIZE = 64;

/**
 * Room for the largest datagram there is, so that none is ever cut; memory that is never written to
 * costs nothing. The extra cache lines spread the starts of the datagrams over the cache, which a
 * power of two would pile up in one place.
 */
const SLOT_SIZE = 65_536 + 6 * 64;

/** Receives from one socket, batch by batch, into the same memory each time. */
export interface Receiver<A> {
  readonly batch: readonly Datagram<A>[];
  /** Datagrams in `batch` since the last `receive`. */
  readonly count: number;
  /** Datagrams dropped because their headers or checksum were wrong. */
  readonly rejected: number;
  /** Receives what is waiting, at most BATCH_SIZE datagrams. True when there may be more. */
  receive(): boolean;
}

/** A datagram as the receivers fill it in, each time anew. */
export type Slot<A> = { -readonly [K in keyof Datagram<A>]: Datagram<A>[K] };

/**
 * No message waits for so long, in milliseconds: it arrived by a wall clock that was set meanwhile.
 */
const IMPOSSIBLE = 60_000;

/**
 * Milliseconds since the kernel took the message in; 0 when it does not say, or when the wall clock
 * was set meanwhile.
 */
export function waitedUntil(now: number, messages: Messages, i: number): number {
  const timestamp = findControl(messages, i, SOL_SOCKET, SO_TIMESTAMPNS);
  if (timestamp === 0) return 0;
  const { words } = messages.memory;
  const arrived = (words[timestamp / 4] as number) * 1000 + (words[timestamp / 4 + 2] as number) / 1e6;
  const waited = now - arrived;
  return waited > 0 && waited < IMPOSSIBLE ? waited : 0;
}

/**
 * Receives UDP payloads. `skip` tells which of them to leave out because another socket hears them
 * too.
 */
export function createUdpReceiver<A>(
  libc: Libc,
  fd: number,
  family: SocketFamily<A>,
  skip: (source: A, sourcePort: number, destination: A, interfaceIndex: number) => boolean,
): Receiver<A> {
  const messages = createMessages(libc, BATCH_SIZE, family.nameSize, TIMESTAMP_SPACE + family.infoSpace);
  const slots = givePayloads(libc, messages).map((bytes) => createSlot(bytes, family.unspecified));
  const batch: Datagram<A>[] = [...slots];
  const { memory } = messages;
  const { bytes } = memory;
  const { read } = family.createReader();
  let count = 0;
  return {
    batch,
    get count() {
      return count;
    },
    rejected: 0,
    receive() {
      const received = receiveInto(libc, fd, messages);
      const now = Date.now();
      count = 0;
      for (let i = 0; i < received; i++) {
        const name = messages.names + i * family.nameSize;
        const info = findControl(messages, i, family.level, family.packetInfo);
        if (info === 0) continue;
        const source = read(bytes, name + family.nameAddress);
        const interfaceIndex = family.interfaceIndex(memory, info);
        const destination = read(bytes, info + family.infoDestination);
        const sourcePort = ((bytes[name + 2] as number) << 8) | (bytes[name + 3] as number);
        if (skip(source, sourcePort, destination, interfaceIndex)) continue;
        const slot = slots[i] as Slot<A>;
        slot.length = messageLength(messages, i);
        slot.source = source;
        slot.sourcePort = sourcePort;
        slot.destination = destination;
        slot.interfaceIndex = interfaceIndex;
        slot.waited = waitedUntil(now, messages, i);
        batch[count++] = slot;
      }
      resetSizes(messages, received);
      return received === BATCH_SIZE;
    },
  };
}

/**
 * The kernel's messages; -1 (nothing waiting, or an error that the next call tells again) counts as
 * none.
 */
export function receiveInto(libc: Libc, fd: number, messages: Messages): number {
  return Math.max(0, libc.recvmmsg(fd, messages.memory.bytes, BATCH_SIZE, MSG_DONTWAIT, null));
}

/** Gives each message its memory, and returns that. */
export function givePayloads(libc: Libc, messages: Messages): Uint8Array[] {
  const payloads = allocate(libc, BATCH_SIZE * SLOT_SIZE);
  return Array.from({ length: BATCH_SIZE }, (_, i) => {
    setPayload(messages, i, payloads.address + i * SLOT_SIZE, SLOT_SIZE);
    return payloads.bytes.subarray(i * SLOT_SIZE, (i + 1) * SLOT_SIZE);
  });
}

export function createSlot<A>(bytes: Uint8Array, unspecified: A): Slot<A> {
  return { bytes, length: 0, source: unspecified, sourcePort: 0, destination: unspecified, interfaceIndex: 0, waited: 0 };
}
