import { IPV4_BROADCAST, type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import type { Datagram } from "../transport.ts";
import { CMSGHDR, IP_PKTINFO, MSG_DONTWAIT, PKTINFO_SPACE, SOCKADDR_IN_SIZE, SOL_IP } from "./constants.ts";
import type { Libc } from "./libc.ts";
import { allocate, createMessages, type Memory, type Messages, messageLength, resetSizes, setPayload } from "./messages.ts";

/** Datagrams that one system call receives. */
export const BATCH_SIZE = 64;

/**
 * Room for the largest datagram there is, so that none is ever cut; memory that is never written to costs nothing. The extra cache lines spread
 * the starts of the datagrams over the cache, which a power of two would pile up in one place.
 */
const SLOT_SIZE = 65_536 + 6 * 64;

/** Receives from one socket, batch by batch, into the same memory each time. */
export interface Receiver {
  readonly batch: readonly Datagram[];
  /** Datagrams in `batch` since the last `receive`. */
  readonly count: number;
  /** Receives what is waiting, at most BATCH_SIZE datagrams. True when there may be more. */
  receive(): boolean;
}

interface MutableDatagram extends Datagram {
  bytes: Uint8Array;
  length: number;
  source: Ipv4;
  sourcePort: number;
  destination: Ipv4;
  interfaceIndex: number;
}

/** Receives UDP payloads. `skip` tells which broadcasts to leave out because another socket hears them too. */
export function createUdpReceiver(libc: Libc, fd: number, skip: (source: Ipv4, interfaceIndex: number) => boolean): Receiver {
  const messages = createMessages(libc, BATCH_SIZE, SOCKADDR_IN_SIZE, PKTINFO_SPACE);
  const payloads = givePayloads(libc, messages);
  const slots = createSlots(payloads, 0);
  const batch: Datagram[] = [...slots];
  const { bytes, words } = messages.memory;
  let count = 0;
  return {
    batch,
    get count() {
      return count;
    },
    receive() {
      const received = receiveInto(libc, fd, messages);
      count = 0;
      for (let i = 0; i < received; i++) {
        const name = messages.names + i * SOCKADDR_IN_SIZE;
        const control = messages.controls + i * PKTINFO_SPACE;
        if (words[(control + CMSGHDR.level) / 4] !== SOL_IP || words[(control + CMSGHDR.type) / 4] !== IP_PKTINFO) continue;
        const source = readIpv4(bytes, name + 4);
        const interfaceIndex = words[(control + CMSGHDR.size) / 4] as number;
        const destination = readIpv4(bytes, control + CMSGHDR.size + 8);
        if (destination === IPV4_BROADCAST && skip(source, interfaceIndex)) continue;
        const slot = slots[i] as MutableDatagram;
        slot.length = messageLength(messages, i);
        slot.source = source;
        slot.sourcePort = ((bytes[name + 2] as number) << 8) | (bytes[name + 3] as number);
        slot.destination = destination;
        slot.interfaceIndex = interfaceIndex;
        batch[count++] = slot;
      }
      resetSizes(messages, received);
      return received === BATCH_SIZE;
    },
  };
}

/** The kernel's messages; -1 (nothing waiting, or an error that the next call tells again) counts as none. */
function receiveInto(libc: Libc, fd: number, messages: Messages): number {
  return Math.max(0, libc.recvmmsg(fd, messages.memory.bytes, BATCH_SIZE, MSG_DONTWAIT, null));
}

function givePayloads(libc: Libc, messages: Messages): Memory {
  const payloads = allocate(libc, BATCH_SIZE * SLOT_SIZE);
  for (let i = 0; i < BATCH_SIZE; i++) setPayload(messages, i, payloads.address + i * SLOT_SIZE, SLOT_SIZE);
  return payloads;
}

function createSlots(payloads: Memory, offset: number): MutableDatagram[] {
  return Array.from({ length: BATCH_SIZE }, (_, i) => ({
    bytes: payloads.bytes.subarray(i * SLOT_SIZE + offset, (i + 1) * SLOT_SIZE),
    length: 0,
    source: 0,
    sourcePort: 0,
    destination: 0,
    interfaceIndex: 0,
  }));
}
